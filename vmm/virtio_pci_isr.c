// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_pci_isr.c - interrupts of a virtio device without MSI-X (virtio 1.2
 * 4.1.4.5)
 *
 * Theory of operation
 *
 * Who serves a queue writes its call eventfd and knows nothing about PCI. With
 * MSI-X that is all. Without it we wait for these eventfds on the loop, set the
 * bit in the ISR status and pull INTA, until the driver reads the status. The
 * loop waits for nothing of that while MSI-X is on: a frame would wake us for
 * nothing.
 */
#include <linux/virtio_config.h>
#include <sys/epoll.h>

#include "core/util.h"
#include "vmm/shared_event.h"
#include "vmm/virtio_pci_internal.h"

#define ISR_QUEUE 1
#define ISR_CONFIG 2

static void call_readable(struct watch *watch, uint32_t events)
{
	struct virtio_pci_call *call =
		container_of(watch, struct virtio_pci_call, watch);

	(void)events;
	if (!shared_event_clear(watch->fd))
		return;
	call->vp->isr |= call->isr;
	pci_set_intx(&call->vp->function, true);
}

void virtio_pci_calls_init(struct virtio_pci *vp)
{
	unsigned i;

	for (i = 0; i < vp->function.msix.source_count; i++) {
		struct virtio_pci_call *call = &vp->calls[i];

		call->vp = vp;
		call->isr =
			i < vp->device->queue_count ? ISR_QUEUE : ISR_CONFIG;
		call->watch.fd = vp->function.msix.sources[i].fd;
		call->watch.ready = call_readable;
		call->watch.name = "virtio-call";
	}
}

/*
 * A watch that can't be added (no memory for it in the kernel) leaves a guest
 * without that interrupt, and nobody else.
 */
void virtio_pci_calls_update(struct virtio_pci *vp)
{
	bool wanted = vp->status & VIRTIO_CONFIG_S_DRIVER_OK &&
		      !vp->function.msix.enabled;
	unsigned i;

	if (wanted == vp->is_watching)
		return;
	vp->is_watching = wanted;
	for (i = 0; i < vp->function.msix.source_count; i++) {
		if (wanted)
			watch_add(vp->device->machine->loop,
				  &vp->calls[i].watch, EPOLLIN);
		else
			watch_remove(&vp->calls[i].watch);
	}
}

uint8_t virtio_pci_isr_read(struct virtio_pci *vp)
{
	uint8_t isr = vp->isr;

	vp->isr = 0;
	pci_set_intx(&vp->function, false);
	return isr;
}
