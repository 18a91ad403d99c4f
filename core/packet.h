/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet.h - an Ethernet frame that waits: owned, bounded, from a pool
 *
 * Whatever can't be delivered at once (a receiver's backlog) is copied into a
 * packet. The pool is made once, with all its memory reserved but untouched, so
 * an idle pool costs address space only. Nothing on the packet path allocates.
 */
#ifndef CORE_PACKET_H
#define CORE_PACKET_H

#include "core/err.h"
#include "core/frame.h"
#include "core/list.h"

/** PACKET_CHUNK_SIZE - tail bytes come in pieces of this size */
#define PACKET_CHUNK_SIZE 2048
#define PACKET_MAX_CHUNKS \
	((FRAME_MAX_LEN + PACKET_CHUNK_SIZE - 1) / PACKET_CHUNK_SIZE)
static_assert(PACKET_MAX_CHUNKS <= FRAME_MAX_IOV, "a packet is also a frame");

struct packet_pool;

/**
 * struct packet - one waiting frame
 * @link:	for the queue it waits in
 * @pool:	where it goes back to
 * @stamp_ns:	for its owner: when it came, or when it may go
 * @frame:	can be handed to port_send() as it is
 * @chunks:	tail memory; @frame.iov points to it
 */
struct packet {
	struct list link;
	struct packet_pool *pool;
	uint64_t stamp_ns;
	struct frame frame;
	struct iovec chunks[PACKET_MAX_CHUNKS];
};

/**
 * packet_pool_create() - reserve memory for waiting frames
 * @packets:	most packets at a time
 * @chunks:	most tail pieces at a time, over all packets
 * @err:	says why when NULL is returned
 */
struct packet_pool *packet_pool_create(unsigned packets, unsigned chunks,
				       struct err *err);

/** packet_pool_destroy() - every packet must be back; NULL is fine */
void packet_pool_destroy(struct packet_pool *pool);

/** packet_pool_in_use() - packets that are out, for status and leak tests */
unsigned packet_pool_in_use(const struct packet_pool *pool);

/**
 * packet_from_frame() - copy a borrowed frame, headers and offloads included
 *
 * Return: a packet that belongs to the caller, or NULL when the pool is empty
 * (count DROP_NO_PACKET).
 */
struct packet *packet_from_frame(struct packet_pool *pool,
				 const struct frame *frame);

/** packet_free() - give it back; NULL is fine */
void packet_free(struct packet *packet);

#endif
