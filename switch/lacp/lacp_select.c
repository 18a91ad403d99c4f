// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lacp_select.c - selection (802.1AX-2014 6.4.14), and which aggregator carries
 *
 * Theory of operation
 *
 * Members whose ends agree in system and key on both sides share an aggregator.
 * An individual one, a partner without Aggregation, has one for itself. Who has
 * no partner, is looped or leaves has none: an LACP bond sends to partners
 * only.
 *
 * A bond is one port, so one aggregator carries; members of others are on
 * standby, out of sync, and the partner sends nothing there. A member is usable
 * when its partner is current and its wait is over; an aggregator, when it has
 * min_links of those. A usable aggregator is replaced by the policy: never
 * (stable), or by one that is strictly better (bandwidth, count); individual
 * links come last in any case. One that isn't usable any more is replaced at
 * once by one that is; if there is none, it stays as long as its expired
 * members make it up to min_links, so that a partner that was away for a moment
 * finds things as they were.
 *
 * The first choice waits for members that are about to be usable, at most
 * LACP_WAIT_NS: links that come up together are then compared together.
 *
 * A hostile partner can make its own member useless, no other: what changes its
 * key or system waits, ever longer, and counts for nothing meanwhile.
 */
#include "switch/lacp/lacp_internal.h"

/**
 * struct tally - an aggregator's worth
 * @ready:	members that are usable
 * @held:	and those that were, whose partner expired
 * @mbps:	bandwidth of the usable ones
 * @is_aggregate: their partner has Aggregation set
 */
struct tally {
	unsigned ready;
	unsigned held;
	uint64_t mbps;
	bool is_aggregate;
};

static bool has_aggregation(const struct lacp_member *member)
{
	return member->partner.state & LACP_AGGREGATION;
}

static bool is_candidate(const struct lacp_member *member)
{
	return member->receive == LACP_RX_CURRENT &&
	       member->leave == LACP_STAYS && !lacp_is_looped(member);
}

/* A partner that expired keeps its place. */
static bool is_held(const struct lacp_member *member)
{
	return member->receive == LACP_RX_EXPIRED && member->aggregator;
}

bool lacp_is_ready(const struct lacp_member *member)
{
	return member->mux > LACP_MUX_WAITING ||
	       (member->mux == LACP_MUX_WAITING &&
		member->lacp->now_ns >= member->wait_ns);
}

void lacp_restart(struct lacp_member *member)
{
	member->selected = LACP_UNSELECTED;
	member->aggregator = 0;
	lacp_mux_run(member);
}

/* Do both ends belong together? A member's number is of no matter here. */
static bool is_same_group(const struct lacp_member *a,
			  const struct lacp_member *b)
{
	return has_aggregation(a) && has_aggregation(b) &&
	       a->actor.key == b->actor.key &&
	       a->partner.key == b->partner.key &&
	       a->partner.system_priority == b->partner.system_priority &&
	       mac_is_equal(&a->partner.system, &b->partner.system);
}

/* There are as many aggregators as members, so one is always free. */
static unsigned free_aggregator(const struct lacp *lacp)
{
	bool taken[LACP_MEMBERS_MAX + 1] = {false};
	unsigned i;

	lacp_for_each_member (member, lacp)
		taken[member->aggregator] = true;
	for (i = 1; i < LACP_MEMBERS_MAX && taken[i]; i++)
		;
	return i;
}

static void join_aggregator(struct lacp_member *member)
{
	lacp_for_each_member (other, member->lacp) {
		if (other->aggregator && is_same_group(member, other)) {
			member->aggregator = other->aggregator;
			return;
		}
	}
	member->aggregator = free_aggregator(member->lacp);
}

static struct tally tally_of(const struct lacp *lacp, unsigned aggregator)
{
	struct tally tally = {.ready = 0};

	lacp_for_each_member (member, lacp) {
		if (member->aggregator != aggregator || !lacp_is_ready(member))
			continue;
		tally.held++;
		if (member->receive != LACP_RX_CURRENT)
			continue;
		tally.ready++;
		tally.mbps += member->link.speed_mbps;
		tally.is_aggregate = has_aggregation(member);
	}
	return tally;
}

