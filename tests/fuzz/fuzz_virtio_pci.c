// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_virtio_pci.c - a driver that does anything to a virtio device, its rings
 * and its place on the bus
 *
 * Input: operations on a machine with one virtio-rng. One of them starts the
 * device as a working driver would, so that others find it running. Rounds of
 * the loop come in between. Whatever happened, a reset lets a working driver
 * start it again, and nothing is left behind.
 */
#include <assert.h>
#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_pci.h>

#include "fuzz/fuzz_ops.h"
#include "unit/virtio_guest.h"
#include "vmm/devices.h"
#include "vmm/pci.h"
#include "vmm/virtio_pci.h"

#define FEATURES (1ull << VIRTIO_F_VERSION_1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct machine_bed bed;
static struct pci_bus bus;
static struct virtio_pci *vp;
static struct virtio_guest guest;

static void access_mmio(struct fuzz_ops *ops, uint64_t at)
{
	unsigned len = fuzz_width(ops);

	bus_write(&bed.machine.mmio, at, len, fuzz_take(ops, len));
	bus_read(&bed.machine.mmio, at, len);
}

static void configure(struct fuzz_ops *ops)
{
	unsigned offset = (unsigned)fuzz_take(ops, 1);
	unsigned len = 1u << (fuzz_take(ops, 1) % 3);

	guest_pci_write(&bed, guest.slot, offset, len,
			(uint32_t)fuzz_take(ops, len));
	guest_pci_read(&bed, guest.slot, offset, len);
}

/* the window, set up and used at once */
static void use_window(struct fuzz_ops *ops)
{
	unsigned cap = guest.window_cap;

	guest_pci_write(&bed, 1, cap + VIRTIO_PCI_CAP_OFFSET, 4,
			(uint32_t)fuzz_take(ops, 2));
	guest_pci_write(&bed, 1, cap + VIRTIO_PCI_CAP_LENGTH, 4,
			(uint32_t)fuzz_take(ops, 1));
	guest_pci_write(&bed, 1, cap + 16, 4, (uint32_t)fuzz_take(ops, 4));
	guest_pci_read(&bed, 1, cap + 16, 4);
}

/* the queue's memory: descriptors, rings, and some of what they point to */
static void scribble(struct fuzz_ops *ops)
{
	unsigned selector = (unsigned)fuzz_take(ops, 2), len = fuzz_width(ops);
	const struct virtio_guest_queue *queue = &guest.queues[0];
	const uint64_t parts[] = {queue->desc, queue->avail, queue->used,
				  VIRTIO_GUEST_RAM};
	uint64_t value = fuzz_take(ops, len);

	memcpy(virtio_guest_at(&guest,
			       parts[selector >> 14] + (selector & 0x7ff)),
	       &value, len);
}

static void work(struct fuzz_ops *ops)
{
	const struct virtqueue_piece piece = {
		.gpa = VIRTIO_GUEST_RAM, .len = (uint32_t)fuzz_take(ops, 2)};

	if (!guest.queues[0].driver.size)
		return;
	virtio_guest_add(&guest, 0, &piece, 0, 1);
	virtio_guest_kick(&guest, 0);
}

static bool bars_are_placed(void)
{
	return virtio_guest_init(&guest, &bed, VIRTIO_ID_RNG) == 0 &&
	       bus_read(&bed.machine.mmio, guest.common, 4) != UINT64_MAX &&
	       bus_read(&bed.machine.mmio, guest.table, 4) != UINT64_MAX;
}

static void begin_anew(void)
{
	virtio_pci_reset(vp);
	assert(!virtio_pci_is_running(vp));
	assert(bars_are_placed());
	assert(virtio_guest_start(&guest, FEATURES, 1));
}

static void check(void)
{
	const struct virtio_device *device = virtio_pci_device(vp);
	bool may_ring = device->started && !device->error;
	unsigned i;

	assert(!(device->driver_features & ~device->features));
	for (i = 0; i < MACHINE_BED_BINDINGS; i++)
		assert(may_ring || bed.doorbells[i].fd < 0);
}

static void step(struct fuzz_ops *ops)
{
	uint8_t op = (uint8_t)fuzz_take(ops, 1);

	switch (op % 10) {
	case 0:
	case 1:
		access_mmio(ops, guest.common + fuzz_take(ops, 1) % 0x44);
		break;
	case 2:
		access_mmio(ops, guest.common + fuzz_take(ops, 2) % 0x4000);
		break;
	case 3:
		access_mmio(ops, guest.table + fuzz_take(ops, 2) % 0x1000);
		break;
	case 4:
		configure(ops);
		break;
	case 5:
		use_window(ops);
		break;
	case 6:
		scribble(ops);
		break;
	case 7:
		machine_bed_ring(&bed, guest.queues[0].doorbell, 2, 0);
		machine_bed_run(&bed);
		break;
	case 8:
		work(ops);
		break;
	default:
		if (op & 0x80)
			begin_anew();
		else
			machine_bed_interrupts(&bed, MACHINE_GSI_MSI);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_ops ops = {data, size};
	struct virtio_device *device;

	if (machine_bed_open(&bed) || pci_bus_init(&bus, &bed.machine, NULL))
		__builtin_trap();
	device = virtio_rng_create(&bed.machine, NULL);
	vp = device ? virtio_pci_create(&bus, device, NULL) : NULL;
	if (!vp || virtio_guest_init(&guest, &bed, VIRTIO_ID_RNG))
		__builtin_trap();
	while (fuzz_more(&ops)) {
		step(&ops);
		check();
	}
	machine_bed_run(&bed);
	begin_anew();
	virtio_pci_destroy(vp);
	if (machine_bed_close(&bed))
		__builtin_trap();
	return 0;
}
