// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_uplink.c - members fail by carrier, and guests are announced
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>

#include "unit/uplink_bed.h"

static void lose_carrier(struct uplink_bed *bed, unsigned i)
{
	uplink_bed_forget(bed);
	port_carrier(&bed->p[i].port, false);
}

static void uplink_announces_all_guests_on_the_new_member(void **state)
{
	struct uplink_bed *bed = *state;
	struct uplink_change history[BOND_MAX_HISTORY];
	unsigned i, n;

	uplink_bed_add(bed, 2);
	assert_int_equal(uplink_bed_active(bed), 0);
	lose_carrier(bed, 0);
	assert_int_equal(uplink_bed_active(bed), 1);
	assert_true(bed->p[1].sent > 0); /* at once */
	uplink_bed_talk(bed);
	uplink_bed_run(bed, 50);
	for (i = 1; i <= UPLINK_BED_GUESTS; i++)
		assert_int_equal(bed->announced[1][i], 1);
	assert_int_equal(bed->rarps[0] + bed->frames[0] + bed->probes[0], 0);
	assert_int_equal(bed->frames[1], UPLINK_BED_GUESTS);
	assert_in_range(uplink_bed_counters(bed).first_round_ns, 1,
			50 * NSEC_PER_MSEC);
	assert_true(bed->changes > 0);
	n = uplink_get_history(bed->uplink, history, BOND_MAX_HISTORY);
	assert_string_equal(history[n - 1].bond.member, "u/1");
	assert_int_equal(history[n - 1].bond.to, BOND_ACTIVE);
	assert_int_equal(history[n - 1].bond.reason, BOND_REASON_CARRIER);
	assert_string_equal(history[n - 1].detail, "");
}

/* Who leaves by which member, by looking. */
static void find_members(struct uplink_bed *bed, uint8_t *member)
{
	const struct mac far = {{2, 0, 0, 0, 0, UPLINK_BED_FAR}};

	for (unsigned g = 1; g <= UPLINK_BED_GUESTS; g++) {
		const struct mac mac = uplink_bed_guest(g);
		struct frame frame;

		uplink_bed_frame(&frame, &far, &mac, 0x88b5);
		uplink_bed_forget(bed);
		uplink_bed_send(bed, &frame);
		uplink_bed_look(bed);
		for (uint8_t i = 0; i < UPLINK_BED_MEMBERS; i++) {
			if (bed->frames[i])
				member[g] = i;
		}
	}
}

static void slb_announces_each_moved_guest_where_it_went(void **state)
{
	struct uplink_bed *bed = *state;
	uint8_t before[UPLINK_BED_GUESTS + 1], after[UPLINK_BED_GUESTS + 1];
	unsigned announced[UPLINK_BED_MEMBERS][UPLINK_BED_GUESTS + 1];
	unsigned g, i, moved = 0;
	uint64_t failovers;

	bed->settings.bond.mode = BOND_BALANCE_SLB;
	uplink_bed_set(bed);
	uplink_bed_add(bed, 3);
	find_members(bed, before);
	failovers = uplink_bed_counters(bed).failovers;
	lose_carrier(bed, 0);
	uplink_bed_run(bed, 50);
	memcpy(announced, bed->announced, sizeof(announced));
	assert_int_equal(uplink_bed_counters(bed).failovers, failovers + 1);
	find_members(bed, after);
	for (g = 1; g <= UPLINK_BED_GUESTS; g++) {
		assert_int_not_equal(after[g], 0);
		for (i = 0; i < UPLINK_BED_MEMBERS; i++)
			assert_int_equal(announced[i][g], i == after[g]);
		moved += before[g] == 0;
		assert_true(before[g] == 0 || before[g] == after[g]);
	}
	assert_in_range(moved, 1, UPLINK_BED_GUESTS - 1);
}

/* So many senders that each bucket has some traffic, and keeps its member. */
static void make_busy(struct uplink_bed *bed)
{
	const struct mac far = {{2, 0, 0, 0, 0, UPLINK_BED_FAR}};
	struct frame frame;

	for (unsigned i = 0; i < 4096; i++) {
		const struct mac mac = {
			{2, 0, 0, 1, (uint8_t)(i >> 8), (uint8_t)i}};

		uplink_bed_frame(&frame, &far, &mac, 0x88b5);
		uplink_bed_send(bed, &frame);
		uplink_bed_look(bed);
	}
}

