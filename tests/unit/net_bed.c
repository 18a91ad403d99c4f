// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net_bed.c - a virtio-net device in a machine, its driver, and a real back-end
 */
#include "unit/cmocka_wrap.h"

#include "unit/net_bed.h"

#include <linux/if_ether.h>
#include <linux/virtio_ids.h>
#include <string.h>
#include <unistd.h>

#define HDR_LEN 12
#define FRAME_LEN 60
/* rounds in which a back-end has answered all that it was asked at once */
#define ROUNDS 20
#define NO_ANSWER 0xee

static uint64_t now_ns(struct clock *clock)
{
	struct fake_clock *fake = container_of(clock, struct fake_clock, clock);
	struct net_bed *bed = container_of(fake, struct net_bed, machine.clock);
	unsigned i;

	if (bed->run)
		bed->run(bed);
	for (i = 0; i < ROUNDS && !bed->run; i++)
		loop_run_once(bed->back.loop, 0);
	return fake->ns;
}

int net_bed_open(struct net_bed *bed)
{
	void *back = &bed->back;

	memset(bed, 0, sizeof(*bed));
	if (bed_set_up(&back) || machine_bed_open(&bed->machine))
		return -1;
	bed->machine.clock.clock.now_ns = now_ns;
	return pci_bus_init(&bed->bus, &bed->machine.machine, NULL);
}

int net_bed_close(struct net_bed *bed)
{
	void *back = &bed->back;
	int left;

	virtio_pci_destroy(bed->vp);
	left = machine_bed_close(&bed->machine);
	bed_tear_down(&back);
	return left;
}

void net_bed_run(struct net_bed *bed)
{
	unsigned i;

	for (i = 0; i < 3; i++)
		machine_bed_run(&bed->machine);
}

static void count_gone(void *arg, const char *why)
{
	struct net_bed *bed = arg;

	bed->gone++;
	bed->why = why;
}

int net_bed_add(struct net_bed *bed, int fd, unsigned pairs)
{
	const struct net_settings settings = {.name = "net0",
					      .mac = {{2, 1, 2, 3, 4, 5}},
					      .mtu = 1400,
					      .pairs = pairs,
					      .is_up = true};
	struct machine *machine = &bed->machine.machine;
	struct net_backend *backend = net_vhost_user_create(machine, fd, NULL);

	if (!backend)
		return -1;
	bed->device = virtio_net_create(machine, &settings, backend, NULL);
	if (!bed->device)
		return -1;
	virtio_net_on_gone(bed->device, count_gone, bed);
	bed->vp = virtio_pci_create(&bed->bus, bed->device, NULL);
	return bed->vp ? virtio_guest_init(&bed->guest, &bed->machine,
					   VIRTIO_ID_NET)
		       : -1;
}

int net_bed_dial(struct net_bed *bed)
{
	return bed_connect_without_running(&bed->back);
}

void net_bed_end_session(struct net_bed *bed)
{
	void *back = &bed->back;

	bed_tear_down(&back);
	assert_int_equal(bed_set_up(&back), 0);
}

void net_bed_transmit(struct net_bed *bed, unsigned pair, uint8_t first)
{
	struct virtqueue_piece piece = {.len = HDR_LEN + FRAME_LEN};
	uint8_t *frame;

	piece.gpa = virtio_guest_alloc(&bed->guest, piece.len);
	frame = (uint8_t *)virtio_guest_at(&bed->guest, piece.gpa) + HDR_LEN;
	frame[0] = frame[ETH_ALEN] = 2;
	frame[ETH_HLEN] = first;
	assert_true(virtio_guest_add(&bed->guest, 2 * pair + 1, &piece, 1, 0) >=
		    0);
	virtio_guest_kick(&bed->guest, 2 * pair + 1);
}

void net_bed_offer(struct net_bed *bed, unsigned pair, unsigned n)
{
	struct virtqueue_piece piece = {.len = NET_BED_BUFFER};

	while (n--) {
		piece.gpa = virtio_guest_alloc(&bed->guest, piece.len);
		assert_true(virtio_guest_add(&bed->guest, 2 * pair, &piece, 0,
					     1) >= 0);
	}
	virtio_guest_kick(&bed->guest, 2 * pair);
}

int net_bed_received(struct net_bed *bed, unsigned pair)
{
	struct virtqueue_driver *ring = &bed->guest.queues[2 * pair].driver;
	const uint8_t *frame;
	uint32_t len;
	int head;

	net_bed_run(bed);
	head = virtqueue_driver_get(ring, &len);
	if (head < 0)
		return -1;
	assert_true(len >= HDR_LEN + ETH_HLEN + 1);
	frame = virtio_guest_at(&bed->guest, le64toh(ring->desc[head].addr));
	return frame[HDR_LEN + ETH_HLEN];
}

int net_bed_command(struct net_bed *bed, unsigned queue, const void *data,
		    size_t len, size_t step)
{
	struct virtqueue_piece pieces[64];
	uint64_t gpa = virtio_guest_alloc(&bed->guest, len + 1);
	uint8_t *memory = virtio_guest_at(&bed->guest, gpa);
	unsigned count = 0;
	uint32_t written;
	size_t at;

	memcpy(memory, data, len);
	memory[len] = NO_ANSWER;
	for (at = 0; at < len; at += step, count++)
		pieces[count] = (struct virtqueue_piece){
			gpa + at, (uint32_t)MIN(step, len - at)};
	pieces[count] = (struct virtqueue_piece){gpa + len, 1};
	assert_true(virtio_guest_add(&bed->guest, queue, pieces, count, 1) >=
		    0);
	virtio_guest_kick(&bed->guest, queue);
	if (virtio_guest_get(&bed->guest, queue, &written) < 0)
		return -1;
	assert_int_equal(written, 1);
	assert_int_not_equal(memory[len], NO_ANSWER);
	return memory[len];
}

int net_bed_use_pairs(struct net_bed *bed, uint16_t pairs)
{
	const uint8_t command[] = {VIRTIO_NET_CTRL_MQ, 0, (uint8_t)pairs,
				   (uint8_t)(pairs >> 8)};

	return net_bed_command(bed, 4, command, sizeof(command), 1);
}
