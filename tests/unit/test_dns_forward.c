// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dns_forward.c - which resolver is asked, how often, and for how many
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/util.h"
#include "unit/dns_bed.h"

static void same_question_is_asked_once_for_all(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < 10; i++)
		assert_int_equal(
			ask_from(f, "example", (uint16_t)i, (uint16_t)i),
			DNS_NOERROR);
	assert_int_equal(ask(f, "other", 77), DNS_NOERROR);
	assert_int_equal(counters(f)->sent, 2);
	assert_int_equal(counters(f)->shared, 9);
	assert_true(resolver_got(f, 0));
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 10);
	assert_int_equal(be16_load(f->last.data), f->last.asker.port);
	assert_int_equal(counters(f)->in_flight, 1);
}

static void silent_resolver_is_left_out_until_it_is_back(void **state)
{
	struct fixture *f = *state;
	unsigned before;

	use_servers(f, 2);
	ask(f, "a", 1);
	pass(f, DNS_FORWARD_TRY_NS - 1);
	assert_false(resolver_got(f, 1));
	pass(f, 1);
	assert_true(resolver_got(f, 0) && resolver_got(f, 1));
	resolver_replies(f, 1);
	assert_int_equal(f->answers, 1);
	assert_int_equal(counters(f)->timeouts, 1);
	before = f->probes;
	ask(f, "b", 1);
	assert_false(resolver_got(f, 0));
	assert_true(resolver_got(f, 1));
	resolver_replies(f, 1);
	pass(f, DNS_FORWARD_PROBE_NS);
	ask(f, "c", 1); /* a guest waits for the good one alone */
	assert_false(resolver_got(f, 0));
	assert_int_equal(f->probes, before + 1);
	probe_replies(f, 0);
	assert_true(resolver_got(f, 1));
	resolver_replies(f, 1);
	ask(f, "d", 1);
	assert_true(resolver_got(f, 0));
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 4);
	assert_int_equal(counters(f)->timeouts, 1);
}

static void probe_that_comes_back_is_a_loop(void **state)
{
	struct dns_resolver_view views[DNS_FORWARD_SERVERS];
	struct fixture *f = *state;

	use_servers(f, 2);
	ask(f, "a", 1);
	assert_true(resolver_got(f, 0));
	assert_int_equal(f->probes, 1);
	memcpy(f->query, f->probe, f->probe_len);
	f->query_len = f->probe_len;
	assert_int_equal(ask_query(f, DNS_OVER_UDP), DNS_REFUSED);
	assert_int_equal(counters(f)->loops, 1);
	probe_replies(f, 0); /* with what we said ourselves */
	assert_int_equal(dns_forward_resolvers(f->forward, views), 2);
	assert_int_equal(views[0].state, DNS_RESOLVER_LOOP);
	assert_int_equal(views[1].state, DNS_RESOLVER_UP);
	ask(f, "b", 1);
	assert_false(resolver_got(f, 0));
	assert_true(resolver_got(f, 1));
	use_servers(f, 1);
	assert_int_equal(ask(f, "c", 1), DNS_SERVFAIL);
	pass(f, DNS_FORWARD_PROBE_NS);
	ask(f, "d", 1);
	assert_false(resolver_got(f, 0));
	assert_int_equal(f->probes, 3);
	probe_replies(f, 0); /* and this one did not come back */
	ask(f, "e", 1);
	assert_true(resolver_got(f, 0));
}

static void resolver_that_declines_is_not_the_last_word(void **state)
{
	struct fixture *f = *state;

	use_servers(f, 2);
	ask(f, "a", 1);
	assert_true(resolver_got(f, 0));
	f->seen[3] = DNS_REFUSED;
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 0);
	assert_true(resolver_got(f, 1));
	f->seen[3] = DNS_SERVFAIL;
	resolver_replies(f, 1);
	assert_int_equal(f->answers, 1);
	assert_int_equal(rcode(f), DNS_SERVFAIL);
	assert_int_equal(counters(f)->declined, 1);
	assert_int_equal(ask(f, "a", 1), DNS_SERVFAIL); /* kept, for a second */
	assert_int_equal(counters(f)->sent, 2);
}

