/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_bed.h - a virtio-net device in a machine, its driver, and a real back-end
 *
 * All on one thread: whenever the machine asks what time it is, as it does
 * before each wait, the back-end runs. So an answer is there before anybody
 * waits for it, and no test depends on how fast the machine is.
 */
#ifndef UNIT_NET_BED_H
#define UNIT_NET_BED_H

#include "unit/vhost_user_bed.h"
#include "unit/virtio_guest.h"
#include "vmm/devices.h"
#include "vmm/pci.h"
#include "vmm/virtio_pci.h"

/** NET_BED_FEATURES - what the driver accepts unless a test says more */
#define NET_BED_FEATURES                                         \
	(1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_NET_F_MAC | \
	 1ull << VIRTIO_NET_F_STATUS | 1ull << VIRTIO_NET_F_CTRL_VQ)
#define NET_BED_BUFFER 2048

/**
 * struct net_bed - all of it
 * @machine:	the machine; its clock is ours
 * @bus:	in it
 * @vp:		the device's function
 * @device:	the device
 * @guest:	its driver
 * @back:	weft-switch's port; its front_end is not used
 * @run:	what else runs when the time is asked for; NULL: @back
 * @gone:	times that the back-end was said to be gone
 * @why:	what was said
 */
struct net_bed {
	struct machine_bed machine;
	struct pci_bus bus;
	struct virtio_pci *vp;
	struct virtio_device *device;
	struct virtio_guest guest;
	struct bed back;
	void (*run)(struct net_bed *bed);
	unsigned gone;
	const char *why;
};

/** net_bed_open() - a machine and a port, nothing in it; 0 or -1 */
int net_bed_open(struct net_bed *bed);

/** net_bed_close() - 0 when nothing is left behind */
int net_bed_close(struct net_bed *bed);

/** net_bed_run() - both sides, until nothing is left to do */
void net_bed_run(struct net_bed *bed);

/** net_bed_add() - put a NIC of @pairs into the machine, find it; 0 or -1
 * @fd:		of its back-end; -1: nobody is there */
int net_bed_add(struct net_bed *bed, int fd, unsigned pairs);

/** net_bed_dial() - a new connection to @back */
int net_bed_dial(struct net_bed *bed);

/** net_bed_end_session() - the back-end process dies, another one listens */
void net_bed_end_session(struct net_bed *bed);

/** net_bed_transmit() - the guest transmits a frame whose payload is @first */
void net_bed_transmit(struct net_bed *bed, unsigned pair, uint8_t first);

/** net_bed_offer() - the guest offers @n receive buffers */
void net_bed_offer(struct net_bed *bed, unsigned pair, unsigned n);

/** net_bed_received() - payload of the next frame that the guest received, -1:
 * none */
int net_bed_received(struct net_bed *bed, unsigned pair);

/**
 * net_bed_command() - a command on the control queue, number @queue
 * @data:	class, number, data
 * @len:	bytes of it
 * @step:	bytes of a descriptor
 *
 * Return: the answer; -1: there is none.
 */
int net_bed_command(struct net_bed *bed, unsigned queue, const void *data,
		    size_t len, size_t step);

/** net_bed_use_pairs() - the driver of a NIC of two pairs says how many it
 * uses; the answer */
int net_bed_use_pairs(struct net_bed *bed, uint16_t pairs);

#endif
