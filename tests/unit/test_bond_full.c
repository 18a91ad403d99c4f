// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bond_full.c - full members, and members that come and leave
 */
#include "unit/cmocka_wrap.h"

#include "core/util.h"
#include "unit/bond_bed.h"

static void full_active_member_makes_the_bond_full(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bed->p[0].room = 3;
	assert_int_equal(bond_bed_send(bed, 1, 2, 5), 3);
	assert_int_equal(bed->dropped, 0);
	bed->p[0].room = UINT32_MAX;
	port_writable(&bed->p[1].port);
	assert_int_equal(bed->writables, 0);
	port_writable(&bed->p[0].port);
	assert_int_equal(bed->writables, 1);
	port_writable(&bed->p[0].port);
	assert_int_equal(bed->writables, 1);
}

static void failover_of_a_full_bond_makes_it_writable(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bed->p[0].room = 0;
	assert_int_equal(bond_bed_send(bed, 1, 2, 5), 0);
	bond_bed_link(bed, 0, false);
	bond_bed_advance(bed, 0);
	assert_int_equal(bed->writables, 1);
	assert_int_equal(bond_bed_send(bed, 1, 2, 5), 5);
	assert_int_equal(bed->p[1].sent, 5);
	bed->p[1].room = 0;
	bed->settings.down_delay_ms = 100;
	bond_bed_set(bed);
	assert_int_equal(bond_bed_send(bed, 1, 2, 5), 0);
	bond_bed_link(bed, 1, false);
	bond_bed_advance(bed, 0);
	assert_int_equal(bed->writables, 2);
	assert_int_equal(bond_bed_send(bed, 1, 2, 5), 5);
	assert_int_equal(bond_bed_drops(bed, 1, DROP_NO_CARRIER), 5);
	assert_int_equal(bed->dropped, 5);
	assert_int_equal(bed->p[1].sent, 5);
}

static void manual_switch_of_a_full_bond_makes_it_writable(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bed->p[0].room = 0;
	assert_int_equal(bond_bed_send(bed, 1, 2, 5), 0);
	assert_int_equal(bond_switch(bed->bond, bed->m[1]), 0);
	bond_bed_advance(bed, 0);
	assert_int_equal(bed->writables, 1);
}

static void full_member_holds_up_nobody_else(void **state)
{
	struct port_counters *counters;
	struct bond_bed *bed = *state;
	struct bond_member_status status;
	unsigned i, a, b;

	bond_bed_start(bed, BOND_BALANCE_SLB, 2);
	counters = &bond_port(bed->bond)->counters;
	a = bond_bed_guest_on(bed, 0, 0);
	b = bond_bed_guest_on(bed, 1, 0);
	bed->p[0].room = 10;
	for (i = 0; i < 5; i++) {
		assert_int_equal(bond_bed_send(bed, 1, (uint8_t)a, 64), 64);
		assert_int_equal(bond_bed_send(bed, 1, (uint8_t)b, 64), 64);
	}
	bond_member_get_status(bed->bond, bed->m[0], &status);
	assert_int_equal(status.waiting, 256);
	assert_int_equal(bed->p[0].sent, 10);
	assert_int_equal(bed->p[1].sent, 320);
	assert_int_equal(bed->dropped, 320 - 10 - 256);
	assert_int_equal(bond_bed_drops(bed, 0, DROP_BACKLOG_FULL), 54);
	bed->p[0].room = UINT32_MAX;
	port_writable(&bed->p[0].port);
	assert_int_equal(bed->p[0].sent, 266);
	assert_int_equal(counters->drops[DROP_BACKLOG_FULL], 54);
	bed->p[0].room = 0;
	bond_bed_send(bed, 1, (uint8_t)a, 20);
	bond_bed_link(bed, 0, false);
	assert_int_equal(bond_bed_drops(bed, 0, DROP_NO_CARRIER), 20);
	assert_int_equal(counters->drops[DROP_NO_CARRIER], 20);
	assert_int_equal(bond_bed_member_of(bed, 1, (uint8_t)a), 1);
}

static void backlog_of_another_mode_goes_first(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_BALANCE_SLB, 1);
	bed->p[0].room = 0;
	assert_int_equal(bond_bed_send(bed, 1, 7, 4), 4);
	bed->settings.mode = BOND_ACTIVE_BACKUP;
	bond_bed_set(bed);
	bed->p[0].room = 100;
	assert_int_equal(bond_bed_send(bed, 1, 8, 1), 0);
	assert_int_equal(bed->p[0].sent, 0);
	port_writable(&bed->p[0].port);
	assert_int_equal(bed->p[0].sent, 4);
	assert_int_equal(bed->writables, 1);
	assert_int_equal(bond_bed_send(bed, 1, 8, 1), 1);
	assert_int_equal(bed->p[0].data[0][11], 7);
	assert_int_equal(bed->p[0].data[4][11], 8);
}

