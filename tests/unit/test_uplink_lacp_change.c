// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_uplink_lacp_change.c - members of an LACP uplink leave, its settings
 * change while it runs, and it ends: what partners hear of it
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>

#include "unit/uplink_peer.h"

#define CARRY_BITS (LACP_SYNC | LACP_COLLECTING | LACP_DISTRIBUTING)

static bool is_member(const struct uplink_peer *peer, unsigned i)
{
	struct uplink_member_status status;

	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		if (uplink_get_member_status(peer->bed->uplink, slot,
					     &status) &&
		    strcmp(status.name, peer->bed->p[i].port.name) == 0)
			return true;
	}
	return false;
}

static void expect_no_loss(const struct uplink_peer *peer)
{
	assert_true(peer->up_sent > 1000);
	assert_true(peer->down_sent > 1000);
	assert_int_equal(peer->up_lost, 0);
	assert_int_equal(peer->down_lost, 0);
}

/* With another member and without, over wires that take their time. */
static void graceful_leave_loses_no_frame(void **state)
{
	static const unsigned delays_ms[] = {1, 7, 30, 200};
	unsigned k;

	for (k = 0; k < 2 * ARRAY_SIZE(delays_ms); k++) {
		struct uplink_peer *peer = *state;
		unsigned members = 1 + k % 2;

		peer->delay_ns = delays_ms[k / 2] * NSEC_PER_MSEC;
		uplink_peer_add(peer, members);
		uplink_peer_agree(peer, members);
		peer->sends_data = true;
		uplink_peer_run(peer, 2000);
		assert_int_equal(uplink_remove_member(peer->bed->uplink, "u/0"),
				 0);
		uplink_bed_forget(peer->bed);
		uplink_peer_run(peer, 1);
		assert_int_equal(peer->bed->frames[0], 0);
		uplink_peer_run(peer, 5000);
		assert_false(is_member(peer, 0));
		expect_no_loss(peer);
		assert_false(peer->ends[0].last &
			     (CARRY_BITS | LACP_AGGREGATION));
		assert_true(members == 1 || uplink_peer_carries(peer, 1));
		uplink_peer_tear_down(state);
		uplink_peer_set_up(state);
	}
}

static void leave_by_a_partner_loses_no_frame(void **state)
{
	struct uplink_peer *peer = *state;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	peer->sends_data = true;
	uplink_peer_run(peer, 2000);
	lacp_leave(peer->ends[0].lacp, peer->bed->fake.ns);
	uplink_peer_run(peer, 5000);
	assert_int_equal(uplink_peer_end(peer, 0).leave, LACP_LEFT);
	expect_no_loss(peer);
}

static void
member_that_leaves_waits_for_its_partner_then_its_grace(void **state)
{
	struct uplink_peer *peer = *state;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	uplink_peer_run(peer, 1000);
	assert_int_equal(uplink_remove_member(peer->bed->uplink, "u/0"), 0);
	assert_int_equal(uplink_bed_member(peer->bed, 0).lacp.leave,
			 LACP_LEAVE_STOP);
	assert_int_equal(uplink_bed_member(peer->bed, 0).bond.state,
			 BOND_BACKUP);
	uplink_peer_run(peer, 50);
	assert_false(uplink_peer_end(peer, 0).distributing);
	uplink_peer_run(peer, LACP_LINGER_NS / NSEC_PER_MSEC);
	assert_false(uplink_bed_member(peer->bed, 0).has_lacp);
	assert_int_equal(uplink_bed_member(peer->bed, 0).bond.state,
			 BOND_LEAVING);
	uplink_peer_run(peer, UPLINK_GRACE_NS / NSEC_PER_MSEC);
	assert_false(is_member(peer, 0));
}

static void member_removed_twice_goes_at_once_and_says_so(void **state)
{
	struct uplink_peer *peer = *state;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	uplink_peer_run(peer, 1000);
	peer->delay_ns = 100 * NSEC_PER_MSEC;
	assert_int_equal(uplink_remove_member(peer->bed->uplink, "u/0"), 0);
	uplink_peer_run(peer, 1);
	assert_true(is_member(peer, 0));
	assert_int_equal(uplink_remove_member(peer->bed->uplink, "u/0"), 0);
	assert_false(is_member(peer, 0));
	uplink_peer_run(peer, 110);
	assert_false(peer->ends[0].last & (CARRY_BITS | LACP_AGGREGATION));
	/* its slot and its port number are free again */
	peer->delay_ns = NSEC_PER_MSEC;
	assert_int_equal(uplink_add_member(peer->bed->uplink,
					   &peer->bed->p[0].port, 1000, NULL),
			 0);
	uplink_peer_agree(peer, 2);
}

static void member_without_partner_leaves_with_its_grace_alone(void **state)
{
	struct uplink_peer *peer = *state;

	uplink_add_member(peer->bed->uplink, &peer->bed->p[3].port, 0, NULL);
	uplink_peer_run(peer, 5000);
	assert_int_equal(uplink_remove_member(peer->bed->uplink, "u/3"), 0);
	assert_int_equal(uplink_bed_member(peer->bed, 3).bond.state,
			 BOND_LEAVING);
	uplink_peer_run(peer, 1001);
	assert_false(is_member(peer, 3));
}

