/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio_toy.h - a device that notes what its transport tells it: the contract
 * of virtio.h without a kind of device
 *
 * Queue 0 takes chains and gives them back at once, up to TOY_BATCH in a pass;
 * queue 1 leaves its chains there; the others are not served.
 */
#ifndef UNIT_VIRTIO_TOY_H
#define UNIT_VIRTIO_TOY_H

#include "unit/virtio_guest.h"
#include "vmm/pci.h"
#include "vmm/virtio_pci.h"

#define TOY_ID 42
#define TOY_QUEUES 3
#define TOY_QUEUE_SIZE 16
#define TOY_CONFIG_SIZE 11
#define TOY_BATCH 4
/** TOY_FEATURES - some of both halves; bit 3 and 40 are not offered */
#define TOY_FEATURES (1ull << 32 | 1ull << 29 | 1ull << 28 | 0x17)

/**
 * struct virtio_toy - the device and what happened to it
 * @device:	as the transport sees it
 * @config:	its configuration
 * @guard:	not its configuration
 * @start_code:	what start() returns
 * @starts:	how often it was started
 * @stops:	stopped
 * @destroys:	destroyed
 * @passes:	how often queue 0 and 1 were served
 * @is_quiet:	was the driver asked not to notify during the last pass?
 * @chain:	the one at hand
 */
struct virtio_toy {
	struct virtio_device device;
	uint8_t config[TOY_CONFIG_SIZE];
	uint8_t guard[16];
	int start_code;
	unsigned starts;
	unsigned stops;
	unsigned destroys;
	unsigned passes[2];
	bool is_quiet;
	struct virtqueue_chain chain;
};

/**
 * struct virtio_toy_bed - a toy on a machine, and its driver
 * @bed:	the machine
 * @ops:	its, to be changed
 * @bus:	with the toy in slot 1
 * @toy:	the device
 * @vp:		its transport
 * @guest:	the driver
 */
struct virtio_toy_bed {
	struct machine_bed bed;
	struct machine_ops ops;
	struct pci_bus bus;
	struct virtio_toy toy;
	struct virtio_pci *vp;
	struct virtio_guest guest;
};

/** virtio_toy_open() - 0, or -1 */
int virtio_toy_open(struct virtio_toy_bed *bed);

/** virtio_toy_close() - 0 when nothing is left of it */
int virtio_toy_close(struct virtio_toy_bed *bed);

#endif
