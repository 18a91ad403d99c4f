// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bond_cut.c - members are broken by hand, with and without a word
 */
#include "unit/cmocka_wrap.h"

#include "unit/bond_bed.h"

#define CONTROL_LEN 60

static struct bond_member_status status_of(struct bond_bed *bed, unsigned i)
{
	struct bond_member_status status;

	bond_member_get_status(bed->bond, bed->m[i], &status);
	return status;
}

/* A control frame out of member @i; 1 or 0. */
static unsigned speak(struct bond_bed *bed, unsigned i)
{
	uint8_t data[CONTROL_LEN] = {
		1, 0x80, 0xc2, [5] = 2, [6] = 2, [12] = 0x88, 9};
	struct frame frame, *batch = &frame;
	struct iovec tail;

	frame_set_data(&frame, data, sizeof(data), &tail);
	return bond_member_send(bed->bond, bed->m[i], &batch, 1);
}

/* A control frame comes in on member @i; was it seen? */
static bool hears(struct bond_bed *bed, unsigned i)
{
	uint8_t data[CONTROL_LEN] = {
		1, 0x80, 0xc2, [5] = 2, [6] = 2, [12] = 0x88, 9};
	unsigned before = bed->inspected;

	bond_bed_input_data(bed, i, data, sizeof(data));
	return bed->inspected > before;
}

static void cut_carrier_is_a_carrier_that_is_lost(void **state)
{
	struct bond_change history[BOND_MAX_HISTORY];
	struct bond_bed *bed = *state;
	unsigned n, changes;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	changes = bed->changes;
	bed->announcements = 0;
	bond_bed_cut(bed, 0, BOND_CUT_CARRIER);
	assert_int_equal(bond_bed_active(bed), 1);
	assert_int_equal(bond_bed_state(bed, 0), BOND_DOWN);
	assert_int_equal(status_of(bed, 0).cut, BOND_CUT_CARRIER);
	assert_int_equal(status_of(bed, 0).up, 0);
	assert_true(bed->p[0].port.carrier);
	assert_false(bond_member_has_carrier(bed->m[0]));
	assert_int_equal(bed->announcements, 1);
	assert_int_equal(bed->announced[0], 1);
	assert_true(bed->changes > changes);
	n = bond_get_history(bed->bond, history, BOND_MAX_HISTORY);
	assert_string_equal(history[n - 2].member, "b/0");
	assert_int_equal(history[n - 2].reason, BOND_REASON_CARRIER);
	assert_int_equal(history[n - 1].reason, BOND_REASON_CARRIER);
	assert_int_equal(speak(bed, 0), 0);
	assert_false(hears(bed, 0));
	bond_bed_input(bed, 0, 1, 2, 3);
	assert_int_equal(bed->received, 0);
	assert_int_equal(bond_bed_drops(bed, 0, DROP_CUT_IN), 2);
	assert_int_equal(bed->p[0].sent, 0);
	bond_bed_cut(bed, 1, BOND_CUT_CARRIER);
	assert_false(bond_port(bed->bond)->carrier);
	bond_bed_cut(bed, 0, BOND_CUT_NONE);
	assert_int_equal(bond_bed_active(bed), 0);
	assert_int_equal(bond_bed_send(bed, 1, 2, 5), 5);
	assert_int_equal(bed->p[0].sent, 5);
	assert_true(hears(bed, 0));
}

static void carrier_of_the_port_counts_again_when_mended(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bond_bed_cut(bed, 0, BOND_CUT_CARRIER);
	bond_bed_link(bed, 0, false);
	bond_bed_link(bed, 0, true);
	assert_int_equal(bond_bed_state(bed, 0), BOND_DOWN);
	bond_bed_link(bed, 0, false);
	bond_bed_cut(bed, 0, BOND_CUT_NONE);
	assert_int_equal(bond_bed_state(bed, 0), BOND_DOWN);
	bond_bed_link(bed, 0, true);
	assert_int_equal(bond_bed_state(bed, 0), BOND_BACKUP);
	/* one cut becomes the other */
	bond_bed_cut(bed, 1, BOND_CUT_SILENT);
	assert_int_equal(bond_bed_state(bed, 1), BOND_ACTIVE);
	bond_bed_cut(bed, 1, BOND_CUT_CARRIER);
	assert_int_equal(bond_bed_active(bed), 0);
	bond_bed_cut(bed, 1, BOND_CUT_SILENT);
	assert_int_equal(bond_bed_state(bed, 1), BOND_BACKUP);
	/* silent or not, it has a carrier to lose */
	bond_bed_link(bed, 1, false);
	assert_int_equal(bond_bed_state(bed, 1), BOND_DOWN);
}

