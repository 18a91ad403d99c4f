// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * graph_text.c - a lab as a tree per network, for people
 *
 *	wan (nat 10.20.0.0/24)
 *	|-- wan/gateway  10.20.0.1
 *	|-- web1:0       10.20.0.100
 *	`-- router:0     10.20.0.101
 *
 *	office (bridge)
 *	|-- desk:0
 *	`-- bond0           active-backup
 *	    |-- bond0/eth1  NIC eth1, active
 *	    `-- bond0/eth2  NIC eth2, backup
 */
#include "cli/cmd/graph.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "core/util.h"

#define NAME_SIZE 128

/**
 * struct branch - a line under a network
 * @name:	of the port
 * @label:	what is said of it
 * @is_member:	under the uplink before it, not under the network
 */
struct branch {
	char name[NAME_SIZE];
	char label[GRAPH_TEXT_SIZE];
	bool is_member;
};

/**
 * struct tree - the lines under a network
 * @branches:	room for all that a graph has
 * @count:	how many there are
 */
struct tree {
	struct branch *branches;
	size_t count;
};

static bool is_called(const json_t *object, const char *key, const char *name)
{
	const char *own = text_of(object, key);

	return own && name && strcmp(own, name) == 0;
}

static struct branch *add_branch(struct tree *tree, const char *name)
{
	struct branch *branch = &tree->branches[tree->count++];

	*branch = (struct branch){0};
	snprintf(branch->name, NAME_SIZE, "%s", name ? name : "?");
	return branch;
}

static void add_members(struct tree *tree, const json_t *uplink)
{
	char state[GRAPH_TEXT_SIZE];
	struct branch *branch;
	json_t *member;
	size_t i;

	json_array_foreach(json_object_get(uplink, "members"), i, member)
	{
		const char *to = text_of(member, "to");

		branch = add_branch(tree, text_of(member, "member"));
		branch->is_member = true;
		graph_member_label(member, state);
		snprintf(branch->label, GRAPH_TEXT_SIZE, "%s %s%s%.128s",
			 graph_member_is_cable(member) ? "network" : "NIC",
			 to ? to : "?", *state ? ", " : "", state);
	}
}

/* The other ends of cables, called as labd calls them: "bond0/switch1~". */
static void add_cables(struct tree *tree, const json_t *uplink,
		       const char *network)
{
	const char *name = text_of(uplink, "uplink");
	struct branch *branch;
	json_t *member;
	size_t i, len;

	json_array_foreach(json_object_get(uplink, "members"), i, member)
	{
		if (!graph_member_is_cable(member) ||
		    !is_called(member, "to", network))
			continue;
		branch = add_branch(tree, text_of(member, "member"));
		len = strlen(branch->name);
		snprintf(branch->name + len, NAME_SIZE - len, "~");
		snprintf(branch->label, GRAPH_TEXT_SIZE, "uplink %s",
			 name ? name : "?");
	}
}

static void add_uplinks(struct tree *tree, const json_t *graph,
			const char *network)
{
	const json_t *uplinks = json_object_get(graph, "uplinks");
	json_t *uplink;
	size_t i;

	json_array_foreach(uplinks, i, uplink)
	{
		if (!is_called(uplink, "network", network))
			continue;
		graph_uplink_label(
			uplink,
			add_branch(tree, text_of(uplink, "uplink"))->label);
		add_members(tree, uplink);
	}
	json_array_foreach(uplinks, i, uplink)
		add_cables(tree, uplink, network);
}

static void find_branches(struct tree *tree, const json_t *graph,
			  const json_t *network)
{
	const char *name = text_of(network, "name");
	const char *gateway = text_of(network, "gateway");
	char text[NAME_SIZE];
	json_t *port;
	size_t i;

	tree->count = 0;
	if (gateway && name) {
		snprintf(text, sizeof(text), "%s/gateway", name);
		snprintf(add_branch(tree, text)->label, GRAPH_TEXT_SIZE, "%s",
			 gateway);
	}
	json_array_foreach(json_object_get(graph, "ports"), i, port)
	{
		if (is_called(port, "network", name))
			graph_port_label(
				port,
				add_branch(tree, text_of(port, "port"))->label);
	}
	add_uplinks(tree, graph, name);
}

/* Is there another branch of its kind behind the one at @i? */
static bool goes_on(const struct tree *tree, size_t i, bool is_member)
{
	for (i++; i < tree->count; i++) {
		if (tree->branches[i].is_member == is_member)
			return true;
		if (is_member)
			break;
	}
	return false;
}

static int width_of(const struct branch *branch)
{
	return (int)strlen(branch->name) + (branch->is_member ? 4 : 0);
}

static void print_branches(FILE *out, const struct tree *tree)
{
	const struct branch *branch;
	int width = 0;
	size_t i;

	for (i = 0; i < tree->count; i++)
		width = MAX(width, width_of(&tree->branches[i]));
	for (i = 0; i < tree->count; i++) {
		branch = &tree->branches[i];
		if (branch->is_member)
			fputs(goes_on(tree, i, false) ? "|   " : "    ", out);
		fputs(goes_on(tree, i, branch->is_member) ? "|-- " : "`-- ",
		      out);
		print_safe(out, branch->name);
		if (branch->label[0])
			fprintf(out, "%*s", width + 2 - width_of(branch), "");
		print_safe(out, branch->label);
		fputc('\n', out);
	}
}

