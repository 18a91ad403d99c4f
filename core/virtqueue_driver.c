// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtqueue_driver.c - the driver side of a split virtqueue (virtio 1.2 2.7)
 *
 * Theory of operation
 *
 * Which descriptors are free and which form a chain is kept in private arrays;
 * the device may write over its view of them without confusing us.
 *
 * Limits: no indirect descriptors; who wants one puts it together by hand.
 */
#include "core/virtqueue_driver.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

int virtqueue_driver_init(struct virtqueue_driver *driver,
			  const struct virtqueue_settings *settings)
{
	uint16_t i, size = settings->size;

	if (!size || size > VIRTQUEUE_MAX_SIZE || (size & (size - 1)))
		return -EINVAL;
	memset(driver, 0, sizeof(*driver));
	driver->desc = settings->desc;
	driver->avail = settings->avail;
	driver->used = settings->used;
	driver->size = driver->free_count = size;
	driver->event_idx = settings->event_idx;
	for (i = 0; i < size; i++)
		driver->next[i] = (uint16_t)(i + 1);
	memset(driver->avail, 0, virtqueue_avail_size(size));
	memset(driver->used, 0, virtqueue_used_size(size));
	return 0;
}

static uint16_t desc_fill(struct virtqueue_driver *driver,
			  const struct virtqueue_piece *piece, uint16_t flags)
{
	uint16_t at = driver->free_head;
	struct vring_desc *desc = &driver->desc[at];

	driver->free_head = driver->next[at];
	driver->free_count--;
	desc->addr = htole64(piece->gpa);
	desc->len = htole32(piece->len);
	desc->flags = htole16(flags);
	desc->next = htole16(driver->free_head);
	return at;
}

int virtqueue_driver_add(struct virtqueue_driver *driver,
			 const struct virtqueue_piece *pieces,
			 unsigned readable, unsigned writable)
{
	unsigned i, n = readable + writable;
	uint16_t head = driver->free_head;

	if (!n || n > driver->free_count)
		return -ENOSPC;
	for (i = 0; i < n; i++) {
		unsigned flags = i >= readable ? VRING_DESC_F_WRITE : 0;

		if (i + 1 < n)
			flags |= VRING_DESC_F_NEXT;
		desc_fill(driver, &pieces[i], (uint16_t)flags);
	}
	driver->count[head] = (uint16_t)n;
	driver->avail->ring[driver->next_avail++ & (driver->size - 1)] =
		htole16(head);
	return head;
}

bool virtqueue_driver_publish(struct virtqueue_driver *driver)
{
	uint16_t old = driver->shown_avail, new = driver->next_avail;
	uint16_t *event = (uint16_t *)(void *)&driver->used->ring[driver->size];

	if (old == new)
		return false;
	__atomic_store_n(&driver->avail->idx, htole16(new), __ATOMIC_RELEASE);
	driver->shown_avail = new;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (driver->event_idx)
		return vring_need_event(
			le16toh(__atomic_load_n(event, __ATOMIC_RELAXED)), new,
			old);
	return !(le16toh(__atomic_load_n(&driver->used->flags,
					 __ATOMIC_RELAXED)) &
		 VRING_USED_F_NO_NOTIFY);
}

static bool has_used(const struct virtqueue_driver *driver)
{
	return le16toh(__atomic_load_n(&driver->used->idx, __ATOMIC_ACQUIRE)) !=
	       driver->seen_used;
}

int virtqueue_driver_get(struct virtqueue_driver *driver, uint32_t *len)
{
	const struct vring_used_elem *elem;
	uint32_t head;
	uint16_t i, last;

	if (!has_used(driver))
		return -EAGAIN;
	elem = &driver->used->ring[driver->seen_used & (driver->size - 1)];
	head = le32toh(elem->id);
	*len = le32toh(elem->len);
	if (head >= driver->size || !driver->count[head])
		return -EPROTO;
	last = (uint16_t)head;
	for (i = 1; i < driver->count[head]; i++)
		last = driver->next[last];
	driver->free_count = (uint16_t)(driver->free_count + i);
	driver->next[last] = driver->free_head;
	driver->free_head = (uint16_t)head;
	driver->count[head] = 0;
	driver->seen_used++;
	return (int)head;
}

void virtqueue_driver_disable_call(struct virtqueue_driver *driver)
{
	if (!driver->event_idx)
		__atomic_store_n(&driver->avail->flags,
				 htole16(VRING_AVAIL_F_NO_INTERRUPT),
				 __ATOMIC_RELAXED);
}

bool virtqueue_driver_enable_call(struct virtqueue_driver *driver)
{
	if (driver->event_idx)
		__atomic_store_n(&driver->avail->ring[driver->size],
				 htole16(driver->seen_used), __ATOMIC_RELAXED);
	else
		__atomic_store_n(&driver->avail->flags, 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !has_used(driver);
}
