// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bond_random.c - whatever happens in whatever order: what always holds
 *
 * Seeds are fixed, so a failure comes again.
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/util.h"
#include "unit/bond_bed.h"

#define SEEDS 40
#define STEPS 1500

/* xorshift64 */
static unsigned roll(uint64_t *seed, unsigned sides)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (unsigned)(*seed >> 33) % sides;
}

static void other_settings(struct bond_bed *bed, uint64_t *seed)
{
	struct bond_settings *s = &bed->settings;

	s->mode = (uint8_t)roll(seed, BOND_MODE_COUNT);
	s->primary_reselect = (uint8_t)roll(seed, BOND_RESELECT_COUNT);
	s->xmit_hash_policy = (uint8_t)roll(seed, BOND_HASH_POLICY_COUNT);
	s->up_delay_ms = roll(seed, 3) * 20;
	s->down_delay_ms = roll(seed, 3) * 10;
	s->min_links = (uint8_t)roll(seed, 3);
	s->rebalance_ms = roll(seed, 2) * 50;
	s->fallback = roll(seed, 2);
	strcpy(s->primary, roll(seed, 2) ? "b/2" : "");
	bond_bed_set(bed);
}

static void touch_member(struct bond_bed *bed, uint64_t *seed)
{
	unsigned i = roll(seed, BOND_BED_MEMBERS);
	struct bond_lacp lacp = {roll(seed, 2), roll(seed, 2),
				 (uint16_t)(1 + roll(seed, 2))};

	if (!bed->m[i]) {
		bond_bed_add(bed, i);
		return;
	}
	switch (roll(seed, 9)) {
	case 0:
		bond_remove_member(bed->bond, bed->m[i],
				   roll(seed, 3) * 10 * NSEC_PER_MSEC);
		break;
	case 1:
		bond_switch(bed->bond, bed->m[i]);
		break;
	case 2:
		bond_member_monitor(bed->bond, bed->m[i], BOND_MONITOR_PROBE,
				    roll(seed, 3));
		break;
	case 3:
		bond_member_unmonitor(bed->bond, bed->m[i], BOND_MONITOR_PROBE);
		break;
	case 4:
		bond_member_lacp(bed->bond, bed->m[i], &lacp);
		break;
	case 5:
		bond_set_aggregator(bed->bond, (uint16_t)roll(seed, 3));
		break;
	case 6:
		bond_bed_cut(bed, i, roll(seed, BOND_CUT_COUNT));
		break;
	default:
		bond_bed_link(bed, i, !bed->p[i].port.carrier);
	}
}

static void traffic(struct bond_bed *bed, uint64_t *seed)
{
	unsigned i = roll(seed, BOND_BED_MEMBERS);

	bond_bed_send(bed, roll(seed, 4) ? 1 : 0xff, (uint8_t)roll(seed, 32),
		      1 + roll(seed, FRAME_BATCH));
	bond_bed_input(bed, i, roll(seed, 4) ? 1 : 0xff,
		       (uint8_t)roll(seed, 32), (uint8_t)roll(seed, 4));
	if (roll(seed, 4) == 0)
		bed->p[i].room = roll(seed, 50);
	else if (roll(seed, 2))
		bed->p[i].room = UINT32_MAX;
	if (bed->m[i] && bed->p[i].room == UINT32_MAX && bed->p[i].port.carrier)
		port_writable(&bed->p[i].port);
}

/* The toy ports have room for so many frames only. */
static void forget_sent(struct bond_bed *bed)
{
	for (unsigned i = 0; i < BOND_BED_MEMBERS; i++)
		bed->p[i].sent = bed->sent_down[i] = 0;
}

static void invariants_hold_after_each_step(void **state)
{
	for (uint64_t first = 1; first <= SEEDS; first++) {
		uint64_t seed = first * UINT64_C(0x9e3779b97f4a7c15);
		struct bond_bed *bed;

		bond_bed_set_up(state);
		bed = *state;
		bed->elsewhere = 5;
		for (unsigned step = 0; step < STEPS; step++) {
			unsigned kind = roll(&seed, 10);

			if (kind == 0)
				other_settings(bed, &seed);
			else if (kind < 5)
				touch_member(bed, &seed);
			else if (kind < 8)
				traffic(bed, &seed);
			else
				bond_bed_advance(bed, roll(&seed, 12));
			bond_bed_check(bed);
			forget_sent(bed);
		}
		bond_bed_tear_down(state);
	}
}

/*
 * active-backup, no delays: every frame of the network is sent once, on the one
 * member, or counted as lost while there was none.
 */
static void no_frame_is_lost_or_sent_twice_while_one_is_up(void **state)
{
	uint64_t seed = 77;
	struct bond_bed *bed;
	unsigned lost = 0;

	bond_bed_set_up(state);
	bed = *state;
	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 3);
	for (unsigned step = 0; step < 20000; step++) {
		unsigned i = roll(&seed, 3), sent = 0;
		bool could = bond_port(bed->bond)->carrier;

		bond_bed_link(bed, i, !bed->p[i].port.carrier);
		could = bed->p[0].port.carrier || bed->p[1].port.carrier ||
			bed->p[2].port.carrier;
		assert_int_equal(bond_bed_send(bed, 1, 2, 3), 3);
		for (unsigned p = 0; p < 3; p++)
			sent += bed->p[p].sent;
		assert_int_equal(sent, could ? 3 : 0);
		lost += could ? 0 : 3;
		assert_int_equal(bed->dropped, lost);
		forget_sent(bed);
	}
	bond_bed_tear_down(state);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(invariants_hold_after_each_step),
		cmocka_unit_test(
			no_frame_is_lost_or_sent_twice_while_one_is_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
