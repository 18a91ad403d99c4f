// SPDX-License-Identifier: GPL-2.0-or-later
/* block.c - requests to a disk, one at a time */
#include "guest/block.h"
#include "guest/io.h"
#include "guest/text.h"

#define FEATURES                                                             \
	(VIRTIO_F_EVENT_IDX | BLOCK_F_RO | BLOCK_F_FLUSH | BLOCK_F_DISCARD | \
	 BLOCK_F_WRITE_ZEROES)

int block_start(struct block *b)
{
	if (!b->header) {
		b->header = pages(b->v.machine, 1);
		b->status = (uint8_t *)b->header + 1024;
		b->data = pages(b->v.machine, BLOCK_DATA_SIZE / 4096);
	}
	if (virtio_begin(&b->v, FEATURES) ||
	    virtio_queue(&b->v, &b->queue, 0, 0))
		return -1;
	b->sectors = read32(b->v.config.at) |
		     (uint64_t)read32(b->v.config.at + 4) << 32;
	return virtio_run(&b->v);
}

/* Which way the data goes is a matter of the type: what it asks for is written
 * by the device. */
static bool is_asking(uint32_t type)
{
	return type == BLOCK_IN || type == BLOCK_GET_ID;
}

int block_request(struct block *b, uint32_t type, uint64_t sector, uint32_t len)
{
	struct virtq_buffer chain[3] = {
		{(uint64_t)b->header, sizeof(*b->header), false}};
	unsigned n = 1;
	uint32_t used;

	*b->header = (struct block_header){type, 0, sector};
	*b->status = BLOCK_UNTOUCHED;
	if (len)
		chain[n++] = (struct virtq_buffer){(uint64_t)b->data, len,
						   is_asking(type)};
	chain[n++] = (struct virtq_buffer){(uint64_t)b->status, 1, true};
	if (virtq_add(&b->queue, chain, n) == VIRTQ_NONE)
		return failed("disk: queue is full");
	virtq_kick(&b->queue);
	if (!virtq_wait(&b->queue, b->v.machine->patience_ms))
		return failed("disk: no answer in %lu ms",
			      b->v.machine->patience_ms);
	if (virtq_pop(&b->queue, &used) == VIRTQ_NONE)
		return -1;
	return *b->status;
}

int block_do(struct block *b, uint32_t type, uint64_t sector, uint32_t len,
	     int wanted)
{
	int status = block_request(b, type, sector, len);

	if (status < 0 || status == wanted)
		return status < 0 ? -1 : 0;
	return failed("disk: type %u sector %lu length %u: status %d, not %d",
		      type, sector, len, status, wanted);
}

void block_pattern(uint8_t *at, uint32_t len, uint64_t sector, unsigned salt)
{
	uint64_t *word = (uint64_t *)at;
	uint32_t i;

	for (i = 0; i < len / 8; i++)
		word[i] = (sector + i / 64) << 32 | salt << 16 | i % 64;
}

bool block_is_pattern(const uint8_t *at, uint32_t len, uint64_t sector,
		      unsigned salt)
{
	const uint64_t *word = (const uint64_t *)at;
	uint32_t i;

	for (i = 0; i < len / 8; i++)
		if (word[i] != ((sector + i / 64) << 32 | salt << 16 | i % 64))
			return false;
	return true;
}
