// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nat_tcp_data.c - bytes through the relay: windows, losses, sizes
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/nat_tcp_bed.h"

static struct nat_tcp_bed bed;
static uint8_t pattern[1 << 20];

static int setup(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pattern); i++)
		pattern[i] = bed_byte(i);
	nat_tcp_bed_open(&bed, 0);
	return 0;
}

/* As on a kernel that has no SO_PEEK_OFF for TCP. */
static int setup_old_kernel(void **state)
{
	setup(state);
	bed.stand.nat->tcp->probed = true;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nat_tcp_bed_close(&bed);
	return 0;
}

/* The outside reads @len bytes of the pattern from @offset on. */
static void expect_outside(size_t offset, size_t len)
{
	static uint8_t got[sizeof(pattern)];
	size_t have = 0;
	unsigned tries = 0;

	while (have < len) {
		ssize_t n = bed_read(&bed, got + have, len - have);

		assert_true(n > 0 || errno == EAGAIN);
		assert_true(tries++ < 10000);
		have += (size_t)MAX(n, 0);
		loop_run_once(bed.stand.loop, 0);
	}
	assert_memory_equal(got, pattern + offset, len);
}

static uint32_t window_told(void)
{
	return (uint32_t)bed_last(&bed)->window << NAT_TCP_SCALE;
}

static void upload_is_written_and_acknowledged(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed_talk(&bed, pattern, 1000);
	assert_int_equal(bed.n, 1);
	assert_int_equal(bed_last(&bed)->flags, TCP_ACK);
	assert_int_equal(bed_last(&bed)->ack, bed.seq);
	expect_outside(0, 1000);
}

static void batch_gets_one_ack(void **state)
{
	unsigned i;

	(void)state;
	bed_connect(&bed);
	bed.n = 0;
	for (i = 0; i < 8; i++) {
		bed_input(&bed, TCP_ACK, pattern + i * 100, 100);
		bed.seq += 100;
	}
	assert_int_equal(bed_read(&bed, bed.data, 1), -1);
	bed_flush(&bed);
	bed_run(&bed);
	assert_int_equal(bed.n, 1);
	assert_int_equal(bed_last(&bed)->ack, bed.seq);
	expect_outside(0, 800);
}

static void segment_of_64_kib_is_taken_whole(void **state)
{
	(void)state;
	bed.offload = true;
	bed_connect(&bed);
	bed_talk(&bed, pattern, 1000);
	bed_talk(&bed, pattern + 1000, 39000);
	expect_outside(0, 40000);
}

static void data_out_of_order_is_asked_for_at_once(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed.n = 0;
	bed.seq += 100;
	bed_input(&bed, TCP_ACK, pattern + 100, 100);
	bed_input(&bed, TCP_ACK, pattern + 100, 100);
	bed_input(&bed, TCP_ACK, pattern + 100, 100);
	bed_flush(&bed);
	bed_run(&bed);
	bed.seq -= 100;
	assert_int_equal(bed.n, 3); /* so that it repeats without waiting */
	assert_int_equal(bed_last(&bed)->ack, bed.seq);
	bed_talk(&bed, pattern, 100);
	assert_int_equal(bed_last(&bed)->ack, bed.seq);
	bed.seq -= 100; /* the first again, and new bytes behind it */
	bed_talk(&bed, pattern, 200);
	assert_int_equal(bed_last(&bed)->ack, bed.seq);
	expect_outside(0, 200);
	assert_int_equal(bed_read(&bed, bed.data, 1), -1);
}

