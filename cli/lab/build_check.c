// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_check.c - one entry of checks:, and what its keys mean together
 */
#include <string.h>

#include "cli/lab/check_host.h"
#include "cli/lab/lab_build.h"
#include "cli/lab/schema_check.h"

#define STATUS_OK 200

void *build_check_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct lab_build *build = parent;
	struct check_settings *check;
	struct lab *lab = build->lab;

	if (lab->check_count == LAB_MAX_CHECKS) {
		diag_error(run->diag, item, "more than %d checks",
			   LAB_MAX_CHECKS);
		return NULL;
	}
	build->check_at[lab->check_count] = item;
	check = &lab->checks[lab->check_count++];
	check->kind = CHECK_KIND_COUNT;
	schema_default(run, type_checks.item, check);
	return check;
}

/* Which of the keys that name a kind is there; its value, or NULL. */
static struct tree *choose_kind(struct schema_run *run,
				struct check_settings *check, struct tree *map)
{
	struct tree *found = NULL;

	for (int kind = 0; kind < CHECK_KIND_COUNT; kind++) {
		struct tree *value = tree_lookup(map, check_kind_names[kind]);

		if (!value)
			continue;
		if (found) {
			diag_error(run->diag, value->key,
				   "'%s' and '%s' in one check: make two of it",
				   found->key->text, value->key->text);
			return NULL;
		}
		found = value;
		check->kind = (enum check_kind)kind;
	}
	if (!found)
		diag_error(run->diag, map,
			   "a check needs one of ping, tcp, http, dns and "
			   "exec, as in '{ from: web1, ping: router }'");
	return found;
}

static void goes_with(struct schema_run *run,
		      const struct check_settings *check, struct tree *map,
		      const char *key, enum check_kind kind)
{
	struct tree *value = tree_lookup(map, key);

	if (value && check->kind != kind)
		diag_error(run->diag, value->key,
			   "'%s' goes with '%s' only, and this is '%s'", key,
			   check_kind_names[kind],
			   check_kind_names[check->kind]);
}

void build_check_end(struct schema_run *run, void *at, struct tree *map)
{
	struct check_settings *check = at;
	struct tree *target = choose_kind(run, check, map);
	struct check_host host;
	const char *wrong;

	if (!target)
		return;
	goes_with(run, check, map, "status", CHECK_HTTP);
	goes_with(run, check, map, "is", CHECK_DNS);
	if (check->kind == CHECK_HTTP && !check->status)
		check->status = STATUS_OK;
	if (target->bad)
		return;
	wrong = check_host_parse(check->kind, check->target, &host);
	if (wrong)
		diag_error(run->diag, target, "'%.60s' %s", target->text,
			   wrong);
}
