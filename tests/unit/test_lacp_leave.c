// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lacp_leave.c - a member leaves: the order of things, and no frame lost
 */
#include "unit/cmocka_wrap.h"

#include "unit/lacp_bed.h"

static struct bed *running_pair(void)
{
	const struct lacp_settings a = bed_settings(0), b = bed_settings(1);
	struct bed *bed = bed_pair(&a, &b, 2);

	bed->sends_data = true;
	bed_run(bed, 4 * SEC);
	assert_true(bed_carries(bed, 0));
	assert_true(bed_carries(bed, 1));
	return bed;
}

static void leave(struct bed *bed, unsigned cable, unsigned end)
{
	lacp_leave(bed->ends[cable][end].member, bed->now_ns);
}

static bool has_left(struct bed *bed, unsigned cable, unsigned end)
{
	return bed_status(bed, cable, end).leave == LACP_LEFT;
}

static void wait_until_left(struct bed *bed, uint64_t max_ns)
{
	uint64_t until_ns = bed->now_ns + max_ns;

	while (!has_left(bed, 0, 0)) {
		assert_true(bed->now_ns < until_ns);
		bed_run(bed, MS);
	}
}

static uint64_t lost(const struct bed *bed)
{
	uint64_t count = 0;
	unsigned i;

	for (i = 0; i < BED_CABLES; i++)
		count += bed->ends[i][0].data_lost + bed->ends[i][1].data_lost;
	return count;
}

/* Both ways, all delays up to half a second; before, during and after. */
static void graceful_leave_loses_no_frame(void **state)
{
	static const uint64_t delays_ns[] = {MS, 7 * MS, 30 * MS, 200 * MS};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(delays_ns); i++) {
		struct bed *bed = running_pair();

		bed->delay_ns = delays_ns[i];
		bed_run(bed, 2 * SEC);
		assert_int_equal(lost(bed), 0);
		assert_true(bed->ends[0][0].data_sent > 1000);
		leave(bed, 0, 0);
		wait_until_left(bed, 5 * SEC);
		lacp_remove(bed->ends[0][0].member, bed->now_ns);
		bed->ends[0][0].member = NULL;
		bed_run(bed, 2 * SEC);
		assert_int_equal(lost(bed), 0);
		assert_true(bed_carries(bed, 1));
		bed_destroy(bed);
	}
}

static void each_step_says_who_may_still_send(void **state)
{
	struct bed *bed = running_pair();
	struct lacp_member_status us, them;

	(void)state;
	bed->delay_ns = 10 * MS;
	bed_run(bed, 2 * SEC);
	leave(bed, 0, 0);
	us = bed_status(bed, 0, 0);
	them = bed_status(bed, 0, 1);
	assert_int_equal(us.leave, LACP_LEAVE_STOP);
	assert_int_equal(us.reason, LACP_IS_LEAVING);
	assert_false(us.distributing);
	assert_true(us.collecting);
	assert_true(them.distributing);
	/* One way: the partner knows, and has stopped. */
	bed_run(bed, 11 * MS);
	us = bed_status(bed, 0, 0);
	them = bed_status(bed, 0, 1);
	assert_false(them.distributing);
	assert_int_equal(us.leave, LACP_LEAVE_STOP);
	assert_true(us.collecting);
	/* And back: we know that it has. */
	bed_run(bed, 11 * MS);
	us = bed_status(bed, 0, 0);
	assert_int_equal(us.leave, LACP_LEAVE_LAST);
	assert_true(us.collecting);
	bed_run(bed, LACP_LINGER_NS);
	us = bed_status(bed, 0, 0);
	assert_int_equal(us.leave, LACP_LEFT);
	assert_false(us.collecting);
	bed_destroy(bed);
}

static void partner_that_knows_but_still_sends_is_waited_for(void **state)
{
	struct bed *bed = running_pair();
	struct lacp_pdu pdu = {.actor = bed_status(bed, 0, 1).actor};

	(void)state;
	bed->ends[0][0].is_deaf = true;
	leave(bed, 0, 0);
	bed_run(bed, MS);
	pdu.partner = bed_status(bed, 0, 0).actor;
	bed_receive(bed, 0, 0, &pdu);
	assert_int_equal(bed_status(bed, 0, 0).leave, LACP_LEAVE_STOP);
	pdu.actor.state &= (uint8_t)~LACP_DISTRIBUTING;
	bed_receive(bed, 0, 0, &pdu);
	assert_int_equal(bed_status(bed, 0, 0).leave, LACP_LEAVE_LAST);
	bed_destroy(bed);
}

static void aggregation_is_cleared_in_the_last_word_only(void **state)
{
	struct bed *bed = running_pair();
	unsigned i, first, seen = 0;
	uint64_t since_ns;

	(void)state;
	first = bed->log_count;
	leave(bed, 0, 0);
	wait_until_left(bed, 5 * SEC);
	for (i = first; i < bed->log_count; i++) {
		uint8_t bits = bed->log[i].state;

		if (bed->log[i].from != &bed->ends[0][0])
			continue;
		assert_false(bits &
			     (LACP_SYNC | LACP_COLLECTING | LACP_DISTRIBUTING));
		assert_int_equal(!!(bits & LACP_AGGREGATION), seen++ == 0);
	}
	assert_int_equal(seen, 2);
	since_ns = bed->now_ns + 1;
	bed_run(bed, 10 * SEC);
	assert_int_equal(bed_sent_since(bed, 0, 0, since_ns), 0);
	bed_destroy(bed);
}

