// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_uplink_probe.c - members fail without a word, and guests would pretend
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>

#include "unit/uplink_bed.h"

#define INTERVALS_MS (3 * 50)

static void silent_member_is_left_within_three_intervals_and_10_ms(void **state)
{
	struct uplink_change history[BOND_MAX_HISTORY];
	struct uplink_bed *bed = *state;
	unsigned i, n, ms;

	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	assert_int_equal(uplink_bed_member(bed, 0).arp.state, PROBE_ALIVE);
	bed->is_cut[0] = true;
	for (ms = 0; uplink_bed_active(bed) == 0; ms++) {
		assert_true(ms < INTERVALS_MS + 10);
		uplink_bed_run(bed, 1);
	}
	uplink_bed_forget(bed);
	assert_true(bed->p[0].port.carrier);
	uplink_bed_talk(bed);
	uplink_bed_run(bed, 50);
	assert_int_equal(bed->frames[0] + bed->rarps[0], 0);
	assert_true(bed->probes[0] > 0); /* or it would never be back */
	assert_int_equal(bed->frames[1], UPLINK_BED_GUESTS);
	assert_int_equal(uplink_bed_counters(bed).rarp,
			 UPLINK_BED_GUESTS * 2 /* and when u/0 came first */);
	n = uplink_get_history(bed->uplink, history, BOND_MAX_HISTORY);
	assert_true(n >= 2);
	for (i = n - 2; i < n; i++) {
		assert_int_equal(history[i].bond.reason, BOND_REASON_PROBE);
		assert_string_equal(history[i].detail,
				    "u/0: no answer from 192.0.2.1 for 155 ms");
	}
	assert_string_equal(history[0].detail, "");
	assert_int_equal(uplink_get_history(bed->uplink, history, 1), 1);
	assert_string_equal(history[0].bond.member, "u/1");
	assert_int_not_equal(history[0].detail[0], 0);
}

static void slb_moves_the_guests_of_a_silent_member(void **state)
{
	struct uplink_bed *bed = *state;
	unsigned g;

	bed->settings.bond.mode = BOND_BALANCE_SLB;
	uplink_bed_probe(bed);
	uplink_bed_add(bed, 3);
	bed->is_cut[1] = true;
	uplink_bed_run(bed, INTERVALS_MS + 10);
	assert_int_equal(uplink_bed_member(bed, 1).bond.state, BOND_DOWN);
	assert_in_range(bed->rarps[0] + bed->rarps[2], 1, UPLINK_BED_GUESTS);
	assert_int_equal(bed->rarps[1], 0);
	for (g = 1; g <= UPLINK_BED_GUESTS; g++)
		assert_true(bed->announced[0][g] + bed->announced[2][g] <= 1);
	uplink_bed_forget(bed);
	uplink_bed_talk(bed);
	assert_int_equal(bed->frames[1], 0);
	assert_int_equal(bed->frames[0] + bed->frames[2], UPLINK_BED_GUESTS);
}

static void member_is_used_again_when_answers_come(void **state)
{
	struct uplink_bed *bed = *state;

	strcpy(bed->settings.bond.primary, "u/0");
	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	bed->is_cut[0] = true;
	uplink_bed_run(bed, INTERVALS_MS + 10);
	assert_int_equal(uplink_bed_active(bed), 1);
	/* its carrier is no word about what is behind it */
	port_carrier(&bed->p[0].port, false);
	port_carrier(&bed->p[0].port, true);
	uplink_bed_run(bed, 200);
	assert_int_equal(uplink_bed_active(bed), 1);
	bed->is_cut[0] = false;
	uplink_bed_forget(bed);
	uplink_bed_run(bed, 110);
	assert_int_equal(uplink_bed_active(bed), 0);
	assert_true(bed->changes > 0);
}

static void cable_that_is_out_costs_no_more_than_one_that_is_in(void **state)
{
	struct uplink_bed *bed = *state;
	struct probe_counters before, after;

	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	port_carrier(&bed->p[0].port, false);
	uplink_bed_forget(bed);
	before = uplink_bed_member(bed, 0).arp.counters;
	uplink_bed_run(bed, 1000);
	after = uplink_bed_member(bed, 0).arp.counters;
	assert_int_equal(after.unsent, before.unsent);
	assert_in_range(after.sent - before.sent, 19, 21);
	assert_int_equal(bed->probes[0], 0);
	assert_in_range(bed->probes[1], 19, 21);
}

static void probes_begin_and_end_while_traffic_flows(void **state)
{
	struct uplink_bed *bed = *state;

	uplink_bed_add(bed, 2);
	assert_false(uplink_bed_member(bed, 0).has_arp);
	bed->answers = 0;
	uplink_bed_probe(bed);
	assert_int_equal(uplink_bed_active(bed), 0); /* no verdict so far */
	uplink_bed_run(bed, 250);
	assert_int_equal(uplink_bed_active(bed), -1);
	assert_int_equal(uplink_bed_member(bed, 0).arp.state, PROBE_DEAD);
	bed->settings.arp.target_count = 0;
	uplink_bed_set(bed);
	assert_int_not_equal(uplink_bed_active(bed), -1);
	assert_false(uplink_bed_member(bed, 0).has_arp);
	uplink_bed_forget(bed);
	uplink_bed_run(bed, 200);
	assert_int_equal(bed->probes[0] + bed->probes[1], 0);
}

