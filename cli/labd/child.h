/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.h - a process that labd started and watches
 */
#ifndef CLI_LABD_CHILD_H
#define CLI_LABD_CHILD_H

#include <sys/types.h>

#include "cli/labd/child_words.h"

#define CHILD_MAX_FDS 64

/**
 * struct child_settings - what to start
 * @path:	executable
 * @argv:	NULL-terminated, argv[0] included
 * @fds:	descriptors the child gets; fds[i] becomes descriptor 3 + i
 * @fd_count:	entries of @fds
 * @stdin_fd:	-1: /dev/null
 * @stdout_fd:	-1: @stderr_fd
 * @stderr_fd:	where it complains: a log file
 * @log:	not NULL: there instead, bounded (child_words.h)
 * @name:	with @log: of the node that it is
 */
struct child_settings {
	const char *path;
	char *const *argv;
	const int *fds;
	unsigned fd_count;
	int stdin_fd;
	int stdout_fd;
	int stderr_fd;
	const struct log *log;
	const char *name;
};

/**
 * struct child - embedded in whoever needs the process
 * @pid:	0 while none runs
 * @exited:	called from the loop once it has been reaped
 * @watch:	its pidfd
 * @words:	what it says; all of it is told before @exited is called
 */
struct child {
	pid_t pid;
	void (*exited)(struct child *child, int wait_status);
	struct watch watch;
	struct child_words words;
};

/** child_init() - no process yet */
void child_init(struct child *child,
		void (*exited)(struct child *child, int wait_status));

/**
 * child_start() - run a program
 *
 * It gets a KILL signal when labd dies, whatever way labd dies; no descriptor
 * but those of @settings; default signal handling; an empty signal mask.
 */
int child_start(struct loop *loop, struct child *child,
		const struct child_settings *settings, struct err *err);

/** child_signal() - no-op when none runs */
void child_signal(struct child *child, int signal);

/** child_forget() - kill and reap at once, without a callback */
void child_forget(struct child *child);

/** child_describe_exit() - "exited with code 1", "killed by signal 9" */
const char *child_describe_exit(int wait_status, char *text, size_t size);

#endif
