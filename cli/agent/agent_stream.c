// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent_stream.c - relays between local files and streams of the agent wire
 *
 * Theory of operation
 *
 * A source is in one of these situations, and agent_source_pump() finds out
 * which: no credit (a WINDOW_ADD frame wakes it), no room on the wire (the
 * waiter wakes it), file empty (the watch wakes it), ended. A watch that is not
 * wanted is removed, not masked: epoll reports hang-ups regardless of the mask.
 *
 * A sink writes at once what the file takes and keeps the rest in its ring,
 * which holds a whole window, so it can always take what the peer may send. It
 * grants anew when half a window is written or all of it; a grant that finds no
 * room waits and grows. When the reader has gone the sink says HANGUP, and
 * drops what comes until the peer ends the stream, so the end stays in order.
 *
 * Limits: at most PUMP_CHUNKS reads per round for a source; one write per wake
 * for a sink.
 */
#include "cli/agent/agent_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/bytes.h"

#define PUMP_CHUNKS 4

static void stream_close(struct agent_stream *stream)
{
	watch_remove(&stream->watch);
	if (stream->watch.fd >= 0)
		close(stream->watch.fd);
	stream->watch.fd = -1;
}

static void stream_watch(struct agent_stream *stream, uint32_t events)
{
	if (!stream->watch.loop && stream->watch.fd >= 0)
		watch_add(stream->loop, &stream->watch, events);
}

static int stream_send(struct agent_stream *stream, uint16_t type,
		       const uint8_t *data, size_t len)
{
	struct agent_frame frame = {
		.type = type,
		.channel = stream->channel,
		.len = (uint32_t)len,
		.data = data,
	};

	return agent_conn_send(stream->conn, &frame);
}

static void stream_done(struct agent_stream *stream)
{
	list_remove(&stream->waiter.link);
	if (stream->is_done)
		return;
	stream->is_done = true;
	stream->done(stream);
}

static void stream_init(struct agent_stream *stream,
			const struct agent_stream_args *args)
{
	stream->watch.fd = args->fd;
	stream->watch.name = "agent stream";
	stream->conn = args->conn;
	stream->loop = args->conn->loop;
	stream->channel = args->channel;
	stream->type = args->type;
	stream->done = args->done;
	list_init(&stream->waiter.link);
}

/* Read one chunk and send it; false when there is nothing more to do now. */
static bool source_chunk(struct agent_source *source)
{
	struct agent_stream *stream = &source->stream;
	uint8_t data[AGENT_CHUNK];
	uint32_t max = MIN(AGENT_CHUNK, source->credit);
	ssize_t len;

	if (source->draining)
		max = MIN(max, source->left);
	len = read(stream->watch.fd, data, max);
	if (len > 0) {
		source->credit -= (uint32_t)len;
		source->left -= source->draining ? (uint32_t)len : 0;
		stream_send(stream, stream->type, data, (size_t)len);
		return true;
	}
	if (len < 0 && errno == EAGAIN && !source->draining) {
		stream_watch(stream, EPOLLIN);
		return false;
	}
	if (len < 0 && errno == EINTR)
		return true;
	/* The end; also a terminal whose last user closed it (EIO). */
	source->ended = true;
	stream_close(stream);
	return false;
}

static void source_pump(struct agent_source *source)
{
	struct agent_stream *stream = &source->stream;
	unsigned chunks = 0;

	watch_remove(&stream->watch);
	while (!stream->is_done) {
		if (!agent_conn_has_room(stream->conn)) {
			agent_conn_wait(stream->conn, &stream->waiter);
			return;
		}
		if (source->ended) {
			stream_send(stream, stream->type, NULL, 0);
			stream_done(stream);
			return;
		}
		if (!source->credit)
			return;
		if (chunks++ == PUMP_CHUNKS) {
			agent_conn_wait(stream->conn, &stream->waiter);
			loop_defer(stream->loop, &stream->conn->output);
			return;
		}
		if (!source_chunk(source) && !source->ended)
			return;
	}
}

static void source_readable(struct watch *watch, uint32_t events)
{
	struct agent_source *source;

	(void)events;
	source = container_of(watch, struct agent_source, stream.watch);
	source_pump(source);
}

static void source_room(struct agent_waiter *waiter)
{
	source_pump(container_of(waiter, struct agent_source, stream.waiter));
}

void agent_source_init(struct agent_source *source,
		       const struct agent_stream_args *args)
{
	memset(source, 0, sizeof(*source));
	stream_init(&source->stream, args);
	source->stream.watch.ready = source_readable;
	source->stream.waiter.room = source_room;
	source->credit = AGENT_WINDOW;
	source->ended = args->fd < 0;
	if (source->ended) {
		agent_conn_wait(args->conn, &source->stream.waiter);
		loop_defer(args->conn->loop, &args->conn->output);
	} else {
		stream_watch(&source->stream, EPOLLIN);
	}
}

