// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_probe.c - what silence and answers mean, as tables of events
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "unit/probe_bed.h"

static uint64_t ms(uint64_t ns)
{
	return ns / NSEC_PER_MSEC;
}

enum what {
	ADD,       /* a member */
	REMOVE,    /* it */
	CUT,       /* its wire, silently */
	MEND,      /* it */
	MUTE,      /* targets, by bit */
	SLEEP,     /* the process, for so many ms */
	BECOMES,   /* the last change so far: a member's state */
	UNCHANGED, /* nothing since the last BECOMES */
};

/* At a time, something happens or is expected. */
struct event {
	unsigned at_ms;
	enum what what;
	unsigned arg;
	enum probe_state state;
};

static void expect_change(struct probe_bed *bed, const struct event *e,
			  unsigned seen)
{
	if (bed->change_count != seen)
		fail_msg("at %u ms: change %u of slot %u to %s", e->at_ms,
			 bed->change_count,
			 bed->changes[bed->change_count - 1].slot,
			 probe_state_name(
				 bed->changes[bed->change_count - 1].state));
	if (e->what == UNCHANGED)
		return;
	assert_int_equal(bed->changes[seen - 1].slot, e->arg);
	assert_int_equal(bed->changes[seen - 1].state, e->state);
}

static void happen(struct probe_bed *bed, const struct event *e, unsigned *seen)
{
	switch (e->what) {
	case ADD:
		probe_add_member(bed->probe, e->arg);
		break;
	case REMOVE:
		probe_remove_member(bed->probe, e->arg);
		break;
	case CUT:
	case MEND:
		bed->is_cut[e->arg] = e->what == CUT;
		break;
	case MUTE:
		bed->mute = e->arg;
		break;
	case SLEEP:
		bed->fake.ns += e->arg * NSEC_PER_MSEC;
		break;
	case BECOMES:
		++*seen;
		expect_change(bed, e, *seen);
		break;
	case UNCHANGED:
		expect_change(bed, e, *seen);
		break;
	}
}

static void play(struct probe_bed *bed, const struct event *events,
		 unsigned count)
{
	unsigned i, seen = 0;

	for (i = 0; i < count; i++) {
		uint64_t at_ns =
			bed->start_ns + events[i].at_ms * NSEC_PER_MSEC;

		if (at_ns > bed->fake.ns)
			bed_run(bed, (unsigned)((at_ns - bed->fake.ns) /
						NSEC_PER_USEC));
		happen(bed, &events[i], &seen);
	}
}

/* Slot 0 is asked at 0, 50, 100 ms and so on; answers come 1 ms later. */
static void member_lives_lives_on_dies_and_lives_again(void **state)
{
	static const struct event events[] = {
		{0, ADD, 0, 0},
		{50, UNCHANGED, 0, 0}, /* one answer is not enough */
		{52, BECOMES, 0, PROBE_ALIVE},
		{1000, UNCHANGED, 0, 0},
		{1010, CUT, 0, 0}, /* the last answer was at 1001 */
		{1155, UNCHANGED, 0, 0},
		{1158, BECOMES, 0, PROBE_DEAD},
		{2000, UNCHANGED, 0, 0},
		{2010, MEND, 0, 0},
		{2090, UNCHANGED, 0, 0},
		{2102, BECOMES, 0, PROBE_ALIVE},
		{3000, UNCHANGED, 0, 0},
	};

	play(*state, events, ARRAY_SIZE(events));
}

static void member_without_answers_is_dead_from_the_start(void **state)
{
	static const struct event events[] = {
		{0, CUT, 0, 0},          {0, ADD, 0, 0},
		{154, UNCHANGED, 0, 0},  {158, BECOMES, 0, PROBE_DEAD},
		{1000, UNCHANGED, 0, 0},
	};
	struct probe_bed *bed = *state;

	play(bed, events, ARRAY_SIZE(events));
	assert_string_equal(bed->changes[0].reason,
			    "no answer from any of 2 targets for 155 ms");
}

static void two_lost_answers_are_no_death(void **state)
{
	static const struct event events[] = {
		{0, ADD, 0, 0},    {52, BECOMES, 0, PROBE_ALIVE},
		{90, CUT, 0, 0}, /* 100 and 150 are lost */
		{160, MEND, 0, 0}, {1000, UNCHANGED, 0, 0},
	};

	play(*state, events, ARRAY_SIZE(events));
}

static void one_target_is_enough_when_any_will_do(void **state)
{
	static const struct event events[] = {
		{0, ADD, 0, 0},
		{52, BECOMES, 0, PROBE_ALIVE},
		{60, MUTE, 1, 0},
		{500, MUTE, 2, 0},
		{1000, UNCHANGED, 0, 0},
		{1000, MUTE, 3, 0},
		{1158, BECOMES, 0, PROBE_DEAD},
		{1160, MUTE, 1, 0},
		{1252, BECOMES, 0, PROBE_ALIVE},
	};

	play(*state, events, ARRAY_SIZE(events));
}

