// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stream_input.c - from a unix stream port's client: bytes become frames
 */
#include "backends/stream_internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The length that is next in the buffer; there are STREAM_HLEN bytes. */
static uint32_t stream_next_len(const struct stream *stream)
{
	return be32_load(stream->buffer + stream->begin);
}

bool stream_has_more(const struct stream *stream)
{
	uint32_t len;

	if (stream->end - stream->begin < STREAM_HLEN)
		return false;
	len = stream_next_len(stream);
	return len == 0 || len > FRAME_MAX_LEN ||
	       stream->end - stream->begin - STREAM_HLEN >= len;
}

/* Make a frame of @len bytes that lie in the buffer whole. */
static void stream_accept(struct stream *stream, uint32_t len)
{
	struct frame *frame = &stream->frames[stream->count];
	uint8_t *data = stream->buffer + stream->begin + STREAM_HLEN;

	frame_set_data(frame, data, len, &stream->tails[stream->count]);
	stream->begin += STREAM_HLEN + len;
	if (frame->verdict.fate == FATE_DROPPED)
		port_drop_rx(&stream->port, frame, frame->verdict.reason);
	else
		stream->list[stream->count++] = frame;
}

/* Make a batch of what is whole; false when it begins with nonsense. */
static bool stream_parse(struct stream *stream)
{
	unsigned tries;

	stream->first = stream->count = 0;
	for (tries = 0; tries < FRAME_BATCH; tries++) {
		uint32_t len;

		if (!stream_has_more(stream))
			break;
		len = stream_next_len(stream);
		if (len > 0 && len <= FRAME_MAX_LEN) {
			stream_accept(stream, len);
			continue;
		}
		if (stream->count)
			break; /* these are good, and have their turn */
		port_drop_rx(&stream->port, NULL,
			     len ? DROP_TOO_LONG : DROP_RUNT);
		return false;
	}
	return true;
}

/* Fill the buffer behind what is left in it; 0, or -errno. */
static int stream_read(struct stream *stream)
{
	size_t left = stream->end - stream->begin;
	ssize_t len;

	if (stream->begin) {
		memmove(stream->buffer, stream->buffer + stream->begin, left);
		stream->begin = 0;
		stream->end = left;
	}
	len = read(stream->conn.fd, stream->buffer + left,
		   sizeof(stream->buffer) - left);
	if (len < 0)
		return -errno;
	if (len == 0)
		return -ECONNRESET;
	stream->end += (size_t)len;
	return 0;
}

/* Offer what was not taken yet. */
static void stream_deliver(struct stream *stream)
{
	unsigned n = stream->count - stream->first;

	if (n)
		stream->first += port_input(&stream->port,
					    stream->list + stream->first, n);
	stream->is_held = stream->first < stream->count;
	stream_update_watch(stream);
}

void stream_receive(struct stream *stream)
{
	int rc = stream_has_more(stream) ? 0 : stream_read(stream);

	if (rc == -EAGAIN && !stream->has_hung_up)
		return;
	if (rc) {
		stream_disconnect(stream, rc == -ECONNRESET ? "it closed"
							    : strerror(-rc));
		return;
	}
	if (!stream_parse(stream)) {
		stream_disconnect(stream, "it sent an impossible length");
		return;
	}
	stream_deliver(stream);
	if (!stream->is_held &&
	    (stream->has_hung_up || stream_has_more(stream)))
		loop_defer(stream->loop, &stream->turn);
}

void stream_turn(struct deferred *deferred)
{
	struct stream *stream = container_of(deferred, struct stream, turn);
	unsigned i;

	if (stream->is_held) {
		/* Whoever did not take them may have begun their verdicts. */
		for (i = stream->first; i < stream->count; i++)
			frame_classify(stream->list[i]);
		stream_deliver(stream);
	}
	if (!stream->is_held)
		stream_receive(stream);
}
