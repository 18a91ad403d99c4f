// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vhost_user.c - frames that a guest transmits, and guests that lie
 */
#include "unit/cmocka_wrap.h"

#include <fcntl.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "unit/vhost_user_bed.h"

#define MERGE FRONT_END_F(VIRTIO_NET_F_MRG_RXBUF)
#define EVENT_IDX FRONT_END_F(VIRTIO_RING_F_EVENT_IDX)

static struct bed bed;

static void expect_fault(const char *word)
{
	struct port_status status;

	bed_run(&bed);
	port_get_status(bed.port, &status);
	assert_false(status.carrier);
	assert_non_null(strstr(status.fault, word));
}

static void guest_frames_go_up_whole(void **state)
{
	const uint32_t lens[] = {14, 60, 127, 128, 129, 1514, 2000};
	unsigned i;

	(void)state;
	bed_start(&bed, 0, 2);
	for (i = 0; i < ARRAY_SIZE(lens); i++)
		bed_transmit(&bed, i, lens[i], NULL);
	bed_run(&bed);
	assert_int_equal(bed.count, ARRAY_SIZE(lens));
	for (i = 0; i < ARRAY_SIZE(lens); i++)
		assert_int_equal(bed.len[i], lens[i]);
	assert_memory_equal(bed.last, front_end_data(&bed.fe, i - 1) + 12,
			    2000);
	assert_int_equal(bed_used(&bed, 1), ARRAY_SIZE(lens));
	assert_true(front_end_called(bed.fe.call[1]));
}

static void ring_is_drained_beyond_one_batch(void **state)
{
	unsigned i;

	(void)state;
	bed_start(&bed, EVENT_IDX, 2);
	for (i = 0; i < 250; i++)
		bed_transmit(&bed, i, 100, NULL);
	bed_run(&bed);
	assert_int_equal(bed.count, 250);
	assert_int_equal(bed_used(&bed, 1), 250);
	bed_transmit(&bed, 0, 100, NULL);
	bed_run(&bed);
	assert_int_equal(bed.count, 251);
}

static void frame_in_many_pieces_arrives_whole(void **state)
{
	struct virtqueue_piece pieces[FRONT_END_RING_SIZE];
	unsigned i;

	(void)state;
	bed_start(&bed, 0, 2);
	for (i = 0; i < FRONT_END_RING_SIZE; i++) {
		pieces[i] = front_end_piece(i, i < 12 ? 1 : 20);
		memset(front_end_data(&bed.fe, i), i < 12 ? 0 : (int)i, 20);
	}
	assert_true(virtqueue_driver_add(&bed.fe.rings[1], pieces,
					 FRONT_END_RING_SIZE, 0) >= 0);
	virtqueue_driver_publish(&bed.fe.rings[1]);
	front_end_kick(&bed.fe, 1);
	bed_run(&bed);
	assert_int_equal(bed.count, 1);
	assert_int_equal(bed.len[0], 244 * 20);
	for (i = 0; i < 244 * 20; i++)
		assert_int_equal(bed.last[i], 12 + i / 20);
}

static void frames_in_many_pieces_do_not_mix(void **state)
{
	struct virtqueue_piece pieces[100];
	unsigned i, j;

	(void)state;
	bed_start(&bed, 0, 2);
	for (j = 0; j < 2; j++) {
		for (i = 0; i < 100; i++) {
			pieces[i] = front_end_piece(100 * j + i, 20);
			memset(front_end_data(&bed.fe, 100 * j + i),
			       i ? (int)j + 1 : 0, 20);
		}
		assert_true(virtqueue_driver_add(&bed.fe.rings[1], pieces, 100,
						 0) >= 0);
	}
	virtqueue_driver_publish(&bed.fe.rings[1]);
	bed.keep_first = true;
	front_end_kick(&bed.fe, 1);
	bed_run(&bed);
	assert_int_equal(bed.count, 2);
	for (i = 8; i < 100 * 20 - 12; i++)
		assert_int_equal(bed.last[i], 1);
}

static void bad_frames_cost_only_themselves(void **state)
{
	struct vnet_hdr gso = {.flags = 1, .gso_type = VNET_GSO_TCPV4};
	struct virtqueue_piece writable = front_end_piece(9, 100);

	(void)state;
	bed_start(&bed, 0, 2);
	bed_transmit(&bed, 0, 13, NULL);
	bed_transmit(&bed, 1, 60, &gso);
	bed_transmit(&bed, 2, 60, NULL);
	virtqueue_driver_add(&bed.fe.rings[1], &writable, 0, 1);
	bed_transmit(&bed, 3, 60, NULL);
	bed_run(&bed);
	assert_int_equal(bed.count, 2);
	assert_int_equal(bed.first[1], 3);
	assert_int_equal(bed_drops(&bed, DROP_RUNT), 1);
	assert_int_equal(bed_drops(&bed, DROP_BAD_OFFLOAD), 1);
	assert_int_equal(bed_drops(&bed, DROP_BAD_DESCRIPTOR), 1);
	assert_int_equal(bed_used(&bed, 1), 5);
	assert_true(bed.port->carrier);
}