static void mode_changes_into_lacp_and_out_of_it(void **state)
{
	static const uint8_t modes[] = {BOND_BALANCE_XOR, BOND_ACTIVE_BACKUP,
					BOND_BALANCE_SLB};
	struct uplink_peer *peer = *state;
	struct uplink_bed *bed = peer->bed;
	struct uplink_status status;

	bed->settings.bond.mode = modes[0];
	uplink_bed_set(bed);
	uplink_peer_add(peer, 2);
	uplink_peer_run(peer, 1000);
	assert_int_equal(peer->ends[0].pdus, 0);
	for (unsigned round = 0; round < ARRAY_SIZE(modes); round++) {
		bed->settings.bond.mode = BOND_8023AD;
		uplink_bed_set(bed);
		assert_false(uplink_port(bed->uplink)->carrier);
		uplink_peer_agree(peer, 2);
		uplink_peer_run(peer, 1000);
		bed->settings.bond.mode = modes[round];
		uplink_bed_set(bed);
		assert_true(uplink_port(bed->uplink)->carrier);
		uplink_peer_run(peer, 2);
		assert_false(peer->ends[0].last &
			     (CARRY_BITS | LACP_AGGREGATION));
		assert_false(uplink_peer_end(peer, 1).distributing);
		uplink_get_status(bed->uplink, &status);
		assert_int_equal(status.bond.aggregator, 0);
		assert_false(status.has_lacp);
		uplink_bed_forget(bed);
		uplink_bed_talk(bed);
		assert_int_equal(bed->frames[0] + bed->frames[1],
				 UPLINK_BED_GUESTS);
		/* who changes his mind sooner has to wait longer */
		uplink_peer_wait(peer, LACP_CHURN_NS / NSEC_PER_MSEC);
	}
}

/* One that was about to leave by LACP still leaves. */
static void mode_changes_while_a_member_leaves(void **state)
{
	struct uplink_peer *peer = *state;
	struct uplink_bed *bed = peer->bed;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	uplink_peer_run(peer, 1000);
	assert_int_equal(uplink_remove_member(bed->uplink, "u/0"), 0);
	bed->settings.bond.mode = BOND_BALANCE_XOR;
	uplink_bed_set(bed);
	assert_int_equal(uplink_bed_member(bed, 0).bond.state, BOND_LEAVING);
	/* and LACP has no business with it any more */
	bed->settings.bond.mode = BOND_8023AD;
	uplink_bed_set(bed);
	assert_false(uplink_bed_member(bed, 0).has_lacp);
	uplink_peer_run(peer, 1001);
	assert_false(is_member(peer, 0));
	uplink_peer_run(peer, 5000);
	assert_true(uplink_peer_carries(peer, 1));
}

static void lacp_settings_change_while_it_runs(void **state)
{
	struct uplink_peer *peer = *state;
	struct uplink_bed *bed = peer->bed;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	uplink_peer_run(peer, 1000);
	bed->settings.lacp.rate = LACP_RATE_SLOW;
	bed->settings.lacp.active = false;
	uplink_bed_set(bed);
	uplink_peer_run(peer, 10);
	assert_int_equal(peer->ends[0].last, LACP_AGGREGATION | CARRY_BITS);
	assert_true(uplink_peer_carries(peer, 0));
	/* another system begins anew */
	bed->settings.lacp.system_priority = 7;
	uplink_bed_set(bed);
	assert_false(uplink_port(bed->uplink)->carrier);
	uplink_peer_agree(peer, 2);
	assert_int_equal(uplink_peer_end(peer, 0).partner.system_priority, 7);
}

/* u/0 and u/1 lead to one system, u/2 and its 10 Gbit/s to another. */
static void faster_aggregator_is_chosen_if_the_settings_say_so(void **state)
{
	static struct lacp_pdu pdu;
	struct uplink_peer *peer = *state;
	struct uplink_status status;
	struct uplink_bed *bed = peer->bed;
	uint8_t bytes[LACP_FRAME_LEN];
	struct iovec tail;
	struct frame frame;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	uplink_add_member(bed->uplink, &bed->p[2].port, 10000, NULL);
	uplink_peer_run(peer, 100);
	pdu.actor = uplink_peer_end(peer, 0).actor;
	pdu.actor.system.b[5]++;
	pdu.partner = uplink_bed_member(bed, 2).lacp.actor;
	lacp_msg_encode_pdu(&pdu, &peer->settings.system, bytes);
	frame_set_data(&frame, bytes, sizeof(bytes), &tail);
	uplink_bed_input(bed, 2, &frame);
	uplink_peer_run(peer, 2500);
	assert_true(uplink_peer_carries(peer, 0));
	assert_int_equal(uplink_bed_member(bed, 2).lacp.reason,
			 LACP_OTHER_CARRIES);
	bed->settings.lacp.policy = LACP_BANDWIDTH;
	uplink_bed_set(bed);
	uplink_get_status(bed->uplink, &status);
	assert_int_equal(status.lacp.aggregator,
			 uplink_bed_member(bed, 2).lacp.aggregator);
	assert_int_equal(status.bond.aggregator, status.lacp.aggregator);
	assert_int_equal(uplink_bed_member(bed, 0).bond.state, BOND_BACKUP);
}