static void other_targets_are_asked_from_now_on(void **state)
{
	struct uplink_bed *bed = *state;

	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	bed->settings.arp.targets[0].ip4++;
	uplink_bed_set(bed);
	bed->answers++;
	uplink_bed_run(bed, 500);
	assert_int_equal(bed->last[0].target, UPLINK_BED_TARGET + 1);
	assert_int_equal(uplink_bed_member(bed, 0).arp.state, PROBE_ALIVE);
	assert_int_equal(uplink_bed_active(bed), 0);
	/* nobody is there, and the verdict follows */
	bed->settings.arp.targets[0].ip4++;
	uplink_bed_set(bed);
	uplink_bed_run(bed, 250);
	assert_int_equal(uplink_bed_active(bed), -1);
}

/* Else who sets something every 100 ms would never see a member die. */
static void other_settings_give_no_silence_more_time(void **state)
{
	struct uplink_bed *bed = *state;
	unsigned ms;

	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	bed->is_cut[0] = true;
	for (ms = 0; ms < INTERVALS_MS + 10; ms += 10) {
		bed->settings.bond.up_delay_ms = ms;
		uplink_bed_set(bed);
		uplink_bed_run(bed, 10);
	}
	assert_int_equal(uplink_bed_active(bed), 1);
}

static void removed_member_is_asked_no_more_and_begins_anew(void **state)
{
	struct uplink_bed *bed = *state;
	struct uplink_member_status status;

	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	assert_int_equal(uplink_remove_member(bed->uplink, "u/0"), 0);
	uplink_bed_run(bed, 1010);
	assert_false(uplink_get_member_status(bed->uplink, 0, &status));
	uplink_bed_forget(bed);
	uplink_bed_run(bed, 200);
	assert_int_equal(bed->probes[0], 0);
	assert_in_range(bed->probes[1], 3, 5);
	assert_int_equal(
		uplink_add_member(bed->uplink, &bed->p[0].port, 0, NULL), 0);
	status = uplink_bed_member(bed, 0);
	assert_int_equal(status.arp.state, PROBE_UNKNOWN);
	assert_int_equal(status.bond.state, BOND_BACKUP);
	uplink_bed_run(bed, 200);
	assert_int_equal(uplink_bed_member(bed, 0).arp.state, PROBE_ALIVE);
}

static uint64_t forged(const struct uplink_bed *bed)
{
	return uplink_port(bed->uplink)->counters.drops[DROP_FORGED];
}

/* All that is offered is taken, and nothing leaves. */
static void expect_forged(struct uplink_bed *bed, struct frame *frame)
{
	uint64_t before = forged(bed);

	uplink_bed_forget(bed);
	assert_int_equal(uplink_bed_send(bed, frame), 1);
	assert_int_equal(bed->p[0].sent + bed->p[1].sent, 0);
	assert_int_equal(forged(bed), before + 1);
}

static void expect_passed(struct uplink_bed *bed, struct frame *frame)
{
	uplink_bed_forget(bed);
	assert_int_equal(uplink_bed_send(bed, frame), 1);
	assert_int_equal(bed->p[0].sent + bed->p[1].sent, 1);
	bed->p[0].sent = bed->p[1].sent = 0;
}

static void guests_cannot_pass_for_one_who_probes(void **state)
{
	const struct mac guest = uplink_bed_guest(1), far = {{2, 9}},
			 all = {{255, 255, 255, 255, 255, 255}};
	struct uplink_bed *bed = *state;
	struct frame frame;
	struct mac prober;
	struct arp arp;

	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	uplink_bed_run(bed, 60);
	prober = bed->last[1].sender_mac;
	uplink_bed_frame(&frame, &far, &prober, 0x88b5);
	expect_forged(bed, &frame);
	uplink_bed_frame(&frame, &prober, &guest, 0x88b5);
	expect_forged(bed, &frame);
	prober.b[5] ^= 5; /* of a member that is not there */
	uplink_bed_frame(&frame, &prober, &guest, 0x88b5);
	expect_forged(bed, &frame);
	/* a target's answer to all, which the other member would bring */
	prober = bed->last[1].sender_mac;
	arp = (struct arp){.op = ARP_REPLY,
			   .sender_mac = guest,
			   .sender = UPLINK_BED_TARGET,
			   .target_mac = prober,
			   .target = bed->last[1].sender};
	own_frame_arp(&frame, 0, &all, &arp);
	expect_forged(bed, &frame);
	/* but guests may speak ARP */
	arp.target_mac = far;
	own_frame_arp(&frame, 0, &all, &arp);
	expect_passed(bed, &frame);
	bed->settings.arp.target_count = 0;
	uplink_bed_set(bed);
	uplink_bed_frame(&frame, &prober, &guest, 0x88b5);
	expect_passed(bed, &frame);
}