static void expect_in_order(unsigned ring, unsigned n)
{
	const struct virtqueue_driver *driver = &bed.fe.rings[ring];
	unsigned i;

	assert_int_equal(driver->used->idx, n);
	for (i = 0; i < n; i++)
		assert_int_equal(driver->used->ring[i].id,
				 driver->avail->ring[i]);
}

/* VIRTIO_F_IN_ORDER is offered: good, bad and merged, all in their places */
static void chains_come_back_in_the_order_they_were_offered(void **state)
{
	struct virtqueue_piece pieces[] = {front_end_piece(7, 40),
					   front_end_piece(8, 40)};
	unsigned i;

	(void)state;
	bed_start(&bed, MERGE | FRONT_END_F(VIRTIO_F_IN_ORDER), 2);
	bed_transmit(&bed, 0, 60, NULL);
	bed_transmit(&bed, 1, 13, NULL);
	virtqueue_driver_add(&bed.fe.rings[1], pieces, 2, 0);
	bed_transmit(&bed, 2, 13, NULL);
	bed_transmit(&bed, 3, 60, NULL);
	bed_run(&bed);
	expect_in_order(1, 5);
	bed_offer(&bed, 10, 8);
	for (i = 11; i < 18; i++)
		bed_offer(&bed, i, i % 2 ? 100 : 1526);
	assert_true(bed_send(&bed, 60, 1));
	assert_true(bed_send(&bed, 1000, 2));
	assert_true(bed_send(&bed, 60, 3));
	assert_true(bed.fe.rings[0].used->idx >= 4);
	expect_in_order(0, bed.fe.rings[0].used->idx);
}

static void frame_longer_than_any_is_dropped(void **state)
{
	struct virtqueue_piece piece = {FRONT_END_GPA + FRONT_END_DATA,
					FRAME_MAX_LEN + 13};

	(void)state;
	bed_start(&bed, 0, 2);
	virtqueue_driver_add(&bed.fe.rings[1], &piece, 1, 0);
	piece.len--;
	virtqueue_driver_add(&bed.fe.rings[1], &piece, 1, 0);
	virtqueue_driver_publish(&bed.fe.rings[1]);
	front_end_kick(&bed.fe, 1);
	bed_run(&bed);
	assert_int_equal(bed_drops(&bed, DROP_TOO_LONG), 1);
	assert_int_equal(bed.len[0], FRAME_MAX_LEN);
}

static void what_upstairs_did_not_take_comes_again(void **state)
{
	unsigned i;

	(void)state;
	bed_start(&bed, 0, 2);
	bed.limit = 10;
	for (i = 0; i < 100; i++)
		bed_transmit(&bed, i, i == 5 || i == 50 ? 5 : 60, NULL);
	bed_run(&bed);
	assert_int_equal(bed.count, 10);
	assert_int_equal(bed_used(&bed, 1), 11);
	assert_int_equal(bed_drops(&bed, DROP_RUNT), 1);
	bed.limit = BED_MAX_FRAMES;
	bed.port->ops->resume(bed.port);
	bed_run(&bed);
	assert_int_equal(bed.count, 98);
	assert_int_equal(bed_drops(&bed, DROP_RUNT), 2);
	for (i = 0; i < 98; i++)
		assert_int_equal(bed.first[i], i < 5    ? i
					       : i < 49 ? i + 1
							: i + 2);
	assert_int_equal(bed_used(&bed, 1), 89);
}

static void disabled_ring_is_drained_into_nothing(void **state)
{
	(void)state;
	bed_start(&bed, 0, 2);
	front_end_send_state(&bed.fe, VHOST_USER_SET_VRING_ENABLE, 0, 0);
	front_end_send_state(&bed.fe, VHOST_USER_SET_VRING_ENABLE, 1, 0);
	bed_run(&bed);
	assert_false(bed.port->carrier);
	bed_transmit(&bed, 0, 60, NULL);
	bed_offer(&bed, 1, 2000);
	bed_run(&bed);
	assert_true(bed_send(&bed, 60, 0));
	assert_int_equal(bed.count, 0);
	assert_int_equal(bed_used(&bed, 1), 1);
	assert_int_equal(bed_used(&bed, 0), 0);
	assert_int_equal(bed_drops(&bed, DROP_PORT_DISABLED), 1);
	assert_int_equal(bed_drops(&bed, DROP_NO_CARRIER), 1);
}

