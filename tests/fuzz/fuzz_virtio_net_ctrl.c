// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_virtio_net_ctrl.c - commands of a driver on its control queue
 *
 * Input: records of one byte of how the command lies in memory (low nibble:
 * bytes of a descriptor less one; bit 4: no room for the answer), one byte of
 * length, and so many bytes of the command. Bit 7 of the first byte writes the
 * bytes over the descriptor table instead, and notifies.
 */
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz_ops.h"
#include "unit/virtio_guest.h"
#include "vmm/devices.h"
#include "vmm/pci.h"
#include "vmm/virtio_pci.h"

#define PAIRS 2
#define QUEUE (2 * PAIRS)
#define MAX_COMMAND 240

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct machine_bed bed;
	struct pci_bus bus;
	struct virtio_pci *vp;
	struct virtio_guest guest;
};

static struct world *world_create(void)
{
	const struct net_settings settings = {.name = "net0", .pairs = PAIRS};
	struct world *world = calloc(1, sizeof(*world));
	struct machine *machine;

	fuzz_check(world != NULL && !machine_bed_open(&world->bed));
	/* a fuzzing run would warn for hours */
	world->bed.log.level = LOG_ERROR;
	machine = &world->bed.machine;
	fuzz_check(!pci_bus_init(&world->bus, machine, NULL));
	world->vp = virtio_pci_create(
		&world->bus,
		virtio_net_create(machine, &settings,
				  net_vhost_user_create(machine, -1, NULL),
				  NULL),
		NULL);
	fuzz_check(
		!virtio_guest_init(&world->guest, &world->bed, VIRTIO_ID_NET));
	return world;
}

static void start(struct virtio_guest *guest)
{
	guest->next = VIRTIO_GUEST_RAM;
	fuzz_check(virtio_guest_start(guest, virtio_guest_features(guest),
				      QUEUE + 1));
}

static void send_command(struct virtio_guest *guest, uint8_t shape,
			 const uint8_t *bytes, size_t len)
{
	struct virtqueue_piece pieces[MAX_COMMAND + 1];
	uint64_t before = guest->next;
	uint64_t gpa = virtio_guest_alloc(guest, MAX_COMMAND + 1);
	size_t at, step = (shape & 15) + 1;
	unsigned count = 0;

	len = MIN(len, MAX_COMMAND);
	memcpy(virtio_guest_at(guest, gpa), bytes, len);
	for (at = 0; at < len; at += step, count++)
		pieces[count] = (struct virtqueue_piece){
			gpa + at, (uint32_t)MIN(step, len - at)};
	pieces[count] = (struct virtqueue_piece){gpa + MAX_COMMAND, 1};
	virtio_guest_add(guest, QUEUE, pieces, count, !(shape & 16));
	virtio_guest_kick(guest, QUEUE);
	guest->next = before;
}

/* the driver's own table is what a device would see; it never reads it back */
static void overwrite(struct virtio_guest *guest, const uint8_t *bytes,
		      size_t len)
{
	struct virtio_guest_queue *queue = &guest->queues[QUEUE];

	memcpy(queue->driver.desc, bytes,
	       MIN(len, queue->size * sizeof(struct vring_desc)));
	queue->driver.avail->idx =
		htole16((uint16_t)(le16toh(queue->driver.avail->idx) + 1));
	virtio_guest_kick(guest, QUEUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world *world;
	struct virtio_guest *guest;
	uint32_t written;

	if (!world)
		world = world_create();
	guest = &world->guest;
	start(guest);
	while (size > 2) {
		uint8_t shape = data[0];
		size_t len = MIN(data[1], size - 2);

		if (shape & 128)
			overwrite(guest, data + 2, len);
		else
			send_command(guest, shape, data + 2, len);
		while (virtio_guest_get(guest, QUEUE, &written) >= 0)
			fuzz_check(written <= 1);
		if (virtio_guest_status(guest) & VIRTIO_CONFIG_S_NEEDS_RESET)
			start(guest);
		data += 2 + len;
		size -= 2 + len;
	}
	fuzz_check(virtio_guest_reset(guest));
	return 0;
}
