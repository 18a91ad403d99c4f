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

/* f->query's type becomes ANY, which we don't ask in words of our own. */
static void make_passed(struct fixture *f)
{
	f->query[f->query_len - 3] = DNS_ANY;
}

static void odd_query_goes_out_unchanged_but_for_its_id(void **state)
{
	struct fixture *f = *state;

	make_query(f, "Example", 0x1234);
	make_passed(f);
	add_opt(f, 4096);
	assert_int_equal(ask_query(f, DNS_OVER_UDP), DNS_NOERROR);
	assert_true(resolver_got(f, 0));
	assert_int_equal(f->seen_len, f->query_len);
	assert_memory_equal(f->seen + 2, f->query + 2, f->query_len - 2);
	f->seen[3] = 0xa0; /* RA and AD come back as they were said */
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 1);
	assert_int_equal(f->last.asker.port, 0x1234);
	assert_int_equal(f->last.len, f->query_len);
	assert_int_equal(be16_load(f->last.data), 0x1234);
	assert_memory_equal(f->last.data + 2, f->seen + 2, f->seen_len - 2);
	assert_int_equal(counters(f)->in_flight, 0);
	assert_int_equal(counters(f)->replied, 1);
	ask_query(f, DNS_OVER_UDP);
	assert_true(resolver_got(f, 0)); /* it is not kept */
}

static void plain_query_is_asked_in_words_of_our_own(void **state)
{
	struct fixture *f = *state;
	size_t opt;

	make_query(f, "Example", 0x1234);
	opt = f->query_len;
	assert_int_equal(ask_query(f, DNS_OVER_UDP), DNS_NOERROR);
	assert_true(resolver_got(f, 0));
	assert_int_equal(f->seen_len, opt + DNS_OPT_LEN);
	assert_int_equal(be16_load(f->seen + 2), 0x0130);
	assert_int_equal(be16_load(f->seen + opt + 1), DNS_OPT);
	assert_int_equal(be16_load(f->seen + opt + 3), DNS_UDP_MAX);
	assert_int_equal(be16_load(f->seen + opt + 7), 0); /* no DO */
	add_answer(f, 60, 0xc0000250);
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 1);
	/* no OPT for who sent none, and its own letters */
	assert_int_equal(f->last.len, opt + 16);
	assert_int_equal(be16_load(f->last.data + 10), 0);
	assert_memory_equal(f->last.data + DNS_HEADER_LEN,
			    f->query + DNS_HEADER_LEN, opt - DNS_HEADER_LEN);
	make_query(f, "signed", 1);
	add_opt(f, 4096);
	f->query_len -= 4; /* without its option */
	be16_store(f->query + f->query_len - 2, 0);
	assert_int_equal(ask_query(f, DNS_OVER_UDP), DNS_NOERROR);
	assert_true(resolver_got(f, 0));
	assert_int_equal(be16_load(f->seen + f->seen_len - 4), 0x8000);
	assert_int_equal(be16_load(f->seen + f->seen_len - 8), DNS_UDP_MAX);
	resolver_replies(f, 0);
	assert_int_equal(f->last.len, f->query_len);
	assert_int_equal(be16_load(f->last.data + 10), 1);
}

static void kept_reply_is_each_clients_own(void **state)
{
	struct fixture *f = *state;
	const struct dns_cache_counters *cache = dns_forward_cache(f->forward);

	ask(f, "www", 1);
	assert_true(resolver_got(f, 0));
	add_answer(f, 60, 0xc0000250);
	resolver_replies(f, 0);
	pass(f, 10 * NSEC_PER_SEC);
	make_query(f, "WwW", 0xbeef);
	add_opt(f, 4096);
	f->query[f->query_len - 8] = 0;  /* no DO: the same question */
	f->query[f->query_len - 3] = 10; /* a cookie is nobody else's */
	assert_int_equal(ask_query(f, DNS_OVER_TCP), DNS_NOERROR);
	assert_false(resolver_got(f, 0));
	assert_int_equal(f->answers, 2);
	assert_int_equal(cache->hits, 1);
	assert_int_equal(be16_load(f->last.data), 0xbeef);
	assert_memory_equal(f->last.data + DNS_HEADER_LEN, "\3WwW", 5);
	assert_int_equal(
		be32_load(f->last.data + f->last.len - DNS_OPT_LEN - 10),
		50); /* TTL */
	assert_int_equal(be16_load(f->last.data + 10), 1);
	use_servers(f, 1);
	ask(f, "www", 3);
	assert_false(resolver_got(f, 0));
	use_servers(f, 2); /* they may say something else */
	ask(f, "www", 3);
	assert_true(resolver_got(f, 0));
	use_servers(f, 3); /* and who was asked before is asked no more */
	add_answer(f, 60, 0xc0000250);
	resolver_replies(f, 0);
	assert_int_equal(cache->entries, 1);
	dns_forward_flush(f->forward);
	ask(f, "www", 3);
	assert_true(resolver_got(f, 0));
}

