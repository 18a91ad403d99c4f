// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_check.c - checks across networks and nodes: names and subnets
 *
 * A bridge network has the subnet of the wire that it is on, which may be
 * another network of the lab: it overlaps with nobody.
 */
#include <stdlib.h>
#include <strings.h>

#include "cli/lab/lab_build.h"
#include "core/addr.h"

#define ENTRIES_MAX (LAB_MAX_NETWORKS + LAB_MAX_NODES + LAB_MAX_UPLINKS)

/**
 * struct entry - something with a name
 * @name:	borrowed from the lab
 * @what:	"network", "node" or "uplink"
 * @at:		where the name stands
 */
struct entry {
	const char *name;
	const char *what;
	struct tree *at;
};

static int entry_compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = strcasecmp(left->name, right->name);

	if (order)
		return order;
	return left->at->order < right->at->order ? -1 : 1;
}

static struct entry entry_of(const char *name, const char *what,
			     struct tree *at)
{
	return (struct entry){name, what, at->key ? at->key : at};
}

static const char *article_of(const char *what)
{
	return what[0] == 'u' ? "an" : "a";
}

static void report_clash(struct lab_build *build, const struct entry *first,
			 const struct entry *again)
{
	if (first->at->line)
		diag_error(build->diag, again->at,
			   "name '%s' is taken: line %u has %s %s of that name",
			   again->name, first->at->line,
			   article_of(first->what), first->what);
	else
		diag_error(build->diag, again->at,
			   "name '%s' is taken: %s %s has it", again->name,
			   article_of(first->what), first->what);
}

void lab_check_names(struct lab_build *build)
{
	struct entry entries[ENTRIES_MAX];
	struct lab *lab = build->lab;
	unsigned i, n = 0;

	for (i = 0; i < lab->network_count; i++)
		entries[n++] = entry_of(lab->networks[i].name, "network",
					build->network_at[i]);
	for (i = 0; i < lab->node_count; i++)
		entries[n++] =
			entry_of(lab->nodes[i].name, "node", build->node_at[i]);
	for (i = 0; i < lab->uplink_count; i++)
		entries[n++] = entry_of(lab->uplinks[i].name, "uplink",
					build->uplink_at[i]);
	if (n > 1)
		qsort(entries, n, sizeof(entries[0]), entry_compare);
	for (i = 1; i < n; i++) {
		if (!strcasecmp(entries[i - 1].name, entries[i].name) &&
		    !entries[i].at->bad)
			report_clash(build, &entries[i - 1], &entries[i]);
	}
}

static void check_pair(struct lab_build *build, unsigned i, unsigned k)
{
	const struct network_settings *a = &build->lab->networks[i];
	const struct network_settings *b = &build->lab->networks[k];
	struct tree *at = tree_lookup(build->network_at[k], "ipv4");
	char ours[IPV4_PREFIX_TEXT_SIZE], theirs[IPV4_PREFIX_TEXT_SIZE];

	if (!at || at->bad || !a->has_ipv4 || !b->has_ipv4 ||
	    a->mode == NETWORK_BRIDGE || b->mode == NETWORK_BRIDGE)
		return;
	if (!ipv4_prefix_contains(&a->ipv4, b->ipv4.addr) &&
	    !ipv4_prefix_contains(&b->ipv4, a->ipv4.addr))
		return;
	diag_error(build->diag, at,
		   "subnet %s overlaps with %s of network '%s'",
		   ipv4_prefix_format(&b->ipv4, ours),
		   ipv4_prefix_format(&a->ipv4, theirs), a->name);
}

void lab_check_networks(struct lab_build *build)
{
	unsigned i, k;

	for (k = 1; k < build->lab->network_count; k++) {
		for (i = 0; i < k; i++)
			check_pair(build, i, k);
	}
}
