// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_uplink_lacp.c - an uplink agrees with its partner by LACP, and notices
 * when that falls silent
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>

#include "unit/uplink_peer.h"

static struct uplink_status status_of(const struct uplink_peer *peer)
{
	struct uplink_status status;

	uplink_get_status(peer->bed->uplink, &status);
	return status;
}

static void both_ways_by_all(struct uplink_peer *peer, unsigned n)
{
	unsigned i;

	uplink_bed_forget(peer->bed);
	peer->sends_data = true;
	uplink_peer_run(peer, 500);
	peer->sends_data = false;
	uplink_peer_run(peer, 10);
	for (i = 0; i < n; i++)
		assert_in_range(peer->bed->frames[i], 20, 480);
	assert_int_equal(peer->up_lost + peer->down_lost, 0);
	assert_in_range(peer->up_sent, 499, 501);
	assert_in_range(peer->down_sent, 499, 501);
	assert_int_equal(peer->bed->received, peer->down_sent);
}

/* One LACPDU each second or each 30, as the other side wants it. */
static void expect_rates(struct uplink_peer *peer)
{
	bool we_fast = peer->bed->settings.lacp.rate == LACP_RATE_FAST;
	bool they_fast = peer->settings.rate == LACP_RATE_FAST;
	uint64_t rx = uplink_bed_member(peer->bed, 0).lacp_counters.rx;
	unsigned pdus = peer->ends[0].pdus;

	uplink_peer_wait(peer, 30500);
	rx = uplink_bed_member(peer->bed, 0).lacp_counters.rx - rx;
	pdus = peer->ends[0].pdus - pdus;
	assert_in_range(rx, we_fast ? 29 : 1, we_fast ? 31 : 2);
	assert_in_range(pdus, they_fast ? 29 : 1, they_fast ? 31 : 2);
}

static void comes_up(struct uplink_peer *peer, unsigned bits)
{
	struct lacp_settings *ours = &peer->bed->settings.lacp;

	ours->active = bits & 1;
	ours->rate = bits & 2 ? LACP_RATE_FAST : LACP_RATE_SLOW;
	peer->settings.active = !(bits & 1) || (bits & 8);
	peer->settings.rate = bits & 4 ? LACP_RATE_FAST : LACP_RATE_SLOW;
	uplink_bed_set(peer->bed);
	uplink_peer_set(peer);
	uplink_peer_add(peer, 2);
	assert_false(uplink_port(peer->bed->uplink)->carrier);
	uplink_peer_agree(peer, 2);
	assert_true(uplink_port(peer->bed->uplink)->carrier);
	both_ways_by_all(peer, 2);
	expect_rates(peer);
}

static void comes_up_with_active_and_passive_at_both_rates(void **state)
{
	/* active is one of the two, or both */
	static const unsigned all[] = {1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6};
	unsigned k;

	for (k = 0; k < ARRAY_SIZE(all); k++) {
		if (k) {
			uplink_peer_tear_down(state);
			uplink_peer_set_up(state);
		}
		comes_up(*state, all[k]);
	}
}

static void both_passive_say_nothing(void **state)
{
	struct uplink_peer *peer = *state;

	peer->bed->settings.lacp.active = peer->settings.active = false;
	uplink_bed_set(peer->bed);
	uplink_peer_set(peer);
	uplink_peer_add(peer, 2);
	uplink_peer_wait(peer, 40000);
	assert_int_equal(peer->ends[0].pdus + peer->ends[1].pdus, 0);
	assert_int_equal(uplink_bed_member(peer->bed, 0).lacp.reason,
			 LACP_NO_PARTNER);
	assert_false(uplink_port(peer->bed->uplink)->carrier);
}

/* What the peer takes us for. */
static void expect_called(const struct uplink_peer *peer,
			  const struct mac *name)
{
	const struct lacp_member_status ours =
		uplink_bed_member(peer->bed, 1).lacp;
	const struct lacp_member_status theirs = uplink_peer_end(peer, 1);
	const struct uplink_status status = status_of(peer);

	assert_true(mac_is_equal(&status.lacp_system, name));
	assert_true(mac_is_equal(&ours.actor.system, name));
	assert_true(mac_is_equal(&theirs.partner.system, name));
}

