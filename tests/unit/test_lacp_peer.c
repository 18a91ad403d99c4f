// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lacp_peer.c - what one peer can make a bond do, and what not
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "unit/lacp_bed.h"

static struct bed *running_pair(unsigned cables)
{
	const struct lacp_settings a = bed_settings(0), b = bed_settings(1);
	struct bed *bed = bed_pair(&a, &b, cables);

	bed_run(bed, 4 * SEC);
	assert_true(bed_carries(bed, 0));
	return bed;
}

/* What the other end of a cable would say. */
static struct lacp_pdu pdu_of_partner(struct bed *bed, unsigned cable)
{
	return (struct lacp_pdu){
		.actor = bed_status(bed, cable, 1).actor,
		.partner = bed_status(bed, cable, 0).actor,
	};
}

static void cable_into_ourselves_is_not_aggregated(void **state)
{
	const struct lacp_settings a = bed_settings(0), b = bed_settings(1);
	struct bed *bed = bed_create();
	uint64_t since_ns;

	(void)state;
	bed_bond(bed, 0, &a);
	bed_bond(bed, 1, &b);
	bed_cable(bed, 0, 0, 1);
	bed_cable(bed, 1, 0, 0);
	bed_link(bed, 0, true, 1000);
	bed_link(bed, 1, true, 1000);
	bed_run(bed, 10 * SEC);
	assert_true(bed_carries(bed, 0));
	assert_true(bed_status(bed, 1, 0).looped);
	assert_int_equal(bed_status(bed, 1, 1).reason, LACP_LOOPED);
	assert_int_equal(bed_status(bed, 1, 0).selected, LACP_UNSELECTED);
	assert_int_equal(bed_status(bed, 1, 0).aggregator, 0);
	since_ns = bed->now_ns + 1;
	bed_run(bed, 100 * SEC);
	assert_int_equal(bed_sent_since(bed, 1, 0, since_ns), 100);
	assert_true(bed_carries(bed, 0));
	bed_destroy(bed);
}

/* A wire that returns what we send. */
static void own_frames_reflected_are_not_aggregated(void **state)
{
	struct bed *bed = running_pair(2);
	struct lacp_pdu pdu = {.version = 1};
	uint64_t since_ns;
	unsigned i;

	(void)state;
	bed->ends[0][0].is_deaf = true;
	bed_run(bed, 10 * MS);
	since_ns = bed->now_ns;
	for (i = 0; i < 10; i++) {
		pdu.actor = bed_status(bed, 0, 0).actor;
		bed_receive(bed, 0, 0, &pdu);
		bed_run(bed, SEC);
		assert_false(bed_status(bed, 0, 0).distributing);
		assert_true(bed_carries(bed, 1));
	}
	assert_int_equal(bed_status(bed, 0, 0).reason, LACP_LOOPED);
	assert_in_range(bed_sent_since(bed, 0, 0, since_ns), 9, 13);
	bed->ends[0][0].is_deaf = false;
	bed_run(bed, 2 * LACP_WAIT_NS + SEC);
	assert_true(bed_carries(bed, 0));
	bed_destroy(bed);
}

static void partner_out_of_sync_or_not_collecting_gets_no_frame(void **state)
{
	struct bed *bed = running_pair(1);
	struct lacp_pdu pdu = pdu_of_partner(bed, 0);

	(void)state;
	pdu.actor.state &= (uint8_t)~LACP_COLLECTING;
	bed_receive(bed, 0, 0, &pdu);
	assert_false(bed_status(bed, 0, 0).distributing);
	assert_true(bed_status(bed, 0, 0).collecting);
	assert_int_equal(bed_status(bed, 0, 0).reason,
			 LACP_PARTNER_NOT_COLLECTING);
	pdu = pdu_of_partner(bed, 0);
	pdu.actor.state |= LACP_SYNC | LACP_COLLECTING;
	bed_receive(bed, 0, 0, &pdu);
	bed_run(bed, 10 * MS);
	assert_true(bed_carries(bed, 0));
	pdu.actor.state &= (uint8_t)~LACP_SYNC;
	bed_receive(bed, 0, 0, &pdu);
	assert_false(bed_status(bed, 0, 0).collecting);
	assert_int_equal(bed_status(bed, 0, 0).reason, LACP_PARTNER_NOT_SYNC);
	bed_destroy(bed);
}

