// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_tcp_service.c - the small TCP against a scripted peer, on a fake clock
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "unit/tcp_bed.h"

static void syn_flood_costs_no_connection(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 1; i < 20000; i++) {
		f->port = (uint16_t)i;
		say(f, TCP_SYN, NULL, 0);
	}
	assert_int_equal(tcp_service_connections(f->service), 0);
	assert_int_equal(tcp_service_next_ns(f->service), UINT64_MAX);
}

static void query_is_answered_and_both_close(void **state)
{
	struct fixture *f = *state;

	connect_peer(f);
	assert_int_equal(tcp_service_connections(f->service), 1);
	talk(f, "\0\005hello", 7);
	assert_int_equal(f->data_len, 7);
	assert_memory_equal(f->data, "\0\005hello", 7);
	assert_int_equal(f->out.ack, f->seq);
	say(f, TCP_ACK | TCP_FIN, NULL, 0);
	assert_int_equal(f->out.flags, TCP_FIN | TCP_ACK);
	assert_int_equal(f->out.ack, ++f->seq);
	f->ack++;
	say(f, TCP_ACK, NULL, 0);
	assert_int_equal(f->sent, 0);
	assert_int_equal(tcp_service_connections(f->service), 0);
}

static void query_in_single_bytes_is_one_query(void **state)
{
	static const char query[] = "\0\005hello";
	struct fixture *f = *state;
	unsigned i;

	connect_peer(f);
	for (i = 0; i < 6; i++) {
		talk(f, query + i, 1);
		assert_int_equal(f->data_len, 0);
		assert_int_equal(f->out.ack, f->seq);
	}
	talk(f, query + 6, 1);
	assert_int_equal(f->data_len, 7);
}

static void pipelined_queries_are_answered_in_order(void **state)
{
	struct fixture *f = *state;

	connect_peer(f);
	talk(f, "\0\001a\0\001b\0\001c\0\003de", 13);
	assert_int_equal(f->data_len, 9);
	assert_memory_equal(f->data, "\0\001a\0\001b\0\001c", 9);
	talk(f, "f", 1);
	assert_memory_equal(f->data, "\0\003def", 5);
}

static void half_closed_client_still_gets_its_answer(void **state)
{
	struct fixture *f = *state;

	connect_peer(f);
	say(f, TCP_ACK | TCP_FIN, "\0\001a", 3);
	assert_memory_equal(f->data, "\0\001a", 3);
	f->seq += 4;
	f->ack += 3;
	say(f, TCP_ACK, NULL, 0);
	assert_int_equal(f->out.flags, TCP_FIN | TCP_ACK);
	f->ack++;
	say(f, TCP_ACK, NULL, 0);
	assert_int_equal(tcp_service_connections(f->service), 0);
}

static void lost_answer_is_sent_again(void **state)
{
	struct fixture *f = *state;

	connect_peer(f);
	say(f, TCP_ACK, "\0\001a", 3);
	pass(f, tcp_service_next_ns(f->service) - f->fake.ns - 1);
	assert_int_equal(f->sent, 0);
	pass(f, 1);
	assert_memory_equal(f->data, "\0\001a", 3);
	assert_int_equal(f->out.seq, f->ack);
	f->seq += 3;
	f->ack += 3;
	say(f, TCP_ACK, NULL, 0);
	pass(f, 5 * NSEC_PER_SEC);
	assert_int_equal(f->sent, 0);
}

static void peer_that_never_acknowledges_is_given_up(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	connect_peer(f);
	say(f, TCP_ACK, "\0\001a", 3);
	for (i = 0; i < 40; i++)
		pass(f, NSEC_PER_SEC);
	assert_int_equal(tcp_service_connections(f->service), 0);
	assert_int_equal(f->sent, 0);
}

