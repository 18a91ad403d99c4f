// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net_vhost_kernel.c - a back-end that is the kernel's vhost-net on a tap
 *
 * Theory of operation
 *
 * A thread of the kernel takes frames out of the transmit ring and writes them
 * to the tap, and the other way round. It is told of memory and rings as a
 * vhost-user process is (linux/vhost.h), by ioctl()s, and it reads and writes
 * this process's memory, of which the guest's RAM is all that it knows.
 *
 * vhost-net knows the features of rings; those of frames are the tap's. Frames
 * carry a virtio_net_hdr on both of its sides, so what the driver may leave to
 * the device (checksums, segmentation) passes through, and what the device may
 * leave to the driver is set as the tap's offloads by what the driver accepted.
 *
 * A ring is served while the tap is its backend (VHOST_NET_SET_BACKEND). While
 * the link is down, or no driver runs, it is not, and the tap has no carrier.
 * What it kept by then is dropped: it would be delivered long after.
 *
 * Limits: one queue pair: more would take as many taps' queues. Nothing tells
 * when the tap's interface is deleted: it looks like a wire without traffic.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/vhost.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmm/net_backend.h"
#include "vmm/net_ring.h"

#define BIT(n) (UINT64_C(1) << (n))

#define RINGS 2

/* More than a tap keeps, unless its queue was made longer. */
#define TAP_MAX_FRAMES 4096

/* of newer kernels than the oldest that we build on */
#define OFFLOAD_USO4 0x20
#define OFFLOAD_USO6 0x40

/* what frames may ask of the tap, whatever its offloads are */
#define TAP_FEATURES                                            \
	(BIT(VIRTIO_NET_F_CSUM) | BIT(VIRTIO_NET_F_HOST_TSO4) | \
	 BIT(VIRTIO_NET_F_HOST_TSO6) | BIT(VIRTIO_NET_F_HOST_ECN))

#define RING_FEATURES                                                 \
	(BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_RING_F_INDIRECT_DESC) | \
	 BIT(VIRTIO_RING_F_EVENT_IDX) | BIT(VIRTIO_NET_F_MRG_RXBUF))

/**
 * struct offload - what a tap may leave to who reads from it
 * @flags:	of TUNSETOFFLOAD
 * @guest:	features, all of which the driver accepted
 * @host:	features that a kernel which knows @flags has, too
 */
struct offload {
	unsigned flags;
	uint64_t guest;
	uint64_t host;
};

static const struct offload offloads[] = {
	{TUN_F_CSUM, BIT(VIRTIO_NET_F_GUEST_CSUM), 0},
	{TUN_F_TSO4, BIT(VIRTIO_NET_F_GUEST_TSO4), 0},
	{TUN_F_TSO6, BIT(VIRTIO_NET_F_GUEST_TSO6), 0},
	{TUN_F_TSO_ECN, BIT(VIRTIO_NET_F_GUEST_ECN), 0},
	{TUN_F_UFO, BIT(VIRTIO_NET_F_GUEST_UFO), BIT(VIRTIO_NET_F_HOST_UFO)},
	{OFFLOAD_USO4 | OFFLOAD_USO6,
	 BIT(NET_F_GUEST_USO4) | BIT(NET_F_GUEST_USO6), BIT(NET_F_HOST_USO)},
};

/**
 * struct net_vhost_kernel - the kernel as a back-end
 * @backend:	the contract
 * @machine:	whose memory it gets
 * @vhost_fd:	/dev/vhost-net, owned by us
 * @tap_fd:	the wire
 * @err:	its fd is an eventfd, written by the kernel for a broken ring
 * @device:	whose rings it serves; NULL: none
 */
struct net_vhost_kernel {
	struct net_backend backend;
	struct machine *machine;
	int vhost_fd;
	int tap_fd;
	struct watch err;
	struct virtio_device *device;
};

static struct net_vhost_kernel *kernel_of(struct net_backend *backend)
{
	return container_of(backend, struct net_vhost_kernel, backend);
}

/* ioctl() with an argument, 0 or -errno */
static int tell(int fd, unsigned long request, const void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

static int tell_state(const struct net_vhost_kernel *vk, unsigned long request,
		      unsigned index, unsigned num)
{
	const struct vhost_vring_state state = {index, num};

	return tell(vk->vhost_fd, request, &state);
}

static int tell_file(const struct net_vhost_kernel *vk, unsigned long request,
		     unsigned index, int fd)
{
	const struct vhost_vring_file file = {index, fd};

	return tell(vk->vhost_fd, request, &file);
}

/* edge-triggered and never read */
static void err_readable(struct watch *watch, uint32_t events)
{
	struct net_vhost_kernel *vk =
		container_of(watch, struct net_vhost_kernel, err);

	(void)events;
	if (vk->device && vk->backend.listener)
		vk->backend.listener->broken(vk->backend.listener);
}

static int set_offloads(const struct net_vhost_kernel *vk, uint64_t features)
{
	unsigned long flags = 0;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(offloads); i++) {
		if ((features & offloads[i].guest) == offloads[i].guest)
			flags |= offloads[i].flags;
	}
	return ioctl(vk->tap_fd, TUNSETOFFLOAD, flags) < 0 ? -errno : 0;
}

