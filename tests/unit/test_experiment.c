// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_experiment.c - members that are broken, and what is told of it
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "switch/uplink/experiment.h"
#include "unit/meter_bed.h"

#define US NSEC_PER_USEC
#define MS 1000ull

/** enum how - what cut() does */
enum how {
	BY_CARRIER,
	SILENTLY,
	LATE, /* silently, and the carrier follows after 20 ms */
	NOT,
	REFUSED,
};

/* What one test has of its own; the bed's meter stands idle. */
static struct {
	struct meter_bed *bed;
	struct experiment *experiment;
	enum how how;
	bool is_sick; /* mending does not help */
	unsigned cuts;
	unsigned mends;
	unsigned rounds;
	struct experiment_round round;
} now;

static struct meter_bed_wire *wire_of(const char *member)
{
	unsigned i = 0;

	while (i < METER_BED_WIRES - 1 &&
	       strcmp(now.bed->wires[i].port.name, member) != 0)
		i++;
	assert_string_equal(now.bed->wires[i].port.name, member);
	return &now.bed->wires[i];
}

static int cut(void *ctx, const char *member)
{
	struct meter_bed_wire *wire = wire_of(member);

	assert_ptr_equal(ctx, &now);
	now.cuts++;
	if (now.how == REFUSED)
		return -EPERM;
	if (now.how == SILENTLY || now.how == LATE)
		wire->is_silent = true;
	if (now.how == BY_CARRIER)
		port_carrier(&wire->port, false);
	return 0;
}

static void mend(void *ctx, const char *member)
{
	struct meter_bed_wire *wire = wire_of(member);

	(void)ctx;
	now.mends++;
	assert_int_equal(now.mends, now.cuts);
	wire->is_silent = false;
	if (!now.is_sick)
		port_carrier(&wire->port, true);
}

static void done(void *ctx, const struct experiment_round *round)
{
	(void)ctx;
	now.rounds++;
	now.round = *round;
}

static void plug_bed(struct meter *meter)
{
	struct meter *old = now.bed->meter;

	for (unsigned end = 0; end < METER_ENDS; end++) {
		struct port *port = meter_port(old, end);

		port_plug(meter_port(meter, end), port->upper, port->upper_ctx);
		port_unplug(port);
	}
	now.bed->meter = meter;
}

static int set_up(void **state)
{
	struct experiment_settings settings;
	struct experiment_env env = {
		.ctx = &now,
		.cut = cut,
		.mend = mend,
		.done = done,
	};
	struct meter *bed_meter;

	meter_bed_set_up(state);
	memset(&now, 0, sizeof(now));
	now.bed = *state;
	env.loop = now.bed->loop;
	env.uplink = now.bed->uplink;
	meter_bed_settings(&env.meter);
	experiment_settings_init(&settings);
	now.experiment = experiment_create(&settings, &env, NULL);
	assert_non_null(now.experiment);
	bed_meter = now.bed->meter;
	plug_bed(experiment_meter(now.experiment));
	meter_destroy(bed_meter);
	return 0;
}

static int tear_down(void **state)
{
	struct meter_bed *bed = *state;

	for (unsigned end = 0; end < METER_ENDS; end++)
		port_unplug(meter_port(bed->meter, end));
	experiment_destroy(now.experiment);
	assert_int_equal(now.mends, now.how == REFUSED ? 0 : now.cuts);
	bed->meter = meter_create(
		"m", &(struct meter_settings){.interval_ns = NSEC_PER_MSEC},
		&(struct meter_env){.loop = bed->loop}, NULL);
	return meter_bed_tear_down(state);
}

/* Until the round is over, or 15 s have passed */
static const struct experiment_round *run(const char *member)
{
	unsigned before = now.rounds;

	assert_int_equal(experiment_begin(now.experiment, member), 0);
	for (unsigned i = 0; i < 15000 && now.rounds == before; i++) {
		meter_bed_run(now.bed, MS);
		if (now.how == LATE && i == 320)
			port_carrier(&now.bed->wires[0].port, false);
	}
	assert_int_equal(now.rounds, before + 1);
	return &now.round;
}

static void lost_carrier_costs_what_was_under_way(void **state)
{
	const struct experiment_round *round = run(NULL);

	(void)state;
	assert_string_equal(experiment_result_name(round->result), "ok");
	assert_string_equal(round->old_member, "u/0");
	assert_string_equal(round->new_member, "u/1");
	assert_int_equal(round->moves, 1);
	assert_int_equal(round->return_moves, 0);
	assert_int_equal(round->switched_ns, round->fault_ns);
	assert_in_range(round->last_out_old_ns, round->fault_ns - 100 * US,
			round->fault_ns);
	assert_in_range(round->first_out_new_ns, round->fault_ns,
			round->fault_ns + 100 * US);
	assert_in_range(round->last_in_old_ns, round->fault_ns - 200 * US,
			round->fault_ns);
	assert_in_range(round->first_in_new_ns, round->fault_ns,
			round->fault_ns + 200 * US);
	for (unsigned i = 0; i < METER_DIRECTIONS; i++) {
		const struct experiment_way *way = &round->way[i];

		assert_true(meter_gap_ns(&way->outage) < 500 * US);
		assert_false(way->outage.is_open);
		assert_true(way->total.lost <= 2);
		assert_int_equal(way->total.lost, way->outage.lost);
		assert_int_equal(way->total.duplicated, 0);
	}
	assert_int_equal(round->announced.rarp, 3); /* rounds of one guest */
	assert_int_equal(round->announced.garp, 0);
	assert_int_equal(round->mended_ns, round->fault_ns + 1000 * MS * US);
	assert_in_range(round->back_ns, round->mended_ns,
			round->mended_ns + 5 * MS * US);
}

