// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bond_history.c - what a bond tells: changes and why, and who is there
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/util.h"
#include "unit/bond_bed.h"

static void assert_change(const struct bond_change *change, const char *member,
			  enum bond_state from, enum bond_state to,
			  enum bond_reason reason)
{
	assert_string_equal(change->member, member);
	assert_string_equal(bond_state_name(change->from),
			    bond_state_name(from));
	assert_string_equal(bond_state_name(change->to), bond_state_name(to));
	assert_string_equal(bond_reason_name(change->reason),
			    bond_reason_name(reason));
}

static void history_says_what_changed_and_why(void **state)
{
	struct bond_change c[BOND_MAX_HISTORY];
	struct bond_bed *bed = *state;
	unsigned n;

	bed->settings.up_delay_ms = 10;
	strcpy(bed->settings.primary, "b/0");
	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bond_bed_link(bed, 0, false);
	bond_bed_link(bed, 0, true);
	bond_bed_advance(bed, 10);
	bond_switch(bed->bond, bed->m[1]);
	bond_member_monitor(bed->bond, bed->m[1], BOND_MONITOR_PROBE, false);
	bond_remove_member(bed->bond, bed->m[0], 0);
	n = bond_get_history(bed->bond, c, ARRAY_SIZE(c));
	assert_int_equal(n, 12);
	assert_change(&c[0], "b/0", BOND_DOWN, BOND_ACTIVE,
		      BOND_REASON_NO_OTHER);
	assert_change(&c[1], "b/1", BOND_DOWN, BOND_UP_DELAY,
		      BOND_REASON_ADDED);
	assert_change(&c[2], "b/0", BOND_ACTIVE, BOND_DOWN,
		      BOND_REASON_CARRIER);
	assert_change(&c[3], "b/1", BOND_UP_DELAY, BOND_ACTIVE,
		      BOND_REASON_NO_OTHER);
	assert_change(&c[4], "b/0", BOND_DOWN, BOND_UP_DELAY,
		      BOND_REASON_CARRIER);
	assert_change(&c[5], "b/1", BOND_ACTIVE, BOND_BACKUP,
		      BOND_REASON_PRIMARY);
	assert_change(&c[6], "b/0", BOND_UP_DELAY, BOND_ACTIVE,
		      BOND_REASON_PRIMARY);
	assert_change(&c[7], "b/0", BOND_ACTIVE, BOND_BACKUP,
		      BOND_REASON_MANUAL);
	assert_change(&c[8], "b/1", BOND_BACKUP, BOND_ACTIVE,
		      BOND_REASON_MANUAL);
	assert_change(&c[9], "b/1", BOND_ACTIVE, BOND_DOWN, BOND_REASON_PROBE);
	assert_change(&c[10], "b/0", BOND_BACKUP, BOND_ACTIVE,
		      BOND_REASON_PROBE);
	assert_change(&c[11], "b/0", BOND_ACTIVE, BOND_LEAVING,
		      BOND_REASON_REMOVED);
	assert_int_equal(c[6].at_ns - c[4].at_ns, 10 * NSEC_PER_MSEC);
	assert_int_equal(bond_get_history(bed->bond, c, 2), 2);
	assert_change(&c[1], "b/0", BOND_ACTIVE, BOND_LEAVING,
		      BOND_REASON_REMOVED);
}

static struct bond_member_status status_of(struct bond_bed *bed, unsigned i)
{
	struct bond_member_status status;

	bond_member_get_status(bed->bond, bed->m[i], &status);
	return status;
}

