// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_pci.c - a virtio device as a modern PCI function (virtio 1.2 4.1)
 *
 * Theory of operation
 *
 * BAR 0 has the registers, BAR 1 the MSI-X table. Capabilities tell a driver
 * where in BAR 0 each structure is; each is in a page of its own. Queue n is
 * notified at a doorbell of its own, interrupts by MSI-X source n, and the last
 * source is for configuration changes.
 *
 * Reads of what does not exist are 0, writes to it are ignored.
 *
 * Limits: no legacy interface, no queue_reset, no shared memory, and no virtual
 * address translation: descriptors have guest-physical addresses.
 */
#include "vmm/virtio_pci.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/bytes.h"
#include "vmm/virtio_pci_internal.h"

#define VENDOR 0x1af4
#define DEVICE 0x1040

struct virtio_pci *virtio_pci_of(struct pci_function *function)
{
	return container_of(function, struct virtio_pci, function);
}

static uint64_t device_read(const struct virtio_pci *vp, unsigned offset,
			    unsigned len)
{
	struct virtio_device *device = vp->device;
	uint64_t value = 0;

	if (offset >= device->config_size)
		return 0;
	device->ops->config_read(device, offset, &value,
				 MIN(len, device->config_size - offset));
	return le64toh(value);
}

static void device_write(struct virtio_pci *vp, unsigned offset, unsigned len,
			 uint64_t value)
{
	struct virtio_device *device = vp->device;

	if (offset + len > device->config_size || !device->ops->config_write ||
	    !(vp->status & VIRTIO_CONFIG_S_FEATURES_OK) || device->error)
		return;
	value = htole64(value);
	device->ops->config_write(device, offset, &value, len);
}

uint64_t virtio_pci_bar_read(struct pci_function *function, uint64_t offset,
			     unsigned len)
{
	struct virtio_pci *vp = virtio_pci_of(function);
	unsigned at = offset & 0xfff;

	switch (offset & ~0xfffull) {
	case VIRTIO_PCI_COMMON:
		return virtio_pci_common_read(vp, at, len);
	case VIRTIO_PCI_ISR_STATUS:
		return at ? 0 : virtio_pci_isr_read(vp);
	case VIRTIO_PCI_DEVICE:
		return device_read(vp, at, len);
	default:
		return 0;
	}
}

void virtio_pci_bar_write(struct pci_function *function, uint64_t offset,
			  unsigned len, uint64_t value)
{
	struct virtio_pci *vp = virtio_pci_of(function);
	unsigned at = offset & 0xfff;

	switch (offset & ~0xfffull) {
	case VIRTIO_PCI_COMMON:
		virtio_pci_common_write(vp, at, len, value);
		break;
	case VIRTIO_PCI_DEVICE:
		device_write(vp, at, len, value);
		break;
	case VIRTIO_PCI_DOORBELLS:
		virtio_pci_notified(vp, at);
		break;
	default:
		break;
	}
}

static void bar_moved(struct pci_function *function)
{
	virtio_pci_doorbells_update(virtio_pci_of(function));
}

static void update_calls(void *arg)
{
	virtio_pci_calls_update(arg);
}

static void msix_switched(struct pci_function *function)
{
	machine_io(function->machine, update_calls, virtio_pci_of(function));
}

/**
 * struct region - a structure that a capability points to
 * @type:	VIRTIO_PCI_CAP_*
 * @len:	bytes of the capability
 * @offset:	in the BAR
 * @size:	bytes of the structure
 */
struct region {
	uint8_t type;
	uint8_t len;
	uint32_t offset;
	uint32_t size;
};

static bool add_region(struct virtio_pci *vp, const struct region *region)
{
	struct pci_function *function = &vp->function;
	uint8_t at = pci_add_capability(function, PCI_CAP_ID_VNDR, region->len);
	uint8_t *cap = function->config + at;

	if (!at)
		return false;
	cap[VIRTIO_PCI_CAP_LEN] = region->len;
	cap[VIRTIO_PCI_CAP_CFG_TYPE] = region->type;
	cap[VIRTIO_PCI_CAP_BAR] = VIRTIO_PCI_BAR;
	le32_store(cap + VIRTIO_PCI_CAP_OFFSET, region->offset);
	le32_store(cap + VIRTIO_PCI_CAP_LENGTH, region->size);
	if (region->type == VIRTIO_PCI_CAP_NOTIFY_CFG)
		le32_store(cap + VIRTIO_PCI_NOTIFY_CAP_MULT,
			   VIRTIO_PCI_DOORBELL_SIZE);
	return true;
}

