/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtq.h - the driver's side of a split virtqueue (virtio 1.2 2.7) */
#ifndef GUEST_VIRTQ_H
#define GUEST_VIRTQ_H

#include "guest/machine.h"

#define VIRTQ_MAX 256
#define VIRTQ_NEXT 1
#define VIRTQ_WRITE 2
#define VIRTQ_INDIRECT 4
#define VIRTQ_NO_INTERRUPT 1
#define VIRTQ_NONE 0xffff

/* struct virtq_desc - 2.7.5 */
struct virtq_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

/* struct virtq_avail - 2.7.6; behind the ring: used_event */
struct virtq_avail {
	uint16_t flags, idx, ring[];
};

/* struct virtq_used_elem - 2.7.8 */
struct virtq_used_elem {
	uint32_t id, len;
};

/* struct virtq_used - 2.7.8; behind the ring: avail_event */
struct virtq_used {
	uint16_t flags, idx;
	struct virtq_used_elem ring[];
};

/*
 * struct virtq - one queue; hostile tests reach past its functions
 * @notify: where its number is written
 * @entry: of the MSI-X table, that interrupts for it
 * @irqs: interrupts that were for it; @seen: those that were answered
 * @told: an interrupt came for what is in the used ring now
 * @lost: times that something was used and no interrupt came
 * @poke: makes the device need a chain of this queue, when that takes more than
 *		a notification; hostile tests set it
 * @free: first of the free descriptors, linked by next
 * @next_avail: the index that the device will see after the next kick
 */
struct virtq {
	struct machine *machine;
	uint16_t index, size;
	bool event_idx;
	volatile struct virtq_desc *desc;
	volatile struct virtq_avail *avail;
	volatile struct virtq_used *used;
	uint64_t notify;
	volatile unsigned irqs;
	void (*poke)(void *arg);
	void *poke_arg;
	unsigned entry, seen, lost;
	bool told;
	uint16_t free, free_count, last_used, next_avail, kicked;
};

/* struct virtq_buffer - one descriptor's worth; an address, for hostile tests
 * have some that no pointer has */
struct virtq_buffer {
	uint64_t at;
	uint32_t len;
	bool writable; /* by the device */
};

/* virtq_init() - three rings in RAM, all descriptors free */
void virtq_init(struct virtq *q, struct machine *m, uint16_t index,
		uint16_t size);

/* virtq_clear() - as new, in the same place */
void virtq_clear(struct virtq *q);

/* virtq_add() - makes a chain available; returns its head, or VIRTQ_NONE when
 * the queue is full. The device sees it after virtq_kick(). */
uint16_t virtq_add(struct virtq *q, const struct virtq_buffer *buffers,
		   unsigned count);

/* virtq_put() - makes @head available, whatever it is */
void virtq_put(struct virtq *q, uint16_t head);

/* virtq_publish() - the device may see it; virtq_notify() - and is told */
void virtq_publish(struct virtq *q);
void virtq_notify(const struct virtq *q);

/* virtq_kick() - both, the second only if the device wants to be told */
void virtq_kick(struct virtq *q);

/* virtq_pop() - a chain that was used: its head, with @len what was written;
 * VIRTQ_NONE when there is none. Its descriptors are free again. */
uint16_t virtq_pop(struct virtq *q, uint32_t *len);

/* virtq_has_used() - did the device use one, interrupt or not? */
bool virtq_has_used(const struct virtq *q);

/* virtq_told() - was a chain used, and did an interrupt say so? */
bool virtq_told(struct virtq *q);

/* virtq_wait() - until a chain was used and an interrupt said so; false after
 * @ms. One that was used without an interrupt is counted in @lost. */
bool virtq_wait(struct virtq *q, uint64_t ms);

#endif