int agent_source_grant(struct agent_source *source, uint32_t len)
{
	if (len > AGENT_WINDOW - source->credit)
		return -EPROTO;
	source->credit += len;
	if (len && !source->stream.watch.loop)
		source_pump(source);
	return 0;
}

void agent_source_drain(struct agent_source *source)
{
	int left = 0;

	/* Children left behind may go on writing: they are not waited for. */
	if (source->stream.watch.fd >= 0)
		ioctl(source->stream.watch.fd, FIONREAD, &left);
	source->draining = true;
	source->left = (uint32_t)left;
	source_pump(source);
}

void agent_source_end(struct agent_source *source)
{
	if (source->stream.is_done)
		return;
	source->ended = true;
	stream_close(&source->stream);
	source_pump(source);
}

void agent_source_fini(struct agent_source *source)
{
	source->stream.is_done = true;
	list_remove(&source->stream.waiter.link);
	stream_close(&source->stream);
}

/* Send what is pending; false when the wire has no room for it now. */
static bool sink_tell(struct agent_sink *sink)
{
	struct agent_stream *stream = &sink->stream;
	uint8_t grant[6];

	be16_store(grant, stream->type);
	be32_store(grant + 2, sink->owed);
	if (sink->hangup) {
		if (stream_send(stream, AGENT_HANGUP, grant, 2))
			return false;
		sink->hangup = false;
	}
	if (sink->ended || !sink->owed)
		return true;
	if (sink->len && sink->owed < AGENT_WINDOW / 2)
		return true;
	if (stream_send(stream, AGENT_WINDOW_ADD, grant, sizeof(grant)))
		return false;
	sink->owed = 0;
	return true;
}

static void sink_break(struct agent_sink *sink)
{
	sink->broken = true;
	sink->hangup = !sink->ended;
	sink->owed += sink->len;
	sink->len = 0;
	stream_close(&sink->stream);
}

static void sink_write(struct agent_sink *sink)
{
	uint32_t first = MIN(sink->len, AGENT_WINDOW - sink->head);
	struct iovec iov[2] = {
		{sink->ring + sink->head, first},
		{sink->ring, sink->len - first},
	};
	ssize_t len;

	len = writev(sink->stream.watch.fd, iov, 2);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len < 0) {
		sink_break(sink);
		return;
	}
	sink->head = (sink->head + (uint32_t)len) % AGENT_WINDOW;
	sink->len -= (uint32_t)len;
	sink->owed += (uint32_t)len;
}

static void sink_pump(struct agent_sink *sink)
{
	struct agent_stream *stream = &sink->stream;

	watch_remove(&stream->watch);
	if (sink->len)
		sink_write(sink);
	if (!sink_tell(sink))
		agent_conn_wait(stream->conn, &stream->waiter);
	if (sink->ended && !sink->len) {
		stream_close(stream);
		stream_done(stream);
		return;
	}
	/* With an empty mask epoll still tells that the reader has gone. */
	stream_watch(stream, sink->len ? EPOLLOUT : 0);
}

static void sink_ready(struct watch *watch, uint32_t events)
{
	struct agent_sink *sink;

	sink = container_of(watch, struct agent_sink, stream.watch);
	if (events & (EPOLLERR | EPOLLHUP))
		sink_break(sink);
	sink_pump(sink);
}

static void sink_room(struct agent_waiter *waiter)
{
	sink_pump(container_of(waiter, struct agent_sink, stream.waiter));
}

int agent_sink_init(struct agent_sink *sink,
		    const struct agent_stream_args *args)
{
	memset(sink, 0, sizeof(*sink));
	stream_init(&sink->stream, args);
	sink->stream.watch.ready = sink_ready;
	sink->stream.waiter.room = sink_room;
	sink->broken = args->fd < 0;
	sink->ring = malloc(AGENT_WINDOW);
	if (!sink->ring) {
		sink->stream.watch.fd = -1;
		return -ENOMEM;
	}
	stream_watch(&sink->stream, 0);
	return 0;
}

int agent_sink_data(struct agent_sink *sink, const uint8_t *data, size_t len)
{
	uint32_t tail = (sink->head + sink->len) % AGENT_WINDOW;
	size_t first;

	if (sink->ended || len > AGENT_WINDOW - sink->len - sink->owed)
		return -EPROTO;
	if (!len)
		sink->ended = true;
	if (sink->broken) {
		sink->owed += (uint32_t)len;
	} else if (len) {
		first = MIN(len, (size_t)(AGENT_WINDOW - tail));
		memcpy(sink->ring + tail, data, first);
		memcpy(sink->ring, data + first, len - first);
		sink->len += (uint32_t)len;
	}
	sink_pump(sink);
	return 0;
}

void agent_sink_fini(struct agent_sink *sink)
{
	sink->stream.is_done = true;
	list_remove(&sink->stream.waiter.link);
	stream_close(&sink->stream);
	free(sink->ring);
	sink->ring = NULL;
}
