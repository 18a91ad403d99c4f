// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric_apply.c - another lab, in a weft-switch that runs
 *
 * Theory of operation
 *
 * What the file says of a network itself is in the diff. Two more things of a
 * network follow from the nodes on it: which addresses DHCP must keep for them,
 * and, on an internal network, where its DHCP port can live. These are told
 * anew where a node that came, went or changed has an address of its own.
 *
 * Everything is told in one go. If weft-switch dies meanwhile, the next one is
 * told all of the new lab, as after any other death.
 */
#include <string.h>

#include "cli/labd/fabric_internal.h"
#include "cli/labd/fabric_names.h"

/* @moved: see fabric_regroup() */
static void remove_networks(struct fabric *fabric, const struct lab_diff *diff,
			    const bool *moved)
{
	const struct lab *lab = fabric->settings.lab;
	const struct lab_action *action;
	unsigned i;

	for (i = 0; i < lab->network_count; i++) {
		action = lab_diff_lookup(diff, LAB_SUBJECT_NETWORK,
					 lab->networks[i].name);
		if ((action && action->verb == LAB_REMOVE) ||
		    moved[lab->networks[i].number])
			fabric_tell_network_ref(fabric, WIRE_NETWORK_REMOVE, i);
	}
}

/* Ports in networks that move: out of where they were, and in again. */
static void tell_ports(struct fabric *fabric, const bool *moved,
		       void (*tell)(struct fabric *fabric, unsigned port))
{
	unsigned i, network;

	for (i = 0; i < FABRIC_MAX_PORTS; i++) {
		network = fabric->slots[i].fd < 0 ? FABRIC_NO_NETWORK
						  : fabric_network(fabric, i);
		if (network != FABRIC_NO_NETWORK && moved[network])
			tell(fabric, i);
	}
}

static void unplug(struct fabric *fabric, unsigned port)
{
	fabric_tell_port_ref(fabric, WIRE_PORT_REMOVE, port);
}

/* Does @node have an address on @network that DHCP must give nobody else, or
 * does DHCP tell it what it tells nobody else? */
static bool has_own_address(const struct lab *lab,
			    const struct node_settings *node,
			    const char *network)
{
	unsigned i;

	for (i = 0; node && i < node->nic_count; i++) {
		const struct nic_settings *nic = &node->nics[i];

		if ((nic->ipv4 == NIC_IPV4_STATIC || nic->reserve ||
		     nic->dhcp_options.count) &&
		    strcmp(lab->networks[nic->network].name, network) == 0)
			return true;
	}
	return false;
}

/* May the addresses that are spoken for on @network be others in @lab? */
static bool owners_differ(const struct lab *old, const struct lab *lab,
			  const struct lab_diff *diff, const char *network)
{
	unsigned i;

	for (i = 0; i < diff->count; i++) {
		const struct lab_action *action = &diff->actions[i];

		if (action->subject != LAB_SUBJECT_NODE)
			continue;
		if (has_own_address(old, lab_lookup_node(old, action->name),
				    network) ||
		    has_own_address(lab, lab_lookup_node(lab, action->name),
				    network))
			return true;
	}
	return false;
}

static bool service_moves(const struct lab *old, const struct lab *lab,
			  const char *network)
{
	const struct network_settings *from = lab_lookup_network(old, network);
	const struct network_settings *to = lab_lookup_network(lab, network);

	if (!to->dhcp)
		return false;
	return fabric_service_address(old, (unsigned)(from - old->networks)) !=
	       fabric_service_address(lab, (unsigned)(to - lab->networks));
}

/* A network that stays; the fabric has the new lab by now. */
static void change_network(struct fabric *fabric, const struct lab *old,
			   const struct lab_diff *diff, unsigned network)
{
	const struct lab *lab = fabric->settings.lab;
	const char *name = lab->networks[network].name;
	const struct lab_action *action;

	action = lab_diff_lookup(diff, LAB_SUBJECT_NETWORK, name);
	if ((action && action->verb == LAB_REBUILD) ||
	    service_moves(old, lab, name)) {
		fabric_tell_network(fabric, WIRE_NETWORK_CHANGE, network);
		fabric_tell_service(fabric, network);
		return;
	}
	if (owners_differ(old, lab, diff, name))
		fabric_tell_reservations(fabric, network);
	fabric_tell_names(fabric, network);
}

static bool stays(const struct lab *old, const struct network_settings *network,
		  const bool *moved)
{
	return lab_lookup_network(old, network->name) &&
	       !moved[network->number];
}

void fabric_apply(struct fabric *fabric, const struct lab *lab,
		  const struct lab_diff *diff)
{
	const struct lab *old = fabric->settings.lab;
	bool moved[LAB_MAX_NETWORKS];
	unsigned i;

	fabric_change_forwards(fabric, lab);
	fabric_regroup(fabric, lab, moved);
	fabric_drop_uplinks(fabric, lab, moved);
	fabric_drop_legs(fabric, lab, moved);
	tell_ports(fabric, moved, unplug);
	remove_networks(fabric, diff, moved);
	fabric->settings.lab = lab;
	for (i = 0; i < lab->network_count; i++) {
		if (stays(old, &lab->networks[i], moved))
			change_network(fabric, old, diff, i);
	}
	for (i = 0; i < lab->network_count; i++) {
		if (stays(old, &lab->networks[i], moved))
			continue;
		fabric_tell_network(fabric, WIRE_NETWORK_ADD, i);
		fabric_tell_service(fabric, i);
	}
	for (i = 0; i < lab->network_count; i++)
		fabric_tell_guests(fabric, i);
	fabric_tell_uplinks(fabric, diff);
	fabric_tell_legs(fabric);
	tell_ports(fabric, moved, fabric_tell_port);
}