static int set_features(const struct net_vhost_kernel *vk)
{
	uint64_t features = vk->device->driver_features & RING_FEATURES;
	int rc = tell(vk->vhost_fd, VHOST_SET_FEATURES, &features);

	return rc ? rc : set_offloads(vk, vk->device->driver_features);
}

static int start_ring(const struct net_vhost_kernel *vk, unsigned index)
{
	const struct virtio_queue *queue = &vk->device->queues[index];
	struct vhost_vring_addr addr = {.index = index};
	struct net_ring ring;
	int rc;

	rc = net_ring_locate(queue, &ring);
	if (rc)
		return rc;
	addr.desc_user_addr = (uintptr_t)ring.desc;
	addr.avail_user_addr = (uintptr_t)ring.avail;
	addr.used_user_addr = (uintptr_t)ring.used;
	rc = tell_state(vk, VHOST_SET_VRING_NUM, index, queue->size);
	if (!rc)
		rc = tell_state(vk, VHOST_SET_VRING_BASE, index, ring.base);
	if (!rc)
		rc = tell(vk->vhost_fd, VHOST_SET_VRING_ADDR, &addr);
	if (!rc)
		rc = tell_file(vk, VHOST_SET_VRING_CALL, index, queue->call_fd);
	if (!rc)
		rc = tell_file(vk, VHOST_SET_VRING_ERR, index, vk->err.fd);
	if (!rc)
		rc = tell_file(vk, VHOST_SET_VRING_KICK, index, queue->kick_fd);
	return rc;
}

/* A kernel that knows nothing of a tap's carrier has to do without. */
static void set_carrier(const struct net_vhost_kernel *vk, bool is_up)
{
	const int carrier = is_up;

	tell(vk->tap_fd, TUNSETCARRIER, &carrier);
}

/*
 * Nobody sees at once that there is no carrier (up to a second, Linux 6.1), and
 * what was sent meanwhile waits in the tap. A frame that is read into too short
 * a buffer is gone all the same.
 */
static void drain(const struct net_vhost_kernel *vk)
{
	uint8_t start[64];
	unsigned i;

	for (i = 0; i < TAP_MAX_FRAMES; i++) {
		if (read(vk->tap_fd, start, sizeof(start)) < 0 &&
		    errno == EAGAIN)
			break;
	}
}

static int plug(const struct net_vhost_kernel *vk)
{
	unsigned i;
	int rc = 0;

	drain(vk);
	for (i = 0; i < RINGS && !rc; i++)
		rc = tell_file(vk, VHOST_NET_SET_BACKEND, i, vk->tap_fd);
	if (rc)
		return rc;
	set_carrier(vk, true);
	for (i = 0; i < RINGS; i++)
		net_ring_wake(&vk->device->queues[i]);
	return 0;
}

/* When this returns the kernel has finished what it had begun. */
static void unplug(const struct net_vhost_kernel *vk)
{
	unsigned i;

	set_carrier(vk, false);
	for (i = 0; i < RINGS; i++)
		tell_file(vk, VHOST_NET_SET_BACKEND, i, VHOST_FILE_UNBIND);
}

static void net_vhost_kernel_stop(struct net_backend *backend)
{
	struct net_vhost_kernel *vk = kernel_of(backend);

	if (!vk->device)
		return;
	unplug(vk);
	vk->device = NULL;
}

static int net_vhost_kernel_start(struct net_backend *backend,
				  struct virtio_device *device, unsigned rings,
				  unsigned pairs)
{
	struct net_vhost_kernel *vk = kernel_of(backend);
	unsigned i;
	int rc;

	(void)rings;
	vk->device = device;
	rc = set_features(vk);
	for (i = 0; i < RINGS && !rc; i++)
		rc = device->queues[i].enabled ? start_ring(vk, i) : -EFAULT;
	if (!rc && pairs)
		rc = plug(vk);
	if (rc)
		net_vhost_kernel_stop(backend);
	return rc;
}

static int net_vhost_kernel_enable(struct net_backend *backend, unsigned pairs)
{
	struct net_vhost_kernel *vk = kernel_of(backend);

	if (!vk->device)
		return 0;
	if (pairs)
		return plug(vk);
	unplug(vk);
	return 0;
}

static void net_vhost_kernel_destroy(struct net_backend *backend)
{
	struct net_vhost_kernel *vk = kernel_of(backend);

	net_vhost_kernel_stop(backend);
	watch_remove(&vk->err);
	if (vk->err.fd >= 0)
		close(vk->err.fd);
	close(vk->vhost_fd);
	close(vk->tap_fd);
	free(vk);
}

