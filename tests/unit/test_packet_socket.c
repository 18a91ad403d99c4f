// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_packet_socket.c - a packet socket port: frames that come in, and its NIC
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/packet_bed.h"

static void frame_comes_in_whole_with_its_header(void **state)
{
	uint32_t lens[] = {15, 60, 124, 125, 128, 129, 1514, FRAME_MAX_LEN};
	static uint8_t want[FRAME_MAX_LEN];
	struct packet_bed *f = *state;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		const struct vnet_hdr *h = lens[i] < 60 ? &packet_bed_no_offload
							: &packet_bed_segments;

		packet_bed_receive(f, h, lens[i], (uint8_t)i);
		loop_run_once(f->loop, 0);
		assert_int_equal(f->count, i + 1);
		assert_int_equal(f->lens[i], lens[i]);
		packet_bed_make_frame(want, lens[i], (uint8_t)i);
		assert_memory_equal(f->data, want, lens[i]);
		assert_memory_equal(&f->hdr, h, sizeof(*h));
	}
	assert_int_equal(f->port->counters.rx_frames, ARRAY_SIZE(lens));
}

static void one_turn_reads_at_most_one_batch(void **state)
{
	struct packet_bed *f = *state;
	unsigned i;

	for (i = 0; i < FRAME_BATCH + 6; i++)
		packet_bed_receive(f, &packet_bed_no_offload, 60, (uint8_t)i);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, FRAME_BATCH);
	assert_int_equal(f->calls, 1);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, FRAME_BATCH + 6);
	for (i = 0; i < f->count; i++)
		assert_int_equal(f->numbers[i], i);
}

static void turns_get_short_while_frames_are_long(void **state)
{
	struct packet_bed *f = *state;
	unsigned i, round;

	for (round = 0; round < 6; round++) {
		for (i = 0; i < 12; i++)
			packet_bed_receive(f, &packet_bed_segments, 60000,
					   (uint8_t)(round * 12 + i));
		f->calls = 0;
		while (f->count < (round + 1) * 12)
			loop_run_once(f->loop, 0);
	}
	assert_true(f->calls >= 2);
	for (i = 0; i < f->count; i++)
		assert_int_equal(f->numbers[i], i);
}

static void frames_not_taken_wait_for_resume(void **state)
{
	struct packet_bed *f = *state;
	unsigned i;

	for (i = 0; i < 10; i++)
		packet_bed_receive(f, &packet_bed_no_offload, 1514, (uint8_t)i);
	f->accept = 3;
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, 3);
	packet_bed_receive(f, &packet_bed_no_offload, 1514, 10);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->calls, 1); /* neither offered nor read */
	f->accept = 2;
	f->port->ops->resume(f->port);
	assert_int_equal(f->calls, 1); /* not from within */
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, 5);
	f->accept = PACKET_BED_SEEN_MAX;
	f->port->ops->resume(f->port);
	loop_run_once(f->loop, 0);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, 11);
	for (i = 0; i < 11; i++)
		assert_int_equal(f->numbers[i], i);
}

/* 130 datagrams of 100 bytes as two pieces, between two other frames. */
static void datagrams_in_one_piece_come_apart_in_order(void **state)
{
	static uint8_t data[sizeof(struct vnet_hdr) + 42 + 6500];
	const struct vnet_hdr udp = {.flags = VNET_F_NEEDS_CSUM,
				     .gso_type = 5,
				     .gso_size = 100,
				     .csum_start = 34,
				     .csum_offset = 6};
	const size_t len = sizeof(data) - sizeof(udp);
	struct packet_bed *f = *state;
	unsigned i;

	packet_bed_receive(f, &packet_bed_no_offload, 60, 0);
	for (i = 1; i <= 2; i++) {
		packet_bed_make_frame(data + sizeof(udp), (uint32_t)len,
				      (uint8_t)i);
		data[sizeof(udp) + 23] = IPPROTO_UDP;
		memcpy(data, &udp, sizeof(udp));
		assert_int_equal(send(f->peer, data, sizeof(data), 0),
				 sizeof(data));
	}
	packet_bed_receive(f, &packet_bed_no_offload, 60, 3);
	f->accept = 30;
	loop_run_once(f->loop, 0);
	assert_int_equal(f->calls, 2); /* one batch a turn */
	assert_int_equal(f->count, 30);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, 30);
	f->accept = PACKET_BED_SEEN_MAX;
	f->port->ops->resume(f->port);
	for (i = 0; i < 8; i++)
		loop_run_once(f->loop, 0);
	assert_int_equal(f->count, 132);
	for (i = 0; i < f->count; i++) {
		assert_int_equal(f->numbers[i], (i + 64) / 65);
		assert_int_equal(f->lens[i], i % 131 ? 142 : 60);
	}
}

static void impossible_frames_are_dropped_and_counted(void **state)
{
	const struct vnet_hdr udp = {.flags = VNET_F_NEEDS_CSUM,
				     .gso_type = 5,
				     .gso_size = 1400,
				     .csum_start = 34,
				     .csum_offset = 6};
	struct packet_bed *f = *state;

	packet_bed_receive(f, &packet_bed_no_offload, 13, 0);
	assert_int_equal(send(f->peer, "short", 5, 0), 5);
	packet_bed_receive(f, &packet_bed_no_offload, FRAME_MAX_LEN + 1, 0);
	packet_bed_receive(f, &packet_bed_no_offload, FRAME_MAX_LEN + 50, 0);
	packet_bed_receive(f, &udp, 5000, 0);
	packet_bed_receive(f, &packet_bed_no_offload, 60, 9);
	loop_run_once(f->loop, 0);
	assert_int_equal(packet_bed_drops(f, DROP_RUNT), 2);
	assert_int_equal(packet_bed_drops(f, DROP_TOO_LONG), 2);
	assert_int_equal(packet_bed_drops(f, DROP_BAD_OFFLOAD), 1);
	assert_int_equal(f->count, 1);
	assert_int_equal(f->numbers[0], 9);
}

