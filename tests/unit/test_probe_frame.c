// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_probe_frame.c - probes byte by byte, and which frames answer them
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/bytes.h"
#include "unit/probe_bed.h"

#define ARP_AT 14
#define ND_AT 54

static void ask(struct probe_bed *bed, unsigned target)
{
	bed->settings.targets[0] = bed->settings.targets[target];
	bed->settings.target_count = 1;
	bed_apply(bed);
	bed->mute = 1;
	probe_add_member(bed->probe, 1);
	bed_run(bed, 50 * 1000);
}

static void expect_probe(struct probe_bed *bed, const void *wanted, size_t len)
{
	const struct frame *frame = &bed->last[1];

	assert_int_equal(frame->len, len);
	assert_int_equal(frame->snap_len, len);
	assert_memory_equal(frame->snap, wanted, len);
}

static void arp_probe_is_as_rfc_5227_has_it(void **state)
{
	static const uint8_t wanted[60] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x77, 0x65, 0x66,
		0x74, 0x41, /* of slot 1 */
		0x08, 0x06, 0,    1,    0x08, 0x00, 6,    4,    0,    1,
		0x02, 0x77, 0x65, 0x66, 0x74, 0x41, 0,    0,    0,    0,
		0,    0,    0,    0,    0,    0,    192,  0,    2,    1};

	ask(*state, 0);
	expect_probe(*state, wanted, sizeof(wanted));
}

static void arp_request_has_the_source_of_the_settings(void **state)
{
	static const uint8_t wanted[64] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x77, 0x65, 0x66,
		0x74, 0x41, 0x81, 0x00, 0,    9,    0x08, 0x06, 0,    1,
		0x08, 0x00, 6,    4,    0,    1,    0x02, 0x77, 0x65, 0x66,
		0x74, 0x41, 192,  0,    2,    99,   0,    0,    0,    0,
		0,    0,    192,  0,    2,    1};
	struct probe_bed *bed = *state;

	bed->settings.source4 = 0xc0000263;
	bed->settings.vid = 9;
	ask(bed, 0);
	expect_probe(bed, wanted, sizeof(wanted));
}

static void solicitation_comes_from_the_members_link_local(void **state)
{
	static const uint8_t wanted[86] = {
		0x33, 0x33, 0xff, 0,    0,    1,    0x02, 0x77, 0x65, 0x66,
		0x74, 0x41, 0x86, 0xdd, 0x60, 0,    0,    0,    0,    32,
		58,   255,  0xfe, 0x80, 0,    0,    0,    0,    0,    0,
		0x00, 0x77, 0x65, 0xff, 0xfe, 0x66, 0x74, 0x41, 0xff, 0x02,
		0,    0,    0,    0,    0,    0,    0,    0,    0,    1,
		0xff, 0,    0,    1,    135,  0,    0x98, 0x25, 0,    0,
		0,    0,    0x20, 0x01, 0x0d, 0xb8, 0,    0,    0,    0,
		0,    0,    0,    0,    0,    0,    0,    1,    1,    1,
		0x02, 0x77, 0x65, 0x66, 0x74, 0x41};

	ask(*state, 1);
	expect_probe(*state, wanted, sizeof(wanted));
}

static void solicitation_from_nowhere_has_no_option(void **state)
{
	static const uint8_t wanted[78] = {
		0x33, 0x33, 0xff, 0,    0,    1,    0x02, 0x77, 0x65, 0x66,
		0x74, 0x41, 0x86, 0xdd, 0x60, 0,    0,    0,    0,    24,
		58,   255,  0,    0,    0,    0,    0,    0,    0,    0,
		0,    0,    0,    0,    0,    0,    0,    0,    0xff, 0x02,
		0,    0,    0,    0,    0,    0,    0,    0,    0,    1,
		0xff, 0,    0,    1,    135,  0,    0x4c, 0xed, 0,    0,
		0,    0,    0x20, 0x01, 0x0d, 0xb8, 0,    0,    0,    0,
		0,    0,    0,    0,    0,    0,    0,    1};
	struct probe_bed *bed = *state;

	bed->settings.from_link_local = false;
	ask(bed, 1);
	expect_probe(bed, wanted, sizeof(wanted));
}