static void
bytes_that_were_not_taken_are_asked_for_with_equal_acks(void **state)
{
	uint32_t taken, i, rounds = 0;

	(void)state;
	bed.sndbuf = 4000;
	bed.offload = true;
	bed_connect(&bed);
	/* more than was promised, by a guest that lost patience */
	bed_flow(&bed)->rcv_edge += 8 << 20;
	for (i = 0; i < 200; i++) {
		bed_talk(&bed, pattern + i * 5000, 5000);
		if (bed_last(&bed)->ack != bed.seq)
			break;
	}
	assert_true(i < 200);
	assert_int_equal(bed_last(&bed)->window, 0);
	taken = bed_last(&bed)->ack;
	bed.n = 0;
	while (bed.n < 4 && rounds++ < 4000) {
		while (bed_read(&bed, bed.data, BED_BYTES) > 0)
			;
		loop_run_once(bed.stand.loop, 1);
	}
	assert_int_equal(bed.n, 4);
	for (i = 0; i < 4; i++) {
		assert_int_equal(bed.segments[i].tcp.ack, taken);
		assert_int_equal(bed.segments[i].tcp.window,
				 bed.segments[0].tcp.window);
		assert_true(bed.segments[i].tcp.window > 0);
	}
	bed.seq = taken;
	bed_talk(&bed, pattern, 100);
	assert_int_equal(bed_last(&bed)->ack, bed.seq);
}

static void bytes_beyond_the_window_are_not_taken(void **state)
{
	uint32_t window;

	(void)state;
	bed.sndbuf = 4000;
	bed.offload = true;
	bed_connect(&bed);
	bed_talk(&bed, pattern, 10);
	window = window_told();
	assert_true(window < 40000);
	bed_say(&bed, TCP_ACK | TCP_FIN, pattern + 10, 40000);
	/* what was told is rounded down */
	assert_in_range(bed_last(&bed)->ack - bed.seq, window, window + 127);
	assert_string_equal(bed_state(&bed), "established");
}

static void download_comes_in_large_frames(void **state)
{
	unsigned i;

	(void)state;
	bed_connect(&bed);
	bed_write(&bed, 0, 150000);
	BED_UNTIL(&bed, bed.data_len == 150000);
	bed_expect_data(&bed, 150000);
	assert_true(bed.n <= 8);
	for (i = 0; i < bed.n; i++) {
		if (bed.segments[i].tcp.len <= BED_MSS)
			continue;
		assert_int_equal(bed.segments[i].hdr.gso_type, VNET_GSO_TCPV4);
		assert_int_equal(le16toh(bed.segments[i].hdr.gso_size),
				 BED_MSS);
	}
	/* and is kept until it is acknowledged */
	assert_int_equal(nat_tcp_in_flight(bed_flow(&bed)), 150000);
	bed_say(&bed, TCP_ACK, NULL, 0);
	bed_write(&bed, 150000, 1000);
	BED_UNTIL(&bed, bed.data_len == 151000);
	bed_expect_data(&bed, 151000);
}

static void window_of_the_guest_is_kept(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed.window = 100; /* times 128 */
	bed_talk(&bed, "x", 1);
	bed_write(&bed, 0, 100000);
	bed_run(&bed);
	assert_true(bed.data_len <= 12800);
	assert_true(bed.data_len > 12800 - BED_MSS);
	bed_run(&bed);
	bed.window = UINT16_MAX;
	bed_say(&bed, TCP_ACK, NULL, 0);
	BED_UNTIL(&bed, bed.data_len == 100000);
	bed_expect_data(&bed, 100000);
}

static void closed_window_is_probed_and_costs_no_wake_ups(void **state)
{
	uint64_t wakes;
	struct nat_tcp *tcp;
	unsigned i;

	(void)state;
	bed_connect(&bed);
	tcp = bed_flow(&bed);
	bed.window = 0;
	bed_talk(&bed, "x", 1);
	bed_write(&bed, 0, 1000);
	BED_UNTIL(&bed, tcp->readable);
	wakes = tcp->watch.wakes;
	for (i = 0; i < 100; i++)
		loop_run_once(bed.stand.loop, 0);
	assert_int_equal(tcp->watch.wakes, wakes);
	assert_int_equal(bed.data_len, 0);
	bed_pass(&bed, 2 * NSEC_PER_SEC);
	assert_int_equal(bed_last(&bed)->seq, bed.ack - 1);
	assert_int_equal(bed_last(&bed)->len, 0);
	for (i = 0; i < 200; i++) { /* alive, so it may be full for hours */
		bed_pass(&bed, 60 * NSEC_PER_SEC);
		if (bed.n)
			bed_say(&bed, TCP_ACK, NULL, 0);
	}
	assert_string_equal(bed_state(&bed), "established");
	bed.window = 1000;
	bed_say(&bed, TCP_ACK, NULL, 0);
	BED_UNTIL(&bed, bed.data_len == 1000);
}

