// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_uplink_nd.c - ARP and ND probes side by side: two verdicts, one vote
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>

#include "unit/uplink_bed.h"

#define DEAD_MS (3 * 50 + 10)

static void probe_by_both(struct uplink_bed *bed, unsigned members)
{
	uplink_bed_probe(bed);
	uplink_bed_solicit(bed);
	uplink_bed_add(bed, members);
	assert_int_equal(uplink_bed_member(bed, 0).arp.state, PROBE_ALIVE);
	assert_int_equal(uplink_bed_member(bed, 0).nd.state, PROBE_ALIVE);
}

static bool probes_vote_up(const struct uplink_bed *bed, unsigned i)
{
	const unsigned bit = 1 << BOND_MONITOR_PROBE;
	struct uplink_member_status status = uplink_bed_member(bed, i);

	assert_true(status.bond.in_use & bit);
	return status.bond.up & bit;
}

static void member_is_down_when_either_says_dead(void **state)
{
	struct uplink_change history[BOND_MAX_HISTORY];
	struct uplink_bed *bed = *state;
	unsigned n;

	probe_by_both(bed, 1);
	assert_true(probes_vote_up(bed, 0));
	bed->answers = 0;
	uplink_bed_run(bed, DEAD_MS);
	assert_int_equal(uplink_bed_member(bed, 0).arp.state, PROBE_DEAD);
	assert_int_equal(uplink_bed_member(bed, 0).nd.state, PROBE_ALIVE);
	assert_int_equal(uplink_bed_member(bed, 0).bond.state, BOND_DOWN);
	bed->answers = UPLINK_BED_TARGET;
	bed->is_deaf6 = true;
	uplink_bed_run(bed, DEAD_MS);
	assert_int_equal(uplink_bed_member(bed, 0).arp.state, PROBE_ALIVE);
	assert_int_equal(uplink_bed_member(bed, 0).nd.state, PROBE_DEAD);
	assert_int_equal(uplink_bed_member(bed, 0).bond.state, BOND_DOWN);
	bed->is_deaf6 = false;
	uplink_bed_run(bed, 110);
	assert_int_equal(uplink_bed_member(bed, 0).bond.state, BOND_ACTIVE);
	bed->is_deaf6 = true;
	uplink_bed_run(bed, DEAD_MS);
	n = uplink_get_history(bed->uplink, history, BOND_MAX_HISTORY);
	assert_int_equal(history[n - 1].bond.reason, BOND_REASON_PROBE);
	assert_string_equal(history[n - 1].detail,
			    "u/0: no answer from 2001:db8::1 for 155 ms");
}

static void one_that_has_not_judged_yet_has_no_say(void **state)
{
	struct uplink_bed *bed = *state;
	const unsigned bit = 1 << BOND_MONITOR_PROBE;

	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	bed->is_cut[1] = true;
	uplink_bed_run(bed, DEAD_MS);
	uplink_bed_solicit(bed);
	assert_int_equal(uplink_bed_member(bed, 0).nd.state, PROBE_UNKNOWN);
	assert_true(probes_vote_up(bed, 0));
	assert_int_equal(uplink_bed_member(bed, 1).nd.state, PROBE_UNKNOWN);
	assert_false(probes_vote_up(bed, 1));
	/* the one that knew goes */
	bed->settings.arp.target_count = 0;
	uplink_bed_set(bed);
	assert_false(uplink_bed_member(bed, 0).bond.in_use & bit);
	assert_false(uplink_bed_member(bed, 1).bond.in_use & bit);
	assert_int_equal(uplink_bed_member(bed, 1).bond.state, BOND_BACKUP);
	uplink_bed_run(bed, DEAD_MS + 50);
	assert_true(probes_vote_up(bed, 0));
	assert_false(probes_vote_up(bed, 1));
}

static void the_verdict_of_the_other_stays_when_one_ends(void **state)
{
	struct uplink_bed *bed = *state;

	probe_by_both(bed, 2);
	bed->answers = 0;
	uplink_bed_run(bed, DEAD_MS);
	assert_int_equal(uplink_bed_active(bed), -1);
	bed->settings.arp.target_count = 0;
	uplink_bed_set(bed);
	assert_int_not_equal(uplink_bed_active(bed), -1);
	assert_true(probes_vote_up(bed, 0));
	assert_false(uplink_bed_member(bed, 0).has_arp);
	assert_true(uplink_bed_member(bed, 0).has_nd);
	uplink_bed_forget(bed);
	uplink_bed_run(bed, 200);
	assert_int_equal(bed->probes[0] + bed->probes[1], 0);
	assert_in_range(bed->solicits[0], 3, 5);
}

static void neither_takes_the_answers_of_the_other(void **state)
{
	struct uplink_bed *bed = *state;
	struct uplink_member_status status;
	unsigned i;

	probe_by_both(bed, 2);
	for (i = 0; i < 2; i++) {
		assert_false(mac_is_equal(&bed->last[i].sender_mac,
					  &bed->last6[i].mac));
		status = uplink_bed_member(bed, i);
		assert_in_range(status.arp.counters.answers, 3, 5);
		assert_in_range(status.nd.counters.answers, 3, 5);
		assert_int_equal(status.arp.counters.foreign +
					 status.nd.counters.foreign,
				 0);
		assert_int_equal(status.arp.counters.stray +
					 status.nd.counters.stray,
				 0);
	}
	assert_int_equal(bed->received, 0);
	assert_false(mac_is_equal(&bed->last6[0].mac, &bed->last6[1].mac));
}

