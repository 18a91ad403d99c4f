// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_reflection.c - frames that come back, and frames that come twice
 *
 * Theory of operation
 *
 * What leaves through one member may come back through another: the switch on
 * the other side floods it, or a member became the active one while it was
 * under way. Believed, it would teach the network that one of our own guests is
 * on the wire. So a frame whose source is known behind another port is dropped.
 *
 * But a guest may really have moved there. It says so by a gratuitous ARP, or
 * whoever moved it does by a broadcast RARP; these are taken, and teach. Guests
 * behind us say the same when they come, and so does our own announcer, and
 * that comes back, too. So each of these that we send leaves a mark for 5 s,
 * and what meets a mark is dropped. Marks are found by a secret hash and may be
 * shared: then a true move in these 5 s is seen a little later, never a false
 * one believed. Who sends many gratuitous ARPs can do no more than that.
 *
 * Copies: is_copy() keeps sums of what came in last, by the sum. An entry
 * that was overwritten lets a copy pass; none is lost for it.
 */
#include <linux/if_ether.h>

#include "switch/arp.h"
#include "switch/bond/bond_internal.h"

static bool is_gratuitous(const struct frame *frame)
{
	static const struct mac all = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
	size_t offset = be16_load(frame->snap + 12) == ETH_P_8021Q
				? ETH_HLEN + VLAN_HLEN
				: ETH_HLEN;
	uint16_t type = frame_ethertype(frame);
	struct arp arp;

	if (LIKELY(type != ETH_P_ARP && type != ETH_P_RARP) ||
	    !mac_is_equal(frame_dst(frame), &all))
		return false;
	if (type == ETH_P_RARP)
		return true;
	return frame->snap_len > offset &&
	       arp_decode(frame->snap + offset, frame->snap_len - offset,
			  &arp) &&
	       (arp.op == ARP_REPLY || arp.sender == arp.target);
}

static uint64_t *lock_of(struct bond *bond, const struct frame *frame)
{
	uint64_t key = fdb_key(frame->vid, frame_src(frame));

	return &bond->locks[bond_hash(bond, key) % BOND_LOCKS];
}

void bond_note_sent(struct bond *bond, const struct frame *frame)
{
	if (UNLIKELY(is_gratuitous(frame)))
		*lock_of(bond, frame) = bond_now_ns(bond) + BOND_LOCK_NS;
}

static enum drop_reason check_source(struct bond *bond,
				     const struct frame *frame)
{
	if (!bond->env.is_elsewhere ||
	    LIKELY(!bond->env.is_elsewhere(bond->env.ctx, frame)))
		return DROP_NONE;
	if (!is_gratuitous(frame))
		return DROP_REFLECTION;
	if (bond_now_ns(bond) >= *lock_of(bond, frame))
		return DROP_NONE;
	bond->locked_moves++;
	return DROP_REFLECTION;
}

static uint64_t sum_of(const struct bond *bond, const struct frame *frame)
{
	uint64_t sum = bond->env.key.k[0] ^ frame->len, word;
	size_t at, len = MIN(frame->snap_len, FRAME_SNAP_SIZE);

	for (at = 0; at < len; at += sizeof(word)) {
		word = 0;
		memcpy(&word, frame->snap + at, MIN(sizeof(word), len - at));
		sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		sum ^= sum >> 32;
	}
	return sum;
}

static bool is_copy(struct bond *bond, const struct bond_member *member,
		    const struct frame *frame)
{
	uint64_t sum, now_ns = bond_now_ns(bond);
	struct bond_copy *copy;

	if (!(bond->collecting & ~(1u << member->slot)))
		return false;
	sum = sum_of(bond, frame);
	copy = &bond->copies[sum % BOND_COPIES];
	if (copy->sum == sum && now_ns < copy->until_ns &&
	    copy->slot != member->slot)
		return true;
	*copy = (struct bond_copy){sum, now_ns + BOND_COPY_NS, member->slot};
	return false;
}

enum drop_reason bond_check_repeated(struct bond *bond,
				     const struct bond_member *member,
				     const struct frame *frame)
{
	enum drop_reason reason = check_source(bond, frame);

	if (reason == DROP_NONE && !mac_is_group(frame_dst(frame)) &&
	    is_copy(bond, member, frame))
		return DROP_DUPLICATE;
	return reason;
}
