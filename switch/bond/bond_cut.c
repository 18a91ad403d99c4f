// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_cut.c - a bond's member is broken on purpose, by hand
 *
 * The cut is between bond and port. Whoever votes, probes or announces is on
 * the bond's side of it and can't tell it from a failure outside.
 */
#include "switch/bond/bond_internal.h"

static const char *const cut_names[] = {
	[BOND_CUT_NONE] = "none",
	[BOND_CUT_CARRIER] = "carrier",
	[BOND_CUT_SILENT] = "silent",
};
static_assert(ARRAY_SIZE(cut_names) == BOND_CUT_COUNT, "a cut lacks its name");

const char *bond_cut_name(enum bond_cut cut)
{
	return cut < BOND_CUT_COUNT ? cut_names[cut] : "?";
}

bool bond_member_has_carrier(const struct bond_member *member)
{
	return member->port->carrier && member->cut != BOND_CUT_CARRIER;
}

static enum drop_reason reason_of(const struct bond_member *member)
{
	return bond_member_has_carrier(member) ? DROP_CUT_OUT : DROP_NO_CARRIER;
}

void bond_cut_send(struct bond_member *member, struct frame **frames,
		   unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		port_drop_tx(member->port, frames[i], reason_of(member));
}

void bond_cut_input(struct bond_member *member, struct frame **frames,
		    unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		port_drop_rx(member->port, frames[i], DROP_CUT_IN);
}

void bond_member_cut(struct bond *bond, struct bond_member *member,
		     enum bond_cut how)
{
	if (member->cut == how)
		return;
	member->cut = (uint8_t)how;
	bond->is_changed = true;
	if (how != BOND_CUT_NONE)
		egress_discard(&member->egress, reason_of(member));
	/* a cut member takes all, and a mended one is tried again */
	if (bond->is_full && member == bond->active)
		loop_defer(bond->env.loop, &bond->writable);
	bond_link_vote(member, BOND_MONITOR_CARRIER,
		       bond_member_has_carrier(member));
	bond_update(bond, BOND_REASON_CARRIER);
}
