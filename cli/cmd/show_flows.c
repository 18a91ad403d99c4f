// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_flows.c - weft show flows: what passes a NAT network's gateway
 */
#include "cli/cmd/show.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/exit_code.h"

static json_t *entry_called(const json_t *status, const char *key,
			    const char *name)
{
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(status, key), i, entry)
	{
		const char *other = text_of(entry, "name");

		if (other && strcmp(other, name) == 0)
			return entry;
	}
	return NULL;
}

/* All nat networks, or the one called @name. */
static int fetch_networks(struct session *session, const json_t *status,
			  const char *name, json_t *flows)
{
	static const struct show_pages pages = {"flow.list", "flows"};
	json_t *network;
	int code = 0;
	size_t i;

	json_array_foreach(json_object_get(status, "networks"), i, network)
	{
		const char *mode = text_of(network, "mode");
		const char *own = text_of(network, "name");

		if (code || !mode || !own || strcmp(mode, "nat") != 0 ||
		    (name && strcmp(name, own) != 0))
			continue;
		if (json_object_get(network, "kernel"))
			complain(0,
				 "network %s: its flows are the kernel's: "
				 "conntrack -L -s %s",
				 own, text_of(network, "ipv4"));
		else
			code = fetch_pages(session, &pages, own, flows);
	}
	return code;
}

/* Those that are of ports of @node. */
static json_t *flows_of_node(const json_t *flows, const char *node)
{
	json_t *own = json_array(), *flow;
	size_t i;

	json_array_foreach(flows, i, flow)
	{
		const char *port = text_of(flow, "port");

		if (port && show_port_wanted(port, node))
			json_array_append(own, flow);
	}
	return own;
}

int fetch_flows(struct session *session, const char *name, json_t **result)
{
	json_t *status, *flows = json_array();
	bool is_network;
	int code = session_query(session, "lab.status", NULL, &status);

	if (code) {
		json_decref(flows);
		return code;
	}
	is_network = name && entry_called(status, "networks", name);
	if (name && !is_network && !entry_called(status, "nodes", name))
		code = complain(EXIT_NO_SUCH,
				"lab %s has no network or node '%s'",
				session->lab, name);
	else
		code = fetch_networks(session, status, is_network ? name : NULL,
				      flows);
	json_decref(status);
	if (!code && name && !is_network) {
		json_t *own = flows_of_node(flows, name);

		json_decref(flows);
		flows = own;
	}
	*result = json_pack("{s:s, s:s, s:o}", "schema", "weft.flows/1", "lab",
			    session->lab, "flows", flows);
	if (!code)
		return 0;
	json_decref(*result);
	return code;
}

/* "10.20.0.100:40000"; of ICMP the identifier stands for a port. */
static void add_end(struct table *table, const json_t *flow, const char *key,
		    const char *port_key)
{
	const char *address = text_of(flow, key);
	json_int_t port = json_integer_value(json_object_get(flow, port_key));
	char text[64];

	if (!address) {
		table_add(table, "*");
		return;
	}
	snprintf(text, sizeof(text), "%s:%" JSON_INTEGER_FORMAT, address, port);
	table_add(table, text);
}

unsigned show_flows(const json_t *result, const struct show *show)
{
	struct table table;
	char idle[32];
	json_t *flow;
	size_t i;

	table_init(&table, "PROTO PORT GUEST REMOTE STATE IDLE OUT IN");
	json_array_foreach(json_object_get(result, "flows"), i, flow)
	{
		json_int_t idle_ms =
			json_integer_value(json_object_get(flow, "idle_ms"));

		snprintf(idle, sizeof(idle), "%" JSON_INTEGER_FORMAT "s",
			 idle_ms / 1000);
		table_add(&table, text_of(flow, "protocol"));
		table_add(&table, text_of(flow, "port"));
		add_end(&table, flow, "guest", "guest_port");
		add_end(&table, flow, "remote", "remote_port");
		table_add(&table, text_of(flow, "state"));
		table_add(&table, idle);
		table_add_number(&table, json_integer_value(json_object_get(
						 flow, "out_bytes")));
		table_add_number(&table, json_integer_value(json_object_get(
						 flow, "in_bytes")));
	}
	table_print(&table, show->brief);
	return (unsigned)i;
}
