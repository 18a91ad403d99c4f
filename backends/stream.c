// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stream.c - a port whose other end is a VMM on a unix stream socket
 *
 * Theory of operation
 *
 * In: bytes are read into one buffer, and frames are handed up from where they
 * lie in it, at most FRAME_BATCH a turn. More is read only when the buffer has
 * no whole frame left; the half frame at its end, if there is one, moves to the
 * front first. What is whole and did not fit into the turn's batch waits for a
 * deferred call, so that the neighbours have their turn between. A client that
 * sends half a frame and falls silent holds nothing but this buffer, which the
 * port has anyway: there is nothing to time out.
 *
 * What the upper side does not take stays in the buffer; reading stops, the
 * socket fills, and the client waits, until resume() asks for a new turn.
 *
 * After a length that no frame can have, nothing that follows means anything:
 * the client is disconnected, and may come back.
 *
 * Out: as many frames as fit into one sendmsg(). Of a frame that the socket
 * took a part of, the rest is copied, and goes out before anything else: the
 * port is full until it is gone.
 *
 * A client that hung up, or takes nothing any more, is still read to the end,
 * turn by turn and without a watch that would fire for ever; then it is
 * disconnected. A second client is refused, unless the first is such a one: a
 * VMM that starts anew must not find its own ghost in its way.
 *
 * Limits: one client; no offloads, so the network finishes checksums and
 * segments for it.
 */
#include "backends/stream_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long to leave clients alone when the kernel has no descriptor for one. */
#define STREAM_PAUSE_NS NSEC_PER_SEC

void stream_update_watch(struct stream *stream)
{
	uint32_t events = stream->is_held ? 0 : EPOLLIN;

	if (stream->is_full || stream->out_len)
		events |= EPOLLOUT;
	if (stream->has_hung_up || events == stream->events)
		return;
	if (watch_change(&stream->conn, events) == 0)
		stream->events = events;
}

void stream_disconnect(struct stream *stream, const char *why)
{
	if (stream->conn.fd < 0)
		return;
	log_limited(stream->log, &stream->log_limit, LOG_INFO,
		    "port %s: client gone: %s", stream->port.name, why);
	deferred_cancel(&stream->turn);
	watch_remove(&stream->conn);
	close(stream->conn.fd);
	stream->conn.fd = -1;
	stream->is_full = stream->is_held = stream->has_hung_up = false;
	stream->first = stream->count = 0;
	stream->begin = stream->end = 0;
	stream->out_at = stream->out_len = 0;
	port_carrier(&stream->port, false);
}

/* No more can be sent; also from within send(), so the rest is deferred. */
void stream_hang_up(struct stream *stream)
{
	watch_remove(&stream->conn);
	stream->has_hung_up = true;
	if (!stream->is_held)
		loop_defer(stream->loop, &stream->turn);
}

static void stream_have_room(struct stream *stream)
{
	bool was_full = stream->is_full;

	if (!stream_flush(stream))
		return;
	stream->is_full = false;
	stream_update_watch(stream);
	if (was_full)
		port_writable(&stream->port);
}

static void stream_ready(struct watch *watch, uint32_t events)
{
	struct stream *stream = container_of(watch, struct stream, conn);

	if (events & (EPOLLHUP | EPOLLERR)) {
		stream_hang_up(stream);
		return;
	}
	if (events & EPOLLOUT)
		stream_have_room(stream);
	/* With more in the buffer, or frames held, a turn is due anyway. */
	if ((events & EPOLLIN) && !stream->has_hung_up && !stream->is_held &&
	    !stream_has_more(stream))
		stream_receive(stream);
}

static void stream_resume(struct port *port)
{
	struct stream *stream = container_of(port, struct stream, port);

	if (stream->is_held)
		loop_defer(stream->loop, &stream->turn);
}

static void stream_status(struct port *port, struct port_status *status)
{
	struct stream *stream = container_of(port, struct stream, port);

	snprintf(status->detail, sizeof(status->detail), "unix stream, %s",
		 stream->conn.fd < 0 ? "no client" : "client connected");
}

