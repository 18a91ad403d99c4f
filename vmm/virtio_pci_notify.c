// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_pci_notify.c - doorbells of a virtio device (virtio 1.2 4.1.4.4)
 *
 * Theory of operation
 *
 * Each queue has an address of its own, and what is written there does not
 * matter: KVM turns it into a write to the queue's kick eventfd, and the guest
 * goes on at once. That holds while the device runs and its BAR answers. At all
 * other times, and when KVM has no more room, a notification comes as an exit;
 * it is then passed on here, or ignored when there is nobody to serve it.
 */
#include "vmm/shared_event.h"
#include "vmm/virtio_pci_internal.h"

static_assert(VIRTIO_MAX_QUEUES <= 32, "doorbells are the bits of a number");

static bool is_served(const struct virtio_device *device, unsigned n)
{
	return device->started && !device->error && n < device->queue_count &&
	       device->queues[n].enabled;
}

static uint64_t doorbell(const struct virtio_pci *vp, unsigned n)
{
	return vp->doorbells_at + n * VIRTIO_PCI_DOORBELL_SIZE;
}

static void unbind(struct virtio_pci *vp)
{
	struct machine *machine = vp->device->machine;
	unsigned i;

	for (i = 0; i < vp->device->queue_count; i++) {
		if (vp->doorbells >> i & 1)
			machine->ops->doorbell_unbind(
				machine, doorbell(vp, i),
				vp->device->queues[i].kick_fd);
	}
	vp->doorbells = 0;
	vp->doorbells_at = 0;
}

static void bind(struct virtio_pci *vp, uint64_t at)
{
	struct machine *machine = vp->device->machine;
	unsigned i;

	vp->doorbells_at = at;
	for (i = 0; i < vp->device->queue_count; i++) {
		if (is_served(vp->device, i) &&
		    !machine->ops->doorbell_bind(machine, doorbell(vp, i),
						 vp->device->queues[i].kick_fd))
			vp->doorbells |= 1u << i;
	}
}

void virtio_pci_doorbells_update(struct virtio_pci *vp)
{
	uint64_t addr = vp->function.bars[VIRTIO_PCI_BAR].addr, at = 0;

	if (addr && vp->status && vp->device->started && !vp->device->error)
		at = addr + VIRTIO_PCI_DOORBELLS;
	if (at == vp->doorbells_at)
		return;
	unbind(vp);
	if (at)
		bind(vp, at);
}

/* A doorbell that nobody has: a driver that notifies too early, or nonsense. */
void virtio_pci_notified(struct virtio_pci *vp, unsigned offset)
{
	unsigned n = offset / VIRTIO_PCI_DOORBELL_SIZE;

	if (offset % VIRTIO_PCI_DOORBELL_SIZE == 0 && is_served(vp->device, n))
		shared_event_raise(vp->device->queues[n].kick_fd);
}