static void features_and_mtu_are_what_all_members_have(void **state)
{
	struct bond_bed *bed = *state;
	struct port *port = bond_port(bed->bond);

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 1);
	bed->p[0].port.mtu = 9000;
	assert_int_equal(port->features, PORT_CSUM | PORT_TSO4);
	bed->p[1].port.features = PORT_CSUM | PORT_TSO6;
	bed->p[1].port.mtu = 1400;
	bond_bed_add(bed, 1);
	assert_int_equal(port->features, PORT_CSUM);
	assert_int_equal(port->mtu, 1400);
	bond_bed_link(bed, 1, false);
	assert_int_equal(port->features, PORT_CSUM | PORT_TSO4);
	assert_int_equal(port->mtu, 9000);
	bed->p[1].port.features = 0;
	bond_bed_link(bed, 1, true);
	assert_int_equal(port->features, 0);
}

static void leaving_member_sends_nothing_more_and_still_receives(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bed->announcements = 0;
	bond_remove_member(bed->bond, bed->m[0], 50 * NSEC_PER_MSEC);
	assert_int_equal(bond_bed_state(bed, 0), BOND_LEAVING);
	assert_int_equal(bond_bed_active(bed), 1);
	assert_int_equal(bed->announcements, 1);
	assert_int_equal(bond_bed_send(bed, 1, 2, 3), 3);
	assert_int_equal(bed->p[0].sent, 0);
	assert_int_equal(bed->p[1].sent, 3);
	bond_bed_input(bed, 0, 1, 2, 0);
	bond_bed_input(bed, 0, 0xff, 2, 0);
	assert_int_equal(bed->received, 1);
	bond_bed_input(bed, 1, 1, 2, 0); /* flooded: the same once more */
	assert_int_equal(bed->received, 1);
	assert_int_equal(bond_bed_drops(bed, 1, DROP_DUPLICATE), 1);
	bond_bed_link(bed, 0, false);
	bond_bed_link(bed, 0, true);
	bond_bed_advance(bed, 49);
	assert_non_null(bed->m[0]);
	bond_bed_advance(bed, 1);
	assert_null(bed->m[0]);
	assert_int_equal(bed->closed, 1);
	assert_null(bed->p[0].port.upper);
}

static void leave_loses_no_frame_that_waits(void **state)
{
	struct bond_bed *bed = *state;
	unsigned a;

	bond_bed_start(bed, BOND_BALANCE_SLB, 2);
	a = bond_bed_guest_on(bed, 0, 0);
	bed->p[0].room = 0;
	bond_bed_send(bed, 1, (uint8_t)a, 5);
	bond_remove_member(bed->bond, bed->m[0], 50 * NSEC_PER_MSEC);
	bond_bed_send(bed, 1, (uint8_t)a, 5);
	assert_int_equal(bed->p[1].sent, 5);
	bed->p[0].room = UINT32_MAX;
	port_writable(&bed->p[0].port);
	assert_int_equal(bed->p[0].sent, 5);
	bond_remove_member(bed->bond, bed->m[0], 0);
	assert_null(bed->m[0]);
	assert_int_equal(bed->dropped, 0);
	bond_bed_add(bed, 0);
	assert_int_equal(bond_bed_state(bed, 0), BOND_CARRYING);
}

static void members_come_and_go_under_traffic(void **state)
{
	struct bond_bed *bed = *state;

	for (unsigned mode = 0; mode < BOND_8023AD; mode++) {
		bed->settings.mode = (uint8_t)mode;
		bond_bed_set(bed);
		bond_bed_add(bed, 0);
		for (unsigned i = 0; i < 64; i++) {
			unsigned which = i % 3 + 1;

			if (bed->m[which])
				bond_remove_member(bed->bond, bed->m[which],
						   i % 2 * NSEC_PER_MSEC);
			else
				bond_bed_add(bed, which);
			assert_int_equal(bond_bed_send(bed, 1, (uint8_t)i, 64),
					 64);
			for (unsigned p = 0; p < BOND_BED_MEMBERS; p++)
				bed->p[p].sent = 0;
			bond_bed_check(bed);
			bond_bed_advance(bed, 1);
		}
		assert_int_equal(bed->dropped, 0);
		for (unsigned p = 0; p < BOND_BED_MEMBERS; p++) {
			if (bed->m[p])
				bond_remove_member(bed->bond, bed->m[p], 0);
		}
	}
}