/* One byte of a good answer changed, and what comes of it. */
struct forgery {
	const char *what;
	unsigned at;
	uint8_t value;
	bool is_consumed;
	bool is_answer;
};

static void try_forgeries(struct probe_bed *bed, const struct forgery *list,
			  unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		uint64_t before = bed_counters(bed, 1).answers;
		struct frame frame;
		bool consumed;

		bed_run(bed, 50 * 1000); /* there is a probe to answer */
		bed_reply_to(bed, &bed->last[1], 0, &frame);
		frame.snap[list[i].at] = list[i].value;
		frame.hdr.flags = VNET_F_NEEDS_CSUM; /* not what we test */
		frame_classify(&frame);
		consumed = probe_inspect(bed->probe, 1, &frame);
		if (consumed != list[i].is_consumed ||
		    bed_counters(bed, 1).answers - before != list[i].is_answer)
			fail_msg("%s: consumed %d, answers %lu", list[i].what,
				 consumed,
				 bed_counters(bed, 1).answers - before);
	}
}

static void only_an_arp_reply_to_us_about_the_target_counts(void **state)
{
	static const struct forgery list[] = {
		{"good", 0, 0x02, true, true},
		{"to another member's address", 5, 0x42, true, false},
		{"to a guest", 0, 0x52, false, false},
		{"other type", 12, 0x88, true, false},
		{"a request", ARP_AT + 7, 1, true, false},
		{"RARP", ARP_AT + 7, 4, true, false},
		{"of another address", ARP_AT + 17, 2, true, false},
		{"from a group", ARP_AT + 8, 3, true, false},
		{"for another MAC address", ARP_AT + 23, 0x42, true, false},
		{"for another IP address", ARP_AT + 27, 1, true, false},
		{"of another hardware", ARP_AT + 1, 6, true, false},
	};

	ask(*state, 0);
	try_forgeries(*state, list, ARRAY_SIZE(list));
}

static void only_an_advertisement_to_us_about_the_target_counts(void **state)
{
	static const struct forgery list[] = {
		{"good", 0, 0x02, true, true},
		{"to a guest", 0, 0x52, false, false},
		{"a solicitation", ND_AT, 135, true, false},
		{"not solicited", ND_AT + 4, 0x20, true, false},
		{"about another target", ND_AT + 23, 2, true, false},
		{"to another address of ours", ND_AT - 1, 0x42, true, false},
		{"hop limit", 21, 64, true, false},
		{"checksum, left to a NIC", ND_AT + 2, 0xaa, true, true},
	};

	ask(*state, 1);
	try_forgeries(*state, list, ARRAY_SIZE(list));
}

static void answer_to_all_nodes_counts_and_goes_on_to_guests(void **state)
{
	static const struct forgery list[] = {
		{"good", 0, 0x33, false, true},
		{"other group", 5, 2, false, false},
		{"solicited, to a group", ND_AT + 4, 0x60, false, false},
	};
	struct probe_bed *bed = *state;

	bed->settings.from_link_local = false;
	ask(bed, 1);
	try_forgeries(bed, list, ARRAY_SIZE(list));
}

static void broadcast_reply_counts_and_goes_on_to_guests(void **state)
{
	struct probe_bed *bed = *state;
	struct frame frame;

	ask(bed, 0);
	bed_reply_to(bed, &bed->last[1], 0, &frame);
	memset(frame.snap, 0xff, MAC_LEN);
	assert_false(probe_inspect(bed->probe, 1, &frame));
	assert_int_equal(bed_counters(bed, 1).answers, 1);
}

static void each_probe_is_answered_once(void **state)
{
	struct probe_bed *bed = *state;

	bed->copies = 3;
	probe_add_member(bed->probe, 0);
	bed_run(bed, 45 * 1000);
	assert_int_equal(bed_counters(bed, 0).answers, 2);
	assert_int_equal(bed_counters(bed, 0).stray, 4);
	assert_int_equal(bed_state(bed, 0), PROBE_UNKNOWN);
}

