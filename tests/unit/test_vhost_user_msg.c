// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vhost_user_msg.c - messages of a vhost-user session, and peers that lie
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/vhost_user_bed.h"

#define LAST_ID 42

static struct bed bed;
static struct vhost_user_header header;
static uint64_t value;

static void reconnect(void)
{
	if (bed.fe.sock >= 0)
		close(bed.fe.sock);
	bed_run(&bed);
	bed.fe.sock = bed_connect(&bed);
}

static uint64_t ask(uint32_t request)
{
	assert_true(front_end_send(&bed.fe, request, NULL, 0, NULL, 0));
	bed_run(&bed);
	assert_int_equal(front_end_receive(&bed.fe, &header, &value, 8), 8);
	assert_int_equal(header.request, request);
	assert_int_equal(header.flags, VHOST_USER_VERSION | VHOST_USER_REPLY);
	return value;
}

static void features_are_told_before_any_are_set(void **state)
{
	(void)state;
	reconnect();
	assert_true(ask(VHOST_USER_GET_PROTOCOL_FEATURES) & 1);
	assert_true(ask(VHOST_USER_GET_FEATURES) &
		    FRONT_END_F(VIRTIO_NET_F_MRG_RXBUF));
	assert_false(ask(VHOST_USER_GET_FEATURES) & FRONT_END_F(26));
	assert_int_equal(ask(VHOST_USER_GET_QUEUE_NUM), 2);
	assert_int_equal(ask(VHOST_USER_GET_MAX_MEM_SLOTS), 32);
}

static void unoffered_features_end_the_session(void **state)
{
	(void)state;
	reconnect();
	front_end_set_features(&bed.fe, FRONT_END_F(26));
	assert_true(bed_is_closed(&bed));
	reconnect();
	front_end_send_u64(&bed.fe, VHOST_USER_SET_PROTOCOL_FEATURES, 2);
	assert_true(bed_is_closed(&bed));
}

static bool is_eventfd_message(uint32_t id)
{
	return id == VHOST_USER_SET_VRING_KICK ||
	       id == VHOST_USER_SET_VRING_CALL ||
	       id == VHOST_USER_SET_VRING_ERR;
}

static void every_message_of_a_wrong_shape_is_refused(void **state)
{
	const uint32_t sizes[] = {0, 1, 7, 8, 9, 39, 40, 41, 264, 4096};
	uint8_t payload[4096] = {0};
	unsigned id, i, n, fds, tried = 0;
	int nine[9];

	(void)state;
	for (i = 0; i < 9; i++)
		nine[i] = dup(bed.fe.memfd);
	reconnect();
	fds = bed_fds();
	for (id = 0; id <= LAST_ID; id++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			for (n = 0; n <= 9; n++, tried++) {
				reconnect();
				front_end_send(&bed.fe, id, payload, sizes[i],
					       nine, n);
				bed_run(&bed);
				/* all but the harmless shapes are refused */
				if (n > 1 || is_eventfd_message(id))
					assert_true(bed_is_closed(&bed));
			}
		}
	}
	reconnect();
	assert_int_equal(bed_fds(), fds);
	assert_int_equal(tried, (LAST_ID + 1) * ARRAY_SIZE(sizes) * 10);
	for (i = 0; i < 9; i++)
		close(nine[i]);
}

static void lying_sizes_and_versions_are_refused(void **state)
{
	const struct vhost_user_header headers[] = {
		{VHOST_USER_SET_FEATURES, VHOST_USER_VERSION, UINT32_MAX},
		{VHOST_USER_SET_MEM_TABLE, VHOST_USER_VERSION, 8},
		{VHOST_USER_SET_MEM_TABLE, VHOST_USER_VERSION, 8 + 9 * 32},
		{VHOST_USER_GET_FEATURES, 2, 0},
		{VHOST_USER_GET_FEATURES, 5, 0},
		{UINT32_MAX, VHOST_USER_VERSION, 0},
	};
	uint8_t zero[300] = {0};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(headers); i++) {
		reconnect();
		send(bed.fe.sock, &headers[i], sizeof(headers[i]), 0);
		send(bed.fe.sock, zero, sizeof(zero), MSG_NOSIGNAL);
		assert_true(bed_is_closed(&bed));
	}
}