static void delays_hold_for_cuts_and_nothing_leaves_meanwhile(void **state)
{
	struct bond_bed *bed = *state;

	bed->settings.up_delay_ms = 20;
	bed->settings.down_delay_ms = 10;
	for (unsigned mode = 0; mode <= BOND_BALANCE_XOR; mode++) {
		struct bond_member_status before, after;

		bed->settings.mode = (uint8_t)mode;
		bond_bed_set(bed);
		while (!bed->m[0] || !bed->m[1])
			bond_bed_add(bed, !!bed->m[0]);
		bond_bed_advance(bed, 30);
		before = status_of(bed, 0);
		bond_bed_cut(bed, 0, BOND_CUT_CARRIER);
		assert_int_equal(bond_bed_state(bed, 0), BOND_DOWN_DELAY);
		bed->p[1].sent = bed->dropped = 0;
		for (uint8_t guest = 0; guest < 40; guest++)
			assert_int_equal(bond_bed_send(bed, 1, guest, 1), 1);
		assert_int_equal(bed->p[0].sent, 0);
		assert_int_equal(bed->p[1].sent + bed->dropped, 40);
		assert_true(bed->dropped > 0);
		after = status_of(bed, 0);
		assert_int_equal(after.last_tx_ns, before.last_tx_ns);
		bond_bed_advance(bed, 10);
		assert_int_equal(bond_bed_state(bed, 0), BOND_DOWN);
		bond_bed_cut(bed, 0, BOND_CUT_NONE);
		assert_int_equal(bond_bed_state(bed, 0), BOND_UP_DELAY);
	}
	assert_int_equal(bond_bed_drops(bed, 0, DROP_CUT_OUT), 0);
}

static void silent_cut_is_not_noticed_by_the_bond(void **state)
{
	struct bond_bed *bed = *state;
	unsigned announcements, changes;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	announcements = bed->announcements;
	changes = bed->changes;
	bond_bed_cut(bed, 0, BOND_CUT_SILENT);
	assert_int_equal(bed->changes, changes + 1); /* for who looks */
	assert_int_equal(bond_bed_state(bed, 0), BOND_ACTIVE);
	assert_true(bond_member_has_carrier(bed->m[0]));
	bed->dropped = 0;
	bond_bed_advance(bed, 5);
	assert_int_equal(bond_bed_send(bed, 1, 2, 7), 7);
	assert_int_equal(speak(bed, 0), 1);
	assert_int_equal(bed->p[0].sent + bed->p[1].sent, 0);
	assert_int_equal(bond_bed_drops(bed, 0, DROP_CUT_OUT), 8);
	assert_int_equal(bed->dropped, 7);
	assert_int_equal(bond_port(bed->bond)->counters.tx_frames, 0);
	assert_int_equal(bond_port(bed->bond)->counters.drops[DROP_CUT_OUT], 7);
	assert_int_equal(status_of(bed, 0).last_tx_ns, bed->fake.ns);
	assert_false(hears(bed, 0));
	bond_bed_input(bed, 0, 1, 2, 3);
	assert_int_equal(bed->received, 0);
	assert_int_equal(bond_bed_drops(bed, 0, DROP_CUT_IN), 2);
	assert_true(hears(bed, 1));
	assert_int_equal(bed->announcements, announcements);
	bond_bed_cut(bed, 0, BOND_CUT_NONE);
	assert_int_equal(bond_bed_send(bed, 1, 2, 7), 7);
	assert_int_equal(bed->p[0].sent, 7);
}

static void silent_member_loses_its_own_traffic_only(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_BALANCE_SLB, 2);
	for (unsigned mode = BOND_BALANCE_SLB; mode <= BOND_BALANCE_XOR;
	     mode++) {
		unsigned own, other;

		bed->settings.mode = (uint8_t)mode;
		bond_bed_set(bed);
		own = bond_bed_guest_on(bed, 0, 1);
		other = bond_bed_guest_on(bed, 1, 1);
		bond_bed_cut(bed, 0, BOND_CUT_SILENT);
		bond_bed_send(bed, 99, (uint8_t)own, 3);
		bond_bed_send(bed, 99, (uint8_t)other, 2);
		assert_int_equal(bed->p[0].sent, 0);
		assert_int_equal(bed->p[1].sent, 2);
		bed->p[1].sent = 0;
		bond_bed_cut(bed, 0, BOND_CUT_NONE);
	}
	assert_int_equal(bond_bed_drops(bed, 0, DROP_CUT_OUT), 6);
}

