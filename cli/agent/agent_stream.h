/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agent_stream.h - relays between a local file and a stream of the agent wire
 *
 * A source reads the file and sends frames while the peer grants a window; a
 * sink takes frames, writes the file and grants what was written. Host and
 * guest use both: stdin has its source on the host, stdout in the guest.
 */
#ifndef CLI_AGENT_AGENT_STREAM_H
#define CLI_AGENT_AGENT_STREAM_H

#include "cli/agent/agent_conn.h"

/**
 * struct agent_stream - what sources and sinks have in common
 * @watch:	of the file; added only while there is something to wait for
 * @waiter:	for room on the wire
 * @conn:	the wire
 * @loop:	that serves both
 * @channel:	of the command
 * @type:	AGENT_STDIN, AGENT_STDOUT or AGENT_STDERR
 * @done:	called once, last of all: the file is closed, the wire knows
 * @is_done:	that has happened
 */
struct agent_stream {
	struct watch watch;
	struct agent_waiter waiter;
	struct agent_conn *conn;
	struct loop *loop;
	uint16_t channel;
	uint16_t type;
	void (*done)(struct agent_stream *stream);
	bool is_done;
};

/**
 * struct agent_source - from a file to the wire
 * @stream:	the common part
 * @credit:	bytes that the peer takes
 * @draining:	send what the file held at that moment, @left bytes, then end
 * @left:	of them
 * @ended:	the file is closed; the stream's end is still to be sent
 */
struct agent_source {
	struct agent_stream stream;
	uint32_t credit;
	bool draining;
	uint32_t left;
	bool ended;
};

/**
 * struct agent_sink - from the wire to a file
 * @stream:	the common part
 * @ring:	AGENT_WINDOW bytes; NULL when done
 * @head:	first byte that waits
 * @len:	bytes that wait
 * @owed:	bytes written and not yet granted anew
 * @ended:	the peer sent the stream's end
 * @broken:	the file takes nothing more; what comes is dropped
 * @hangup:	the peer is still to be told that
 */
struct agent_sink {
	struct agent_stream stream;
	uint8_t *ring;
	uint32_t head;
	uint32_t len;
	uint32_t owed;
	bool ended;
	bool broken;
	bool hangup;
};

/**
 * struct agent_stream_args - how to start a source or sink
 * @conn:	the wire
 * @channel:	of the command
 * @type:	AGENT_STDIN, AGENT_STDOUT or AGENT_STDERR
 * @fd:		non-blocking, pollable; taken. -1: a stream that has ended
 * @done:	see struct agent_stream
 */
struct agent_stream_args {
	struct agent_conn *conn;
	uint16_t channel;
	uint16_t type;
	int fd;
	void (*done)(struct agent_stream *stream);
};

/** agent_source_init() - start; @done may come in a later round, not now */
void agent_source_init(struct agent_source *source,
		       const struct agent_stream_args *args);

/** agent_source_grant() - a WINDOW_ADD frame came; -EPROTO if it overflows */
int agent_source_grant(struct agent_source *source, uint32_t len);

/** agent_source_drain() - send what the file holds now, then end */
void agent_source_drain(struct agent_source *source);

/** agent_source_end() - close the file and send the end: a HANGUP came */
void agent_source_end(struct agent_source *source);

/** agent_source_fini() - forget it all, silently */
void agent_source_fini(struct agent_source *source);

/** agent_sink_init() - start; 0, or -ENOMEM and the fd is the caller's */
int agent_sink_init(struct agent_sink *sink,
		    const struct agent_stream_args *args);

/**
 * agent_sink_data() - a stream frame came; empty: the end
 *
 * Return: 0, or -EPROTO when it exceeds the window or follows the end.
 */
int agent_sink_data(struct agent_sink *sink, const uint8_t *data, size_t len);

/** agent_sink_fini() - forget it all, silently */
void agent_sink_fini(struct agent_sink *sink);

#endif