static void table_of_eight_regions_takes_eight_descriptors(void **state)
{
	struct vhost_user_memory memory = {.count = 8};
	unsigned i, n;
	int fds[9];

	(void)state;
	for (i = 0; i < 9; i++)
		fds[i] = bed.fe.memfd;
	for (i = 0; i < 8; i++)
		memory.regions[i] = (struct vhost_user_region){
			i * 4096, 4096, i * 4096, i * 4096};
	for (n = 7; n <= 9; n++) {
		reconnect();
		front_end_send(&bed.fe, VHOST_USER_SET_MEM_TABLE, &memory,
			       8 + 8 * 32, fds, n);
		assert_int_equal(bed_is_closed(&bed), n != 8);
	}
}

static void half_a_message_is_waited_for_five_seconds(void **state)
{
	struct vhost_user_header half = {VHOST_USER_SET_FEATURES,
					 VHOST_USER_VERSION, 8};
	unsigned i;

	(void)state;
	reconnect();
	for (i = 0; i < sizeof(half); i++) {
		send(bed.fe.sock, (uint8_t *)&half + i, 1, 0);
		bed_run(&bed);
	}
	bed.clock.ns += 4 * NSEC_PER_SEC;
	assert_false(bed_is_closed(&bed));
	bed.clock.ns += 2 * NSEC_PER_SEC;
	assert_true(bed_is_closed(&bed));
}

static void message_in_single_bytes_is_understood(void **state)
{
	uint8_t wire[20] = {VHOST_USER_SET_FEATURES, 0, 0, 0, 1, 0, 0, 0, 8};
	unsigned i;

	(void)state;
	reconnect();
	for (i = 0; i < sizeof(wire); i++) {
		send(bed.fe.sock, wire + i, 1, 0);
		bed_run(&bed);
	}
	ask(VHOST_USER_GET_FEATURES);
	bed.clock.ns += 10 * NSEC_PER_SEC;
	assert_false(bed_is_closed(&bed));
}

static void peer_that_reads_no_replies_is_dropped(void **state)
{
	unsigned i;

	(void)state;
	reconnect();
	for (i = 0; i < 100000; i++) {
		if (!front_end_send(&bed.fe, VHOST_USER_GET_FEATURES, NULL, 0,
				    NULL, 0))
			break;
		loop_run_once(bed.loop, 0);
	}
	assert_true(i < 100000);
	assert_true(bed_is_closed(&bed));
}

static void ring_numbers_out_of_range_end_the_session(void **state)
{
	const uint32_t ids[] = {
		VHOST_USER_SET_VRING_NUM, VHOST_USER_SET_VRING_BASE,
		VHOST_USER_GET_VRING_BASE, VHOST_USER_SET_VRING_ENABLE};
	const uint32_t indexes[] = {4, 255, 256, 0xffff, 0x10000, UINT32_MAX};
	unsigned i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		for (j = 0; j < ARRAY_SIZE(indexes); j++) {
			reconnect();
			front_end_send_state(&bed.fe, ids[i], indexes[j], 1);
			assert_true(bed_is_closed(&bed));
		}
	}
	for (j = 0; j < ARRAY_SIZE(indexes); j++) {
		reconnect();
		value = indexes[j];
		front_end_send(&bed.fe, VHOST_USER_SET_VRING_CALL, &value, 8,
			       &bed.fe.call[0], 1);
		assert_true(bed_is_closed(&bed));
	}
}

static void ring_sizes_out_of_rule_end_the_session(void **state)
{
	const uint32_t sizes[] = {0, 3, 2048, 65536, UINT32_MAX};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		reconnect();
		front_end_send_state(&bed.fe, VHOST_USER_SET_VRING_NUM, 0,
				     sizes[i]);
		assert_true(bed_is_closed(&bed));
	}
	reconnect();
	front_end_send_state(&bed.fe, VHOST_USER_SET_VRING_BASE, 0, 65536);
	assert_true(bed_is_closed(&bed));
}

