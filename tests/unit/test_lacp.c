// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lacp.c - two bonds find each other, lose each other, and say so
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "unit/lacp_bed.h"

#define AGREEMENT \
	(LACP_AGGREGATION | LACP_SYNC | LACP_COLLECTING | LACP_DISTRIBUTING)

static struct lacp_settings passive_settings(unsigned side)
{
	struct lacp_settings settings = bed_settings(side);

	settings.active = false;
	return settings;
}

static struct lacp_settings slow_settings(unsigned side)
{
	struct lacp_settings settings = bed_settings(side);

	settings.rate = LACP_RATE_SLOW;
	return settings;
}

/* Two active bonds that carry. */
static struct bed *running_pair(unsigned cables)
{
	const struct lacp_settings a = bed_settings(0), b = bed_settings(1);
	struct bed *bed = bed_pair(&a, &b, cables);
	unsigned i;

	bed_run(bed, 4 * SEC);
	for (i = 0; i < cables; i++)
		assert_true(bed_carries(bed, i));
	return bed;
}

static void two_active_bonds_agree_after_the_aggregate_wait(void **state)
{
	const struct lacp_settings a = bed_settings(0), b = bed_settings(1);
	struct bed *bed = bed_pair(&a, &b, 2);
	struct lacp_member_status status;
	struct lacp_status bond;

	(void)state;
	bed_run(bed, LACP_WAIT_NS);
	assert_false(bed_carries(bed, 0));
	bed_run(bed, 100 * MS);
	assert_true(bed_carries(bed, 0));
	assert_true(bed_carries(bed, 1));
	status = bed_status(bed, 0, 0);
	assert_int_equal(status.receive, LACP_RX_CURRENT);
	assert_int_equal(status.reason, LACP_FINE);
	assert_int_equal(status.selected, LACP_SELECTED);
	assert_int_equal(status.aggregator, bed_status(bed, 1, 0).aggregator);
	assert_int_equal(status.actor.state,
			 AGREEMENT | LACP_ACTIVITY | LACP_SHORT_TIMEOUT);
	assert_int_equal(status.partner.state, status.actor.state);
	assert_true(mac_is_equal(&status.partner.system, &b.system));
	assert_int_equal(status.partner.port, 2);
	bond = bed_bond_status(bed, 1);
	assert_true(bond.up);
	assert_int_equal(bond.members, 2);
	assert_int_equal(bond.distributing, 2);
	assert_true(mac_is_equal(&bond.partner.system, &a.system));
	bed_destroy(bed);
}

static void passive_bond_joins_an_active_one(void **state)
{
	const struct lacp_settings a = bed_settings(0), b = passive_settings(1);
	struct bed *bed = bed_pair(&a, &b, 1);

	(void)state;
	bed_run(bed, 4 * SEC);
	assert_true(bed_carries(bed, 0));
	assert_true(bed->log[0].from == &bed->ends[0][0]);
	assert_false(bed_status(bed, 0, 1).actor.state & LACP_ACTIVITY);
	bed_destroy(bed);
}

static void two_passive_bonds_never_speak(void **state)
{
	const struct lacp_settings a = passive_settings(0);
	const struct lacp_settings b = passive_settings(1);
	struct bed *bed = bed_pair(&a, &b, 1);

	(void)state;
	bed_run(bed, 300 * SEC);
	assert_int_equal(bed->log_count, 0);
	assert_int_equal(bed_status(bed, 0, 0).receive, LACP_RX_DEFAULTED);
	assert_int_equal(bed_status(bed, 0, 0).reason, LACP_NO_PARTNER);
	bed_destroy(bed);
}

static void passive_bond_falls_silent_without_its_partner(void **state)
{
	const struct lacp_settings a = bed_settings(0), b = passive_settings(1);
	struct bed *bed = bed_pair(&a, &b, 1);
	uint64_t since_ns;

	(void)state;
	bed_run(bed, 4 * SEC);
	bed->ends[0][1].is_deaf = true;
	bed_run(bed, 7 * SEC);
	assert_int_equal(bed_status(bed, 0, 1).receive, LACP_RX_DEFAULTED);
	since_ns = bed->now_ns + 1;
	bed_run(bed, 60 * SEC);
	assert_int_equal(bed_sent_since(bed, 0, 1, since_ns), 0);
	bed_destroy(bed);
}

