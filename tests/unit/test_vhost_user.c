// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vhost_user.c - frames through a vhost-user port, and guests that lie
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

static int set_up(void **state)
{
	(void)state;
	bed_set_up(&bed);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bed_tear_down(&bed);
	return 0;
}

static uint64_t drops(enum drop_reason reason)
{
	return bed.port->counters.drops[reason];
}

static void expect_fault(const char *word)
{
	struct port_status status;

	bed_run(&bed);
	port_get_status(bed.port, &status);
	assert_false(status.carrier);
	assert_non_null(strstr(status.fault, word));
}

/* chains that came back to the guest */
static unsigned used(unsigned ring)
{
	uint32_t len;
	unsigned n = 0;

	while (virtqueue_driver_get(&bed.fe.rings[ring], &len) >= 0)
		n++;
	return n;
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
	assert_int_equal(used(1), ARRAY_SIZE(lens));
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
	assert_int_equal(used(1), 250);
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
	assert_int_equal(drops(DROP_RUNT), 1);
	assert_int_equal(drops(DROP_BAD_OFFLOAD), 1);
	assert_int_equal(drops(DROP_BAD_DESCRIPTOR), 1);
	assert_int_equal(used(1), 5);
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
	assert_int_equal(drops(DROP_TOO_LONG), 1);
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
	assert_int_equal(used(1), 11);
	assert_int_equal(drops(DROP_RUNT), 1);
	bed.limit = BED_MAX_FRAMES;
	bed.port->ops->resume(bed.port);
	bed_run(&bed);
	assert_int_equal(bed.count, 98);
	assert_int_equal(drops(DROP_RUNT), 2);
	for (i = 0; i < 98; i++)
		assert_int_equal(bed.first[i], i < 5    ? i
					       : i < 49 ? i + 1
							: i + 2);
	assert_int_equal(used(1), 89);
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
	assert_int_equal(used(1), 1);
	assert_int_equal(used(0), 0);
	assert_int_equal(drops(DROP_PORT_DISABLED), 1);
	assert_int_equal(drops(DROP_NO_CARRIER), 1);
}

static void frames_reach_the_guest_with_a_header(void **state)
{
	uint8_t *data;
	uint32_t len;

	(void)state;
	bed_start(&bed, 0, 2);
	bed_offer(&bed, 3, 2000);
	data = front_end_data(&bed.fe, 3);
	memset(data, 0xee, 2000);
	assert_true(bed_send(&bed, 1514, 0x45));
	assert_true(virtqueue_driver_get(&bed.fe.rings[0], &len) >= 0);
	assert_int_equal(len, 1526);
	assert_memory_equal(data, "\0\0\0\0\0\0\0\0\0\0\1\0", 12);
	assert_int_equal(data[12 + 14], 0x45);
	assert_int_equal(data[12 + 1513], (uint8_t)(1513 * 7));
	assert_int_equal(data[12 + 1514], 0xee);
	assert_true(front_end_called(bed.fe.call[0]));
}

static void long_frame_is_merged_over_buffers(void **state)
{
	uint32_t len, left = 12 + 5000;
	unsigned i;

	(void)state;
	bed_start(&bed, MERGE, 2);
	for (i = 0; i < 4; i++)
		bed_offer(&bed, i, 1526);
	assert_true(bed_send(&bed, 5000, 0));
	for (i = 0; i < 4; i++) {
		assert_true(virtqueue_driver_get(&bed.fe.rings[0], &len) >= 0);
		assert_int_equal(len, MIN(left, 1526u));
		left -= len;
	}
	assert_int_equal(left, 0);
	assert_int_equal(front_end_data(&bed.fe, 0)[10], 4);
	assert_int_equal(front_end_data(&bed.fe, 1)[0],
			 (uint8_t)((1526 - 12) * 7));
}

static void runt_buffers_go_back_and_the_next_is_used(void **state)
{
	const uint32_t lens[] = {1, 11, 12, 13, 2000};
	unsigned i, merge;

	(void)state;
	for (merge = 0; merge < 2; merge++) {
		bed_start(&bed, merge ? MERGE : 0, 2);
		for (i = 0; i < ARRAY_SIZE(lens); i++)
			bed_offer(&bed, i, lens[i]);
		for (i = 0; i < ARRAY_SIZE(lens) && !used(0); i++)
			bed_send(&bed, 100, 0);
		for (i = 0; i < ARRAY_SIZE(lens); i++)
			bed_send(&bed, 100, 0);
		assert_true(drops(DROP_RX_BUFFER) > 0);
		assert_true(bed.port->carrier);
		assert_int_equal(bed.fe.rings[0].used->idx, 5);
		assert_int_equal(bed.fe.rings[0].used->ring[0].len, 0);
		assert_int_equal(bed.fe.rings[0].used->ring[1].len, 0);
		close(bed.fe.sock);
		bed_run(&bed);
	}
}

