// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_active_backup.c - one member carries all, the others stand by
 *
 * The bond has no queue of its own here: when its active member is full, so is
 * it, and the network lets frames, or their source, wait. After a change of the
 * active member what waits there leaves through the new one.
 */
#include "switch/bond/bond_internal.h"

static bool is_active(const struct bond *bond, const struct bond_member *member)
{
	return member == bond->active;
}

/*
 * A backup hears what the other side floods, and so do we through the active
 * one. One that leaves brings what was under way to it, but no second copy of a
 * broadcast.
 */
static enum drop_reason active_backup_admit(struct bond *bond,
					    const struct bond_member *member,
					    const struct frame *frame)
{
	if (member->is_leaving && mac_is_group(frame_dst(frame)))
		return DROP_INACTIVE_MEMBER;
	return bond_check_repeated(bond, member, frame);
}

static void lose(struct bond *bond, struct frame **frames, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (bond->active)
			port_drop_tx(bond->active->port, frames[i],
				     DROP_NO_CARRIER);
		else
			port_count_lost(&bond->port, frames[i],
					DROP_NO_CARRIER);
	}
}

static unsigned active_backup_send(struct bond *bond, struct frame **frames,
				   unsigned n)
{
	struct bond_member *member = bond->active;
	unsigned taken = 0;

	if (!member || !bond_member_has_carrier(member)) {
		lose(bond, frames, n);
		return n;
	}
	if (UNLIKELY(member->cut != BOND_CUT_NONE)) {
		bond_note_tx(member);
		bond_cut_send(member, frames, n);
		return n;
	}
	/* from another mode; it goes first */
	if (list_is_empty(&member->egress.backlog))
		taken = port_send(member->port, frames, n);
	if (taken)
		bond_note_tx(member);
	if (taken == n)
		return n;
	bond->is_full = true;
	if (bond->active != member || !member->port->carrier)
		loop_defer(bond->env.loop, &bond->writable);
	return taken;
}

const struct bond_ops bond_active_backup_ops = {
	.has_active = true,
	.is_announced = true,
	.can_carry = is_active,
	.can_collect = is_active,
	.admit = active_backup_admit,
	.send = active_backup_send,
};