/* LACPDUs of both ends in 10 minutes, when nothing happens. */
static void count_pdus(const struct lacp_settings *a,
		       const struct lacp_settings *b, unsigned *from_a,
		       unsigned *from_b)
{
	struct bed *bed = bed_pair(a, b, 1);
	uint64_t since_ns;

	bed_run(bed, 60 * SEC);
	assert_true(bed_carries(bed, 0));
	since_ns = bed->now_ns + 1;
	bed_run(bed, 600 * SEC);
	assert_true(bed_carries(bed, 0));
	*from_a = bed_sent_since(bed, 0, 0, since_ns);
	*from_b = bed_sent_since(bed, 0, 1, since_ns);
	bed_destroy(bed);
}

static void pdus_come_as_often_as_the_partner_asks(void **state)
{
	const struct lacp_settings fast = bed_settings(0);
	const struct lacp_settings slow = slow_settings(0);
	struct lacp_settings other_fast = bed_settings(1);
	struct lacp_settings other_slow = slow_settings(1);
	unsigned from_a, from_b;

	(void)state;
	count_pdus(&fast, &other_fast, &from_a, &from_b);
	assert_int_equal(from_a, 600);
	assert_int_equal(from_b, 600);
	count_pdus(&fast, &other_slow, &from_a, &from_b);
	assert_int_equal(from_a, 20);
	assert_int_equal(from_b, 600);
	count_pdus(&slow, &other_fast, &from_a, &from_b);
	assert_int_equal(from_a, 600);
	assert_int_equal(from_b, 20);
	count_pdus(&slow, &other_slow, &from_a, &from_b);
	assert_int_equal(from_a, 20);
	assert_int_equal(from_b, 20);
}

/* How long after the last LACPDU does a deaf end stop distributing? */
static uint64_t expiry_ns(const struct lacp_settings *b)
{
	const struct lacp_settings a = bed_settings(0);
	struct bed *bed = bed_pair(&a, b, 1);
	uint64_t heard_ns, took_ns;

	bed_run(bed, 40 * SEC);
	bed->ends[0][1].is_deaf = true;
	bed_run(bed, 2 * MS);
	heard_ns = bed->log[bed->log_count - 1].at_ns;
	while (bed->log[bed->log_count - 1].from != &bed->ends[0][0])
		heard_ns = bed->log[--bed->log_count - 1].at_ns;
	assert_true(bed_run_until(bed, 0, 1, false, 200 * SEC));
	took_ns = bed->now_ns - (heard_ns + bed->delay_ns);
	assert_int_equal(bed_status(bed, 0, 1).receive, LACP_RX_EXPIRED);
	assert_int_equal(bed_status(bed, 0, 1).reason, LACP_PARTNER_EXPIRED);
	assert_int_equal(bed_counters(bed, 0, 1)->expired, 1);
	/* The other end is told, and stops as well. */
	bed_run(bed, 2 * MS);
	assert_false(bed_status(bed, 0, 0).distributing);
	assert_true(bed_status(bed, 0, 0).partner.state & LACP_EXPIRED);
	bed_run(bed, 3 * SEC);
	assert_int_equal(bed_status(bed, 0, 1).receive, LACP_RX_DEFAULTED);
	bed_destroy(bed);
	return took_ns;
}

static void silent_partner_expires_after_3_s_or_90_s(void **state)
{
	const struct lacp_settings fast = bed_settings(1);
	const struct lacp_settings slow = slow_settings(1);
	uint64_t took_ns = expiry_ns(&fast);

	(void)state;
	assert_in_range(took_ns, 3 * SEC, 3 * SEC + 2 * MS);
	took_ns = expiry_ns(&slow);
	assert_in_range(took_ns, 90 * SEC, 90 * SEC + 2 * MS);
}

static void partner_that_was_away_for_a_moment_is_back_at_once(void **state)
{
	struct bed *bed = running_pair(1);

	(void)state;
	bed->ends[0][1].is_deaf = true;
	assert_true(bed_run_until(bed, 0, 1, false, 5 * SEC));
	bed->ends[0][1].is_deaf = false;
	assert_true(bed_run_until(bed, 0, 1, true, SEC + 10 * MS));
	bed_destroy(bed);
}

static void every_second_pdu_lost_harms_nothing(void **state)
{
	struct bed *bed = running_pair(1);
	unsigned i;

	(void)state;
	for (i = 0; i < 20; i++) {
		uint64_t changes = bed->ends[0][1].changes;

		bed->ends[0][1].is_deaf = true;
		bed_run(bed, SEC);
		bed->ends[0][1].is_deaf = false;
		bed_run(bed, SEC);
		assert_int_equal(bed->ends[0][1].changes, changes);
	}
	bed_destroy(bed);
}

