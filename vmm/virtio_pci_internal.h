/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio_pci_internal.h - between the files of the virtio-pci transport
 *
 *	virtio_pci.c		the function: capabilities, BARs, life
 *	virtio_pci_common.c	common configuration: features and queues
 *	virtio_pci_status.c	device status: start, reset, broken
 *	virtio_pci_notify.c	doorbells: the driver notifies the device
 *	virtio_pci_isr.c	interrupts without MSI-X: the ISR status
 *	virtio_pci_window.c	access to all of it through configuration space
 */
#ifndef VMM_VIRTIO_PCI_INTERNAL_H
#define VMM_VIRTIO_PCI_INTERNAL_H

#include "core/log.h"
#include "vmm/virtio_pci.h"

/* BARs, and regions of the first, each in a page of its own */
#define VIRTIO_PCI_BAR 0
#define VIRTIO_PCI_BAR_MSIX 1
#define VIRTIO_PCI_COMMON 0x0000
#define VIRTIO_PCI_ISR_STATUS 0x1000
#define VIRTIO_PCI_DEVICE 0x2000
#define VIRTIO_PCI_DOORBELLS 0x3000
#define VIRTIO_PCI_BAR_SIZE 0x4000
/** VIRTIO_PCI_COMMON_SIZE - with the fields that we don't offer, all zeros */
#define VIRTIO_PCI_COMMON_SIZE 0x40
/** VIRTIO_PCI_DOORBELL_SIZE - notify_off_multiplier: one for each queue */
#define VIRTIO_PCI_DOORBELL_SIZE 4

/** VIRTIO_PCI_MAX_CALLS - eventfds that interrupt: the last is configuration */
#define VIRTIO_PCI_MAX_CALLS (VIRTIO_MAX_QUEUES + 1)

/**
 * struct virtio_pci_call - an eventfd that we wait for while MSI-X is off
 * @watch:	on it
 * @vp:		whose
 * @isr:	bit that it sets in the ISR status
 */
struct virtio_pci_call {
	struct watch watch;
	struct virtio_pci *vp;
	uint8_t isr;
};

/**
 * struct virtio_pci - a virtio device as a PCI function
 * @function:	what the bus sees
 * @device:	what it is; owned
 * @transport:	what @device sees of us
 * @limit:	of words about its driver
 * @config_fd:	eventfd of configuration changes
 * @window:	the capability for access through configuration space
 * @device_select: which half of the offered features is read
 * @driver_select: which half of the accepted ones is written
 * @driver_features: accepted, and offered
 * @status:	device status (virtio 1.2 2.1)
 * @generation:	config_generation
 * @queue_select: queue that the registers are about; any number
 * @isr:	ISR status (virtio 1.2 4.1.4.5)
 * @is_watching: @calls are on the loop
 * @calls:	by MSI-X source: queues, then configuration
 * @doorbells:	bit n: that of queue n is bound
 * @doorbells_at: address of the first one while any is bound
 */
struct virtio_pci {
	struct pci_function function;
	struct virtio_device *device;
	struct virtio_transport transport;
	struct log_limit limit;
	int config_fd;
	uint8_t window;
	uint32_t device_select;
	uint32_t driver_select;
	uint64_t driver_features;
	uint8_t status;
	uint8_t generation;
	uint16_t queue_select;
	uint8_t isr;
	bool is_watching;
	struct virtio_pci_call calls[VIRTIO_PCI_MAX_CALLS];
	uint32_t doorbells;
	uint64_t doorbells_at;
};

/** virtio_pci_of() - the transport that a function is part of */
struct virtio_pci *virtio_pci_of(struct pci_function *function);

/** virtio_pci_bar_read() - what is at @offset of the BAR */
uint64_t virtio_pci_bar_read(struct pci_function *function, uint64_t offset,
			     unsigned len);

/** virtio_pci_bar_write() - likewise */
void virtio_pci_bar_write(struct pci_function *function, uint64_t offset,
			  unsigned len, uint64_t value);

/** virtio_pci_common_read() - any offset and width in the region */
uint64_t virtio_pci_common_read(const struct virtio_pci *vp, unsigned offset,
				unsigned len);

/** virtio_pci_common_write() - what is no field of that width is ignored */
void virtio_pci_common_write(struct virtio_pci *vp, unsigned offset,
			     unsigned len, uint64_t value);

/** virtio_pci_set_status() - the driver writes the device status */
void virtio_pci_set_status(struct virtio_pci *vp, uint8_t value);

/** virtio_pci_stop() - reset of the device, on the I/O thread */
void virtio_pci_stop(struct virtio_pci *vp);

/** virtio_pci_config_changed() - for virtio_transport */
void virtio_pci_config_changed(struct virtio_device *device);

/** virtio_pci_broken() - for virtio_transport */
void virtio_pci_broken(struct virtio_device *device);

/** virtio_pci_doorbells_update() - bind or unbind, as all is now */
void virtio_pci_doorbells_update(struct virtio_pci *vp);

/** virtio_pci_notified() - the driver wrote to its doorbell, by an exit */
void virtio_pci_notified(struct virtio_pci *vp, unsigned offset);

/** virtio_pci_calls_init() - before virtio_pci_calls_update() */
void virtio_pci_calls_init(struct virtio_pci *vp);

/** virtio_pci_calls_update() - wait for eventfds, or leave them to MSI-X; on
 * the I/O thread */
void virtio_pci_calls_update(struct virtio_pci *vp);

/** virtio_pci_isr_read() - and with that, the driver took the interrupt */
uint8_t virtio_pci_isr_read(struct virtio_pci *vp);

/** virtio_pci_window_init() - add the capability; false: no room */
bool virtio_pci_window_init(struct virtio_pci *vp);

#endif
