// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtqueue.c - the device side of a split virtqueue (virtio 1.2 2.7)
 *
 * Theory of operation
 *
 * Peeking goes in two passes, so that the descriptors of a whole batch are on
 * their way from the driver's core while the first is being looked at, and the
 * buffers while the last descriptor is. The driver's index is read once per
 * batch; used entries are written as they come and shown with one store.
 *
 * Chains of one descriptor inside one region are translated right there. All
 * others (chained, indirect, split, empty) are left to virtqueue_walk().
 *
 * Nothing is ever outstanding between two calls of the owner, so a chain that
 * the driver offers twice is served twice and bounded by the ring.
 *
 * A descriptor is copied with two loads that the compiler may not repeat; the
 * copy alone is validated and used.
 */
#include "core/virtqueue.h"

#include <errno.h>
#include <string.h>

static_assert(sizeof(struct vring_desc) == 16, "virtio 1.2 2.7.5");

/**
 * struct walk - where virtqueue_walk() is
 * @chain:	what was found so far
 * @table:	guest address of the indirect table; 0: the ring's own
 * @count:	descriptors in the current table
 * @is_indirect: @table is an indirect one
 */
struct walk {
	struct virtqueue_chain *chain;
	uint64_t table;
	uint32_t count;
	bool is_indirect;
};

static int broken(struct virtqueue *vq, const char *why)
{
	vq->error = why;
	return -EINVAL;
}

int virtqueue_move(struct virtqueue *vq,
		   const struct virtqueue_settings *settings)
{
	if ((uintptr_t)settings->desc % 16 || (uintptr_t)settings->avail % 2 ||
	    (uintptr_t)settings->used % 4)
		return -EINVAL;
	vq->desc = settings->desc;
	vq->avail = settings->avail;
	vq->used = settings->used;
	return 0;
}

int virtqueue_init(struct virtqueue *vq, struct guest_memory *mem,
		   const struct virtqueue_settings *settings)
{
	uint16_t size = settings->size;

	if (!size || size > VIRTQUEUE_MAX_SIZE || (size & (size - 1)))
		return -EINVAL;
	memset(vq, 0, sizeof(*vq));
	if (virtqueue_move(vq, settings))
		return -EINVAL;
	vq->mem = mem;
	vq->size = size;
	vq->mask = (uint16_t)(size - 1);
	vq->next_avail = vq->seen_avail = settings->base;
	vq->next_used = vq->shown_used = settings->base;
	vq->indirect = settings->indirect;
	vq->event_idx = settings->event_idx;
	return 0;
}

static struct vring_desc desc_copy(const struct vring_desc *shared)
{
	const uint64_t *words = (const void *)shared;
	struct vring_desc desc;
	uint64_t low, high;

	low = __atomic_load_n(&words[0], __ATOMIC_RELAXED);
	high = le64toh(__atomic_load_n(&words[1], __ATOMIC_RELAXED));
	desc.addr = le64toh(low);
	desc.len = (uint32_t)high;
	desc.flags = (uint16_t)(high >> 32);
	desc.next = (uint16_t)(high >> 48);
	return desc;
}

/* The acquire pairs with the driver's barrier of virtio 1.2 2.7.13.3. */
static unsigned count_avail(struct virtqueue *vq, unsigned wanted)
{
	uint16_t count = (uint16_t)(vq->seen_avail - vq->next_avail);

	if (count >= wanted || vq->error)
		return vq->error ? 0 : count;
	vq->seen_avail =
		le16toh(__atomic_load_n(&vq->avail->idx, __ATOMIC_ACQUIRE));
	count = (uint16_t)(vq->seen_avail - vq->next_avail);
	if (LIKELY(count <= vq->size))
		return count;
	broken(vq, "available index ran ahead of the ring");
	return 0;
}

static unsigned peek_heads(struct virtqueue *vq, unsigned skip,
			   struct virtqueue_buf *bufs, unsigned n)
{
	unsigned i, at = vq->next_avail + skip;

	for (i = 0; i < n; i++, at++) {
		uint16_t head;

		head = le16toh(__atomic_load_n(&vq->avail->ring[at & vq->mask],
					       __ATOMIC_RELAXED));
		if (UNLIKELY(head >= vq->size)) {
			broken(vq, "available entry beyond the ring");
			return 0;
		}
		bufs[i].head = head;
		__builtin_prefetch(&vq->desc[head]);
	}
	return n;
}

unsigned virtqueue_peek(struct virtqueue *vq, unsigned skip,
			enum virtqueue_direction direction,
			struct virtqueue_buf *bufs, unsigned n)
{
	unsigned i, count = count_avail(vq, skip + n);

	if (count <= skip)
		return 0;
	n = peek_heads(vq, skip, bufs, MIN(n, count - skip));
	for (i = 0; i < n; i++) {
		struct vring_desc desc = desc_copy(&vq->desc[bufs[i].head]);
		uint8_t *data = NULL;

		if (LIKELY(desc.flags == (uint16_t)direction && desc.len))
			data = guest_memory_at(vq->mem, desc.addr, desc.len);
		bufs[i].data = data;
		bufs[i].len = desc.len;
		if (direction == VIRTQUEUE_WRITE) {
			__builtin_prefetch(data, 1);
			__builtin_prefetch(data + 64, 1);
		} else {
			__builtin_prefetch(data);
			__builtin_prefetch(data + 64);
		}
	}
	return n;
}

