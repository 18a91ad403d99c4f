// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lacp_select.c - which members belong together, and who carries
 */
#include "unit/cmocka_wrap.h"

#include "unit/lacp_bed.h"

/*
 * Bond 0 has cables 0 to 3; two lead to bond 1, two to bond 2. The link of each
 * comes up with its speed, or not at all.
 */
static struct bed *forked(const struct lacp_settings *settings,
			  const uint32_t *speeds_mbps)
{
	const struct lacp_settings b = bed_settings(1), c = bed_settings(2);
	struct bed *bed = bed_create();
	unsigned i;

	bed_bond(bed, 0, settings);
	bed_bond(bed, 1, &b);
	bed_bond(bed, 2, &c);
	for (i = 0; i < 4; i++) {
		bed_cable(bed, i, 0, i < 2 ? 1 : 2);
		bed_link(bed, i, speeds_mbps[i], speeds_mbps[i]);
	}
	return bed;
}

static struct lacp_settings with_policy(enum lacp_policy policy)
{
	struct lacp_settings settings = bed_settings(0);

	settings.policy = policy;
	return settings;
}

/* Is it these that carry, and no other? Bit by cable. */
static void assert_carrying(struct bed *bed, unsigned cables)
{
	unsigned i;

	for (i = 0; i < 4 && bed->ends[i][0].member; i++) {
		bool wanted = cables >> i & 1;

		assert_int_equal(bed_carries(bed, i), wanted);
		assert_int_equal(bed_status(bed, i, 0).distributing, wanted);
		assert_int_equal(bed_status(bed, i, 1).distributing, wanted);
	}
}

static void of_two_partners_only_one_carries(void **state)
{
	static const uint32_t speeds[] = {1000, 1000, 1000, 1000};
	const struct lacp_settings settings = bed_settings(0);
	struct bed *bed = forked(&settings, speeds);

	(void)state;
	bed_run(bed, 5 * SEC);
	assert_carrying(bed, 3);
	assert_int_equal(bed_status(bed, 2, 0).selected, LACP_STANDBY);
	assert_int_equal(bed_status(bed, 2, 0).reason, LACP_OTHER_CARRIES);
	assert_int_equal(bed_status(bed, 2, 1).reason, LACP_PARTNER_NOT_SYNC);
	assert_int_equal(bed_status(bed, 2, 0).aggregator,
			 bed_status(bed, 3, 0).aggregator);
	assert_int_not_equal(bed_status(bed, 2, 0).aggregator,
			     bed_status(bed, 0, 0).aggregator);
	assert_int_equal(bed_bond_status(bed, 0).members, 2);
	assert_false(bed_bond_status(bed, 2).up);
	bed_destroy(bed);
}

static void standby_carries_soon_when_the_other_is_gone(void **state)
{
	static const uint32_t speeds[] = {1000, 1000, 1000, 1000};
	const struct lacp_settings settings = bed_settings(0);
	struct bed *bed = forked(&settings, speeds);

	(void)state;
	bed_run(bed, 10 * SEC);
	bed_link(bed, 0, false, 0);
	assert_carrying(bed, 2);
	bed_link(bed, 1, false, 0);
	bed_run(bed, 10 * MS);
	assert_carrying(bed, 12);
	bed_link(bed, 0, true, 1000);
	bed_link(bed, 1, true, 1000);
	bed_run(bed, 30 * SEC);
	assert_carrying(bed, 12);
	bed_destroy(bed);
}

static void standby_carries_when_the_other_falls_silent(void **state)
{
	static const uint32_t speeds[] = {1000, 0, 1000, 0};
	const struct lacp_settings settings = bed_settings(0);
	struct bed *bed = forked(&settings, speeds);

	(void)state;
	bed_run(bed, 10 * SEC);
	assert_carrying(bed, 1);
	bed->ends[0][0].is_deaf = true;
	bed_run(bed, 3 * SEC + 10 * MS);
	assert_carrying(bed, 4);
	bed_destroy(bed);
}

static void links_that_come_up_together_are_compared_together(void **state)
{
	static const uint32_t speeds[] = {1000, 0, 1000, 0};
	const struct lacp_settings settings = with_policy(LACP_STABLE);
	struct bed *bed = forked(&settings, speeds);

	(void)state;
	bed_run(bed, 30 * MS);
	bed_link(bed, 3, true, 1000);
	bed_run(bed, LACP_WAIT_NS + 100 * MS);
	assert_carrying(bed, 12);
	bed_destroy(bed);
}

