// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_build.c - a located tree becomes a struct lab
 *
 * Theory of operation
 * -------------------
 * The tables fill the lab (schema.c), links are spelled out, then come the
 * checks that need more than one entry. All of it runs even after mistakes, so
 * that a file's mistakes come in one go; what is marked bad is left out of
 * later judgement. Only a lab without any mistake leaves this file.
 */
#include "cli/lab/lab_build.h"

#include <stdlib.h>
#include <string.h>

static unsigned count_under(const struct tree *root, const char *key)
{
	const struct tree *value = tree_lookup(root, key);

	return value ? value->count : 0;
}

static bool has_mistakes(const struct diagnostics *diag)
{
	return diag->count || diag->more;
}

static void check_all(struct lab_build *build, const struct tree *root)
{
	lab_build_links(build, root);
	lab_check_uplinks(build);
	lab_check_nics(build);
	lab_check_twins(build);
	lab_check_hosts(build);
	lab_check_ipv6(build);
	lab_check_routes(build);
	lab_check_forwards(build);
	lab_check_records(build);
	lab_check_checks(build);
	lab_check_captures(build);
	lab_check_disks(build);
	/* Last: an overlap or a name twice makes no NIC's address wrong. */
	lab_check_networks(build);
	lab_check_names(build);
}

static int reserve(struct lab *lab, const struct tree *root)
{
	unsigned uplinks = count_under(root, "uplinks");
	unsigned checks = count_under(root, "checks");
	unsigned captures = count_under(root, "captures");

	return lab_reserve_uplinks(lab, MIN(uplinks, LAB_MAX_UPLINKS)) ||
	       lab_reserve_checks(lab, MIN(checks, LAB_MAX_CHECKS)) ||
	       lab_reserve_captures(lab, MIN(captures, LAB_MAX_CAPTURES));
}

struct lab *lab_build(struct tree *root, const char *base_dir,
		      struct diagnostics *diag)
{
	struct lab_build *build = calloc(1, sizeof(*build));
	unsigned networks =
		count_under(root, "networks") + count_under(root, "links");
	unsigned nodes = count_under(root, "nodes");
	struct schema_run run = {.diag = diag, .ctx = build};
	struct lab *lab = lab_create(MIN(networks, LAB_MAX_NETWORKS),
				     MIN(nodes, LAB_MAX_NODES));

	if (build && lab && !reserve(lab, root)) {
		build->diag = diag;
		build->lab = lab;
		build->base_dir = base_dir;
		schema_default(&run, &lab_type, build);
		schema_read(&run, &lab_type, root, build);
		memcpy(lab->name, build->name, sizeof(lab->name));
		check_all(build, root);
		lab_derive_macs(lab);
	} else {
		diag_error_at(diag, 0, 0, "out of memory");
	}
	free(build);
	diag_sort(diag);
	if (has_mistakes(diag)) {
		lab_destroy(lab);
		return NULL;
	}
	return lab;
}
