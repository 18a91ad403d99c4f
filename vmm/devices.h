/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * devices.h - the virtio devices that a machine can have
 *
 * Each create() returns a device that is ready for virtio_pci_create(), which
 * takes it over; until then device->ops->destroy() ends it. Descriptors are
 * taken over also when it fails.
 */
#ifndef VMM_DEVICES_H
#define VMM_DEVICES_H

#include "core/addr.h"
#include "vmm/net_backend.h"
#include "vmm/virtio.h"

/**
 * struct net_settings - a virtio-net device (virtio 1.2 5.1)
 * @name:	"net0"
 * @mac:	its address
 * @mtu:	largest IP packet, told to the driver; 0: not told
 * @pairs:	queue pairs, at most the back-end's
 * @is_up:	carrier at first
 */
struct net_settings {
	const char *name;
	struct mac mac;
	uint16_t mtu;
	unsigned pairs;
	bool is_up;
};

/** virtio_net_create() - @backend is taken over, also on failure */
struct virtio_device *virtio_net_create(struct machine *machine,
					const struct net_settings *settings,
					struct net_backend *backend,
					struct err *err);

/** virtio_net_set_link() - the carrier that the driver sees */
void virtio_net_set_link(struct virtio_device *device, bool is_up);

/** virtio_net_announce() - ask the driver to announce itself (5.1.6.5.4) */
void virtio_net_announce(struct virtio_device *device);

/**
 * virtio_net_connect() - a new connection to a back-end that went
 * @fd:		taken over, also on failure
 *
 * Frames flow once it has answered. When it does not, or ends,
 * virtio_net_on_gone() tells; when it lacks what the driver accepted, the
 * driver must reset the device.
 *
 * Return: 0; -errno when @fd is no connection, or this kind of back-end has
 * none.
 */
int virtio_net_connect(struct virtio_device *device, int fd);

/**
 * virtio_net_on_gone() - call @gone, on the I/O thread, when the back-end went
 */
void virtio_net_on_gone(struct virtio_device *device,
			void (*gone)(void *arg, const char *why), void *arg);

/**
 * struct block_settings - a virtio-blk device (virtio 1.2 5.2)
 * @name:	"disk0", also its serial number
 * @fd:		the raw image, a file or a block device
 * @overlay_fd:	an empty file that takes all writes instead; -1: none
 * @is_readonly: writes are refused
 */
struct block_settings {
	const char *name;
	int fd;
	int overlay_fd;
	bool is_readonly;
};

/** virtio_block_create() - descriptors are taken over, also on failure */
struct virtio_device *virtio_block_create(struct machine *machine,
					  const struct block_settings *settings,
					  struct err *err);

/** CONSOLE_MAX_PORTS - ports of one virtio-console */
#define CONSOLE_MAX_PORTS 4

/**
 * struct console_port_settings - a port (virtio 1.2 5.3)
 * @name:	what the guest finds it by: "weft.agent"; NULL: a console, hvc0
 * @in_fd:	non-blocking stream socket, pipe or terminal that the guest
 *		reads; -1: nothing
 * @out_fd:	likewise, that it writes; not the same descriptor as @in_fd,
 *		though both may be of one socket
 */
struct console_port_settings {
	const char *name;
	int in_fd;
	int out_fd;
};

/**
 * virtio_console_create() - descriptors are taken over, also on failure
 *
 * Port 0 is the first one. The process ignores SIGPIPE.
 */
struct virtio_device *
virtio_console_create(struct machine *machine,
		      const struct console_port_settings *ports, unsigned count,
		      struct err *err);

/** virtio_console_lost() - bytes of a port that nobody took from the guest */
uint64_t virtio_console_lost(const struct virtio_device *device, unsigned port);

/** virtio_rng_create() - entropy of the host's (virtio 1.2 5.4) */
struct virtio_device *virtio_rng_create(struct machine *machine,
					struct err *err);

#endif