/* One that came back has no traffic, so it gets all of the next that fails. */
static void slb_announces_only_on_members_that_gained(void **state)
{
	struct uplink_bed *bed = *state;

	bed->settings.bond.mode = BOND_BALANCE_SLB;
	uplink_bed_set(bed);
	uplink_bed_add(bed, 3);
	make_busy(bed);
	lose_carrier(bed, 0);
	uplink_bed_run(bed, 50);
	make_busy(bed);
	uplink_bed_forget(bed);
	port_carrier(&bed->p[0].port, true);
	uplink_bed_run(bed, 50);
	assert_int_equal(bed->rarps[0] + bed->rarps[1] + bed->rarps[2], 0);
	lose_carrier(bed, 1);
	uplink_bed_run(bed, 50);
	assert_in_range(bed->rarps[0], 1, UPLINK_BED_GUESTS - 1);
	assert_int_equal(bed->rarps[1] + bed->rarps[2], 0);
}

static void xor_moves_traffic_and_announces_nothing(void **state)
{
	struct uplink_bed *bed = *state;

	bed->settings.bond.mode = BOND_BALANCE_XOR;
	uplink_bed_set(bed);
	uplink_bed_add(bed, 2);
	lose_carrier(bed, 0);
	uplink_bed_talk(bed);
	uplink_bed_run(bed, 50);
	assert_int_equal(bed->frames[1], UPLINK_BED_GUESTS);
	assert_int_equal(bed->frames[0] + bed->rarps[0] + bed->rarps[1], 0);
}

static void uplink_without_members_is_silent_until_one_comes(void **state)
{
	struct uplink_bed *bed = *state;
	struct uplink_status status;

	uplink_bed_add(bed, 2);
	lose_carrier(bed, 0);
	port_carrier(&bed->p[1].port, false);
	uplink_get_status(bed->uplink, &status);
	assert_false(status.is_announcing);
	assert_false(uplink_port(bed->uplink)->carrier);
	uplink_bed_forget(bed);
	uplink_bed_run(bed, 50);
	assert_int_equal(bed->rarps[0] + bed->rarps[1], 0);
	port_carrier(&bed->p[1].port, true);
	uplink_bed_run(bed, 50);
	assert_int_equal(bed->rarps[1], UPLINK_BED_GUESTS);
}

/* A second failure while the first one's round is not over. */
static void uplink_announces_anew_when_the_next_one_fails(void **state)
{
	struct uplink_bed *bed = *state;
	unsigned i;

	uplink_bed_add(bed, 3);
	lose_carrier(bed, 0);
	uplink_bed_run(bed, 5);
	lose_carrier(bed, 1);
	uplink_bed_run(bed, 50);
	for (i = 1; i <= UPLINK_BED_GUESTS; i++)
		assert_int_equal(bed->announced[2][i], 1);
	assert_int_equal(bed->rarps[1], 0);
	assert_int_equal(uplink_bed_counters(bed).cut, 1);
}

static void full_member_is_announced_on_when_it_has_room(void **state)
{
	struct uplink_bed *bed = *state;

	uplink_bed_probe(bed);
	uplink_bed_add(bed, 2);
	bed->p[1].room = 40;
	lose_carrier(bed, 0);
	uplink_bed_run(bed, 20);
	assert_int_equal(bed->rarps[1] + bed->probes[1], 40);
	assert_true(uplink_bed_counters(bed).blocked > 0);
	/* a probe finds room before the port says that there is some */
	bed->p[1].room = 1;
	uplink_bed_run(bed, 60);
	assert_int_equal(bed->rarps[1] + bed->probes[1], 41);
	bed->p[1].room = UINT32_MAX;
	port_writable(&bed->p[1].port);
	uplink_bed_run(bed, 50);
	assert_int_equal(bed->rarps[1], UPLINK_BED_GUESTS);
}

