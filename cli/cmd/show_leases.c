// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_leases.c - weft show leases: who has which address
 */
#include "cli/cmd/show.h"

#include <stdio.h>
#include <time.h>

#include "cli/cmd/print.h"

/* "in 58m", or NULL for a lease that is over. */
static const char *expiry_text(const json_t *lease, char *text, size_t size)
{
	json_int_t s = json_integer_value(json_object_get(lease, "expires_s"));

	s -= (json_int_t)time(NULL);
	if (s <= 0)
		return NULL;
	if (s < 120)
		snprintf(text, size, "in %ds", (int)s);
	else if (s < 7200)
		snprintf(text, size, "in %dm", (int)(s / 60));
	else
		snprintf(text, size, "in %dh", (int)MIN(s / 3600, 99999));
	return text;
}

unsigned show_leases(const json_t *leases, const struct show *show)
{
	char expiry[32];
	struct table table;
	unsigned count = 0;
	json_t *lease;
	size_t i;

	table_init(&table, "ADDRESS MAC NETWORK NODE STATE EXPIRES");
	json_array_foreach(json_object_get(leases, "leases"), i, lease)
	{
		const char *node = text_of(lease, "node");

		if (!show_wants(show, node))
			continue;
		table_add(&table, text_of(lease, "ipv4"));
		table_add(&table, text_of(lease, "mac"));
		table_add(&table, text_of(lease, "network"));
		table_add(&table, node);
		table_add(&table, text_of(lease, "state"));
		table_add(&table, expiry_text(lease, expiry, sizeof(expiry)));
		count++;
	}
	table_print(&table, show->brief);
	return count;
}
