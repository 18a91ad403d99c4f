// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_update.c - from links and settings to what a bond does
 *
 * Theory of operation
 *
 * Every event (a vote, a delay that is over, a member that comes or leaves,
 * other settings) ends in bond_update(), which derives everything anew: the
 * mode's ops, the active member, who carries and collects, the states that are
 * shown, who has which bucket, and the port's features and carrier. Nothing
 * else changes any of these. So an order of events in which they contradict
 * each other doesn't exist, and a frame that comes next already finds the new
 * member.
 *
 * The active member (modes that have one), first that holds:
 *
 *	1 the one chosen by hand, as long as it is usable
 *	2 the primary, if its link is up and there is no other usable one, or
 *	  it was just set, or primary_reselect lets it take over
 *	3 the one that there is, as long as it is usable
 *	4 the first one whose link is up, in order of their slots
 *	5 the first one in its down-delay
 *
 * If none is usable the up-delay that ends first ends now.
 *
 * Callbacks come last, when all is consistent: they may call anything. While a
 * port's input or send is under way they wait for the end of the loop's round,
 * for there they would be called from within a network that is at work.
 */
#include <errno.h>

#include "switch/bond/bond_internal.h"

/* Callbacks that change something which calls them: so many at once. */
#define NOTIFY_ROUNDS 8

static const struct bond_ops *const mode_ops[] = {
	[BOND_ACTIVE_BACKUP] = &bond_active_backup_ops,
	[BOND_BALANCE_SLB] = &bond_slb_ops,
	[BOND_BALANCE_XOR] = &bond_xor_ops,
	[BOND_8023AD] = &bond_8023ad_ops,
};
static_assert(ARRAY_SIZE(mode_ops) == BOND_MODE_COUNT, "a mode lacks its ops");

static const struct bond_ops *choose_ops(const struct bond *bond)
{
	if (bond->settings.mode == BOND_8023AD && bond->settings.fallback &&
	    !bond->aggregator && !bond->no_fallback)
		return &bond_active_backup_ops;
	return mode_ops[bond->settings.mode];
}

/* No member is usable: the one that would be soonest is. NULL: none was. */
static struct bond_member *end_up_delay(struct bond *bond)
{
	struct bond_member *soonest = NULL;

	for (unsigned i = 0; i < BOND_MAX_MEMBERS; i++) {
		struct bond_member *member = bond->members[i];

		if (!member || member->is_leaving)
			continue;
		if (bond_member_is_usable(member))
			return NULL;
		if (member->link == BOND_LINK_UP_DELAY &&
		    (!soonest || member->timer.at_ns < soonest->timer.at_ns))
			soonest = member;
	}
	if (soonest) {
		timer_cancel(bond->env.loop, &soonest->timer);
		soonest->link = BOND_LINK_UP;
		soonest->link_ns = bond_now_ns(bond);
	}
	return soonest;
}

static struct bond_member *first_with(const struct bond *bond,
				      enum bond_link link)
{
	for (unsigned i = 0; i < BOND_MAX_MEMBERS; i++) {
		struct bond_member *member = bond->members[i];

		if (member && !member->is_leaving && member->link == link)
			return member;
	}
	return NULL;
}

static bool takes_over(const struct bond *bond,
		       const struct bond_member *primary)
{
	if (primary->link != BOND_LINK_UP || primary->is_leaving)
		return false;
	if (!bond->active || !bond_member_is_usable(bond->active) ||
	    bond->force_primary)
		return true;
	switch ((enum bond_reselect)bond->settings.primary_reselect) {
	case BOND_RESELECT_ALWAYS:
		return true;
	case BOND_RESELECT_BETTER:
		return primary->speed_mbps > bond->active->speed_mbps;
	case BOND_RESELECT_FAILURE:
	case BOND_RESELECT_COUNT:
		break;
	}
	return false;
}

/* @why is changed where the event is not the reason that counts. */
static struct bond_member *choose_active(struct bond *bond,
					 enum bond_reason *why)
{
	bool had_one = bond->active && bond_member_is_usable(bond->active);
	struct bond_member *primary, *next;