static void partner_in_sync_with_somebody_else_gets_no_frame(void **state)
{
	struct bed *bed = running_pair(1);
	const struct lacp_pdu good = pdu_of_partner(bed, 0);
	struct lacp_pdu wrong[6];
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		wrong[i] = good;
	wrong[0].partner.port++;
	wrong[1].partner.port_priority++;
	wrong[2].partner.key++;
	wrong[3].partner.system.b[5]++;
	wrong[4].partner.system_priority++;
	wrong[5].partner.state &= (uint8_t)~LACP_AGGREGATION;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		bed_receive(bed, 0, 0, &good);
		assert_true(bed_status(bed, 0, 0).distributing);
		bed_receive(bed, 0, 0, &wrong[i]);
		assert_false(bed_status(bed, 0, 0).distributing);
		bed_run(bed, SEC);
	}
	bed_destroy(bed);
}

static void
passive_partner_that_takes_us_for_passive_is_not_in_sync(void **state)
{
	struct bed *bed = running_pair(1);
	struct lacp_pdu pdu = pdu_of_partner(bed, 0);

	(void)state;
	pdu.actor.state &= (uint8_t)~LACP_ACTIVITY;
	bed_receive(bed, 0, 0, &pdu);
	assert_true(bed_status(bed, 0, 0).distributing);
	pdu.partner.state &= (uint8_t)~LACP_ACTIVITY;
	bed_receive(bed, 0, 0, &pdu);
	assert_false(bed_status(bed, 0, 0).distributing);
	bed_destroy(bed);
}

static void what_was_agreed_with_another_key_is_void(void **state)
{
	struct bed *bed = running_pair(1);
	struct lacp_settings settings = bed_settings(0);

	(void)state;
	bed_run(bed, 10 * MS);
	bed->ends[0][0].is_deaf = true;
	settings.key = 9;
	bed_set(bed, 0, &settings);
	bed_run(bed, LACP_WAIT_NS + 100 * MS);
	assert_int_equal(bed_status(bed, 0, 0).receive, LACP_RX_CURRENT);
	assert_int_equal(bed_status(bed, 0, 0).reason, LACP_PARTNER_NOT_SYNC);
	bed_destroy(bed);
}

static void key_that_changes_each_second_costs_only_its_member(void **state)
{
	struct bed *bed = running_pair(3);
	struct lacp_pdu pdu = pdu_of_partner(bed, 0);
	struct lacp_settings settings = bed_settings(0);
	uint64_t bond_changes;
	unsigned i;

	(void)state;
	settings.policy = LACP_COUNT;
	bed_set(bed, 0, &settings);
	bed->ends[0][0].is_deaf = true;
	bed_receive(bed, 0, 0, &pdu);
	for (i = 0; i < 300; i++) {
		pdu.actor.key++;
		bed_receive(bed, 0, 0, &pdu);
		if (!i)
			bond_changes = bed->sides[0].bond_changes;
		bed_run(bed, SEC);
		assert_false(bed_status(bed, 0, 0).distributing);
		assert_true(bed_carries(bed, 1));
		assert_true(bed_carries(bed, 2));
	}
	assert_int_equal(bed->sides[0].bond_changes, bond_changes);
	assert_int_equal(bed_counters(bed, 0, 0)->restarted, 300);
	assert_true(bed_counters(bed, 0, 0)->tx < 3 * 310);
	/* It calms down: its wait is long, then as always. */
	bed->ends[0][0].is_deaf = false;
	bed_run(bed, LACP_WAIT_NS + SEC);
	assert_false(bed_carries(bed, 0));
	bed_run(bed, LACP_WAIT_MAX_NS);
	assert_true(bed_carries(bed, 0));
	bed_destroy(bed);
}

