/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio_guest.h - a guest's driver of a virtio-pci device, on a machine_bed
 *
 * Does what a kernel does, by ports and registers only: finds the device on the
 * bus, reads its capabilities, negotiates, sets up queues and MSI-X, notifies.
 * The pieces can be taken one by one, to do them wrong.
 *
 *	virtio_guest_init(&guest, &bed, VIRTIO_ID_RNG)
 *	virtio_guest_negotiate(&guest, features)
 *	virtio_guest_msix(&guest)			or not: INTA
 *	virtio_guest_queue(&guest, n, size)		each
 *	virtio_guest_driver_ok(&guest)
 *	virtio_guest_add(), virtio_guest_kick()
 *	virtio_guest_get()
 */
#ifndef UNIT_VIRTIO_GUEST_H
#define UNIT_VIRTIO_GUEST_H

#include "core/virtqueue_driver.h"
#include "unit/machine_bed.h"
#include "vmm/virtio.h"

/** VIRTIO_GUEST_RAM - what it takes memory from; below is the test's own */
#define VIRTIO_GUEST_RAM 0x100000

/**
 * struct virtio_guest_queue - one queue as the driver has it
 * @driver:	the ring
 * @desc:	guest-physical addresses of its parts
 * @avail:	likewise
 * @used:	likewise
 * @size:	entries
 * @doorbell:	where it is notified
 */
struct virtio_guest_queue {
	struct virtqueue_driver driver;
	uint64_t desc;
	uint64_t avail;
	uint64_t used;
	uint16_t size;
	uint64_t doorbell;
};

/**
 * struct virtio_guest - a driver
 * @bed:	the machine
 * @slot:	of the device
 * @common:	guest-physical addresses of its structures
 * @isr:	likewise
 * @device:	likewise; 0: it has none
 * @notify:	likewise
 * @multiplier:	notify_off_multiplier
 * @table:	of MSI-X
 * @msix_cap:	offsets of capabilities in configuration space
 * @window_cap:	likewise, of VIRTIO_PCI_CAP_PCI_CFG
 * @has_msix:	was switched on: vector n + 1 is for queue n, 0 for the
 *		configuration; the data of their messages is the vector
 * @next:	first byte of RAM that is not taken
 * @queues:	set up so far
 */
struct virtio_guest {
	struct machine_bed *bed;
	unsigned slot;
	uint64_t common;
	uint64_t isr;
	uint64_t device;
	uint64_t notify;
	uint32_t multiplier;
	uint64_t table;
	unsigned msix_cap;
	unsigned window_cap;
	bool has_msix;
	uint64_t next;
	struct virtio_guest_queue queues[VIRTIO_MAX_QUEUES];
};

/* Configuration space, by the ports 0xcf8 and 0xcfc. */
uint32_t guest_pci_read(struct machine_bed *bed, unsigned slot, unsigned offset,
			unsigned len);
void guest_pci_write(struct machine_bed *bed, unsigned slot, unsigned offset,
		     unsigned len, uint32_t value);

/**
 * virtio_guest_init() - find a device of kind @id, let its BARs answer
 *
 * Return: 0; -1 when there is none, or it lacks a capability.
 */
int virtio_guest_init(struct virtio_guest *guest, struct machine_bed *bed,
		      uint16_t id);

/* A register of the common configuration: VIRTIO_PCI_COMMON_* */
uint64_t virtio_guest_read(struct virtio_guest *guest, unsigned offset,
			   unsigned len);
void virtio_guest_write(struct virtio_guest *guest, unsigned offset,
			unsigned len, uint64_t value);

/* The device's own configuration. */
uint64_t virtio_guest_config_read(struct virtio_guest *guest, unsigned offset,
				  unsigned len);
void virtio_guest_config_write(struct virtio_guest *guest, unsigned offset,
			       unsigned len, uint64_t value);

uint8_t virtio_guest_status(struct virtio_guest *guest);

/** virtio_guest_features() - what the device offers */
uint64_t virtio_guest_features(struct virtio_guest *guest);

/** virtio_guest_accept() - write the driver's features, nothing else */
void virtio_guest_accept(struct virtio_guest *guest, uint64_t features);

/**
 * virtio_guest_negotiate() - reset, ACKNOWLEDGE, DRIVER, accept, FEATURES_OK
 *
 * Return: did FEATURES_OK stick?
 */
bool virtio_guest_negotiate(struct virtio_guest *guest, uint64_t features);

/** virtio_guest_msix() - switch it on; before virtio_guest_queue() */
void virtio_guest_msix(struct virtio_guest *guest);

/**
 * virtio_guest_queue() - set up and enable a queue, its memory taken from RAM
 * @size:	entries; 0: what the device offers
 */
struct virtio_guest_queue *virtio_guest_queue(struct virtio_guest *guest,
					      unsigned n, uint16_t size);

/** virtio_guest_driver_ok() - true: the device runs */
bool virtio_guest_driver_ok(struct virtio_guest *guest);

/** virtio_guest_reset() - write status 0; true: it reads 0 then */
bool virtio_guest_reset(struct virtio_guest *guest);

/** virtio_guest_start() - all from virtio_guest_negotiate() on: MSI-X, queues 0
 * to @queues - 1 in their own sizes, DRIVER_OK */
bool virtio_guest_start(struct virtio_guest *guest, uint64_t features,
			unsigned queues);

/** virtio_guest_alloc() - @len bytes of RAM, zeroed, on a page of their own */
uint64_t virtio_guest_alloc(struct virtio_guest *guest, size_t len);

/** virtio_guest_at() - RAM as the test sees it */
void *virtio_guest_at(struct virtio_guest *guest, uint64_t gpa);

/** virtio_guest_add() - virtqueue_driver_add() and publish, no notification */
int virtio_guest_add(struct virtio_guest *guest, unsigned n,
		     const struct virtqueue_piece *pieces, unsigned readable,
		     unsigned writable);

/** virtio_guest_kick() - notify the device of queue @n, let the loop run */
void virtio_guest_kick(struct virtio_guest *guest, unsigned n);

/** virtio_guest_get() - virtqueue_driver_get() of queue @n */
int virtio_guest_get(struct virtio_guest *guest, unsigned n, uint32_t *len);

/** virtio_guest_interrupts() - how often queue @n interrupted; -1: the
 * configuration did. Needs MSI-X */
uint64_t virtio_guest_interrupts(struct virtio_guest *guest, int n);

#endif