/* All that is offered is taken, and nothing leaves. */
static void expect_forged(struct uplink_bed *bed, const struct mac *dst,
			  const struct mac *src)
{
	const struct port *port = uplink_port(bed->uplink);
	uint64_t before = port->counters.drops[DROP_FORGED];
	struct frame frame;

	uplink_bed_frame(&frame, dst, src, 0x88b5);
	uplink_bed_forget(bed);
	assert_int_equal(uplink_bed_send(bed, &frame), 1);
	assert_int_equal(bed->p[0].sent + bed->p[1].sent, 0);
	assert_int_equal(port->counters.drops[DROP_FORGED], before + 1);
}

static void guests_can_pass_for_neither(void **state)
{
	const struct mac guest = uplink_bed_guest(1);
	struct uplink_bed *bed = *state;

	probe_by_both(bed, 2);
	uplink_bed_run(bed, 60);
	expect_forged(bed, &bed->last[0].sender_mac, &guest);
	expect_forged(bed, &guest, &bed->last[1].sender_mac);
	expect_forged(bed, &bed->last6[0].mac, &guest);
	expect_forged(bed, &guest, &bed->last6[1].mac);
}

static void what_belongs_to_either_is_not_brought_to_guests(void **state)
{
	const struct mac far = {{2, 9}};
	struct uplink_bed *bed = *state;
	struct frame frame;

	probe_by_both(bed, 2);
	uplink_bed_run(bed, 60);
	uplink_bed_frame(&frame, &bed->last[1].sender_mac, &far, 0x88b5);
	assert_int_equal(uplink_bed_input(bed, 0, &frame).fate, FATE_CONSUMED);
	uplink_bed_frame(&frame, &bed->last6[1].mac, &far, 0x88b5);
	assert_int_equal(uplink_bed_input(bed, 0, &frame).fate, FATE_CONSUMED);
	assert_int_equal(bed->received, 0);
}

static void settings_of_one_leave_the_silence_of_the_other(void **state)
{
	struct uplink_bed *bed = *state;
	unsigned ms;

	probe_by_both(bed, 2);
	bed->is_deaf6 = true;
	for (ms = 0; ms < DEAD_MS; ms += 10) {
		bed->settings.arp.interval_ms = 50 + ms % 20;
		uplink_bed_set(bed);
		uplink_bed_run(bed, 10);
	}
	assert_int_equal(uplink_bed_member(bed, 0).nd.state, PROBE_DEAD);
	assert_int_equal(uplink_bed_member(bed, 0).arp.state, PROBE_ALIVE);
}

static void expect_refused(struct uplink_bed *bed,
			   const struct uplink_settings *bad, const char *why)
{
	struct err err = {0};

	assert_int_equal(uplink_set(bed->uplink, bad, &err), -EINVAL);
	assert_string_equal(err.msg, why);
}

static void settings_that_cannot_be_are_refused_as_a_whole(void **state)
{
	struct uplink_bed *bed = *state;
	struct uplink_settings bad;

	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	uplink_bed_solicit(bed);
	bad = bed->settings;
	bad.arp.interval_ms = 1000;
	bad.arp.targets[0].is_ip6 = true;
	bad.arp.targets[0].ip6 = bad.nd.targets[0].ip6;
	expect_refused(bed, &bad,
		       "target 1 of the probes is of another family than ARP "
		       "asks for");
	bad = bed->settings;
	bad.arp.interval_ms = 1000;
	bad.nd.targets[0] = bad.arp.targets[0];
	expect_refused(bed, &bad,
		       "target 1 of the probes is of another family than ND "
		       "asks for");
	bad = bed->settings;
	bad.arp.mac = bad.nd.mac = (struct mac){{2, 7}};
	expect_refused(bed, &bad, "ARP and ND probes need a MAC address each");
	bad = bed->settings;
	bad.nd.target_count = 0;
	bad.announce.delay_ms = ANNOUNCE_MAX_DELAY_MS + 1;
	assert_int_equal(uplink_set(bed->uplink, &bad, NULL), -EINVAL);
	assert_true(uplink_bed_member(bed, 0).has_nd);
	uplink_bed_forget(bed);
	uplink_bed_run(bed, 200);
	assert_in_range(bed->probes[0], 3, 5);
}

/* What was made for settings that failed later on is not left behind. */
static void nothing_is_asked_by_settings_that_were_refused(void **state)
{
	struct uplink_bed *bed = *state;
	struct uplink_settings bad;

	uplink_bed_probe(bed);
	uplink_bed_add(bed, 1);
	bad = bed->settings;
	bad.nd.target_count = 1;
	bad.nd.targets[0] = (struct probe_target){
		.is_ip6 = true, .ip6 = {{{0x20, 1, [15] = 7}}}};
	bad.announce.delay_ms = ANNOUNCE_MAX_DELAY_MS + 1;
	assert_int_equal(uplink_set(bed->uplink, &bad, NULL), -EINVAL);
	assert_false(uplink_bed_member(bed, 0).has_nd);
	assert_true(probes_vote_up(bed, 0));
	uplink_bed_forget(bed);
	uplink_bed_run(bed, 200);
	assert_int_equal(bed->solicits[0], 0);
	assert_in_range(bed->probes[0], 3, 5);
}

#define BED_TEST(name)                                           \
	cmocka_unit_test_setup_teardown(name, uplink_bed_set_up, \
					uplink_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(member_is_down_when_either_says_dead),
		BED_TEST(one_that_has_not_judged_yet_has_no_say),
		BED_TEST(the_verdict_of_the_other_stays_when_one_ends),
		BED_TEST(neither_takes_the_answers_of_the_other),
		BED_TEST(guests_can_pass_for_neither),
		BED_TEST(what_belongs_to_either_is_not_brought_to_guests),
		BED_TEST(settings_of_one_leave_the_silence_of_the_other),
		BED_TEST(settings_that_cannot_be_are_refused_as_a_whole),
		BED_TEST(nothing_is_asked_by_settings_that_were_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
