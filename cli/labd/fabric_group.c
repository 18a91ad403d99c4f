// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric_group.c - which networks belong together: there are cables between
 * them
 *
 * Theory of operation
 *
 * weft-switch keeps a network with all that is plugged into it on one thread,
 * and a cable has two ends. So networks with cables to one another are a group,
 * named by the number of one of its networks, and a group is on one thread.
 *
 * A cable that is taken away leaves its group as it is: to be together does no
 * harm. A new one that leads to another group makes one of two; the networks of
 * the other one can't stay, and are made anew where the first ones are.
 */
#include <string.h>

#include "cli/labd/fabric_internal.h"

/* By place in the lab: the lowest place that cables lead to. */
static void find_parts(const struct lab *lab, unsigned part[LAB_MAX_NETWORKS])
{
	unsigned i, k, n;

	for (i = 0; i < lab->network_count; i++)
		part[i] = i;
	for (i = 0; i < lab->network_count; i++) {
		const struct lab_uplink_settings *uplink =
			lab_lookup_uplink(lab, lab->networks[i].uplink);

		for (k = 0; uplink && k < uplink->member_count; k++) {
			const struct uplink_member *member =
				&uplink->members[k];
			unsigned from = part[i], to;

			if (!member->is_cable)
				continue;
			to = part[lab_lookup_network(
					  lab, uplink_member_name(member)) -
				  lab->networks];
			for (n = 0; n < lab->network_count; n++) {
				if (part[n] == MAX(from, to))
					part[n] = MIN(from, to);
			}
		}
	}
}

/* Of the first network of @part that runs; LAB_MAX_NETWORKS: none does. */
static unsigned running_group(const struct fabric *fabric,
			      const struct lab *lab, const unsigned *parts,
			      unsigned part)
{
	unsigned i;

	for (i = 0; i < lab->network_count; i++) {
		if (parts[i] == part &&
		    lab_lookup_network(fabric->settings.lab,
				       lab->networks[i].name))
			return fabric->groups[lab->networks[i].number];
	}
	return LAB_MAX_NETWORKS;
}

/* A number that no group has which stays; there are as many as networks. */
static unsigned fresh_group(const bool *taken, unsigned wish)
{
	unsigned group = wish;

	while (taken[group])
		group = (group + 1) % LAB_MAX_NETWORKS;
	return group;
}

void fabric_regroup(struct fabric *fabric, const struct lab *lab, bool *moved)
{
	unsigned parts[LAB_MAX_NETWORKS], groups[LAB_MAX_NETWORKS] = {0}, i;
	bool taken[LAB_MAX_NETWORKS] = {false};

	memset(moved, 0, LAB_MAX_NETWORKS * sizeof(*moved));
	find_parts(lab, parts);
	for (i = 0; i < lab->network_count; i++) {
		groups[i] = running_group(fabric, lab, parts, parts[i]);
		if (groups[i] < LAB_MAX_NETWORKS)
			taken[groups[i]] = true;
	}
	for (i = 0; i < lab->network_count; i++) {
		if (groups[i] == LAB_MAX_NETWORKS && parts[i] == i) {
			groups[i] = fresh_group(taken, lab->networks[i].number);
			taken[groups[i]] = true;
		} else if (groups[i] == LAB_MAX_NETWORKS) {
			groups[i] = groups[parts[i]];
		}
	}
	for (i = 0; i < lab->network_count; i++) {
		unsigned number = lab->networks[i].number;

		moved[number] = lab_lookup_network(fabric->settings.lab,
						   lab->networks[i].name) &&
				fabric->groups[number] != groups[i];
		fabric->groups[number] = groups[i];
	}
}
