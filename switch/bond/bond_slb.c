// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_slb.c - balance-slb: each guest has its member, the other side needn't
 * know
 *
 * Theory of operation
 *
 * All frames from one source MAC and VID leave through one member, so the
 * switch on the other side learns that address on one of its ports and sends
 * there whatever is for it. It knows nothing of a bond, and floods to each of
 * its ports; what that brings us twice is sorted out on the way in:
 *
 *	group frames		taken on the active member only
 *	unicast that it floods	the first copy is taken, whichever member brings
 *				it; others are known by their first bytes
 *	our own			dropped, as their source is behind another port
 *
 * (switch/bond/bond_reflection.c has the last two.)
 *
 * A unicast frame is not refused only because its guest has another member:
 * after a move, or when we started anew, the other side may not know better for
 * as long as the guest is silent.
 *
 * Every rebalance_ms the load of the last looks is levelled. From the most
 * loaded member on, one bucket that makes the ratio to the least loaded one
 * better by at least 0.1 moves there, as long as the two differ by 1 Mbit/s and
 * 3 %. Load is halved at each look, so what is six looks old hardly counts. The
 * guest's next frame teaches the other side.
 *
 * Limits: one guest is one bucket, and is never split.
 */
#include "switch/bond/bond_internal.h"

/* What 1 Mbit/s is, in bytes a millisecond */
#define DIFFERENCE_PER_MS 125
#define DIFFERENCE_PERCENT 3
#define RATIO_GAIN_MILLI 100

/**
 * struct balance - one look at the load
 * @bytes:	of each member, by slot
 * @carrying:	bits by slot
 */
struct balance {
	uint64_t bytes[BOND_MAX_MEMBERS];
	uint32_t carrying;
};

uint8_t bond_slb_bucket(const struct bond *bond, uint16_t vid,
			const struct mac *mac)
{
	return (uint8_t)(bond_hash(bond, fdb_key(vid, mac)) &
			 (BOND_BUCKETS - 1));
}

static uint8_t slb_bucket(struct bond *bond, const struct frame *frame)
{
	uint8_t bucket = bond_slb_bucket(bond, frame->vid, frame_src(frame));

	bond->load[bucket] += frame->len;
	return bucket;
}

static unsigned slb_send(struct bond *bond, struct frame **frames, unsigned n)
{
	return bond_buckets_send(bond, frames, n, slb_bucket);
}

static enum drop_reason slb_admit(struct bond *bond,
				  const struct bond_member *member,
				  const struct frame *frame)
{
	if (mac_is_group(frame_dst(frame)) && member != bond->active)
		return DROP_INACTIVE_MEMBER;
	return bond_check_repeated(bond, member, frame);
}

static uint32_t slb_remap(struct bond *bond)
{
	return bond_buckets_deal(bond, false);
}

static void balance_look(const struct bond *bond, struct balance *balance)
{
	memset(balance, 0, sizeof(*balance));
	balance->carrying = bond->carrying;
	for (unsigned i = 0; i < BOND_BUCKETS; i++) {
		if (bond->buckets[i] != BOND_NOBODY)
			balance->bytes[bond->buckets[i]] += bond->load[i];
	}
}

static unsigned least_loaded(const struct balance *balance)
{
	unsigned i, least = BOND_MAX_MEMBERS;

	for (i = 0; i < BOND_MAX_MEMBERS; i++) {
		if ((balance->carrying >> i & 1) &&
		    (least == BOND_MAX_MEMBERS ||
		     balance->bytes[i] < balance->bytes[least]))
			least = i;
	}
	return least;
}

/* The most loaded one of @members; BOND_MAX_MEMBERS: there is none. */
static unsigned most_loaded(const struct balance *balance, uint32_t members)
{
	unsigned i, most = BOND_MAX_MEMBERS;

	for (i = 0; i < BOND_MAX_MEMBERS; i++) {
		if ((members >> i & 1) &&
		    (most == BOND_MAX_MEMBERS ||
		     balance->bytes[i] > balance->bytes[most]))
			most = i;
	}
	return most;
}

/* The larger to the smaller in thousandths; a KiB less doesn't matter here. */
static uint64_t ratio_milli(uint64_t a, uint64_t b)
{
	uint64_t larger = MAX(a, b) >> 10, smaller = MIN(a, b) >> 10;

	return smaller ? larger * 1000 / smaller : UINT64_MAX;
}

/* The bucket of @from whose move to @to levels best, BOND_BUCKETS: none. */
static unsigned best_bucket(const struct bond *bond,
			    const struct balance *balance, unsigned from,
			    unsigned to)
{
	uint64_t before, best = UINT64_MAX;
	unsigned i, bucket = BOND_BUCKETS;

	before = ratio_milli(balance->bytes[from], balance->bytes[to]);
	for (i = 0; i < BOND_BUCKETS; i++) {
		uint64_t load = bond->load[i], after;

		if (bond->buckets[i] != from || !load)
			continue;
		after = ratio_milli(balance->bytes[from] - load,
				    balance->bytes[to] + load);
		if (after < best && after < before &&
		    before - after >= RATIO_GAIN_MILLI) {
			best = after;
			bucket = i;
		}
	}
	return bucket;
}

static bool differ(const struct bond *bond, uint64_t from, uint64_t to)
{
	uint64_t least = 2ull * DIFFERENCE_PER_MS * bond->settings.rebalance_ms;

	return from > to && from - to >= least &&
	       from - to >= to / 100 * DIFFERENCE_PERCENT;
}

/* One step; false: the load is level. */
static bool balance_step(struct bond *bond)
{
	struct balance balance;
	unsigned to, from, bucket;
	uint32_t left;

	balance_look(bond, &balance);
	to = least_loaded(&balance);
	if (to == BOND_MAX_MEMBERS)
		return false;
	for (left = balance.carrying & ~(1u << to); left;
	     left &= ~(1u << from)) {
		from = most_loaded(&balance, left);
		if (!differ(bond, balance.bytes[from], balance.bytes[to]))
			return false;
		bucket = best_bucket(bond, &balance, from, to);
		if (bucket < BOND_BUCKETS) {
			bond->buckets[bucket] = (uint8_t)to;
			bond->rebalances++;
			return true;
		}
	}
	return false;
}

void bond_slb_rebalance(struct timer *timer)
{
	struct bond *bond = container_of(timer, struct bond, rebalance);
	unsigned i;

	for (i = 0; i < BOND_BUCKETS && balance_step(bond); i++)
		;
	for (i = 0; i < BOND_BUCKETS; i++)
		bond->load[i] /= 2;
	timer_arm(bond->env.loop, timer,
		  bond_now_ns(bond) +
			  bond->settings.rebalance_ms * NSEC_PER_MSEC);
}

const struct bond_ops bond_slb_ops = {
	.has_active = true,
	.is_announced = true,
	.can_carry = bond_any_can,
	.can_collect = bond_any_can,
	.admit = slb_admit,
	.send = slb_send,
	.remap = slb_remap,
};
