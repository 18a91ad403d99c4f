// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_json_captures.c - the entries of captures: as canonical JSON
 */
#include <stdlib.h>
#include <string.h>

#include "cli/lab/lab_json.h"

static json_t *capture_to_json(const struct lab_capture *capture)
{
	bool is_port = strpbrk(capture->target, ":/") != NULL;
	json_t *object;
	char *code;
	int bad = 0;

	object = json_pack("{s:s, s:s}", is_port ? "port" : "network",
			   capture->target, "file", capture->file);
	if (capture->filter[0])
		bad |= json_object_set_new(object, "filter",
					   json_string(capture->filter));
	if (capture->snaplen)
		bad |= json_object_set_new(object, "snaplen",
					   json_integer(capture->snaplen));
	if (capture->code.count) {
		code = filter_code_format(&capture->code);
		bad |= json_object_set_new(object, "code", json_string(code));
		free(code);
	}
	if (!bad)
		return object;
	json_decref(object);
	return NULL;
}

json_t *lab_captures_to_json(const struct lab *lab)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < lab->capture_count; i++) {
		if (!json_array_append_new(list,
					   capture_to_json(&lab->captures[i])))
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}
