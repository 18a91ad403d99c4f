// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lacp_leave.c - a member leaves, and no frame is lost
 *
 * Theory of operation
 *
 *   1. We stop sending: the member is unselected and detached.
 *   2. STOP: the partner is told, with Sync, Collecting and Distributing
 *	cleared. Aggregation is still set: there are switches that disable a
 *	port as soon as they see it cleared, and this one still sends to us.
 *   3. We go on taking what comes in until the partner says that it doesn't
 *	distribute any more and knows of our state, or for LACP_LEAVE_NS: its
 *	frames that were on the way came in before that LACPDU.
 *   4. LAST: a last LACPDU with Aggregation cleared as well. Now the partner
 *	has nothing to lose, and knows that this port won't be back by itself.
 *   5. LACP_LINGER_NS later it is LEFT: silent, nothing is taken any more.
 *
 * Without a partner, or when the link goes down, it is LEFT at once. LACPDUs
 * of steps 2 and 4 may have to wait for the transmit limit, a second each.
 */
#include "switch/lacp/lacp_internal.h"

static void finish(struct lacp_member *member)
{
	member->leave = LACP_LEFT;
	member->drains = false;
	member->current_ns = LACP_NEVER;
	lacp_actor_update(member);
}

static bool has_partner(const struct lacp_member *member)
{
	return member->link.up && member->periodic != LACP_NO_PERIODIC &&
	       !mac_is_zero(&member->partner.system);
}

void lacp_leave(struct lacp_member *member, uint64_t now_ns)
{
	member->lacp->now_ns = now_ns;
	if (member->leave != LACP_STAYS)
		return;
	member->leave = LACP_LEAVE_STOP;
	member->leave_ns = LACP_NEVER;
	member->drains = member->mux >= LACP_MUX_COLLECTING;
	lacp_restart(member);
	member->ntt = true;
	lacp_settle(member->lacp);
}

void lacp_leave_run(struct lacp_member *member)
{
	if (member->leave == LACP_STAYS || member->leave == LACP_LEFT)
		return;
	if (!has_partner(member)) {
		finish(member);
	} else if (member->lacp->now_ns >= member->leave_ns) {
		if (member->leave == LACP_LEAVE_LAST) {
			finish(member);
			return;
		}
		member->leave = LACP_LEAVE_LAST;
		member->leave_ns = LACP_NEVER;
		lacp_actor_update(member);
	}
}

void lacp_leave_told(struct lacp_member *member)
{
	if (member->leave_ns != LACP_NEVER)
		return;
	if (member->leave == LACP_LEAVE_STOP)
		member->leave_ns = member->lacp->now_ns + LACP_LEAVE_NS;
	else if (member->leave == LACP_LEAVE_LAST)
		member->leave_ns = member->lacp->now_ns + LACP_LINGER_NS;
}

void lacp_leave_heard(struct lacp_member *member, const struct lacp_pdu *pdu)
{
	if (member->leave != LACP_LEAVE_STOP ||
	    member->leave_ns == LACP_NEVER ||
	    (pdu->actor.state & LACP_DISTRIBUTING) ||
	    (pdu->partner.state & LACP_SYNC) ||
	    !lacp_end_is_same(&pdu->partner, &member->actor))
		return;
	member->leave_ns = member->lacp->now_ns;
}