static void data_out_of_order_is_asked_for_again(void **state)
{
	struct fixture *f = *state;

	connect_peer(f);
	f->seq += 3;
	say(f, TCP_ACK, "\0\001b", 3);
	f->seq -= 3;
	assert_int_equal(f->out.ack, f->seq);
	assert_int_equal(f->data_len, 0);
	talk(f, "\0\001a", 3);
	assert_int_equal(f->data_len, 3);
	f->seq -= 3; /* the first again, and something new behind it */
	talk(f, "\0\001a\0\001b", 6);
	assert_memory_equal(f->data, "\0\001b", 3);
}

static void window_of_the_peer_is_kept(void **state)
{
	struct fixture *f = *state;

	f->reply_size = 4000;
	f->window = 100;
	connect_peer(f);
	say(f, TCP_ACK, "\0\001a", 3);
	assert_int_equal(f->data_len, 100);
	f->seq += 3;
	f->ack += 100;
	f->window = 0;
	say(f, TCP_ACK, NULL, 0);
	assert_int_equal(f->data_len, 0);
	pass(f, 2 * NSEC_PER_SEC); /* the window is asked by one byte */
	assert_int_equal(f->data_len, 1);
	f->window = 65535;
	say(f, TCP_ACK, NULL, 0);
	assert_int_equal(f->data_len, 4002 - 101);
	assert_true(f->out.len <= MSS);
}

static void idle_connection_is_closed_even_if_bytes_drip(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	connect_peer(f);
	for (i = 0; i < 9; i++) {
		talk(f, i ? "x" : "\1", 1);
		pass(f, NSEC_PER_SEC);
	}
	assert_int_equal(f->sent, 0);
	pass(f, NSEC_PER_SEC);
	assert_int_equal(f->out.flags, TCP_FIN | TCP_ACK);
	pass(f, TCP_SERVICE_LINGER_NS);
	assert_int_equal(tcp_service_connections(f->service), 0);
}

static void only_the_exact_rst_resets(void **state)
{
	struct fixture *f = *state;

	connect_peer(f);
	f->seq += 5;
	say(f, TCP_RST, NULL, 0);
	assert_int_equal(f->out.flags, TCP_ACK); /* RFC 5961 challenge */
	f->seq -= 5;
	say(f, TCP_SYN, NULL, 0);
	assert_int_equal(f->out.flags, TCP_ACK);
	assert_int_equal(tcp_service_connections(f->service), 1);
	say(f, TCP_RST, NULL, 0);
	assert_int_equal(tcp_service_connections(f->service), 0);
}

static void ack_of_the_future_is_not_believed(void **state)
{
	struct fixture *f = *state;

	connect_peer(f);
	f->ack += 1000;
	say(f, TCP_ACK, "\0\001a", 3);
	assert_int_equal(f->data_len, 0);
	assert_int_equal(f->out.flags, TCP_ACK);
	f->ack -= 1000;
	talk(f, "\0\001a", 3);
	assert_int_equal(f->data_len, 3);
}

static void forged_cookie_and_strays_get_a_rst(void **state)
{
	struct fixture *f = *state;

	f->ack = 0x12345678;
	say(f, TCP_ACK, "\0\001a", 3);
	assert_int_equal(f->out.flags, TCP_RST);
	assert_int_equal(f->out.seq, 0x12345678);
	say(f, TCP_FIN, NULL, 0);
	assert_int_equal(f->out.flags, TCP_RST | TCP_ACK);
	assert_int_equal(f->out.ack, f->seq + 1);
	say(f, TCP_SYN | TCP_FIN, NULL, 0);
	assert_int_equal(f->out.flags, TCP_RST | TCP_ACK);
	say(f, TCP_RST | TCP_ACK, NULL, 0);
	assert_int_equal(f->sent, 0);
	assert_int_equal(tcp_service_connections(f->service), 0);
}

