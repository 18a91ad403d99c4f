/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_compare.h - which keys of two canonical entries differ, and at what cost
 *
 * Part of lab_diff.c, which says what then is to be done.
 */
#ifndef CLI_LAB_LAB_COMPARE_H
#define CLI_LAB_LAB_COMPARE_H

#include <jansson.h>

#include "cli/lab/schema.h"

/**
 * struct comparison - two documents, or two entries of them
 * @from:	as it is
 * @to:		as it is to be
 * @type:	schema of both: an object
 * @changes:	what differs is appended here
 * @cost:	of the dearest of these; SCHEMA_UNSAID: nothing differs
 * @fallback:	cost of a key that the table says nothing about
 */
struct comparison {
	const json_t *from;
	const json_t *to;
	const struct schema_type *type;
	json_t *changes;
	enum schema_change cost;
	enum schema_change fallback;
};

/**
 * compare_objects() - key by key
 * @prefix:	in front of the keys' names
 * @except:	a key that is left to somebody else, or NULL
 */
void compare_objects(struct comparison *c, const char *prefix,
		     const char *except);

/** compare_nics() - the NICs of two nodes, by their place */
void compare_nics(struct comparison *c);

#endif
