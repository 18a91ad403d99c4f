// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_input.c - from the members up to the network
 *
 * Each frame is first offered to whoever speaks with the other side (LACP,
 * probes), then judged by the mode: what a member may not bring now is counted
 * at that member. All that is left goes to the network in one batch.
 *
 * Of a member that is cut nothing comes so far.
 *
 * A member whose port can wait is let wait by the network through the bond, if
 * its whole batch went there: what was dropped or consumed can't be offered
 * once more. All that wait are resumed together.
 */
#include "switch/bond/bond_internal.h"

static bool bond_admits(struct bond *bond, struct bond_member *member,
			struct frame *frame)
{
	enum drop_reason reason = DROP_INACTIVE_MEMBER;

	if (bond->env.inspect &&
	    bond->env.inspect(bond->env.ctx, member, frame)) {
		member->control_rx++;
		frame->verdict.fate = FATE_CONSUMED;
		return false;
	}
	if (member->collects)
		reason = bond->ops->admit(bond, member, frame);
	if (LIKELY(reason == DROP_NONE))
		return true;
	port_drop_rx(member->port, frame, reason);
	return false;
}

static unsigned member_input(void *ctx, struct port *port,
			     struct frame **frames, unsigned n)
{
	struct bond_member *member = bond_member_at(ctx, port);
	struct frame *admitted[FRAME_BATCH], *seen[FRAME_BATCH];
	unsigned i, taken, count = 0, seen_count = 0;
	struct bond *bond = ctx;

	if (UNLIKELY(member->cut != BOND_CUT_NONE)) {
		bond_cut_input(member, frames, n);
		return n;
	}
	bond->depth++;
	for (i = 0; i < n; i++) {
		bool is_ours = bond_admits(bond, member, frames[i]);

		if (is_ours)
			admitted[count++] = frames[i];
		if (is_ours || frames[i]->verdict.fate == FATE_CONSUMED)
			seen[seen_count++] = frames[i];
	}
	if (count) {
		bond_note_rx(member);
		bond->port.can_wait = port->can_wait && count == n;
		taken = port_input(&bond->port, admitted, count);
		member->waits = taken < count;
		if (count == n)
			n = taken;
	}
	bond->depth--;
	if (UNLIKELY(port->is_watched))
		bond_see_input(member, seen, MIN(seen_count, n));
	return n;
}

static void member_carrier(void *ctx, struct port *port, bool up)
{
	struct bond_member *member = bond_member_at(ctx, port);
	struct bond *bond = ctx;
	bool was_control = bond->is_control;

	if (!up) {
		bond->is_control = false;
		egress_carrier_lost(&member->egress);
		bond->is_control = was_control;
		/* nothing need ever be writable again there */
		if (bond->is_full && member == bond->active)
			loop_defer(bond->env.loop, &bond->writable);
	}
	bond_member_monitor(bond, member, BOND_MONITOR_CARRIER,
			    bond_member_has_carrier(member));
}

static void member_writable(void *ctx, struct port *port)
{
	struct bond_member *member = bond_member_at(ctx, port);
	struct bond *bond = ctx;

	egress_writable(&member->egress);
	if (member->owes_writable) {
		member->owes_writable = false;
		if (bond->env.writable)
			bond->env.writable(bond->env.ctx, member);
	}
	if (member != bond->active || !bond->is_full ||
	    !list_is_empty(&member->egress.backlog))
		return;
	bond->is_full = false;
	port_writable(&bond->port);
}

/* What a member loses of what the network gave us, we have lost. */
static void member_dropped(void *ctx, struct port *port, struct frame *frame,
			   enum port_direction direction,
			   enum drop_reason reason)
{
	struct bond *bond = ctx;

	if (frame && direction == PORT_TX && !bond->is_control)
		port_count_lost(&bond->port, frame, reason);
	if (LIKELY(!port->is_watched))
		return;
	bond_see_dropped(bond_member_at(ctx, port), frame, direction, reason);
	if (frame && direction == PORT_TX)
		frame->verdict.lost = true;
}

static void member_sent(void *ctx, struct port *port, struct frame **frames,
			unsigned n)
{
	bond_see_sent(bond_member_at(ctx, port), frames, n);
}

const struct port_upper bond_member_upper = {
	.input = member_input,
	.carrier = member_carrier,
	.writable = member_writable,
	.dropped = member_dropped,
	.sent = member_sent,
};