static void guest_that_is_full_loses_nothing(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed.room = 1;
	bed_write(&bed, 0, 150000);
	BED_UNTIL(&bed, !bed.room);
	bed_run(&bed);
	assert_true(bed.data_len < 70000);
	bed.room = UINT32_MAX;
	nat_resume(bed.stand.nat);
	bed_run(&bed);
	BED_UNTIL(&bed, bed.data_len == 150000);
	bed_expect_data(&bed, 150000);
	assert_int_equal(bed.stand.nat->counters.retransmits, 0);
}

static void guest_that_is_full_is_tried_again_unasked(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed.room = 0;
	bed_write(&bed, 0, 1000);
	bed_run(&bed);
	bed.room = UINT32_MAX;
	bed_pass(&bed, NAT_TCP_RETRY_NS);
	BED_UNTIL(&bed, bed.data_len == 1000);
}

static void three_equal_acks_bring_back_what_was_lost(void **state)
{
	uint32_t from;
	unsigned i;

	(void)state;
	bed_connect(&bed);
	bed_write(&bed, 0, 1000);
	BED_UNTIL(&bed, bed.data_len == 1000);
	bed_say(&bed, TCP_ACK, NULL, 0);
	from = bed.ack;
	bed.lose = 1;
	bed_write(&bed, 1000, 1000);
	BED_UNTIL(&bed, !bed.lose);
	bed_write(&bed, 2000, 5000);
	bed_run(&bed);
	assert_int_equal(bed.data_len, 1000);
	for (i = 0; i < 3; i++) {
		bed.n = 0;
		bed_say(&bed, TCP_ACK, NULL, 0);
	}
	assert_true(bed.n >= 1);
	assert_int_equal(bed.segments[0].tcp.seq, from);
	/* bytes behind the hole are there already: all is in order now */
	bed.ack = bed.start + 7000;
	bed.data_len = 7000;
	bed_expect_data(&bed, 7000);
	bed_say(&bed, TCP_ACK, NULL, 0);
	assert_int_equal(bed.n, 0);
	assert_int_equal(bed.stand.nat->counters.retransmits, 1);
	bed_pass(&bed, 10 * NSEC_PER_SEC);
	assert_int_equal(bed.n, 0);
}

static void timer_brings_back_what_was_lost_at_the_end(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed.lose = 1;
	bed_write(&bed, 0, 40000);
	BED_UNTIL(&bed, !bed.lose);
	bed_run(&bed);
	bed_pass(&bed, NSEC_PER_SEC);
	while (bed.data_len < 40000) {
		bed_say(&bed, TCP_ACK, NULL, 0);
		assert_true(bed.stand.nat->counters.retransmits < 10);
	}
	bed_expect_data(&bed, 40000);
	/* 1 + 2 + 4 + 8 + 16 of 28 segments */
	assert_int_equal(bed.stand.nat->counters.retransmits, 5);
}

static void guest_that_owes_an_ack_for_ever_is_given_up(void **state)
{
	unsigned i;
	char byte;

	(void)state;
	bed_connect(&bed);
	bed_write(&bed, 0, 1000);
	BED_UNTIL(&bed, bed.data_len == 1000);
	for (i = 0; i < 900; i++)
		bed_pass(&bed, NSEC_PER_SEC);
	assert_int_equal(bed_flows(&bed), 0);
	assert_int_equal(bed_read(&bed, &byte, 1), -1);
	assert_int_equal(errno, ECONNRESET);
}

/* An old kernel shows the end only once nothing is in front of it. */
static void end_behind_bytes_in_flight_comes_in_time(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed_write(&bed, 0, 1000);
	BED_UNTIL(&bed, bed.data_len == 1000);
	shutdown(bed.out, SHUT_WR);
	bed_run(&bed);
	if (!(bed_last(&bed)->flags & TCP_FIN))
		bed_say(&bed, TCP_ACK, NULL, 0);
	BED_UNTIL(&bed, bed.n && bed_last(&bed)->flags & TCP_FIN);
}

