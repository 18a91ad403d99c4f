// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_check_captures.c - captures against the lab that they look at
 */
#include <string.h>

#include "cli/lab/capture_target.h"
#include "cli/lab/lab_build.h"

static void check_target(struct lab_build *build,
			 const struct lab_capture *capture, struct tree *at,
			 bool is_network)
{
	struct capture_target target;
	struct err err;

	if (!at || at->bad)
		return;
	if (capture_target_find(build->lab, capture->target, &target, &err))
		diag_error(build->diag, at, "%s", err.msg);
	else if (is_network != (target.kind == CAPTURE_TARGET_NETWORK))
		diag_error(build->diag, at, "'%s' is a %s: write '%s: %s'",
			   capture->target, is_network ? "port" : "network",
			   is_network ? "port" : "network", capture->target);
	else if (target.kind == CAPTURE_TARGET_PORT &&
		 target.nic >= build->lab->nodes[target.place].nic_count)
		diag_error(build->diag, at,
			   "'%s' is a spare NIC: it is in no network when the "
			   "lab starts",
			   capture->target);
}

/* Two writers of one file would leave nobody anything to read. */
static void check_file(struct lab_build *build, unsigned place)
{
	const struct lab_capture *captures = build->lab->captures;
	struct tree *at = tree_lookup(build->capture_at[place], "file");
	unsigned i;

	if (!at || at->bad)
		return;
	for (i = 0; i < place; i++) {
		if (strcmp(captures[i].file, captures[place].file) != 0)
			continue;
		diag_error(build->diag, at,
			   "another capture goes to this file already");
		return;
	}
}

void lab_check_captures(struct lab_build *build)
{
	unsigned i;

	for (i = 0; i < build->lab->capture_count; i++) {
		const struct lab_capture *capture = &build->lab->captures[i];
		struct tree *at = build->capture_at[i];

		if (at->bad)
			continue;
		check_target(build, capture, tree_lookup(at, "port"), false);
		check_target(build, capture, tree_lookup(at, "network"), true);
		check_file(build, i);
	}
}
