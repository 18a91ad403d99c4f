/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio.h - the contract between a virtio device and its transport
 *
 * A device says what it is and serves its queues; the transport
 * (vmm/virtio_pci.c) has the registers, the device status and the interrupts,
 * and asks the device for what depends on its kind. Neither believes the
 * driver: a device sees nothing before FEATURES_OK and DRIVER_OK were said in
 * their order, with features that it offered and with queues that are in RAM.
 *
 * Life of a device, as the transport tells it (virtio 1.2 3.1):
 *
 *	reset -> start()	the driver said DRIVER_OK
 *	start -> stop()		the driver resets it, or the machine does
 *
 * All of virtio_device_ops but the two config_*() run on the I/O thread.
 * Writes to the configuration space come through once FEATURES_OK was said.
 *
 * When a queue is broken, its device calls virtio_break(): the driver is told
 * by DEVICE_NEEDS_RESET and a configuration interrupt (virtio 1.2 2.1.2), and
 * nothing is served until it resets the device, which always works.
 */
#ifndef VMM_VIRTIO_H
#define VMM_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#include "core/virtqueue.h"
#include "vmm/machine.h"

/** VIRTIO_MAX_QUEUES - of one device; 8 queue pairs of net and its control */
#define VIRTIO_MAX_QUEUES 17
/** VIRTIO_QUEUE_SIZE - largest size that we offer where a device wants none */
#define VIRTIO_QUEUE_SIZE 256

struct virtio_device;

/**
 * struct virtio_queue - one virtqueue as the driver set it up
 * @device:	whose
 * @max_size:	entries that are offered
 * @size:	entries that the driver wants, a power of two up to @max_size
 * @enabled:	the driver wants it served; the addresses are in RAM then
 * @desc:	guest-physical address of the descriptor table
 * @avail:	likewise, of the available ring
 * @used:	likewise, of the used ring
 * @kick_fd:	eventfd that the driver's notification writes; the transport's
 * @call_fd:	eventfd that interrupts the driver; the transport's
 * @vq:		for a device that serves the queue here: virtio_queue_open()
 * @kick:	likewise: waits for @kick_fd
 * @serve:	likewise: called when something may be available
 */
struct virtio_queue {
	struct virtio_device *device;
	uint16_t max_size;
	uint16_t size;
	bool enabled;
	uint64_t desc;
	uint64_t avail;
	uint64_t used;
	int kick_fd;
	int call_fd;
	struct virtqueue vq;
	struct watch kick;
	void (*serve)(struct virtio_queue *queue);
};

/**
 * struct virtio_device_ops - what a kind of device does
 * @config_read: @len bytes of the device's configuration space at @offset into
 *		@data, all inside of @config_size. Runs on a vCPU thread too
 * @config_write: likewise; NULL: nothing there may be written
 * @start:	begin to serve the queues that are enabled; 0 or -errno, then
 *		the device needs a reset
 * @stop:	serve no more, and touch guest memory no more when it returns;
 *		called only after start(), also after one that failed
 * @destroy:	free it; it was stopped
 */
struct virtio_device_ops {
	void (*config_read)(struct virtio_device *device, unsigned offset,
			    void *data, unsigned len);
	void (*config_write)(struct virtio_device *device, unsigned offset,
			     const void *data, unsigned len);
	int (*start)(struct virtio_device *device);
	void (*stop)(struct virtio_device *device);
	void (*destroy)(struct virtio_device *device);
};

/**
 * struct virtio_transport - what a device may ask of its transport
 * @config_changed: raise config_generation, and interrupt a driver that said
 *		DRIVER_OK
 * @broken:	set DEVICE_NEEDS_RESET and interrupt the driver
 */
struct virtio_transport {
	void (*config_changed)(struct virtio_device *device);
	void (*broken)(struct virtio_device *device);
};

/**
 * struct virtio_device - embedded in its kind, first filled by it
 * @ops:	of its kind
 * @name:	"net0", for words about it
 * @id:		virtio device id (virtio 1.2 5)
 * @class_code:	of its PCI function
 * @features:	offered; VIRTIO_F_VERSION_1 among them
 * @config_size: bytes of its configuration space
 * @queue_count: valid entries of @queues
 * @queues:	@max_size is filled by the kind, the rest by the transport
 * @machine:	it is in
 * @transport:	set by the transport
 * @driver_features: what the driver accepted, valid from start() on
 * @started:	between start() and stop()
 * @error:	why it is broken, static text; NULL while it works
 */
struct virtio_device {
	const struct virtio_device_ops *ops;
	const char *name;
	uint16_t id;
	uint32_t class_code;
	uint64_t features;
	unsigned config_size;
	unsigned queue_count;
	struct virtio_queue queues[VIRTIO_MAX_QUEUES];
	struct machine *machine;
	struct virtio_transport *transport;
	uint64_t driver_features;
	bool started;
	const char *error;
};

static inline bool virtio_has(const struct virtio_device *device, unsigned bit)
{
	return device->driver_features >> bit & 1;
}

/**
 * virtio_break() - the driver did what no working driver does: serve it no
 * more until it resets the device
 * @why:	static text; kept for the operator
 */
void virtio_break(struct virtio_device *device, const char *why);

/**
 * virtio_config_changed() - tell the driver to read its configuration again
 *
 * To be called also while no driver has started the device: one may be reading
 * its configuration just now, in several parts.
 */
static inline void virtio_config_changed(struct virtio_device *device)
{
	if (device->transport)
		device->transport->config_changed(device);
}

/* Queues that are served in this process */

/**
 * virtio_queue_open() - begin to serve an enabled queue; from start()
 * @queue:	of a device that is being started
 * @serve:	called on the I/O thread when the driver notified; takes chains
 *		with virtqueue_peek(), virtqueue_walk() and virtqueue_push() on
 *		@queue->vq and ends with virtio_queue_flush()
 *
 * Return: 0, or -errno when the rings are not in RAM.
 */
int virtio_queue_open(struct virtio_queue *queue,
		      void (*serve)(struct virtio_queue *queue));

/** virtio_queue_close() - from stop(); no-op when it is not open */
void virtio_queue_close(struct virtio_queue *queue);

/** virtio_queue_is_open() - may chains be put into it now? */
static inline bool virtio_queue_is_open(const struct virtio_queue *queue)
{
	return queue->serve && !queue->device->error;
}

/**
 * virtio_queue_again() - serve it once more soon, after everybody else had a
 * turn: there was more to do than one pass may take
 */
void virtio_queue_again(struct virtio_queue *queue);

/**
 * virtio_queue_flush() - show what was pushed; interrupt if that is wanted
 *
 * Chains that were looked at and not taken may stay there; @serve is called
 * when the driver adds more. Breaks the device when the queue is broken, or
 * when guest memory was taken away.
 */
void virtio_queue_flush(struct virtio_queue *queue);

#endif
