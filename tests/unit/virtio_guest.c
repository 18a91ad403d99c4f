// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_guest.c - a guest's driver of a virtio-pci device
 */
#include "unit/virtio_guest.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <string.h>

#include "vmm/pci.h"

#define PORT_ADDRESS 0xcf8
#define PORT_DATA 0xcfc
#define VENDOR 0x1af4
#define DEVICE 0x1040
#define MESSAGE_ADDR 0xfee00000ull

static void select_register(struct machine_bed *bed, unsigned slot,
			    unsigned offset)
{
	bus_write(&bed->machine.ports, PORT_ADDRESS, 4,
		  0x80000000u | slot << 11 | (offset & 0xfc));
}

uint32_t guest_pci_read(struct machine_bed *bed, unsigned slot, unsigned offset,
			unsigned len)
{
	uint64_t value;

	select_register(bed, slot, offset);
	value = bus_read(&bed->machine.ports, PORT_DATA + offset % 4, len);
	return (uint32_t)(value & ((1ull << len * 8) - 1));
}

void guest_pci_write(struct machine_bed *bed, unsigned slot, unsigned offset,
		     unsigned len, uint32_t value)
{
	select_register(bed, slot, offset);
	bus_write(&bed->machine.ports, PORT_DATA + offset % 4, len, value);
}

static uint32_t config(struct virtio_guest *guest, unsigned offset,
		       unsigned len)
{
	return guest_pci_read(guest->bed, guest->slot, offset, len);
}

static uint64_t bar_addr(struct virtio_guest *guest, unsigned bar)
{
	return config(guest, PCI_BASE_ADDRESS_0 + bar * 4, 4) & ~15u;
}

static void read_virtio_cap(struct virtio_guest *guest, unsigned cap)
{
	uint64_t addr = bar_addr(guest, config(guest, cap + 4, 1)) +
			config(guest, cap + VIRTIO_PCI_CAP_OFFSET, 4);

	switch (config(guest, cap + VIRTIO_PCI_CAP_CFG_TYPE, 1)) {
	case VIRTIO_PCI_CAP_COMMON_CFG:
		guest->common = addr;
		break;
	case VIRTIO_PCI_CAP_NOTIFY_CFG:
		guest->notify = addr;
		guest->multiplier =
			config(guest, cap + VIRTIO_PCI_NOTIFY_CAP_MULT, 4);
		break;
	case VIRTIO_PCI_CAP_ISR_CFG:
		guest->isr = addr;
		break;
	case VIRTIO_PCI_CAP_DEVICE_CFG:
		guest->device = addr;
		break;
	case VIRTIO_PCI_CAP_PCI_CFG:
		guest->window_cap = cap;
		break;
	default:
		break;
	}
}

static void read_cap(struct virtio_guest *guest, unsigned cap)
{
	uint32_t table;

	switch (config(guest, cap, 1)) {
	case PCI_CAP_ID_VNDR:
		read_virtio_cap(guest, cap);
		break;
	case PCI_CAP_ID_MSIX:
		table = config(guest, cap + PCI_MSIX_TABLE, 4);
		guest->msix_cap = cap;
		guest->table = bar_addr(guest, table & 7) + (table & ~7u);
		break;
	default:
		break;
	}
}

static bool find_slot(struct virtio_guest *guest, uint16_t id)
{
	uint32_t wanted = VENDOR | (uint32_t)(DEVICE + id) << 16;

	for (guest->slot = 0; guest->slot < PCI_SLOTS; guest->slot++) {
		if (config(guest, PCI_VENDOR_ID, 4) == wanted)
			return true;
	}
	return false;
}

