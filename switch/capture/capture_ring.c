// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture_ring.c - captured frames on their way from a worker to a writer
 *
 * Theory of operation
 *
 * A ring of bytes with records of any length, none of which wraps: what is left
 * at the end and too short becomes padding. Positions count up for ever; their
 * low bits are places. The worker writes between @reserved and @tail, and moves
 * @head over whole batches only, so the writer never sees half of one.
 *
 * To sleep, the writer sets @asleep and looks once more; the worker moves @head
 * and then looks at @asleep. Both with full barriers: one of them sees the
 * other.
 */
#include "switch/capture/capture_ring.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "switch/capture/capture.h"

#define RING_MASK (CAPTURE_RING_SIZE - 1)
#define MAP_SIZE (CAPTURE_RING_SIZE + FRAME_MAX_LEN)

static_assert((CAPTURE_RING_SIZE & RING_MASK) == 0, "places are low bits");
static_assert(sizeof(struct capture_record) % 8 == 0, "records stay aligned");

struct capture_ring *capture_ring_create(struct capture_wake *wake,
					 struct err *err)
{
	struct capture_ring *ring = calloc(1, sizeof(*ring));

	if (!ring)
		goto fail;
	ring->data = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ring->data == MAP_FAILED)
		goto fail;
	ring->scratch = ring->data + CAPTURE_RING_SIZE;
	ring->wake = wake;
	list_init(&ring->dirty);
	return ring;
fail:
	err_set(err, -ENOMEM, "no memory for a capture");
	free(ring);
	return NULL;
}

void capture_ring_destroy(struct capture_ring *ring)
{
	unsigned i;

	if (!ring)
		return;
	for (i = 0; i < ring->tap_count; i++)
		free(ring->taps[i]);
	munmap(ring->data, MAP_SIZE);
	free(ring);
}

static struct capture_record *record_at(const struct capture_ring *ring,
					uint64_t at)
{
	return (void *)(ring->data + (at & RING_MASK));
}

/* Only the first members of it exist. */
static void put_padding(struct capture_ring *ring, uint32_t size)
{
	struct capture_record *record = record_at(ring, ring->reserved);

	record->size = size;
	record->batch = ring->batch;
	if (size > offsetof(struct capture_record, tap))
		record->tap = NULL;
	ring->reserved += size;
}

struct capture_record *capture_ring_reserve(struct capture_ring *ring,
					    uint32_t captured)
{
	uint64_t tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
	uint32_t size = (uint32_t)sizeof(struct capture_record) + captured;
	uint32_t to_end =
		CAPTURE_RING_SIZE - (uint32_t)(ring->reserved & RING_MASK);
	uint64_t room = CAPTURE_RING_SIZE - (ring->reserved - tail);
	struct capture_record *record;

	size = (size + 7) & ~7u;
	if (room < size + (to_end < size ? to_end : 0))
		return NULL;
	if (to_end < size)
		put_padding(ring, to_end);
	record = record_at(ring, ring->reserved);
	record->size = size;
	record->batch = ring->batch;
	record->captured = captured;
	ring->reserved += size;
	return record;
}

void capture_ring_publish(struct capture_ring *ring)
{
	const uint64_t one = 1;

	ring->batch++;
	__atomic_store_n(&ring->head, ring->reserved, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&ring->wake->asleep, __ATOMIC_RELAXED) ||
	    !__atomic_exchange_n(&ring->wake->asleep, 0, __ATOMIC_SEQ_CST))
		return;
	if (write(ring->wake->fd, &one, sizeof(one)) < 0)
		return; /* its counter is full, so it is awake */
}

uint64_t capture_ring_used(const struct capture_ring *ring)
{
	return __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) -
	       __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
}

/* Padding of 8 bytes has no room for a tap: it is the last in the ring. */
static bool is_frame(const struct capture_record *record)
{
	return record->size >= sizeof(*record) && record->tap;
}

/* The records from @tail to @end of one direction; counts into @done. */
static bool read_pass(struct capture_ring *ring, uint64_t end, bool rx,
		      bool (*call)(void *arg, struct capture_record *record),
		      void *arg, unsigned *done)
{
	struct capture_record *record;
	uint64_t at;

	for (at = ring->tail; at < end; at += record->size) {
		record = record_at(ring, at);
		if (!is_frame(record) || (record->direction == PORT_RX) != rx)
			continue;
		if (!call(arg, record))
			return false;
		(*done)++;
	}
	return true;
}

unsigned capture_ring_read(struct capture_ring *ring,
			   bool (*call)(void *arg,
					struct capture_record *record),
			   void *arg)
{
	uint64_t head = __atomic_load_n(&ring->head, __ATOMIC_SEQ_CST);
	unsigned done = 0;
	bool go_on = true;

	while (go_on && ring->tail < head) {
		uint32_t batch = record_at(ring, ring->tail)->batch;
		uint64_t end = ring->tail;

		while (end < head && record_at(ring, end)->batch == batch)
			end += record_at(ring, end)->size;
		go_on = read_pass(ring, end, true, call, arg, &done) &&
			read_pass(ring, end, false, call, arg, &done);
		__atomic_store_n(&ring->tail, end, __ATOMIC_RELEASE);
	}
	return done;
}
