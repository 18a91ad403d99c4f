// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * graph_text.c - a lab as a tree per network, for people
 *
 *	wan (nat 10.20.0.0/24)
 *	|-- wan/gateway  10.20.0.1
 *	|-- web1:0       10.20.0.100
 *	`-- router:0     10.20.0.101
 */
#include "cli/cmd/graph.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "core/util.h"

#define NAME_SIZE 128

/**
 * struct branch - a line under a network
 * @name:	of the port
 * @label:	what is said of it
 */
struct branch {
	char name[NAME_SIZE];
	char label[GRAPH_TEXT_SIZE];
};

static bool is_on(const json_t *port, const char *network)
{
	const char *of = text_of(port, "network");

	return of && network && strcmp(of, network) == 0;
}

/* The lines of a network; @branches has room for all ports and a gateway. */
static size_t find_branches(const json_t *graph, const json_t *network,
			    struct branch *branches)
{
	const char *name = text_of(network, "name");
	const char *gateway = text_of(network, "gateway");
	size_t i, count = 0;
	json_t *port;

	if (gateway && name) {
		snprintf(branches[0].name, NAME_SIZE, "%s/gateway", name);
		snprintf(branches[0].label, GRAPH_TEXT_SIZE, "%s", gateway);
		count = 1;
	}
	json_array_foreach(json_object_get(graph, "ports"), i, port)
	{
		const char *own = text_of(port, "port");

		if (!is_on(port, name))
			continue;
		snprintf(branches[count].name, NAME_SIZE, "%s",
			 own ? own : "?");
		graph_port_label(port, branches[count++].label);
	}
	return count;
}

static void print_branches(FILE *out, const struct branch *branches,
			   size_t count)
{
	int width = 0;
	size_t i;

	for (i = 0; i < count; i++)
		width = MAX(width, (int)strlen(branches[i].name));
	for (i = 0; i < count; i++) {
		fputs(i + 1 == count ? "`-- " : "|-- ", out);
		print_safe(out, branches[i].name);
		if (branches[i].label[0])
			fprintf(out, "%*s",
				width + 2 - (int)strlen(branches[i].name), "");
		print_safe(out, branches[i].label);
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

void graph_print_text(FILE *out, const json_t *graph)
{
	size_t ports = json_array_size(json_object_get(graph, "ports"));
	struct branch *branches = calloc(ports + 1, sizeof(*branches));
	char label[GRAPH_TEXT_SIZE];
	json_t *network;
	size_t i;

	if (!branches)
		return;
	json_array_foreach(json_object_get(graph, "networks"), i, network)
	{
		if (i)
			fputc('\n', out);
		print_safe(out, text_of(network, "name"));
		fputs(" (", out);
		print_safe(out, graph_network_label(network, label));
		fputs(")\n", out);
		print_branches(out, branches,
			       find_branches(graph, network, branches));
	}
	free(branches);
	print_nodes(out, graph);
}
