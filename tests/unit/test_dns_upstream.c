// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dns_upstream.c - what goes to a resolver, and which reply is believed
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/util.h"
#include "unit/dns_bed.h"

#define QUERIES 64

static void query_goes_out_unchanged_but_for_its_id(void **state)
{
	const struct dns_asker asker = {.transport = DNS_OVER_UDP, .port = 7};
	struct fixture *f = *state;

	make_query(f, "Example", 0x1234);
	add_opt(f, 4096);
	assert_int_equal(
		dns_forward_query(f->forward, &asker, f->query, f->query_len),
		DNS_NOERROR);
	assert_true(resolver_got(f, 0));
	assert_int_equal(f->seen_len, f->query_len);
	assert_memory_equal(f->seen + 2, f->query + 2, f->query_len - 2);
	f->seen[3] = 0xa0; /* RA and AD come back as they were said */
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 1);
	assert_int_equal(f->last.asker.port, 7);
	assert_int_equal(f->last.len, f->query_len);
	assert_int_equal(be16_load(f->last.data), 0x1234);
	assert_memory_equal(f->last.data + 2, f->seen + 2, f->seen_len - 2);
	assert_int_equal(counters(f)->in_flight, 0);
	assert_int_equal(counters(f)->replied, 1);
}

static void each_query_has_an_id_and_a_port_of_its_own(void **state)
{
	uint16_t ids[QUERIES], ports[QUERIES];
	struct fixture *f = *state;
	unsigned i, j, same_ids = 0;
	char label[8];

	for (i = 0; i < QUERIES; i++) {
		snprintf(label, sizeof(label), "n%u", i);
		assert_int_equal(ask(f, label, 1), DNS_NOERROR);
		assert_true(resolver_got(f, 0));
		ids[i] = be16_load(f->seen);
		ports[i] = f->from.sin_port;
		for (j = 0; j < i; j++) {
			same_ids += ids[i] == ids[j];
			assert_int_not_equal(ports[i], ports[j]);
		}
	}
	assert_true(same_ids < 2);
}

static void forged_replies_are_counted_and_waited_past(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_in at;
	int stranger = loopback_socket(SOCK_DGRAM, &at);

	ask(f, "example", 1);
	assert_true(resolver_got(f, 0));
	resolver_says(f, 0, f->seen_len); /* no response at all */
	f->seen[2] |= 0x80;
	f->seen[0] ^= 1;
	resolver_says(f, 0, f->seen_len); /* wrong id */
	f->seen[0] ^= 1;
	f->seen[14] ^= 1;
	resolver_says(f, 0, f->seen_len); /* wrong name */
	f->seen[14] ^= 1;
	f->seen[f->seen_len - 3] ^= 1;
	resolver_says(f, 0, f->seen_len); /* wrong type */
	f->seen[f->seen_len - 3] ^= 1;
	resolver_says(f, 0, f->seen_len - 1); /* cut */
	resolver_says(f, 0, 1);
	f->seen[5] = 0;
	resolver_says(f, 0, DNS_HEADER_LEN); /* no question, no error */
	f->seen[5] = 1;
	assert_int_equal(counters(f)->forged, 7);
	sendto(stranger, f->seen, f->seen_len, 0, (struct sockaddr *)&f->from,
	       sizeof(f->from)); /* all right, but from elsewhere */
	loop_run_once(f->loop, 0);
	assert_int_equal(f->answers, 0);
	f->seen[14] ^= 0x20; /* the case of letters may be lost */
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 1);
	resolver_replies(f, 0); /* again, to nobody */
	assert_int_equal(f->answers, 1);
	close(stranger);
}

static void error_without_question_is_a_reply(void **state)
{
	struct fixture *f = *state;

	ask(f, "example", 9);
	assert_true(resolver_got(f, 0));
	f->seen[2] = 0x80;
	f->seen[3] = DNS_FORMERR;
	f->seen[5] = 0;
	resolver_says(f, 0, DNS_HEADER_LEN);
	assert_int_equal(f->answers, 1);
	assert_int_equal(rcode(f), DNS_FORMERR);
}

static void reply_that_does_not_fit_is_truncated_and_says_so(void **state)
{
	struct fixture *f = *state;

	ask(f, "a", 5);
	assert_true(resolver_got(f, 0));
	f->seen[2] |= 0x80;
	resolver_says(f, 0, 600);
	assert_int_equal(f->answers, 1);
	assert_int_equal(f->last.len, f->query_len);
	assert_true(be16_load(f->last.data + 2) & FLAG_TC);
	assert_int_equal(be16_load(f->last.data), 5);
	assert_int_equal(counters(f)->truncated, 1);
	ask(f, "b", 6);
	assert_true(resolver_got(f, 0));
	f->seen[2] |= 0x82; /* the resolver's own TC */
	resolver_says(f, 0, 500);
	assert_int_equal(f->last.len, 500);
	assert_true(be16_load(f->last.data + 2) & FLAG_TC);
}