static void stream_close(struct port *port)
{
	struct stream *stream = container_of(port, struct stream, port);

	stream_disconnect(stream, "the port is removed");
	timer_cancel(stream->loop, &stream->pause);
	watch_remove(&stream->listen);
	if (stream->listen.fd >= 0)
		close(stream->listen.fd);
	free(stream);
}

static const struct port_ops stream_ops = {
	.send = stream_send,
	.resume = stream_resume,
	.status = stream_status,
	.close = stream_close,
};

/* Is the client one that is gone, and we only have not got round to it? */
static bool stream_is_ghost(const struct stream *stream)
{
	const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;

	/* Sending nothing at all tells whether there is somebody. */
	return stream->has_hung_up || send(stream->conn.fd, "", 0, flags) < 0;
}

int stream_connect(struct stream *stream, int fd)
{
	int rc;

	if (stream->conn.fd >= 0 && stream_is_ghost(stream))
		stream_disconnect(stream, "another came");
	if (stream->conn.fd >= 0) {
		close(fd);
		return -EBUSY;
	}
	stream->conn.fd = fd;
	rc = watch_add(stream->loop, &stream->conn, EPOLLIN);
	if (rc) {
		stream->conn.fd = -1;
		close(fd);
		return rc;
	}
	stream->events = EPOLLIN;
	port_carrier(&stream->port, true);
	return 0;
}

static void stream_pause_expired(struct timer *timer)
{
	struct stream *stream = container_of(timer, struct stream, pause);

	watch_change(&stream->listen, EPOLLIN);
}

static void stream_client_comes(struct watch *watch, uint32_t events)
{
	struct stream *stream = container_of(watch, struct stream, listen);
	int fd, rc;

	(void)events;
	fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno == EAGAIN || errno == ECONNABORTED)
			return;
		/* Out of descriptors: it would only be told again and again. */
		rc = timer_arm(stream->loop, &stream->pause,
			       loop_now_ns(stream->loop) + STREAM_PAUSE_NS);
		if (!rc)
			watch_change(watch, 0);
		return;
	}
	rc = stream_connect(stream, fd);
	if (rc)
		log_limited(stream->log, &stream->log_limit, LOG_WARNING,
			    "port %s: refused a client: %s", stream->port.name,
			    rc == -EBUSY ? "there is one" : strerror(-rc));
}

static void stream_init(struct stream *stream, struct loop *loop,
			const struct stream_settings *settings)
{
	port_init(&stream->port, &stream_ops, settings->name);
	stream->port.mtu = settings->mtu;
	stream->port.can_wait = true;
	stream->loop = loop;
	stream->log = settings->log;
	deferred_init(&stream->turn, stream_turn);
	stream->pause.expired = stream_pause_expired;
	stream->conn.fd = -1;
	stream->conn.ready = stream_ready;
	stream->conn.name = "stream";
	stream->listen.fd = settings->listen_fd;
	stream->listen.ready = stream_client_comes;
	stream->listen.name = "stream listen";
}

static bool is_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || !(flags & O_NONBLOCK);
}

struct stream *stream_create(struct loop *loop,
			     const struct stream_settings *settings,
			     struct err *err)
{
	struct stream *stream;
	int rc = 0;

	if (settings->listen_fd >= 0 && is_blocking(settings->listen_fd)) {
		err_set(err, -EINVAL,
			"port %s: its socket must be open and non-blocking",
			settings->name);
		return NULL;
	}
	stream = calloc(1, sizeof(*stream));
	if (!stream) {
		err_set(err, -ENOMEM, "no memory for port %s", settings->name);
		return NULL;
	}
	stream_init(stream, loop, settings);
	if (settings->listen_fd >= 0)
		rc = watch_add(loop, &stream->listen, EPOLLIN);
	if (!rc)
		return stream;
	err_set(err, rc, "port %s: cannot watch its socket: %s", settings->name,
		strerror(-rc));
	free(stream);
	return NULL;
}

struct port *stream_port(struct stream *stream)
{
	return &stream->port;
}
