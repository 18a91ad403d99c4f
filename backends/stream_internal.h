/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream_internal.h - what the files of a unix stream port share
 */
#ifndef BACKENDS_STREAM_INTERNAL_H
#define BACKENDS_STREAM_INTERNAL_H

#include "backends/stream.h"

/* The length in front of each frame. */
#define STREAM_HLEN 4
#define STREAM_FRAME_SIZE (STREAM_HLEN + FRAME_MAX_LEN)
/* Two full batches of 1514 bytes; it stays in a core's second level cache. */
#define STREAM_BUFFER_SIZE (256 * 1024)
/* A batch of short frames: length, head and tail of each. */
#define STREAM_IOV (3 * FRAME_BATCH)

static_assert(STREAM_BUFFER_SIZE >= 2 * STREAM_FRAME_SIZE,
	      "behind half a frame there is room for what ends it");
static_assert(STREAM_IOV >= FRAME_MAX_IOV + 2, "any one frame can be sent");

/**
 * struct stream - see stream.h
 * @port:	what others see
 * @loop:	of the worker
 * @log:	where clients are told of
 * @log_limit:	how often
 * @listen:	for clients; its fd is -1 when there is no such socket
 * @pause:	ends a time without accepting
 * @conn:	the client; its fd is -1 while there is none
 * @turn:	goes on with what did not fit into a turn
 * @events:	what @conn waits for
 * @is_full:	a send() was cut short; port_writable() is owed
 * @is_held:	the upper side did not take all; no reading meanwhile
 * @has_hung_up: what it sent is read to the end, and @conn is not watched
 * @first:	first frame of @list that was not taken yet
 * @count:	entries of @list
 * @begin:	of what was not made a frame yet, in @buffer
 * @end:	of what was read
 * @out_at:	what of @out is sent already
 * @out_len:	what is in @out; 0 when no frame is half sent
 * @lens:	of the frames that are being sent, big-endian
 * @iov:	the same frames, piece by piece
 * @list:	the frames that are good
 * @frames:	of this turn
 * @tails:	one for each of @frames, into @buffer
 * @out:	private copy of a frame that is half sent, with its length
 * @buffer:	bytes from the client
 */
struct stream {
	struct port port;
	struct loop *loop;
	const struct log *log;
	struct log_limit log_limit;
	struct watch listen;
	struct timer pause;
	struct watch conn;
	struct deferred turn;
	uint32_t events;
	bool is_full;
	bool is_held;
	bool has_hung_up;
	unsigned first;
	unsigned count;
	size_t begin;
	size_t end;
	size_t out_at;
	size_t out_len;
	uint8_t lens[FRAME_BATCH][STREAM_HLEN];
	struct iovec iov[STREAM_IOV];
	struct frame *list[FRAME_BATCH];
	struct frame frames[FRAME_BATCH];
	struct iovec tails[FRAME_BATCH];
	uint8_t out[STREAM_FRAME_SIZE];
	uint8_t buffer[STREAM_BUFFER_SIZE];
};

/** stream_update_watch() - wait for what the port can use now */
void stream_update_watch(struct stream *stream);

/**
 * stream_hang_up() - nothing can be sent any more
 *
 * Legal within send(): the client is read to its end and disconnected in later
 * turns.
 */
void stream_hang_up(struct stream *stream);

/** stream_disconnect() - end it with the client; @why is for the log */
void stream_disconnect(struct stream *stream, const char *why);

/** stream_has_more() - is something in the buffer that needs no more bytes? */
bool stream_has_more(const struct stream *stream);

/** stream_receive() - one turn: at most one read, at most one batch */
void stream_receive(struct stream *stream);

/** stream_turn() - go on with what was held or did not fit into a turn */
void stream_turn(struct deferred *deferred);

/** stream_flush() - send the rest of a frame; false while there still is one */
bool stream_flush(struct stream *stream);

/** stream_send() - struct port_ops */
unsigned stream_send(struct port *port, struct frame **frames, unsigned n);

#endif
