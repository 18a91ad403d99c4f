// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_packet_output.c - a packet socket port: frames that go out
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "unit/packet_bed.h"

static void sent_frames_arrive_in_order_with_their_headers(void **state)
{
	static uint8_t data[FRAME_BATCH][1000], got[2000];
	struct frame frames[FRAME_BATCH], *list[FRAME_BATCH];
	struct iovec tails[FRAME_BATCH];
	struct packet_bed *f = *state;
	unsigned i;

	for (i = 0; i < FRAME_BATCH; i++) {
		packet_bed_make_frame(data[i], 500 + i, (uint8_t)i);
		frame_set_data(&frames[i], data[i], 500 + i, &tails[i]);
		frames[i].hdr = (struct vnet_hdr){1, 0, 0, 0, 34, 16};
		list[i] = &frames[i];
	}
	assert_int_equal(port_send(f->port, list, FRAME_BATCH), FRAME_BATCH);
	for (i = 0; i < FRAME_BATCH; i++) {
		assert_int_equal(recv(f->peer, got, sizeof(got), 0), 510 + i);
		assert_memory_equal(got, &frames[i].hdr, 10);
		assert_memory_equal(got + 10, data[i], 500 + i);
	}
	assert_int_equal(f->port->counters.tx_frames, FRAME_BATCH);
}

/* They are more pieces than one call of the kernel gets. */
static void frames_in_many_pieces_arrive_whole(void **state)
{
	const uint32_t size = 100, len = FRAME_SNAP_LEN + FRAME_MAX_IOV * size;
	static uint8_t data[FRAME_MAX_LEN], got[FRAME_MAX_LEN + 10];
	struct frame frame, *list[8];
	struct iovec pieces[FRAME_MAX_IOV];
	struct packet_bed *f = *state;
	unsigned i;

	packet_bed_make_frame(data, len, 1);
	frame_set_data(&frame, data, len, pieces);
	for (i = 0; i < FRAME_MAX_IOV; i++)
		pieces[i] =
			(struct iovec){data + FRAME_SNAP_LEN + i * size, size};
	frame.iov_count = FRAME_MAX_IOV;
	frame.hdr = packet_bed_segments;
	for (i = 0; i < ARRAY_SIZE(list); i++)
		list[i] = &frame;
	assert_int_equal(port_send(f->port, list, ARRAY_SIZE(list)),
			 ARRAY_SIZE(list));
	for (i = 0; i < ARRAY_SIZE(list); i++) {
		assert_int_equal(recv(f->peer, got, sizeof(got), 0), len + 10);
		assert_memory_equal(got + 10, data, len);
	}
}

static void full_socket_takes_fewer_and_says_when_there_is_room(void **state)
{
	static uint8_t data[1514], got[2000];
	struct frame frame, *frames[FRAME_BATCH];
	struct packet_bed *f = *state;
	unsigned i, sent = 0, n;
	struct iovec tail;

	packet_bed_make_frame(data, sizeof(data), 1);
	frame_set_data(&frame, data, sizeof(data), &tail);
	for (i = 0; i < FRAME_BATCH; i++)
		frames[i] = &frame;
	do {
		n = port_send(f->port, frames, FRAME_BATCH);
		sent += n;
	} while (n == FRAME_BATCH);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->writable, 0);
	for (i = 0; i < sent; i++)
		assert_true(recv(f->peer, got, sizeof(got), 0) > 0);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->writable, 1);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->writable, 1);
	assert_int_equal(port_send(f->port, frames, 1), 1);
}

static void full_queue_of_the_nic_is_tried_again_a_moment_later(void **state)
{
	struct packet_bed *f = *state;
	unsigned i;

	f->next_error = ENOBUFS;
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 0);
	for (i = 0; i < 3; i++)
		loop_run_once(f->loop, 0);
	assert_int_equal(f->writable, 0);
	f->fake.ns += NSEC_PER_MSEC;
	loop_run_once(f->loop, 0);
	assert_int_equal(f->writable, 1);
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 1);
	f->fake.ns += NSEC_PER_SEC;
	loop_run_once(f->loop, 0);
	assert_int_equal(f->writable, 1);
	assert_int_equal(packet_bed_drops(f, DROP_SEND_FAILED), 0);
}

static void frame_beyond_the_mtu_is_dropped_and_counted(void **state)
{
	struct vnet_hdr wide = packet_bed_segments;
	struct packet_bed *f = *state;

	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 1514), 1);
	assert_int_equal(packet_bed_drops(f, DROP_OVER_MTU), 0);
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 1515), 1);
	assert_int_equal(packet_bed_drops(f, DROP_OVER_MTU), 1);
	assert_int_equal(packet_bed_send(f, &packet_bed_segments, 60000), 1);
	assert_int_equal(packet_bed_drops(f, DROP_OVER_MTU), 1);
	wide.gso_size = 1461;
	assert_int_equal(packet_bed_send(f, &wide, 60000), 1);
	assert_int_equal(packet_bed_drops(f, DROP_OVER_MTU), 2);
	assert_int_equal(f->port->counters.tx_frames, 2);
	f->next_error = EMSGSIZE;
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 1514), 1);
	assert_int_equal(packet_bed_drops(f, DROP_OVER_MTU), 3);
}

static void tag_does_not_count_for_the_mtu(void **state)
{
	static uint8_t data[1519];
	struct frame frame, *frames[] = {&frame};
	struct packet_bed *f = *state;
	struct iovec tail;

	data[12] = 0x81;
	frame_set_data(&frame, data, 1518, &tail);
	assert_int_equal(port_send(f->port, frames, 1), 1);
	assert_int_equal(packet_bed_drops(f, DROP_OVER_MTU), 0);
	frame_set_data(&frame, data, 1519, &tail);
	assert_int_equal(port_send(f->port, frames, 1), 1);
	assert_int_equal(packet_bed_drops(f, DROP_OVER_MTU), 1);
}

static void other_refusals_cost_their_frame_only(void **state)
{
	struct packet_bed *f = *state;

	f->next_error = EINVAL;
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 1);
	assert_int_equal(packet_bed_drops(f, DROP_SEND_FAILED), 1);
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 1);
	assert_int_equal(f->port->counters.tx_frames, 1);
}

#define TEST(name)                                              \
	cmocka_unit_test_setup_teardown(name, packet_bed_setup, \
					packet_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sent_frames_arrive_in_order_with_their_headers),
		TEST(frames_in_many_pieces_arrive_whole),
		TEST(full_socket_takes_fewer_and_says_when_there_is_room),
		TEST(full_queue_of_the_nic_is_tried_again_a_moment_later),
		TEST(frame_beyond_the_mtu_is_dropped_and_counted),
		TEST(tag_does_not_count_for_the_mtu),
		TEST(other_refusals_cost_their_frame_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
