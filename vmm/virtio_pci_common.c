// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_pci_common.c - common configuration of a virtio device (virtio 1.2
 * 4.1.4.3): features, queues, and the way to the device status
 *
 * Theory of operation
 *
 * Reads are answered out of a picture of the whole structure, so a guest may
 * use any width at any offset. A write counts only if it is one field as a
 * whole; an address of 64 bits may also come in halves.
 *
 * Nothing here changes under a device that runs: features are fixed by
 * FEATURES_OK, a queue by its queue_enable, all of them by DRIVER_OK. Only a
 * reset begins anew. So whoever serves the rings may use what it read once.
 */
#include <endian.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <string.h>

#include "vmm/virtio_pci_internal.h"

static_assert(sizeof(struct virtio_pci_common_cfg) <= VIRTIO_PCI_COMMON_SIZE,
	      "the structure is inside of its region");

/* NULL: the driver selected one that does not exist; it reads as zeros. */
static struct virtio_queue *selected(const struct virtio_pci *vp)
{
	if (vp->queue_select >= vp->device->queue_count)
		return NULL;
	return &vp->device->queues[vp->queue_select];
}

static uint32_t half(uint64_t features, uint32_t select)
{
	return select > 1 ? 0 : (uint32_t)(features >> select * 32);
}

static uint16_t vector_of(const struct virtio_pci *vp, unsigned source)
{
	return vp->function.msix.sources[source].vector;
}

static void picture_queue(const struct virtio_pci *vp,
			  struct virtio_pci_common_cfg *common)
{
	const struct virtio_queue *queue = selected(vp);

	if (!queue)
		return;
	common->queue_size = htole16(queue->size);
	common->queue_msix_vector = htole16(vector_of(vp, vp->queue_select));
	common->queue_enable = htole16(queue->enabled);
	common->queue_notify_off = htole16(vp->queue_select);
	common->queue_desc_lo = htole32((uint32_t)queue->desc);
	common->queue_desc_hi = htole32((uint32_t)(queue->desc >> 32));
	common->queue_avail_lo = htole32((uint32_t)queue->avail);
	common->queue_avail_hi = htole32((uint32_t)(queue->avail >> 32));
	common->queue_used_lo = htole32((uint32_t)queue->used);
	common->queue_used_hi = htole32((uint32_t)(queue->used >> 32));
}

uint64_t virtio_pci_common_read(const struct virtio_pci *vp, unsigned offset,
				unsigned len)
{
	const struct virtio_device *device = vp->device;
	struct virtio_pci_common_cfg common = {0};
	uint8_t bytes[VIRTIO_PCI_COMMON_SIZE + sizeof(uint64_t)] = {0};
	uint64_t value = 0;

	if (offset >= VIRTIO_PCI_COMMON_SIZE)
		return 0;
	common.device_feature_select = htole32(vp->device_select);
	common.device_feature =
		htole32(half(device->features, vp->device_select));
	common.guest_feature_select = htole32(vp->driver_select);
	common.guest_feature =
		htole32(half(vp->driver_features, vp->driver_select));
	common.msix_config = htole16(vector_of(vp, device->queue_count));
	common.num_queues = htole16((uint16_t)device->queue_count);
	common.device_status = vp->status;
	common.config_generation = vp->generation;
	common.queue_select = htole16(vp->queue_select);
	picture_queue(vp, &common);
	memcpy(bytes, &common, sizeof(common));
	memcpy(&value, bytes + offset, len);
	return le64toh(value);
}

/* What was not offered is gone before anybody can see it (virtio 1.2 2.2). */
static void write_features(struct virtio_pci *vp, uint32_t value)
{
	uint64_t mask;

	if (vp->status & VIRTIO_CONFIG_S_FEATURES_OK || vp->driver_select > 1)
		return;
	mask = 0xffffffffull << vp->driver_select * 32;
	vp->driver_features &= ~mask;
	vp->driver_features |= (uint64_t)value << vp->driver_select * 32 &
			       vp->device->features;
}

/* 4.1.5.1.2.2: a vector that is not to be had reads back as none. */
static void write_vector(struct virtio_pci *vp, unsigned source, uint16_t value)
{
	if (!(vp->status & VIRTIO_CONFIG_S_DRIVER_OK))
		msix_set_vector(&vp->function.msix, source, value);
}

static bool may_change(const struct virtio_pci *vp,
		       const struct virtio_queue *queue)
{
	return queue && !queue->enabled &&
	       !(vp->status & VIRTIO_CONFIG_S_DRIVER_OK);
}

static void write_size(struct virtio_queue *queue, uint16_t value)
{
	if (value && value <= queue->max_size && !(value & (value - 1)))
		queue->size = value;
}

/**
 * struct ring - where one of the three parts of a queue is
 * @gpa:	first byte
 * @len:	bytes
 * @align:	that virtio 1.2 2.7 demands
 */
