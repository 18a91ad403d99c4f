// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_json_checks.c - the checks of a lab as canonical JSON
 */
#include "cli/lab/lab_json.h"
#include "cli/lab/schema_check.h"

static json_t *check_to_json(const struct lab *lab,
			     const struct check_settings *check)
{
	json_t *object = json_object();
	int bad = 0;

	if (check->name[0])
		bad |= json_object_set_new(object, "name",
					   json_string(check->name));
	bad |= json_object_set_new(object, "from",
				   json_string(lab->nodes[check->from].name));
	bad |= json_object_set_new(object, check_kind_names[check->kind],
				   json_string(check->target));
	if (check->status)
		bad |= json_object_set_new(object, "status",
					   json_integer(check->status));
	if (check->is[0])
		bad |= json_object_set_new(object, "is",
					   json_string(check->is));
	bad |= json_object_set_new(
		object, "expect",
		json_string(check->expect_fail ? "fail" : "ok"));
	bad |= json_object_set_new(object, "timeout",
				   json_sprintf("%ums", check->timeout_ms));
	if (!bad)
		return object;
	json_decref(object);
	return NULL;
}

json_t *lab_checks_to_json(const struct lab *lab)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < lab->check_count; i++) {
		if (!json_array_append_new(list,
					   check_to_json(lab, &lab->checks[i])))
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}
