// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bond_orders.c - members that go and come in every order, flap, are added
 * and removed, in every mode, while frames are sent: each frame leaves once,
 * and traffic is given to one that flaps once in an up-delay at most
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/util.h"
#include "unit/bond_bed.h"

#define MEMBERS 3 /* that are there all the time; one more comes and goes */
#define EXTRA MEMBERS
#define AGGREGATOR 1
#define UP_DELAY_MS 60
#define FLAP_MS 2000

/**
 * struct scene - one that flaps is down and up for half a period each
 * @half_ms:	of member 0
 * @others:	do the others flap as well, each a bit slower?
 */
struct scene {
	unsigned half_ms;
	bool others;
};

static const struct scene scenes[] = {
	{.half_ms = 50}, /* 10 Hz, shorter than the up-delay */
	{.half_ms = 5},  /* 100 Hz */
	{.half_ms = 80}, /* longer: it comes back each time */
	{.half_ms = 50, .others = true},
	{.half_ms = 5, .others = true},
};

/* What is watched of member 0. */
struct gains {
	bool has;
	uint64_t count;
	uint64_t at_ns;
};

static void add(struct bond_bed *bed, unsigned i)
{
	const struct bond_lacp vote = {true, true, AGGREGATOR};

	bond_bed_add(bed, i);
	bond_member_lacp(bed->bond, bed->m[i], &vote);
}

static void start(struct bond_bed *bed, enum bond_mode mode, unsigned delay_ms)
{
	unsigned i;

	bed->settings.up_delay_ms = delay_ms;
	bond_bed_start(bed, mode, 0);
	bond_set_aggregator(bed->bond, AGGREGATOR);
	for (i = 0; i < MEMBERS; i++)
		add(bed, i);
	bond_bed_advance(bed, delay_ms + 1);
}

static bool one_is_up(const struct bond_bed *bed)
{
	struct bond_member_status status;
	unsigned i;

	for (i = 0; i < BOND_BED_MEMBERS; i++) {
		if (!bed->m[i] || !bed->p[i].port.carrier)
			continue;
		bond_member_get_status(bed->bond, bed->m[i], &status);
		if (status.state != BOND_LEAVING)
			return true;
	}
	return false;
}

/* A frame of each of some guests; to whom differs, too. */
static void each_frame_leaves_once(struct bond_bed *bed)
{
	unsigned guest, i, sent = 0, could = one_is_up(bed);

	bond_bed_check(bed);
	for (guest = 1; guest <= 4; guest++)
		assert_int_equal(bond_bed_send(bed, (uint8_t)(10 * guest),
					       (uint8_t)guest, 1),
				 1);
	for (i = 0; i < BOND_BED_MEMBERS; i++) {
		if (!bed->p[i].port.carrier)
			assert_int_equal(bed->p[i].sent, 0);
		sent += bed->p[i].sent;
		bed->p[i].sent = bed->sent_down[i] = 0;
	}
	assert_int_equal(sent, could ? 4 : 0);
	assert_int_equal(bond_port(bed->bond)->carrier, could);
}

static void step(struct bond_bed *bed, unsigned i, bool up)
{
	bond_bed_link(bed, i, up);
	each_frame_leaves_once(bed);
}

/* Of three; number 0 to 5. */
static void order_of(unsigned number, unsigned *order)
{
	static const uint8_t orders[6][MEMBERS] = {{0, 1, 2}, {0, 2, 1},
						   {1, 0, 2}, {1, 2, 0},
						   {2, 0, 1}, {2, 1, 0}};

	for (unsigned i = 0; i < MEMBERS; i++)
		order[i] = orders[number][i];
}

