// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_nodes.c - weft show nodes: states, addresses, runners
 */
#include "cli/cmd/show.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd/print.h"

/* All addresses of a NIC behind those in @text, with blanks between; one that
 * has no room is left to --json.
 */
static void add_addresses(const json_t *nic, const char *key, char *text,
			  size_t size)
{
	json_t *address;
	size_t i, used;

	json_array_foreach(json_object_get(nic, key), i, address)
	{
		const char *word = json_string_value(address);

		if (!word)
			word = "?";
		used = strlen(text);
		if (used + strlen(word) + 2 > size)
			return;
		snprintf(text + used, size - used, "%s%s", used ? " " : "",
			 word);
	}
}

/* Why it failed, or a port that a user took down. */
static const char *remark_of(const json_t *node, char *text, size_t size)
{
	const char *admin;
	json_t *nic;
	size_t i;

	if (text_of(node, "reason"))
		return text_of(node, "reason");
	json_array_foreach(json_object_get(node, "nics"), i, nic)
	{
		admin = text_of(nic, "admin");
		if (!admin || strcmp(admin, "up") == 0 || !text_of(nic, "port"))
			continue;
		snprintf(text, size, "%s is %s", text_of(nic, "port"), admin);
		return text;
	}
	return NULL;
}

static void add_node(struct table *table, const json_t *node)
{
	char addresses[TABLE_CELL_SIZE] = "", age[32], runner[32] = "";
	char remark[TABLE_CELL_SIZE];
	const char *by = text_of(node, "runner"), *accel;
	json_t *nic;
	size_t i;

	json_array_foreach(json_object_get(node, "nics"), i, nic)
	{
		add_addresses(nic, "ipv4", addresses, sizeof(addresses));
		add_addresses(nic, "ipv6", addresses, sizeof(addresses));
	}
	accel = text_of(node, "accel");
	if (by)
		snprintf(runner, sizeof(runner), "%s%s%s", by, accel ? "/" : "",
			 accel ? accel : "");
	table_add(table, text_of(node, "name"));
	table_add(table, text_of(node, "kind"));
	table_add(table, text_of(node, "state"));
	table_add(table, addresses);
	table_add(table, runner);
	table_add(table, age_text(node, age, sizeof(age)));
	table_add(table, remark_of(node, remark, sizeof(remark)));
}

unsigned show_nodes(const json_t *status, const struct show *show)
{
	struct table table;
	unsigned count = 0;
	json_t *node;
	size_t i;

	table_init(&table, "NODE KIND STATE ADDRESS RUNNER UP REMARK");
	json_array_foreach(json_object_get(status, "nodes"), i, node)
	{
		if (!show_wants(show, text_of(node, "name")))
			continue;
		add_node(&table, node);
		count++;
	}
	table_print(&table, show->brief);
	return count;
}
