// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nat_tcp.c - how relayed connections begin, end and time out
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/nat_tcp_bed.h"

static struct nat_tcp_bed bed;

static int setup(void **state)
{
	(void)state;
	nat_tcp_bed_open(&bed, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nat_tcp_bed_close(&bed);
	return 0;
}

static void expect_reset_outside(void)
{
	char byte;

	assert_int_equal(bed_read(&bed, &byte, 1), -1);
	assert_int_equal(errno, ECONNRESET);
}

static unsigned open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void syn_is_answered_once_the_host_is_connected(void **state)
{
	const struct tcp4 *synack;

	(void)state;
	bed_input(&bed, TCP_SYN, NULL, 0);
	bed_flush(&bed);
	assert_int_equal(bed.n, 0);
	assert_string_equal(bed_state(&bed), "connecting");
	BED_UNTIL(&bed, bed.n);
	synack = bed_last(&bed);
	assert_int_equal(synack->flags, TCP_SYN | TCP_ACK);
	assert_int_equal(synack->mss, BED_MSS);
	assert_true(synack->has_scale);
	assert_true(synack->window > 10000);
	assert_string_equal(bed_state(&bed), "syn-received");
}

static void no_window_scale_is_offered_to_who_has_none(void **state)
{
	(void)state;
	bed.scale = -1;
	bed_connect(&bed);
	assert_string_equal(bed_state(&bed), "established");
	bed_talk(&bed, "x", 1);
	assert_false(bed_last(&bed)->has_scale);
	assert_true(bed_last(&bed)->window > 10000);
}

static void refused_connection_is_reset(void **state)
{
	(void)state;
	close(bed.listener);
	bed.listener = socket(AF_INET, SOCK_STREAM, 0);
	bed_say(&bed, TCP_SYN, NULL, 0);
	BED_UNTIL(&bed, bed.n);
	assert_int_equal(bed_last(&bed)->flags, TCP_RST | TCP_ACK);
	assert_int_equal(bed_last(&bed)->ack, bed.seq + 1);
	assert_int_equal(bed_flows(&bed), 0);
}

static void unreachable_host_is_told_by_icmp(void **state)
{
	(void)state;
	bed.connect_code = -EHOSTUNREACH;
	bed_say(&bed, TCP_SYN, NULL, 0);
	assert_int_equal(bed.icmp, ICMP_HOST_UNREACHABLE);
	bed.connect_code = -ENETUNREACH;
	bed_say(&bed, TCP_SYN, NULL, 0);
	assert_int_equal(bed.icmp, ICMP_NET_UNREACHABLE);
	assert_int_equal(bed.n, 0);
	assert_int_equal(bed_flows(&bed), 0);
}

static void host_without_sockets_refuses(void **state)
{
	(void)state;
	bed.open_code = -EMFILE;
	bed_say(&bed, TCP_SYN, NULL, 0);
	assert_int_equal(bed_last(&bed)->flags, TCP_RST | TCP_ACK);
	assert_int_equal(bed_flows(&bed), 0);
}

static void repeated_syn_opens_nothing_more(void **state)
{
	(void)state;
	bed_say(&bed, TCP_SYN, NULL, 0);
	BED_UNTIL(&bed, bed.n);
	bed_say(&bed, TCP_SYN, NULL, 0);
	assert_int_equal(bed_last(&bed)->flags, TCP_SYN | TCP_ACK);
	assert_int_equal(bed_flows(&bed), 1);
	accept4(bed.listener, NULL, NULL, SOCK_CLOEXEC);
	assert_int_equal(accept4(bed.listener, NULL, NULL, SOCK_CLOEXEC), -1);
}

static void lost_syn_ack_is_sent_again_and_given_up(void **state)
{
	unsigned i, seen = 0;

	(void)state;
	bed_say(&bed, TCP_SYN, NULL, 0);
	BED_UNTIL(&bed, bed.n);
	for (i = 0; i < 200 && bed_flows(&bed); i++) {
		bed_pass(&bed, NSEC_PER_SEC);
		seen += bed.n;
	}
	assert_int_equal(seen, NAT_TCP_SYN_TRIES);
	assert_true(i >= 180); /* RFC 9293 3.8.3 */
	assert_int_equal(bed_last(&bed)->flags, TCP_RST | TCP_ACK);
	assert_int_equal(bed_flows(&bed), 0);
}

static void silent_host_is_given_up_after_4_minutes(void **state)
{
	(void)state;
	bed.silent = true;
	bed_say(&bed, TCP_SYN, NULL, 0);
	bed_pass(&bed, NAT_TCP_CONNECT_NS - 1);
	assert_int_equal(bed_flows(&bed), 1);
	bed_pass(&bed, 1);
	assert_int_equal(bed_flows(&bed), 0);
	assert_int_equal(bed.icmp, ICMP_HOST_UNREACHABLE);
	assert_int_equal(bed.n, 0);
}

static void another_syn_replaces_one_that_still_connects(void **state)
{
	(void)state;
	bed.silent = true;
	bed_say(&bed, TCP_SYN, NULL, 0);
	bed_say(&bed, TCP_SYN, NULL, 0);
	close(bed.out);
	bed.silent = false;
	bed.connect_code = 0;
	bed.out = -1;
	bed.seq += 77;
	bed_connect(&bed);
	assert_int_equal(bed_flows(&bed), 1);
}

static void stray_segment_is_reset(void **state)
{
	(void)state;
	bed.ack = 0x12345678;
	bed_say(&bed, TCP_ACK, "x", 1);
	assert_int_equal(bed_last(&bed)->flags, TCP_RST);
	assert_int_equal(bed_last(&bed)->seq, 0x12345678);
	bed_say(&bed, TCP_RST, NULL, 0);
	assert_int_equal(bed.n, 0);
	bed_say(&bed, TCP_SYN | TCP_FIN, NULL, 0);
	assert_int_equal(bed_last(&bed)->flags, TCP_RST | TCP_ACK);
	assert_int_equal(bed_flows(&bed), 0);
}

static void wrong_checksum_is_dropped(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed.corrupt = true;
	assert_int_equal(bed_input(&bed, TCP_ACK, "abc", 3), DROP_BAD_PACKET);
	bed.offload = true; /* then there is none to be checked */
	bed_talk(&bed, "abc", 3);
	assert_int_equal(bed_last(&bed)->ack, bed.seq);
}

static void rst_of_the_guest_reaches_the_other_side(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed_say(&bed, TCP_RST, NULL, 0);
	assert_int_equal(bed_flows(&bed), 0);
	assert_int_equal(bed.n, 0);
	expect_reset_outside();
}

static void rst_of_the_other_side_reaches_the_guest(void **state)
{
	const struct linger now = {.l_onoff = 1};

	(void)state;
	bed_connect(&bed);
	setsockopt(bed.out, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(bed.out);
	bed.out = -1;
	BED_UNTIL(&bed, bed.n);
	assert_int_equal(bed_last(&bed)->flags, TCP_RST | TCP_ACK);
	assert_int_equal(bed_last(&bed)->seq, bed.ack);
	assert_int_equal(bed_flows(&bed), 0);
}

static void guessed_rst_syn_and_ack_are_challenged(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed.seq += 5;
	bed_say(&bed, TCP_RST, NULL, 0);
	assert_int_equal(bed_last(&bed)->flags, TCP_ACK);
	assert_int_equal(bed_last(&bed)->ack, bed.seq - 5);
	bed_say(&bed, TCP_RST, NULL, 0); /* but rarely */
	assert_int_equal(bed.n, 0);
	bed_pass(&bed, NSEC_PER_SEC);
	bed_say(&bed, TCP_SYN, NULL, 0);
	assert_int_equal(bed_last(&bed)->flags, TCP_ACK);
	bed_pass(&bed, NSEC_PER_SEC);
	bed.seq -= 5;
	bed.ack += 1000;
	bed_say(&bed, TCP_ACK, "x", 1);
	assert_int_equal(bed_last(&bed)->flags, TCP_ACK);
	assert_int_equal(bed_last(&bed)->ack, bed.seq);
	bed.seq += 1 << 30; /* far outside: not a word */
	bed_pass(&bed, NSEC_PER_SEC);
	bed_say(&bed, TCP_RST, NULL, 0);
	assert_int_equal(bed.n, 0);
	assert_string_equal(bed_state(&bed), "established");
}

static void keep_alive_is_answered(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed.seq--;
	bed_say(&bed, TCP_ACK, NULL, 0);
	assert_int_equal(bed_last(&bed)->flags, TCP_ACK);
	assert_int_equal(bed_last(&bed)->ack, bed.seq + 1);
	bed_pass(&bed, NSEC_PER_SEC);
	bed_say(&bed, TCP_ACK, "x", 1); /* old ones sent a byte with it */
	assert_int_equal(bed_last(&bed)->ack, bed.seq + 1);
}

static void another_port_gets_nowhere_with_the_same_addresses(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed.ingress++;
	assert_int_equal(bed_input(&bed, TCP_RST, NULL, 0), DROP_BAD_SOURCE);
	assert_string_equal(bed_state(&bed), "established");
}

static void idle_connection_ends_after_two_hours_and_four_minutes(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed_pass(&bed, NAT_TCP_ESTABLISHED_NS - NSEC_PER_SEC);
	assert_int_equal(bed_flows(&bed), 1);
	bed_talk(&bed, "x", 1);
	bed_pass(&bed, NAT_TCP_ESTABLISHED_NS - NSEC_PER_SEC);
	assert_int_equal(bed_flows(&bed), 1);
	bed_pass(&bed, NSEC_PER_SEC);
	assert_int_equal(bed_flows(&bed), 0);
	assert_int_equal(bed_last(&bed)->flags, TCP_RST | TCP_ACK);
	assert_int_equal(bed_read(&bed, bed.data, 1), 1);
	expect_reset_outside();
}

static void half_closed_connection_ends_after_four_minutes(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed_say(&bed, TCP_ACK | TCP_FIN, NULL, 0);
	bed_pass(&bed, NAT_TCP_TRANSITORY_NS - NSEC_PER_SEC);
	assert_int_equal(bed_flows(&bed), 1);
	bed_pass(&bed, NSEC_PER_SEC);
	assert_int_equal(bed_flows(&bed), 0);
	assert_int_equal(send(bed.out, "x", 1, MSG_NOSIGNAL), -1);
}

static void evicted_flow_is_reset_on_both_sides(void **state)
{
	(void)state;
	nat_tcp_bed_close(&bed);
	nat_tcp_bed_open(&bed, 1);
	bed_connect(&bed);
	bed.guest_port++;
	bed.ack = 0;
	bed_input(&bed, TCP_SYN, NULL, 0);
	bed_flush(&bed);
	bed.n = 0;
	loop_run_once(bed.stand.loop, 0);
	assert_int_equal(bed.segments[0].tcp.flags, TCP_RST | TCP_ACK);
	assert_int_equal(bed.segments[0].tcp.dst_port, bed.guest_port - 1);
	expect_reset_outside();
	assert_int_equal(bed_flows(&bed), 1);
}

static int client_of(struct nat_tcp_bed *b)
{
	struct sockaddr_storage to;
	socklen_t len = sizeof(to);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	getsockname(b->listener, (struct sockaddr *)&to, &len);
	assert_int_equal(connect(client, (struct sockaddr *)&to, len), 0);
	return client;
}

static void forward(void)
{
	const struct neighbour hop = {.address = BED_GUEST,
				      .mac = {{2, 0, 0, 0, 0, 0x0b}},
				      .ingress = BED_INGRESS};
	int fd;

	bed.out = client_of(&bed);
	fd = accept4(bed.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(
		nat_forward_tcp(bed.stand.nat, fd, BED_GUEST, 80, &hop), 0);
	bed_run(&bed);
	assert_int_equal(bed_last(&bed)->flags, TCP_SYN);
	assert_int_equal(bed_last(&bed)->dst_port, 80);
	assert_true(bed_last(&bed)->has_scale);
}

static void forward_nobody_answers_is_given_up(void **state)
{
	unsigned i;

	(void)state;
	forward();
	for (i = 0; i < 200; i++)
		bed_pass(&bed, NSEC_PER_SEC);
	assert_int_equal(bed_flows(&bed), 0);
	expect_reset_outside();
}

static void no_descriptor_or_slot_is_lost_in_10000_connections(void **state)
{
	unsigned before, i;

	(void)state;
	bed_connect(&bed);
	bed_say(&bed, TCP_RST, NULL, 0);
	before = open_fds();
	for (i = 0; i < 10000; i++) {
		bed.guest_port = (uint16_t)(10000 + i);
		bed.ack = 0;
		bed_connect(&bed);
		if (i % 3 == 0) {
			bed_say(&bed, TCP_RST, NULL, 0);
		} else if (i % 3 == 1) {
			bed_say(&bed, TCP_ACK | TCP_FIN, "x", 1);
			close(bed.out);
			bed.out = -1;
		} else {
			shutdown(bed.out, SHUT_WR);
			BED_UNTIL(&bed, bed.n);
			bed_say(&bed, TCP_ACK | TCP_FIN, NULL, 0);
		}
		if (i % 100 == 0)
			bed_pass(&bed, 10 * NSEC_PER_SEC);
	}
	bed_pass(&bed, NAT_TCP_ESTABLISHED_NS);
	for (i = 0; i < 300; i++)
		bed_pass(&bed, NSEC_PER_SEC);
	assert_int_equal(bed_flows(&bed), 0);
	assert_true(open_fds() <= before);
}

int main(void)
{
#define TCP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TCP_TEST(syn_is_answered_once_the_host_is_connected),
		TCP_TEST(no_window_scale_is_offered_to_who_has_none),
		TCP_TEST(refused_connection_is_reset),
		TCP_TEST(unreachable_host_is_told_by_icmp),
		TCP_TEST(host_without_sockets_refuses),
		TCP_TEST(repeated_syn_opens_nothing_more),
		TCP_TEST(lost_syn_ack_is_sent_again_and_given_up),
		TCP_TEST(silent_host_is_given_up_after_4_minutes),
		TCP_TEST(another_syn_replaces_one_that_still_connects),
		TCP_TEST(stray_segment_is_reset),
		TCP_TEST(wrong_checksum_is_dropped),
		TCP_TEST(rst_of_the_guest_reaches_the_other_side),
		TCP_TEST(rst_of_the_other_side_reaches_the_guest),
		TCP_TEST(guessed_rst_syn_and_ack_are_challenged),
		TCP_TEST(keep_alive_is_answered),
		TCP_TEST(another_port_gets_nowhere_with_the_same_addresses),
		TCP_TEST(idle_connection_ends_after_two_hours_and_four_minutes),
		TCP_TEST(half_closed_connection_ends_after_four_minutes),
		TCP_TEST(evicted_flow_is_reset_on_both_sides),
		TCP_TEST(forward_nobody_answers_is_given_up),
		TCP_TEST(no_descriptor_or_slot_is_lost_in_10000_connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