/* There were as many as a second may have: the last word goes all the same. */
static void last_word_is_not_held_back(void **state)
{
	struct lacp_settings a = bed_settings(0);
	struct bed *bed = running_pair();
	struct bed_end *end = &bed->ends[0][0];
	uint64_t start_ns = bed->now_ns;
	unsigned i;

	(void)state;
	for (i = 0; i < 10; i++) {
		a.rate = i % 2 ? LACP_RATE_FAST : LACP_RATE_SLOW;
		bed_set(bed, 0, &a);
		bed_run(bed, 10 * MS);
	}
	assert_int_equal(bed_sent_since(bed, 0, 0, start_ns), LACP_TX_MAX);
	lacp_remove(end->member, bed->now_ns);
	end->member = NULL;
	assert_int_equal(bed_sent_since(bed, 0, 0, start_ns), LACP_TX_MAX + 1);
	assert_false(bed->log[bed->log_count - 1].state & LACP_AGGREGATION);
	bed_run(bed, 100 * MS);
	assert_false(bed_status(bed, 0, 1).distributing);
	bed_destroy(bed);
}

static void end_of_leave_is_told_once(void **state)
{
	struct bed *bed = running_pair();
	uint64_t changes;

	(void)state;
	leave(bed, 0, 0);
	bed_run(bed, 50 * MS);
	changes = bed->ends[0][0].changes;
	wait_until_left(bed, SEC);
	assert_int_equal(bed->ends[0][0].changes, changes + 1);
	leave(bed, 0, 0);
	bed_run(bed, 20 * SEC);
	assert_int_equal(bed->ends[0][0].changes, changes + 1);
	bed_destroy(bed);
}

static void partner_that_does_not_answer_is_not_waited_for_long(void **state)
{
	struct bed *bed = running_pair();

	(void)state;
	bed->ends[0][0].is_deaf = true;
	leave(bed, 0, 0);
	bed_run(bed, LACP_LEAVE_NS - 10 * MS);
	assert_int_equal(bed_status(bed, 0, 0).leave, LACP_LEAVE_STOP);
	wait_until_left(bed, LACP_LINGER_NS + 30 * MS);
	bed_destroy(bed);
}

static void member_without_partner_leaves_at_once(void **state)
{
	const struct lacp_settings a = bed_settings(0), b = bed_settings(1);
	struct bed *bed = bed_pair(&a, &b, 2);
	uint64_t changes;

	(void)state;
	bed->ends[0][0].is_deaf = true;
	bed_run(bed, 10 * SEC);
	changes = bed->ends[0][0].changes;
	leave(bed, 0, 0);
	assert_true(has_left(bed, 0, 0));
	assert_int_equal(bed->ends[0][0].changes, changes + 1);
	bed_link(bed, 1, false, 0);
	leave(bed, 1, 0);
	assert_true(has_left(bed, 1, 0));
	bed_destroy(bed);
}

static void link_loss_ends_a_leave(void **state)
{
	struct bed *bed = running_pair();

	(void)state;
	leave(bed, 0, 0);
	assert_false(has_left(bed, 0, 0));
	bed_link(bed, 0, false, 0);
	assert_true(has_left(bed, 0, 0));
	bed_destroy(bed);
}

static void member_that_left_may_come_back(void **state)
{
	struct bed *bed = running_pair();
	struct bed_end *end = &bed->ends[0][0];
	const struct lacp_member_settings settings = {.port = 1, .owner = end};
	const struct lacp_link link = {.up = true, .speed_mbps = 1000};

	(void)state;
	leave(bed, 0, 0);
	wait_until_left(bed, SEC);
	bed_run(bed, SEC);
	lacp_remove(end->member, bed->now_ns);
	end->member =
		lacp_add(bed->sides[0].lacp, &settings, bed->now_ns, NULL);
	assert_non_null(end->member);
	lacp_link(end->member, &link, bed->now_ns);
	/* The partner has seen us change twice, so it waits longer. */
	bed_run(bed, 3 * LACP_WAIT_NS);
	assert_true(bed_carries(bed, 0));
	assert_int_equal(lost(bed), 0);
	bed_destroy(bed);
}

static void slow_bonds_leave_as_fast(void **state)
{
	struct lacp_settings a = bed_settings(0), b = bed_settings(1);
	struct bed *bed;

	(void)state;
	a.rate = LACP_RATE_SLOW;
	b.rate = LACP_RATE_SLOW;
	bed = bed_pair(&a, &b, 1);
	bed->sends_data = true;
	bed_run(bed, 50 * SEC);
	assert_true(bed_carries(bed, 0));
	leave(bed, 0, 0);
	wait_until_left(bed, 200 * MS);
	assert_int_equal(lost(bed), 0);
	bed_destroy(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(graceful_leave_loses_no_frame),
		cmocka_unit_test(each_step_says_who_may_still_send),
		cmocka_unit_test(
			partner_that_knows_but_still_sends_is_waited_for),
		cmocka_unit_test(aggregation_is_cleared_in_the_last_word_only),
		cmocka_unit_test(last_word_is_not_held_back),
		cmocka_unit_test(end_of_leave_is_told_once),
		cmocka_unit_test(
			partner_that_does_not_answer_is_not_waited_for_long),
		cmocka_unit_test(member_without_partner_leaves_at_once),
		cmocka_unit_test(link_loss_ends_a_leave),
		cmocka_unit_test(member_that_left_may_come_back),
		cmocka_unit_test(slow_bonds_leave_as_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
