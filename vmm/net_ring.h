/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_ring.h - what a back-end is told of a ring that it is to serve
 */
#ifndef VMM_NET_RING_H
#define VMM_NET_RING_H

#include "vmm/virtio.h"

/**
 * struct net_ring - where a ring is and where it goes on
 * @desc:	descriptor table, our pointer
 * @avail:	available ring, likewise
 * @used:	used ring, likewise
 * @base:	available index of the next chain that is to be served: the used
 *		index, as the driver sees it. What another back-end had begun
 *		but not finished is done again
 */
struct net_ring {
	void *desc;
	void *avail;
	void *used;
	uint16_t base;
};

/** net_ring_locate() - 0, or -EFAULT when it is not in RAM */
int net_ring_locate(const struct virtio_queue *queue, struct net_ring *ring);

/**
 * net_ring_wake() - let both sides look at a ring that is being served again
 *
 * The driver is not interrupted for a ring that nobody has served yet.
 */
void net_ring_wake(const struct virtio_queue *queue);

#endif