static void answer_before_any_question_is_stray(void **state)
{
	struct probe_bed *bed = *state;
	struct frame frame;

	ask(bed, 0);
	bed_reply_to(bed, &bed->last[1], 0, &frame);
	probe_remove_member(bed->probe, 1);
	assert_false(probe_inspect(bed->probe, 1, &frame));
	probe_add_member(bed->probe, 1);
	assert_true(probe_inspect(bed->probe, 1, &frame));
	assert_int_equal(bed_counters(bed, 1).answers, 0);
	assert_int_equal(bed_counters(bed, 1).stray, 1);
}

static void answer_on_another_member_does_not_count(void **state)
{
	struct probe_bed *bed = *state;
	struct frame frame;

	ask(bed, 0);
	probe_add_member(bed->probe, 2);
	bed_run(bed, 50 * 1000);
	bed_reply_to(bed, &bed->last[1], 0, &frame);
	assert_true(probe_inspect(bed->probe, 2, &frame));
	assert_int_equal(bed_counters(bed, 2).answers, 0);
	assert_int_equal(bed_counters(bed, 1).answers, 0);
}

static void answer_in_another_vlan_does_not_count(void **state)
{
	struct probe_bed *bed = *state;
	struct frame frame;

	bed->settings.vid = 9;
	ask(bed, 0);
	bed_reply_to(bed, &bed->last[1], 0, &frame);
	frame.snap[15] = 8;
	frame_classify(&frame);
	assert_true(probe_inspect(bed->probe, 1, &frame));
	assert_int_equal(bed_counters(bed, 1).answers, 0);
	frame.snap[15] = 9;
	frame_classify(&frame);
	assert_true(probe_inspect(bed->probe, 1, &frame));
	assert_int_equal(bed_counters(bed, 1).answers, 1);
}

static void own_probe_that_comes_back_ends_here(void **state)
{
	struct probe_bed *bed = *state;

	ask(bed, 0);
	probe_add_member(bed->probe, 2);
	assert_true(probe_inspect(bed->probe, 2, &bed->last[1]));
	assert_true(probe_inspect(bed->probe, 1, &bed->last[1]));
	assert_int_equal(bed_counters(bed, 2).reflected, 1);
	assert_int_equal(bed_counters(bed, 1).answers, 0);
}

static void all_addresses_of_ours_are_known_and_no_others(void **state)
{
	struct probe_bed *bed = *state;
	struct mac mac = bed->settings.mac;
	unsigned i;

	for (i = 0; i < 256; i++) {
		mac.b[5] = (uint8_t)i;
		assert_int_equal(probe_owns(bed->probe, &mac), i >> 4 == 4);
	}
	mac.b[5] = 0x40;
	mac.b[4] ^= 1;
	assert_false(probe_owns(bed->probe, &mac));
}

static void frame_without_a_tail_of_any_length_is_read_safely(void **state)
{
	struct probe_bed *bed = *state;
	unsigned target, len;

	for (target = 0; target < 2; target++) {
		struct frame good, cut;

		ask(bed, target);
		bed_reply_to(bed, &bed->last[1], 0, &good);
		for (len = ETH_HLEN; len < good.len; len++) {
			cut = good;
			cut.len = len;
			cut.snap_len = (uint16_t)len;
			probe_inspect(bed->probe, 1, &cut);
			if (target || len < ARP_AT + ARP_LEN)
				assert_int_equal(bed_counters(bed, 1).answers,
						 0);
		}
		bed_teardown(state);
		bed_setup(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)
		TEST(arp_probe_is_as_rfc_5227_has_it),
		TEST(arp_request_has_the_source_of_the_settings),
		TEST(solicitation_comes_from_the_members_link_local),
		TEST(solicitation_from_nowhere_has_no_option),
		TEST(only_an_arp_reply_to_us_about_the_target_counts),
		TEST(only_an_advertisement_to_us_about_the_target_counts),
		TEST(answer_to_all_nodes_counts_and_goes_on_to_guests),
		TEST(broadcast_reply_counts_and_goes_on_to_guests),
		TEST(each_probe_is_answered_once),
		TEST(answer_before_any_question_is_stray),
		TEST(answer_on_another_member_does_not_count),
		TEST(answer_in_another_vlan_does_not_count),
		TEST(own_probe_that_comes_back_ends_here),
		TEST(all_addresses_of_ours_are_known_and_no_others),
		TEST(frame_without_a_tail_of_any_length_is_read_safely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
