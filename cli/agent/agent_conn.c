// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent_conn.c - frames over one file descriptor
 *
 * Theory of operation
 *
 * The watch is edge-triggered, so each event only defers agent_conn_input(),
 * which reads once, handles whole frames and defers itself again until the file
 * says EAGAIN: a peer that floods gets one buffer per round of the loop, like
 * everybody else. Writing is deferred likewise, so that the frames of one round
 * leave in one write.
 *
 * All that either side sends is derived from some state, never from a frame it
 * just read alone, so nobody has to stop reading while the peer doesn't: there
 * is no way for both to wait for each other. Who has stream data but no room
 * waits in a list; control frames may use a reserve beyond it.
 *
 * Limits: one buffer of each direction, never more memory; a frame that is too
 * long is an error of the peer, not split or joined.
 */
#include "cli/agent/agent_conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define SKIP_MAX (8 * AGENT_FRAME_MAX)

static void conn_close(struct agent_conn *conn, int code)
{
	if (!conn->open)
		return;
	conn->open = false;
	deferred_cancel(&conn->input);
	deferred_cancel(&conn->output);
	conn->ops->closed(conn, code);
}

static void conn_consume(struct agent_conn *conn, size_t len)
{
	conn->in_len -= len;
	memmove(conn->in, conn->in + len, conn->in_len);
}

/* What comes before the peer's HELLO belongs to a conversation long gone. */
static int conn_sync(struct agent_conn *conn)
{
	size_t skip = agent_hello_find(conn->in, conn->in_len, conn->hello_len);

	conn_consume(conn, skip);
	conn->skipped += skip;
	if (conn->in_len < AGENT_HEADER_LEN + AGENT_MAGIC_LEN)
		return conn->skipped > SKIP_MAX ? -EPROTO : 0;
	conn->synced = true;
	conn->skipped = 0;
	return 0;
}

/* Handle the whole frames in the buffer, until a callback closes or resets. */
static int conn_frames(struct agent_conn *conn)
{
	size_t pos = 0;
	int taken = 0, ret = 0;

	while (conn->synced && conn->open) {
		struct agent_frame frame;

		taken = agent_frame_decode(conn->in + pos, conn->in_len - pos,
					   &frame);
		if (taken <= 0)
			break;
		ret = conn->ops->frame(conn, &frame);
		if (ret)
			break;
		pos += (size_t)taken;
	}
	if (!conn->open)
		return 0;
	conn_consume(conn, MIN(pos, conn->in_len));
	return taken < 0 ? taken : ret;
}

static void conn_input(struct deferred *deferred)
{
	struct agent_conn *conn;
	ssize_t len;
	int ret = 0;

	conn = container_of(deferred, struct agent_conn, input);
	len = read(conn->watch.fd, conn->in + conn->in_len,
		   AGENT_FRAME_MAX - conn->in_len);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		conn_close(conn, len ? -errno : -EPIPE);
		return;
	}
	loop_defer(conn->loop, &conn->input);
	conn->in_len += (size_t)len;
	if (!conn->synced)
		ret = conn_sync(conn);
	if (!ret)
		ret = conn_frames(conn);
	if (ret)
		conn_close(conn, ret);
}

static void conn_wake(struct agent_conn *conn)
{
	while (agent_conn_has_room(conn)) {
		struct list *link = list_pop(&conn->waiters);
		struct agent_waiter *waiter;

		if (!link)
			return;
		waiter = container_of(link, struct agent_waiter, link);
		waiter->room(waiter);
	}
}

static void conn_output(struct deferred *deferred)
{
	struct agent_conn *conn;
	ssize_t len;

	conn = container_of(deferred, struct agent_conn, output);
	while (conn->out_len) {
		len = write(conn->watch.fd, conn->out + conn->out_pos,
			    conn->out_len);
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (len < 0) {
			conn_close(conn, -errno);
			return;
		}
		conn->out_pos += (size_t)len;
		conn->out_len -= (size_t)len;
	}
	if (!conn->out_len)
		conn->out_pos = 0;
	conn_wake(conn);
}

