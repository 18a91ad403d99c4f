// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_pci_status.c - device status of a virtio device (virtio 1.2 2.1, 3.1)
 *
 * Theory of operation
 *
 *	FEATURES_OK	sticks when VIRTIO_F_VERSION_1 was accepted; features
 *			are fixed then
 *	DRIVER_OK	sticks after FEATURES_OK; the device starts
 *	NEEDS_RESET	ours; nothing is served any more
 *	0		the device stops; reads as 0 only when it has
 *
 * A driver can't take a bit back but by a reset (2.1.1): such a write adds what
 * it adds. Start and stop need the loop, so they run on the I/O thread. While a
 * vCPU waits for that another one may write here too: each step looks anew at
 * how things are, and they come one after the other.
 */
#include <linux/virtio_config.h>

#include "core/util.h"
#include "vmm/shared_event.h"
#include "vmm/virtio_pci_internal.h"

#define FROM_DRIVER                                             \
	(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER | \
	 VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_FAILED)

static struct virtio_pci *vp_of(struct virtio_device *device)
{
	return container_of(device->transport, struct virtio_pci, transport);
}

/* Before DRIVER_OK nobody is there to be interrupted (3.1.1). */
static void interrupt_config(struct virtio_pci *vp)
{
	if (vp->status & VIRTIO_CONFIG_S_DRIVER_OK)
		shared_event_raise(vp->config_fd);
}

void virtio_pci_config_changed(struct virtio_device *device)
{
	struct virtio_pci *vp = vp_of(device);

	vp->generation++;
	interrupt_config(vp);
}

void virtio_pci_broken(struct virtio_device *device)
{
	struct virtio_pci *vp = vp_of(device);

	vp->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	virtio_pci_doorbells_update(vp);
	interrupt_config(vp);
	log_limited(device->machine->log, &vp->limit, LOG_WARNING,
		    "%s: its driver must reset it: %s", device->name,
		    device->error);
}

static void start(void *arg)
{
	struct virtio_pci *vp = arg;
	struct virtio_device *device = vp->device;

	if (!(vp->status & VIRTIO_CONFIG_S_FEATURES_OK) ||
	    vp->status & VIRTIO_CONFIG_S_DRIVER_OK)
		return;
	vp->status |= VIRTIO_CONFIG_S_DRIVER_OK;
	virtio_pci_calls_update(vp);
	if (device->error) {
		/* was broken before; a driver that did not look is told */
		interrupt_config(vp);
		return;
	}
	device->driver_features = vp->driver_features;
	device->started = true;
	if (device->ops->start(device))
		virtio_break(device, "it can't be started");
	virtio_pci_doorbells_update(vp);
	machine_event(device->machine, MACHINE_DRIVERS);
}

static void stop_device(struct virtio_pci *vp)
{
	struct virtio_device *device = vp->device;

	vp->status = 0;
	virtio_pci_doorbells_update(vp);
	if (!device->started)
		return;
	device->ops->stop(device);
	device->started = false;
	machine_event(device->machine, MACHINE_DRIVERS);
}

static void reset_queue(struct virtio_pci *vp, unsigned n)
{
	struct virtio_queue *queue = &vp->device->queues[n];

	queue->size = queue->max_size;
	queue->enabled = false;
	queue->desc = queue->avail = queue->used = 0;
	msix_set_vector(&vp->function.msix, n, MSIX_NO_VECTOR);
	/* what the last driver left there is not for the next one */
	shared_event_clear(queue->kick_fd);
	shared_event_clear(queue->call_fd);
}

void virtio_pci_stop(struct virtio_pci *vp)
{
	struct virtio_device *device = vp->device;
	unsigned i;

	stop_device(vp);
	device->error = NULL;
	device->driver_features = vp->driver_features = 0;
	vp->device_select = vp->driver_select = 0;
	vp->queue_select = 0;
	virtio_pci_calls_update(vp);
	for (i = 0; i < device->queue_count; i++)
		reset_queue(vp, i);
	msix_set_vector(&vp->function.msix, i, MSIX_NO_VECTOR);
	shared_event_clear(vp->config_fd);
	virtio_pci_isr_read(vp);
}

static void reset(void *arg)
{
	virtio_pci_stop(arg);
}

void virtio_pci_set_status(struct virtio_pci *vp, uint8_t value)
{
	uint8_t added = value & (uint8_t)~vp->status;

	if (!value) {
		machine_io(vp->device->machine, reset, vp);
		return;
	}
	/* without it a driver would be a legacy one, and we are no such device
	 */
	if (!(vp->driver_features >> VIRTIO_F_VERSION_1 & 1))
		added &= (uint8_t)~VIRTIO_CONFIG_S_FEATURES_OK;
	vp->status |= added & FROM_DRIVER;
	if (added & VIRTIO_CONFIG_S_DRIVER_OK)
		machine_io(vp->device->machine, start, vp);
}