static void rings_outside_memory_do_not_start(void **state)
{
	const uint64_t places[] = {0, FRONT_END_USER + 8,
				   FRONT_END_USER + FRONT_END_RAM_SIZE - 16,
				   UINT64_MAX - 15, FRONT_END_GPA};
	struct vhost_user_vring_addr addr = {0};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		reconnect();
		front_end_send_memory(&bed.fe);
		front_end_send_state(&bed.fe, VHOST_USER_SET_VRING_NUM, 0, 256);
		addr.avail_user = addr.used_user = FRONT_END_USER;
		addr.desc_user = places[i];
		front_end_send(&bed.fe, VHOST_USER_SET_VRING_ADDR, &addr, 40,
			       NULL, 0);
		bed_run(&bed);
		value = 0;
		front_end_send(&bed.fe, VHOST_USER_SET_VRING_KICK, &value, 8,
			       &bed.fe.kick[0], 1);
		assert_true(bed_is_closed(&bed));
	}
}

static void memory_under_a_running_ring_must_stay(void **state)
{
	struct vhost_user_memory memory = {
		.count = 1, .regions[0] = {FRONT_END_GPA, 4096, 0x1000, 0}};
	struct vhost_user_slot slot = {.region = {FRONT_END_GPA,
						  FRONT_END_RAM_SIZE,
						  FRONT_END_USER, 0}};

	(void)state;
	bed_start(&bed, 0, 2);
	front_end_send_memory(&bed.fe);
	assert_false(bed_is_closed(&bed));
	bed_transmit(&bed, 0, 60, NULL);
	bed_run(&bed);
	assert_int_equal(bed.count, 1);
	front_end_send(&bed.fe, VHOST_USER_SET_MEM_TABLE, &memory, 40,
		       &bed.fe.memfd, 1);
	assert_true(bed_is_closed(&bed));
	close(bed.fe.sock);
	bed_run(&bed);
	bed_start(&bed, 0, 2);
	front_end_send(&bed.fe, VHOST_USER_REM_MEM_REG, &slot, 40,
		       &bed.fe.memfd, 1);
	assert_true(bed_is_closed(&bed));
}

static void memory_slots_come_and_go(void **state)
{
	struct vhost_user_slot slot = {.region = {0, 65536, 0, 0}};
	unsigned i, fds, maps;

	(void)state;
	reconnect();
	fds = bed_fds();
	maps = bed_maps();
	for (i = 0; i < 1000; i++) {
		front_end_send(&bed.fe, VHOST_USER_ADD_MEM_REG, &slot, 40,
			       &bed.fe.memfd, 1);
		/* QEMU 7.2 repeats it for every queue pair */
		front_end_send(&bed.fe, VHOST_USER_ADD_MEM_REG, &slot, 40,
			       &bed.fe.memfd, 1);
		front_end_send(&bed.fe, VHOST_USER_REM_MEM_REG, &slot, 40,
			       &bed.fe.memfd, i & 1);
		front_end_send(&bed.fe, VHOST_USER_REM_MEM_REG, &slot, 40, NULL,
			       0);
		bed_run(&bed);
	}
	assert_false(bed_is_closed(&bed));
	assert_int_equal(bed_fds(), fds);
	assert_int_equal(bed_maps(), maps);
	front_end_send(&bed.fe, VHOST_USER_ADD_MEM_REG, &slot, 40,
		       &bed.fe.memfd, 1);
	assert_false(bed_is_closed(&bed));
	slot.region.mmap_offset = 4096;
	front_end_send(&bed.fe, VHOST_USER_ADD_MEM_REG, &slot, 40,
		       &bed.fe.memfd, 1);
	assert_true(bed_is_closed(&bed));
}

static void repeated_messages_leak_nothing(void **state)
{
	unsigned i, fds, maps;

	(void)state;
	bed_start(&bed, 0, 2);
	fds = bed_fds();
	maps = bed_maps();
	for (i = 0; i < 300; i++) {
		assert_true(front_end_send_memory(&bed.fe));
		assert_true(front_end_start_ring(&bed.fe, 1, false));
		bed_run(&bed);
	}
	assert_int_equal(bed_fds(), fds);
	assert_int_equal(bed_maps(), maps);
	assert_true(bed.port->carrier);
}

