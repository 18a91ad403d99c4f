// SPDX-License-Identifier: GPL-2.0-or-later
/* virtq.c - the driver's side of a split virtqueue (virtio 1.2 2.7) */
#include "guest/virtq.h"
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/text.h"

#define NO_NOTIFY 1

/* The rings share two pages: descriptors in one, the others in the second. */
void virtq_init(struct virtq *q, struct machine *m, uint16_t index,
		uint16_t size)
{
	uint64_t at = (uint64_t)pages(m, 2);

	*q = (struct virtq){.machine = m, .index = index, .size = size};
	q->desc = (volatile struct virtq_desc *)at;
	q->avail = (volatile struct virtq_avail *)(at + 4096);
	q->used = (volatile struct virtq_used *)(at + 4096 + 1024);
	virtq_clear(q);
}

void virtq_clear(struct virtq *q)
{
	uint16_t i;

	for (i = 0; i < q->size; i++)
		q->desc[i].next = (uint16_t)(i + 1);
	q->avail->flags = 0;
	q->avail->idx = 0;
	q->avail->ring[q->size] = 0;
	q->used->flags = 0;
	q->used->idx = 0;
	*(volatile uint16_t *)&q->used->ring[q->size] = 0;
	q->free = 0;
	q->free_count = q->size;
	q->last_used = q->next_avail = q->kicked = 0;
	q->irqs = q->seen = 0;
	q->told = false;
}

void virtq_put(struct virtq *q, uint16_t head)
{
	q->avail->ring[q->next_avail % q->size] = head;
	q->next_avail++;
}

uint16_t virtq_add(struct virtq *q, const struct virtq_buffer *buffers,
		   unsigned count)
{
	uint16_t head = q->free, at = head;
	volatile struct virtq_desc *d = NULL;
	unsigned i;

	if (!count || count > q->free_count)
		return VIRTQ_NONE;
	for (i = 0; i < count; i++, at = d->next) {
		d = &q->desc[at];
		d->addr = buffers[i].at;
		d->len = buffers[i].len;
		d->flags = (uint16_t)((i + 1 < count ? VIRTQ_NEXT : 0) |
				      (buffers[i].writable ? VIRTQ_WRITE : 0));
	}
	q->free = at;
	q->free_count = (uint16_t)(q->free_count - count);
	virtq_put(q, head);
	return head;
}

void virtq_publish(struct virtq *q)
{
	wmb();
	q->avail->idx = q->next_avail;
}

void virtq_notify(const struct virtq *q)
{
	write16(q->notify, q->index);
}

/* wanted() - did the index pass the one that the device named? (2.7.10) */
static bool wanted(const struct virtq *q)
{
	uint16_t event;

	if (!q->event_idx)
		return !(q->used->flags & NO_NOTIFY);
	event = *(volatile uint16_t *)&q->used->ring[q->size];
	return (uint16_t)(q->next_avail - event - 1) <
	       (uint16_t)(q->next_avail - q->kicked);
}

void virtq_kick(struct virtq *q)
{
	virtq_publish(q);
	/* The index must be there before the device's wish is read, or both
	 * sides sleep. */
	mb();
	if (wanted(q))
		virtq_notify(q);
	q->kicked = q->next_avail;
}

bool virtq_has_used(const struct virtq *q)
{
	return q->used->idx != q->last_used;
}

static void free_chain(struct virtq *q, uint16_t head)
{
	uint16_t at = head, n;

	for (n = 1; n < q->size && q->desc[at].flags & VIRTQ_NEXT; n++)
		at = q->desc[at].next;
	q->desc[at].next = q->free;
	q->free = head;
	q->free_count = (uint16_t)(q->free_count + n);
}

/* drained() - all that was used is known now: the next one interrupts again */
static void drained(struct virtq *q)
{
	if (q->event_idx) {
		q->avail->ring[q->size] = q->last_used; /* used_event */
		mb();
	}
	if (!virtq_has_used(q))
		q->told = false;
}

uint16_t virtq_pop(struct virtq *q, uint32_t *len)
{
	volatile struct virtq_used_elem *e;
	uint32_t id;

	if (!virtq_has_used(q))
		return VIRTQ_NONE;
	e = &q->used->ring[q->last_used % q->size];
	id = e->id;
	*len = e->len;
	q->last_used++;
	if (!virtq_has_used(q))
		drained(q);
	if (id >= q->size) {
		failed("queue %u: the device used descriptor %u", q->index, id);
		return VIRTQ_NONE;
	}
	free_chain(q, (uint16_t)id);
	return (uint16_t)id;
}

bool virtq_told(struct virtq *q)
{
	if (q->told && virtq_has_used(q))
		return true;
	if (q->irqs == q->seen)
		return false;
	q->seen = q->irqs;
	q->told = virtq_has_used(q);
	return q->told;
}

static bool is_told(void *arg)
{
	return virtq_told(arg);
}

bool virtq_wait(struct virtq *q, uint64_t ms)
{
	if (wait_for(q->machine, is_told, q, ms))
		return true;
	if (!virtq_has_used(q))
		return false;
	q->lost++;
	return true;
}