static void each_target_must_answer_when_all_shall(void **state)
{
	static const struct event events[] = {
		{0, ADD, 0, 0},
		{52, BECOMES, 0, PROBE_ALIVE},
		{1010, MUTE, 2, 0},
		{1155, UNCHANGED, 0, 0},
		{1158, BECOMES, 0, PROBE_DEAD},
		{1190, MUTE, 0, 0},
		{1202, UNCHANGED, 0, 0},
		{1252, BECOMES, 0, PROBE_ALIVE},
	};
	struct probe_bed *bed = *state;

	bed->settings.all_targets = true;
	bed_apply(bed);
	play(bed, events, ARRAY_SIZE(events));
	assert_string_equal(bed->changes[1].reason,
			    "no answer from 2001:db8::1 for 155 ms");
	assert_string_equal(bed->changes[2].reason,
			    "answers in 2 intervals in a row, the last from "
			    "2001:db8::1");
}

static void answers_that_are_not_in_a_row_don_t_revive(void **state)
{
	static const struct event events[] = {
		{0, CUT, 0, 0},
		{0, ADD, 0, 0},
		{158, BECOMES, 0, PROBE_DEAD},
		{190, MEND, 0, 0}, /* 200 is answered, 250 not, 300 is */
		{240, CUT, 0, 0},
		{290, MEND, 0, 0},
		{345, UNCHANGED, 0, 0},
		{352, BECOMES, 0, PROBE_ALIVE},
	};

	play(*state, events, ARRAY_SIZE(events));
}

static void members_are_judged_on_their_own(void **state)
{
	static const struct event events[] = {
		{0, ADD, 0, 0},
		{0, ADD, 1, 0}, /* asked at 30.9, 80.9, ... */
		{52, BECOMES, 0, PROBE_ALIVE},
		{83, BECOMES, 1, PROBE_ALIVE},
		{990, CUT, 1, 0},
		{1140, BECOMES, 1, PROBE_DEAD},
		{1200, REMOVE, 0, 0},
		{1200, CUT, 0, 0},
		{3000, UNCHANGED, 0, 0},
		{3000, MEND, 1, 0},
		{3083, BECOMES, 1, PROBE_ALIVE},
	};
	struct probe_status status;
	struct probe_bed *bed = *state;

	play(bed, events, ARRAY_SIZE(events));
	assert_false(probe_get_status(bed->probe, 0, &status));
	assert_true(probe_get_status(bed->probe, 1, &status));
	assert_string_equal(status.reason, bed->changes[3].reason);
	assert_int_equal(ms(status.since_ns - bed->start_ns),
			 ms(bed->changes[3].at_ns));
}

static void who_sleeps_hears_nothing_and_blames_nobody(void **state)
{
	static const struct event events[] = {
		{0, ADD, 0, 0},
		{0, ADD, 1, 0},
		{52, BECOMES, 0, PROBE_ALIVE},
		{83, BECOMES, 1, PROBE_ALIVE},
		{1010, CUT, 1, 0},
		{1012, SLEEP, 2500, 0}, /* until 3512 */
		{3600, UNCHANGED, 0, 0},
		/* silent since 982, 30 ms of these before the sleep */
		{3680, BECOMES, 1, PROBE_DEAD},
		{5000, UNCHANGED, 0, 0},
	};
	struct probe_bed *bed = *state;

	play(bed, events, ARRAY_SIZE(events));
	assert_int_equal(probe_naps(bed->probe), 1);
}

static void silence_is_seen_within_three_intervals_and_10_ms(void **state)
{
	static const uint64_t rtts_us[] = {500, 20000, 49500, 120000};
	struct probe_bed *bed = *state;
	uint64_t worst = 0, best = UINT64_MAX;
	unsigned i, offset;

	probe_add_member(bed->probe, 0);
	for (i = 0; i < ARRAY_SIZE(rtts_us); i++) {
		bed->rtt_ns = rtts_us[i] * NSEC_PER_USEC;
		for (offset = 0; offset < 200; offset++) {
			uint64_t fault_ns, seen_ns;

			bed->change_count = 0;
			bed_run(bed, 600 * 1000 + offset * 500);
			assert_int_equal(bed_state(bed, 0), PROBE_ALIVE);
			fault_ns = bed->fake.ns - bed->start_ns;
			bed->is_cut[0] = true;
			bed->change_count = 0;
			bed_run(bed, 200 * 1000);
			assert_int_equal(bed->change_count, 1);
			seen_ns = bed->changes[0].at_ns - fault_ns;
			worst = MAX(worst, seen_ns);
			best = MIN(best, seen_ns);
			bed->is_cut[0] = false;
		}
	}
	assert_true(worst <= 160 * NSEC_PER_MSEC);
	assert_true(best >= 100 * NSEC_PER_MSEC);
}