static void front_ends_come_and_go_without_a_trace(void **state)
{
	unsigned i, fds = bed_fds(), maps = bed_maps();

	(void)state;
	for (i = 0; i < 200; i++) {
		bed_start(&bed, FRONT_END_F(VIRTIO_NET_F_MRG_RXBUF), 4);
		bed_transmit(&bed, 1, 60, NULL);
		bed_run(&bed);
		close(bed.fe.sock);
		bed.fe.sock = -1;
		bed_run(&bed);
		assert_false(bed.port->carrier);
		bed.count = 0;
	}
	assert_int_equal(bed_fds(), fds);
	assert_int_equal(bed_maps(), maps);
	assert_int_equal(bed.port->counters.rx_frames, 200);
}

static void second_front_end_is_refused(void **state)
{
	uint8_t byte;
	int second;

	(void)state;
	bed_start(&bed, 0, 2);
	second = bed_connect(&bed);
	assert_int_equal(recv(second, &byte, 1, MSG_DONTWAIT), 0);
	close(second);
	assert_false(bed_is_closed(&bed));
	assert_true(bed.port->carrier);
}

static void acknowledgement_tells_of_failure(void **state)
{
	struct {
		struct vhost_user_header header;
		uint64_t value;
	} __attribute__((packed))
	wire = {{VHOST_USER_NET_SET_MTU,
		 VHOST_USER_VERSION | VHOST_USER_NEED_REPLY, 8},
		1400};

	(void)state;
	bed_start(&bed, 0, 2);
	send(bed.fe.sock, &wire, sizeof(wire), 0);
	bed_run(&bed);
	assert_int_equal(front_end_receive(&bed.fe, &header, &value, 8), 8);
	assert_int_equal(value, 0);
	assert_int_equal(bed.port->mtu, 1400);
	wire.value = 67;
	send(bed.fe.sock, &wire, sizeof(wire), 0);
	bed_run(&bed);
	assert_int_equal(front_end_receive(&bed.fe, &header, &value, 8), 8);
	assert_int_equal(value, 1);
	assert_false(bed_is_closed(&bed));
	wire.header.request = VHOST_USER_SET_FEATURES;
	wire.value = FRONT_END_F(26);
	send(bed.fe.sock, &wire, sizeof(wire), 0);
	bed_run(&bed);
	assert_int_equal(front_end_receive(&bed.fe, &header, &value, 8), 8);
	assert_int_equal(value, 1);
	assert_true(bed_is_closed(&bed));
}

static void foreign_descriptors_are_no_eventfds(void **state)
{
	int fds[4], i;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	fds[2] = open("/dev/zero", O_RDWR | O_CLOEXEC);
	fds[3] = bed.fe.memfd;
	for (i = 0; i < 4; i++) {
		reconnect();
		value = 0;
		front_end_send(&bed.fe, VHOST_USER_SET_VRING_CALL, &value, 8,
			       &fds[i], 1);
		assert_true(bed_is_closed(&bed));
	}
	close(fds[0]);
	close(fds[1]);
	close(fds[2]);
}

#define TEST(name) BED_TEST(name, &bed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(features_are_told_before_any_are_set),
		TEST(unoffered_features_end_the_session),
		TEST(every_message_of_a_wrong_shape_is_refused),
		TEST(lying_sizes_and_versions_are_refused),
		TEST(table_of_eight_regions_takes_eight_descriptors),
		TEST(half_a_message_is_waited_for_five_seconds),
		TEST(message_in_single_bytes_is_understood),
		TEST(peer_that_reads_no_replies_is_dropped),
		TEST(ring_numbers_out_of_range_end_the_session),
		TEST(ring_sizes_out_of_rule_end_the_session),
		TEST(rings_outside_memory_do_not_start),
		TEST(memory_under_a_running_ring_must_stay),
		TEST(memory_slots_come_and_go),
		TEST(repeated_messages_leak_nothing),
		TEST(front_ends_come_and_go_without_a_trace),
		TEST(second_front_end_is_refused),
		TEST(acknowledgement_tells_of_failure),
		TEST(foreign_descriptors_are_no_eventfds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
