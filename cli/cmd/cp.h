/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cp.h - the two ends of weft cp: files of this machine and of nodes
 *
 * Theory of operation
 *
 * The source is opened first: it says whether it is a file or a folder, its
 * size and mode. A file travels as its bytes, a folder as a tar archive. The
 * sink writes to a temporary name in the folder where the copy will be, and
 * gets its name in a step of its own, when both ends have said that all is
 * there: a copy that was cut off, however, is never found under its name.
 *
 * A guest is not trusted: of a mode only the permission bits count, so no
 * set-user-ID file appears here, and an archive from a guest is unpacked in a
 * new folder, by a tar that may not make devices.
 *
 * Limits: a folder is copied to a name that does not exist yet.
 */
#ifndef CLI_CMD_CP_H
#define CLI_CMD_CP_H

#include <limits.h>
#include <sys/types.h>

#include "cli/cmd/remote.h"
#include "cli/lab/lab.h"

#define CP_WORDS_SIZE 512
#define CP_MARK_SIZE 24

/**
 * struct cp_place - SRC or DST
 * @node:	name; empty: this machine
 * @path:	"-": standard input or output
 */
struct cp_place {
	char node[LAB_NAME_SIZE];
	const char *path;
};

/**
 * struct cp_what - what is copied; told by the source
 * @is_folder:	a tar archive comes
 * @size:	bytes; -1: not known
 * @mode:	permission bits
 * @name:	last part of the source's path, for a sink that is a folder
 */
struct cp_what {
	bool is_folder;
	long long size;
	unsigned mode;
	char name[NAME_MAX + 1];
};

/**
 * struct cp_end - one end of a copy
 * @place:	which
 * @data:	to read from or write to; points to @fd or into @remote
 * @fd:		of this machine; -1
 * @session:	of a node; @remote is valid while @is_connected
 * @remote:	command in the node
 * @is_connected: @session is to be closed
 * @tar:	on this machine: its pid; 0: none runs
 * @temp:	on this machine: temporary name; empty: none
 * @final:	what it will be called
 * @mark:	makes the temporary name unique
 * @words:	what the node said on its standard error last
 * @said:	and on its standard output, of a sink
 */
struct cp_end {
	struct cp_place place;
	int *data;
	int fd;
	struct session session;
	struct remote remote;
	bool is_connected;
	pid_t tar;
	char temp[PATH_MAX];
	char final[PATH_MAX];
	char mark[CP_MARK_SIZE];
	char words[CP_WORDS_SIZE];
	char said[64];
};

/**
 * struct cp - one weft cp
 * @call:	the command line
 * @source:	from
 * @sink:	to
 * @what:	is copied
 * @done:	bytes written
 * @is_gone:	the sink takes no more
 * @stop_fd:	a signalfd of what ends us
 * @code:	exit code to be; the first failure counts
 */
struct cp {
	const struct invocation *call;
	struct cp_end source;
	struct cp_end sink;
	struct cp_what what;
	long long done;
	bool is_gone;
	int stop_fd;
	int code;
};

/** cp_place_parse() - "web1:/etc/hosts", "file", "./a:b", "-" */
void cp_place_parse(const char *text, struct cp_place *place);

/** cp_base_name() - last part of @path, without slashes; 0 or -EINVAL */
int cp_base_name(const char *path, char name[NAME_MAX + 1]);

/** cp_fail() - say it, unless something was said already; sets cp->code */
int cp_fail(struct cp *cp, int code, const char *fmt, ...) PRINTF(3, 4);

/* Each of these returns 0, or an exit code after cp_fail(). */

/** cp_local_source() - open a file, start a tar, or take standard input */
int cp_local_source(struct cp *cp);
/** cp_local_sink() - make the temporary file or folder */
int cp_local_sink(struct cp *cp);
/** cp_local_finish() - the bytes have ended: close, wait for a tar */
int cp_local_finish(struct cp *cp, struct cp_end *end);
/** cp_local_commit() - give it its name */
int cp_local_commit(struct cp *cp);
/** cp_local_abort() - remove what there is of it */
void cp_local_abort(struct cp_end *end);

/** cp_node_source() - start reading in a node, learn what it is */
int cp_node_source(struct cp *cp);
/** cp_node_sink() - start writing in a node */
int cp_node_sink(struct cp *cp);
/** cp_node_finish() - the bytes have ended: close, wait for the command */
int cp_node_finish(struct cp *cp, struct cp_end *end);
/** cp_node_commit() - give it its name */
int cp_node_commit(struct cp *cp);
/** cp_node_abort() - end the command, remove what there is of it */
void cp_node_abort(struct cp *cp);

/** cp_pump() - move all bytes from source to sink */
int cp_pump(struct cp *cp);

/** cp_listen() - wait up to @wait_ms for what the nodes say beside the data */
int cp_listen(struct cp *cp, short source_events, short sink_events,
	      int wait_ms);

#endif
