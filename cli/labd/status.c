// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status.c - the lab's state as JSON documents
 */
#include "cli/labd/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/agent/agent_proto.h"
#include "cli/labd/fabric_names.h"
#include "cli/labd/link.h"

json_t *status_lines(const char *text)
{
	json_t *lines = json_array();

	while (*text) {
		const char *end = strchrnul(text, '\n');

		json_array_append_new(
			lines,
			json_stringn_nocheck(text, (size_t)(end - text)));
		text = end + (*end == '\n');
	}
	return lines;
}

static uint64_t since_ms(const struct labd *labd, uint64_t then_ns)
{
	return (loop_now_ns(labd->loop) - then_ns) / NSEC_PER_MSEC;
}

json_t *status_leg(const struct host_leg *leg)
{
	char text[IPV4_PREFIX_TEXT_SIZE], mac[MAC_TEXT_SIZE];
	const struct host_tap *tap = &leg->tap;

	return json_pack("{s:s, s:s, s:s?, s:s*}", "interface", tap->ifname,
			 "mac", mac_format(&leg->mac, mac), "ipv4",
			 tap->has_address
				 ? ipv4_prefix_format(&tap->address, text)
				 : NULL,
			 "reason", leg->reason[0] ? leg->reason : NULL);
}

static json_t *status_prefix(const struct in6_addr *addr)
{
	const struct ipv6_prefix prefix = {*addr, NETWORK_IPV6_LEN};
	char text[IPV6_PREFIX_TEXT_SIZE];

	return json_string(ipv6_prefix_format(&prefix, text));
}

json_t *status_network(const struct labd *labd, unsigned i)
{
	const struct network_settings *n = &labd->lab->networks[i];
	char text[IPV4_PREFIX_TEXT_SIZE];
	unsigned ports = 0, j, k;
	const struct host_leg *leg;
	json_t *json;

	for (j = 0; j < labd->lab->node_count; j++) {
		const struct node_settings *node = &labd->lab->nodes[j];

		for (k = 0; k < node_nic_total(node); k++)
			ports += fabric_network(labd->fabric,
						fabric_port(node->number, k)) ==
				 n->number;
	}
	json = json_pack("{s:s, s:s, s:i}", "name", n->name, "mode",
			 network_mode_name(n->mode), "ports", (int)ports);
	if (n->has_ipv4)
		json_object_set_new(
			json, "ipv4",
			json_string(ipv4_prefix_format(&n->ipv4, text)));
	if (n->has_ipv6)
		json_object_set_new(json, "ipv6", status_prefix(&n->ipv6));
	if (n->mode == NETWORK_NAT)
		json_object_set_new(
			json, "gateway",
			json_string(ipv4_format(network_gateway(n), text)));
	json_object_set_new(json, "dhcp", json_boolean(n->dhcp));
	if (n->mode == NETWORK_NAT)
		json_object_set_new(json, "engine",
				    json_string(network_is_kernel_nat(n)
							? "kernel"
							: "user"));
	status_kernel(labd, n, json);
	leg = host_legs_lookup(&labd->host_legs, n->name);
	if (leg)
		json_object_set_new(json, "host", status_leg(leg));
	return json;
}

const struct network_settings *status_nic_network(const struct labd *labd,
						  const struct node *node,
						  unsigned nic)
{
	unsigned number =
		fabric_network(labd->fabric, fabric_port(node->number, nic));

	return lab_numbered_network(labd->lab, number);
}

static uint32_t nic_address(struct labd *labd, struct node *node, unsigned nic)
{
	if (node->ops->address)
		return node->ops->address(node, nic);
	return fabric_nic_address(labd->lab, labd->leases,
				  &node->settings->nics[nic]);
}

/* As the node itself reports them; NULL: it doesn't. */
static json_t *nic_addresses6(struct node *node, unsigned nic)
{
	struct in6_addr addresses[AGENT_ADDRS_MAX];
	char text[IPV6_TEXT_SIZE];
	unsigned i, count;
	json_t *list;

	if (!node->ops->addresses6)
		return NULL;
	count = node->ops->addresses6(node, nic, addresses, AGENT_ADDRS_MAX);
	list = json_array();
	for (i = 0; i < count; i++)
		json_array_append_new(
			list, json_string(ipv6_format(&addresses[i], text)));
	return list;
}

static json_t *nic_json(struct labd *labd, struct node *node, unsigned i)
{
	const struct nic_settings *nic = &node->settings->nics[i];
	const struct network_settings *network =
		status_nic_network(labd, node, i);
	char port[PORT_NAME_SIZE + 16], mac[MAC_TEXT_SIZE];
	char quad[IPV4_TEXT_SIZE], path[STATE_PATH_SIZE];
	uint32_t address = nic_address(labd, node, i);
	json_t *json, *addresses = json_array();

	snprintf(port, sizeof(port), "%s:%u", node->settings->name, i);
	if (address)
		json_array_append_new(addresses,
				      json_string(ipv4_format(address, quad)));
	json = json_pack(
		"{s:s, s:s, s:s, s:s, s:b, s:o, s:o*}", "port", port, "network",
		network->name, "mac", mac_format(&nic->mac, mac), "admin",
		link_state(labd, node, i), "carrier",
		fabric_has_carrier(labd->fabric, fabric_port(node->number, i)),
		"ipv4", addresses, "ipv6", nic_addresses6(node, i));
	if (i >= node->settings->nic_count)
		json_object_set_new(json, "attached", json_true());
	if (node_socket_path(node, i, path, NULL))
		return json;
	json_object_set_new(json, "socket", json_string(path));
	json_object_set_new(
		json, "socket_type",
		json_string(node->settings->socket_type == NODE_SOCKET_STREAM
				    ? "stream"
				    : "vhost-user"));
	return json;
}