/* One who asks from :: is answered at all nodes, by anyone who says so. */
static void guests_cannot_answer_for_a_target(void **state)
{
	const struct in6_addr target = {{{0x20, 1, 0x0d, 0xb8, [15] = 1}}};
	const struct mac guest = uplink_bed_guest(1);
	struct nd nd = {.type = ND_ADVERTISEMENT,
			.flags = ND_OVERRIDE,
			.has_mac = true,
			.mac = guest,
			.src = target,
			.dst = nd_all_nodes,
			.target = target};
	struct uplink_bed *bed = *state;
	struct frame frame;

	bed->settings.nd.from_link_local = false;
	bed->settings.nd.target_count = 1;
	bed->settings.nd.targets[0] =
		(struct probe_target){.is_ip6 = true, .ip6 = target};
	uplink_bed_add(bed, 2);
	uplink_bed_set(bed);
	own_frame_nd(&frame, 0, &guest, &nd);
	expect_forged(bed, &frame);
	nd.target.s6_addr[15] = nd.src.s6_addr[15] = 2;
	own_frame_nd(&frame, 0, &guest, &nd);
	expect_passed(bed, &frame);
}

static void guests_cannot_speak_slow_protocols(void **state)
{
	const struct mac guest = uplink_bed_guest(1), far = {{2, 9}},
			 slow = {{0x01, 0x80, 0xc2, 0, 0, 2}};
	struct uplink_bed *bed = *state;
	struct frame frame;

	uplink_bed_add(bed, 2);
	uplink_bed_frame(&frame, &slow, &guest, 0x8809);
	expect_forged(bed, &frame);
	uplink_bed_frame(&frame, &far, &guest, 0x8809);
	expect_forged(bed, &frame);
	uplink_bed_frame(&frame, &slow, &guest, 0x88b5);
	expect_forged(bed, &frame);
	uplink_bed_frame(&frame, &far, &guest, 0x8100);
	be16_store(frame.snap + 14, 7);
	be16_store(frame.snap + 16, 0x8809);
	frame_classify(&frame);
	expect_forged(bed, &frame);
	be16_store(frame.snap + 16, 0x88b5);
	expect_passed(bed, &frame);
}

static void what_belongs_to_probes_is_not_brought_to_guests(void **state)
{
	const struct mac far = {{2, 9}};
	struct uplink_bed *bed = *state;
	struct frame frame;

	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	uplink_bed_run(bed, 60);
	assert_int_equal(bed->received, 0); /* the answers */
	uplink_bed_frame(&frame, &bed->last[0].sender_mac, &far, 0x88b5);
	uplink_bed_input(bed, 0, &frame);
	assert_int_equal(bed->received, 0);
	/* a probe of u/1 that the switch has flooded */
	own_frame_arp(&frame, 0, &(struct mac){{255, 255, 255, 255, 255, 255}},
		      &bed->last[1]);
	assert_int_equal(uplink_bed_input(bed, 0, &frame).fate, FATE_CONSUMED);
	assert_int_equal(bed->received, 0);
}

static void own_frames_that_come_back_are_dropped(void **state)
{
	const struct mac guest = uplink_bed_guest(1);
	struct uplink_bed *bed = *state;
	struct frame frame;

	uplink_bed_add(bed, 2);
	uplink_switch(bed->uplink, "u/1");
	uplink_bed_run(bed, 50);
	own_frame_rarp(&frame, 0, &guest);
	assert_int_equal(uplink_bed_input(bed, 1, &frame).reason,
			 DROP_REFLECTION);
	assert_int_equal(bed->received, 0);
}

#define BED_TEST(name)                                           \
	cmocka_unit_test_setup_teardown(name, uplink_bed_set_up, \
					uplink_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(
			silent_member_is_left_within_three_intervals_and_10_ms),
		BED_TEST(slb_moves_the_guests_of_a_silent_member),
		BED_TEST(member_is_used_again_when_answers_come),
		BED_TEST(cable_that_is_out_costs_no_more_than_one_that_is_in),
		BED_TEST(probes_begin_and_end_while_traffic_flows),
		BED_TEST(other_targets_are_asked_from_now_on),
		BED_TEST(other_settings_give_no_silence_more_time),
		BED_TEST(removed_member_is_asked_no_more_and_begins_anew),
		BED_TEST(guests_cannot_pass_for_one_who_probes),
		BED_TEST(guests_cannot_answer_for_a_target),
		BED_TEST(guests_cannot_speak_slow_protocols),
		BED_TEST(what_belongs_to_probes_is_not_brought_to_guests),
		BED_TEST(own_frames_that_come_back_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
