// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bond.c - which member is active, and when
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "core/util.h"
#include "unit/bond_bed.h"

enum event {
	LOOK,
	UP,
	DOWN,
	PROBE_UP,
	PROBE_DOWN,
	NO_PROBE,
	SWITCH,
	LEAVE,
	END
};

struct step {
	unsigned at_ms;
	enum event event;
	unsigned member;
	int active;
};

/* Two members, 0 the first to come up; times from when both are there. */
struct scene {
	const char *name;
	const char *primary;
	uint8_t reselect;
	uint32_t up_ms;
	uint32_t down_ms;
	struct step steps[14];
};

static const struct scene scenes[] = {
	{.name = "no delays: the loss moves traffic at once, coming back "
		 "doesn't",
	 .steps = {{10, DOWN, 0, 1},
		   {20, UP, 0, 1},
		   {30, DOWN, 1, 0},
		   {40, DOWN, 0, -1},
		   {50, UP, 1, 1},
		   {60, UP, 0, 1},
		   {0, END, 0, 0}}},
	{.name = "primary, always",
	 .primary = "b/1",
	 .steps = {{0, LOOK, 0, 1},
		   {10, DOWN, 1, 0},
		   {20, UP, 1, 1},
		   {30, DOWN, 0, 1},
		   {40, UP, 0, 1},
		   {0, END, 0, 0}}},
	{.name = "primary, failure",
	 .primary = "b/0",
	 .reselect = BOND_RESELECT_FAILURE,
	 .steps = {{10, DOWN, 0, 1},
		   {20, UP, 0, 1},
		   {500, LOOK, 0, 1},
		   {510, DOWN, 1, 0},
		   {520, UP, 1, 0},
		   {0, END, 0, 0}}},
	{.name = "up-delay holds the primary back",
	 .primary = "b/0",
	 .up_ms = 200,
	 .steps = {{300, DOWN, 0, 1},
		   {400, UP, 0, 1},
		   {599, LOOK, 0, 1},
		   {600, LOOK, 0, 0},
		   {0, END, 0, 0}}},
	{.name = "up-delay begins anew with each loss",
	 .primary = "b/0",
	 .up_ms = 200,
	 .steps = {{300, DOWN, 0, 1},
		   {310, UP, 0, 1},
		   {500, DOWN, 0, 1},
		   {501, UP, 0, 1},
		   {700, LOOK, 0, 1},
		   {701, LOOK, 0, 0},
		   {0, END, 0, 0}}},
	{.name = "up-delay is ignored when there is no other",
	 .up_ms = 200,
	 .steps = {{300, DOWN, 0, 1},
		   {310, DOWN, 1, -1},
		   {320, UP, 0, 0},
		   {330, UP, 1, 0},
		   {340, DOWN, 0, 1},
		   {350, UP, 0, 1},
		   {360, DOWN, 1, 0},
		   {0, END, 0, 0}}},
	{.name = "down-delay sits a short loss out",
	 .down_ms = 100,
	 .steps = {{10, DOWN, 0, 0},
		   {109, LOOK, 0, 0},
		   {109, UP, 0, 0},
		   {500, LOOK, 0, 0},
		   {500, DOWN, 0, 0},
		   {599, LOOK, 0, 0},
		   {600, LOOK, 0, 1},
		   {0, END, 0, 0}}},
	{.name = "down-delay: a backup that fails first is no choice",
	 .down_ms = 100,
	 .steps = {{10, DOWN, 1, 0},
		   {60, DOWN, 0, 0},
		   {110, LOOK, 0, 0},
		   {160, LOOK, 0, -1},
		   {170, UP, 1, 1},
		   {0, END, 0, 0}}},
	{.name = "probes and carrier both must say up",
	 .steps = {{10, PROBE_UP, 0, 0},
		   {20, PROBE_DOWN, 0, 1},
		   {30, DOWN, 1, -1},
		   {40, UP, 1, 1},
		   {50, DOWN, 0, 1},
		   {60, PROBE_UP, 0, 1},
		   {70, DOWN, 1, -1},
		   {80, UP, 0, 0},
		   {90, PROBE_DOWN, 0, -1},
		   {100, NO_PROBE, 0, 0},
		   {0, END, 0, 0}}},
	{.name = "by hand, against the primary, until it fails",
	 .primary = "b/0",
	 .steps = {{10, SWITCH, 1, 1},
		   {20, DOWN, 0, 1},
		   {30, UP, 0, 1},
		   {40, DOWN, 1, 0},
		   {50, UP, 1, 0},
		   {0, END, 0, 0}}},
	{.name = "the active one leaves",
	 .steps = {{10, LEAVE, 0, 1}, {20, DOWN, 1, -1}, {0, END, 0, 0}}},
};