static void port_has_the_carrier_and_the_mtu_of_its_nic(void **state)
{
	struct port_status status;
	struct packet_bed *f = *state;

	assert_true(f->port->carrier);
	assert_int_equal(f->port->mtu, 1500);
	f->nic.mtu = 9000;
	packet_bed_nic_changes(f);
	assert_int_equal(f->port->mtu, 9000);
	assert_int_equal(f->carrier_changes, 0);
	f->nic.carrier = false;
	packet_bed_nic_changes(f);
	assert_int_equal(f->carrier_changes, 1);
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 1);
	assert_int_equal(packet_bed_drops(f, DROP_NO_CARRIER), 1);
	port_get_status(f->port, &status);
	assert_string_equal(status.detail, "packet socket, no carrier");
	f->nic.carrier = true;
	packet_bed_nic_changes(f);
	assert_true(f->port->carrier);
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 1);
	assert_int_equal(f->port->counters.tx_frames, 1);
}

static void loss_is_seen_by_polling_where_nobody_tells(void **state)
{
	struct packet_bed *f = *state;
	unsigned i;

	assert_int_equal(packet_socket_poll_link(f->socket, NSEC_PER_MSEC), 0);
	atomic_store(&f->driver_lost, true);
	for (i = 0; i < 50 && f->port->carrier; i++)
		loop_run_once(f->loop, 100);
	assert_false(f->port->carrier);
	assert_int_equal(
		link_watch_counters(packet_socket_link(f->socket)).found, 1);
}

static void refusal_makes_the_port_ask_but_not_from_within(void **state)
{
	struct port_status status;
	struct packet_bed *f = *state;

	f->nic.is_up = false;
	f->next_error = ENETDOWN;
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 1);
	assert_int_equal(packet_bed_drops(f, DROP_NO_CARRIER), 1);
	assert_int_equal(f->carrier_changes, 0);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->carrier_changes, 1);
	port_get_status(f->port, &status);
	assert_string_equal(status.detail,
			    "packet socket, interface is set down");
	assert_string_equal(status.fault, "");
	f->nic.is_up = true;
	packet_bed_nic_changes(f);
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 1);
	assert_int_equal(f->port->counters.tx_frames, 1);
}

static void refusal_by_a_nic_that_is_up_again_is_no_end(void **state)
{
	struct packet_bed *f = *state;

	f->next_error = ENETDOWN;
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 1);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->carrier_changes, 0);
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 1);
	assert_int_equal(f->port->counters.tx_frames, 1);
}

static void nic_that_is_gone_leaves_a_fault_and_no_wakes(void **state)
{
	struct port_status status;
	struct packet_bed *f = *state;
	uint64_t polls;
	unsigned i;

	assert_int_equal(packet_socket_poll_link(f->socket, NSEC_PER_MSEC), 0);
	f->nic_rc = -ENODEV;
	f->next_error = ENXIO;
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 1);
	for (i = 0; i < 5; i++) {
		f->fake.ns += NSEC_PER_SEC;
		loop_run_once(f->loop, 0);
	}
	assert_int_equal(f->carrier_changes, 1);
	polls = link_watch_counters(packet_socket_link(f->socket)).polls;
	loop_run_once(f->loop, 10);
	assert_int_equal(
		link_watch_counters(packet_socket_link(f->socket)).polls,
		polls);
	port_get_status(f->port, &status);
	assert_false(status.carrier);
	assert_string_equal(status.fault,
			    "the interface is gone: No such device");
	packet_bed_receive(f, &packet_bed_no_offload, 100, 1);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, 0);
	assert_int_equal(packet_bed_send(f, &packet_bed_no_offload, 100), 1);
	assert_int_equal(packet_bed_drops(f, DROP_NO_CARRIER), 2);
	assert_int_equal(packet_socket_poll_link(f->socket, NSEC_PER_MSEC),
			 -ENODEV);
}

static void socket_that_hangs_up_does_not_spin(void **state)
{
	struct packet_bed *f = *state;
	unsigned i;

	close(f->peer);
	f->peer = -1;
	for (i = 0; i < 5; i++)
		loop_run_once(f->loop, 0);
	assert_int_equal(f->carrier_changes, 1);
	assert_false(f->port->carrier);
}

static void blocking_descriptor_is_refused(void **state)
{
	struct packet_socket_settings settings = {.name = "x"};
	struct packet_bed *f = *state;
	struct err err = {0};

	settings.fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_null(packet_socket_create(f->loop, &settings, &err));
	assert_int_equal(err.code, -EINVAL);
	close(settings.fd);
}

#define TEST(name)                                              \
	cmocka_unit_test_setup_teardown(name, packet_bed_setup, \
					packet_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frame_comes_in_whole_with_its_header),
		TEST(one_turn_reads_at_most_one_batch),
		TEST(turns_get_short_while_frames_are_long),
		TEST(frames_not_taken_wait_for_resume),
		TEST(datagrams_in_one_piece_come_apart_in_order),
		TEST(impossible_frames_are_dropped_and_counted),
		TEST(port_has_the_carrier_and_the_mtu_of_its_nic),
		TEST(loss_is_seen_by_polling_where_nobody_tells),
		TEST(refusal_makes_the_port_ask_but_not_from_within),
		TEST(refusal_by_a_nic_that_is_up_again_is_no_end),
		TEST(nic_that_is_gone_leaves_a_fault_and_no_wakes),
		TEST(socket_that_hangs_up_does_not_spin),
		TEST(blocking_descriptor_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
