// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_forwards.c - weft show forwards: ports of the host that lead to nodes
 */
#include "cli/cmd/show.h"

#include <stdio.h>

#include "cli/cmd/print.h"

static void add_number(struct table *table, const json_t *forward,
		       const char *key)
{
	const json_t *value = json_object_get(forward, key);
	char text[24];

	if (value)
		snprintf(text, sizeof(text), "%lld",
			 (long long)json_integer_value(value));
	table_add(table, value ? text : NULL);
}

unsigned show_forwards(const json_t *result, const struct show *show)
{
	struct table table;
	unsigned count = 0;
	json_t *forward;
	size_t i;

	table_init(&table, "HOST PROTOCOL TO ADDRESS NETWORK CONNECTIONS "
			   "ACCEPTED REFUSED ERRORS ENGINE LIVE");
	json_array_foreach(json_object_get(result, "forwards"), i, forward)
	{
		if (!show_wants(show, text_of(forward, "node")) &&
		    !show_wants(show, text_of(forward, "host")))
			continue;
		table_add(&table, text_of(forward, "host"));
		table_add(&table, text_of(forward, "protocol"));
		table_add(&table, text_of(forward, "to"));
		table_add(&table, text_of(forward, "address"));
		table_add(&table, text_of(forward, "network"));
		add_number(&table, forward, "connections");
		add_number(&table, forward, "accepted");
		add_number(&table, forward, "refused");
		add_number(&table, forward, "errors");
		table_add(&table, text_of(forward, "engine"));
		table_add(&table, json_is_true(json_object_get(forward, "live"))
					  ? "yes"
					  : NULL);
		count++;
	}
	table_print(&table, show->brief);
	return count;
}
