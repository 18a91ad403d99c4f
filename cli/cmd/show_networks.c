// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_networks.c - weft show networks: modes, addresses, what was learnt
 */
#include "cli/cmd/show.h"

#include "cli/cmd/print.h"

static void add_fdb(struct table *table, const json_t *fdb)
{
	static const char *const keys[] = {"addresses", "learned", "moved",
					   "evicted"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		table_add_number(table, json_integer_value(
						json_object_get(fdb, keys[i])));
}

/* As lab.status has them, or as network.list does, with learnt addresses. */
unsigned show_networks(const json_t *status, const struct show *show)
{
	const json_t *first =
		json_array_get(json_object_get(status, "networks"), 0);
	bool with_fdb = json_object_get(first, "fdb") != NULL;
	struct table table;
	unsigned count = 0;
	json_t *network;
	size_t i;

	table_init(&table, with_fdb ? "NETWORK MODE IPV4 GATEWAY PORTS "
				      "ADDRESSES LEARNED MOVED EVICTED"
				    : "NETWORK MODE IPV4 GATEWAY PORTS");
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
		if (with_fdb)
			add_fdb(&table, json_object_get(network, "fdb"));
		count++;
	}
	table_print(&table, show->brief);
	return count;
}