int virtio_guest_init(struct virtio_guest *guest, struct machine_bed *bed,
		      uint16_t id)
{
	unsigned cap, hops;

	*guest = (struct virtio_guest){.bed = bed, .next = VIRTIO_GUEST_RAM};
	if (!find_slot(guest, id))
		return -1;
	guest_pci_write(bed, guest->slot, PCI_COMMAND, 2,
			PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	cap = config(guest, PCI_CAPABILITY_LIST, 1);
	for (hops = 0; cap && hops < 48; hops++) {
		read_cap(guest, cap);
		cap = config(guest, cap + 1, 1);
	}
	return guest->common && guest->isr && guest->notify && guest->table
		       ? 0
		       : -1;
}

static uint64_t read_at(struct virtio_guest *guest, uint64_t gpa, unsigned len)
{
	uint64_t value = bus_read(&guest->bed->machine.mmio, gpa, len);

	return len < 8 ? value & ((1ull << len * 8) - 1) : value;
}

static void write_at(struct virtio_guest *guest, uint64_t gpa, unsigned len,
		     uint64_t value)
{
	bus_write(&guest->bed->machine.mmio, gpa, len, value);
}

uint64_t virtio_guest_read(struct virtio_guest *guest, unsigned offset,
			   unsigned len)
{
	return read_at(guest, guest->common + offset, len);
}

void virtio_guest_write(struct virtio_guest *guest, unsigned offset,
			unsigned len, uint64_t value)
{
	write_at(guest, guest->common + offset, len, value);
}

uint64_t virtio_guest_config_read(struct virtio_guest *guest, unsigned offset,
				  unsigned len)
{
	return read_at(guest, guest->device + offset, len);
}

void virtio_guest_config_write(struct virtio_guest *guest, unsigned offset,
			       unsigned len, uint64_t value)
{
	write_at(guest, guest->device + offset, len, value);
}

uint8_t virtio_guest_status(struct virtio_guest *guest)
{
	return (uint8_t)virtio_guest_read(guest, VIRTIO_PCI_COMMON_STATUS, 1);
}

static void add_status(struct virtio_guest *guest, uint8_t bits)
{
	virtio_guest_write(guest, VIRTIO_PCI_COMMON_STATUS, 1,
			   virtio_guest_status(guest) | bits);
}

uint64_t virtio_guest_features(struct virtio_guest *guest)
{
	uint64_t low;

	virtio_guest_write(guest, VIRTIO_PCI_COMMON_DFSELECT, 4, 0);
	low = virtio_guest_read(guest, VIRTIO_PCI_COMMON_DF, 4);
	virtio_guest_write(guest, VIRTIO_PCI_COMMON_DFSELECT, 4, 1);
	return low | virtio_guest_read(guest, VIRTIO_PCI_COMMON_DF, 4) << 32;
}

void virtio_guest_accept(struct virtio_guest *guest, uint64_t features)
{
	virtio_guest_write(guest, VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	virtio_guest_write(guest, VIRTIO_PCI_COMMON_GF, 4, (uint32_t)features);
	virtio_guest_write(guest, VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	virtio_guest_write(guest, VIRTIO_PCI_COMMON_GF, 4, features >> 32);
}

bool virtio_guest_negotiate(struct virtio_guest *guest, uint64_t features)
{
	if (!virtio_guest_reset(guest))
		return false;
	add_status(guest, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	add_status(guest, VIRTIO_CONFIG_S_DRIVER);
	virtio_guest_accept(guest, features);
	add_status(guest, VIRTIO_CONFIG_S_FEATURES_OK);
	return virtio_guest_status(guest) & VIRTIO_CONFIG_S_FEATURES_OK;
}

void virtio_guest_msix(struct virtio_guest *guest)
{
	unsigned flags = guest->msix_cap + PCI_MSIX_FLAGS, i, count;

	count = (config(guest, flags, 2) & PCI_MSIX_FLAGS_QSIZE) + 1;
	guest_pci_write(guest->bed, guest->slot, flags, 2,
			PCI_MSIX_FLAGS_ENABLE);
	for (i = 0; i < count; i++) {
		uint64_t entry = guest->table + i * PCI_MSIX_ENTRY_SIZE;

		write_at(guest, entry, 8, MESSAGE_ADDR);
		write_at(guest, entry + PCI_MSIX_ENTRY_DATA, 4, i);
		write_at(guest, entry + PCI_MSIX_ENTRY_VECTOR_CTRL, 4, 0);
	}
	virtio_guest_write(guest, VIRTIO_PCI_COMMON_MSIX, 2, 0);
	guest->has_msix = true;
}

uint64_t virtio_guest_alloc(struct virtio_guest *guest, size_t len)
{
	uint64_t gpa = guest->next;

	guest->next += (len + 4095) & ~4095ull;
	memset(virtio_guest_at(guest, gpa), 0, len);
	return gpa;
}

void *virtio_guest_at(struct virtio_guest *guest, uint64_t gpa)
{
	return guest->bed->machine.ram.host + gpa;
}

static void write_addr(struct virtio_guest *guest, unsigned offset,
		       uint64_t gpa)
{
	virtio_guest_write(guest, offset, 4, (uint32_t)gpa);
	virtio_guest_write(guest, offset + 4, 4, gpa >> 32);
}

static void make_ring(struct virtio_guest *guest,
		      struct virtio_guest_queue *queue)
{
	struct virtqueue_settings settings = {.size = queue->size};
	unsigned select = VIRTIO_PCI_COMMON_GFSELECT;

	queue->desc = virtio_guest_alloc(
		guest, queue->size * sizeof(struct vring_desc));
	queue->avail =
		virtio_guest_alloc(guest, virtqueue_avail_size(queue->size));
	queue->used =
		virtio_guest_alloc(guest, virtqueue_used_size(queue->size));
	settings.desc = virtio_guest_at(guest, queue->desc);
	settings.avail = virtio_guest_at(guest, queue->avail);
	settings.used = virtio_guest_at(guest, queue->used);
	virtio_guest_write(guest, select, 4, 0);
	settings.event_idx =
		virtio_guest_read(guest, VIRTIO_PCI_COMMON_GF, 4) >>
			VIRTIO_RING_F_EVENT_IDX &
		1;
	virtqueue_driver_init(&queue->driver, &settings);
}

struct virtio_guest_queue *virtio_guest_queue(struct virtio_guest *guest,
					      unsigned n, uint16_t size)
{
	struct virtio_guest_queue *queue = &guest->queues[n];

	virtio_guest_write(guest, VIRTIO_PCI_COMMON_Q_SELECT, 2, n);
	if (size)
		virtio_guest_write(guest, VIRTIO_PCI_COMMON_Q_SIZE, 2, size);
	queue->size =
		(uint16_t)virtio_guest_read(guest, VIRTIO_PCI_COMMON_Q_SIZE, 2);
	make_ring(guest, queue);
	write_addr(guest, VIRTIO_PCI_COMMON_Q_DESCLO, queue->desc);
	write_addr(guest, VIRTIO_PCI_COMMON_Q_AVAILLO, queue->avail);
	write_addr(guest, VIRTIO_PCI_COMMON_Q_USEDLO, queue->used);
	if (guest->has_msix)
		virtio_guest_write(guest, VIRTIO_PCI_COMMON_Q_MSIX, 2, n + 1);
	queue->doorbell =
		guest->notify +
		virtio_guest_read(guest, VIRTIO_PCI_COMMON_Q_NOFF, 2) *
			guest->multiplier;
	virtio_guest_write(guest, VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
	return queue;
}

bool virtio_guest_driver_ok(struct virtio_guest *guest)
{
	add_status(guest, VIRTIO_CONFIG_S_DRIVER_OK);
	return (virtio_guest_status(guest) &
		(VIRTIO_CONFIG_S_DRIVER_OK | VIRTIO_CONFIG_S_NEEDS_RESET)) ==
	       VIRTIO_CONFIG_S_DRIVER_OK;
}

/* MSI-X stays as it was: it is none of the device's, but its vectors are. */
bool virtio_guest_reset(struct virtio_guest *guest)
{
	virtio_guest_write(guest, VIRTIO_PCI_COMMON_STATUS, 1, 0);
	return !virtio_guest_status(guest);
}

bool virtio_guest_start(struct virtio_guest *guest, uint64_t features,
			unsigned queues)
{
	unsigned i;

	if (!virtio_guest_negotiate(guest, features))
		return false;
	virtio_guest_msix(guest);
	for (i = 0; i < queues; i++)
		virtio_guest_queue(guest, i, 0);
	return virtio_guest_driver_ok(guest);
}

int virtio_guest_add(struct virtio_guest *guest, unsigned n,
		     const struct virtqueue_piece *pieces, unsigned readable,
		     unsigned writable)
{
	struct virtqueue_driver *driver = &guest->queues[n].driver;
	int head = virtqueue_driver_add(driver, pieces, readable, writable);

	if (head >= 0)
		virtqueue_driver_publish(driver);
	return head;
}

void virtio_guest_kick(struct virtio_guest *guest, unsigned n)
{
	machine_bed_ring(guest->bed, guest->queues[n].doorbell, 2, n);
	machine_bed_run(guest->bed);
}

int virtio_guest_get(struct virtio_guest *guest, unsigned n, uint32_t *len)
{
	return virtqueue_driver_get(&guest->queues[n].driver, len);
}

uint64_t virtio_guest_interrupts(struct virtio_guest *guest, int n)
{
	struct machine_bed *bed = guest->bed;
	uint64_t count = 0;
	unsigned i;

	for (i = 0; i < MACHINE_MAX_MSI; i++) {
		if (bed->used[i] && bed->messages[i].addr == MESSAGE_ADDR &&
		    bed->messages[i].data == (uint32_t)(n + 1))
			count += machine_bed_interrupts(bed,
							MACHINE_GSI_MSI + i);
	}
	return count;
}