static void resolvers_are_asked_in_their_order(void **state)
{
	struct fixture *f = *state;

	use_servers(f, 3);
	ask(f, "a", 1);
	pass(f, DNS_FORWARD_TRY_NS);
	assert_true(resolver_got(f, 0) && resolver_got(f, 1));
	assert_false(resolver_got(f, 2));
	pass(f, DNS_FORWARD_TRY_NS);
	assert_true(resolver_got(f, 2));
	resolver_replies(f, 2);
	/* two are dead now: it is the third's turn at once */
	ask(f, "b", 1);
	assert_false(resolver_got(f, 0) || resolver_got(f, 1));
	assert_true(resolver_got(f, 2));
	resolver_replies(f, 2);
	assert_int_equal(f->answers, 2);
}

static void slow_resolver_that_answers_others_is_not_dead(void **state)
{
	struct fixture *f = *state;

	use_servers(f, 2);
	ask(f, "slow", 1);
	assert_true(resolver_got(f, 0));
	pass(f, DNS_FORWARD_TRY_NS / 2);
	ask(f, "quick", 1);
	assert_true(resolver_got(f, 0));
	resolver_replies(f, 0);
	pass(f, DNS_FORWARD_TRY_NS / 2);
	assert_true(resolver_got(f, 1)); /* the slow one goes on */
	ask(f, "third", 1);
	assert_true(resolver_got(f, 0));
}

static void guest_hears_servfail_when_nobody_replies(void **state)
{
	struct fixture *f = *state;

	ask(f, "a", 0x4711);
	ask_from(f, "a", 0x4712, 1);
	pass(f, DNS_FORWARD_TRY_NS);
	pass(f, DNS_FORWARD_AGAIN_NS);
	assert_int_equal(f->answers, 0);
	pass(f,
	     DNS_FORWARD_TOTAL_NS - DNS_FORWARD_TRY_NS - DNS_FORWARD_AGAIN_NS);
	assert_int_equal(f->answers, 2);
	assert_int_equal(be16_load(f->last.data), 0x4712);
	assert_int_equal(rcode(f), DNS_SERVFAIL);
	assert_int_equal(f->last.len, f->query_len);
	assert_int_equal(counters(f)->sent, 3);
	assert_int_equal(counters(f)->failed, 2);
	assert_int_equal(counters(f)->in_flight, 0);
}

static void resolver_that_is_not_there_costs_no_time(void **state)
{
	struct fixture *f = *state;

	use_servers(f, 2);
	close(f->udp[0]);
	f->udp[0] = f->tcp[0]; /* over UDP, nobody listens at this port */
	ask(f, "a", 1);
	loop_run_once(f->loop, 0);
	assert_true(resolver_got(f, 1));
	resolver_replies(f, 1);
	assert_int_equal(f->answers, 1);
	assert_int_equal(counters(f)->errors, 1);
	f->udp[0] = -1;
}

static void unreachable_resolvers_fail_at_once(void **state)
{
	static const uint32_t nowhere[] = {FIRST + 100, FIRST + 101};
	struct fixture *f = *state;

	dns_forward_set_servers(f->forward, nowhere, 2);
	assert_int_equal(ask(f, "a", 1), DNS_SERVFAIL);
	assert_int_equal(counters(f)->in_flight, 0);
	assert_int_equal(counters(f)->errors, 2);
	dns_forward_set_servers(f->forward, NULL, 0);
	assert_int_equal(ask(f, "a", 1), DNS_REFUSED);
	assert_int_equal(counters(f)->no_resolver, 1);
}

static void own_address_is_no_resolver(void **state)
{
	static const uint32_t list[] = {OWN, FIRST + 1};
	struct fixture *f = *state;

	dns_forward_set_servers(f->forward, list, 2);
	ask(f, "a", 1);
	assert_true(resolver_got(f, 1));
	dns_forward_set_servers(f->forward, list, 1);
	assert_int_equal(ask(f, "b", 1), DNS_REFUSED);
}

static void new_list_serves_what_is_in_flight(void **state)
{
	static const uint32_t list[] = {FIRST + 2};
	struct fixture *f = *state;

	ask(f, "a", 1);
	dns_forward_set_servers(f->forward, list, 1);
	pass(f, DNS_FORWARD_TRY_NS);
	assert_true(resolver_got(f, 2));
	resolver_replies(f, 2);
	assert_int_equal(f->answers, 1);
}

