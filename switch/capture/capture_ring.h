/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_ring.h - captured frames on their way from a worker to a writer
 *
 * One producer, the worker's thread; one consumer, the writer's. Neither waits
 * for the other: a full ring loses frames, and an empty one sends the writer to
 * sleep. Memory is reserved whole and touched as it is used.
 */
#ifndef SWITCH_CAPTURE_CAPTURE_RING_H
#define SWITCH_CAPTURE_CAPTURE_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "core/frame.h"
#include "core/list.h"
#include "core/port.h"

/** CAPTURE_RING_SIZE - bytes that may wait for a writer; a power of two */
#define CAPTURE_RING_SIZE (16u << 20)

/** CAPTURE_MAX_TAPS - ports that one capture sees on one worker */
#define CAPTURE_MAX_TAPS 4096

struct capture_tap;

/**
 * struct capture_record - one frame in the ring, its bytes behind it
 * @size:	of record and bytes, a multiple of 8
 * @batch:	what the worker did in one go has one number
 * @tap:	where it was seen; NULL: padding at the ring's end
 * @stamp_ns:	monotonic
 * @len:	of the frame
 * @captured:	bytes that follow
 * @lost:	frames that found no room before this one
 * @verdict:	the frame's
 * @direction:	enum port_direction
 * @reason:	enum drop_reason: it died at this very port
 * @peer:	name of the port it was forwarded to, where the verdict has one
 */
struct capture_record {
	uint32_t size;
	uint32_t batch;
	struct capture_tap *tap;
	uint64_t stamp_ns;
	uint32_t len;
	uint32_t captured;
	uint32_t lost;
	struct verdict verdict;
	uint8_t direction;
	uint8_t reason;
	char peer[PORT_NAME_SIZE];
};

/** capture_record_data() - the frame's bytes */
static inline uint8_t *capture_record_data(struct capture_record *record)
{
	return (uint8_t *)(record + 1);
}

/**
 * struct capture_wake - how a sleeping writer is woken
 * @fd:		an eventfd of our own, non-blocking
 * @asleep:	atomic; the writer sets it before it waits for @fd
 */
struct capture_wake {
	int fd;
	int asleep;
};

/**
 * struct capture_ring - of one capture on one worker
 * @data:	CAPTURE_RING_SIZE bytes
 * @scratch:	for a filter that reads behind the snapshot; worker's
 * @wake:	of the writer
 * @dirty:	link in the network's list of rings to be published
 * @reserved:	end of what was put in; worker's
 * @head:	atomic: end of what may be read
 * @tail:	atomic: end of what was read
 * @batch:	number of the batch in work; worker's
 * @taps:	of the worker, in order of creation; never fewer
 * @tap_count:	atomic
 */
struct capture_ring {
	uint8_t *data;
	uint8_t *scratch;
	struct capture_wake *wake;
	struct list dirty;
	uint64_t reserved;
	uint64_t head;
	uint64_t tail;
	uint32_t batch;
	struct capture_tap *taps[CAPTURE_MAX_TAPS];
	unsigned tap_count;
};

/** capture_ring_create() - empty; @wake must outlive it */
struct capture_ring *capture_ring_create(struct capture_wake *wake,
					 struct err *err);

/** capture_ring_destroy() - with its taps; NULL is fine */
void capture_ring_destroy(struct capture_ring *ring);

/**
 * capture_ring_reserve() - worker: room for a frame's record
 * @captured:	bytes of the frame
 *
 * Return: to be filled before capture_ring_publish(); NULL: the ring is full.
 */
struct capture_record *capture_ring_reserve(struct capture_ring *ring,
					    uint32_t captured);

/** capture_ring_publish() - worker: the batch is over, the writer may read */
void capture_ring_publish(struct capture_ring *ring);

/** capture_ring_used() - bytes that wait; exact on neither side */
uint64_t capture_ring_used(const struct capture_ring *ring);

/**
 * capture_ring_read() - writer: hand over what is there, batch by batch
 * @call:	for each record. Within a batch those of PORT_RX come first: a
 *		frame goes in before it comes out, but its fate is only known
 *		after. False ends it, and the batch is lost
 * @arg:	for @call
 *
 * Return: records handed over.
 */
unsigned capture_ring_read(struct capture_ring *ring,
			   bool (*call)(void *arg,
					struct capture_record *record),
			   void *arg);

#endif
