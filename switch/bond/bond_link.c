// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_link.c - a member's link: votes of monitors, up-delay and down-delay
 *
 * Theory of operation
 *
 * Each monitor that votes on a member has a bit in @in_use, and one in @up
 * while it says up. A link is up when the two are the same, and follows them
 * with a delay:
 *
 *	DOWN	   all say up		UP_DELAY, or UP without an up-delay
 *	UP_DELAY   one says down	DOWN
 *		   delay is over	UP
 *		   no other is usable	UP (bond_update())
 *	UP	   one says down	DOWN_DELAY, or DOWN without a down-delay
 *	DOWN_DELAY all say up		UP, as if nothing had been
 *		   delay is over	DOWN
 *
 * One that flaps faster than the up-delay so stays in DOWN and UP_DELAY as long
 * as there is another one: its failure moved traffic once, and then no more.
 *
 * LACP's vote by direction is not heard here: it is about what a link may
 * carry, comes from a protocol with timers of its own, and gets no delay.
 */
#include "switch/bond/bond_internal.h"

static uint64_t link_delay_ns(const struct bond_member *member)
{
	const struct bond_settings *settings = &member->bond->settings;

	return NSEC_PER_MSEC * (member->link == BOND_LINK_UP_DELAY
					? settings->up_delay_ms
					: settings->down_delay_ms);
}

static bool link_is_delayed(const struct bond_member *member)
{
	return member->link == BOND_LINK_UP_DELAY ||
	       member->link == BOND_LINK_DOWN_DELAY;
}

static void link_finish(struct bond_member *member)
{
	member->link = member->link == BOND_LINK_UP_DELAY ? BOND_LINK_UP
							  : BOND_LINK_DOWN;
	member->link_ns = bond_now_ns(member->bond);
}

/* Where no timer is to be had, a delay of nothing is the safe one. */
static void link_start_delay(struct bond_member *member)
{
	uint64_t delay_ns = link_delay_ns(member);

	if (!delay_ns || timer_arm(member->bond->env.loop, &member->timer,
				   member->link_ns + delay_ns))
		link_finish(member);
}

static void link_set(struct bond_member *member, enum bond_link link)
{
	timer_cancel(member->bond->env.loop, &member->timer);
	member->link = (uint8_t)link;
	member->link_ns = bond_now_ns(member->bond);
	if (link_is_delayed(member))
		link_start_delay(member);
}

void bond_link_evaluate(struct bond_member *member)
{
	bool up = (member->up & member->in_use) == member->in_use;

	if (member->is_leaving)
		return;
	switch ((enum bond_link)member->link) {
	case BOND_LINK_DOWN:
		if (up)
			link_set(member, BOND_LINK_UP_DELAY);
		break;
	case BOND_LINK_UP_DELAY:
		if (!up)
			link_set(member, BOND_LINK_DOWN);
		break;
	case BOND_LINK_UP:
		if (!up)
			link_set(member, BOND_LINK_DOWN_DELAY);
		break;
	case BOND_LINK_DOWN_DELAY:
		if (up)
			link_set(member, BOND_LINK_UP);
		break;
	}
}

void bond_link_rearm(struct bond_member *member)
{
	if (!member->is_leaving && link_is_delayed(member)) {
		timer_cancel(member->bond->env.loop, &member->timer);
		link_start_delay(member);
	}
}

void bond_link_expired(struct timer *timer)
{
	struct bond_member *member =
		container_of(timer, struct bond_member, timer);

	if (member->is_leaving) {
		bond_remove_member(member->bond, member, 0);
		return;
	}
	link_finish(member);
	bond_update(member->bond, BOND_REASON_DELAY);
}

static enum bond_reason reason_of(enum bond_monitor monitor)
{
	static const uint8_t reasons[] = {
		[BOND_MONITOR_CARRIER] = BOND_REASON_CARRIER,
		[BOND_MONITOR_PROBE] = BOND_REASON_PROBE,
	};
	static_assert(ARRAY_SIZE(reasons) == BOND_MONITOR_COUNT,
		      "a monitor lacks its reason");

	return reasons[monitor];
}

void bond_link_vote(struct bond_member *member, enum bond_monitor monitor,
		    bool up)
{
	uint8_t bit = (uint8_t)(1u << monitor);

	member->in_use |= bit;
	member->up = (uint8_t)(up ? member->up | bit : member->up & ~bit);
	bond_link_evaluate(member);
}

void bond_member_monitor(struct bond *bond, struct bond_member *member,
			 enum bond_monitor monitor, bool up)
{
	uint8_t bit = (uint8_t)(1u << monitor);

	if ((member->in_use & bit) && up == !!(member->up & bit))
		return;
	bond_link_vote(member, monitor, up);
	bond_update(bond, reason_of(monitor));
}

void bond_member_unmonitor(struct bond *bond, struct bond_member *member,
			   enum bond_monitor monitor)
{
	uint8_t bit = (uint8_t)(1u << monitor);

	if (monitor == BOND_MONITOR_CARRIER || !(member->in_use & bit))
		return;
	member->in_use &= (uint8_t)~bit;
	member->up &= (uint8_t)~bit;
	bond_link_evaluate(member);
	bond_update(bond, reason_of(monitor));
}

void bond_member_lacp(struct bond *bond, struct bond_member *member,
		      const struct bond_lacp *vote)
{
	member->lacp = *vote;
	bond_update(bond, BOND_REASON_LACP);
}

void bond_set_aggregator(struct bond *bond, uint16_t aggregator)
{
	bond->aggregator = aggregator;
	bond_update(bond, BOND_REASON_LACP);
}

void bond_allow_fallback(struct bond *bond, bool allowed)
{
	bond->no_fallback = !allowed;
	bond_update(bond, BOND_REASON_LACP);
}