	if (bond->pinned && !bond_member_is_usable(bond->pinned))
		bond->pinned = NULL;
	if (bond->pinned) {
		*why = BOND_REASON_MANUAL;
		return bond->pinned;
	}
	primary = bond_lookup_member(bond, bond->settings.primary);
	if (primary && takes_over(bond, primary)) {
		bond->force_primary = false;
		if (had_one)
			*why = BOND_REASON_PRIMARY;
		return primary;
	}
	if (had_one)
		return bond->active;
	next = first_with(bond, BOND_LINK_UP);
	return next ? next : first_with(bond, BOND_LINK_DOWN_DELAY);
}

static bool update_active(struct bond *bond, enum bond_reason *why)
{
	struct bond_member *active = NULL;
	enum bond_reason nearer = *why;

	if (bond->ops->has_active)
		active = choose_active(bond, &nearer);
	if (active == bond->active)
		return false;
	*why = nearer;
	bond->active = active;
	bond->switches++;
	bond->switched_ns = loop_clock_ns(bond->env.loop);
	if (active)
		active->activations++;
	return true;
}

static bool member_can_carry(const struct bond *bond,
			     const struct bond_member *member)
{
	return member && bond_member_is_usable(member) &&
	       bond->ops->can_carry(bond, member);
}

/* For reports: the next frame each way is the first one of these members. */
static void forget_firsts(struct bond *bond, uint32_t carrying,
			  uint32_t collecting)
{
	for (unsigned i = 0; (carrying | collecting) >> i; i++) {
		if (carrying >> i & 1)
			bond->members[i]->first_tx_ns = 0;
		if (collecting >> i & 1)
			bond->members[i]->first_rx_ns = 0;
	}
}

/* Who carries and collects. Return: those that began or ended to carry. */
static uint32_t update_roles(struct bond *bond)
{
	uint32_t carried = bond->carrying, collected = bond->collecting;
	unsigned i, links = 0;

	bond->carrying = bond->collecting = 0;
	for (i = 0; i < BOND_MAX_MEMBERS; i++)
		links += member_can_carry(bond, bond->members[i]);
	for (i = 0; i < BOND_MAX_MEMBERS; i++) {
		struct bond_member *member = bond->members[i];

		if (!member)
			continue;
		member->carries = member_can_carry(bond, member) &&
				  !(bond->ops->needs_links &&
				    links < bond->settings.min_links);
		bond->carrying |= (uint32_t)member->carries << i;
		if (!member->is_leaving)
			member->collects = bond_member_is_usable(member) &&
					   bond->ops->can_collect(bond, member);
		bond->collecting |= (uint32_t)member->collects << i;
	}
	forget_firsts(bond, bond->carrying & ~carried,
		      bond->collecting & ~collected);
	return bond->carrying ^ carried;
}

static enum bond_state state_of(const struct bond *bond,
				const struct bond_member *member)
{
	if (member->is_leaving)
		return BOND_LEAVING;
	switch ((enum bond_link)member->link) {
	case BOND_LINK_DOWN:
		return BOND_DOWN;
	case BOND_LINK_UP_DELAY:
		return BOND_UP_DELAY;
	case BOND_LINK_DOWN_DELAY:
		return BOND_DOWN_DELAY;
	case BOND_LINK_UP:
		break;
	}
	if (member == bond->active)
		return BOND_ACTIVE;
	return member->carries ? BOND_CARRYING : BOND_BACKUP;
}

static bool state_is_failure(enum bond_state from, enum bond_state to,
			     enum bond_reason reason)
{
	if (to == BOND_DOWN)
		return from != BOND_UP_DELAY && from != BOND_LEAVING;
	return from == BOND_CARRYING && to == BOND_BACKUP &&
	       reason == BOND_REASON_LACP;
}

static void set_state(struct bond_member *member, enum bond_state state,
		      enum bond_reason reason, uint64_t now_ns)
{
	struct bond *bond = member->bond;
	struct bond_change *change =
		&bond->history[bond->changes++ % BOND_MAX_HISTORY];

	member->failures += state_is_failure(member->state, state, reason);
	change->at_ns = now_ns;
	memcpy(change->member, member->port->name, sizeof(change->member));
	change->from = member->state;
	change->to = (uint8_t)state;
	change->reason = (uint8_t)reason;
	member->state = (uint8_t)state;
	member->reason = (uint8_t)reason;
	member->since_ns = change->at_ns;
	bond->is_changed = true;
}