static void uplink_switches_by_hand(void **state)
{
	struct uplink_bed *bed = *state;

	uplink_bed_add(bed, 2);
	assert_int_equal(uplink_switch(bed->uplink, "u/7"), -ENOENT);
	assert_int_equal(uplink_switch(bed->uplink, "u/1"), 0);
	assert_int_equal(uplink_bed_active(bed), 1);
	uplink_bed_run(bed, 50);
	assert_int_equal(bed->rarps[1], UPLINK_BED_GUESTS);
	lose_carrier(bed, 0);
	assert_int_equal(uplink_switch(bed->uplink, "u/0"), -EAGAIN);
}

static void member_that_leaves_loses_nothing_that_is_under_way(void **state)
{
	const struct mac guest = uplink_bed_guest(1),
			 far = {{2, 0, 0, 0, 0, UPLINK_BED_FAR}};
	struct uplink_bed *bed = *state;
	struct uplink_member_status status;
	struct frame frame;

	uplink_bed_add(bed, 2);
	assert_int_equal(uplink_remove_member(bed->uplink, "u/7"), -ENOENT);
	assert_int_equal(uplink_remove_member(bed->uplink, "u/0"), 0);
	assert_int_equal(uplink_bed_active(bed), 1);
	uplink_bed_talk(bed);
	uplink_bed_run(bed, 50);
	assert_int_equal(bed->frames[0] + bed->rarps[0], 0);
	assert_int_equal(bed->frames[1], UPLINK_BED_GUESTS);
	assert_int_equal(bed->rarps[1], UPLINK_BED_GUESTS);
	uplink_bed_frame(&frame, &guest, &far, 0x88b5);
	uplink_bed_input(bed, 0, &frame);
	assert_int_equal(bed->received, 1);
	uplink_bed_run(bed, 1000);
	assert_false(uplink_get_member_status(bed->uplink, 0, &status));
	/* twice is without grace; then the same name may come again */
	assert_int_equal(uplink_remove_member(bed->uplink, "u/1"), 0);
	assert_int_equal(uplink_remove_member(bed->uplink, "u/1"), 0);
	assert_false(uplink_get_member_status(bed->uplink, 1, &status));
	uplink_bed_add(bed, 1);
	assert_int_equal(uplink_bed_active(bed), 0);
}

static void uplink_refuses_members_and_says_why(void **state)
{
	static struct mem_port more[BOND_MAX_MEMBERS + 1];
	struct uplink_bed *bed = *state;
	struct err err;
	char name[] = "m/a";
	unsigned i;

	for (i = 0; i <= BOND_MAX_MEMBERS; i++) {
		name[2] = (char)('a' + i);
		mem_port_init(&more[i], name);
	}
	for (i = 0; i < BOND_MAX_MEMBERS; i++)
		assert_int_equal(
			uplink_add_member(bed->uplink, &more[i].port, 0, &err),
			0);
	assert_int_equal(uplink_add_member(bed->uplink, &more[i].port, 0, &err),
			 -ENOSPC);
	assert_string_equal(err.msg, "u has 16 members, and no room for m/q");
	assert_int_equal(uplink_add_member(bed->uplink, &more[0].port, 0, &err),
			 -EEXIST);
	assert_string_equal(err.msg, "m/a is a member already");
}

static void faster_primary_takes_over(void **state)
{
	struct uplink_bed *bed = *state;

	strcpy(bed->settings.bond.primary, "u/1");
	bed->settings.bond.primary_reselect = BOND_RESELECT_BETTER;
	uplink_bed_set(bed);
	uplink_bed_add(bed, 2);
	lose_carrier(bed, 1);
	port_carrier(&bed->p[1].port, true);
	assert_int_equal(uplink_bed_active(bed), 0);
	assert_int_equal(uplink_set_speed(bed->uplink, "u/7", 1), -ENOENT);
	assert_int_equal(uplink_set_speed(bed->uplink, "u/1", 10000), 0);
	assert_int_equal(uplink_bed_active(bed), 1);
}