static void fallback_is_for_those_without_partner_only(void **state)
{
	struct uplink_peer *peer = *state;
	struct uplink_bed *bed = peer->bed;
	struct uplink_status status;

	bed->settings.bond.fallback = true;
	bed->settings.announce.rounds = 0;
	uplink_bed_set(bed);
	bed->is_cut[0] = bed->is_cut[1] = true;
	uplink_peer_add(peer, 2);
	uplink_peer_run(peer, 2900);
	assert_int_equal(uplink_bed_active(bed), -1); /* not known yet */
	uplink_peer_run(peer, 200);
	assert_int_equal(uplink_bed_active(bed), 0);
	bed->is_cut[0] = bed->is_cut[1] = false;
	uplink_peer_run(peer, 1500);
	assert_int_equal(uplink_bed_active(bed), -1); /* about to agree */
	assert_false(uplink_port(bed->uplink)->carrier);
	uplink_peer_agree(peer, 2);
	uplink_get_status(bed->uplink, &status);
	assert_false(status.bond.is_fallback);
	bed->is_cut[0] = bed->is_cut[1] = true;
	uplink_peer_run(peer, 6500);
	uplink_get_status(bed->uplink, &status);
	assert_true(status.bond.is_fallback);
	assert_int_not_equal(uplink_bed_active(bed), -1);
}

static void end_of_the_uplink_is_told_to_partners(void **state)
{
	struct uplink_peer *peer = *state;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	uplink_peer_run(peer, 1000);
	uplink_bed_destroy(peer->bed);
	uplink_bed_look(peer->bed);
	uplink_peer_run(peer, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_false(peer->ends[i].last &
			     (CARRY_BITS | LACP_AGGREGATION));
		assert_false(uplink_peer_end(peer, i).distributing);
	}
}

static void expect_refused(struct uplink_peer *peer,
			   const struct uplink_settings *bad, const char *why)
{
	struct err err = {0};

	assert_int_equal(uplink_set(peer->bed->uplink, bad, &err), -EINVAL);
	assert_non_null(strstr(err.msg, why));
}

static void what_lacp_cannot_have_is_refused(void **state)
{
	struct uplink_peer *peer = *state;
	struct uplink_settings bad;
	struct uplink_env env = {.loop = peer->bed->loop,
				 .pool = peer->bed->pool};
	struct err err;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	bad = peer->bed->settings;
	bad.nd.target_count = 1;
	expect_refused(peer, &bad, "mode 802.3ad takes no probes");
	bad = peer->bed->settings;
	bad.lacp.system.b[0] = 1;
	expect_refused(peer, &bad, "unicast MAC address");
	assert_null(uplink_create("v", &bad, &env, &err));
	assert_non_null(strstr(err.msg, "uplink v: "));
	bad = peer->bed->settings;
	bad.lacp.key = LACP_KEY_MAX + 1;
	expect_refused(peer, &bad, "LACP key 1024");
	bad = peer->bed->settings;
	bad.lacp.policy = LACP_COUNT + 1;
	expect_refused(peer, &bad, "no such LACP rate or policy");
	bad = peer->bed->settings;
	bad.bond.mode = BOND_BALANCE_XOR;
	bad.announce.delay_ms = ANNOUNCE_MAX_DELAY_MS + 1;
	assert_int_equal(uplink_set(peer->bed->uplink, &bad, &err), -EINVAL);
	uplink_peer_run(peer, 100);
	assert_true(uplink_peer_carries(peer, 0));
}

#define PEER_TEST(name)                                           \
	cmocka_unit_test_setup_teardown(name, uplink_peer_set_up, \
					uplink_peer_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PEER_TEST(graceful_leave_loses_no_frame),
		PEER_TEST(leave_by_a_partner_loses_no_frame),
		PEER_TEST(
			member_that_leaves_waits_for_its_partner_then_its_grace),
		PEER_TEST(member_removed_twice_goes_at_once_and_says_so),
		PEER_TEST(member_without_partner_leaves_with_its_grace_alone),
		PEER_TEST(mode_changes_into_lacp_and_out_of_it),
		PEER_TEST(mode_changes_while_a_member_leaves),
		PEER_TEST(lacp_settings_change_while_it_runs),
		PEER_TEST(faster_aggregator_is_chosen_if_the_settings_say_so),
		PEER_TEST(fallback_is_for_those_without_partner_only),
		PEER_TEST(end_of_the_uplink_is_told_to_partners),
		PEER_TEST(what_lacp_cannot_have_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
