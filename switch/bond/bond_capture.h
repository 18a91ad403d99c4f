/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bond_capture.h - let captures see what passes a bond's member
 *
 * All of it: guests' frames, and those of LACP, probes and announcements.
 */
#ifndef SWITCH_BOND_BOND_CAPTURE_H
#define SWITCH_BOND_BOND_CAPTURE_H

#include "switch/bond/bond.h"

struct capture_tap;

/**
 * bond_member_tap() - let a capture see what passes @member
 *
 * Until bond_member_untap(), or until @member has left: the tap then is in no
 * list.
 */
void bond_member_tap(struct bond_member *member, struct capture_tap *tap);

/** bond_member_tap_remove() - one capture lets go of @member */
void bond_member_tap_remove(struct bond_member *member,
			    struct capture_tap *tap);

#endif
