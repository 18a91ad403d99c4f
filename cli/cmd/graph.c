// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * graph.c - networks, nodes and the ports between them, to be drawn
 */
#include "cli/cmd/graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "core/addr.h"
#include "core/util.h"

/* The host as a node; no node of a lab can be called so. */
#define HOST_NAME "this host"
#define HOST_KIND "host"

static json_t *new_graph(const char *lab)
{
	return json_pack("{s:s, s:s*, s:[], s:[], s:[]}", "schema",
			 "weft.graph/1", "lab", lab, "networks", "nodes",
			 "ports");
}

json_t *graph_pick(const json_t *from, const char *const keys[])
{
	json_t *picked = json_object();

	for (; *keys; keys++) {
		json_t *value = json_object_get(from, *keys);

		if (value)
			json_object_set(picked, *keys, value);
	}
	return picked;
}

static void add(json_t *graph, const char *array, json_t *entry)
{
	json_array_append_new(json_object_get(graph, array), entry);
}

/* The host's own port in @network; the first one brings the host as well. */
static void add_leg(json_t *graph, const char *network, json_t *addresses)
{
	json_t *nodes = json_object_get(graph, "nodes"), *node, *port;
	char name[LAB_NAME_SIZE + 16];
	bool is_there = false;
	size_t i;

	json_array_foreach(nodes, i, node)
	{
		const char *kind = text_of(node, "kind");

		is_there = is_there || (kind && strcmp(kind, HOST_KIND) == 0);
	}
	if (!is_there)
		add(graph, "nodes",
		    json_pack("{s:s, s:s}", "name", HOST_NAME, "kind",
			      HOST_KIND));
	snprintf(name, sizeof(name), "%s/host", network);
	port = json_pack("{s:s, s:s, s:s, s:o}", "port", name, "node",
			 HOST_NAME, "network", network, "ipv4", addresses);
	add(graph, "ports", port);
}

static json_t *address_list(const char *prefix)
{
	json_t *list = json_array();

	if (prefix)
		json_array_append_new(
			list, json_stringn(prefix, strcspn(prefix, "/")));
	return list;
}

json_t *graph_of_status(const json_t *status)
{
	static const char *const network_keys[] = {"name", "mode", "ipv4",
						   "gateway", NULL};
	static const char *const node_keys[] = {"name", "kind", "state", NULL};
	static const char *const port_keys[] = {
		"port", "network", "mac", "ipv4", "admin", "carrier", NULL};
	json_t *graph = new_graph(text_of(status, "lab"));
	json_t *network, *node, *nic, *port;
	size_t i, j;

	json_array_foreach(json_object_get(status, "networks"), i, network)
		add(graph, "networks", graph_pick(network, network_keys));
	json_array_foreach(json_object_get(status, "nodes"), i, node)
	{
		add(graph, "nodes", graph_pick(node, node_keys));
		json_array_foreach(json_object_get(node, "nics"), j, nic)
		{
			port = graph_pick(nic, port_keys);
			json_object_set(port, "node",
					json_object_get(node, "name"));
			add(graph, "ports", port);
		}
	}
	json_array_foreach(json_object_get(status, "networks"), i, network)
	{
		const json_t *leg = json_object_get(network, "host");

		if (leg && text_of(network, "name"))
			add_leg(graph, text_of(network, "name"),
				address_list(text_of(leg, "ipv4")));
	}
	return graph;
}

static json_t *network_of(const struct network_settings *network)
{
	char text[IPV4_PREFIX_TEXT_SIZE];
	json_t *json;

	json = json_pack("{s:s, s:s}", "name", network->name, "mode",
			 network_mode_name(network->mode));
	if (json && network->has_ipv4)
		json_object_set_new(
			json, "ipv4",
			json_string(ipv4_prefix_format(&network->ipv4, text)));
	if (json && network->mode == NETWORK_NAT)
		json_object_set_new(json, "gateway",
				    json_string(ipv4_format(
					    network_gateway(network), text)));
	return json;
}

static json_t *port_of(const struct lab *lab, const struct node_settings *node,
		       unsigned i)
{
	const struct nic_settings *nic = &node->nics[i];
	char name[LAB_NAME_SIZE + 16], mac[MAC_TEXT_SIZE], quad[IPV4_TEXT_SIZE];
	json_t *addresses = json_array();
	uint32_t address = nic->reserve;

	if (nic->ipv4 == NIC_IPV4_STATIC)
		address = nic->address.addr;
	if (address)
		json_array_append_new(addresses,
				      json_string(ipv4_format(address, quad)));
	snprintf(name, sizeof(name), "%s:%u", node->name, i);
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "port", name, "node",
			 node->name, "network",
			 lab->networks[nic->network].name, "mac",
			 mac_format(&nic->mac, mac), "ipv4", addresses);
}

json_t *graph_of_lab(const struct lab *lab)
{
	json_t *graph = new_graph(lab->name);
	unsigned i, j;

	for (i = 0; i < lab->network_count; i++)
		add(graph, "networks", network_of(&lab->networks[i]));
	for (i = 0; i < lab->node_count; i++) {
		const struct node_settings *node = &lab->nodes[i];

		add(graph, "nodes",
		    json_pack("{s:s, s:s}", "name", node->name, "kind",
			      node_kind_name(node->kind)));
		for (j = 0; j < node->nic_count; j++)
			add(graph, "ports", port_of(lab, node, j));
	}
	for (i = 0; i < lab->network_count; i++) {
		const struct network_settings *network = &lab->networks[i];
		char text[IPV4_PREFIX_TEXT_SIZE];

		if (network->host)
			add_leg(graph, network->name,
				address_list(
					network->host_ipv4 == NIC_IPV4_STATIC
						? ipv4_prefix_format(
							  &network->host_address,
							  text)
						: NULL));
	}
	graph_add_lab_uplinks(graph, lab);
	return graph;
}

/* Another word, behind a blank if it isn't the first. */
static void add_word(char *text, const char *word)
{
	size_t used = strlen(text);

	if (word)
		snprintf(text + used, GRAPH_TEXT_SIZE - used, "%s%s",
			 used ? " " : "", word);
}

const char *graph_network_label(const json_t *network, char *text)
{
	text[0] = '\0';
	add_word(text, text_of(network, "mode"));
	add_word(text, text_of(network, "ipv4"));
	return text;
}

const char *graph_port_label(const json_t *port, char *text)
{
	const char *admin = text_of(port, "admin");
	json_t *address;
	size_t i;

	text[0] = '\0';
	json_array_foreach(json_object_get(port, "ipv4"), i, address)
		add_word(text, json_string_value(address));
	if (admin && strcmp(admin, "down") == 0)
		add_word(text, "(down)");
	else if (json_is_false(json_object_get(port, "carrier")))
		add_word(text, "(no carrier)");
	return text;
}

const char *graph_node_label(const json_t *node, char *text)
{
	const char *state = text_of(node, "state");

	text[0] = '\0';
	add_word(text, text_of(node, "kind"));
	if (state && strcmp(state, "ready") != 0)
		add_word(text, state);
	return text;
}