static void flood_of_one_port_leaves_room_for_others(void **state)
{
	struct fixture *f = *state;
	char label[8];
	unsigned i;

	for (i = 0; i < 2 * DNS_FORWARD_PER_PORT; i++) {
		snprintf(label, sizeof(label), "n%u", i);
		assert_int_equal(ask(f, label, 1), i < DNS_FORWARD_PER_PORT
							   ? DNS_NOERROR
							   : DNS_SERVFAIL);
	}
	assert_int_equal(counters(f)->over_quota, DNS_FORWARD_PER_PORT);
	assert_int_equal(ask_from(f, "mine", 1, 1), DNS_NOERROR);
	pass(f, DNS_FORWARD_TOTAL_NS);
	pass(f, DNS_FORWARD_TOTAL_NS);
	assert_int_equal(f->answers, DNS_FORWARD_PER_PORT + 1);
	assert_int_equal(ask(f, "again", 1), DNS_NOERROR);
}

static void all_guests_together_are_bounded(void **state)
{
	struct fixture *f = *state;
	char label[8];
	unsigned i;

	for (i = 0; i < DNS_FORWARD_MAX; i++) {
		snprintf(label, sizeof(label), "n%u", i);
		assert_int_equal(ask_from(f, label, 1, (uint16_t)(i % 100)),
				 DNS_NOERROR);
	}
	assert_int_equal(ask_from(f, "more", 1, 101), DNS_SERVFAIL);
	assert_int_equal(counters(f)->in_flight, DNS_FORWARD_MAX);
}

static void what_is_no_query_is_not_carried(void **state)
{
	struct fixture *f = *state;
	size_t whole;

	make_query(f, "a", 1);
	whole = f->query_len;
	f->query_len = 11;
	assert_int_equal(ask_query(f, DNS_OVER_UDP), DNS_FORMERR);
	f->query_len = whole;
	f->query[2] |= 0x80;
	assert_int_equal(ask_query(f, DNS_OVER_UDP), DNS_FORMERR);
	assert_int_equal(counters(f)->sent, 0);
}

/* Asks anew from within the answer to the last query, as TCP's may. */
static void ask_again(struct fixture *f)
{
	f->on_answer = NULL;
	f->again = ask_from(f, "one-more", 1, 0);
}

static void
reply_that_frees_a_client_may_ask_again_when_all_is_taken(void **state)
{
	struct fixture *f = *state;
	char label[16];
	unsigned i;

	for (i = 0; i < DNS_FORWARD_MAX; i++) {
		snprintf(label, sizeof(label), "n%u", i);
		assert_int_equal(ask_from(f, label, (uint16_t)i,
					  (uint16_t)(i / DNS_FORWARD_PER_PORT)),
				 DNS_NOERROR);
	}
	assert_true(resolver_got(f, 0));
	f->on_answer = ask_again;
	resolver_replies(f, 0);
	assert_int_equal(f->answers, 1);
	assert_int_equal(f->again, DNS_NOERROR);
	assert_int_equal(counters(f)->in_flight, DNS_FORWARD_MAX);
	assert_int_equal(ask_from(f, "later", 1, 9), DNS_SERVFAIL);
	assert_int_equal(counters(f)->over_quota, 1);
}

int main(void)
{
#define BED_TEST(name) \
	cmocka_unit_test_setup_teardown(name, dns_bed_setup, dns_bed_teardown)
	const struct CMUnitTest tests[] = {
		BED_TEST(same_question_is_asked_once_for_all),
		BED_TEST(silent_resolver_is_left_out_until_it_is_back),
		BED_TEST(probe_that_comes_back_is_a_loop),
		BED_TEST(resolver_that_declines_is_not_the_last_word),
		BED_TEST(resolvers_are_asked_in_their_order),
		BED_TEST(slow_resolver_that_answers_others_is_not_dead),
		BED_TEST(guest_hears_servfail_when_nobody_replies),
		BED_TEST(resolver_that_is_not_there_costs_no_time),
		BED_TEST(unreachable_resolvers_fail_at_once),
		BED_TEST(own_address_is_no_resolver),
		BED_TEST(new_list_serves_what_is_in_flight),
		BED_TEST(flood_of_one_port_leaves_room_for_others),
		BED_TEST(all_guests_together_are_bounded),
		BED_TEST(
			reply_that_frees_a_client_may_ask_again_when_all_is_taken),
		BED_TEST(what_is_no_query_is_not_carried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