static void members_are_broken_in_turn(void **state)
{
	(void)state;
	assert_string_equal(run(NULL)->old_member, "u/0");
	assert_string_equal(run(NULL)->old_member, "u/1");
	assert_string_equal(now.round.new_member, "u/0");
	assert_string_equal(run(NULL)->old_member, "u/0");
	assert_int_equal(now.round.result, EXPERIMENT_OK);
	assert_int_equal(now.cuts, 3);
}

/* No member is the active one; the meter's frames are one flow. */
static void member_of_a_flow_is_broken_where_several_carry(void **state)
{
	struct meter_bed *bed = *state;
	char first[PORT_NAME_SIZE];

	bed->settings.bond.mode = BOND_BALANCE_XOR;
	assert_int_equal(uplink_set(bed->uplink, &bed->settings, NULL), 0);
	assert_int_equal(run(NULL)->result, EXPERIMENT_OK);
	strcpy(first, now.round.old_member);
	assert_string_equal(now.round.new_member,
			    strcmp(first, "u/0") ? "u/0" : "u/1");
	assert_int_equal(now.round.moves, 0);
	assert_true(now.round.way[METER_OUT].outage.lost <= 2);
	assert_true(now.round.last_out_old_ns <= now.round.fault_ns);
	assert_string_equal(run(NULL)->old_member, first);
	assert_int_equal(now.round.result, EXPERIMENT_OK);
}

static void outage_lasts_until_the_fault_is_seen(void **state)
{
	const struct experiment_round *round;

	(void)state;
	now.how = LATE;
	round = run(NULL);
	assert_int_equal(round->result, EXPERIMENT_OK);
	for (unsigned i = 0; i < METER_DIRECTIONS; i++) {
		const struct meter_gap *gap = &round->way[i].outage;

		assert_in_range(meter_gap_ns(gap), 19 * MS * US, 23 * MS * US);
		assert_in_range(gap->lost, 190, 230);
		assert_true(meter_gap_ns(&round->way[i].return_outage) <
			    500 * US);
		assert_in_range(gap->last_ns, round->fault_ns - 200 * US,
				round->fault_ns);
	}
	assert_true(round->last_out_old_ns > round->fault_ns + 18 * MS * US);
	assert_true(round->first_out_new_ns > round->last_out_old_ns);
}

static void fault_that_nobody_sees_is_no_failover(void **state)
{
	const struct experiment_round *round;

	(void)state;
	now.how = SILENTLY;
	round = run(NULL);
	assert_string_equal(experiment_result_name(round->result),
			    "no-failover");
	assert_string_equal(round->new_member, round->old_member);
	assert_int_equal(round->moves, 0);
	assert_int_equal(round->switched_ns, 0);
	assert_int_equal(round->first_out_new_ns, 0);
	assert_true(round->way[METER_OUT].outage.is_open);
	assert_in_range(meter_gap_ns(&round->way[METER_OUT].outage),
			1000 * MS * US, 1000 * MS * US + 200 * US);
	assert_int_equal(round->way[METER_OUT].outage.first_ns,
			 round->mended_ns);
	/* and mending brought it back */
	assert_true(round->back_ns > 0);
	assert_in_range(round->way[METER_OUT].total.lost, 9990, 10010);
}

static void return_to_a_primary_is_told_apart(void **state)
{
	struct meter_bed *bed = *state;
	const struct experiment_round *round;

	strcpy(bed->settings.bond.primary, "u/0");
	bed->settings.bond.up_delay_ms = 30;
	assert_int_equal(uplink_set(bed->uplink, &bed->settings, NULL), 0);
	round = run(NULL);
	assert_int_equal(round->result, EXPERIMENT_OK);
	assert_string_equal(round->new_member, "u/1");
	assert_int_equal(round->moves, 1);
	assert_int_equal(round->return_moves, 1);
	assert_in_range(round->back_ns - round->mended_ns, 30 * MS * US,
			40 * MS * US);
	assert_true(meter_gap_ns(&round->way[METER_IN].return_outage) <
		    500 * US);
	assert_int_equal(round->announced.rarp, 3);
	assert_int_equal(meter_bed_active(bed), 0);
}

static void member_that_stays_down_is_not_waited_for_for_ever(void **state)
{
	const struct experiment_round *round;

	(void)state;
	now.is_sick = true;
	round = run(NULL);
	assert_string_equal(experiment_result_name(round->result), "not-back");
	assert_int_equal(round->back_ns, 0);
	assert_true(round->way[METER_OUT].outage.lost <= 1);
}

