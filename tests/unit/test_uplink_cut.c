// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_uplink_cut.c - members of an uplink are broken by hand
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>

#include "unit/uplink_bed.h"

#define INTERVALS_MS (3 * 50)

static void cut(struct uplink_bed *bed, unsigned i, enum bond_cut how)
{
	uplink_bed_forget(bed);
	assert_int_equal(
		uplink_cut_member(bed->uplink, bed->p[i].port.name, how), 0);
}

static void silent_cut_is_noticed_by_probes(void **state)
{
	struct uplink_change history[BOND_MAX_HISTORY];
	struct uplink_bed *bed = *state;
	unsigned n, ms;

	strcpy(bed->settings.bond.primary, "u/0");
	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	assert_int_equal(uplink_bed_active(bed), 0);
	cut(bed, 0, BOND_CUT_SILENT);
	uplink_bed_talk(bed);
	for (ms = 0; uplink_bed_active(bed) == 0; ms++) {
		assert_true(ms < INTERVALS_MS + 10);
		uplink_bed_run(bed, 1);
	}
	assert_true(ms > 50); /* not by the cut itself */
	assert_int_equal(bed->probes[0] + bed->rarps[0] + bed->frames[0], 0);
	assert_int_equal(uplink_bed_member(bed, 0).bond.cut, BOND_CUT_SILENT);
	n = uplink_get_history(bed->uplink, history, BOND_MAX_HISTORY);
	assert_int_equal(history[n - 1].bond.reason, BOND_REASON_PROBE);
	uplink_bed_run(bed, 500);
	assert_int_equal(bed->rarps[1], UPLINK_BED_GUESTS);
	assert_int_equal(bed->probes[0], 0);
	assert_int_equal(uplink_bed_active(bed), 1);
	cut(bed, 0, BOND_CUT_NONE);
	uplink_bed_run(bed, 110);
	assert_int_equal(uplink_bed_active(bed), 0);
	assert_int_equal(uplink_bed_member(bed, 0).bond.cut, BOND_CUT_NONE);
}

static void cut_carrier_moves_guests_at_once(void **state)
{
	struct uplink_change history[BOND_MAX_HISTORY];
	struct uplink_bed *bed = *state;
	unsigned n;

	uplink_bed_add(bed, 2);
	cut(bed, 0, BOND_CUT_CARRIER);
	assert_int_equal(uplink_bed_active(bed), 1);
	assert_true(bed->p[1].sent > 0);
	uplink_bed_talk(bed);
	uplink_bed_run(bed, 50);
	assert_int_equal(bed->rarps[1], UPLINK_BED_GUESTS);
	assert_int_equal(bed->frames[1], UPLINK_BED_GUESTS);
	assert_int_equal(bed->rarps[0] + bed->frames[0], 0);
	n = uplink_get_history(bed->uplink, history, BOND_MAX_HISTORY);
	assert_int_equal(history[n - 1].bond.reason, BOND_REASON_CARRIER);
}

/* In its down-delay: what is announced there is lost, and not waited for. */
static void announcements_end_on_a_cut_member(void **state)
{
	struct uplink_bed *bed = *state;
	struct uplink_status status;

	bed->settings.bond.down_delay_ms = 1000;
	uplink_bed_set(bed);
	uplink_bed_add(bed, 2);
	assert_int_equal(uplink_bed_active(bed), 0);
	uplink_bed_forget(bed);
	assert_int_equal(uplink_switch(bed->uplink, "u/1"), 0);
	assert_true(uplink_bed_counters(bed).rarp < 2 * UPLINK_BED_GUESTS);
	cut(bed, 1, BOND_CUT_CARRIER); /* it is announced on, still */
	uplink_bed_run(bed, 100);
	assert_int_equal(bed->rarps[1], 0);
	uplink_get_status(bed->uplink, &status);
	assert_false(status.is_announcing);
	cut(bed, 1, BOND_CUT_NONE);
	assert_int_equal(uplink_switch(bed->uplink, "u/0"), 0);
	uplink_bed_run(bed, 50);
	assert_int_equal(bed->rarps[0], UPLINK_BED_GUESTS);
}

static void only_members_are_cut(void **state)
{
	struct uplink_bed *bed = *state;

	uplink_bed_add(bed, 1);
	assert_int_equal(uplink_cut_member(bed->uplink, "u/1", BOND_CUT_SILENT),
			 -ENOENT);
}

#define BED_TEST(name)                                           \
	cmocka_unit_test_setup_teardown(name, uplink_bed_set_up, \
					uplink_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(silent_cut_is_noticed_by_probes),
		BED_TEST(cut_carrier_moves_guests_at_once),
		BED_TEST(announcements_end_on_a_cut_member),
		BED_TEST(only_members_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