static void each_query_has_an_id_a_port_and_a_case_of_its_own(void **state)
{
	uint16_t ids[QUERIES], ports[QUERIES];
	struct fixture *f = *state;
	unsigned i, j, same_ids = 0, big = 0;
	char label[24];

	for (i = 0; i < QUERIES; i++) {
		snprintf(label, sizeof(label), "abcdefghijklmnop%u", i);
		assert_int_equal(ask(f, label, 1), DNS_NOERROR);
		assert_true(resolver_got(f, 0));
		ids[i] = be16_load(f->seen);
		ports[i] = f->from.sin_port;
		for (j = 0; j < i; j++) {
			same_ids += ids[i] == ids[j];
			assert_int_not_equal(ports[i], ports[j]);
		}
		for (j = 0; j < 16; j++)
			big += f->seen[DNS_HEADER_LEN + 1 + j] < 'a';
	}
	assert_true(same_ids < 2);
	/* half of them, give or take six deviations */
	assert_in_range(big, QUERIES * 8 - 96, QUERIES * 8 + 96);
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
	f->seen[f->query_len - 3] ^= 1;
	resolver_says(f, 0, f->seen_len); /* wrong type */
	f->seen[f->query_len - 3] ^= 1;
	resolver_says(f, 0, f->query_len - 1); /* cut */
	resolver_says(f, 0, 1);
	f->seen[5] = 0;
	resolver_says(f, 0, DNS_HEADER_LEN); /* no question, no error */
	f->seen[5] = 1;
	assert_int_equal(counters(f)->forged, 7);
	sendto(stranger, f->seen, f->seen_len, 0, (struct sockaddr *)&f->from,
	       sizeof(f->from)); /* all right, but from elsewhere */
	loop_run_once(f->loop, 0);
	assert_int_equal(f->answers, 0);
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
	f->seen[3] = DNS_REFUSED;
	f->seen[5] = 0;
	resolver_says(f, 0, DNS_HEADER_LEN);
	assert_int_equal(f->answers, 1);
	assert_int_equal(rcode(f), DNS_REFUSED);
	assert_int_equal(f->last.len, f->query_len);
}

/* f->seen grows to @len by an additional record that nobody knows. */
static void pad_reply(struct fixture *f, size_t len)
{
	size_t at = DNS_HEADER_LEN;
	uint8_t *p;

	while (f->seen[at])
		at += 1u + f->seen[at];
	at += 5; /* what was asked ends; our OPT goes */
	p = f->seen + at;
	memset(p, 0, len - at);
	be16_store(p + 1, 65280);
	be16_store(p + 9, (uint16_t)(len - at - 11));
	be16_store(f->seen + 10, 1);
	f->seen_len = len;
}

static void reply_that_does_not_fit_is_truncated_and_says_so(void **state)
{
	struct fixture *f = *state;

	ask(f, "a", 5);
	assert_true(resolver_got(f, 0));
	pad_reply(f, 600);
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 1);
	assert_int_equal(f->last.len, f->query_len);
	assert_true(be16_load(f->last.data + 2) & DNS_FLAG_TC);
	assert_int_equal(be16_load(f->last.data), 5);
	assert_int_equal(counters(f)->truncated, 1);
}

