// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_vhost_user_front.c - bytes of a hostile vhost-user back-end
 *
 * Input: four bytes of what is done with the device, two bits each, the lowest
 * first: 0 a new connection, 1 its driver starts, 2 it resets it, 3 the link
 * changes. Then records, one for each time that the front-end waits or could:
 * one byte of what the back-end does, then its bytes. Kind (the low three bits)
 * 0 to 3: once something is asked, the reply to that, eight bytes; 4: the high
 * five bits' number of bytes; 5: the same with one descriptor, 6: with nine of
 * them; 7: it ends.
 */
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/vhost_user_msg.h"
#include "fuzz/fuzz_ops.h"
#include "unit/fd_spray.h"
#include "unit/virtio_guest.h"
#include "vmm/devices.h"
#include "vmm/pci.h"
#include "vmm/virtio_pci.h"

#define PAIRS 2
#define STEPS 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct machine_bed bed;
	struct pci_bus bus;
	struct virtio_device *device;
	struct virtio_pci *vp;
	struct virtio_guest guest;
	struct vhost_user_conn peer;
	uint32_t asked;
	bool is_up;
	const uint8_t *data;
	size_t size;
};

/* one that was hung up on is not heard */
static void send_bytes(struct world *world, const void *bytes, size_t len,
		       unsigned fds)
{
	fd_spray(world->peer.fd, bytes, len, fds);
}

static void send_reply(struct world *world, const uint8_t *bytes, size_t len)
{
	struct {
		struct vhost_user_header header;
		uint8_t payload[8];
	} wire = {{world->asked, VHOST_USER_VERSION | VHOST_USER_REPLY, 8},
		  {0}};

	memcpy(wire.payload, bytes, len);
	send_bytes(world, &wire, sizeof(wire), 0);
	world->asked = 0;
}

static void play_record(struct world *world)
{
	static const unsigned fd_counts[] = {0, 1, 9};
	uint8_t kind;
	size_t len;

	if (!world->size || ((*world->data & 7) < 4 && !world->asked))
		return;
	kind = *world->data++;
	world->size--;
	len = MIN((kind & 7) < 4 ? 8u : kind >> 3, world->size);
	if ((kind & 7) < 4)
		send_reply(world, world->data, len);
	else if ((kind & 7) == 7)
		vhost_user_conn_close(&world->peer);
	else
		send_bytes(world, world->data, len, fd_counts[(kind & 7) - 4]);
	world->data += len;
	world->size -= len;
}

static bool is_question(const struct vhost_user_header *header)
{
	return header->flags & VHOST_USER_NEED_REPLY ||
	       header->request == VHOST_USER_GET_FEATURES ||
	       header->request == VHOST_USER_GET_PROTOCOL_FEATURES ||
	       header->request == VHOST_USER_GET_QUEUE_NUM ||
	       header->request == VHOST_USER_GET_VRING_BASE;
}

/* whenever the front-end wants to know how late it is */
static uint64_t now_ns(struct clock *clock)
{
	struct fake_clock *fake = container_of(clock, struct fake_clock, clock);
	struct world *world = container_of(fake, struct world, bed.clock);

	fake->ns += 10 * NSEC_PER_SEC;
	while (world->peer.fd >= 0 &&
	       vhost_user_conn_receive(&world->peer) == 1) {
		if (is_question(&world->peer.msg.header))
			world->asked = world->peer.msg.header.request;
		vhost_user_conn_finish(&world->peer);
	}
	if (world->peer.fd >= 0)
		play_record(world);
	return fake->ns;
}

static struct world *world_create(void)
{
	const struct net_settings settings = {.name = "net0", .pairs = PAIRS};
	struct world *world = calloc(1, sizeof(*world));
	struct machine *machine;

	fuzz_check(world != NULL && !machine_bed_open(&world->bed));
	world->bed.log.level = LOG_ERROR;
	machine = &world->bed.machine;
	fuzz_check(!pci_bus_init(&world->bus, machine, NULL));
	world->device = virtio_net_create(
		machine, &settings, net_vhost_user_create(machine, -1, NULL),
		NULL);
	world->vp = virtio_pci_create(&world->bus, world->device, NULL);
	fuzz_check(
		!virtio_guest_init(&world->guest, &world->bed, VIRTIO_ID_NET));
	vhost_user_conn_init(&world->peer);
	world->bed.clock.clock.now_ns = now_ns;
	return world;
}

static void connect_peer(struct world *world)
{
	int pair[2];

	fuzz_check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	vhost_user_conn_close(&world->peer);
	vhost_user_conn_open(&world->peer, pair[1]);
	world->asked = 0;
	virtio_net_connect(world->device, pair[0]);
}

static void step(struct world *world, unsigned what)
{
	struct virtio_guest *guest = &world->guest;

	switch (what) {
	case 0:
		connect_peer(world);
		break;
	case 1:
		guest->next = VIRTIO_GUEST_RAM;
		virtio_guest_start(guest, virtio_guest_features(guest),
				   2 * PAIRS + 1);
		break;
	case 2:
		fuzz_check(virtio_guest_reset(guest));
		break;
	default:
		world->is_up = !world->is_up;
		virtio_net_set_link(world->device, world->is_up);
		break;
	}
	machine_bed_run(&world->bed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world *world;
	uint32_t steps;
	unsigned i;

	if (!world)
		world = world_create();
	if (size < sizeof(steps))
		return 0;
	memcpy(&steps, data, sizeof(steps));
	world->data = data + sizeof(steps);
	world->size = size - sizeof(steps);
	for (i = 0; i < STEPS; i++)
		step(world, steps >> 2 * i & 3);
	/* the next input finds a NIC that nobody serves */
	world->size = 0;
	vhost_user_conn_close(&world->peer);
	machine_bed_run(&world->bed);
	fuzz_check(virtio_guest_reset(&world->guest));
	virtio_net_set_link(world->device, world->is_up = false);
	return 0;
}