static void frame_that_can_never_fit_leaves_the_ring_alone(void **state)
{
	unsigned i;

	(void)state;
	bed_start(&bed, MERGE, 2);
	for (i = 0; i < FRONT_END_RING_SIZE; i++)
		bed_offer(&bed, i, 12);
	assert_true(bed_send(&bed, 65000, 0));
	assert_int_equal(drops(DROP_RX_BUFFER), 1);
	assert_int_equal(used(0), 0);
	assert_true(bed_send(&bed, 60, 0));
	assert_int_equal(used(0), 6);
}

static void full_ring_asks_for_a_kick(void **state)
{
	unsigned event;

	(void)state;
	for (event = 0; event < 2; event++) {
		bed_start(&bed, event ? EVENT_IDX : 0, 2);
		bed.writable = 0;
		bed_offer(&bed, 0, 2000);
		bed_run(&bed);
		assert_true(bed_send(&bed, 60, 1));
		assert_false(bed_send(&bed, 60, 2));
		bed_run(&bed);
		assert_int_equal(bed.writable, 0);
		bed_offer(&bed, 1, 2000);
		bed_run(&bed);
		assert_int_equal(bed.writable, 1);
		assert_true(bed_send(&bed, 60, 2));
		close(bed.fe.sock);
		bed_run(&bed);
	}
}

static void too_few_buffers_block_only_for_a_while(void **state)
{
	(void)state;
	bed_start(&bed, MERGE, 2);
	bed_offer(&bed, 0, 1526);
	assert_false(bed_send(&bed, 5000, 0));
	bed.clock.ns += NSEC_PER_SEC;
	bed_run(&bed);
	assert_int_equal(bed.writable, 1);
	assert_true(bed_send(&bed, 5000, 0));
	assert_int_equal(drops(DROP_RX_BUFFER), 1);
	assert_true(bed_send(&bed, 60, 0));
	assert_int_equal(used(0), 1);
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
	assert_int_equal(drops(DROP_NO_CARRIER), 1);
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

static void queue_pairs_share_the_frames_by_flow(void **state)
{
	unsigned i, first = 0, second;

	(void)state;
	bed_start(&bed, FRONT_END_F(VIRTIO_NET_F_MQ), 4);
	for (i = 0; i < 128; i++) {
		struct virtqueue_piece piece = front_end_piece(i, 2000);

		virtqueue_driver_add(&bed.fe.rings[0], &piece, 0, 1);
		piece = front_end_piece(128 + i, 2000);
		virtqueue_driver_add(&bed.fe.rings[2], &piece, 0, 1);
	}
	virtqueue_driver_publish(&bed.fe.rings[0]);
	virtqueue_driver_publish(&bed.fe.rings[2]);
	for (i = 0; i < 64; i++) {
		struct frame frame, *frames = &frame;
		uint8_t data[60] = {2, 0, 0, 0, 0, (uint8_t)i, 2};
		struct iovec tail;

		frame_set_data(&frame, data, sizeof(data), &tail);
		assert_int_equal(port_send(bed.port, &frames, 1), 1);
	}
	first = used(0);
	second = used(2);
	assert_int_equal(first + second, 64);
	assert_true(first > 10 && second > 10);
	for (i = 0; i < 10; i++)
		bed_send(&bed, 60, 0x45);
	first = used(0);
	assert_true(first == 0 || first == 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

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
		TEST(frames_reach_the_guest_with_a_header),
		TEST(long_frame_is_merged_over_buffers),
		TEST(runt_buffers_go_back_and_the_next_is_used),
		TEST(frame_that_can_never_fit_leaves_the_ring_alone),
		TEST(full_ring_asks_for_a_kick),
		TEST(too_few_buffers_block_only_for_a_while),
		TEST(broken_ring_is_forgiven_after_a_reset),
		TEST(memory_taken_away_switches_the_port_off),
		TEST(call_eventfd_that_blocks_switches_the_port_off),
		TEST(polling_finds_frames_without_kicks),
		TEST(queue_pairs_share_the_frames_by_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
