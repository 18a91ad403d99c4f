// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lacp_receive.c - receive machine (802.1AX-2014 6.4.12)
 *
 * Theory of operation
 *
 *   INITIALIZE -> PORT_DISABLED --link up--> EXPIRED --3 s--> DEFAULTED
 *                      ^                      |  ^               |
 *                link  |                  PDU |  | timer         | PDU
 *                down  |                      v  |               |
 *                 (any state)               CURRENT <------------+
 *
 * EXPIRED remembers its partner, so one that was away for a moment is back at
 * once. DEFAULTED forgets it. A half-duplex link is in LACP_DISABLED.
 *
 * current_while_timer is looked at twice. lacp_run() is due LACP_GRACE_NS
 * before it runs out; that call takes note only, and a second one that comes
 * LACP_GRACE_NS later, at the earliest when the timer runs out, expires the
 * partner. A process that runs thus keeps to the standard's 3 s exactly; one
 * that was stopped takes its first look when it goes on, reads what waited in
 * the sockets, and finds the timer started anew.
 *
 * Whoever has no partner speaks at the fast rate (Partner_Admin_Port_State has
 * Short Timeout), so that one that turns up is found within a second.
 */
#include <string.h>

#include "switch/lacp/lacp_internal.h"

/* What makes up the partner's place in an aggregator (update_Selected). */
#define IDENTITY_BITS LACP_AGGREGATION
/* What the partner must know of us (update_NTT). */
#define NTT_BITS \
	(LACP_ACTIVITY | LACP_SHORT_TIMEOUT | LACP_SYNC | LACP_AGGREGATION)

static bool is_known(const struct lacp_end *end)
{
	return !mac_is_zero(&end->system);
}

bool lacp_is_looped(const struct lacp_member *member)
{
	return mac_is_equal(&member->partner.system, &member->actor.system);
}

static bool bits_differ(uint8_t a, uint8_t b, uint8_t bits)
{
	return (a ^ b) & bits;
}

static void record_default(struct lacp_member *member)
{
	member->partner = (struct lacp_end){.state = LACP_SHORT_TIMEOUT};
	member->actor.state |= LACP_DEFAULTED;
	member->actor.state &= (uint8_t)~LACP_EXPIRED;
}

static void start_timer(struct lacp_member *member, uint64_t length_ns)
{
	member->current_ns = member->lacp->now_ns + length_ns;
	member->looked_ns = 0;
}

static void become_disabled(struct lacp_member *member)
{
	member->receive = LACP_RX_PORT_DISABLED;
	member->partner.state &= (uint8_t)~LACP_SYNC;
	member->current_ns = LACP_NEVER;
}

static void become_lacp_disabled(struct lacp_member *member)
{
	member->receive = LACP_RX_LACP_DISABLED;
	record_default(member);
	member->current_ns = LACP_NEVER;
}

static void become_expired(struct lacp_member *member)
{
	member->receive = LACP_RX_EXPIRED;
	member->partner.state &= (uint8_t)~LACP_SYNC;
	member->partner.state |= LACP_SHORT_TIMEOUT;
	member->actor.state |= LACP_EXPIRED;
	start_timer(member, LACP_SHORT_NS);
}

static void become_defaulted(struct lacp_member *member)
{
	member->receive = LACP_RX_DEFAULTED;
	record_default(member);
	member->current_ns = LACP_NEVER;
}

void lacp_receive_init(struct lacp_member *member)
{
	member->receive = LACP_RX_INITIALIZE;
	lacp_restart(member);
	record_default(member);
	become_disabled(member);
}

void lacp_receive_link(struct lacp_member *member)
{
	if (!member->link.up)
		become_disabled(member);
	else if (member->link.half_duplex)
		become_lacp_disabled(member);
	else if (member->receive == LACP_RX_PORT_DISABLED ||
		 member->receive == LACP_RX_LACP_DISABLED)
		become_expired(member);
}