static void first_choice_is_not_put_off_for_ever(void **state)
{
	static const uint32_t speeds[] = {1000, 0, 0, 0};
	const struct lacp_settings settings = bed_settings(0);
	struct bed *bed = forked(&settings, speeds);
	unsigned i;

	(void)state;
	for (i = 0; i < 5; i++) {
		bed_run(bed, 900 * MS);
		bed_link(bed, 2, true, 10000);
		bed_run(bed, 100 * MS);
		bed_link(bed, 2, false, 0);
	}
	assert_carrying(bed, 1);
	bed_destroy(bed);
}

/* What a partner says that is in sync, by its port and its key. */
static void hear(struct bed *bed, unsigned cable, uint16_t key)
{
	const struct lacp_pdu pdu = {
		.actor = {.system_priority = 1,
			  .system = {{2, 9, 9, 9, 9, 9}},
			  .key = key,
			  .port = (uint16_t)(cable + 1),
			  .state = LACP_ACTIVITY | LACP_AGGREGATION |
				   LACP_SYNC | LACP_COLLECTING},
		.partner = bed_status(bed, cable, 0).actor,
	};

	bed_receive(bed, cable, 0, &pdu);
}

static void restless_partner_does_not_put_off_the_first_choice(void **state)
{
	static const uint32_t speeds[] = {1000, 0, 10000, 0};
	const struct lacp_settings settings = bed_settings(0);
	struct bed *bed = forked(&settings, speeds);
	unsigned i;

	(void)state;
	bed->ends[2][0].is_deaf = true;
	for (i = 0; i < 10; i++) {
		hear(bed, 2, (uint16_t)i);
		bed_run(bed, 450 * MS);
	}
	assert_carrying(bed, 1);
	bed_destroy(bed);
}

static void members_aggregate_when_both_sides_have_the_same_keys(void **state)
{
	static const uint32_t speeds[] = {1000, 1000, 1000, 10000};
	const struct lacp_settings settings = bed_settings(0);
	struct bed *bed = forked(&settings, speeds);
	unsigned i, aggregators[4];

	(void)state;
	for (i = 0; i < 4; i++)
		bed->ends[i][0].is_deaf = true;
	for (i = 0; i < 4; i++) {
		hear(bed, i, i == 2 ? 2 : 1);
		aggregators[i] = bed_status(bed, i, 0).aggregator;
		assert_int_not_equal(aggregators[i], 0);
	}
	assert_int_equal(aggregators[1], aggregators[0]);
	assert_int_not_equal(aggregators[2], aggregators[0]);
	assert_int_not_equal(aggregators[3], aggregators[0]);
	assert_int_not_equal(aggregators[3], aggregators[2]);
	bed_destroy(bed);
}

/* Cable 0 to bond 1 carries; then the others get link. What carries then? */
static void check_policy(enum lacp_policy policy, const uint32_t *then_mbps,
			 unsigned want)
{
	static const uint32_t first[] = {1000, 0, 0, 0};
	const struct lacp_settings settings = with_policy(policy);
	struct bed *bed = forked(&settings, first);
	unsigned i;

	bed_run(bed, 5 * SEC);
	assert_carrying(bed, 1);
	for (i = 1; i < 4; i++)
		bed_link(bed, i, then_mbps[i], then_mbps[i]);
	bed_run(bed, 10 * SEC);
	assert_carrying(bed, want);
	bed_destroy(bed);
}

static void policy_decides_which_one_carries(void **state)
{
	static const uint32_t more[] = {0, 0, 1000, 1000};
	static const uint32_t faster[] = {0, 0, 10000, 0};
	static const uint32_t equal[] = {0, 0, 1000, 0};
	static const uint32_t more_but_slow[] = {0, 0, 100, 100};

	(void)state;
	check_policy(LACP_STABLE, more, 1);
	check_policy(LACP_STABLE, faster, 1);
	check_policy(LACP_BANDWIDTH, more, 12);
	check_policy(LACP_BANDWIDTH, faster, 4);
	check_policy(LACP_BANDWIDTH, equal, 1);
	check_policy(LACP_BANDWIDTH, more_but_slow, 1);
	check_policy(LACP_COUNT, more, 12);
	check_policy(LACP_COUNT, equal, 1);
	check_policy(LACP_COUNT, more_but_slow, 12);
}