static void both_directions_at_once_and_numbers_wrap(void **state)
{
	unsigned i;

	(void)state;
	bed.offload = true;
	bed_connect(&bed);
	for (i = 0; i < 60; i++) {
		bed_talk(&bed, pattern + i * 10000, 10000);
		assert_int_equal(bed_last(&bed)->ack, bed.seq);
		bed_write(&bed, i * 10000, 10000);
		BED_UNTIL(&bed, bed.data_len == (i + 1) * 10000);
		expect_outside(i * 10000, 10000);
	}
	bed_expect_data(&bed, 600000);
}

static void guest_with_a_tiny_mss_gets_small_segments(void **state)
{
	(void)state;
	bed.mss = 1;
	bed_connect(&bed);
	bed_write(&bed, 0, 50000);
	BED_UNTIL(&bed, bed.data_len == 50000);
	bed_expect_data(&bed, 50000);
	assert_int_equal(le16toh(bed.segments[0].hdr.gso_size),
			 NAT_TCP_MSS_MIN);
	assert_true(bed.segments[0].tcp.len <=
		    NAT_TCP_GSO_SEGMENTS * NAT_TCP_MSS_MIN);
}

static void forward_carries_data_both_ways(void **state)
{
	const struct neighbour hop = {.address = BED_GUEST,
				      .mac = {{2, 0, 0, 0, 0, 0x0b}},
				      .ingress = BED_INGRESS};
	struct sockaddr_storage to;
	socklen_t len = sizeof(to);
	int fd;

	(void)state;
	bed.out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	getsockname(bed.listener, (struct sockaddr *)&to, &len);
	assert_int_equal(connect(bed.out, (struct sockaddr *)&to, len), 0);
	fd = accept4(bed.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_int_equal(
		nat_forward_tcp(bed.stand.nat, fd, BED_GUEST, 80, &hop), 0);
	bed_run(&bed);
	assert_int_equal(bed_last(&bed)->flags, TCP_SYN);
	bed_write(&bed, 0, 500); /* waits for the guest */
	bed_run(&bed);
	assert_int_equal(bed.data_len, 0);
	/* the guest listens on 80; who asks is the gateway, as it is the host
	 */
	bed.guest_port = 80;
	bed.remote = BED_GATEWAY;
	bed.remote_port = bed_last(&bed)->src_port;
	bed.ack = bed_last(&bed)->seq + 1;
	bed_say(&bed, TCP_SYN | TCP_ACK, NULL, 0);
	bed.seq++;
	assert_string_equal(bed_state(&bed), "established");
	BED_UNTIL(&bed, bed.data_len == 500);
	bed_expect_data(&bed, 500);
	bed_talk(&bed, pattern, 700);
	expect_outside(0, 700);
}

int main(void)
{
#define DATA_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define BOTH(name)                                                          \
	DATA_TEST(name),                                                    \
	{                                                                   \
#name "_old_kernel", name, setup_old_kernel, teardown, NULL \
	}
	const struct CMUnitTest tests[] = {
		DATA_TEST(upload_is_written_and_acknowledged),
		DATA_TEST(batch_gets_one_ack),
		DATA_TEST(segment_of_64_kib_is_taken_whole),
		DATA_TEST(data_out_of_order_is_asked_for_at_once),
		DATA_TEST(
			bytes_that_were_not_taken_are_asked_for_with_equal_acks),
		DATA_TEST(bytes_beyond_the_window_are_not_taken),
		DATA_TEST(download_comes_in_large_frames),
		BOTH(window_of_the_guest_is_kept),
		BOTH(closed_window_is_probed_and_costs_no_wake_ups),
		BOTH(guest_that_is_full_loses_nothing),
		BOTH(guest_that_is_full_is_tried_again_unasked),
		BOTH(three_equal_acks_bring_back_what_was_lost),
		BOTH(timer_brings_back_what_was_lost_at_the_end),
		BOTH(guest_that_owes_an_ack_for_ever_is_given_up),
		BOTH(end_behind_bytes_in_flight_comes_in_time),
		BOTH(both_directions_at_once_and_numbers_wrap),
		BOTH(guest_with_a_tiny_mss_gets_small_segments),
		BOTH(forward_carries_data_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