static void named_member_is_broken(void **state)
{
	const struct experiment_round *round;

	(void)state;
	round = run("u/1");
	assert_int_equal(round->result, EXPERIMENT_OK);
	assert_string_equal(round->old_member, "u/1");
	assert_string_equal(round->new_member, "u/0");
	assert_int_equal(round->moves, 0);
	assert_int_equal(round->first_out_new_ns, 0);
	assert_int_equal(round->way[METER_OUT].total.lost, 0);
	assert_string_equal(experiment_result_name(run("u/7")->result),
			    "no-member");
	assert_int_equal(now.cuts, 1);
}

static void without_traffic_nothing_is_broken(void **state)
{
	struct meter_bed *bed = *state;

	bed->wires[0].is_silent = true;
	assert_string_equal(experiment_result_name(run(NULL)->result),
			    "no-traffic");
	port_carrier(&bed->wires[0].port, false);
	port_carrier(&bed->wires[1].port, false);
	assert_string_equal(experiment_result_name(run(NULL)->result),
			    "no-member");
	assert_int_equal(now.cuts, 0);
	assert_int_equal(now.round.fault_ns, 0);
}

static void member_that_can_not_be_broken_ends_the_round(void **state)
{
	(void)state;
	now.how = REFUSED;
	assert_string_equal(experiment_result_name(run(NULL)->result),
			    "cut-failed");
	assert_int_equal(now.mends, 0);
}

static void member_that_is_removed_ends_the_round(void **state)
{
	struct meter_bed *bed = *state;

	assert_int_equal(experiment_begin(now.experiment, NULL), 0);
	meter_bed_run(bed, 500 * MS);
	assert_int_equal(now.cuts, 1);
	uplink_remove_member(bed->uplink, "u/0");
	uplink_remove_member(bed->uplink, "u/0");
	meter_bed_run(bed, 2000 * MS);
	assert_int_equal(now.rounds, 1);
	assert_string_equal(experiment_result_name(now.round.result), "gone");
	assert_int_equal(now.mends, 1);
}

static void cancelled_round_is_mended_at_once(void **state)
{
	struct meter_bed *bed = *state;

	experiment_cancel(now.experiment);
	assert_int_equal(experiment_begin(now.experiment, NULL), 0);
	meter_bed_run(bed, 500 * MS);
	experiment_cancel(now.experiment);
	assert_int_equal(now.mends, 1);
	experiment_cancel(now.experiment);
	assert_int_equal(now.rounds, 0);
	meter_bed_run(bed, 200 * MS);
	assert_int_equal(now.rounds, 1);
	assert_string_equal(experiment_result_name(now.round.result),
			    "cancelled");
	assert_int_equal(run(NULL)->result, EXPERIMENT_OK);
}

/* tear_down() sees whether it is mended. */
static void destroyed_experiment_leaves_nothing_broken(void **state)
{
	assert_int_equal(experiment_begin(now.experiment, NULL), 0);
	assert_int_equal(experiment_begin(now.experiment, NULL), -EBUSY);
	meter_bed_run(*state, 500 * MS);
	assert_int_equal(now.cuts, 1);
	assert_int_equal(now.mends, 0);
}

static void experiment_is_not_made_of_bad_settings(void **state)
{
	struct meter_bed *bed = *state;
	struct experiment_settings settings;
	struct experiment_env env = {.loop = bed->loop, .uplink = bed->uplink};
	char name[PORT_NAME_SIZE + 1];
	struct err err;

	experiment_settings_init(&settings);
	settings.hold_ns = 0;
	assert_null(experiment_create(&settings, &env, &err));
	assert_string_equal(err.msg,
			    "each step of a failover takes up to 600 s");
	experiment_settings_init(&settings);
	assert_null(experiment_create(&settings, &env, &err)); /* no interval */
	experiment_destroy(NULL);
	memset(name, 'x', sizeof(name));
	name[PORT_NAME_SIZE] = '\0';
	assert_int_equal(experiment_begin(now.experiment, name), -ENAMETOOLONG);
}

#define ROUND_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ROUND_TEST(lost_carrier_costs_what_was_under_way),
		ROUND_TEST(members_are_broken_in_turn),
		ROUND_TEST(member_of_a_flow_is_broken_where_several_carry),
		ROUND_TEST(outage_lasts_until_the_fault_is_seen),
		ROUND_TEST(fault_that_nobody_sees_is_no_failover),
		ROUND_TEST(return_to_a_primary_is_told_apart),
		ROUND_TEST(member_that_stays_down_is_not_waited_for_for_ever),
		ROUND_TEST(named_member_is_broken),
		ROUND_TEST(without_traffic_nothing_is_broken),
		ROUND_TEST(member_that_can_not_be_broken_ends_the_round),
		ROUND_TEST(member_that_is_removed_ends_the_round),
		ROUND_TEST(cancelled_round_is_mended_at_once),
		ROUND_TEST(destroyed_experiment_leaves_nothing_broken),
		ROUND_TEST(experiment_is_not_made_of_bad_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