struct ring {
	uint64_t gpa;
	size_t len;
	unsigned align;
};

/* Both are in RAM, so no sum wraps. */
static bool overlap(const struct ring *a, const struct ring *b)
{
	return a->gpa < b->gpa + b->len && b->gpa < a->gpa + a->len;
}

/* All three parts are aligned, in RAM, and not upon one another. */
static bool queue_fits(struct virtio_pci *vp, const struct virtio_queue *queue)
{
	const struct ring rings[] = {
		{queue->desc, queue->size * sizeof(struct vring_desc), 16},
		{queue->avail, virtqueue_avail_size(queue->size), 2},
		{queue->used, virtqueue_used_size(queue->size), 4},
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(rings); i++) {
		if (rings[i].gpa % rings[i].align ||
		    !guest_memory_at(&vp->device->machine->memory, rings[i].gpa,
				     rings[i].len))
			return false;
	}
	return !overlap(&rings[0], &rings[1]) &&
	       !overlap(&rings[0], &rings[2]) && !overlap(&rings[1], &rings[2]);
}

/* A driver can't switch a queue off (4.1.4.3.2), nor may it mean nonsense. */
static void write_enable(struct virtio_pci *vp, struct virtio_queue *queue,
			 uint16_t value)
{
	if (value != 1)
		return;
	queue->enabled = queue_fits(vp, queue);
	if (!queue->enabled)
		virtio_break(vp->device, "a ring is not where one can be");
}

static void write_addr(struct virtio_queue *queue, unsigned offset,
		       unsigned len, uint64_t value)
{
	uint64_t *const fields[] = {&queue->desc, &queue->avail, &queue->used};
	uint64_t *field = fields[(offset - VIRTIO_PCI_COMMON_Q_DESCLO) / 8];
	unsigned shift = offset % 8 * 8;

	if (len == 8) {
		*field = value;
	} else {
		*field &= ~(0xffffffffull << shift);
		*field |= value << shift;
	}
}

static void write_queue(struct virtio_pci *vp, unsigned offset, unsigned len,
			uint64_t value)
{
	struct virtio_queue *queue = selected(vp);

	if (!may_change(vp, queue))
		return;
	if (offset >= VIRTIO_PCI_COMMON_Q_DESCLO)
		write_addr(queue, offset, len, value);
	else if (offset == VIRTIO_PCI_COMMON_Q_SIZE)
		write_size(queue, (uint16_t)value);
	else if (offset == VIRTIO_PCI_COMMON_Q_ENABLE)
		write_enable(vp, queue, (uint16_t)value);
}

/* Bytes of the field at @offset; 0: none begins there that can be written. */
static unsigned field_len(unsigned offset)
{
	switch (offset) {
	case VIRTIO_PCI_COMMON_DFSELECT:
	case VIRTIO_PCI_COMMON_GFSELECT:
	case VIRTIO_PCI_COMMON_GF:
		return 4;
	case VIRTIO_PCI_COMMON_MSIX:
	case VIRTIO_PCI_COMMON_Q_SELECT:
	case VIRTIO_PCI_COMMON_Q_SIZE:
	case VIRTIO_PCI_COMMON_Q_MSIX:
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		return 2;
	case VIRTIO_PCI_COMMON_STATUS:
		return 1;
	default:
		return 0;
	}
}

static bool is_field(unsigned offset, unsigned len)
{
	if (offset < VIRTIO_PCI_COMMON_Q_DESCLO)
		return len == field_len(offset);
	return offset + len <= VIRTIO_PCI_COMMON_Q_USEDHI + 4 &&
	       (len == 4 || len == 8) && offset % len == 0;
}

void virtio_pci_common_write(struct virtio_pci *vp, unsigned offset,
			     unsigned len, uint64_t value)
{
	if (!is_field(offset, len))
		return;
	switch (offset) {
	case VIRTIO_PCI_COMMON_DFSELECT:
		vp->device_select = (uint32_t)value;
		break;
	case VIRTIO_PCI_COMMON_GFSELECT:
		vp->driver_select = (uint32_t)value;
		break;
	case VIRTIO_PCI_COMMON_GF:
		write_features(vp, (uint32_t)value);
		break;
	case VIRTIO_PCI_COMMON_MSIX:
		write_vector(vp, vp->device->queue_count, (uint16_t)value);
		break;
	case VIRTIO_PCI_COMMON_STATUS:
		virtio_pci_set_status(vp, (uint8_t)value);
		break;
	case VIRTIO_PCI_COMMON_Q_SELECT:
		vp->queue_select = (uint16_t)value;
		break;
	case VIRTIO_PCI_COMMON_Q_MSIX:
		if (selected(vp))
			write_vector(vp, vp->queue_select, (uint16_t)value);
		break;
	default:
		write_queue(vp, offset, len, value);
		break;
	}
}