static void first_and_last_frames_of_a_failover_are_known(void **state)
{
	struct bond_bed *bed = *state;
	uint64_t start_ns = bed->fake.ns;

	for (unsigned mode = 0; mode <= BOND_BALANCE_XOR; mode += 2) {
		bond_bed_start(bed, mode, mode ? 0 : 2);
		bond_bed_link(bed, 1, false);
		bond_bed_link(bed, 1, true);
		start_ns = bed->fake.ns;
		bond_bed_advance(bed, 10);
		for (unsigned i = 0; i < 64; i++)
			bond_bed_send(bed, (uint8_t)i, 1, 1);
		bond_bed_input(bed, 0, 1, 2, 0);
		bond_bed_advance(bed, 10);
		bond_bed_link(bed, 0, false);
		bed->fake.ns += NSEC_PER_MSEC; /* later in the same round */
		for (unsigned i = 0; i < 64; i++)
			bond_bed_send(bed, (uint8_t)i, 1, 1);
		bond_bed_input(bed, 1, 1, 2, 0);
		bond_bed_advance(bed, 5);
		bond_bed_send(bed, 1, 2, 1);
		bond_bed_input(bed, 1, 1, 2, 0);
		assert_int_equal(status_of(bed, 0).last_tx_ns - start_ns,
				 10 * NSEC_PER_MSEC);
		assert_int_equal(status_of(bed, 0).last_rx_ns - start_ns,
				 10 * NSEC_PER_MSEC);
		assert_int_equal(status_of(bed, 1).first_rx_ns - start_ns,
				 21 * NSEC_PER_MSEC);
		assert_int_equal(status_of(bed, 1).first_tx_ns - start_ns,
				 (mode ? 10 : 21) * NSEC_PER_MSEC);
		assert_int_equal(status_of(bed, 1).last_tx_ns - start_ns,
				 26 * NSEC_PER_MSEC);
		bond_bed_link(bed, 0, true);
		bond_switch(bed->bond, bed->m[0]);
		assert_int_equal(status_of(bed, 0).first_tx_ns, 0);
		assert_int_equal(status_of(bed, 0).first_rx_ns, 0);
		assert_int_not_equal(status_of(bed, 0).last_tx_ns, 0);
	}
}

static void history_is_bounded_and_keeps_the_latest(void **state)
{
	struct bond_change c[BOND_MAX_HISTORY + 1];
	struct bond_bed *bed = *state;
	struct bond_status status;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 1);
	for (unsigned i = 0; i < 100; i++) {
		bond_bed_link(bed, 0, false);
		bond_bed_link(bed, 0, true);
	}
	bond_get_status(bed->bond, &status);
	assert_int_equal(status.changes, 201);
	assert_int_equal(bond_get_history(bed->bond, c, ARRAY_SIZE(c)),
			 BOND_MAX_HISTORY);
	assert_change(&c[BOND_MAX_HISTORY - 1], "b/0", BOND_DOWN, BOND_ACTIVE,
		      BOND_REASON_CARRIER);
}

static void fall_at_once(struct bond_bed *bed, struct bond_member *member)
{
	/* the announcer finds out that this one is dead, too */
	if (bond_member_slot(member) == 1)
		bond_bed_link(bed, 1, false);
}

static void announcing_may_find_the_next_failure(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 3);
	bed->on_announce = fall_at_once;
	bed->announcements = 0;
	bond_bed_link(bed, 0, false);
	assert_int_equal(bond_bed_active(bed), 2);
	assert_int_equal(bed->announcements, 2);
	assert_int_equal(bed->announced[0], 1);
	assert_int_equal(bed->announced[1], 2);
}

static void names_and_limits_of_members_hold(void **state)
{
	static struct mem_port more[BOND_MAX_MEMBERS + 1];
	struct bond_bed *bed = *state;
	char name[PORT_NAME_SIZE];
	unsigned i;

	for (i = 0; i <= BOND_MAX_MEMBERS; i++) {
		snprintf(name, sizeof(name), "more/%u", i);
		mem_port_init(&more[i], name);
		assert_int_equal(
			bond_add_member(bed->bond, &more[i].port, 0, NULL),
			i < BOND_MAX_MEMBERS ? 0 : -ENOSPC);
	}
	assert_int_equal(bond_add_member(bed->bond, &more[3].port, 0, NULL),
			 -EEXIST);
	assert_string_equal(bond_member_port(bond_member(bed->bond, 7))->name,
			    "more/7");
	assert_null(bond_member(bed->bond, BOND_MAX_MEMBERS));
	assert_null(bond_lookup_member(bed->bond, "more/16"));
	for (i = 0; i < BOND_MAX_MEMBERS; i++)
		assert_int_equal(bond_member_slot(bond_member(bed->bond, i)),
				 i);
}

#define BED_TEST(name)                                         \
	cmocka_unit_test_setup_teardown(name, bond_bed_set_up, \
					bond_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(history_says_what_changed_and_why),
		BED_TEST(first_and_last_frames_of_a_failover_are_known),
		BED_TEST(history_is_bounded_and_keeps_the_latest),
		BED_TEST(announcing_may_find_the_next_failure),
		BED_TEST(names_and_limits_of_members_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