/* Guests 1, 2 and 3 by turns; returns how many were taken. */
static unsigned send_by_turns(struct bond_bed *bed, unsigned n)
{
	uint8_t data[6][60] = {{0}};
	struct frame frames[6], *batch[6];
	struct iovec tails[6];

	for (unsigned i = 0; i < n; i++) {
		data[i][0] = data[i][MAC_LEN] = 2;
		data[i][MAC_LEN + 5] = (uint8_t)(1 + i % 3);
		frame_set_data(&frames[i], data[i], 60, &tails[i]);
		batch[i] = &frames[i];
	}
	return port_send(bond_port(bed->bond), batch, n);
}

static void forged_frames_are_taken_out_of_a_batch(void **state)
{
	struct bond_bed *bed = *state;
	const struct port_counters *counters = &bond_port(bed->bond)->counters;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bed->forged = 2;
	assert_int_equal(send_by_turns(bed, 6), 6);
	assert_int_equal(bed->p[0].sent, 4);
	assert_int_equal(bed->p[0].data[1][11], 3);
	assert_int_equal(counters->drops[DROP_FORGED], 2);
	assert_int_equal(counters->tx_frames, 4);
	bed->p[0].room = 1; /* 1 goes, 2 is forged, 3 has no room */
	assert_int_equal(send_by_turns(bed, 6), 2);
	assert_int_equal(counters->drops[DROP_FORGED], 3);
	assert_int_equal(send_by_turns(bed, 6), 0);
	assert_int_equal(counters->drops[DROP_FORGED], 3);
	bed->forged = 1; /* and none but a forged one can be taken */
	assert_int_equal(send_by_turns(bed, 6), 1);
	assert_int_equal(counters->drops[DROP_FORGED], 4);
	assert_int_equal(counters->tx_frames, 5);
	assert_int_equal(bed->p[0].sent, 5);
}

static void control_frames_leave_by_any_member_with_carrier(void **state)
{
	struct bond_bed *bed = *state;
	struct bond_member_status status;
	static const uint8_t data[60] = {1, 0x80, 0xc2, 0, 0, 2, 2};
	struct frame frame, *batch = &frame;
	struct iovec tail;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	frame_set_data(&frame, data, sizeof(data), &tail);
	assert_int_equal(bond_member_send(bed->bond, bed->m[1], &batch, 1), 1);
	assert_int_equal(bed->p[1].sent, 1);
	bond_member_get_status(bed->bond, bed->m[1], &status);
	assert_int_equal(status.control_tx, 1);
	assert_int_equal(status.last_tx_ns, 0);
	assert_int_equal(bond_port(bed->bond)->counters.tx_frames, 0);
	bed->p[1].room = 0;
	assert_int_equal(bond_member_send(bed->bond, bed->m[1], &batch, 1), 0);
	bed->p[1].room = UINT32_MAX;
	port_writable(&bed->p[0].port);
	assert_int_equal(bed->member_writables, 0);
	port_writable(&bed->p[1].port);
	port_writable(&bed->p[1].port);
	assert_int_equal(bed->member_writables, 1);
	bond_bed_link(bed, 1, false);
	assert_int_equal(bond_member_send(bed->bond, bed->m[1], &batch, 1), 0);
	assert_int_equal(bed->p[1].sent, 1);
}

#define BED_TEST(name)                                         \
	cmocka_unit_test_setup_teardown(name, bond_bed_set_up, \
					bond_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(full_active_member_makes_the_bond_full),
		BED_TEST(failover_of_a_full_bond_makes_it_writable),
		BED_TEST(manual_switch_of_a_full_bond_makes_it_writable),
		BED_TEST(full_member_holds_up_nobody_else),
		BED_TEST(backlog_of_another_mode_goes_first),
		BED_TEST(features_and_mtu_are_what_all_members_have),
		BED_TEST(leaving_member_sends_nothing_more_and_still_receives),
		BED_TEST(leave_loses_no_frame_that_waits),
		BED_TEST(members_come_and_go_under_traffic),
		BED_TEST(forged_frames_are_taken_out_of_a_batch),
		BED_TEST(control_frames_leave_by_any_member_with_carrier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