/* Who stops first, who starts then: the history never has two actives. */
static void update_states(struct bond *bond, enum bond_reason reason,
			  enum bond_reason why,
			  const struct bond_member *forced)
{
	uint64_t now_ns = loop_clock_ns(bond->env.loop);

	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < BOND_MAX_MEMBERS; i++) {
			struct bond_member *member = bond->members[i];
			enum bond_state state;

			if (!member)
				continue;
			state = state_of(bond, member);
			if (state == member->state ||
			    (pass == 0 && state == BOND_ACTIVE))
				continue;
			if (member == forced)
				set_state(member, state, BOND_REASON_NO_OTHER,
					  now_ns);
			else if (state == BOND_ACTIVE ||
				 member->state == BOND_ACTIVE)
				set_state(member, state, why, now_ns);
			else
				set_state(member, state, reason, now_ns);
		}
	}
}

static void update_port(struct bond *bond)
{
	uint16_t features = UINT16_MAX, mtu = UINT16_MAX;
	bool has_carrier = false;

	for (unsigned i = 0; i < BOND_MAX_MEMBERS; i++) {
		const struct bond_member *member = bond->members[i];

		if (!member || member->is_leaving ||
		    member->link == BOND_LINK_DOWN)
			continue;
		features &= member->port->features;
		mtu = MIN(mtu, member->port->mtu);
		has_carrier |= member->carries;
	}
	if (mtu != UINT16_MAX) {
		bond->port.features = features;
		bond->port.mtu = mtu;
	}
	port_carrier(&bond->port, has_carrier);
}

void bond_notify_now(struct deferred *deferred)
{
	struct bond *bond = container_of(deferred, struct bond, notify);
	unsigned i, rounds = NOTIFY_ROUNDS;

	bond->is_notifying = true;
	while ((bond->to_announce || bond->is_changed) && rounds--) {
		uint32_t who = bond->to_announce;
		bool is_changed = bond->is_changed;

		bond->to_announce = 0;
		bond->is_changed = false;
		for (i = 0; i < BOND_MAX_MEMBERS; i++) {
			struct bond_member *member = bond->members[i];

			if (member && (who >> i & 1) && member->carries &&
			    bond->env.announce)
				bond->env.announce(bond->env.ctx, member);
		}
		if (is_changed && bond->env.changed)
			bond->env.changed(bond->env.ctx);
	}
	bond->is_notifying = false;
	if (bond->to_announce || bond->is_changed)
		loop_defer(bond->env.loop, &bond->notify);
}

static void notify(struct bond *bond)
{
	if (bond->is_notifying || !(bond->to_announce || bond->is_changed))
		return;
	if (bond->depth)
		loop_defer(bond->env.loop, &bond->notify);
	else
		bond_notify_now(&bond->notify);
}

void bond_update(struct bond *bond, enum bond_reason reason)
{
	const struct bond_ops *ops = choose_ops(bond);
	const struct bond_member *forced;
	enum bond_reason why = reason;
	bool is_moved, is_other_mode = ops != bond->ops;
	uint32_t gained = 0;

	bond->ops = ops;
	forced = end_up_delay(bond);
	is_moved = update_active(bond, &why);
	if ((update_roles(bond) || is_other_mode) && ops->remap)
		gained = ops->remap(bond);
	if (is_other_mode || (is_moved && !ops->remap))
		gained = bond->carrying;
	update_states(bond, reason, why, forced);
	update_port(bond);
	if (ops->is_announced)
		bond->to_announce |= gained;
	if (bond->is_full && (is_moved || is_other_mode))
		loop_defer(bond->env.loop, &bond->writable);
	notify(bond);
}

int bond_switch(struct bond *bond, struct bond_member *member)
{
	if (!bond->ops->has_active)
		return -EOPNOTSUPP;
	if (!bond_member_is_usable(member))
		return -EAGAIN;
	bond->pinned = member;
	bond_update(bond, BOND_REASON_MANUAL);
	return 0;
}