static void act(struct bond_bed *bed, const struct step *step)
{
	struct bond_member *member = bed->m[step->member];

	switch (step->event) {
	case UP:
	case DOWN:
		bond_bed_link(bed, step->member, step->event == UP);
		break;
	case PROBE_UP:
	case PROBE_DOWN:
		bond_member_monitor(bed->bond, member, BOND_MONITOR_PROBE,
				    step->event == PROBE_UP);
		break;
	case NO_PROBE:
		bond_member_unmonitor(bed->bond, member, BOND_MONITOR_PROBE);
		break;
	case SWITCH:
		assert_int_equal(bond_switch(bed->bond, member), 0);
		break;
	case LEAVE:
		bond_remove_member(bed->bond, member, 0);
		break;
	case LOOK:
	case END:
		break;
	}
}

static void play(const struct scene *scene)
{
	const struct step *step;
	struct bond_bed *bed;
	void *state;
	unsigned at = 0;

	bond_bed_set_up(&state);
	bed = state;
	if (scene->primary)
		strcpy(bed->settings.primary, scene->primary);
	bed->settings.primary_reselect = scene->reselect;
	bed->settings.up_delay_ms = scene->up_ms;
	bed->settings.down_delay_ms = scene->down_ms;
	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	for (step = scene->steps; step->event != END; step++) {
		int active;

		bond_bed_advance(bed, step->at_ms - at);
		at = step->at_ms;
		act(bed, step);
		active = bond_bed_active(bed);
		if (active != step->active)
			fail_msg("%s: at %u ms %d is active, not %d",
				 scene->name, at, active, step->active);
		bond_bed_send(bed, 1, 2, 3);
		bond_bed_check(bed);
	}
	bond_bed_tear_down(&state);
}

static void sequences_of_events_lead_to_the_right_member(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(scenes); i++)
		play(&scenes[i]);
}

static void first_bond_has_no_carrier_and_takes_nothing_away(void **state)
{
	struct bond_bed *bed = *state;

	assert_false(bond_port(bed->bond)->carrier);
	assert_int_equal(bond_bed_active(bed), -1);
	assert_int_equal(bond_bed_send(bed, 1, 2, 5), 5);
	assert_int_equal(bed->dropped, 5);
	assert_int_equal(bond_port(bed->bond)->counters.drops[DROP_NO_CARRIER],
			 5);
	assert_int_equal(bond_port(bed->bond)->counters.tx_frames, 0);
}

static void failover_is_announced_once_and_carrier_stays(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	assert_int_equal(bed->announcements, 1);
	bed->changes = 0;
	bond_bed_link(bed, 0, false);
	assert_int_equal(bed->announcements, 2);
	assert_int_equal(bed->announced[1], 1);
	assert_int_equal(bed->changes, 1);
	assert_int_equal(bed->ups, 1);
	assert_int_equal(bed->downs, 0);
	assert_int_equal(bond_bed_send(bed, 1, 2, 4), 4);
	assert_int_equal(bed->p[0].sent, 0);
	assert_int_equal(bed->p[1].sent, 4);
	bond_bed_link(bed, 1, false);
	assert_int_equal(bed->downs, 1);
	assert_int_equal(bed->announcements, 2);
}

static void flap(struct bond_bed *bed, unsigned half_ms, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		bond_bed_link(bed, 0, false);
		bond_bed_check(bed);
		bond_bed_advance(bed, half_ms);
		bond_bed_link(bed, 0, true);
		bond_bed_check(bed);
		bond_bed_advance(bed, half_ms);
	}
}

static void flapping_primary_moves_traffic_once(void **state)
{
	struct bond_bed *bed = *state;
	struct bond_status status;

	strcpy(bed->settings.primary, "b/0");
	bed->settings.up_delay_ms = 200;
	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bond_bed_advance(bed, 300);
	bond_get_status(bed->bond, &status);
	assert_int_equal(status.switches, 1);
	flap(bed, 50, 20); /* 10 Hz */
	bond_get_status(bed->bond, &status);
	assert_int_equal(status.switches, 2);
	flap(bed, 5, 200); /* 100 Hz */
	bond_get_status(bed->bond, &status);
	assert_int_equal(status.switches, 2);
	assert_int_equal(bed->announcements, 2);
	bond_bed_advance(bed, 195);
	bond_get_status(bed->bond, &status);
	assert_int_equal(status.switches, 3);
	assert_int_equal(bond_bed_active(bed), 0);
}

/* Each loss of the primary is at least an up-delay after the one before. */
static void slow_flapping_loses_once_in_a_damping_window(void **state)
{
	struct bond_bed *bed = *state;
	struct bond_member_status status;

	strcpy(bed->settings.primary, "b/0");
	bed->settings.up_delay_ms = 40;
	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bond_bed_advance(bed, 100);
	flap(bed, 50, 20); /* up for 50 ms: back after 40 */
	bond_member_get_status(bed->bond, bed->m[0], &status);
	assert_int_equal(status.failures, 20);
	flap(bed, 30, 20); /* never back */
	bond_member_get_status(bed->bond, bed->m[0], &status);
	assert_int_equal(status.failures, 21);
}