static void client_with_edns_gets_what_it_takes(void **state)
{
	struct fixture *f = *state;

	make_query(f, "a", 5);
	make_passed(f);
	add_opt(f, 4096);
	ask_query(f, DNS_OVER_UDP);
	assert_true(resolver_got(f, 0));
	f->seen[2] |= 0x80;
	resolver_says(f, 0, UDP_MAX);
	assert_int_equal(f->last.len, UDP_MAX);
	ask_query(f, DNS_OVER_UDP);
	assert_true(resolver_got(f, 0));
	f->seen[2] |= 0x80;
	resolver_says(f, 0, UDP_MAX + 1);
	assert_int_equal(f->last.len, f->query_len - 4); /* its OPT is ours */
}

static enum dns_rcode ask_tcp(struct fixture *f, const char *label)
{
	make_query(f, label, 0x55aa);
	make_passed(f);
	return ask_query(f, DNS_OVER_TCP);
}

/* The message behind its length goes to f->seen. */
static int accept_any(struct fixture *f)
{
	int fd;

	loop_run_once(f->loop, 0);
	fd = accept(f->tcp[0], NULL, NULL);
	assert_true(fd >= 0);
	loop_run_once(f->loop, 0);
	f->seen_len = (size_t)recv(fd, f->seen, sizeof(f->seen), 0);
	assert_int_equal(be16_load(f->seen), f->seen_len - 2);
	return fd;
}

static int accept_query(struct fixture *f)
{
	int fd = accept_any(f);

	assert_int_equal(f->seen_len, f->query_len + 2);
	assert_memory_equal(f->seen + 4, f->query + 2, f->query_len - 2);
	f->seen[4] |= 0x80;
	return fd;
}

/* Answers what accept_any() got, and hangs up. */
static void tcp_replies(struct fixture *f, int fd)
{
	uint8_t prefix[2];

	f->seen_len -= 2;
	memmove(f->seen, f->seen + 2, f->seen_len);
	add_answer(f, 60, 0xc0000250);
	f->seen[2] |= 0x80;
	be16_store(prefix, (uint16_t)f->seen_len);
	assert_int_equal(send(fd, prefix, 2, 0), 2);
	assert_int_equal(send(fd, f->seen, f->seen_len, 0), f->seen_len);
	loop_run_once(f->loop, 0);
	close(fd);
}

static void cut_reply_is_fetched_over_tcp_for_all(void **state)
{
	struct fixture *f = *state;

	ask(f, "long", 1);
	ask(f, "long", 2);
	assert_true(resolver_got(f, 0));
	f->seen[2] |= 0x02;
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 0);
	assert_int_equal(counters(f)->over_tcp, 1);
	tcp_replies(f, accept_any(f));
	assert_int_equal(f->answers, 2);
	assert_false(be16_load(f->last.data + 2) & DNS_FLAG_TC);
	ask(f, "long", 3);
	assert_int_equal(f->answers, 3);
	assert_int_equal(counters(f)->sent, 2);
}

static void cut_reply_is_passed_on_where_there_is_no_tcp(void **state)
{
	struct fixture *f = *state;

	ask(f, "long", 1);
	assert_true(resolver_got(f, 0));
	f->seen[2] |= 0x02;
	resolver_replies(f, 0);
	close(accept_any(f));
	loop_run_once(f->loop, 0);
	assert_int_equal(f->answers, 1);
	assert_int_equal(rcode(f), DNS_NOERROR);
	assert_true(be16_load(f->last.data + 2) & DNS_FLAG_TC);
	ask(f, "next", 1); /* it is not dead for that */
	assert_true(resolver_got(f, 0));
}

static void letters_of_other_case_are_not_believed_over_udp(void **state)
{
	struct fixture *f = *state;

	ask(f, "abcdefghijklmnop", 1);
	assert_true(resolver_got(f, 0));
	f->seen[DNS_HEADER_LEN + 1] ^= 0x20;
	add_answer(f, 3600, 0x06060606);
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 0);
	assert_int_equal(counters(f)->wrong_case, 1);
	tcp_replies(f, accept_any(f));
	assert_int_equal(f->answers, 1);
	assert_int_equal(be32_load(f->last.data + f->last.len - 4), 0xc0000250);
	ask(f, "abcdefghijklmnopq", 1); /* it was no fault of the resolver's */
	assert_true(resolver_got(f, 0));
	assert_memory_not_equal(f->seen + DNS_HEADER_LEN + 1,
				"abcdefghijklmnopq", 17);
}

