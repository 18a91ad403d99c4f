/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bond_cut.h - a bond's member is broken on purpose, by hand
 *
 * What a lab is for: to see what happens when a cable is out, or when a switch
 * in between fails and nobody can tell from the carrier.
 */
#ifndef SWITCH_BOND_BOND_CUT_H
#define SWITCH_BOND_BOND_CUT_H

#include "switch/bond/bond.h"

/**
 * enum bond_cut - how a member is broken
 * @BOND_CUT_NONE:	it isn't
 * @BOND_CUT_CARRIER:	it has no carrier, whatever its port says, and nothing
 *			passes
 * @BOND_CUT_SILENT:	carrier stays, but all that is sent and all that comes
 *			in vanishes: guests' frames, probes, LACPDUs,
 *			announcements
 */
enum bond_cut {
	BOND_CUT_NONE,
	BOND_CUT_CARRIER,
	BOND_CUT_SILENT,
	BOND_CUT_COUNT,
};

/**
 * bond_member_cut() - break @member, or mend it
 *
 * From now on. What waits for it because it was full is lost, too; what its
 * port has taken is on its way. All that vanishes is counted at its port: what
 * comes in as DROP_CUT_IN, what was sent as DROP_CUT_OUT, or as DROP_NO_CARRIER
 * where it has none. For others it is as if it had happened on the wire: a
 * carrier comes and goes as the port's own would, with the same delays. Not to
 * be called from within a port's input or send.
 */
void bond_member_cut(struct bond *bond, struct bond_member *member,
		     enum bond_cut how);

/** bond_member_has_carrier() - its port has, and it is not cut that way */
bool bond_member_has_carrier(const struct bond_member *member);

/** bond_cut_name() - "none", "carrier", "silent" */
const char *bond_cut_name(enum bond_cut cut);

#endif
