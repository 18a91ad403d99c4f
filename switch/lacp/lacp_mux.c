// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lacp_mux.c - mux machine with independent control (802.1AX-2014 6.4.15), and
 * churn detection (6.4.17)
 *
 * Theory of operation
 *
 *   DETACHED -> WAITING -> ATTACHED -> COLLECTING -> DISTRIBUTING
 *               2 s         in sync     partner is    and it is
 *                                       in sync       collecting
 *
 * and back by one step, or from anywhere to DETACHED when the member isn't
 * selected any more. Independent control costs one exchange more than coupled,
 * and in turn we never send to somebody who doesn't take it yet.
 *
 * Each member waits for itself. The standard lets all that go to one aggregator
 * wait for the last (Ready_N), to spare hardware; here nothing has to be
 * spared, and a link that flaps must not keep the others out.
 *
 * A standby member isn't in sync, so after LACP_CHURN_NS its actor has churned.
 */
#include "switch/lacp/lacp_internal.h"

static void clear_bits(struct lacp_member *member, uint8_t bits)
{
	member->actor.state &= (uint8_t)~bits;
}

static void start_wait(struct lacp_member *member)
{
	uint64_t now_ns = member->lacp->now_ns;
	uint64_t wait_ns = now_ns - member->restarted_ns < LACP_CHURN_NS
				   ? member->backoff_ns
				   : LACP_WAIT_NS;

	member->wait_ns = now_ns + wait_ns;
}

static void mux_enter(struct lacp_member *member, enum lacp_mux_state state)
{
	member->mux = state;
	switch (state) {
	case LACP_MUX_DETACHED:
		clear_bits(member,
			   LACP_SYNC | LACP_COLLECTING | LACP_DISTRIBUTING);
		break;
	case LACP_MUX_WAITING:
		start_wait(member);
		break;
	case LACP_MUX_ATTACHED:
		clear_bits(member, LACP_COLLECTING | LACP_DISTRIBUTING);
		member->actor.state |= LACP_SYNC;
		break;
	case LACP_MUX_COLLECTING:
		clear_bits(member, LACP_DISTRIBUTING);
		member->actor.state |= LACP_COLLECTING;
		break;
	case LACP_MUX_DISTRIBUTING:
		member->actor.state |= LACP_DISTRIBUTING;
		break;
	case LACP_MUX_COUNT:
		break;
	}
}

static enum lacp_mux_state waiting_next(const struct lacp_member *member)
{
	if (member->selected == LACP_UNSELECTED)
		return LACP_MUX_DETACHED;
	if (member->selected == LACP_SELECTED && lacp_is_ready(member))
		return LACP_MUX_ATTACHED;
	return LACP_MUX_WAITING;
}

static enum lacp_mux_state mux_next(const struct lacp_member *member)
{
	bool selected = member->selected == LACP_SELECTED;
	bool in_sync = member->partner.state & LACP_SYNC;
	bool collects = member->partner.state & LACP_COLLECTING;

	switch (member->mux) {
	case LACP_MUX_DETACHED:
		return member->selected == LACP_UNSELECTED ? LACP_MUX_DETACHED
							   : LACP_MUX_WAITING;
	case LACP_MUX_WAITING:
		return waiting_next(member);
	case LACP_MUX_ATTACHED:
		if (!selected)
			return LACP_MUX_DETACHED;
		return in_sync ? LACP_MUX_COLLECTING : LACP_MUX_ATTACHED;
	case LACP_MUX_COLLECTING:
		if (!selected || !in_sync)
			return LACP_MUX_ATTACHED;
		return collects ? LACP_MUX_DISTRIBUTING : LACP_MUX_COLLECTING;
	case LACP_MUX_DISTRIBUTING:
		if (!selected || !in_sync || !collects)
			return LACP_MUX_COLLECTING;
		return LACP_MUX_DISTRIBUTING;
	case LACP_MUX_COUNT:
		break;
	}
	return member->mux;
}

void lacp_mux_run(struct lacp_member *member)
{
	enum lacp_mux_state next;

	/* No cycle: what moves it up and what moves it down exclude another. */
	while ((next = mux_next(member)) != member->mux)
		mux_enter(member, next);
}

static void churner_run(struct lacp_churner *churner, bool is_watched,
			bool in_sync, uint64_t now_ns)
{
	if (!is_watched) {
		churner->state = LACP_CHURN_MONITOR;
		churner->until_ns = LACP_NEVER;
	} else if (in_sync) {
		churner->state = LACP_CHURN_NONE;
	} else if (churner->state == LACP_CHURN_NONE ||
		   churner->until_ns == LACP_NEVER) {
		churner->state = LACP_CHURN_MONITOR;
		churner->until_ns = now_ns + LACP_CHURN_NS;
	} else if (now_ns >= churner->until_ns) {
		churner->state = LACP_CHURNED;
	}
}

void lacp_churn_run(struct lacp_member *member)
{
	uint64_t now_ns = member->lacp->now_ns;
	bool is_watched = member->link.up && !member->link.half_duplex &&
			  member->leave == LACP_STAYS;

	churner_run(&member->actor_churn, is_watched,
		    member->actor.state & LACP_SYNC, now_ns);
	churner_run(&member->partner_churn, is_watched,
		    member->partner.state & LACP_SYNC, now_ns);
}

static uint64_t churner_next_ns(const struct lacp_churner *churner)
{
	return churner->state == LACP_CHURN_MONITOR ? churner->until_ns
						    : LACP_NEVER;
}

uint64_t lacp_mux_next_ns(const struct lacp_member *member)
{
	uint64_t next_ns = MIN(churner_next_ns(&member->actor_churn),
			       churner_next_ns(&member->partner_churn));

	if (member->mux == LACP_MUX_WAITING && !lacp_is_ready(member))
		next_ns = MIN(next_ns, member->wait_ns);
	return next_ns;
}
