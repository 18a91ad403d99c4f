/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtqueue_driver.h - the driver side of a split virtqueue (virtio 1.2 2.7)
 *
 * For vhost-net, where the kernel is the device, and for tests, where we are
 * our own guest.
 */
#ifndef CORE_VIRTQUEUE_DRIVER_H
#define CORE_VIRTQUEUE_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/virtqueue.h"

/**
 * struct virtqueue_piece - a buffer, as the device is told of it
 * @gpa:	guest-physical address
 * @len:	bytes
 */
struct virtqueue_piece {
	uint64_t gpa;
	uint32_t len;
};

/**
 * struct virtqueue_driver - one ring, driver side
 * @desc:	in memory that the device sees
 * @avail:	in memory that the device sees
 * @used:	in memory that the device sees, written by it
 * @size:	entries
 * @free_head:	first free descriptor
 * @free_count:	how many are free
 * @next_avail:	next available entry to write, free-running
 * @shown_avail: available index that the device can see
 * @seen_used:	used entries that were taken, free-running
 * @event_idx:	notifications are by index, not by flag
 * @next:	chains of free and of used descriptors, out of the device's
 * reach
 * @count:	descriptors in the chain that begins here; 0: none does
 */
struct virtqueue_driver {
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	uint16_t size;
	uint16_t free_head;
	uint16_t free_count;
	uint16_t next_avail;
	uint16_t shown_avail;
	uint16_t seen_used;
	bool event_idx;
	uint16_t next[VIRTQUEUE_MAX_SIZE];
	uint16_t count[VIRTQUEUE_MAX_SIZE];
};

/**
 * virtqueue_driver_init() - make an empty ring
 * @driver:	filled
 * @settings:	as the device gets them; base must be 0
 *
 * Return: 0, or -EINVAL for a size that virtio 1.2 2.7 forbids.
 */
int virtqueue_driver_init(struct virtqueue_driver *driver,
			  const struct virtqueue_settings *settings);

/**
 * virtqueue_driver_add() - make a chain available
 * @driver:	the ring
 * @pieces:	first those that the device reads, then those that it writes
 * @readable:	number of the former
 * @writable:	number of the latter
 *
 * Return: the chain's head, by which virtqueue_driver_get() will name it, or
 * -ENOSPC. The device sees it after virtqueue_driver_publish().
 */
int virtqueue_driver_add(struct virtqueue_driver *driver,
			 const struct virtqueue_piece *pieces,
			 unsigned readable, unsigned writable);

/** virtqueue_driver_publish() - show chains; true: the device wants a kick */
bool virtqueue_driver_publish(struct virtqueue_driver *driver);

/**
 * virtqueue_driver_get() - take back the next used chain
 * @driver:	the ring
 * @len:	bytes that the device says it wrote
 *
 * Return: the chain's head; -EAGAIN when none is used; -EPROTO when the device
 * names a chain that it does not have.
 */
int virtqueue_driver_get(struct virtqueue_driver *driver, uint32_t *len);

/** virtqueue_driver_disable_call() - ask the device not to notify us */
void virtqueue_driver_disable_call(struct virtqueue_driver *driver);

/**
 * virtqueue_driver_enable_call() - ask to be notified of the next used chain
 *
 * Return: false when there is one already, which may go without notification.
 */
bool virtqueue_driver_enable_call(struct virtqueue_driver *driver);

#endif
