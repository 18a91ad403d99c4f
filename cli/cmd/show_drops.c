// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_drops.c - weft show drops: where frames were lost, and why
 */
#include "cli/cmd/show.h"

#include "cli/cmd/print.h"
#include "core/verdict.h"

static void add_drops(json_t *drops, const json_t *port)
{
	const char *reason;
	json_t *count;

	json_object_foreach(json_object_get(port, "drops"), reason, count)
	{
		if (!json_integer_value(count))
			continue;
		json_array_append_new(
			drops, json_pack("{s:s*, s:s*, s:s, s:O, s:s*}", "port",
					 text_of(port, "port"), "network",
					 text_of(port, "network"), "reason",
					 reason, "count", count, "meaning",
					 drop_reason_text(reason)));
	}
}

int fetch_drops(struct session *session, const char *name, json_t **result)
{
	json_t *ports, *port, *drops;
	unsigned found = 0;
	size_t i;
	int code;

	code = session_query(session, "port.list", NULL, &ports);
	if (code)
		return code;
	drops = json_array();
	json_array_foreach(json_object_get(ports, "ports"), i, port)
	{
		if (!show_port_wanted(text_of(port, "port"), name))
			continue;
		found++;
		add_drops(drops, port);
	}
	*result = json_pack("{s:s, s:O*, s:o}", "schema", "weft.drops/1", "lab",
			    json_object_get(ports, "lab"), "drops", drops);
	json_decref(ports);
	if (found || !name)
		return 0;
	json_decref(*result);
	return complain(EXIT_NO_SUCH, "there is no port or node '%s'", name);
}

unsigned show_drops(const json_t *result, const struct show *show)
{
	struct table table;
	json_t *drop;
	size_t i;

	table_init(&table, "PORT REASON COUNT MEANING");
	json_array_foreach(json_object_get(result, "drops"), i, drop)
	{
		table_add(&table, text_of(drop, "port"));
		table_add(&table, text_of(drop, "reason"));
		table_add_number(&table, json_integer_value(json_object_get(
						 drop, "count")));
		table_add(&table, text_of(drop, "meaning"));
	}
	table_print(&table, show->brief);
	return (unsigned)i;
}