static const struct net_backend_ops net_vhost_kernel_ops = {
	.start = net_vhost_kernel_start,
	.stop = net_vhost_kernel_stop,
	.enable = net_vhost_kernel_enable,
	.destroy = net_vhost_kernel_destroy,
};

/**
 * struct table - struct vhost_memory with room for all regions
 * @nregions:	valid entries of @regions
 * @padding:	0
 * @regions:	RAM
 */
struct table {
	uint32_t nregions;
	uint32_t padding;
	struct vhost_memory_region regions[VM_MEMORY_REGIONS];
};

static int set_memory(const struct net_vhost_kernel *vk)
{
	const struct vm_memory *ram = &vk->machine->ram;
	struct table table = {.nregions = ram->count};
	unsigned i;

	static_assert(offsetof(struct table, regions) ==
			      offsetof(struct vhost_memory, regions),
		      "as the kernel has it");
	for (i = 0; i < ram->count; i++)
		table.regions[i] = (struct vhost_memory_region){
			.guest_phys_addr = ram->regions[i].gpa,
			.memory_size = ram->regions[i].size,
			.userspace_addr = ram->regions[i].user_addr};
	return tell(vk->vhost_fd, VHOST_SET_MEM_TABLE, &table);
}

static int open_vhost(struct net_vhost_kernel *vk, struct err *err)
{
	uint64_t features = 0;
	int rc;

	rc = tell(vk->vhost_fd, VHOST_SET_OWNER, NULL);
	if (!rc)
		rc = tell(vk->vhost_fd, VHOST_GET_FEATURES, &features);
	if (!rc)
		rc = set_memory(vk);
	if (rc)
		return err_set(err, rc,
			       "descriptor %d is no unused /dev/vhost-net: %s",
			       vk->vhost_fd, strerror(-rc));
	if (!(features & BIT(VIRTIO_F_VERSION_1)))
		return err_set(err, -EOPNOTSUPP,
			       "this kernel's vhost-net knows no virtio 1.0 "
			       "devices");
	vk->backend.features = features & RING_FEATURES;
	return 0;
}

/* What a kernel can leave to a driver is what it lets us ask for. */
static int open_tap(struct net_vhost_kernel *vk, struct err *err)
{
	/* that of every driver that accepted VIRTIO_F_VERSION_1: all have to */
	const int hdr_len = sizeof(struct virtio_net_hdr_mrg_rxbuf);
	unsigned long flags = 0;
	struct ifreq ifr = {0};
	unsigned i;

	if (ioctl(vk->tap_fd, TUNGETIFF, &ifr) < 0 ||
	    !(ifr.ifr_flags & IFF_TAP) || !(ifr.ifr_flags & IFF_VNET_HDR))
		return err_set(err, -EINVAL,
			       "descriptor %d is no tap with IFF_VNET_HDR; "
			       "create it with: ip tuntap add NAME mode tap "
			       "vnet_hdr",
			       vk->tap_fd);
	vk->backend.features |= TAP_FEATURES;
	if (tell(vk->tap_fd, TUNSETVNETHDRSZ, &hdr_len) ||
	    fcntl(vk->tap_fd, F_SETFL, O_RDWR | O_NONBLOCK))
		return err_set(err, -errno, "descriptor %d: %s", vk->tap_fd,
			       strerror(errno));
	for (i = 0; i < ARRAY_SIZE(offloads); i++) {
		const struct offload *offload = &offloads[i];

		if (ioctl(vk->tap_fd, TUNSETOFFLOAD, flags | offload->flags))
			continue;
		flags |= offload->flags;
		vk->backend.features |= offload->guest | offload->host;
	}
	return 0;
}

static int open_err(struct net_vhost_kernel *vk, struct err *err)
{
	int rc;

	vk->err.ready = err_readable;
	vk->err.name = "vhost-net fault";
	vk->err.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = vk->err.fd < 0 ? -errno
			    : watch_add(vk->machine->loop, &vk->err,
					EPOLLIN | EPOLLET);
	if (rc)
		return err_set(err, rc, "no eventfd for vhost-net: %s",
			       strerror(-rc));
	return 0;
}

struct net_backend *net_vhost_kernel_create(struct machine *machine,
					    int vhost_fd, int tap_fd,
					    struct err *err)
{
	struct net_vhost_kernel *vk = calloc(1, sizeof(*vk));

	if (!vk) {
		close(vhost_fd);
		close(tap_fd);
		err_set(err, -ENOMEM, "no memory for vhost-net");
		return NULL;
	}
	vk->backend.ops = &net_vhost_kernel_ops;
	vk->backend.max_pairs = 1;
	vk->backend.is_connected = true;
	vk->machine = machine;
	vk->vhost_fd = vhost_fd;
	vk->tap_fd = tap_fd;
	vk->err.fd = -1;
	if (!open_vhost(vk, err) && !open_tap(vk, err) && !open_err(vk, err)) {
		set_carrier(vk, false);
		return &vk->backend;
	}
	net_vhost_kernel_destroy(&vk->backend);
	return NULL;
}