static void bad_settings_change_nothing(void **state)
{
	struct uplink_bed *bed = *state;
	struct uplink_settings bad;
	struct uplink_status status;
	struct err err;

	uplink_bed_add(bed, 2);
	bad = bed->settings;
	bad.bond.mode = BOND_MODE_COUNT;
	assert_int_equal(uplink_set(bed->uplink, &bad, &err), -EINVAL);
	bad = bed->settings;
	bad.announce.delay_ms = ANNOUNCE_MAX_DELAY_MS + 1;
	assert_int_equal(uplink_set(bed->uplink, &bad, &err), -EINVAL);
	bad = bed->settings;
	bad.announce.rounds = 9;
	bad.bond.mode = BOND_BALANCE_SLB;
	bad.arp.target_count = 1; /* 0.0.0.0 */
	assert_int_equal(uplink_set(bed->uplink, &bad, &err), -EINVAL);
	uplink_get_status(bed->uplink, &status);
	assert_int_equal(status.settings.announce.rounds, 1);
	assert_int_equal(status.bond.settings.mode, BOND_ACTIVE_BACKUP);
	lose_carrier(bed, 0);
	uplink_bed_run(bed, 1000);
	assert_int_equal(bed->rarps[1], UPLINK_BED_GUESTS);
}

static void uplink_is_not_made_of_bad_settings(void **state)
{
	struct uplink_bed *bed = *state;
	struct uplink_env env = {.loop = bed->loop, .pool = bed->pool};
	struct uplink_settings bad = bed->settings;
	struct err err;

	bad.bond.mode = BOND_MODE_COUNT;
	assert_null(uplink_create("v", &bad, &env, &err));
	assert_non_null(strstr(err.msg, "uplink v: "));
	bad = bed->settings;
	bad.announce.max_ms = ANNOUNCE_MAX_DELAY_MS + 1;
	assert_null(uplink_create("v", &bad, &env, &err));
	assert_non_null(strstr(err.msg, "uplink v: "));
	bad = bed->settings;
	bad.nd.target_count = PROBE_MAX_TARGETS + 1;
	assert_null(uplink_create("v", &bad, &env, &err));
	assert_string_equal(err.msg,
			    "uplink v: probes need 1 to 16 targets, not 17");
	uplink_destroy(NULL);
}

/* Nobody to ask: nothing is announced, and nothing of ours recognised. */
static void uplink_works_without_callbacks(void **state)
{
	struct uplink_bed *bed = *state;
	struct uplink_env env = {.loop = bed->loop, .pool = bed->pool};
	struct uplink *bare = uplink_create("v", &bed->settings, &env, NULL);
	struct frame frame;
	const struct mac guest = uplink_bed_guest(1), far = {{2}};

	assert_non_null(bare);
	uplink_add_member(bare, &bed->p[0].port, 0, NULL);
	uplink_bed_run(bed, 50);
	uplink_bed_frame(&frame, &far, &guest, 0x88b5);
	uplink_bed_input(bed, 0, &frame);
	port_carrier(&bed->p[0].port, false);
	uplink_destroy(bare); /* with calls still due */
	uplink_bed_run(bed, 50);
	assert_int_equal(bed->rarps[0], 0);
}

#define BED_TEST(name)                                           \
	cmocka_unit_test_setup_teardown(name, uplink_bed_set_up, \
					uplink_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(uplink_announces_all_guests_on_the_new_member),
		BED_TEST(slb_announces_each_moved_guest_where_it_went),
		BED_TEST(slb_announces_only_on_members_that_gained),
		BED_TEST(xor_moves_traffic_and_announces_nothing),
		BED_TEST(uplink_without_members_is_silent_until_one_comes),
		BED_TEST(uplink_announces_anew_when_the_next_one_fails),
		BED_TEST(full_member_is_announced_on_when_it_has_room),
		BED_TEST(uplink_switches_by_hand),
		BED_TEST(member_that_leaves_loses_nothing_that_is_under_way),
		BED_TEST(uplink_refuses_members_and_says_why),
		BED_TEST(faster_primary_takes_over),
		BED_TEST(bad_settings_change_nothing),
		BED_TEST(uplink_is_not_made_of_bad_settings),
		BED_TEST(uplink_works_without_callbacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