/* Stopped at any phase; what waited is read after the timers were asked. */
static void process_stopped_for_2500_ms_expires_nobody(void **state)
{
	struct bed *bed = running_pair(2);
	unsigned i;

	(void)state;
	for (i = 0; i < 60; i++) {
		bed_run(bed, 5 * SEC + i * 17 * MS);
		bed->sides[0].is_stopped = true;
		bed_run(bed, 2500 * MS);
		bed->sides[0].is_stopped = false;
		bed_run(bed, SEC);
		assert_int_equal(bed_counters(bed, 0, 0)->expired, 0);
		assert_int_equal(bed_counters(bed, 1, 0)->expired, 0);
		bed_run(bed, SEC);
		assert_true(bed_carries(bed, 0));
		assert_true(bed_carries(bed, 1));
	}
	bed_destroy(bed);
}

/* Longer than any timeout, and still: what waits is news. */
static void process_stopped_for_an_hour_reads_before_it_judges(void **state)
{
	struct bed *bed = running_pair(1);

	(void)state;
	bed->sides[0].is_stopped = true;
	bed_run(bed, 2 * SEC);
	bed->now_ns += 3600 * SEC;
	bed->sides[0].is_stopped = false;
	bed_run(bed, MS);
	assert_int_equal(bed_counters(bed, 0, 0)->expired, 0);
	bed_destroy(bed);
}

static void process_that_slept_finds_a_silent_partner_in_time(void **state)
{
	struct bed *bed = running_pair(1);

	(void)state;
	bed->ends[0][0].is_deaf = true;
	bed_run(bed, SEC);
	bed->sides[0].is_stopped = true;
	bed_run(bed, 2500 * MS);
	bed->sides[0].is_stopped = false;
	assert_true(bed_run_until(bed, 0, 0, false, LACP_GRACE_NS + 10 * MS));
	bed_destroy(bed);
}

static void link_down_stops_at_once_and_link_up_agrees_anew(void **state)
{
	struct bed *bed = running_pair(2);

	(void)state;
	bed_link(bed, 0, false, 0);
	assert_false(bed_status(bed, 0, 0).distributing);
	assert_false(bed_status(bed, 0, 0).collecting);
	assert_int_equal(bed_status(bed, 0, 0).reason, LACP_LINK_DOWN);
	assert_true(bed_carries(bed, 1));
	assert_int_equal(bed_bond_status(bed, 0).members, 1);
	bed_run(bed, 10 * SEC);
	bed_link(bed, 0, true, 1000);
	bed_run(bed, LACP_WAIT_NS + 100 * MS);
	assert_true(bed_carries(bed, 0));
	assert_int_equal(bed_bond_status(bed, 0).members, 2);
	bed_destroy(bed);
}

/* The bed watches the transmit limits meanwhile. */
static void flapping_link_never_disturbs_the_other(void **state)
{
	static const uint64_t periods_ns[] = {50 * MS, 5 * MS};
	struct bed *bed = running_pair(2);
	unsigned i, k;

	(void)state;
	for (k = 0; k < ARRAY_SIZE(periods_ns); k++) {
		for (i = 0; i < 400; i++) {
			bed_link(bed, 0, i % 2, 1000);
			bed_run(bed, periods_ns[k]);
			assert_true(bed_carries(bed, 1));
		}
	}
	bed_run(bed, 4 * SEC);
	assert_true(bed_carries(bed, 0));
	bed_destroy(bed);
}

static void
aggregation_taken_away_on_one_side_is_seen_on_the_other(void **state)
{
	struct bed *bed = running_pair(2);
	unsigned i;

	(void)state;
	lacp_remove(bed->ends[0][0].member, bed->now_ns);
	bed->ends[0][0].member = NULL;
	bed_run(bed, 2 * MS);
	assert_false(bed_status(bed, 0, 1).distributing);
	assert_false(bed_status(bed, 0, 1).partner.state & LACP_AGGREGATION);
	assert_true(bed_carries(bed, 1));
	assert_int_equal(bed_bond_status(bed, 1).members, 1);
	bed_run(bed, 7 * SEC);
	for (i = 0; i < 3; i++) {
		assert_int_equal(bed_status(bed, 0, 1).reason, LACP_NO_PARTNER);
		bed_run(bed, SEC);
	}
	bed_destroy(bed);
}

