// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_virtqueue.c - a ring whose memory is the input
 *
 * Input: one byte of flags, then the guest's memory from address 0 on: 8
 * descriptors, available ring, used ring, tables, data. The device peeks, walks
 * every chain, touches each byte that it was given, and pushes.
 */
#include <string.h>

#include "core/virtqueue.h"

#define SIZE 8
#define RAM_SIZE 2048
#define AVAIL_AT 128
#define USED_AT 192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(struct virtqueue_chain *chain)
{
	unsigned i, n = chain->readable + chain->writable;
	uint64_t len = 0;

	assert(n <= VIRTQUEUE_MAX_IOV);
	for (i = 0; i < n; i++) {
		volatile uint8_t *p = chain->iov[i].iov_base;

		assert(chain->iov[i].iov_len);
		p[0] ^= 1;
		p[chain->iov[i].iov_len - 1] ^= 1;
		len += chain->iov[i].iov_len;
	}
	assert(len == chain->readable_len + chain->writable_len);
}

static void serve(struct virtqueue *vq, enum virtqueue_direction direction)
{
	static struct virtqueue_chain chain;
	struct virtqueue_buf bufs[SIZE];
	unsigned i, n, rounds;

	for (rounds = 0; rounds < 3; rounds++) {
		n = virtqueue_peek(vq, 0, direction, bufs, SIZE);
		assert(n <= SIZE);
		for (i = 0; i < n; i++) {
			if (bufs[i].data)
				memset(bufs[i].data, 0, MIN(bufs[i].len, 4));
			else if (virtqueue_walk(vq, bufs[i].head, &chain))
				return;
			else
				touch(&chain);
			virtqueue_push(vq, bufs[i].head, 1);
		}
		virtqueue_publish(vq);
		virtqueue_enable_kick(vq, 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t low[RAM_SIZE / 2] __attribute__((aligned(64)));
	static uint8_t high[RAM_SIZE / 2] __attribute__((aligned(64)));
	/* two regions that touch in guest addresses, not in ours */
	struct guest_region_settings a = {0, sizeof(low), 0, 0};
	struct guest_region_settings b = {sizeof(low), sizeof(high), 4096, 0};
	struct virtqueue_settings settings = {
		.desc = low, .avail = low + AVAIL_AT, .used = low + USED_AT};
	struct guest_memory mem;
	struct virtqueue vq;
	size_t part;

	if (!size || size > RAM_SIZE + 1)
		return 0;
	part = MIN(size - 1, sizeof(low));
	memset(low, 0, sizeof(low));
	memset(high, 0, sizeof(high));
	memcpy(low, data + 1, part);
	memcpy(high, data + 1 + part, size - 1 - part);
	guest_memory_init(&mem);
	guest_memory_add_own(&mem, &a, low);
	guest_memory_add_own(&mem, &b, high);
	settings.size = SIZE;
	settings.indirect = data[0] & 1;
	settings.event_idx = data[0] & 2;
	if (virtqueue_init(&vq, &mem, &settings))
		__builtin_trap();
	serve(&vq, data[0] & 4 ? VIRTQUEUE_WRITE : VIRTQUEUE_READ);
	return 0;
}
