// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_compare.c - which keys of two canonical entries differ, and at what cost
 */
#include "cli/lab/lab_compare.h"

#include <stdio.h>
#include <string.h>

static int add_change(json_t *changes, const char *key, const json_t *from,
		      const json_t *to)
{
	return json_array_append_new(
		changes, json_pack("{s:s, s:O*, s:O*}", "key", key, "from",
				   (json_t *)(uintptr_t)from, "to",
				   (json_t *)(uintptr_t)to));
}

static void compare_cost(struct comparison *c, const char *key)
{
	const struct schema_key *known = schema_lookup(c->type, key);
	enum schema_change cost = known ? known->change : SCHEMA_UNSAID;

	c->cost = MAX(c->cost, cost ? cost : c->fallback);
}

/* Values differ. Down to what was written: "dhcp.lease", not all of dhcp. */
/* NOLINTNEXTLINE(misc-no-recursion): as deep as canonical documents are */
static void add_difference(json_t *changes, const char *key, const json_t *from,
			   const json_t *to)
{
	json_t *value, *other;
	const char *name;
	char path[128];

	if (!json_is_object(from) || !json_is_object(to)) {
		add_change(changes, key, from, to);
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)from, name, value)
	{
		other = json_object_get(to, name);
		snprintf(path, sizeof(path), "%s.%s", key, name);
		if (!json_equal(value, other))
			add_difference(changes, path, value, other);
	}
	json_object_foreach((json_t *)(uintptr_t)to, name, value)
	{
		snprintf(path, sizeof(path), "%s.%s", key, name);
		if (!json_object_get(from, name))
			add_change(changes, path, NULL, value);
	}
}

/* A key that is in either of them, or in both. */
static void compare_key(struct comparison *c, const char *prefix,
			const char *key)
{
	const json_t *from = json_object_get(c->from, key);
	const json_t *to = json_object_get(c->to, key);
	char path[128];

	if (from && to && json_equal(from, to))
		return;
	compare_cost(c, key);
	snprintf(path, sizeof(path), "%s%s", prefix, key);
	add_difference(c->changes, path, from, to);
}

void compare_objects(struct comparison *c, const char *prefix,
		     const char *except)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)c->from, key, value)
	{
		if (!except || strcmp(key, except) != 0)
			compare_key(c, prefix, key);
	}
	json_object_foreach((json_t *)(uintptr_t)c->to, key, value)
	{
		if (!json_object_get(c->from, key))
			compare_key(c, prefix, key);
	}
}

void compare_nics(struct comparison *c)
{
	const struct schema_key *nics = schema_lookup(c->type, "nics");
	const json_t *from = json_object_get(c->from, "nics");
	const json_t *to = json_object_get(c->to, "nics");
	size_t i, n = MAX(json_array_size(from), json_array_size(to));
	char key[32];

	for (i = 0; i < n; i++) {
		struct comparison nic = *c;

		nic.from = json_array_get(from, i);
		nic.to = json_array_get(to, i);
		nic.type = nics->type->item;
		if (nic.from && nic.to) {
			snprintf(key, sizeof(key), "nics[%zu].", i);
			compare_objects(&nic, key, NULL);
			c->cost = nic.cost;
			continue;
		}
		snprintf(key, sizeof(key), "nics[%zu]", i);
		compare_cost(c, "nics");
		add_change(c->changes, key, nic.from, nic.to);
	}
}