static void churn_is_seen_after_60_s_and_over_when_in_sync(void **state)
{
	const struct lacp_settings a = bed_settings(0), b = bed_settings(1);
	struct bed *bed = bed_pair(&a, &b, 1);

	(void)state;
	bed->ends[0][0].is_deaf = true;
	bed_run(bed, 60 * SEC - MS);
	assert_int_equal(bed_status(bed, 0, 0).actor_churn, LACP_CHURN_MONITOR);
	bed_run(bed, 2 * MS);
	assert_int_equal(bed_status(bed, 0, 0).actor_churn, LACP_CHURNED);
	assert_int_equal(bed_status(bed, 0, 0).partner_churn, LACP_CHURNED);
	bed->ends[0][0].is_deaf = false;
	bed_run(bed, 4 * SEC);
	assert_int_equal(bed_status(bed, 0, 0).actor_churn, LACP_CHURN_NONE);
	assert_int_equal(bed_status(bed, 0, 0).partner_churn, LACP_CHURN_NONE);
	bed->ends[0][0].is_deaf = true;
	bed_run(bed, 10 * SEC);
	assert_int_equal(bed_status(bed, 0, 0).partner_churn,
			 LACP_CHURN_MONITOR);
	bed_link(bed, 0, false, 0);
	bed_run(bed, 70 * SEC);
	assert_int_equal(bed_status(bed, 0, 0).actor_churn, LACP_CHURN_MONITOR);
	bed_destroy(bed);
}

static void settings_change_while_it_runs(void **state)
{
	struct bed *bed = running_pair(1);
	struct lacp_settings settings = slow_settings(0);
	uint64_t since_ns;

	(void)state;
	bed_set(bed, 0, &settings);
	bed_run(bed, 40 * SEC);
	since_ns = bed->now_ns + 1;
	bed_run(bed, 60 * SEC);
	assert_true(bed_carries(bed, 0));
	assert_int_equal(bed_sent_since(bed, 0, 1, since_ns), 2);
	settings = passive_settings(0);
	bed_set(bed, 0, &settings);
	bed_run(bed, 20 * SEC);
	assert_true(bed_carries(bed, 0));
	assert_false(bed_status(bed, 0, 1).partner.state & LACP_ACTIVITY);
	settings.key = 9;
	bed_set(bed, 0, &settings);
	assert_false(bed_status(bed, 0, 0).distributing);
	bed_run(bed, 4 * SEC);
	assert_true(bed_carries(bed, 0));
	assert_int_equal(bed_status(bed, 0, 1).partner.key >> 6, 9);
	settings.key = LACP_KEY_MAX + 1;
	assert_true(lacp_set(bed->sides[0].lacp, &settings, bed->now_ns, NULL) <
		    0);
	bed_destroy(bed);
}

static void names_are_there(void **state)
{
	(void)state;
	assert_string_equal(lacp_receive_name(LACP_RX_CURRENT), "current");
	assert_string_equal(lacp_mux_name(LACP_MUX_WAITING), "waiting");
	assert_string_equal(lacp_selected_name(LACP_STANDBY), "standby");
	assert_string_equal(lacp_churn_name(LACP_CHURNED), "churned");
	assert_string_equal(lacp_leave_name(LACP_LEFT), "left");
	assert_string_equal(lacp_reason_name(LACP_LOOPED), "looped");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			two_active_bonds_agree_after_the_aggregate_wait),
		cmocka_unit_test(passive_bond_joins_an_active_one),
		cmocka_unit_test(two_passive_bonds_never_speak),
		cmocka_unit_test(passive_bond_falls_silent_without_its_partner),
		cmocka_unit_test(pdus_come_as_often_as_the_partner_asks),
		cmocka_unit_test(silent_partner_expires_after_3_s_or_90_s),
		cmocka_unit_test(
			partner_that_was_away_for_a_moment_is_back_at_once),
		cmocka_unit_test(every_second_pdu_lost_harms_nothing),
		cmocka_unit_test(process_stopped_for_2500_ms_expires_nobody),
		cmocka_unit_test(
			process_stopped_for_an_hour_reads_before_it_judges),
		cmocka_unit_test(
			process_that_slept_finds_a_silent_partner_in_time),
		cmocka_unit_test(
			link_down_stops_at_once_and_link_up_agrees_anew),
		cmocka_unit_test(flapping_link_never_disturbs_the_other),
		cmocka_unit_test(
			aggregation_taken_away_on_one_side_is_seen_on_the_other),
		cmocka_unit_test(
			churn_is_seen_after_60_s_and_over_when_in_sync),
		cmocka_unit_test(settings_change_while_it_runs),
		cmocka_unit_test(names_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
