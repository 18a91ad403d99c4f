// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_status.c - what an uplink tells about itself
 */
#include "switch/uplink/uplink_internal.h"

void uplink_get_status(const struct uplink *uplink,
		       struct uplink_status *status)
{
	memset(status, 0, sizeof(*status));
	status->settings = uplink->settings;
	bond_get_status(uplink->bond, &status->bond);
	status->is_announcing =
		uplink->is_gathering || announce_is_active(uplink->announce);
	status->announce = *announce_get_counters(uplink->announce);
	for (unsigned kind = 0; kind < UPLINK_PROBES; kind++) {
		const struct probe *probe = uplink->probers[kind].probe;

		if (probe)
			status->probe_naps += probe_naps(probe);
	}
	status->has_lacp = uplink->lacp;
	if (uplink->lacp) {
		lacp_get_status(uplink->lacp, &status->lacp);
		status->lacp_system =
			uplink_lacp_complete(uplink, &uplink->settings).system;
	}
}

static bool get_probe_status(const struct uplink *uplink,
			     enum uplink_probe kind, unsigned slot,
			     struct probe_status *status)
{
	const struct probe *probe = uplink->probers[kind].probe;

	return probe && probe_get_status(probe, slot, status);
}

bool uplink_get_member_status(const struct uplink *uplink, unsigned slot,
			      struct uplink_member_status *status)
{
	const struct bond_member *member = bond_member(uplink->bond, slot);

	memset(status, 0, sizeof(*status));
	if (!member)
		return false;
	memcpy(status->name, bond_member_port(member)->name,
	       sizeof(status->name));
	bond_member_get_status(uplink->bond, member, &status->bond);
	status->has_arp =
		get_probe_status(uplink, UPLINK_ARP, slot, &status->arp);
	status->has_nd = get_probe_status(uplink, UPLINK_ND, slot, &status->nd);
	status->has_lacp = uplink->lacp_members[slot];
	if (status->has_lacp) {
		lacp_member_get_status(uplink->lacp_members[slot],
				       &status->lacp);
		status->lacp_counters =
			*lacp_member_counters(uplink->lacp_members[slot]);
	}
	return true;
}

struct bond_member *uplink_lookup_member(const struct uplink *uplink,
					 const char *name)
{
	return bond_lookup_member(uplink->bond, name);
}

const struct port *uplink_member_port(const struct uplink *uplink,
				      unsigned slot)
{
	const struct bond_member *member = NULL;

	if (slot < BOND_MAX_MEMBERS)
		member = bond_member(uplink->bond, slot);
	return member ? bond_member_port(member) : NULL;
}

unsigned uplink_get_history(const struct uplink *uplink,
			    struct uplink_change *changes, unsigned max)
{
	struct bond_change latest[BOND_MAX_HISTORY];
	unsigned i, n = bond_get_history(uplink->bond, latest,
					 MIN(max, BOND_MAX_HISTORY));
	struct bond_status status;

	bond_get_status(uplink->bond, &status);
	for (i = 0; i < n; i++) {
		uint64_t number = status.changes - n + i + 1;
		const struct uplink_detail *detail =
			&uplink->details[number % BOND_MAX_HISTORY];

		memset(&changes[i], 0, sizeof(changes[i]));
		changes[i].bond = latest[i];
		if (detail->number == number)
			memcpy(changes[i].detail, detail->text,
			       sizeof(changes[i].detail));
	}
	return n;
}