static void resolver_that_loses_case_gets_small_letters(void **state)
{
	struct fixture *f = *state;
	unsigned i;
	int fd;

	ask(f, "abcdefghijklmnop", 1);
	assert_true(resolver_got(f, 0));
	f->seen[DNS_HEADER_LEN + 1] ^= 0x20;
	resolver_replies(f, 0);
	fd = accept_any(f);
	for (i = 0; i < 16; i++)
		f->seen[2 + DNS_HEADER_LEN + 1 + i] |= 0x20;
	tcp_replies(f, fd);
	assert_int_equal(f->answers, 1);
	ask(f, "ABCDEFGHIJKLMNOPQ", 1);
	assert_true(resolver_got(f, 0));
	assert_memory_equal(f->seen + DNS_HEADER_LEN + 1, "abcdefghijklmnopq",
			    17);
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 2);
	assert_int_equal(counters(f)->wrong_case, 1);
}

static void resolver_without_edns_is_asked_without(void **state)
{
	struct fixture *f = *state;

	ask(f, "a", 1);
	assert_true(resolver_got(f, 0));
	f->seen[2] |= 0x80;
	f->seen[3] = DNS_FORMERR;
	f->seen[5] = 0;
	resolver_says(f, 0, DNS_HEADER_LEN);
	assert_int_equal(f->answers, 0);
	assert_true(resolver_got(f, 0));
	assert_int_equal(f->seen_len, f->query_len);
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 1);
	ask(f, "b", 1);
	assert_true(resolver_got(f, 0));
	assert_int_equal(f->seen_len, f->query_len);
}

static void reply_that_nobody_can_read_is_no_reply(void **state)
{
	struct fixture *f = *state;

	use_servers(f, 2);
	ask(f, "a", 1);
	assert_true(resolver_got(f, 0));
	be16_store(f->seen + 6, 1000);
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 0);
	assert_int_equal(counters(f)->malformed, 1);
	assert_true(resolver_got(f, 1));
}

static void tcp_query_goes_over_tcp_and_its_reply_may_drip(void **state)
{
	struct fixture *f = *state;
	size_t i;
	int fd;

	assert_int_equal(ask_tcp(f, "example"), DNS_NOERROR);
	assert_false(resolver_got(f, 0));
	ask_query(f, DNS_OVER_UDP); /* which may get less, so it is another */
	assert_true(resolver_got(f, 0));
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
	pass(f, DNS_FORWARD_AGAIN_NS);
	pass(f, DNS_FORWARD_AGAIN_NS);
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
		BED_TEST(odd_query_goes_out_unchanged_but_for_its_id),
		BED_TEST(plain_query_is_asked_in_words_of_our_own),
		BED_TEST(kept_reply_is_each_clients_own),
		BED_TEST(each_query_has_an_id_a_port_and_a_case_of_its_own),
		BED_TEST(forged_replies_are_counted_and_waited_past),
		BED_TEST(error_without_question_is_a_reply),
		BED_TEST(reply_that_does_not_fit_is_truncated_and_says_so),
		BED_TEST(client_with_edns_gets_what_it_takes),
		BED_TEST(cut_reply_is_fetched_over_tcp_for_all),
		BED_TEST(cut_reply_is_passed_on_where_there_is_no_tcp),
		BED_TEST(letters_of_other_case_are_not_believed_over_udp),
		BED_TEST(resolver_that_loses_case_gets_small_letters),
		BED_TEST(resolver_without_edns_is_asked_without),
		BED_TEST(reply_that_nobody_can_read_is_no_reply),
		BED_TEST(tcp_query_goes_over_tcp_and_its_reply_may_drip),
		BED_TEST(tcp_resolver_that_hangs_up_is_servfail),
		BED_TEST(tcp_reply_of_any_length_is_taken_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
