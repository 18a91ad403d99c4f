// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labd_tell.c - what happens in labd, as events (weft-ctl(7), EVENTS)
 */
#include "cli/labd/labd_tell.h"

#include <stdio.h>
#include <string.h>

#include "cli/labd/status.h"

static void tell_lab(struct labd *labd)
{
	const char *state = status_lab_state(labd);

	if (labd->told && strcmp(labd->told, state) == 0)
		return;
	labd->told = state;
	events_emit(&labd->events, "lab.state",
		    json_pack("{s:s}", "state", state));
}

void labd_tell_node(struct labd *labd, const struct node *node)
{
	json_t *fields;

	if (node->told == node->state)
		return;
	fields = json_pack("{s:s, s:s}", "node", node->settings->name, "state",
			   node_state_name(node->state));
	if (fields && node->reason[0])
		json_object_set_new(fields, "reason",
				    json_string(node->reason));
	events_emit(&labd->events, "node.state", fields);
	tell_lab(labd);
}

void labd_tell_carrier(struct labd *labd, unsigned port, bool up)
{
	const struct node *node = &labd->nodes[port / LAB_MAX_NICS];
	char name[LAB_NAME_SIZE + 16];

	snprintf(name, sizeof(name), "%s:%u", node->settings->name,
		 port % LAB_MAX_NICS);
	events_emit(&labd->events, "port.carrier",
		    json_pack("{s:s, s:b}", "port", name, "carrier", up));
}

void labd_tell_lease(void *ctx, const struct lease_entry *lease, bool bound)
{
	char quad[IPV4_TEXT_SIZE], mac[MAC_TEXT_SIZE];
	struct labd *labd = ctx;

	events_emit(&labd->events, bound ? "lease.bound" : "lease.released",
		    json_pack("{s:s, s:s, s:s, s:s, s:s*}", "network",
			      lease->network, "ipv4",
			      ipv4_format(lease->address, quad), "mac",
			      mac_format(&lease->mac, mac), "hostname",
			      lease->hostname, "node",
			      status_node_of_mac(labd, &lease->mac)));
}

void labd_tell_dhcp(void *ctx, const struct wire_dhcp_notice *notice)
{
	const struct network_settings *network;
	char quad[IPV4_TEXT_SIZE], mac[MAC_TEXT_SIZE];
	struct labd *labd = ctx;
	json_t *fields;

	network = labd->lab ? lab_numbered_network(labd->lab, notice->network)
			    : NULL;
	if (!network)
		return;
	if (notice->address)
		quarantine_add(&labd->quarantine, network->name, notice);
	fields = json_pack("{s:s, s:s, s:s*}", "network", network->name, "mac",
			   mac_format(&notice->mac, mac), "node",
			   status_node_of_mac(labd, &notice->mac));
	if (fields && notice->address)
		json_object_set_new(
			fields, "ipv4",
			json_string(ipv4_format(notice->address, quad)));
	if (notice->kind == WIRE_DHCP_EXHAUSTED)
		events_emit(&labd->events, "dhcp.exhausted", fields);
	else if (notice->kind == WIRE_DHCP_CONFLICT)
		events_emit(&labd->events, "dhcp.conflict", fields);
	else
		events_emit(&labd->events, "dhcp.declined", fields);
}

void labd_tell_leg(struct labd *labd, const struct host_leg *leg)
{
	json_t *fields = status_leg(leg);

	if (fields)
		json_object_set_new(fields, "network",
				    json_string(leg->network));
	events_emit(&labd->events, "host.address", fields);
}
