// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_tcp_later.c - answers of the small TCP that come later
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/util.h"
#include "unit/tcp_bed.h"

static void reply(struct fixture *f, unsigned ticket, const char *text)
{
	f->sent = 0;
	f->data_len = 0;
	tcp_service_reply(f->service, &f->tickets[ticket],
			  (const uint8_t *)text, strlen(text));
	f->ack += (uint32_t)f->data_len;
}

static void answers_that_come_later_may_overtake(void **state)
{
	struct fixture *f = *state;

	connect_peer(f);
	talk(f, "\0\001?\0\002?b\0\001c", 10);
	assert_int_equal(f->ticket_count, 2);
	assert_memory_equal(f->data, "\0\001c", 3);
	reply(f, 1, "bee");
	assert_memory_equal(f->data, "\0\003bee", 5);
	reply(f, 1, "again"); /* one answer too many in all: the first's */
	assert_memory_equal(f->data, "\0\005again", 7);
	reply(f, 0, "never");
	assert_int_equal(f->sent, 0);
	assert_int_equal(tcp_service_counters(f->service)->late, 1);
}

static void later_answers_of_one_connection_are_bounded(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	connect_peer(f);
	for (i = 0; i < 10; i++)
		talk(f, "\0\001?", 3);
	assert_int_equal(f->ticket_count, TCP_SERVICE_OPEN);
	reply(f, 0, "a");
	say(f, TCP_ACK, NULL, 0); /* it has arrived: there is room again */
	assert_int_equal(f->ticket_count, TCP_SERVICE_OPEN + 1);
	assert_int_equal(tcp_service_connections(f->service), 1);
}

static void half_closed_client_still_gets_its_late_answer(void **state)
{
	struct fixture *f = *state;

	connect_peer(f);
	say(f, TCP_ACK | TCP_FIN, "\0\001?", 3);
	assert_int_equal(f->out.flags, TCP_ACK);
	f->seq += 4;
	reply(f, 0, "late");
	assert_memory_equal(f->data, "\0\004late", 6);
	say(f, TCP_ACK, NULL, 0);
	assert_int_equal(f->out.flags, TCP_FIN | TCP_ACK);
	f->ack++;
	say(f, TCP_ACK, NULL, 0);
	assert_int_equal(tcp_service_connections(f->service), 0);
}

static void late_answer_never_goes_to_the_next_connection(void **state)
{
	struct fixture *f = *state;

	connect_peer(f);
	talk(f, "\0\001?", 3);
	say(f, TCP_RST, NULL, 0);
	assert_int_equal(tcp_service_connections(f->service), 0);
	reply(f, 0, "for nobody");
	connect_peer(f);
	talk(f, "\0\001?", 3);
	reply(f, 0, "for nobody");
	assert_int_equal(f->sent, 0);
	assert_int_equal(tcp_service_counters(f->service)->late, 2);
	reply(f, 1, "yes");
	assert_memory_equal(f->data, "\0\003yes", 5);
}

int main(void)
{
#define TCP_TEST(name) \
	cmocka_unit_test_setup_teardown(name, tcp_bed_setup, tcp_bed_teardown)
	const struct CMUnitTest tests[] = {
		TCP_TEST(answers_that_come_later_may_overtake),
		TCP_TEST(later_answers_of_one_connection_are_bounded),
		TCP_TEST(half_closed_client_still_gets_its_late_answer),
		TCP_TEST(late_answer_never_goes_to_the_next_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
