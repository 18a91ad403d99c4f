/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio_net_internal.h - what the files of the virtio-net device share
 *
 * virtio_net.c		features, configuration space, back-end
 * virtio_net_ctrl.c	the control queue
 */
#ifndef VMM_VIRTIO_NET_INTERNAL_H
#define VMM_VIRTIO_NET_INTERNAL_H

#include "vmm/devices.h"

/**
 * struct virtio_net - a NIC
 * @device:	the contract with the transport
 * @backend:	serves all queues but the control queue
 * @listener:	told by @backend
 * @mac:	its address
 * @mtu:	told to the driver; 0: not
 * @pairs:	queue pairs that are offered
 * @used_pairs:	that the driver uses
 * @is_up:	carrier
 * @is_announcing: VIRTIO_NET_S_ANNOUNCE is set
 * @ctrl:	the control queue; NULL: the driver has none
 * @gone:	wants to know when the back-end went; NULL: nobody does
 * @gone_arg:	for it
 * @chain:	the command that is being taken apart
 */
struct virtio_net {
	struct virtio_device device;
	struct net_backend *backend;
	struct net_backend_listener listener;
	struct mac mac;
	uint16_t mtu;
	unsigned pairs;
	unsigned used_pairs;
	bool is_up;
	bool is_announcing;
	struct virtio_queue *ctrl;
	void (*gone)(void *arg, const char *why);
	void *gone_arg;
	struct virtqueue_chain chain;
};

static inline struct virtio_net *virtio_net_of(struct virtio_device *device)
{
	return container_of(device, struct virtio_net, device);
}

/** virtio_net_rings() - queues that belong to the back-end, the first ones */
unsigned virtio_net_rings(const struct virtio_net *net);

/** virtio_net_use_pairs() - the driver uses so many from now on; 0 or -errno */
int virtio_net_use_pairs(struct virtio_net *net, unsigned pairs);

/** virtio_net_ctrl_open() - serve the control queue if the driver has one */
int virtio_net_ctrl_open(struct virtio_net *net);

/** virtio_net_ctrl_close() - no-op when it is not open */
void virtio_net_ctrl_close(struct virtio_net *net);

#endif