/* A partner that is ready for a moment each few seconds. */
static void unsteady_partner_moves_the_bond_ever_more_seldom(void **state)
{
	const struct lacp_settings b = bed_settings(1), c = bed_settings(2);
	struct lacp_settings a = bed_settings(0);
	struct lacp_pdu pdu = {.actor = {.system_priority = 1,
					 .system = {{2, 9, 9, 9, 9, 9}},
					 .state = LACP_ACTIVITY |
						  LACP_SHORT_TIMEOUT |
						  LACP_AGGREGATION}};
	struct bed *bed;
	unsigned i;

	(void)state;
	a.policy = LACP_BANDWIDTH;
	bed = bed_pair(&a, &b, 1);
	bed_bond(bed, 2, &c);
	bed_cable(bed, 1, 0, 2);
	bed_link(bed, 1, true, 10000);
	bed->ends[1][0].is_deaf = true;
	bed_run(bed, 4 * SEC);
	for (i = 0; i < 600; i++) {
		if (i % 3 == 0)
			pdu.actor.key++;
		bed_receive(bed, 1, 0, &pdu);
		bed_run(bed, SEC);
	}
	assert_true(bed_carries(bed, 0));
	assert_in_range(bed->sides[0].bond_changes, 1, 20);
	bed_destroy(bed);
}

static void flood_of_pdus_is_cut_at_ten_a_second(void **state)
{
	struct bed *bed = running_pair(2);
	const struct lacp_pdu pdu = pdu_of_partner(bed, 0);
	const struct lacp_counters *counters = bed_counters(bed, 0, 0);
	uint64_t rx = counters->rx;
	unsigned i;

	(void)state;
	bed->ends[0][0].is_deaf = true;
	for (i = 0; i < 10000; i++) {
		bed_receive(bed, 0, 0, &pdu);
		bed_run(bed, MS);
	}
	assert_in_range(counters->rx - rx, 95, 100);
	assert_int_equal(counters->rx - rx + counters->limited, 10000);
	assert_true(bed_carries(bed, 1));
	bed_destroy(bed);
}

static void marker_is_answered_seven_times_a_second(void **state)
{
	static const struct mac source = {{2, 0, 0, 9, 9, 9}};
	const struct lacp_marker marker = {3, {{2, 9, 9, 9, 9, 9}}, 0x1234};
	struct bed *bed = running_pair(1);
	struct lacp_member *member = bed->ends[0][0].member;
	const struct lacp_counters *counters = lacp_member_counters(member);
	uint8_t frame[LACP_FRAME_LEN];
	struct lacp_msg msg;
	unsigned i;

	(void)state;
	bed_run(bed, SEC + 500 * MS);
	lacp_msg_encode_marker(&marker, false, &source, frame);
	assert_true(lacp_receive(member, frame, sizeof(frame), bed->now_ns));
	assert_int_equal(counters->answered, 0);
	assert_true(lacp_next_ns(bed->sides[0].lacp) <= bed->now_ns);
	lacp_run(bed->sides[0].lacp, bed->now_ns);
	for (i = 0; !bed->frames[i].to; i++)
		;
	assert_int_equal(
		lacp_msg_decode(bed->frames[i].bytes, LACP_FRAME_LEN, &msg),
		LACP_KIND_MARKER_RESPONSE);
	assert_int_equal(msg.marker.transaction, 0x1234);
	assert_int_equal(msg.marker.port, 3);
	assert_true(mac_is_equal(&msg.marker.system, &marker.system));
	for (i = 0; i < 100; i++) {
		lacp_receive(member, frame, sizeof(frame), bed->now_ns);
		lacp_run(bed->sides[0].lacp, bed->now_ns);
	}
	assert_int_equal(counters->answered, 7);
	assert_int_equal(counters->markers, 101);
	assert_int_equal(counters->limited, 94);
	/* LACPDUs have room nevertheless. */
	bed_run(bed, 10 * SEC);
	assert_true(bed_carries(bed, 0));
	bed_destroy(bed);
}