static void better_primary_comes_back_only_if_it_is_faster(void **state)
{
	struct bond_bed *bed = *state;

	strcpy(bed->settings.primary, "b/0");
	bed->settings.primary_reselect = BOND_RESELECT_BETTER;
	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bond_member_set_speed(bed->bond, bed->m[0], 1000);
	bond_member_set_speed(bed->bond, bed->m[1], 1000);
	bond_bed_link(bed, 0, false);
	bond_bed_link(bed, 0, true);
	assert_int_equal(bond_bed_active(bed), 1);
	bond_member_set_speed(bed->bond, bed->m[0], 10000);
	assert_int_equal(bond_bed_active(bed), 0);
}

static void new_primary_takes_over_at_once(void **state)
{
	struct bond_bed *bed = *state;

	bed->settings.primary_reselect = BOND_RESELECT_FAILURE;
	strcpy(bed->settings.primary, "b/1");
	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 3);
	assert_int_equal(bond_bed_active(bed), 1);
	bond_remove_member(bed->bond, bed->m[1], 0);
	assert_int_equal(bond_bed_active(bed), 0);
	bond_bed_add(bed, 1);
	assert_int_equal(bond_bed_active(bed), 1);
	strcpy(bed->settings.primary, "b/2");
	bond_bed_set(bed);
	assert_int_equal(bond_bed_active(bed), 2);
	bond_bed_link(bed, 2, false);
	bond_bed_link(bed, 2, true);
	assert_int_equal(bond_bed_active(bed), 0);
	assert_int_equal(bond_switch(bed->bond, bed->m[1]), 0);
	strcpy(bed->settings.primary, "b/0");
	bond_bed_set(bed);
	assert_int_equal(bond_bed_active(bed), 0);
}

static void other_delay_counts_from_when_it_began(void **state)
{
	struct bond_bed *bed = *state;

	bed->settings.up_delay_ms = 1000;
	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bond_bed_advance(bed, 100);
	assert_int_equal(bond_bed_state(bed, 1), BOND_UP_DELAY);
	bed->settings.up_delay_ms = 150;
	bond_bed_set(bed);
	bond_bed_advance(bed, 49);
	assert_int_equal(bond_bed_state(bed, 1), BOND_UP_DELAY);
	bond_bed_advance(bed, 1);
	assert_int_equal(bond_bed_state(bed, 1), BOND_BACKUP);
	bond_bed_link(bed, 1, false);
	bond_bed_link(bed, 1, true);
	assert_int_equal(bond_bed_state(bed, 1), BOND_UP_DELAY);
	bed->settings.up_delay_ms = 0;
	bond_bed_set(bed);
	assert_int_equal(bond_bed_state(bed, 1), BOND_BACKUP);
}

static void settings_that_make_no_sense_change_nothing(void **state)
{
	struct bond_bed *bed = *state;
	struct bond_settings bad = bed->settings;
	struct bond_status status;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 1);
	bad.mode = BOND_MODE_COUNT;
	assert_int_equal(bond_set(bed->bond, &bad), -EINVAL);
	bad = bed->settings;
	memset(bad.primary, 'x', sizeof(bad.primary));
	assert_int_equal(bond_set(bed->bond, &bad), -EINVAL);
	bad = bed->settings;
	bad.xmit_hash_policy = BOND_HASH_POLICY_COUNT;
	assert_int_equal(bond_set(bed->bond, &bad), -EINVAL);
	bond_get_status(bed->bond, &status);
	assert_memory_equal(&status.settings, &bed->settings,
			    sizeof(bed->settings));
}

static void switch_by_hand_is_refused_where_it_makes_no_sense(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bond_bed_link(bed, 1, false);
	assert_int_equal(bond_switch(bed->bond, bed->m[1]), -EAGAIN);
	bed->settings.mode = BOND_BALANCE_XOR;
	bond_bed_set(bed);
	assert_int_equal(bond_switch(bed->bond, bed->m[0]), -EOPNOTSUPP);
}

#define BED_TEST(name)                                         \
	cmocka_unit_test_setup_teardown(name, bond_bed_set_up, \
					bond_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences_of_events_lead_to_the_right_member),
		BED_TEST(first_bond_has_no_carrier_and_takes_nothing_away),
		BED_TEST(failover_is_announced_once_and_carrier_stays),
		BED_TEST(flapping_primary_moves_traffic_once),
		BED_TEST(slow_flapping_loses_once_in_a_damping_window),
		BED_TEST(better_primary_comes_back_only_if_it_is_faster),
		BED_TEST(new_primary_takes_over_at_once),
		BED_TEST(other_delay_counts_from_when_it_began),
		BED_TEST(settings_that_make_no_sense_change_nothing),
		BED_TEST(switch_by_hand_is_refused_where_it_makes_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