static void print_nodes(FILE *out, const json_t *graph)
{
	char label[GRAPH_TEXT_SIZE];
	json_t *node;
	size_t i;

	json_array_foreach(json_object_get(graph, "nodes"), i, node)
	{
		fputs(i ? ", " : "\nnodes: ", out);
		print_safe(out, text_of(node, "name"));
		fputs(" (", out);
		print_safe(out, graph_node_label(node, label));
		fputc(')', out);
	}
	if (i)
		fputc('\n', out);
}

/* Uplinks that no network goes out through have a tree of their own. */
static void print_unused(FILE *out, const json_t *graph, struct tree *tree)
{
	char label[GRAPH_TEXT_SIZE];
	json_t *uplink;
	size_t i;

	json_array_foreach(json_object_get(graph, "uplinks"), i, uplink)
	{
		if (text_of(uplink, "network"))
			continue;
		fputc('\n', out);
		print_safe(out, text_of(uplink, "uplink"));
		fputs(" (uplink of no network", out);
		fputs(*graph_uplink_label(uplink, label) ? ", " : "", out);
		print_safe(out, label);
		fputs(")\n", out);
		tree->count = 0;
		add_members(tree, uplink);
		for (size_t k = 0; k < tree->count; k++)
			tree->branches[k].is_member = false;
		print_branches(out, tree);
	}
}

/* Most lines that one tree can have: each port, each uplink, each cable. */
static size_t count_branches(const json_t *graph)
{
	size_t i, count = json_array_size(json_object_get(graph, "ports")) + 1;
	json_t *uplink;

	json_array_foreach(json_object_get(graph, "uplinks"), i, uplink)
		count +=
		1 + 2 * json_array_size(json_object_get(uplink, "members"));
	return count;
}

void graph_print_text(FILE *out, const json_t *graph)
{
	char label[GRAPH_TEXT_SIZE];
	struct tree tree = {0};
	json_t *network;
	size_t i;

	tree.branches = calloc(count_branches(graph), sizeof(*tree.branches));
	if (!tree.branches)
		return;
	json_array_foreach(json_object_get(graph, "networks"), i, network)
	{
		if (i)
			fputc('\n', out);
		print_safe(out, text_of(network, "name"));
		fputs(" (", out);
		print_safe(out, graph_network_label(network, label));
		fputs(")\n", out);
		find_branches(&tree, graph, network);
		print_branches(out, &tree);
	}
	print_unused(out, graph, &tree);
	free(tree.branches);
	print_nodes(out, graph);
}
