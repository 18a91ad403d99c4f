// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lacp_transmit.c - periodic transmission machine (802.1AX-2014 6.4.13),
 * transmit machine (6.4.16) and marker responder (6.5.4)
 *
 * Theory of operation
 *
 * An LACPDU goes out when the period that the partner asks for is over, when
 * the partner has a wrong idea of us, and when any bit of our state changed;
 * never more than LACP_TX_MAX in a second, then the rest is one LACPDU later.
 * Only the last word of a member that is removed is never held back. To come up
 * takes three in a row, so none is wasted: each begins the period anew, and a
 * partner whose LACPDU may have crossed our last one isn't told again before
 * LACP_CROSSING_NS, when it hasn't shown by then that it knows. Who is passive
 * and has no active partner has no period and says nothing, so two passive ends
 * stay silent.
 *
 * Markers are answered in the next lacp_run(). That is correct because a frame
 * that came in before the marker has been passed on by then.
 */
#include "switch/lacp/lacp_internal.h"

uint64_t lacp_window_free_ns(const struct lacp_window *window, unsigned limit,
			     uint64_t now_ns)
{
	uint64_t oldest_ns = window->at_ns[window->count % limit];

	if (window->count < limit || now_ns - oldest_ns >= NSEC_PER_SEC)
		return 0;
	return oldest_ns + NSEC_PER_SEC;
}

void lacp_window_add(struct lacp_window *window, unsigned limit,
		     uint64_t now_ns)
{
	window->at_ns[window->count++ % limit] = now_ns;
}

static enum lacp_periodic periodic_wanted(const struct lacp_member *member)
{
	uint8_t either = member->actor.state | member->partner.state;

	if (!member->link.up || member->link.half_duplex ||
	    member->leave == LACP_LEFT || !(either & LACP_ACTIVITY))
		return LACP_NO_PERIODIC;
	return member->partner.state & LACP_SHORT_TIMEOUT ? LACP_FAST_PERIODIC
							  : LACP_SLOW_PERIODIC;
}

static void periodic_start(struct lacp_member *member)
{
	member->periodic_ns =
		member->lacp->now_ns + (member->periodic == LACP_FAST_PERIODIC
						? LACP_FAST_NS
						: LACP_SLOW_NS);
}

void lacp_periodic_run(struct lacp_member *member)
{
	enum lacp_periodic wanted = periodic_wanted(member);
	enum lacp_periodic before = member->periodic;

	member->periodic = wanted;
	if (wanted == LACP_NO_PERIODIC) {
		member->ntt = false;
		member->is_mistaken = false;
		member->was_told = false;
	} else if (wanted != before) {
		/* PERIODIC_TX lies between slow and fast, not the other way. */
		if (before == LACP_SLOW_PERIODIC)
			member->ntt = true;
		periodic_start(member);
	} else if (member->lacp->now_ns >= member->periodic_ns) {
		member->ntt = true;
		periodic_start(member);
	}
}

static void transmit(struct lacp_member *member)
{
	struct lacp *lacp = member->lacp;
	const struct lacp_pdu pdu = {
		.actor = member->actor,
		.partner = member->partner,
	};
	uint8_t frame[LACP_FRAME_LEN];

	lacp_msg_encode_pdu(&pdu, &member->settings.mac, frame);
	lacp_window_add(&member->tx_pdus, LACP_TX_MAX, lacp->now_ns);
	member->counters.tx++;
	lacp->ops->send(lacp->ctx, member, frame, sizeof(frame));
}

static uint64_t free_ns(const struct lacp_member *member)
{
	return lacp_window_free_ns(&member->tx_pdus, LACP_TX_MAX,
				   member->lacp->now_ns);
}

static bool needs_pdu(const struct lacp_member *member)
{
	return member->periodic != LACP_NO_PERIODIC &&
	       (member->ntt || !member->was_told ||
		member->told_state != member->actor.state ||
		(member->is_mistaken &&
		 member->lacp->now_ns >= member->told_ns + LACP_CROSSING_NS));
}

static void transmit_response(struct lacp_member *member)
{
	struct lacp *lacp = member->lacp;
	uint8_t frame[LACP_FRAME_LEN];

	member->is_asked = false;
	lacp_window_add(&member->tx_markers, LACP_MARKERS_MAX, lacp->now_ns);
	member->counters.answered++;
	lacp_msg_encode_marker(&member->marker, true, &member->settings.mac,
			       frame);
	lacp->ops->send(lacp->ctx, member, frame, sizeof(frame));
}

void lacp_transmit_run(struct lacp_member *member)
{
	if (member->is_asked)
		transmit_response(member);
	if (!needs_pdu(member) || free_ns(member))
		return;
	member->ntt = false;
	member->is_mistaken = false;
	member->was_told = true;
	member->told_ns = member->lacp->now_ns;
	periodic_start(member);
	member->told_state = member->actor.state;
	transmit(member);
	lacp_leave_told(member);
}

void lacp_transmit_last(struct lacp_member *member)
{
	/* Beyond LACP_TX_MAX if need be: there is no next time, and once in a
	 * member's life is no flood. */
	if (member->periodic == LACP_NO_PERIODIC)
		return;
	member->actor.state &= (uint8_t) ~(LACP_AGGREGATION | LACP_SYNC |
					   LACP_COLLECTING | LACP_DISTRIBUTING);
	transmit(member);
}

void lacp_transmit_ask(struct lacp_member *member,
		       const struct lacp_marker *marker)
{
	if (member->is_asked ||
	    lacp_window_free_ns(&member->tx_markers, LACP_MARKERS_MAX,
				member->lacp->now_ns)) {
		member->counters.limited++;
		return;
	}
	member->marker = *marker;
	member->is_asked = true;
}

uint64_t lacp_transmit_next_ns(const struct lacp_member *member)
{
	if (member->is_asked)
		return 0;
	if (needs_pdu(member))
		return free_ns(member);
	if (member->periodic == LACP_NO_PERIODIC)
		return LACP_NEVER;
	if (member->is_mistaken)
		return MIN(member->periodic_ns,
			   member->told_ns + LACP_CROSSING_NS);
	return member->periodic_ns;
}