static json_t *node_json(struct labd *labd, struct node *node)
{
	json_t *json, *nics = json_array();
	char tail[NODE_TAIL_SIZE] = "";
	unsigned i;

	for (i = 0; i < node_nic_total(node->settings); i++) {
		if (status_nic_network(labd, node, i))
			json_array_append_new(nics, nic_json(labd, node, i));
	}
	json = json_pack("{s:s, s:s, s:s, s:o}", "name", node->settings->name,
			 "kind", node_kind_name(node->settings->kind), "state",
			 node_state_name(node->state), "nics", nics);
	if (node->pid) {
		json_object_set_new(json, "pid", json_integer(node->pid));
		json_object_set_new(json, "uptime_ms",
				    json_integer((json_int_t)since_ms(
					    labd, node->started_ns)));
	}
	if (node->state == NODE_READY)
		json_object_set_new(
			json, "ready_after_ms",
			json_integer((json_int_t)((node->ready_ns -
						   node->started_ns) /
						  NSEC_PER_MSEC)));
	if (node->ops->describe)
		node->ops->describe(node, json);
	if (!node->reason[0])
		return json;
	json_object_set_new(json, "reason", json_string(node->reason));
	if (node->ops->tail)
		node->ops->tail(node, tail, sizeof(tail));
	json_object_set_new(json, "console_tail", status_lines(tail));
	return json;
}

/* The lab is what its worst node is. */
const char *status_lab_state(const struct labd *labd)
{
	bool all_ready = true;
	unsigned i;

	for (i = 0; i < labd->lab->node_count; i++) {
		enum node_state state = labd_node(labd, i)->state;

		if (state == NODE_FAILED)
			return "failed";
		if (state == NODE_STARTING || state == NODE_BOOTING)
			all_ready = false;
	}
	return all_ready ? "ready" : "starting";
}

json_t *status_document(struct labd *labd)
{
	json_t *networks = json_array(), *nodes = json_array();
	const struct switch_link *link;
	unsigned i;

	if (!labd->lab)
		return json_pack("{s:s, s:s, s:s, s:o, s:o}", "schema",
				 "weft.status/1", "lab", labd->name, "state",
				 "empty", "networks", networks, "nodes", nodes);
	for (i = 0; i < labd->lab->network_count; i++)
		json_array_append_new(networks, status_network(labd, i));
	for (i = 0; i < labd->lab->node_count; i++)
		json_array_append_new(nodes,
				      node_json(labd, labd_node(labd, i)));
	link = fabric_link(labd->fabric);
	return json_pack("{s:s, s:s, s:s, s:I, s:o, s:o, s:{s:i, s:i}}",
			 "schema", "weft.status/1", "lab", labd->name, "state",
			 status_lab_state(labd), "uptime_ms",
			 (json_int_t)since_ms(labd, labd->started_ns),
			 "networks", networks, "nodes", nodes, "switch", "pid",
			 (int)switch_link_pid(link), "restarts",
			 (int)switch_link_restarts(link));
}

const char *status_node_of_mac(const struct labd *labd, const struct mac *mac)
{
	unsigned i, j;

	for (i = 0; labd->lab && i < labd->lab->node_count; i++) {
		const struct node_settings *node = &labd->lab->nodes[i];

		for (j = 0; j < node_nic_total(node); j++) {
			if (mac_is_equal(&node->nics[j].mac, mac))
				return node->name;
		}
	}
	return NULL;
}

json_t *status_leases(struct labd *labd)
{
	char quad[IPV4_TEXT_SIZE], mac[MAC_TEXT_SIZE];
	json_t *leases = json_array();
	time_t now_s = time(NULL);
	unsigned i;

	for (i = 0; i < lease_store_count(labd->leases); i++) {
		const struct lease_entry *e = lease_store_get(labd->leases, i);

		json_array_append_new(
			leases,
			json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:s*}",
				  "network", e->network, "ipv4",
				  ipv4_format(e->address, quad), "mac",
				  mac_format(&e->mac, mac), "expires_s",
				  (json_int_t)e->expires_s, "hostname",
				  e->hostname, "state",
				  e->expires_s > now_s ? "bound" : "expired",
				  "node", status_node_of_mac(labd, &e->mac)));
	}
	quarantine_to_json(&labd->quarantine, now_s, leases);
	return json_pack("{s:s, s:s, s:o}", "schema", "weft.leases/1", "lab",
			 labd->name, "leases", leases);
}
