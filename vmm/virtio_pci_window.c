// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_pci_window.c - a device's registers through configuration space
 * (virtio 1.2 4.1.4.9), for firmware that can't reach a BAR yet
 *
 * The driver writes into the capability which bytes it means, and an access to
 * pci_cfg_data is one to them. All of it is the driver's: which BAR, where, how
 * many. What is not wholly inside of our registers, aligned, reads as all ones
 * and is not written.
 */
#include <linux/pci_regs.h>
#include <linux/virtio_pci.h>
#include <stddef.h>

#include "core/bytes.h"
#include "vmm/virtio_pci_internal.h"

#define DATA offsetof(struct virtio_pci_cfg_cap, pci_cfg_data)

/**
 * struct target - what the driver means
 * @offset:	in the BAR
 * @len:	bytes; 0: nonsense
 */
struct target {
	uint32_t offset;
	uint32_t len;
};

static struct target target_of(const struct virtio_pci *vp)
{
	const uint8_t *cap = vp->function.config + vp->window;
	struct target target = {
		.offset = le32_load(cap + VIRTIO_PCI_CAP_OFFSET),
		.len = le32_load(cap + VIRTIO_PCI_CAP_LENGTH),
	};

	if (cap[VIRTIO_PCI_CAP_BAR] != VIRTIO_PCI_BAR ||
	    (target.len != 1 && target.len != 2 && target.len != 4) ||
	    target.offset % target.len || target.offset >= VIRTIO_PCI_BAR_SIZE)
		target.len = 0;
	return target;
}

static bool touches_data(const struct virtio_pci *vp, unsigned offset,
			 unsigned len)
{
	unsigned data = vp->window + DATA;

	return offset < data + 4 && data < offset + len;
}

static void window_read(struct pci_function *function, unsigned offset,
			unsigned len)
{
	struct virtio_pci *vp = virtio_pci_of(function);
	struct target target = target_of(vp);
	uint32_t value = UINT32_MAX;

	if (!touches_data(vp, offset, len))
		return;
	if (target.len)
		value = (uint32_t)virtio_pci_bar_read(function, target.offset,
						      target.len);
	le32_store(function->config + vp->window + DATA, value);
}

static void window_written(struct pci_function *function, unsigned offset,
			   unsigned len)
{
	struct virtio_pci *vp = virtio_pci_of(function);
	struct target target = target_of(vp);
	uint64_t value;

	if (!touches_data(vp, offset, len) || !target.len)
		return;
	value = le32_load(function->config + vp->window + DATA);
	value &= (1ull << target.len * 8) - 1;
	virtio_pci_bar_write(function, target.offset, target.len, value);
}

bool virtio_pci_window_init(struct virtio_pci *vp)
{
	struct pci_function *function = &vp->function;
	uint8_t len = sizeof(struct virtio_pci_cfg_cap);
	uint8_t cap = pci_add_capability(function, PCI_CAP_ID_VNDR, len);

	if (!cap)
		return false;
	vp->window = cap;
	function->config[cap + VIRTIO_PCI_CAP_LEN] = len;
	function->config[cap + VIRTIO_PCI_CAP_CFG_TYPE] =
		VIRTIO_PCI_CAP_PCI_CFG;
	function->writable[cap + VIRTIO_PCI_CAP_BAR] = 0xff;
	le32_store(function->writable + cap + VIRTIO_PCI_CAP_OFFSET,
		   UINT32_MAX);
	le32_store(function->writable + cap + VIRTIO_PCI_CAP_LENGTH,
		   UINT32_MAX);
	le32_store(function->writable + cap + DATA, UINT32_MAX);
	function->config_read = window_read;
	function->config_written = window_written;
	return true;
}
