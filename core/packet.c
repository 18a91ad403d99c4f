// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet.c - the pool of waiting frames
 *
 * Theory of operation
 *
 * Packets and chunks are two arrays in one anonymous mapping, each with a stack
 * of free ones. The stacks hand out what came back last, so a quiet pool keeps
 * touching the same few pages.
 */
#include "core/packet.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

/**
 * struct packet_pool - two arrays, two stacks of what is free in them
 * @packets:		@packet_count packets
 * @chunks:		@chunk_count tail pieces; the start of the mapping
 * @packet_count:	most packets at a time
 * @chunk_count:	most chunks at a time
 * @free_packets:	used entries of @packet_stack
 * @free_chunks:	used entries of @chunk_stack
 * @map_size:		bytes of the mapping that holds all four
 * @packet_stack:	numbers of free packets
 * @chunk_stack:	numbers of free chunks
 */
struct packet_pool {
	struct packet *packets;
	uint8_t *chunks;
	unsigned packet_count;
	unsigned chunk_count;
	unsigned free_packets;
	unsigned free_chunks;
	size_t map_size;
	uint32_t *packet_stack;
	uint32_t *chunk_stack;
};

static size_t pool_size(unsigned packets, unsigned chunks)
{
	return packets * (sizeof(struct packet) + sizeof(uint32_t)) +
	       chunks * (PACKET_CHUNK_SIZE + sizeof(uint32_t));
}

static void pool_layout(struct packet_pool *pool, uint8_t *base)
{
	size_t chunks = (size_t)pool->chunk_count * PACKET_CHUNK_SIZE;
	size_t packets = pool->packet_count * sizeof(struct packet);

	pool->chunks = base;
	pool->packets = (struct packet *)(void *)(base + chunks);
	pool->packet_stack = (uint32_t *)(void *)(base + chunks + packets);
	pool->chunk_stack = pool->packet_stack + pool->packet_count;
}

struct packet_pool *packet_pool_create(unsigned packets, unsigned chunks,
				       struct err *err)
{
	struct packet_pool *pool = calloc(1, sizeof(*pool));
	uint8_t *base;
	unsigned i;

	if (!pool)
		goto fail;
	pool->packet_count = pool->free_packets = packets;
	pool->chunk_count = pool->free_chunks = chunks;
	pool->map_size = pool_size(packets, chunks);
	base = mmap(NULL, pool->map_size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		goto fail;
	pool_layout(pool, base);
	for (i = 0; i < packets; i++)
		pool->packet_stack[i] = packets - 1 - i;
	for (i = 0; i < chunks; i++)
		pool->chunk_stack[i] = chunks - 1 - i;
	return pool;
fail:
	err_set(err, -ENOMEM, "no memory for %u waiting packets", packets);
	free(pool);
	return NULL;
}

void packet_pool_destroy(struct packet_pool *pool)
{
	if (!pool)
		return;
	assert(!packet_pool_in_use(pool));
	munmap(pool->chunks, pool->map_size);
	free(pool);
}

unsigned packet_pool_in_use(const struct packet_pool *pool)
{
	return pool->packet_count - pool->free_packets;
}

struct packet *packet_from_frame(struct packet_pool *pool,
				 const struct frame *frame)
{
	size_t offset = frame->snap_len, left = frame->len - frame->snap_len;
	unsigned i, need;
	struct packet *packet;

	need = (unsigned)((left + PACKET_CHUNK_SIZE - 1) / PACKET_CHUNK_SIZE);
	if (!pool->free_packets || pool->free_chunks < need ||
	    need > PACKET_MAX_CHUNKS)
		return NULL;
	packet = &pool->packets[pool->packet_stack[--pool->free_packets]];
	list_init(&packet->link);
	packet->pool = pool;
	packet->frame = *frame;
	packet->frame.iov = packet->chunks;
	packet->frame.iov_count = (uint16_t)need;
	for (i = 0; i < need; i++) {
		size_t part = MIN(left, PACKET_CHUNK_SIZE);
		uint32_t chunk = pool->chunk_stack[--pool->free_chunks];
		uint8_t *data =
			pool->chunks + (size_t)chunk * PACKET_CHUNK_SIZE;

		packet->chunks[i].iov_base = data;
		packet->chunks[i].iov_len = part;
		frame_copy(frame, offset, data, part);
		offset += part;
		left -= part;
	}
	return packet;
}

void packet_free(struct packet *packet)
{
	struct packet_pool *pool;
	unsigned i;

	if (!packet)
		return;
	pool = packet->pool;
	for (i = 0; i < packet->frame.iov_count; i++) {
		uint8_t *data = packet->chunks[i].iov_base;
		size_t chunk =
			(size_t)(data - pool->chunks) / PACKET_CHUNK_SIZE;

		pool->chunk_stack[pool->free_chunks++] = (uint32_t)chunk;
	}
	pool->packet_stack[pool->free_packets++] =
		(uint32_t)(packet - pool->packets);
}