static void policy_may_change_while_it_runs(void **state)
{
	static const uint32_t first[] = {1000, 0, 0, 0};
	struct lacp_settings settings = with_policy(LACP_STABLE);
	struct bed *bed = forked(&settings, first);

	(void)state;
	bed_run(bed, 5 * SEC);
	bed_link(bed, 2, true, 10000);
	bed_run(bed, 5 * SEC);
	assert_carrying(bed, 1);
	settings.policy = LACP_BANDWIDTH;
	bed_set(bed, 0, &settings);
	bed_run(bed, 10 * MS);
	assert_carrying(bed, 4);
	bed_destroy(bed);
}

static void links_of_different_speed_do_not_aggregate(void **state)
{
	static const uint32_t speeds[] = {1000, 10000, 0, 0};
	const struct lacp_settings settings = bed_settings(0);
	struct bed *bed = forked(&settings, speeds);

	(void)state;
	bed_run(bed, 5 * SEC);
	assert_carrying(bed, 2);
	assert_int_not_equal(bed_status(bed, 0, 0).actor.key,
			     bed_status(bed, 1, 0).actor.key);
	bed_link(bed, 0, true, 10000);
	bed_run(bed, 5 * SEC);
	assert_carrying(bed, 3);
	bed_destroy(bed);
}

static void half_duplex_link_does_not_speak(void **state)
{
	const struct lacp_settings a = bed_settings(0), b = bed_settings(1);
	const struct lacp_link half = {true, true, 100};
	const struct lacp_link full = {true, false, 100};
	struct bed *bed = bed_pair(&a, &b, 1);
	uint64_t since_ns;

	(void)state;
	bed_run(bed, 5 * SEC);
	assert_true(bed_carries(bed, 0));
	lacp_link(bed->ends[0][0].member, &half, bed->now_ns);
	since_ns = bed->now_ns + 1;
	assert_int_equal(bed_status(bed, 0, 0).receive, LACP_RX_LACP_DISABLED);
	assert_int_equal(bed_status(bed, 0, 0).reason, LACP_LINK_HALF_DUPLEX);
	bed_run(bed, 10 * SEC);
	assert_int_equal(bed_sent_since(bed, 0, 0, since_ns), 0);
	assert_true(bed_counters(bed, 0, 0)->early > 5);
	lacp_link(bed->ends[0][0].member, &full, bed->now_ns);
	bed_run(bed, 5 * SEC);
	assert_true(bed_carries(bed, 0));
	bed_destroy(bed);
}

static void min_links_are_needed_to_carry(void **state)
{
	struct lacp_settings a = bed_settings(0);
	const struct lacp_settings b = bed_settings(1);
	struct bed *bed;

	(void)state;
	a.min_links = 2;
	bed = bed_pair(&a, &b, 2);
	bed_run(bed, 5 * SEC);
	assert_carrying(bed, 3);
	assert_true(bed_bond_status(bed, 0).up);
	bed_link(bed, 0, false, 0);
	assert_false(bed_bond_status(bed, 0).up);
	bed_run(bed, 4 * SEC);
	assert_carrying(bed, 0);
	assert_int_equal(bed_status(bed, 1, 0).reason, LACP_MIN_LINKS);
	assert_false(bed_status(bed, 1, 1).partner.state & LACP_SYNC);
	bed_link(bed, 0, true, 1000);
	bed_run(bed, 4 * SEC);
	assert_carrying(bed, 3);
	a.min_links = 3;
	bed_set(bed, 0, &a);
	bed_run(bed, 5 * SEC);
	assert_carrying(bed, 0);
	bed_destroy(bed);
}

static void min_links_make_the_smaller_aggregator_wait(void **state)
{
	static const uint32_t speeds[] = {10000, 0, 1000, 1000};
	struct lacp_settings settings = bed_settings(0);
	struct bed *bed;

	(void)state;
	settings.min_links = 2;
	bed = forked(&settings, speeds);
	bed_run(bed, 6 * SEC);
	assert_carrying(bed, 12);
	bed_destroy(bed);
}

static void partner_that_changes_its_key_begins_anew(void **state)
{
	const struct lacp_settings a = bed_settings(0);
	struct lacp_settings b = bed_settings(1);
	struct bed *bed = bed_pair(&a, &b, 2);

	(void)state;
	bed_run(bed, 5 * SEC);
	b.key = 8;
	bed_set(bed, 1, &b);
	bed_run(bed, 2 * MS);
	assert_carrying(bed, 0);
	bed_run(bed, 4 * SEC);
	assert_carrying(bed, 3);
	assert_int_equal(bed_counters(bed, 0, 0)->restarted, 1);
	bed_destroy(bed);
}