static void status_tells_of_both_ends(void **state)
{
	struct uplink_peer *peer = *state;
	struct uplink_member_status member;
	struct uplink_status status;

	assert_true(status_of(peer).has_lacp);
	assert_int_equal(status_of(peer).lacp.aggregator, 0);
	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	status = status_of(peer);
	member = uplink_bed_member(peer->bed, 1);
	assert_true(status.lacp.up);
	assert_int_equal(status.lacp.distributing, 2);
	assert_int_equal(status.bond.aggregator, status.lacp.aggregator);
	assert_true(mac_is_equal(&status.lacp.partner.system,
				 &peer->settings.system));
	assert_int_equal(status.lacp.partner.system_priority, 100);
	assert_true(member.has_lacp);
	assert_int_equal(member.lacp.partner.port, 11);
	assert_int_equal(member.lacp.actor.system_priority, 65535);
	expect_called(peer, &status.lacp_system);
	assert_int_equal(status.lacp_system.b[0], 2);
	assert_int_equal(member.lacp.mux, LACP_MUX_DISTRIBUTING);
	assert_int_equal(member.lacp.reason, LACP_FINE);
	assert_int_equal(member.bond.lacp.aggregator, status.lacp.aggregator);
	assert_true(member.lacp_counters.rx > 2);
	assert_true(peer->bed->changes > 0);
	peer->bed->settings.lacp.system = (struct mac){{2, 1, 2, 3, 4, 5}};
	uplink_bed_set(peer->bed);
	uplink_peer_agree(peer, 2);
	expect_called(peer, &peer->bed->settings.lacp.system);
}

static void silent_partner_is_given_up_within_three_seconds(void **state)
{
	struct uplink_change history[BOND_MAX_HISTORY];
	struct uplink_peer *peer = *state;
	unsigned ms, n;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	uplink_peer_run(peer, 700);
	peer->bed->is_cut[0] = true;
	for (ms = 0;
	     uplink_bed_member(peer->bed, 0).bond.state == BOND_CARRYING;
	     ms++) {
		assert_true(ms < 3000);
		uplink_peer_run(peer, 1);
	}
	assert_true(ms > 1900);
	assert_true(peer->bed->p[0].port.carrier);
	assert_int_equal(uplink_bed_member(peer->bed, 0).lacp_counters.expired,
			 1);
	n = uplink_get_history(peer->bed->uplink, history, BOND_MAX_HISTORY);
	assert_string_equal(history[n - 1].bond.member, "u/0");
	assert_int_equal(history[n - 1].bond.to, BOND_BACKUP);
	assert_int_equal(history[n - 1].bond.reason, BOND_REASON_LACP);
	assert_string_equal(history[n - 1].detail, "u/0: partner-expired");
	uplink_bed_forget(peer->bed);
	uplink_bed_talk(peer->bed);
	assert_int_equal(peer->bed->frames[0], 0);
	assert_int_equal(peer->bed->frames[1], UPLINK_BED_GUESTS);
	peer->bed->is_cut[0] = false;
	uplink_peer_agree(peer, 2);
}

/* What waited is read before anybody is judged. */
static void own_sleep_is_nobodys_fault(void **state)
{
	struct uplink_peer *peer = *state;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	peer->bed->fake.ns += 5 * NSEC_PER_SEC / 2;
	uplink_peer_run(peer, 1000);
	assert_int_equal(uplink_bed_member(peer->bed, 0).lacp_counters.expired,
			 0);
	assert_true(uplink_peer_carries(peer, 0));
}

static void partner_that_takes_aggregation_away_is_left_at_once(void **state)
{
	struct uplink_peer *peer = *state;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	uplink_peer_run(peer, 1000);
	uplink_peer_leave(peer, 0);
	uplink_peer_run(peer, 2);
	assert_int_equal(uplink_bed_member(peer->bed, 0).bond.state,
			 BOND_BACKUP);
	uplink_bed_forget(peer->bed);
	uplink_bed_talk(peer->bed);
	assert_int_equal(peer->bed->frames[0], 0);
	assert_int_equal(peer->bed->frames[1], UPLINK_BED_GUESTS);
	assert_true(uplink_peer_carries(peer, 1));
	uplink_peer_join(peer, 0);
	uplink_peer_agree(peer, 2);
}

static void carrier_counts_at_once_and_lacp_follows(void **state)
{
	struct uplink_peer *peer = *state;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	uplink_bed_forget(peer->bed);
	uplink_peer_link(peer, 1, false);
	assert_int_equal(uplink_bed_member(peer->bed, 1).bond.state, BOND_DOWN);
	uplink_bed_talk(peer->bed);
	assert_int_equal(peer->bed->frames[1], 0);
	uplink_peer_run(peer, 1);
	assert_int_equal(uplink_bed_member(peer->bed, 1).lacp.reason,
			 LACP_LINK_DOWN);
	uplink_peer_run(peer, 1000);
	uplink_peer_link(peer, 1, true);
	uplink_peer_agree(peer, 2);
}

