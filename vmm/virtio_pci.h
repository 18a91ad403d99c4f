/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio_pci.h - a virtio device as a modern PCI function (virtio 1.2 4.1)
 */
#ifndef VMM_VIRTIO_PCI_H
#define VMM_VIRTIO_PCI_H

#include "vmm/pci.h"
#include "vmm/virtio.h"

struct virtio_pci;

/**
 * virtio_pci_create() - give @device registers, queues and interrupts
 * @bus:	where it is added
 * @device:	filled by its kind; belongs to the function once this succeeded
 * @err:	says why when NULL is returned
 */
struct virtio_pci *virtio_pci_create(struct pci_bus *bus,
				     struct virtio_device *device,
				     struct err *err);

/** virtio_pci_reset() - of the whole machine: stop the device, forget all */
void virtio_pci_reset(struct virtio_pci *vp);

/** virtio_pci_destroy() - stop and destroy the device too; NULL is fine */
void virtio_pci_destroy(struct virtio_pci *vp);

/** virtio_pci_device() - the device behind the function */
struct virtio_device *virtio_pci_device(struct virtio_pci *vp);

/** virtio_pci_is_running() - did its driver say DRIVER_OK, and no reset since?
 */
bool virtio_pci_is_running(const struct virtio_pci *vp);

#endif
