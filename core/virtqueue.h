/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtqueue.h - the device side of a split virtqueue (virtio 1.2 2.7)
 *
 * The driver on the other side may write anything at any time. Indices and
 * descriptors are read once into private memory, and only the copy is judged.
 * What can't be the doing of a working driver breaks the virtqueue: it says so
 * in @error, delivers nothing more, and its owner switches the device off.
 *
 * A batch: virtqueue_peek() looks at what is available, virtqueue_push() notes
 * chains as used, in the order they were made available, virtqueue_publish()
 * shows them to the driver. What was peeked but not pushed is simply peeked
 * again next time.
 */
#ifndef CORE_VIRTQUEUE_H
#define CORE_VIRTQUEUE_H

#include <endian.h>
#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "core/guest_memory.h"

/** VIRTQUEUE_MAX_SIZE - largest ring that we serve; the same as QEMU's */
#define VIRTQUEUE_MAX_SIZE 1024
/** VIRTQUEUE_MAX_IOV - pieces of one chain: it may be split over regions */
#define VIRTQUEUE_MAX_IOV (VIRTQUEUE_MAX_SIZE + GUEST_MEMORY_MAX_REGIONS)

/**
 * struct virtqueue_settings - how the driver set a ring up
 * @desc:	descriptor table, 16-byte aligned
 * @avail:	available ring, with used_event at its end, 2-byte aligned
 * @used:	used ring, with avail_event at its end, 4-byte aligned
 * @size:	entries; a power of two up to VIRTQUEUE_MAX_SIZE
 * @base:	available index to begin with
 * @indirect:	VIRTIO_F_INDIRECT_DESC was negotiated
 * @event_idx:	VIRTIO_F_EVENT_IDX was negotiated
 */
struct virtqueue_settings {
	void *desc;
	void *avail;
	void *used;
	uint16_t size;
	uint16_t base;
	bool indirect;
	bool event_idx;
};

/**
 * struct virtqueue - one ring, device side
 * @desc:	in guest memory
 * @avail:	in guest memory, written by the driver
 * @used:	in guest memory, written by us
 * @mem:	what descriptors point into
 * @error:	why it is broken, static text; NULL while it works
 * @size:	entries
 * @mask:	@size - 1
 * @next_avail:	next available entry that is not yet used, free-running
 * @seen_avail:	available index when we last looked
 * @next_used:	next used entry to write, free-running
 * @shown_used:	used index that the driver can see
 * @indirect:	indirect descriptors may come
 * @event_idx:	notifications are by index, not by flag
 */
struct virtqueue {
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	struct guest_memory *mem;
	const char *error;
	uint16_t size;
	uint16_t mask;
	uint16_t next_avail;
	uint16_t seen_avail;
	uint16_t next_used;
	uint16_t shown_used;
	bool indirect;
	bool event_idx;
};

/**
 * struct virtqueue_buf - an available chain
 * @data:	where its only descriptor points, or NULL when it has several:
 *		then virtqueue_walk() says more
 * @len:	bytes at @data
 * @head:	its name in the used ring
 */
struct virtqueue_buf {
	uint8_t *data;
	uint32_t len;
	uint16_t head;
};

/**
 * struct virtqueue_chain - all that a chain points to
 * @readable:	entries of @iov that the device reads; they come first
 * @writable:	entries that it writes, behind those
 * @readable_len: bytes of the former
 * @writable_len: bytes of the latter
 * @steps:	descriptors that were looked at: what the walk cost, as empty
 *		ones leave no trace in @iov
 * @iov:	the pieces; none is empty
 */
struct virtqueue_chain {
	unsigned readable;
	unsigned writable;
	uint64_t readable_len;
	uint64_t writable_len;
	uint32_t steps;
	struct iovec iov[VIRTQUEUE_MAX_IOV];
};

/** enum virtqueue_direction - what the chains of a ring are for */
enum virtqueue_direction {
	VIRTQUEUE_READ = 0,                   /* the device reads them */
	VIRTQUEUE_WRITE = VRING_DESC_F_WRITE, /* the device writes them */
};

/**
 * virtqueue_init() - start to serve a ring
 * @vq:		filled
 * @mem:	stays with the caller
 * @settings:	pointers are valid for the whole ring (virtqueue_*_size())
 *
 * Return: 0, or -EINVAL for a size or alignment that virtio 1.2 2.7 forbids.
 */
int virtqueue_init(struct virtqueue *vq, struct guest_memory *mem,
		   const struct virtqueue_settings *settings);

/**
 * virtqueue_move() - the memory that the ring is in is somewhere else now
 * @settings:	only the three pointers are looked at
 *
 * Return: 0, or -EINVAL for an alignment that virtio 1.2 2.7 forbids.
 */
int virtqueue_move(struct virtqueue *vq,
		   const struct virtqueue_settings *settings);

/** virtqueue_avail_size() - bytes of an available ring of @size entries */
static inline size_t virtqueue_avail_size(uint16_t size)
{
	return sizeof(struct vring_avail) + (size + 1u) * sizeof(uint16_t);
}

/** virtqueue_used_size() - bytes of a used ring of @size entries */
static inline size_t virtqueue_used_size(uint16_t size)
{
	return sizeof(struct vring_used) +
	       size * sizeof(struct vring_used_elem) + sizeof(uint16_t);
}

/**
 * virtqueue_peek() - look at the next available chains
 * @vq:		the ring
 * @skip:	leave out so many that were peeked before
 * @direction:	what they ought to be for
 * @bufs:	filled; memory they point to is being prefetched
 * @n:		most wanted
 *
 * Return: how many; 0 when there are none or @vq is broken.
 */
unsigned virtqueue_peek(struct virtqueue *vq, unsigned skip,
			enum virtqueue_direction direction,
			struct virtqueue_buf *bufs, unsigned n);

/**
 * virtqueue_walk() - follow a chain to its end
 * @vq:		the ring
 * @head:	from virtqueue_peek()
 * @chain:	filled
 *
 * Return: 0; -EINVAL when the chain breaks the rules of virtio 1.2 2.7.5 or
 * points outside of the guest's memory: @vq is then broken.
 */
int virtqueue_walk(struct virtqueue *vq, uint16_t head,
		   struct virtqueue_chain *chain);

/** virtqueue_push() - note the next chain as used, @len bytes written to it */
static inline void virtqueue_push(struct virtqueue *vq, uint16_t head,
				  uint32_t len)
{
	struct vring_used_elem *elem =
		&vq->used->ring[vq->next_used & vq->mask];

	elem->id = htole32(head);
	elem->len = htole32(len);
	vq->next_used++;
	vq->next_avail++;
}

/**
 * virtqueue_publish() - let the driver see what was pushed
 *
 * Return: true when the driver wants to be notified of it (virtio 1.2 2.7.7).
 */
bool virtqueue_publish(struct virtqueue *vq);

/** virtqueue_has_more() - are more than @pending chains available now? */
bool virtqueue_has_more(struct virtqueue *vq, unsigned pending);

/** virtqueue_disable_kick() - ask the driver not to notify us */
void virtqueue_disable_kick(struct virtqueue *vq);

/**
 * virtqueue_enable_kick() - ask the driver to notify us of the next chain
 * @vq:		the ring
 * @pending:	chains that may be available without a notification
 *
 * Return: false when more than @pending are available already; the driver may
 * have seen the old wish, so a notification can't be relied on.
 */
bool virtqueue_enable_kick(struct virtqueue *vq, unsigned pending);

#endif