static void conn_ready(struct watch *watch, uint32_t events)
{
	struct agent_conn *conn = container_of(watch, struct agent_conn, watch);

	if (!conn->open && (!conn->ops->opened || (events & EPOLLHUP)))
		return;
	if (!conn->open) {
		agent_conn_reset(conn);
		conn->ops->opened(conn);
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		loop_defer(conn->loop, &conn->input);
	if ((events & EPOLLOUT) && conn->out_len)
		loop_defer(conn->loop, &conn->output);
}

int agent_conn_init(struct agent_conn *conn, struct loop *loop, int fd,
		    const struct agent_conn_ops *ops, size_t hello_len)
{
	int ret = -ENOMEM;

	memset(conn, 0, sizeof(*conn));
	conn->ops = ops;
	conn->loop = loop;
	conn->hello_len = hello_len;
	conn->watch.fd = fd;
	conn->watch.ready = conn_ready;
	conn->watch.name = "agent";
	deferred_init(&conn->input, conn_input);
	deferred_init(&conn->output, conn_output);
	list_init(&conn->waiters);
	conn->in = malloc(AGENT_FRAME_MAX);
	conn->out = malloc(AGENT_OUT_SIZE);
	if (!conn->in || !conn->out)
		goto fail;
	ret = watch_add(loop, &conn->watch, EPOLLIN | EPOLLOUT | EPOLLET);
	if (ret)
		goto fail;
	conn->open = true;
	return 0;
fail:
	free(conn->in);
	free(conn->out);
	conn->in = conn->out = NULL;
	conn->watch.fd = -1;
	return ret;
}

void agent_conn_fini(struct agent_conn *conn)
{
	conn->open = false;
	deferred_cancel(&conn->input);
	deferred_cancel(&conn->output);
	while (list_pop(&conn->waiters))
		;
	watch_remove(&conn->watch);
	if (conn->watch.fd >= 0)
		close(conn->watch.fd);
	conn->watch.fd = -1;
	free(conn->in);
	free(conn->out);
	conn->in = conn->out = NULL;
}

void agent_conn_reset(struct agent_conn *conn)
{
	conn->open = true;
	conn->out_pos = conn->out_len = 0;
	agent_conn_desync(conn);
}

void agent_conn_desync(struct agent_conn *conn)
{
	conn->in_len = 0;
	conn->skipped = 0;
	conn->synced = false;
}

static void conn_append(struct agent_conn *conn, const void *data, size_t len)
{
	if (len)
		memcpy(conn->out + conn->out_pos + conn->out_len, data, len);
	conn->out_len += len;
}

int agent_conn_send(struct agent_conn *conn, const struct agent_frame *frame)
{
	uint8_t header[AGENT_HEADER_LEN];
	size_t len = sizeof(header) + frame->len;

	if (!conn->open)
		return -ENOTCONN;
	if (len > AGENT_OUT_SIZE - conn->out_len)
		return -ENOBUFS;
	if (len > AGENT_OUT_SIZE - conn->out_pos - conn->out_len) {
		memmove(conn->out, conn->out + conn->out_pos, conn->out_len);
		conn->out_pos = 0;
	}
	agent_header_encode(frame, header);
	conn_append(conn, header, sizeof(header));
	conn_append(conn, frame->data, frame->len);
	loop_defer(conn->loop, &conn->output);
	return 0;
}

bool agent_conn_has_room(const struct agent_conn *conn)
{
	return conn->open &&
	       conn->out_len <= AGENT_OUT_SIZE - AGENT_OUT_RESERVE;
}

void agent_conn_wait(struct agent_conn *conn, struct agent_waiter *waiter)
{
	if (list_is_empty(&waiter->link))
		list_append(&conn->waiters, &waiter->link);
}