static void client_with_edns_gets_what_it_takes(void **state)
{
	const struct dns_asker asker = {.transport = DNS_OVER_UDP};
	struct fixture *f = *state;

	make_query(f, "a", 5);
	add_opt(f, 4096);
	dns_forward_query(f->forward, &asker, f->query, f->query_len);
	assert_true(resolver_got(f, 0));
	f->seen[2] |= 0x80;
	resolver_says(f, 0, UDP_MAX);
	assert_int_equal(f->last.len, UDP_MAX);
	dns_forward_query(f->forward, &asker, f->query, f->query_len);
	assert_true(resolver_got(f, 0));
	f->seen[2] |= 0x80;
	resolver_says(f, 0, UDP_MAX + 1);
	assert_int_equal(f->last.len, f->query_len - 4); /* its OPT is ours */
}

static enum dns_rcode ask_tcp(struct fixture *f, const char *label)
{
	const struct dns_asker asker = {.transport = DNS_OVER_TCP,
					.ticket = {3, 4}};

	make_query(f, label, 0x55aa);
	return dns_forward_query(f->forward, &asker, f->query, f->query_len);
}

static int accept_query(struct fixture *f)
{
	int fd;

	loop_run_once(f->loop, 0);
	fd = accept(f->tcp[0], NULL, NULL);
	assert_true(fd >= 0);
	loop_run_once(f->loop, 0);
	f->seen_len = (size_t)recv(fd, f->seen, sizeof(f->seen), 0);
	assert_int_equal(f->seen_len, f->query_len + 2);
	assert_int_equal(be16_load(f->seen), f->query_len);
	assert_memory_equal(f->seen + 4, f->query + 2, f->query_len - 2);
	f->seen[4] |= 0x80;
	return fd;
}

static void tcp_query_goes_over_tcp_and_its_reply_may_drip(void **state)
{
	struct fixture *f = *state;
	size_t i;
	int fd;

	assert_int_equal(ask_tcp(f, "example"), DNS_NOERROR);
	assert_false(resolver_got(f, 0));
	fd = accept_query(f);
	for (i = 0; i < f->seen_len; i++) {
		assert_int_equal(f->answers, 0);
		assert_int_equal(send(fd, f->seen + i, 1, 0), 1);
		loop_run_once(f->loop, 0);
	}
	assert_int_equal(f->answers, 1);
	assert_int_equal(f->last.asker.ticket.serial, 4);
	assert_int_equal(be16_load(f->last.data), 0x55aa);
	assert_int_equal(f->last.len, f->query_len);
	close(fd);
}

static void tcp_resolver_that_hangs_up_is_servfail(void **state)
{
	struct fixture *f = *state;

	ask_tcp(f, "example");
	close(accept_query(f));
	loop_run_once(f->loop, 0);
	assert_int_equal(f->answers, 1);
	assert_int_equal(rcode(f), DNS_SERVFAIL);
	ask_tcp(f, "slow");
	pass(f, DNS_FORWARD_TRY_NS);
	pass(f, DNS_FORWARD_TRY_NS);
	pass(f, NSEC_PER_SEC);
	assert_int_equal(f->answers, 2);
	assert_int_equal(rcode(f), DNS_SERVFAIL);
}

static void tcp_reply_of_any_length_is_taken_or_refused(void **state)
{
	static uint8_t reply[2 + TCP_SERVICE_REPLY_MAX];
	struct fixture *f = *state;
	int fd;

	ask_tcp(f, "long");
	fd = accept_query(f);
	memcpy(reply, f->seen, f->seen_len);
	be16_store(reply, TCP_SERVICE_REPLY_MAX);
	assert_int_equal(send(fd, reply, sizeof(reply), 0), sizeof(reply));
	loop_run_once(f->loop, 0);
	assert_int_equal(f->last.len, TCP_SERVICE_REPLY_MAX);
	close(fd);
	ask_tcp(f, "longer");
	fd = accept_query(f);
	be16_store(reply, TCP_SERVICE_REPLY_MAX + 1);
	send(fd, reply, 2, 0);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->answers, 2);
	assert_int_equal(rcode(f), DNS_SERVFAIL);
	assert_int_equal(counters(f)->too_long, 1);
	close(fd);
}

int main(void)
{
#define BED_TEST(name) \
	cmocka_unit_test_setup_teardown(name, dns_bed_setup, dns_bed_teardown)
	const struct CMUnitTest tests[] = {
		BED_TEST(query_goes_out_unchanged_but_for_its_id),
		BED_TEST(each_query_has_an_id_and_a_port_of_its_own),
		BED_TEST(forged_replies_are_counted_and_waited_past),
		BED_TEST(error_without_question_is_a_reply),
		BED_TEST(reply_that_does_not_fit_is_truncated_and_says_so),
		BED_TEST(client_with_edns_gets_what_it_takes),
		BED_TEST(tcp_query_goes_over_tcp_and_its_reply_may_drip),
		BED_TEST(tcp_resolver_that_hangs_up_is_servfail),
		BED_TEST(tcp_reply_of_any_length_is_taken_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
