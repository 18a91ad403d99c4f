// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_net.c - a virtio-net device (virtio 1.2 5.1)
 *
 * Theory of operation
 *
 * The device is what the driver sees of a NIC: features, configuration space,
 * control queue. Its receive and transmit queues belong to a back-end, which
 * gets them at start() and gives them back at stop(). In between it may go, as
 * when weft-switch is restarted: the queues then rest where they are, and the
 * next one goes on with them. It must have every feature that the driver
 * accepted, and as many queue pairs; else the driver is told to reset the
 * device (DEVICE_NEEDS_RESET), and may then agree on what there is.
 *
 * A back-end that nobody has met yet is taken to be like weft-switch
 * (NET_BACKEND_UNKNOWN): a guest boots, and its driver starts, before its
 * network is there.
 *
 * Carrier is what the lab says (virtio_net_set_link()), whether or not a
 * back-end is there. While it is down no queue pair is in use, so that frames
 * stop also where the other side does not know: a tap in a bridge.
 *
 * Limits: the address can't be changed by the driver.
 */
#include "vmm/virtio_net_internal.h"

#include <errno.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BIT(n) (UINT64_C(1) << (n))

#define CLASS_ETHERNET 0x020000

/* What a back-end may have that we know is about frames and rings alone. */
#define BACKEND_FEATURES                                      \
	(NET_BACKEND_UNKNOWN | BIT(VIRTIO_NET_F_GUEST_UFO) |  \
	 BIT(VIRTIO_NET_F_HOST_UFO) | BIT(NET_F_GUEST_USO4) | \
	 BIT(NET_F_GUEST_USO6) | BIT(NET_F_HOST_USO))

/* What the driver is given by ourselves. */
#define OWN_FEATURES                                             \
	(BIT(VIRTIO_NET_F_MAC) | BIT(VIRTIO_NET_F_STATUS) |      \
	 BIT(VIRTIO_NET_F_CTRL_VQ) | BIT(VIRTIO_NET_F_CTRL_RX) | \
	 BIT(VIRTIO_NET_F_GUEST_ANNOUNCE))

/* as far as we have it: what follows in the structure is for other features */
#define CONFIG_SIZE (offsetof(struct virtio_net_config, mtu) + sizeof(uint16_t))

static uint64_t offer(const struct virtio_net *net)
{
	uint64_t features = net->backend->features & BACKEND_FEATURES;

	features |= OWN_FEATURES;
	if (net->mtu)
		features |= BIT(VIRTIO_NET_F_MTU);
	if (net->pairs > 1)
		features |= BIT(VIRTIO_NET_F_MQ);
	return features;
}

/* A driver without a control queue has no way to use more than one pair. */
unsigned virtio_net_rings(const struct virtio_net *net)
{
	return virtio_has(&net->device, VIRTIO_NET_F_MQ) ? 2 * net->pairs : 2;
}

static unsigned pairs_in_use(const struct virtio_net *net)
{
	return net->is_up ? net->used_pairs : 0;
}

static bool has_rings(const struct virtio_net *net, unsigned pairs)
{
	unsigned i;

	for (i = 0; i < 2 * pairs; i++) {
		if (!net->device.queues[i].enabled)
			return false;
	}
	return true;
}

int virtio_net_use_pairs(struct virtio_net *net, unsigned pairs)
{
	unsigned before = net->used_pairs;
	int rc;

	if (!pairs || pairs > net->pairs || !has_rings(net, pairs))
		return -EINVAL;
	/* a driver may say so all day, and a back-end shall not hear it */
	if (pairs == before)
		return 0;
	net->used_pairs = pairs;
	rc = net->backend->ops->enable(net->backend, pairs_in_use(net));
	if (rc)
		net->used_pairs = before;
	return rc;
}

static void net_config_read(struct virtio_device *device, unsigned offset,
			    void *data, unsigned len)
{
	const struct virtio_net *net = virtio_net_of(device);
	struct virtio_net_config config = {
		.status = htole16(
			(net->is_up ? VIRTIO_NET_S_LINK_UP : 0) |
			(net->is_announcing ? VIRTIO_NET_S_ANNOUNCE : 0)),
		.max_virtqueue_pairs = htole16((uint16_t)net->pairs),
		.mtu = htole16(net->mtu)};

	memcpy(config.mac, net->mac.b, MAC_LEN);
	memcpy(data, (const uint8_t *)&config + offset, len);
}

/* -EOPNOTSUPP when the back-end lacks what the driver relies on */
static int start_backend(struct virtio_net *net)
{
	struct net_backend *backend = net->backend;
	uint64_t needed = net->device.driver_features & BACKEND_FEATURES;
	unsigned rings = virtio_net_rings(net);
	int rc;

	if (needed & ~backend->features || rings > 2 * backend->max_pairs)
		return -EOPNOTSUPP;
	rc = backend->ops->start(backend, &net->device, rings,
				 pairs_in_use(net));
	return rc == -ENOTCONN ? 0 : rc;
}

