// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nat_tcp_close.c - how relayed connections are closed in peace
 */
#include "unit/cmocka_wrap.h"

#include <sys/socket.h>

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

static void expect_eof_outside(void)
{
	char byte;

	assert_int_equal(bed_read(&bed, &byte, 1), 0);
}

static void guest_closes_first(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed_say(&bed, TCP_ACK | TCP_FIN, "bye", 3);
	bed.seq += 4;
	assert_int_equal(bed_last(&bed)->ack, bed.seq);
	assert_string_equal(bed_state(&bed), "close-wait");
	assert_int_equal(bed_read(&bed, bed.data, 10), 3);
	expect_eof_outside();
	bed_write(&bed, 0, 100); /* the other half still works */
	BED_UNTIL(&bed, bed.data_len == 100);
	bed_say(&bed, TCP_ACK, NULL, 0);
	shutdown(bed.out, SHUT_WR);
	BED_UNTIL(&bed, bed.n && bed_last(&bed)->flags & TCP_FIN);
	assert_string_equal(bed_state(&bed), "last-ack");
	bed_say(&bed, TCP_ACK, NULL, 0);
	assert_int_equal(bed_flows(&bed), 0);
	assert_int_equal(bed.n, 0);
}

static void host_closes_first(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed_write(&bed, 0, 10);
	shutdown(bed.out, SHUT_WR);
	BED_UNTIL(&bed, bed.n && bed_last(&bed)->flags & TCP_FIN);
	assert_string_equal(bed_state(&bed), "fin-wait-1");
	bed_expect_data(&bed, 10);
	bed_say(&bed, TCP_ACK, NULL, 0);
	assert_string_equal(bed_state(&bed), "fin-wait-2");
	bed_talk(&bed, "more", 4); /* the other half still works */
	assert_int_equal(bed_read(&bed, bed.data, 10), 4);
	bed_say(&bed, TCP_ACK | TCP_FIN, NULL, 0);
	assert_int_equal(bed_last(&bed)->ack, bed.seq + 1);
	expect_eof_outside();
	assert_string_equal(bed_state(&bed), "time-wait");
	bed_pass(&bed, NSEC_PER_SEC);
	bed_say(&bed, TCP_ACK | TCP_FIN, NULL, 0); /* our ACK was lost */
	assert_int_equal(bed_last(&bed)->ack, bed.seq + 1);
	bed_pass(&bed, NAT_TCP_TIME_WAIT_NS);
	assert_int_equal(bed_flows(&bed), 0);
}

/* Both at once, before the engine looks. */
static void say_goodbye(void)
{
	assert_int_equal(send(bed.out, "bye", 3, MSG_NOSIGNAL), 3);
	shutdown(bed.out, SHUT_WR);
}

static void last_bytes_and_fin_are_one_segment(void **state)
{
	(void)state;
	bed_connect(&bed);
	bed.n = 0;
	say_goodbye();
	BED_UNTIL(&bed, bed.n);
	assert_int_equal(bed.n, 1);
	assert_int_equal(bed_last(&bed)->len, 3);
	assert_int_equal(bed_last(&bed)->flags, TCP_ACK | TCP_PSH | TCP_FIN);
	assert_memory_equal(bed.data, "bye", 3);
	bed_say(&bed, TCP_ACK | TCP_FIN, NULL, 0);
	assert_string_equal(bed_state(&bed), "time-wait");
}

static void last_bytes_and_fin_that_are_lost_come_again(void **state)
{
	(void)state;
	bed_connect(&bed);
	say_goodbye();
	bed.lose = 1;
	BED_UNTIL(&bed, !bed.lose);
	bed_pass(&bed, NSEC_PER_SEC);
	assert_memory_equal(bed.data, "bye", 3);
	bed_say(&bed, TCP_ACK, NULL, 0);
	BED_UNTIL(&bed, bed.n && bed_last(&bed)->flags & TCP_FIN);
	bed_say(&bed, TCP_ACK, NULL, 0);
	assert_string_equal(bed_state(&bed), "fin-wait-2");
}

static void later_syn_reopens_what_waits(void **state)
{
	(void)state;
	bed_connect(&bed);
	shutdown(bed.out, SHUT_WR);
	BED_UNTIL(&bed, bed.n && bed_last(&bed)->flags & TCP_FIN);
	bed_say(&bed, TCP_ACK | TCP_FIN, NULL, 0);
	assert_string_equal(bed_state(&bed), "time-wait");
	bed.seq += 100;
	bed_connect(&bed);
	assert_string_equal(bed_state(&bed), "established");
}

static void lost_fin_is_sent_again(void **state)
{
	uint32_t seq;

	(void)state;
	bed_connect(&bed);
	bed.lose = 1;
	shutdown(bed.out, SHUT_WR);
	BED_UNTIL(&bed, !bed.lose);
	assert_int_equal(bed.n, 0);
	seq = bed.ack;
	bed_pass(&bed, NSEC_PER_SEC);
	assert_true(bed_last(&bed)->flags & TCP_FIN);
	assert_int_equal(bed_last(&bed)->seq, seq);
}

static void only_so_many_wait_and_the_oldest_gives_way(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i <= NAT_TCP_TIME_WAITS; i++) {
		bed.guest_port = (uint16_t)(10000 + i);
		bed.ack = 0;
		bed_connect(&bed);
		shutdown(bed.out, SHUT_WR);
		BED_UNTIL(&bed, bed.n && bed_last(&bed)->flags & TCP_FIN);
		bed_say(&bed, TCP_ACK | TCP_FIN, NULL, 0);
	}
	assert_int_equal(bed_flows(&bed), NAT_TCP_TIME_WAITS);
	bed.guest_port = 10000;
	bed_say(&bed, TCP_ACK | TCP_FIN, NULL, 0);
	assert_int_equal(bed_last(&bed)->flags & TCP_RST, TCP_RST);
	bed_pass(&bed, NAT_TCP_TIME_WAIT_NS);
	assert_int_equal(bed_flows(&bed), 0);
	bed_connect(&bed); /* and the count begins anew */
	shutdown(bed.out, SHUT_WR);
	BED_UNTIL(&bed, bed.n && bed_last(&bed)->flags & TCP_FIN);
	bed_say(&bed, TCP_ACK | TCP_FIN, NULL, 0);
	assert_string_equal(bed_state(&bed), "time-wait");
}

int main(void)
{
#define TCP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TCP_TEST(guest_closes_first),
		TCP_TEST(host_closes_first),
		TCP_TEST(last_bytes_and_fin_are_one_segment),
		TCP_TEST(last_bytes_and_fin_that_are_lost_come_again),
		TCP_TEST(later_syn_reopens_what_waits),
		TCP_TEST(lost_fin_is_sent_again),
		TCP_TEST(only_so_many_wait_and_the_oldest_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
