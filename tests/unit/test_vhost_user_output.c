// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vhost_user_output.c - frames that a guest receives, and its odd buffers
 */
#include "unit/cmocka_wrap.h"

#include <linux/virtio_net.h>
#include <string.h>
#include <unistd.h>

#include "unit/vhost_user_bed.h"

#define MERGE FRONT_END_F(VIRTIO_NET_F_MRG_RXBUF)
#define EVENT_IDX FRONT_END_F(VIRTIO_RING_F_EVENT_IDX)

static struct bed bed;

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
		for (i = 0; i < ARRAY_SIZE(lens) && !bed_used(&bed, 0); i++)
			bed_send(&bed, 100, 0);
		for (i = 0; i < ARRAY_SIZE(lens); i++)
			bed_send(&bed, 100, 0);
		assert_true(bed_drops(&bed, DROP_RX_BUFFER) > 0);
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
	assert_int_equal(bed_drops(&bed, DROP_RX_BUFFER), 1);
	assert_int_equal(bed_used(&bed, 0), 0);
	assert_true(bed_send(&bed, 60, 0));
	assert_int_equal(bed_used(&bed, 0), 6);
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
	assert_int_equal(bed_drops(&bed, DROP_RX_BUFFER), 1);
	assert_true(bed_send(&bed, 60, 0));
	assert_int_equal(bed_used(&bed, 0), 1);
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
	first = bed_used(&bed, 0);
	second = bed_used(&bed, 2);
	assert_int_equal(first + second, 64);
	assert_true(first > 10 && second > 10);
	for (i = 0; i < 10; i++)
		bed_send(&bed, 60, 0x45);
	first = bed_used(&bed, 0);
	assert_true(first == 0 || first == 10);
}

#define TEST(name) BED_TEST(name, &bed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_reach_the_guest_with_a_header),
		TEST(long_frame_is_merged_over_buffers),
		TEST(runt_buffers_go_back_and_the_next_is_used),
		TEST(frame_that_can_never_fit_leaves_the_ring_alone),
		TEST(full_ring_asks_for_a_kick),
		TEST(too_few_buffers_block_only_for_a_while),
		TEST(queue_pairs_share_the_frames_by_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
