/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agent_conn.h - frames over one file descriptor, either end of the agent wire
 */
#ifndef CLI_AGENT_AGENT_CONN_H
#define CLI_AGENT_AGENT_CONN_H

#include "cli/agent/agent_proto.h"
#include "core/list.h"
#include "core/loop.h"

/** AGENT_OUT_SIZE - bytes that may wait to be written */
#define AGENT_OUT_SIZE (4 * AGENT_FRAME_MAX)
/** AGENT_OUT_RESERVE - of them, room that stream data leaves to the rest */
#define AGENT_OUT_RESERVE (2 * AGENT_FRAME_MAX)
/** AGENT_CHUNK - most stream bytes in one frame: others come in between */
#define AGENT_CHUNK 16384

struct agent_conn;

/**
 * struct agent_conn_ops - what the owner of a connection is told
 * @frame:	a frame came; an error closes the connection with it
 * @closed:	the peer went away (-EPIPE), lied (-EPROTO) or the file failed;
 *		nothing is read or written until agent_conn_reset()
 * @opened:	the file came back after @closed and the connection was reset;
 *		may be NULL: it never comes back
 */
struct agent_conn_ops {
	int (*frame)(struct agent_conn *conn, const struct agent_frame *frame);
	void (*closed)(struct agent_conn *conn, int code);
	void (*opened)(struct agent_conn *conn);
};

/**
 * struct agent_waiter - somebody who has something to send but no room
 * @room:	called once when there is room again
 * @link:	in the connection's list; empty while not waiting
 */
struct agent_waiter {
	void (*room)(struct agent_waiter *waiter);
	struct list link;
};

/**
 * struct agent_conn - a connection
 * @watch:	of the fd, edge-triggered: a virtio port without host reports
 *		hang-up for as long as that lasts, and must not wake us for it
 * @ops:	the owner
 * @loop:	that serves it
 * @input:	reads on in the next round
 * @output:	writes what the callbacks of this round queued
 * @waiters:	struct agent_waiter, in the order they asked
 * @hello_len:	length of the peer's HELLO, to find it by
 * @open:	reading and writing
 * @synced:	frame borders are known
 * @skipped:	bytes read while not synced
 * @in:		AGENT_FRAME_MAX bytes, @in_len of them read
 * @in_len:	bytes read and not yet handled
 * @out:	AGENT_OUT_SIZE bytes, @out_len of them waiting from @out_pos on
 * @out_pos:	first byte that waits
 * @out_len:	bytes that wait
 */
struct agent_conn {
	struct watch watch;
	const struct agent_conn_ops *ops;
	struct loop *loop;
	struct deferred input;
	struct deferred output;
	struct list waiters;
	size_t hello_len;
	bool open;
	bool synced;
	uint64_t skipped;
	uint8_t *in;
	size_t in_len;
	uint8_t *out;
	size_t out_pos;
	size_t out_len;
};

/**
 * agent_conn_init() - start to serve a connection
 * @fd:		a stream, non-blocking; taken: agent_conn_fini() closes it
 * @hello_len:	what the peer's HELLO is long
 *
 * Return: 0, or -errno; @fd is then still the caller's.
 */
int agent_conn_init(struct agent_conn *conn, struct loop *loop, int fd,
		    const struct agent_conn_ops *ops, size_t hello_len);

/** agent_conn_fini() - no callback after it returns; waiters are forgotten */
void agent_conn_fini(struct agent_conn *conn);

/**
 * agent_conn_reset() - forget all bytes of both directions and look for HELLO
 *
 * Reopens a connection that was closed and whose file can come back.
 */
void agent_conn_reset(struct agent_conn *conn);

/**
 * agent_conn_desync() - the peer's bytes make no sense: look for HELLO
 */
void agent_conn_desync(struct agent_conn *conn);

/**
 * agent_conn_send() - queue a control frame
 *
 * Return: 0, -ENOBUFS when the peer takes nothing, -ENOTCONN while closed.
 */
int agent_conn_send(struct agent_conn *conn, const struct agent_frame *frame);

/** agent_conn_has_room() - may a chunk of stream data be queued now? */
bool agent_conn_has_room(const struct agent_conn *conn);

/** agent_conn_wait() - have @waiter called when agent_conn_has_room() again */
void agent_conn_wait(struct agent_conn *conn, struct agent_waiter *waiter);

#endif