unsigned lacp_ready_count(const struct lacp *lacp, unsigned aggregator)
{
	return tally_of(lacp, aggregator).ready;
}

unsigned lacp_links_needed(const struct lacp *lacp)
{
	return MAX(lacp->settings.min_links, 1);
}

static bool is_better(enum lacp_policy policy, const struct tally *a,
		      const struct tally *b)
{
	if (a->is_aggregate != b->is_aggregate)
		return a->is_aggregate;
	if (policy == LACP_COUNT && a->ready != b->ready)
		return a->ready > b->ready;
	if (a->mbps != b->mbps)
		return a->mbps > b->mbps;
	return a->ready > b->ready;
}

/* The best usable one; 0: none. Of equals the one that carries, or the first.
 */
static unsigned best_aggregator(const struct lacp *lacp)
{
	unsigned best = lacp->aggregator, i;
	struct tally best_tally = {.ready = 0};

	if (best)
		best_tally = tally_of(lacp, best);
	if (best_tally.ready < lacp_links_needed(lacp))
		best = 0;
	for (i = 1; i <= LACP_MEMBERS_MAX; i++) {
		struct tally tally = tally_of(lacp, i);

		if (tally.ready < lacp_links_needed(lacp) ||
		    (best &&
		     !is_better(lacp->settings.policy, &tally, &best_tally)))
			continue;
		best = i;
		best_tally = tally;
	}
	return best;
}

/* Are there members that may change a first choice? Until when to wait? */
static uint64_t hold_until_ns(const struct lacp *lacp)
{
	uint64_t first_ns = LACP_NEVER;
	bool is_complete = true;

	lacp_for_each_member (member, lacp) {
		if (!is_candidate(member))
			continue;
		if (lacp_is_ready(member))
			first_ns = MIN(first_ns, member->wait_ns);
		else
			is_complete = false;
	}
	return is_complete ? 0 : first_ns + LACP_WAIT_NS;
}

static unsigned choose(struct lacp *lacp)
{
	struct tally now = {.ready = 0};
	unsigned best = best_aggregator(lacp);

	lacp->hold_ns = LACP_NEVER;
	if (lacp->aggregator)
		now = tally_of(lacp, lacp->aggregator);
	if (now.ready >= lacp_links_needed(lacp))
		return lacp->settings.policy == LACP_STABLE ? lacp->aggregator
							    : best;
	if (!best)
		return now.held >= lacp_links_needed(lacp) ? lacp->aggregator
							   : 0;
	if (!lacp->aggregator && lacp->now_ns < hold_until_ns(lacp)) {
		lacp->hold_ns = hold_until_ns(lacp);
		return 0;
	}
	return best;
}

/* Keeps its value while links are too fresh to know. */
static void update_fallback(struct lacp *lacp)
{
	bool is_alone = false, has_partner = false;

	lacp_for_each_member (member, lacp) {
		if (!member->link.up || member->leave != LACP_STAYS)
			continue;
		if (!mac_is_zero(&member->partner.system) &&
		    !lacp_is_looped(member))
			has_partner = true;
		else if (member->receive == LACP_RX_DEFAULTED)
			is_alone = true;
	}
	if (has_partner || !lacp->settings.fallback)
		lacp->fallback = false;
	else if (is_alone)
		lacp->fallback = true;
}

/* Everybody in an aggregator, or in none; waits begin before a choice is made.
 */
static void form_aggregators(struct lacp *lacp)
{
	lacp_for_each_member (member, lacp) {
		if (!is_candidate(member) && !is_held(member))
			lacp_restart(member);
		else if (!member->aggregator)
			join_aggregator(member);
	}
	lacp_for_each_member (member, lacp) {
		if (member->aggregator && !member->selected) {
			member->selected = LACP_STANDBY;
			lacp_mux_run(member);
		}
	}
}

static void apply_choice(struct lacp_member *member)
{
	if (member->aggregator)
		member->selected =
			member->aggregator == member->lacp->aggregator
				? LACP_SELECTED
				: LACP_STANDBY;
	lacp_mux_run(member);
}

void lacp_select(struct lacp *lacp)
{
	form_aggregators(lacp);
	lacp->aggregator = choose(lacp);
	lacp_for_each_member (member, lacp)
		apply_choice(member);
	update_fallback(lacp);
}