static int walk_data(struct virtqueue *vq, struct walk *walk,
		     const struct vring_desc *desc)
{
	struct virtqueue_chain *chain = walk->chain;
	unsigned used = chain->readable + chain->writable, n;

	if (!(desc->flags & VRING_DESC_F_WRITE) && chain->writable)
		return broken(vq, "readable descriptor behind a writable one");
	if (!desc->len)
		return 0;
	n = guest_memory_map(vq->mem, desc->addr, desc->len, chain->iov + used,
			     VIRTQUEUE_MAX_IOV - used);
	if (!n)
		return broken(vq, "descriptor outside of the guest's memory");
	if (desc->flags & VRING_DESC_F_WRITE) {
		chain->writable += n;
		chain->writable_len += desc->len;
	} else {
		chain->readable += n;
		chain->readable_len += desc->len;
	}
	return 0;
}

static int walk_fetch(struct virtqueue *vq, const struct walk *walk,
		      uint16_t index, struct vring_desc *desc)
{
	if (index >= walk->count)
		return broken(vq, "descriptor number beyond its table");
	if (!walk->is_indirect) {
		*desc = desc_copy(&vq->desc[index]);
		return 0;
	}
	if (!guest_memory_read(vq->mem, walk->table + index * sizeof(*desc),
			       desc, sizeof(*desc)))
		return broken(vq, "indirect table outside of the memory");
	/* the copy is private; keep the compiler from reading it again */
	__asm__ volatile("" ::: "memory");
	return 0;
}

/* virtio 1.2 2.7.5.3: the rules for indirect tables */
static int walk_enter(struct virtqueue *vq, struct walk *walk,
		      const struct vring_desc *desc)
{
	uint32_t count = desc->len / (uint32_t)sizeof(*desc);
	struct iovec split[2];

	if (!vq->indirect)
		return broken(vq, "indirect descriptor was not negotiated");
	if (walk->is_indirect)
		return broken(vq, "indirect table within an indirect table");
	if (desc->flags & VRING_DESC_F_NEXT)
		return broken(vq, "indirect descriptor with a next one");
	if (!count || desc->len % sizeof(*desc) || count > vq->size)
		return broken(vq, "indirect table of a wrong size");
	if (!guest_memory_map(vq->mem, desc->addr, desc->len, split,
			      ARRAY_SIZE(split)))
		return broken(vq, "indirect table outside of the memory");
	walk->is_indirect = true;
	walk->table = desc->addr;
	walk->count = count;
	return 0;
}

int virtqueue_walk(struct virtqueue *vq, uint16_t head,
		   struct virtqueue_chain *chain)
{
	struct walk walk = {.chain = chain, .count = vq->size};
	struct vring_desc desc = {.next = head, .flags = VRING_DESC_F_NEXT};

	chain->readable = chain->writable = 0;
	chain->readable_len = chain->writable_len = 0;
	chain->steps = 0;
	while (desc.flags & VRING_DESC_F_NEXT) {
		if (chain->steps++ > vq->size)
			return broken(vq, "descriptor chain without an end");
		if (walk_fetch(vq, &walk, desc.next, &desc))
			return -EINVAL;
		if (!(desc.flags & VRING_DESC_F_INDIRECT)) {
			if (walk_data(vq, &walk, &desc))
				return -EINVAL;
			continue;
		}
		if (walk_enter(vq, &walk, &desc))
			return -EINVAL;
		desc.next = 0;
		desc.flags = VRING_DESC_F_NEXT;
	}
	return 0;
}

bool virtqueue_publish(struct virtqueue *vq)
{
	uint16_t old = vq->shown_used, new = vq->next_used;

	if (old == new)
		return false;
	__atomic_store_n(&vq->used->idx, htole16(new), __ATOMIC_RELEASE);
	vq->shown_used = new;
	/* The driver writes its wish, then looks at our index; we write the
	 * index, then look at its wish. One of us sees the other's. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!vq->event_idx)
		return !(le16toh(__atomic_load_n(&vq->avail->flags,
						 __ATOMIC_RELAXED)) &
			 VRING_AVAIL_F_NO_INTERRUPT);
	return vring_need_event(
		le16toh(__atomic_load_n(&vq->avail->ring[vq->size],
					__ATOMIC_RELAXED)),
		new, old);
}

bool virtqueue_has_more(struct virtqueue *vq, unsigned pending)
{
	return count_avail(vq, pending + 1) > pending;
}

static uint16_t *avail_event(struct virtqueue *vq)
{
	return (uint16_t *)(void *)&vq->used->ring[vq->size];
}

void virtqueue_disable_kick(struct virtqueue *vq)
{
	if (!vq->event_idx)
		__atomic_store_n(&vq->used->flags,
				 htole16(VRING_USED_F_NO_NOTIFY),
				 __ATOMIC_RELAXED);
}

bool virtqueue_enable_kick(struct virtqueue *vq, unsigned pending)
{
	uint16_t event = (uint16_t)(vq->next_avail + pending);

	if (vq->event_idx)
		__atomic_store_n(avail_event(vq), htole16(event),
				 __ATOMIC_RELAXED);
	else
		__atomic_store_n(&vq->used->flags, 0, __ATOMIC_RELAXED);
	/* the same agreement as in virtqueue_publish(), roles swapped */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !virtqueue_has_more(vq, pending);
}