/* It would take no frames yet, so the partner must not send any. */
static void partner_is_not_asked_in_before_the_up_delay_is_over(void **state)
{
	struct uplink_peer *peer = *state;

	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	peer->bed->settings.bond.up_delay_ms = 5000;
	uplink_bed_set(peer->bed);
	uplink_peer_link(peer, 0, false);
	uplink_peer_run(peer, 100);
	uplink_peer_link(peer, 0, true);
	peer->sends_data = true;
	uplink_peer_run(peer, 4900);
	assert_int_equal(uplink_bed_member(peer->bed, 0).bond.state,
			 BOND_UP_DELAY);
	assert_false(uplink_peer_end(peer, 0).distributing);
	uplink_peer_agree(peer, 2);
	assert_int_equal(peer->up_lost + peer->down_lost, 0);
}

static void down_delay_rides_out_what_the_partner_need_not_know(void **state)
{
	struct uplink_peer *peer = *state;

	peer->bed->settings.bond.down_delay_ms = 200;
	uplink_bed_set(peer->bed);
	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	port_carrier(&peer->bed->p[0].port, false);
	uplink_peer_run(peer, 100);
	port_carrier(&peer->bed->p[0].port, true);
	uplink_peer_run(peer, 10);
	assert_true(uplink_peer_carries(peer, 0));
	port_carrier(&peer->bed->p[0].port, false);
	uplink_peer_run(peer, 300);
	assert_false(uplink_peer_carries(peer, 0));
}

static void too_few_links_carry_nothing(void **state)
{
	struct uplink_peer *peer = *state;

	peer->bed->settings.bond.min_links = 2;
	uplink_bed_set(peer->bed);
	uplink_peer_add(peer, 2);
	uplink_peer_agree(peer, 2);
	uplink_peer_link(peer, 0, false);
	uplink_peer_run(peer, 1);
	assert_false(uplink_port(peer->bed->uplink)->carrier);
	uplink_peer_run(peer, 3000);
	assert_false(uplink_port(peer->bed->uplink)->carrier);
	assert_int_equal(uplink_bed_member(peer->bed, 1).lacp.reason,
			 LACP_MIN_LINKS);
	uplink_peer_link(peer, 0, true);
	uplink_peer_agree(peer, 2);
}

/* Slow Protocols are somebody else's in other modes. */
static void other_modes_hear_no_lacp(void **state)
{
	const struct mac slow = {{0x01, 0x80, 0xc2, 0, 0, 2}}, src = {{2, 9}};
	struct uplink_peer *peer = *state;
	struct frame frame;

	peer->bed->settings.bond.mode = BOND_BALANCE_XOR;
	uplink_bed_set(peer->bed);
	uplink_peer_add(peer, 2);
	uplink_peer_run(peer, 1);
	assert_false(status_of(peer).has_lacp);
	assert_false(uplink_bed_member(peer->bed, 0).has_lacp);
	uplink_bed_frame(&frame, &slow, &src, SLOW_ETHERTYPE);
	uplink_bed_forget(peer->bed);
	uplink_bed_input(peer->bed, 0, &frame);
	assert_int_equal(peer->bed->received, 1);
}

#define PEER_TEST(name)                                           \
	cmocka_unit_test_setup_teardown(name, uplink_peer_set_up, \
					uplink_peer_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PEER_TEST(comes_up_with_active_and_passive_at_both_rates),
		PEER_TEST(both_passive_say_nothing),
		PEER_TEST(status_tells_of_both_ends),
		PEER_TEST(silent_partner_is_given_up_within_three_seconds),
		PEER_TEST(own_sleep_is_nobodys_fault),
		PEER_TEST(partner_that_takes_aggregation_away_is_left_at_once),
		PEER_TEST(carrier_counts_at_once_and_lacp_follows),
		PEER_TEST(partner_is_not_asked_in_before_the_up_delay_is_over),
		PEER_TEST(down_delay_rides_out_what_the_partner_need_not_know),
		PEER_TEST(too_few_links_carry_nothing),
		PEER_TEST(other_modes_hear_no_lacp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