static void partner_without_aggregation_gets_one_link(void **state)
{
	struct lacp_pdu pdu = {
		.actor = {.system_priority = 1,
			  .system = {{2, 9, 9, 9, 9, 9}},
			  .key = 1,
			  .port = 1,
			  .state = LACP_ACTIVITY | LACP_SHORT_TIMEOUT |
				   LACP_SYNC | LACP_COLLECTING},
	};
	const struct lacp_settings a = bed_settings(0), b = bed_settings(1);
	struct bed *bed = bed_pair(&a, &b, 2);
	unsigned i;

	(void)state;
	bed->ends[0][0].is_deaf = true;
	bed->ends[1][0].is_deaf = true;
	for (i = 0; i < 10; i++) {
		pdu.actor.port = 1;
		bed_receive(bed, 0, 0, &pdu);
		pdu.actor.port = 2;
		bed_receive(bed, 1, 0, &pdu);
		bed_run(bed, SEC);
	}
	assert_true(bed_status(bed, 0, 0).distributing);
	assert_int_equal(bed_status(bed, 1, 0).selected, LACP_STANDBY);
	assert_int_not_equal(bed_status(bed, 0, 0).aggregator,
			     bed_status(bed, 1, 0).aggregator);
	bed_destroy(bed);
}

static void fallback_is_told_while_nobody_answers(void **state)
{
	struct lacp_settings a = bed_settings(0);
	struct lacp_settings b = bed_settings(1);
	struct bed *bed;

	(void)state;
	a.fallback = true;
	bed = bed_pair(&a, &b, 2);
	bed->ends[0][0].is_deaf = true;
	bed->ends[1][0].is_deaf = true;
	bed_run(bed, 2 * SEC);
	assert_false(bed_bond_status(bed, 0).fallback);
	bed_run(bed, 2 * SEC);
	assert_true(bed_bond_status(bed, 0).fallback);
	bed_link(bed, 0, false, 0);
	bed_link(bed, 1, false, 0);
	bed_link(bed, 1, true, 1000);
	assert_true(bed_bond_status(bed, 0).fallback);
	bed->ends[1][0].is_deaf = false;
	bed_run(bed, 1100 * MS);
	assert_false(bed_bond_status(bed, 0).fallback);
	bed->ends[1][0].is_deaf = true;
	bed_run(bed, 7 * SEC);
	assert_true(bed_bond_status(bed, 0).fallback);
	a.fallback = false;
	bed_set(bed, 0, &a);
	assert_false(bed_bond_status(bed, 0).fallback);
	bed_destroy(bed);
}

/* A partner's port that turns up on another member has left the first one. */
static void partner_that_was_replugged_is_forgotten_where_it_was(void **state)
{
	const struct lacp_settings a = bed_settings(0), b = bed_settings(1);
	struct bed *bed = bed_pair(&a, &b, 2);
	struct lacp_member_status status;
	struct lacp_pdu pdu = {.version = 1};

	(void)state;
	bed_run(bed, 5 * SEC);
	bed_link(bed, 0, false, 0);
	status = bed_status(bed, 0, 0);
	assert_true(mac_is_equal(&status.partner.system, &b.system));
	pdu.actor = status.partner;
	bed_receive(bed, 1, 0, &pdu);
	status = bed_status(bed, 0, 0);
	assert_true(mac_is_zero(&status.partner.system));
	bed_destroy(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_partners_only_one_carries),
		cmocka_unit_test(standby_carries_soon_when_the_other_is_gone),
		cmocka_unit_test(standby_carries_when_the_other_falls_silent),
		cmocka_unit_test(
			links_that_come_up_together_are_compared_together),
		cmocka_unit_test(first_choice_is_not_put_off_for_ever),
		cmocka_unit_test(
			restless_partner_does_not_put_off_the_first_choice),
		cmocka_unit_test(
			members_aggregate_when_both_sides_have_the_same_keys),
		cmocka_unit_test(policy_decides_which_one_carries),
		cmocka_unit_test(policy_may_change_while_it_runs),
		cmocka_unit_test(links_of_different_speed_do_not_aggregate),
		cmocka_unit_test(half_duplex_link_does_not_speak),
		cmocka_unit_test(min_links_are_needed_to_carry),
		cmocka_unit_test(min_links_make_the_smaller_aggregator_wait),
		cmocka_unit_test(partner_that_changes_its_key_begins_anew),
		cmocka_unit_test(partner_without_aggregation_gets_one_link),
		cmocka_unit_test(fallback_is_told_while_nobody_answers),
		cmocka_unit_test(
			partner_that_was_replugged_is_forgotten_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