static void cookie_is_good_for_two_minutes(void **state)
{
	struct fixture *f = *state;

	say(f, TCP_SYN, NULL, 0);
	f->ack = f->out.seq + 1;
	f->seq++;
	f->fake.ns += 60 * NSEC_PER_SEC;
	say(f, TCP_ACK, NULL, 0);
	assert_int_equal(tcp_service_connections(f->service), 1);
	f->port++;
	f->seq--;
	say(f, TCP_SYN, NULL, 0);
	f->ack = f->out.seq + 1;
	f->seq++;
	f->fake.ns += 130 * NSEC_PER_SEC;
	say(f, TCP_ACK, NULL, 0);
	assert_int_equal(f->out.flags, TCP_RST);
}

static void port_has_a_quota_and_the_idlest_makes_room(void **state)
{
	const unsigned ports = TCP_SERVICE_MAX / TCP_SERVICE_PER_PORT;
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i <= TCP_SERVICE_PER_PORT; i++) {
		f->port++;
		connect_peer(f);
	}
	assert_int_equal(f->out.flags, TCP_RST);
	assert_int_equal(tcp_service_connections(f->service),
			 TCP_SERVICE_PER_PORT);
	for (i = TCP_SERVICE_PER_PORT; i <= TCP_SERVICE_MAX; i++) {
		f->ingress = (uint16_t)(1 + i % (2 * ports));
		f->port++;
		f->fake.ns += NSEC_PER_MSEC;
		connect_peer(f);
	}
	assert_int_equal(tcp_service_connections(f->service), TCP_SERVICE_MAX);
	assert_int_equal(tcp_service_counters(f->service)->evicted, 1);
}

static void message_that_is_too_long_or_wrong_resets(void **state)
{
	struct fixture *f = *state;

	connect_peer(f);
	say(f, TCP_ACK, "\377\377", 2);
	assert_int_equal(f->out.flags, TCP_RST | TCP_ACK);
	f->port++;
	connect_peer(f);
	say(f, TCP_ACK, "\0\0", 2);
	assert_int_equal(f->out.flags, TCP_RST | TCP_ACK);
	f->port++;
	connect_peer(f);
	say(f, TCP_ACK, "\0\1!", 3);
	assert_int_equal(f->out.flags, TCP_RST | TCP_ACK);
	assert_int_equal(tcp_service_connections(f->service), 0);
}

static void reader_that_falls_behind_stops_the_queries(void **state)
{
	uint8_t queries[300];
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < 100; i++)
		memcpy(queries + 3 * i, "\0\001q", 3);
	f->reply_size = TCP_SERVICE_REPLY_MAX;
	f->window = 0;
	connect_peer(f);
	for (i = 0; i < 20; i++)
		talk(f, queries, sizeof(queries));
	assert_true(f->out.window < sizeof(queries));
	assert_int_equal(tcp_service_counters(f->service)->messages,
			 TCP_SERVICE_OPEN);
}

int main(void)
{
#define TCP_TEST(name) \
	cmocka_unit_test_setup_teardown(name, tcp_bed_setup, tcp_bed_teardown)
	const struct CMUnitTest tests[] = {
		TCP_TEST(syn_flood_costs_no_connection),
		TCP_TEST(query_is_answered_and_both_close),
		TCP_TEST(query_in_single_bytes_is_one_query),
		TCP_TEST(pipelined_queries_are_answered_in_order),
		TCP_TEST(half_closed_client_still_gets_its_answer),
		TCP_TEST(lost_answer_is_sent_again),
		TCP_TEST(peer_that_never_acknowledges_is_given_up),
		TCP_TEST(data_out_of_order_is_asked_for_again),
		TCP_TEST(window_of_the_peer_is_kept),
		TCP_TEST(idle_connection_is_closed_even_if_bytes_drip),
		TCP_TEST(only_the_exact_rst_resets),
		TCP_TEST(ack_of_the_future_is_not_believed),
		TCP_TEST(forged_cookie_and_strays_get_a_rst),
		TCP_TEST(cookie_is_good_for_two_minutes),
		TCP_TEST(port_has_a_quota_and_the_idlest_makes_room),
		TCP_TEST(message_that_is_too_long_or_wrong_resets),
		TCP_TEST(reader_that_falls_behind_stops_the_queries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