static void broken_ring_is_forgiven_after_a_reset(void **state)
{
	struct vhost_user_header header;
	struct vhost_user_vring_state vring;

	(void)state;
	bed_start(&bed, 0, 2);
	bed_transmit(&bed, 0, 60, NULL);
	bed_run(&bed);
	bed.fe.rings[1].avail->idx = 5000;
	front_end_kick(&bed.fe, 1);
	expect_fault("index");
	assert_true(front_end_called(bed.fe.err[1]));
	assert_true(bed_send(&bed, 60, 0));
	assert_int_equal(bed_drops(&bed, DROP_NO_CARRIER), 1);
	front_end_send_state(&bed.fe, VHOST_USER_GET_VRING_BASE, 0, 0);
	front_end_send_state(&bed.fe, VHOST_USER_GET_VRING_BASE, 1, 0);
	bed_run(&bed);
	front_end_receive(&bed.fe, &header, &vring, sizeof(vring));
	assert_int_equal(
		front_end_receive(&bed.fe, &header, &vring, sizeof(vring)), 8);
	assert_int_equal(vring.index, 1);
	assert_int_equal(vring.num, 1);
	front_end_start_ring(&bed.fe, 0, false);
	front_end_start_ring(&bed.fe, 1, false);
	bed_run(&bed);
	assert_true(bed.port->carrier);
	bed_transmit(&bed, 1, 60, NULL);
	bed_run(&bed);
	assert_int_equal(bed.count, 2);
}

static void memory_taken_away_switches_the_port_off(void **state)
{
	(void)state;
	/* cmocka has put its own handlers in between */
	sigbus_stack_fini(&bed.stack);
	assert_int_equal(sigbus_stack_init(&bed.stack, NULL), 0);
	bed_start(&bed, 0, 2);
	bed_transmit(&bed, 0, 60, NULL);
	assert_int_equal(ftruncate(bed.fe.memfd, 0), 0);
	expect_fault("taken away");
	assert_int_equal(ftruncate(bed.fe.memfd, FRONT_END_RAM_SIZE), 0);
	close(bed.fe.sock);
	bed_run(&bed);
	bed_start(&bed, 0, 2);
	bed_transmit(&bed, 0, 60, NULL);
	bed_run(&bed);
	assert_true(bed.count > 0);
}

static void call_eventfd_that_blocks_switches_the_port_off(void **state)
{
	(void)state;
	bed_start(&bed, 0, 2);
	assert_int_equal(eventfd_write(bed.fe.call[1], UINT64_MAX - 2), 0);
	assert_int_equal(fcntl(bed.fe.call[1], F_SETFL, 0), 0);
	bed_transmit(&bed, 0, 60, NULL);
	bed_run(&bed);
	bed_transmit(&bed, 1, 60, NULL);
	expect_fault("eventfd");
	/* neither a reset nor another session is another chance at once */
	front_end_send_state(&bed.fe, VHOST_USER_GET_VRING_BASE, 0, 0);
	front_end_send_state(&bed.fe, VHOST_USER_GET_VRING_BASE, 1, 0);
	expect_fault("eventfd");
	close(bed.fe.sock);
	bed_run(&bed);
	bed.fe.sock = bed_connect(&bed);
	assert_true(bed_is_closed(&bed));
	close(bed.fe.sock);
	bed.clock.ns += 11 * NSEC_PER_SEC;
	bed_run(&bed);
	assert_int_equal(fcntl(bed.fe.call[1], F_SETFL, O_NONBLOCK), 0);
	bed_start(&bed, 0, 2);
}

static void polling_finds_frames_without_kicks(void **state)
{
	struct virtqueue_piece piece = front_end_piece(0, 100);

	(void)state;
	loop_set_spin(bed.loop, NSEC_PER_SEC);
	bed_start(&bed, 0, 2);
	bed_run(&bed);
	memset(front_end_data(&bed.fe, 0), 0, 12);
	virtqueue_driver_add(&bed.fe.rings[1], &piece, 1, 0);
	assert_false(virtqueue_driver_publish(&bed.fe.rings[1]));
	bed_run(&bed);
	assert_int_equal(bed.count, 1);
	/* when the loop goes to sleep, kicks are wanted again */
	bed.clock.ns += 10 * NSEC_PER_SEC;
	bed_run(&bed);
	virtqueue_driver_add(&bed.fe.rings[1], &piece, 1, 0);
	assert_true(virtqueue_driver_publish(&bed.fe.rings[1]));
	front_end_kick(&bed.fe, 1);
	bed_run(&bed);
	assert_int_equal(bed.count, 2);
}

#define TEST(name) BED_TEST(name, &bed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(guest_frames_go_up_whole),
		TEST(ring_is_drained_beyond_one_batch),
		TEST(frame_in_many_pieces_arrives_whole),
		TEST(frames_in_many_pieces_do_not_mix),
		TEST(bad_frames_cost_only_themselves),
		TEST(chains_come_back_in_the_order_they_were_offered),
		TEST(frame_longer_than_any_is_dropped),
		TEST(what_upstairs_did_not_take_comes_again),
		TEST(disabled_ring_is_drained_into_nothing),
		TEST(broken_ring_is_forgiven_after_a_reset),
		TEST(memory_taken_away_switches_the_port_off),
		TEST(call_eventfd_that_blocks_switches_the_port_off),
		TEST(polling_finds_frames_without_kicks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