/* A partner that keeps changing waits longer each time, at its own cost. */
static void back_off(struct lacp_member *member)
{
	uint64_t now_ns = member->lacp->now_ns;
	uint64_t next_ns = 2 * member->backoff_ns;

	if (now_ns - member->restarted_ns >= LACP_CHURN_NS)
		next_ns = LACP_WAIT_NS;
	member->backoff_ns = MIN(next_ns, LACP_WAIT_MAX_NS);
	member->restarted_ns = now_ns;
	member->counters.restarted++;
}

static void update_selected(struct lacp_member *member,
			    const struct lacp_end *heard)
{
	if (lacp_end_is_same(heard, &member->partner) &&
	    !bits_differ(heard->state, member->partner.state, IDENTITY_BITS))
		return;
	if (is_known(&member->partner))
		back_off(member);
	lacp_restart(member);
}

static void update_ntt(struct lacp_member *member, const struct lacp_pdu *pdu)
{
	member->is_mistaken =
		!lacp_end_is_same(&pdu->partner, &member->actor) ||
		bits_differ(pdu->partner.state, member->actor.state, NTT_BITS);
	/* To answer ourselves would be a storm. */
	if (mac_is_equal(&pdu->actor.system, &member->actor.system))
		member->is_mistaken = false;
}

/*
 * The partner is in sync when it says so and either means us, in the place that
 * we are in, or an individual link; and when somebody will keep it up.
 */
static bool is_in_sync(const struct lacp_member *member,
		       const struct lacp_pdu *pdu)
{
	uint8_t state = pdu->actor.state;
	bool means_us = lacp_end_is_same(&pdu->partner, &member->actor) &&
			!bits_differ(pdu->partner.state, member->actor.state,
				     IDENTITY_BITS);
	bool maintained =
		(state & LACP_ACTIVITY) ||
		(member->actor.state & pdu->partner.state & LACP_ACTIVITY);

	return (state & LACP_SYNC) && maintained &&
	       (means_us || !(state & LACP_AGGREGATION));
}

static void record_pdu(struct lacp_member *member, const struct lacp_pdu *pdu)
{
	member->partner = pdu->actor;
	member->partner.state &= (uint8_t)~LACP_SYNC;
	if (is_in_sync(member, pdu))
		member->partner.state |= LACP_SYNC;
	member->actor.state &= (uint8_t) ~(LACP_DEFAULTED | LACP_EXPIRED);
}

/* port_moved: a partner's port heard here is no longer where it was. */
static void take_over(struct lacp_member *member)
{
	lacp_for_each_member (other, member->lacp) {
		if (other != member &&
		    other->receive == LACP_RX_PORT_DISABLED &&
		    other->partner.port == member->partner.port &&
		    mac_is_equal(&other->partner.system,
				 &member->partner.system))
			lacp_receive_init(other);
	}
}

void lacp_receive_pdu(struct lacp_member *member, const struct lacp_pdu *pdu)
{
	if (member->receive == LACP_RX_PORT_DISABLED ||
	    member->receive == LACP_RX_LACP_DISABLED) {
		member->counters.early++;
		return;
	}
	member->counters.rx++;
	update_selected(member, &pdu->actor);
	update_ntt(member, pdu);
	record_pdu(member, pdu);
	start_timer(member, member->lacp->settings.rate == LACP_RATE_FAST
				    ? LACP_SHORT_NS
				    : LACP_LONG_NS);
	member->receive = LACP_RX_CURRENT;
	take_over(member);
}

uint64_t lacp_receive_next_ns(const struct lacp_member *member)
{
	if (member->current_ns == LACP_NEVER)
		return LACP_NEVER;
	if (!member->looked_ns)
		return member->current_ns - LACP_GRACE_NS;
	return MAX(member->current_ns, member->looked_ns + LACP_GRACE_NS);
}

void lacp_receive_run(struct lacp_member *member)
{
	uint64_t now_ns = member->lacp->now_ns;

	if (now_ns < lacp_receive_next_ns(member))
		return;
	if (!member->looked_ns) {
		member->looked_ns = now_ns;
		return;
	}
	if (member->receive == LACP_RX_CURRENT) {
		member->counters.expired++;
		become_expired(member);
	} else {
		become_defaulted(member);
	}
}
