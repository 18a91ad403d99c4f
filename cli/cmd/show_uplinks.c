// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_uplinks.c - weft show uplinks: who carries, and how many could
 */
#include "cli/cmd/show.h"

#include <stdio.h>

#include "cli/cmd/bond_view.h"
#include "cli/cmd/print.h"
#include "cli/cmd/uplinks.h"

static void add_uplink(struct table *table, const json_t *uplink)
{
	size_t members = json_array_size(json_object_get(uplink, "members"));
	json_t *carrier = json_object_get(uplink, "carrier");
	char text[32];

	table_add(table, text_of(uplink, "uplink"));
	table_add(table, text_of(uplink, "network"));
	table_add(table, text_of(uplink, "mode"));
	table_add(table, json_is_true(carrier) ? "up" : "down");
	table_add(table, text_of(uplink, "active"));
	snprintf(text, sizeof(text), "%u/%zu", uplink_members_up(uplink),
		 members);
	table_add(table, text);
	table_add_number(
		table, json_integer_value(json_object_get(uplink, "switches")));
	table_add_number(
		table, json_integer_value(json_object_get(uplink, "changes")));
}

unsigned show_uplinks(const json_t *result, const struct show *show)
{
	const json_t *uplinks = json_object_get(result, "uplinks");
	struct table table;
	unsigned count = 0;
	json_t *uplink;
	size_t i;

	table_init(&table,
		   "UPLINK NETWORK MODE CARRIER ACTIVE UP SWITCHES CHANGES");
	json_array_foreach(uplinks, i, uplink)
	{
		if (!show_wants(show, text_of(uplink, "uplink")))
			continue;
		add_uplink(&table, uplink);
		count++;
	}
	table_print(&table, show->brief);
	json_array_foreach(uplinks, i, uplink)
	{
		if (show->stats && show_wants(show, text_of(uplink, "uplink")))
			bond_view_counters(stdout, uplink);
	}
	return count;
}
