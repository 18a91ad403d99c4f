// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_ports.c - weft show ports: carrier and counters
 */
#include "cli/cmd/show.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd/print.h"

bool show_port_wanted(const char *port, const char *name)
{
	size_t len = name ? strlen(name) : 0;

	if (!name)
		return true;
	return port && strncmp(port, name, len) == 0 &&
	       (!port[len] || port[len] == ':' || port[len] == '/');
}

static bool is_port_wanted(const json_t *port, const struct show *show)
{
	return show_port_wanted(text_of(port, "port"), show->name);
}

static void add_counters(struct table *table, const json_t *port)
{
	static const char *const names[] = {"rx_frames", "rx_bytes",
					    "tx_frames", "tx_bytes"};
	json_int_t drops = 0;
	const char *reason;
	json_t *count;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		table_add_number(table, json_integer_value(json_object_get(
						port, names[i])));
	json_object_foreach(json_object_get(port, "drops"), reason, count)
		drops += json_integer_value(count);
	table_add_number(table, drops);
}

/* Why frames were dropped, under the port's row: -s. */
static void print_drops(const json_t *ports, const struct show *show)
{
	const char *reason;
	json_t *port, *count;
	size_t i;

	json_array_foreach(json_object_get(ports, "ports"), i, port)
	{
		if (!is_port_wanted(port, show))
			continue;
		json_object_foreach(json_object_get(port, "drops"), reason,
				    count)
		{
			if (!json_integer_value(count))
				continue;
			print_safe(stdout, text_of(port, "port"));
			printf(" dropped %" JSON_INTEGER_FORMAT " ",
			       json_integer_value(count));
			print_safe(stdout, reason);
			putchar('\n');
		}
	}
}

unsigned show_ports(const json_t *ports, const struct show *show)
{
	struct table table;
	unsigned count = 0;
	json_t *port;
	size_t i;

	table_init(&table,
		   "PORT NETWORK MAC ADMIN CARRIER RX RX-BYTES TX TX-BYTES "
		   "DROPS");
	json_array_foreach(json_object_get(ports, "ports"), i, port)
	{
		json_t *carrier = json_object_get(port, "carrier");

		if (!is_port_wanted(port, show))
			continue;
		table_add(&table, text_of(port, "port"));
		table_add(&table, text_of(port, "network"));
		table_add(&table, text_of(port, "mac"));
		table_add(&table, text_of(port, "admin"));
		table_add(&table, json_is_true(carrier) ? "up" : "down");
		add_counters(&table, port);
		count++;
	}
	table_print(&table, show->brief);
	if (show->stats)
		print_drops(ports, show);
	return count;
}
