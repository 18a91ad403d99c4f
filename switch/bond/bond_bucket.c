// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_bucket.c - 256 buckets of traffic, each with its member
 *
 * What a frame is hashed into has one member at a time, so order holds within
 * it. When a member stops, its buckets are dealt out to those that have the
 * fewest; all others stay where they are, which a hash modulo the number of
 * members would not do.
 */
#include "switch/bond/bond_internal.h"

bool bond_any_can(const struct bond *bond, const struct bond_member *member)
{
	(void)bond;
	(void)member;
	return true;
}

unsigned bond_buckets_count(const struct bond *bond, unsigned slot)
{
	unsigned i, count = 0;

	for (i = 0; i < BOND_BUCKETS; i++)
		count += bond->buckets[i] == slot;
	return count;
}

/**
 * struct deal - buckets of the members that carry
 * @counts:	by slot
 * @carrying:	bits by slot
 */
struct deal {
	unsigned counts[BOND_MAX_MEMBERS];
	uint32_t carrying;
};

static void deal_count(const struct bond *bond, struct deal *deal)
{
	memset(deal, 0, sizeof(*deal));
	deal->carrying = bond->carrying;
	for (unsigned i = 0; i < BOND_BUCKETS; i++) {
		uint8_t slot = bond->buckets[i];

		if (slot != BOND_NOBODY && (deal->carrying >> slot & 1))
			deal->counts[slot]++;
	}
}

/* Of those that carry, the one with the fewest buckets. */
static uint8_t deal_next(const struct deal *deal)
{
	uint8_t slot, next = BOND_NOBODY;

	for (slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		if ((deal->carrying >> slot & 1) &&
		    (next == BOND_NOBODY ||
		     deal->counts[slot] < deal->counts[next]))
			next = slot;
	}
	return next;
}

static void deal_move(struct bond *bond, struct deal *deal, unsigned bucket,
		      uint8_t to)
{
	uint8_t from = bond->buckets[bucket];

	if (from != BOND_NOBODY && (deal->carrying >> from & 1))
		deal->counts[from]--;
	bond->buckets[bucket] = to;
	if (to != BOND_NOBODY)
		deal->counts[to]++;
}

/* Give of those that have more than their share; keep what has traffic. */
static void deal_level(struct bond *bond, struct deal *deal, bool everything)
{
	for (unsigned i = 0; i < BOND_BUCKETS; i++) {
		uint8_t next = deal_next(deal), owner = bond->buckets[i];

		if (next == BOND_NOBODY)
			return;
		if ((everything || !bond->load[i]) &&
		    deal->counts[owner] > deal->counts[next] + 1)
			deal_move(bond, deal, i, next);
	}
}

uint32_t bond_buckets_deal(struct bond *bond, bool everything)
{
	uint32_t gained = 0;
	struct deal deal;

	deal_count(bond, &deal);
	for (unsigned i = 0; i < BOND_BUCKETS; i++) {
		uint8_t owner = bond->buckets[i], next;

		if (owner != BOND_NOBODY && (deal.carrying >> owner & 1))
			continue;
		next = deal_next(&deal);
		deal_move(bond, &deal, i, next);
		if (next != BOND_NOBODY)
			gained |= 1u << next;
	}
	deal_level(bond, &deal, everything);
	return gained;
}

static void send_cut(struct bond_member *member, struct frame *frame)
{
	if (bond_member_has_carrier(member))
		bond_note_tx(member);
	bond_cut_send(member, &frame, 1);
}

unsigned bond_buckets_send(struct bond *bond, struct frame **frames, unsigned n,
			   uint8_t (*bucket)(struct bond *bond,
					     const struct frame *frame))
{
	uint32_t touched = 0;
	unsigned i;

	for (i = 0; i < n; i++) {
		uint8_t slot = bond->buckets[bucket(bond, frames[i])];

		if (slot == BOND_NOBODY) {
			port_count_lost(&bond->port, frames[i],
					DROP_NO_CARRIER);
			continue;
		}
		if (UNLIKELY(bond->members[slot]->cut != BOND_CUT_NONE)) {
			send_cut(bond->members[slot], frames[i]);
			continue;
		}
		egress_add(&bond->members[slot]->egress, frames[i]);
		touched |= 1u << slot;
	}
	for (i = 0; touched >> i; i++) {
		if (!(touched >> i & 1))
			continue;
		if (bond->members[i]->port->carrier)
			bond_note_tx(bond->members[i]);
		egress_flush(&bond->members[i]->egress, NULL);
	}
	return n;
}