static int net_start(struct virtio_device *device)
{
	struct virtio_net *net = virtio_net_of(device);
	int rc;

	net->used_pairs = 1;
	rc = virtio_net_ctrl_open(net);
	return rc ? rc : start_backend(net);
}

static void net_stop(struct virtio_device *device)
{
	struct virtio_net *net = virtio_net_of(device);

	net->backend->ops->stop(net->backend);
	virtio_net_ctrl_close(net);
	net->is_announcing = false;
	device->features = offer(net);
}

static void net_destroy(struct virtio_device *device)
{
	struct virtio_net *net = virtio_net_of(device);

	net->backend->ops->destroy(net->backend);
	free(net);
}

/* The driver's next negotiation is with this back-end, or its queues go on. */
static void backend_connected(struct net_backend_listener *listener)
{
	struct virtio_net *net =
		container_of(listener, struct virtio_net, listener);
	struct virtio_device *device = &net->device;

	if (!device->started) {
		device->features = offer(net);
		return;
	}
	if (device->error)
		return;
	if (start_backend(net))
		virtio_break(device, "the new back-end can't do what the last "
				     "one did");
	else
		virtio_net_announce(device);
}

static void backend_gone(struct net_backend_listener *listener, const char *why)
{
	struct virtio_net *net =
		container_of(listener, struct virtio_net, listener);

	if (net->gone)
		net->gone(net->gone_arg, why);
}

static void backend_broken(struct net_backend_listener *listener)
{
	struct virtio_net *net =
		container_of(listener, struct virtio_net, listener);

	virtio_break(&net->device, "the back-end reports a broken ring");
}

void virtio_net_set_link(struct virtio_device *device, bool is_up)
{
	struct virtio_net *net = virtio_net_of(device);

	if (net->is_up == is_up)
		return;
	net->is_up = is_up;
	net->backend->ops->enable(net->backend, pairs_in_use(net));
	virtio_config_changed(device);
}

void virtio_net_announce(struct virtio_device *device)
{
	struct virtio_net *net = virtio_net_of(device);

	if (!device->started || !virtio_has(device, VIRTIO_NET_F_CTRL_VQ) ||
	    !virtio_has(device, VIRTIO_NET_F_GUEST_ANNOUNCE))
		return;
	net->is_announcing = true;
	virtio_config_changed(device);
}

int virtio_net_connect(struct virtio_device *device, int fd)
{
	struct virtio_net *net = virtio_net_of(device);

	if (net->backend->ops->connect)
		return net->backend->ops->connect(net->backend, fd);
	close(fd);
	return -EOPNOTSUPP;
}

void virtio_net_on_gone(struct virtio_device *device,
			void (*gone)(void *arg, const char *why), void *arg)
{
	struct virtio_net *net = virtio_net_of(device);

	net->gone = gone;
	net->gone_arg = arg;
}

static const struct virtio_device_ops net_ops = {
	.config_read = net_config_read,
	.start = net_start,
	.stop = net_stop,
	.destroy = net_destroy,
};

static void net_init(struct virtio_net *net, struct machine *machine,
		     const struct net_settings *settings,
		     struct net_backend *backend)
{
	struct virtio_device *device = &net->device;
	unsigned i;

	net->backend = backend;
	net->listener.connected = backend_connected;
	net->listener.gone = backend_gone;
	net->listener.broken = backend_broken;
	backend->listener = &net->listener;
	backend->mtu = settings->mtu;
	net->mac = settings->mac;
	net->mtu = settings->mtu;
	net->pairs = MIN(settings->pairs, backend->max_pairs);
	net->used_pairs = 1;
	net->is_up = settings->is_up;
	device->ops = &net_ops;
	device->name = settings->name;
	device->id = VIRTIO_ID_NET;
	device->class_code = CLASS_ETHERNET;
	device->features = offer(net);
	device->config_size = CONFIG_SIZE;
	device->machine = machine;
	device->queue_count = 2 * net->pairs + 1;
	for (i = 0; i < device->queue_count; i++)
		device->queues[i].max_size = VIRTIO_QUEUE_SIZE;
}

struct virtio_device *virtio_net_create(struct machine *machine,
					const struct net_settings *settings,
					struct net_backend *backend,
					struct err *err)
{
	struct virtio_net *net;

	if (!settings->pairs || settings->pairs > NET_BACKEND_MAX_PAIRS) {
		err_set(err, -EINVAL, "%s: queue pairs must be 1 to %u",
			settings->name, NET_BACKEND_MAX_PAIRS);
		backend->ops->destroy(backend);
		return NULL;
	}
	net = calloc(1, sizeof(*net));
	if (!net) {
		err_set(err, -ENOMEM, "no memory for %s", settings->name);
		backend->ops->destroy(backend);
		return NULL;
	}
	net_init(net, machine, settings, backend);
	return &net->device;
}