static bool add_regions(struct virtio_pci *vp)
{
	const struct region regions[] = {
		{VIRTIO_PCI_CAP_COMMON_CFG, sizeof(struct virtio_pci_cap),
		 VIRTIO_PCI_COMMON, VIRTIO_PCI_COMMON_SIZE},
		{VIRTIO_PCI_CAP_NOTIFY_CFG,
		 sizeof(struct virtio_pci_notify_cap), VIRTIO_PCI_DOORBELLS,
		 vp->device->queue_count * VIRTIO_PCI_DOORBELL_SIZE},
		{VIRTIO_PCI_CAP_ISR_CFG, sizeof(struct virtio_pci_cap),
		 VIRTIO_PCI_ISR_STATUS, 1},
		{VIRTIO_PCI_CAP_DEVICE_CFG, sizeof(struct virtio_pci_cap),
		 VIRTIO_PCI_DEVICE, vp->device->config_size},
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(regions); i++) {
		if (regions[i].size && !add_region(vp, &regions[i]))
			return false;
	}
	return virtio_pci_window_init(vp);
}

static bool init_function(struct virtio_pci *vp)
{
	const struct virtio_device *device = vp->device;
	const struct pci_id id = {
		.vendor = VENDOR,
		.device = (uint16_t)(DEVICE + device->id),
		.subsystem_vendor = VENDOR,
		.subsystem = (uint16_t)(DEVICE + device->id),
		.class_code = device->class_code,
		.revision = 1,
	};
	struct pci_bar *bar = &vp->function.bars[VIRTIO_PCI_BAR];

	pci_function_init(&vp->function, device->machine, &id);
	*bar = (struct pci_bar){
		.size = VIRTIO_PCI_BAR_SIZE,
		.read = virtio_pci_bar_read,
		.write = virtio_pci_bar_write,
		.moved = bar_moved,
	};
	vp->function.msix_switched = msix_switched;
	return add_regions(vp) &&
	       !pci_add_msix(&vp->function, VIRTIO_PCI_BAR_MSIX,
			     device->queue_count + 1);
}

static int open_event(void)
{
	return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

/* 0, or -errno; what was opened is closed by close_events() then too. */
static int open_events(struct virtio_pci *vp)
{
	struct virtio_device *device = vp->device;
	struct msix *msix = &vp->function.msix;
	unsigned i;

	for (i = 0; i < device->queue_count; i++) {
		struct virtio_queue *queue = &device->queues[i];

		queue->device = device;
		queue->size = queue->max_size;
		queue->kick_fd = open_event();
		queue->call_fd = open_event();
		if (queue->kick_fd < 0 || queue->call_fd < 0)
			return -errno;
		msix_add_source(msix, queue->call_fd);
	}
	vp->config_fd = open_event();
	if (vp->config_fd < 0)
		return -errno;
	msix_add_source(msix, vp->config_fd);
	virtio_pci_calls_init(vp);
	return 0;
}

static void close_event(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_events(struct virtio_pci *vp)
{
	unsigned i;

	for (i = 0; i < vp->device->queue_count; i++) {
		close_event(&vp->device->queues[i].kick_fd);
		close_event(&vp->device->queues[i].call_fd);
	}
	close_event(&vp->config_fd);
}

static struct virtio_pci *vp_alloc(struct virtio_device *device)
{
	struct virtio_pci *vp = calloc(1, sizeof(*vp));
	unsigned i;

	if (!vp)
		return NULL;
	vp->device = device;
	vp->config_fd = -1;
	vp->transport.config_changed = virtio_pci_config_changed;
	vp->transport.broken = virtio_pci_broken;
	for (i = 0; i < device->queue_count; i++)
		device->queues[i].kick_fd = device->queues[i].call_fd = -1;
	return vp;
}

static int vp_init(struct virtio_pci *vp, struct pci_bus *bus, struct err *err)
{
	int code;

	if (!init_function(vp))
		return err_set(err, -ENOSPC, "%s: too many capabilities",
			       vp->device->name);
	code = open_events(vp);
	if (code)
		return err_set(
			err, code,
			"%s: cannot make an eventfd: %s; raise the limit "
			"of open files",
			vp->device->name, strerror(-code));
	return pci_bus_add(bus, &vp->function, err);
}

struct virtio_pci *virtio_pci_create(struct pci_bus *bus,
				     struct virtio_device *device,
				     struct err *err)
{
	struct virtio_pci *vp;

	assert(device->queue_count <= VIRTIO_MAX_QUEUES);
	assert(device->features >> VIRTIO_F_VERSION_1 & 1);
	vp = vp_alloc(device);
	if (!vp) {
		err_set(err, -ENOMEM, "%s: no memory", device->name);
		return NULL;
	}
	if (vp_init(vp, bus, err)) {
		close_events(vp);
		free(vp);
		return NULL;
	}
	device->transport = &vp->transport;
	return vp;
}

void virtio_pci_reset(struct virtio_pci *vp)
{
	virtio_pci_stop(vp);
	pci_function_reset(&vp->function);
}

void virtio_pci_destroy(struct virtio_pci *vp)
{
	if (!vp)
		return;
	virtio_pci_stop(vp);
	pci_function_remove(&vp->function);
	close_events(vp);
	vp->device->ops->destroy(vp->device);
	free(vp);
}

struct virtio_device *virtio_pci_device(struct virtio_pci *vp)
{
	return vp->device;
}

bool virtio_pci_is_running(const struct virtio_pci *vp)
{
	return vp->device->started;
}