static void bad_frames_are_counted_and_strange_ones_handed_back(void **state)
{
	struct bed *bed = running_pair(1);
	struct lacp_member *member = bed->ends[0][0].member;
	const struct lacp_pdu pdu = pdu_of_partner(bed, 0);
	uint64_t changes = bed->ends[0][0].changes;
	uint8_t frame[LACP_FRAME_LEN];

	(void)state;
	lacp_msg_encode_pdu(&pdu, &pdu.actor.system, frame);
	assert_true(lacp_receive(member, frame, 123, bed->now_ns));
	frame[15] = 0;
	assert_true(lacp_receive(member, frame, 124, bed->now_ns));
	assert_int_equal(lacp_member_counters(member)->bad, 2);
	frame[14] = 10;
	assert_false(lacp_receive(member, frame, 124, bed->now_ns));
	assert_false(lacp_receive(member, frame, 0, bed->now_ns));
	assert_int_equal(bed->ends[0][0].changes, changes);
	bed_destroy(bed);
}

static void members_are_checked_and_counted(void **state)
{
	const struct lacp_settings a = bed_settings(0);
	struct bed *bed = bed_create();
	struct bed_end *end = &bed->ends[0][0];
	struct lacp_member_settings settings = {.port = 1, .owner = end};
	struct lacp *lacp;
	unsigned i;

	(void)state;
	bed_bond(bed, 0, &a);
	lacp = bed->sides[0].lacp;
	end->bed = bed;
	for (i = 1; i <= LACP_MEMBERS_MAX; i++) {
		settings.port = (uint16_t)i;
		assert_non_null(lacp_add(lacp, &settings, bed->now_ns, NULL));
	}
	settings.port = (uint16_t)i;
	assert_null(lacp_add(lacp, &settings, bed->now_ns, NULL));
	bed_destroy(bed);
	bed = bed_create();
	bed_bond(bed, 0, &a);
	lacp = bed->sides[0].lacp;
	settings.port = 0;
	assert_null(lacp_add(lacp, &settings, bed->now_ns, NULL));
	settings.port = 1;
	assert_non_null(lacp_add(lacp, &settings, bed->now_ns, NULL));
	assert_null(lacp_add(lacp, &settings, bed->now_ns, NULL));
	settings.port = 2;
	settings.mac.b[0] = 1;
	assert_null(lacp_add(lacp, &settings, bed->now_ns, NULL));
	bed_destroy(bed);
}

static void system_without_a_name_is_refused(void **state)
{
	static const struct lacp_ops no_ops;
	struct lacp_settings settings = bed_settings(0);
	struct err err;

	(void)state;
	memset(&settings.system, 0, sizeof(settings.system));
	assert_null(lacp_create(&settings, &no_ops, NULL, &err));
	settings.system.b[0] = 3;
	assert_null(lacp_create(&settings, &no_ops, NULL, &err));
	lacp_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cable_into_ourselves_is_not_aggregated),
		cmocka_unit_test(own_frames_reflected_are_not_aggregated),
		cmocka_unit_test(
			partner_out_of_sync_or_not_collecting_gets_no_frame),
		cmocka_unit_test(
			partner_in_sync_with_somebody_else_gets_no_frame),
		cmocka_unit_test(
			passive_partner_that_takes_us_for_passive_is_not_in_sync),
		cmocka_unit_test(what_was_agreed_with_another_key_is_void),
		cmocka_unit_test(
			key_that_changes_each_second_costs_only_its_member),
		cmocka_unit_test(
			unsteady_partner_moves_the_bond_ever_more_seldom),
		cmocka_unit_test(flood_of_pdus_is_cut_at_ten_a_second),
		cmocka_unit_test(marker_is_answered_seven_times_a_second),
		cmocka_unit_test(
			bad_frames_are_counted_and_strange_ones_handed_back),
		cmocka_unit_test(members_are_checked_and_counted),
		cmocka_unit_test(system_without_a_name_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
