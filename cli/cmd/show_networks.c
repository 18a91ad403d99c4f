// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_networks.c - weft show networks: modes, addresses, what was learnt
 */
#include "cli/cmd/show.h"

#include <stdio.h>

#include "cli/cmd/print.h"
#include "core/util.h"

static void add_fdb(struct table *table, const json_t *fdb)
{
	static const char *const keys[] = {"addresses", "learned", "moved",
					   "evicted"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		table_add_number(table, json_integer_value(
						json_object_get(fdb, keys[i])));
}

/* Flows of NAT that are open now. */
static void add_flows(struct table *table, const json_t *network)
{
	static const char *const protocols[] = {"tcp", "udp", "icmp"};
	const json_t *nat =
		json_object_get(json_object_get(network, "services"), "nat");
	json_int_t open = 0;
	char key[32];
	size_t i;

	if (!nat) {
		table_add(table, NULL);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		snprintf(key, sizeof(key), "%s_opened", protocols[i]);
		open += json_integer_value(json_object_get(nat, key));
		snprintf(key, sizeof(key), "%s_closed", protocols[i]);
		open -= json_integer_value(json_object_get(nat, key));
	}
	table_add_number(table, open);
}

static bool any_host(const json_t *networks)
{
	json_t *network;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)networks, i, network)
	{
		if (json_object_get(network, "host"))
			return true;
	}
	return false;
}

void say_firewalls(const json_t *status)
{
	json_t *network;
	size_t i;

	json_array_foreach(json_object_get(status, "networks"), i, network)
	{
		const json_t *firewall = json_object_get(
			json_object_get(network, "kernel"), "firewall");
		bool is_sure = json_is_true(json_object_get(firewall, "sure"));

		if (firewall)
			complain(0,
				 "warning: network %s: a rule of this host %s "
				 "guests: %s\nfix: %s",
				 text_of(network, "name"),
				 is_sure ? "stops" : "may stop",
				 text_of(firewall, "by"),
				 text_of(firewall, "fix"));
	}
}

/* As lab.status has them, or as network.list does, with learnt addresses. */
unsigned show_networks(const json_t *status, const struct show *show)
{
	const json_t *first =
		json_array_get(json_object_get(status, "networks"), 0);
	bool with_fdb = json_object_get(first, "fdb") != NULL;
	bool with_host = any_host(json_object_get(status, "networks"));
	char heads[96];
	struct table table;
	unsigned count = 0;
	json_t *network;
	size_t i;

	snprintf(heads, sizeof(heads), "NETWORK MODE IPV4 GATEWAY PORTS%s%s",
		 with_fdb ? " ADDRESSES LEARNED MOVED EVICTED FLOWS" : "",
		 with_host ? " HOST" : "");
	table_init(&table, heads);
	json_array_foreach(json_object_get(status, "networks"), i, network)
	{
		if (!show_wants(show, text_of(network, "name")))
			continue;
		table_add(&table, text_of(network, "name"));
		table_add(&table, text_of(network, "mode"));
		table_add(&table, text_of(network, "ipv4"));
		table_add(&table, text_of(network, "gateway"));
		table_add_number(&table, json_integer_value(json_object_get(
						 network, "ports")));
		if (with_fdb) {
			add_fdb(&table, json_object_get(network, "fdb"));
			add_flows(&table, network);
		}
		if (with_host)
			table_add(&table,
				  text_of(json_object_get(network, "host"),
					  "ipv4"));
		count++;
	}
	table_print(&table, show->brief);
	return count;
}
