// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net_ring.c - what a back-end is told of a ring that it is to serve
 */
#include "vmm/net_ring.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>

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

/*
 * A counter that is not zero is seen by whoever waits for it from now on. So
 * this never adds to one, and never waits, unless a back-end that is about to
 * lose the eventfd fills it in between: that guest's vmm hangs, and labd ends
 * it.
 */
static void add_one(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};

	if (poll(&ready, 1, 0) == 0)
		eventfd_write(fd, 1);
}

void net_ring_wake(const struct virtio_queue *queue)
{
	struct net_ring ring;

	add_one(queue->kick_fd);
	if (!net_ring_locate(queue, &ring) && ring.base)
		add_one(queue->call_fd);
}
