// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_later.c - the parts of the format that are known and not built yet
 *
 * Known, so that weft says "not supported yet" instead of "unknown key", and
 * the manual tells what is meant to come. The keys that lead here are not
 * marked built, so nothing of this is ever read.
 */
#include "cli/lab/lab_build.h"

#define LIST_TYPE(type, what, sample)      \
	const struct schema_type type = {  \
		.name = what,              \
		.kind = SCHEMA_LIST,       \
		.example = sample,         \
		.item = &type_later_entry, \
	}

static const struct schema_type type_later_entry = {
	.name = "entry",
	.kind = SCHEMA_TEXT,
	.example = "{ ... }",
};
LIST_TYPE(type_impair, "impair", "[ { port: \"db1:0\", delay: 20ms } ]");
LIST_TYPE(type_timeline, "timeline", "[ { at: 5s, link-down: \"db1:0\" } ]");
LIST_TYPE(type_isolate, "isolate", "[db1]");
