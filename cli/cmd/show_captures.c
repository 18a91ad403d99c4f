// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_captures.c - weft show captures: who looks at what
 */
#include "cli/cmd/show.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd/print.h"

static void join_targets(const json_t *capture, char *text, size_t size)
{
	size_t i, used = 0;
	json_t *target;

	text[0] = '\0';
	json_array_foreach(json_object_get(capture, "targets"), i, target)
	{
		if (used < size)
			used += (size_t)snprintf(text + used, size - used,
						 "%s%s", used ? " " : "",
						 json_string_value(target));
	}
}

static bool is_wanted(const json_t *capture, const struct show *show)
{
	json_t *target;
	size_t i;

	json_array_foreach(json_object_get(capture, "targets"), i, target)
	{
		if (show_wants(show, json_string_value(target)))
			return true;
	}
	return false;
}

unsigned show_captures(const json_t *captures, const struct show *show)
{
	static const char *const keys[] = {"received", "dropped", "accepted",
					   "lost", "written"};
	char targets[TABLE_CELL_SIZE];
	struct table table;
	unsigned count = 0;
	json_t *capture;
	size_t i, j;

	table_init(&table, "CAPTURE TARGETS FILTER FILE SEEN DROPPED ACCEPTED "
			   "LOST WRITTEN");
	json_array_foreach(json_object_get(captures, "captures"), i, capture)
	{
		if (!is_wanted(capture, show))
			continue;
		join_targets(capture, targets, sizeof(targets));
		table_add_number(&table, json_integer_value(json_object_get(
						 capture, "capture")));
		table_add(&table, targets);
		table_add(&table, text_of(capture, "filter"));
		table_add(&table, text_of(capture, "file"));
		for (j = 0; j < ARRAY_SIZE(keys); j++)
			table_add_number(&table,
					 json_integer_value(json_object_get(
						 capture, keys[j])));
		count++;
	}
	table_print(&table, show->brief);
	return count;
}