static void what_waits_for_a_cut_member_is_lost(void **state)
{
	struct bond_bed *bed = *state;
	unsigned guest;

	bond_bed_start(bed, BOND_BALANCE_SLB, 2);
	guest = bond_bed_guest_on(bed, 0, 1);
	bed->p[0].room = 0;
	bond_bed_send(bed, 99, (uint8_t)guest, 4);
	assert_int_equal(status_of(bed, 0).waiting, 4);
	bond_bed_cut(bed, 0, BOND_CUT_SILENT);
	assert_int_equal(status_of(bed, 0).waiting, 0);
	assert_int_equal(bond_bed_drops(bed, 0, DROP_CUT_OUT), 4);
	bed->p[0].room = UINT32_MAX;
	port_writable(&bed->p[0].port);
	assert_int_equal(bed->p[0].sent, 0);
	bond_bed_cut(bed, 0, BOND_CUT_NONE);
	bed->p[0].room = 0;
	bond_bed_send(bed, 99, (uint8_t)guest, 4);
	bond_bed_cut(bed, 0, BOND_CUT_CARRIER);
	assert_int_equal(bond_bed_drops(bed, 0, DROP_NO_CARRIER), 4);
	assert_int_equal(packet_pool_in_use(bed->pool), 0);
}

/* A dead wire is never full. */
static void full_bond_has_room_when_its_member_is_cut(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 1);
	bed->p[0].room = 2;
	assert_int_equal(bond_bed_send(bed, 1, 2, 5), 2);
	bond_bed_cut(bed, 0, BOND_CUT_SILENT);
	assert_int_equal(bed->writables, 0);
	bond_bed_advance(bed, 0);
	assert_int_equal(bed->writables, 1);
	assert_int_equal(bond_bed_send(bed, 1, 2, 5), 5);
	assert_int_equal(bed->p[0].sent, 2);
	bond_bed_cut(bed, 0, BOND_CUT_NONE);
	assert_int_equal(bond_bed_send(bed, 1, 2, 5), 0);
	bond_bed_cut(bed, 0, BOND_CUT_CARRIER);
	bond_bed_advance(bed, 0);
	assert_int_equal(bed->writables, 2);
}

static void leaving_member_may_be_cut(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bond_remove_member(bed->bond, bed->m[0], 10 * NSEC_PER_MSEC);
	bond_bed_input(bed, 0, 1, 2, 3);
	assert_int_equal(bed->received, 1);
	bond_bed_cut(bed, 0, BOND_CUT_CARRIER);
	bond_bed_input(bed, 0, 1, 2, 3);
	assert_int_equal(bed->received, 1);
	assert_int_equal(bond_bed_state(bed, 0), BOND_LEAVING);
	bond_bed_advance(bed, 10);
	assert_null(bed->m[0]);
}

static void every_cut_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(bond_cut_name(BOND_CUT_NONE), "none");
	assert_string_equal(bond_cut_name(BOND_CUT_CARRIER), "carrier");
	assert_string_equal(bond_cut_name(BOND_CUT_SILENT), "silent");
	assert_string_equal(bond_cut_name(BOND_CUT_COUNT), "?");
}

#define BED_TEST(name)                                         \
	cmocka_unit_test_setup_teardown(name, bond_bed_set_up, \
					bond_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(cut_carrier_is_a_carrier_that_is_lost),
		BED_TEST(carrier_of_the_port_counts_again_when_mended),
		BED_TEST(delays_hold_for_cuts_and_nothing_leaves_meanwhile),
		BED_TEST(silent_cut_is_not_noticed_by_the_bond),
		BED_TEST(silent_member_loses_its_own_traffic_only),
		BED_TEST(what_waits_for_a_cut_member_is_lost),
		BED_TEST(full_bond_has_room_when_its_member_is_cut),
		BED_TEST(leaving_member_may_be_cut),
		cmocka_unit_test(every_cut_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
