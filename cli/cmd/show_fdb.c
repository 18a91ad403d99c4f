// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_fdb.c - weft show fdb: which address is behind which port
 */
#include "cli/cmd/show.h"

#include <stdio.h>

#include "cli/cmd/print.h"

/* More than a table has: a labd that never ends is not waited for. */
#define PAGES_MAX 65536

int fetch_pages(struct session *session, const struct show_pages *pages_of,
		const char *network, json_t *entries)
{
	json_t *page, *entry, *cursor = json_integer(0);
	unsigned pages;
	int code = 0;
	size_t i;

	for (pages = 0; cursor && !code && pages < PAGES_MAX; pages++) {
		code = session_query(session, pages_of->method,
				     json_pack("{s:s, s:o}", "network", network,
					       "cursor", cursor),
				     &page);
		if (code)
			return code;
		json_array_foreach(json_object_get(page, pages_of->key), i,
				   entry)
		{
			json_object_set_new(entry, "network",
					    json_string(network));
			json_array_append(entries, entry);
		}
		cursor = json_incref(json_object_get(page, "cursor"));
		json_decref(page);
	}
	json_decref(cursor);
	return code;
}

int fetch_fdb(struct session *session, const char *name, json_t **result)
{
	static const struct show_pages pages = {"fdb.list", "entries"};
	json_t *status = NULL, *network, *entries = json_array();
	int code = 0;
	size_t i;

	if (name)
		code = fetch_pages(session, &pages, name, entries);
	else
		code = session_query(session, "lab.status", NULL, &status);
	json_array_foreach(json_object_get(status, "networks"), i, network)
	{
		if (!code && text_of(network, "name"))
			code = fetch_pages(session, &pages,
					   text_of(network, "name"), entries);
	}
	json_decref(status);
	*result = json_pack("{s:s, s:s, s:o}", "schema", "weft.fdb/1", "lab",
			    session->lab, "entries", entries);
	if (!code)
		return 0;
	json_decref(*result);
	return code;
}

unsigned show_fdb(const json_t *result, const struct show *show)
{
	struct table table;
	char age[32];
	json_t *entry;
	size_t i;

	table_init(&table, "ADDRESS VID PORT NETWORK AGE");
	json_array_foreach(json_object_get(result, "entries"), i, entry)
	{
		snprintf(age, sizeof(age), "%" JSON_INTEGER_FORMAT "s",
			 json_integer_value(json_object_get(entry, "age_s")));
		table_add(&table, text_of(entry, "mac"));
		table_add_number(&table, json_integer_value(json_object_get(
						 entry, "vid")));
		table_add(&table, text_of(entry, "port"));
		table_add(&table, text_of(entry, "network"));
		table_add(&table, json_is_true(json_object_get(entry, "static"))
					  ? "static"
					  : age);
	}
	table_print(&table, show->brief);
	return (unsigned)i;
}