static void members_are_not_asked_in_one_burst(void **state)
{
	struct probe_bed *bed = *state;
	unsigned seed, i, j;

	for (i = 0; i < BED_MEMBERS; i++)
		probe_add_member(bed->probe, i);
	for (seed = 0; seed < 10; seed++) {
		bed->settings.seed = seed * 0x17654321;
		bed_apply(bed);
		bed_run(bed, 120 * 1000);
		for (i = 0; i < BED_MEMBERS; i++) {
			for (j = 0; j < i; j++)
				assert_true(ms(bed->sent_ns[i] -
					       bed->sent_ns[j] +
					       50 * NSEC_PER_MSEC) %
						    50 >=
					    5);
		}
	}
}

static void interval_is_exact_and_nothing_is_made_up_for(void **state)
{
	struct probe_bed *bed = *state;

	probe_add_member(bed->probe, 0);
	bed_run(bed, 10 * 1000 * 1000);
	assert_in_range(bed->sent, 2 * 200, 2 * 201);
	bed->sent = 0;
	bed->fake.ns += 10 * NSEC_PER_SEC;
	bed_run(bed, 49 * 1000);
	assert_in_range(bed->sent, 2, 4);
}

static void full_member_is_offered_the_rest_soon(void **state)
{
	struct probe_bed *bed = *state;

	bed->settings.all_targets = true;
	bed_apply(bed);
	bed->is_full[0] = true;
	probe_add_member(bed->probe, 0);
	bed_run(bed, 60 * 1000);
	assert_int_equal(bed_state(bed, 0), PROBE_ALIVE);
	assert_int_equal(bed_counters(bed, 0).unsent, 2);
	assert_int_equal(bed_counters(bed, 0).sent, 4);
}

static void member_may_be_removed_while_it_is_reported(void **state)
{
	struct probe_bed *bed = *state;
	struct probe_status status;

	bed->is_cut[0] = true;
	bed->remove_on_change = 0;
	probe_add_member(bed->probe, 0);
	bed_run(bed, 1000 * 1000);
	assert_int_equal(bed->change_count, 1);
	assert_false(probe_get_status(bed->probe, 0, &status));
	bed->is_cut[0] = false;
	bed->remove_on_change = -1;
	probe_add_member(bed->probe, 0);
	bed_run(bed, 100 * 1000);
	assert_int_equal(bed_state(bed, 0), PROBE_ALIVE);
}

static void member_may_be_removed_while_it_is_asked(void **state)
{
	struct probe_bed *bed = *state;

	bed->is_cut[0] = true;
	probe_add_member(bed->probe, 0);
	bed_run(bed, 149500);
	bed->fake.ns += PROBE_SLACK_NS; /* asked late, and judged */
	bed->remove_on_send = 0;
	bed_run(bed, 1000 * 1000);
	assert_int_equal(bed->change_count, 0);
}

static void other_settings_leave_the_state_alone(void **state)
{
	struct probe_bed *bed = *state;

	probe_add_member(bed->probe, 0);
	bed_run(bed, 200 * 1000);
	bed->settings.interval_ms = 1000;
	bed_apply(bed);
	bed_run(bed, 900 * 1000);
	assert_int_equal(bed_state(bed, 0), PROBE_ALIVE);
	assert_int_equal(bed->change_count, 1);
	bed->is_cut[0] = true;
	bed_run(bed, 2000 * 1000);
	assert_int_equal(bed->change_count, 1);
	bed_run(bed, 2000 * 1000);
	assert_int_equal(bed_state(bed, 0), PROBE_DEAD);
}

static void settings_out_of_bounds_are_refused(void **state)
{
	struct probe_bed *bed = *state;
	struct probe_settings bad[10];
	struct err err;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		bad[i] = bed->settings;
	bad[0].mac.b[0] = 3;
	bad[1].mac.b[0] = 0;
	bad[2].mac.b[5] = 1;
	bad[3].vid = 4095;
	bad[4].interval_ms = 9;
	bad[5].misses = 0;
	bad[6].answers = 0;
	bad[7].target_count = 17;
	bad[8].targets[0].ip4 = 0xe0000001;
	bad[9].targets[1].ip6.s6_addr[0] = 0xff;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		err.msg[0] = '\0';
		if (!probe_set(bed->probe, &bad[i], &err))
			fail_msg("settings %u were taken", i);
		assert_true(strlen(err.msg) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)
		TEST(member_lives_lives_on_dies_and_lives_again),
		TEST(member_without_answers_is_dead_from_the_start),
		TEST(two_lost_answers_are_no_death),
		TEST(one_target_is_enough_when_any_will_do),
		TEST(each_target_must_answer_when_all_shall),
		TEST(answers_that_are_not_in_a_row_don_t_revive),
		TEST(members_are_judged_on_their_own),
		TEST(who_sleeps_hears_nothing_and_blames_nobody),
		TEST(silence_is_seen_within_three_intervals_and_10_ms),
		TEST(members_are_not_asked_in_one_burst),
		TEST(interval_is_exact_and_nothing_is_made_up_for),
		TEST(full_member_is_offered_the_rest_soon),
		TEST(member_may_be_removed_while_it_is_reported),
		TEST(member_may_be_removed_while_it_is_asked),
		TEST(other_settings_leave_the_state_alone),
		TEST(settings_out_of_bounds_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
