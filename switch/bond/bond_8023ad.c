// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_8023ad.c - as balance-xor, among the members that LACP has agreed on
 *
 * LACP says of each member in which directions it may be used and to which
 * aggregator it is attached, and of the bond which aggregator is the one in
 * use.
 */
#include "switch/bond/bond_internal.h"

static bool is_chosen(const struct bond *bond, const struct bond_member *member)
{
	return bond->aggregator && member->lacp.aggregator == bond->aggregator;
}

static bool distributes(const struct bond *bond,
			const struct bond_member *member)
{
	return is_chosen(bond, member) && member->lacp.distributing;
}

static bool collects(const struct bond *bond, const struct bond_member *member)
{
	bool is_draining = !member->lacp.aggregator;

	return member->lacp.collecting &&
	       (is_draining || is_chosen(bond, member));
}

const struct bond_ops bond_8023ad_ops = {
	.needs_links = true,
	.can_carry = distributes,
	.can_collect = collects,
	.admit = bond_xor_admit,
	.send = bond_xor_send,
	.remap = bond_xor_remap,
};
