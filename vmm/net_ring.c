// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net_ring.c - what a back-end is told of a ring that it is to serve
 */
#include "vmm/net_ring.h"

#include <errno.h>

#include "vmm/shared_event.h"

/*
 * The driver can write the used index, too. A wrong one has the back-end serve
 * chains twice or never, or find the ring broken: all of it within this guest.
 */
int net_ring_locate(const struct virtio_queue *queue, struct net_ring *ring)
{
	struct guest_memory *memory = &queue->device->machine->memory;
	uint16_t size = queue->size;
	struct vring_used used;

	ring->desc = guest_memory_at(memory, queue->desc,
				     size * sizeof(struct vring_desc));
	ring->avail = guest_memory_at(memory, queue->avail,
				      virtqueue_avail_size(size));
	ring->used =
		guest_memory_at(memory, queue->used, virtqueue_used_size(size));
	if (!ring->desc || !ring->avail || !ring->used ||
	    !guest_memory_read(memory, queue->used, &used, sizeof(used)))
		return -EFAULT;
	ring->base = le16toh(used.idx);
	return 0;
}

void net_ring_wake(const struct virtio_queue *queue)
{
	struct net_ring ring;

	shared_event_raise(queue->kick_fd);
	if (!net_ring_locate(queue, &ring) && ring.base)
		shared_event_raise(queue->call_fd);
}
