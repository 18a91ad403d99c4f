/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reply_queue.h - frames that a port makes itself, handed up after the batch
 *
 * A send() must not call port_input() of its own port (core/port.h), so what it
 * answers waits here for a deferred call.
 */
#ifndef SWITCH_REPLY_QUEUE_H
#define SWITCH_REPLY_QUEUE_H

#include "core/loop.h"
#include "core/packet.h"
#include "core/port.h"

/** REPLY_QUEUE_FRAMES - most frames that wait */
#define REPLY_QUEUE_FRAMES 256
/** REPLY_QUEUE_BYTES - most bytes of them: a flood of 64 KiB pings */
#define REPLY_QUEUE_BYTES (1 << 20)

/**
 * struct reply_queue - embedded in the owner of the port
 * @loop:	of the port's worker
 * @pool:	where waiting frames are kept
 * @port:	whose input the frames are
 * @deferred:	the call that delivers them
 * @packets:	in order
 * @frames:	how many
 * @bytes:	how long they are together
 */
struct reply_queue {
	struct loop *loop;
	struct packet_pool *pool;
	struct port *port;
	struct deferred deferred;
	struct list packets;
	unsigned frames;
	size_t bytes;
};

/** reply_queue_init() - an empty queue for @port */
void reply_queue_init(struct reply_queue *queue, struct loop *loop,
		      struct packet_pool *pool, struct port *port);

/** reply_queue_fini() - drop what waits; no call comes any more */
void reply_queue_fini(struct reply_queue *queue);

/**
 * reply_queue_add() - hand a frame up soon
 * @data:	@len bytes, copied
 *
 * Counts at the port, and forgets the frame, when queue (DROP_BACKLOG_FULL) or
 * pool (DROP_NO_PACKET) have no room.
 */
void reply_queue_add(struct reply_queue *queue, const void *data, size_t len);

/** reply_queue_add_packet() - as reply_queue_add(), of a packet to be taken
 * over
 */
void reply_queue_add_packet(struct reply_queue *queue, struct packet *packet);

/** reply_queue_flush() - hand up what waits, now; not from within send() */
void reply_queue_flush(struct reply_queue *queue);

#endif