/* The extra member comes before step @when of six, and goes three later. */
static void go_and_come(struct bond_bed *bed, unsigned number, unsigned when)
{
	unsigned order[2][MEMBERS], i;

	order_of(number % 6, order[0]);
	order_of(number / 6, order[1]);
	for (i = 0; i < 2 * MEMBERS; i++) {
		if (i == when)
			add(bed, EXTRA);
		if (i == when + 3)
			bond_remove_member(bed->bond, bed->m[EXTRA],
					   5 * NSEC_PER_MSEC);
		each_frame_leaves_once(bed);
		step(bed, order[i / MEMBERS][i % MEMBERS], i >= MEMBERS);
		bond_bed_advance(bed, number % 3);
		each_frame_leaves_once(bed);
	}
	bond_bed_advance(bed, UP_DELAY_MS + 10);
	if (bed->m[EXTRA])
		bond_remove_member(bed->bond, bed->m[EXTRA], 0);
	bond_bed_advance(bed, 1);
	each_frame_leaves_once(bed);
}

static void all_members_go_and_come_in_every_order(void **state)
{
	unsigned mode, number, when, delay;

	for (mode = 0; mode < BOND_MODE_COUNT; mode++) {
		for (delay = 0; delay <= UP_DELAY_MS; delay += UP_DELAY_MS) {
			bond_bed_set_up(state);
			start(*state, mode, delay);
			for (number = 0; number < 36; number++) {
				/* the last time nobody else comes */
				for (when = 0; when <= 2 * MEMBERS; when++)
					go_and_come(*state, number, when);
			}
			bond_bed_tear_down(state);
		}
	}
}

/* Has member 0 been given traffic, and not too soon after the last time? */
static void watch(struct bond_bed *bed, struct gains *gains)
{
	enum bond_state now = bond_bed_state(bed, 0);
	bool has = now == BOND_ACTIVE || now == BOND_CARRYING;

	if (has && !gains->has) {
		assert_true(bed->fake.ns - gains->at_ns >=
			    UP_DELAY_MS * NSEC_PER_MSEC);
		gains->at_ns = bed->fake.ns;
		gains->count++;
	}
	gains->has = has;
}

/* Another member comes and goes meanwhile. */
static void come_or_go(struct bond_bed *bed, unsigned ms)
{
	if (ms % 170 == 40 && !bed->m[EXTRA])
		add(bed, EXTRA);
	if (ms % 170 == 110 && bed->m[EXTRA])
		bond_remove_member(bed->bond, bed->m[EXTRA],
				   20 * NSEC_PER_MSEC);
}

static void flap(struct bond_bed *bed, const struct scene *scene)
{
	struct gains gains = {.has = true};
	unsigned ms, i;

	strcpy(bed->settings.primary, "b/0"); /* which would always come back */
	bond_bed_set(bed);
	for (ms = 0; ms < FLAP_MS; ms++) {
		for (i = 0; i < (scene->others ? MEMBERS : 1); i++) {
			if (ms % (scene->half_ms * (4 + i) / 4) == 0)
				step(bed, i, !bed->p[i].port.carrier);
		}
		come_or_go(bed, ms);
		each_frame_leaves_once(bed);
		bond_bed_advance(bed, 1);
		each_frame_leaves_once(bed);
		/* where others are up, nobody is used before its time */
		if (!scene->others)
			watch(bed, &gains);
	}
	assert_true(gains.count <= FLAP_MS / UP_DELAY_MS);
	if (!scene->others)
		assert_int_equal(gains.count,
				 scene->half_ms > UP_DELAY_MS
					 ? FLAP_MS / 2 / scene->half_ms
					 : 0);
}

static void flapping_moves_traffic_once_in_an_up_delay(void **state)
{
	unsigned mode, i;

	for (mode = 0; mode < BOND_MODE_COUNT; mode++) {
		for (i = 0; i < ARRAY_SIZE(scenes); i++) {
			bond_bed_set_up(state);
			start(*state, mode, UP_DELAY_MS);
			flap(*state, &scenes[i]);
			bond_bed_tear_down(state);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_members_go_and_come_in_every_order),
		cmocka_unit_test(flapping_moves_traffic_once_in_an_up_delay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
