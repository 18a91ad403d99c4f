/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_backend.h - who serves the rings of a virtio-net device
 *
 * The device (vmm/virtio_net.c) has the driver's side: features, configuration
 * space, control queue. The rings are served by somebody else, in another
 * process or in the kernel, who gets the guest's memory, the rings' addresses
 * and their eventfds. Two implementations: vmm/net_vhost_user.c and
 * vmm/net_vhost_kernel.c. Ring 2n is receiveq n + 1, ring 2n + 1 transmitq n +
 * 1 (virtio 1.2 5.1.2).
 *
 * All of it runs on the I/O thread. A back-end may fail or go at any moment; it
 * says so once, by gone() or broken(), from the loop and not from within a
 * call.
 */
#ifndef VMM_NET_BACKEND_H
#define VMM_NET_BACKEND_H

#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "vmm/virtio.h"

/** NET_BACKEND_MAX_PAIRS - queue pairs of one NIC */
#define NET_BACKEND_MAX_PAIRS 8
#define NET_BACKEND_MAX_RINGS (2 * NET_BACKEND_MAX_PAIRS)

/* features that linux/virtio_net.h of the oldest system we build on lacks */
#define NET_F_GUEST_USO4 54
#define NET_F_GUEST_USO6 55
#define NET_F_HOST_USO 56

struct net_backend;

/**
 * NET_BACKEND_UNKNOWN - features of a back-end that nobody has met yet
 *
 * Those of weft-switch that are about rings and frames. A driver may have
 * accepted them by the time the back-end comes: it must have them then.
 */
#define NET_BACKEND_UNKNOWN                                                 \
	(1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_F_IN_ORDER |           \
	 1ull << VIRTIO_RING_F_INDIRECT_DESC |                              \
	 1ull << VIRTIO_RING_F_EVENT_IDX | 1ull << VIRTIO_NET_F_MRG_RXBUF | \
	 1ull << VIRTIO_NET_F_CSUM | 1ull << VIRTIO_NET_F_GUEST_CSUM |      \
	 1ull << VIRTIO_NET_F_GUEST_TSO4 | 1ull << VIRTIO_NET_F_HOST_TSO4 | \
	 1ull << VIRTIO_NET_F_GUEST_TSO6 | 1ull << VIRTIO_NET_F_HOST_TSO6 | \
	 1ull << VIRTIO_NET_F_GUEST_ECN | 1ull << VIRTIO_NET_F_HOST_ECN)

/**
 * struct net_backend_listener - the device
 * @connected:	somebody is there since connect(): features are known, and
 *		start() hands the rings over
 * @gone:	the back-end ended, or does nonsense; @why is static text. It
 *		is not started any more; connect() and start() let frames flow
 *		again
 * @broken:	it reports a ring that no working driver leaves (SET_VRING_ERR)
 */
struct net_backend_listener {
	void (*connected)(struct net_backend_listener *listener);
	void (*gone)(struct net_backend_listener *listener, const char *why);
	void (*broken)(struct net_backend_listener *listener);
};

/**
 * struct net_backend_ops - a kind of back-end
 * @start:	serve the device's enabled rings 0 to @rings - 1 with
 *		@device->driver_features; each ring goes on at its used index.
 *		@pairs as in @enable. 0; -ENOTCONN while nobody is there;
 *		-EFAULT when a ring is not in RAM; -errno
 * @stop:	when it returns nobody touches guest memory any more; no-op
 *		when not started
 * @enable:	of a started back-end: the first @pairs queue pairs are in use
 *		(VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET), 0: none, as when the link is
 *		down. 0 or -errno
 * @connect:	another connection to the same back-end; @fd is taken over, also
 *		on failure. 0, and connected() or gone() follows; or -errno.
 *		NULL: it can't go
 * @destroy:	stop and free it
 */
struct net_backend_ops {
	int (*start)(struct net_backend *backend, struct virtio_device *device,
		     unsigned rings, unsigned pairs);
	void (*stop)(struct net_backend *backend);
	int (*enable)(struct net_backend *backend, unsigned pairs);
	int (*connect)(struct net_backend *backend, int fd);
	void (*destroy)(struct net_backend *backend);
};

/**
 * struct net_backend - embedded in its kind
 * @ops:	of its kind
 * @features:	virtio features that it can do; NET_BACKEND_UNKNOWN before
 *		the first connection
 * @max_pairs:	queue pairs that it can do, at least 1
 * @is_connected: somebody is there
 * @mtu:	largest IP packet, as the driver is told; 0: it is not. Set by
 *		the device
 * @listener:	the device; set before start()
 */
struct net_backend {
	const struct net_backend_ops *ops;
	uint64_t features;
	unsigned max_pairs;
	bool is_connected;
	uint16_t mtu;
	struct net_backend_listener *listener;
};

/**
 * net_vhost_user_create() - a back-end that is a vhost-user process
 * @machine:	its RAM is passed on: @ram
 * @fd:		connected stream socket; taken over, also on failure; -1: nobody
 *		is there yet
 * @err:	says why when NULL is returned
 *
 * Asks for features at once, and waits for the answer some seconds at most.
 */
struct net_backend *net_vhost_user_create(struct machine *machine, int fd,
					  struct err *err);

/**
 * net_vhost_kernel_create() - a back-end that is the kernel's vhost-net on a
 * tap
 * @vhost_fd:	/dev/vhost-net, nobody owns it yet; taken over, also on failure
 * @tap_fd:	a tap with IFF_VNET_HDR; likewise
 */
struct net_backend *net_vhost_kernel_create(struct machine *machine,
					    int vhost_fd, int tap_fd,
					    struct err *err);

#endif
