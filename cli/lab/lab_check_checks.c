// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_check_checks.c - checks against the nodes that they name
 */
#include "cli/lab/check_host.h"
#include "cli/lab/lab_build.h"
#include "cli/lab/schema_check.h"
#include "cli/lab/suggest.h"

struct node_settings *lab_resolve_node(struct lab_build *build, struct tree *at,
				       const char *name)
{
	struct node_settings *node = lab_lookup_node(build->lab, name);
	char text[SUGGEST_TEXT_SIZE];
	struct suggest suggest;

	if (node)
		return node;
	suggest_init(&suggest, name);
	for (unsigned i = 0;
	     i < build->lab->node_count && !diag_is_full(build->diag); i++) {
		const char *known = build->lab->nodes[i].name;

		suggest_offer(&suggest, known, known);
	}
	diag_error(build->diag, at, "no node is called '%.40s'%s", name,
		   suggest_format(&suggest, text));
	return NULL;
}

static void check_from(struct lab_build *build, struct check_settings *check,
		       struct tree *from)
{
	struct node_settings *node;

	node = lab_resolve_node(build, from, from->text);
	if (!node)
		return;
	check->from = (uint32_t)(node - build->lab->nodes);
	if (node->kind == NODE_EXTERNAL)
		diag_error(build->diag, from,
			   "'%s' is external: weft can't run anything there",
			   node->name);
}

static void check_target(struct lab_build *build,
			 const struct check_settings *check,
			 struct tree *target)
{
	const struct node_settings *node;
	struct check_host host;

	check_host_parse(check->kind, check->target, &host);
	if (!host.is_node)
		return;
	node = lab_resolve_node(build, target, host.name);
	if (!node)
		return;
	if (!node->nic_count)
		diag_error(build->diag, target,
			   "node '%s' has no NIC to be reached at", node->name);
	else if (host.nic >= (int)node->nic_count)
		diag_error(build->diag, target,
			   "node '%s' has no port %d: its last is %s:%u",
			   node->name, host.nic, node->name,
			   node->nic_count - 1);
}

static void check_is(struct lab_build *build,
		     const struct check_settings *check, struct tree *is)
{
	uint32_t addr;

	if (ipv4_parse(check->is, &addr))
		lab_resolve_node(build, is, check->is);
}

static bool is_usable(const struct tree *value)
{
	return value && !value->bad;
}

void lab_check_checks(struct lab_build *build)
{
	for (unsigned i = 0; i < build->lab->check_count; i++) {
		struct check_settings *check = &build->lab->checks[i];
		struct tree *at = build->check_at[i];
		struct tree *from = tree_lookup(at, "from");
		struct tree *is = tree_lookup(at, "is");
		struct tree *target;

		if (is_usable(from) && from->kind == TREE_SCALAR)
			check_from(build, check, from);
		if (at->bad || check->kind == CHECK_KIND_COUNT)
			continue;
		target = tree_lookup(at, check_kind_names[check->kind]);
		if (is_usable(target))
			check_target(build, check, target);
		if (is_usable(is) && check->is[0])
			check_is(build, check, is);
	}
}
