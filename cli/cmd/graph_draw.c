// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * graph_draw.c - a lab in the languages of Graphviz and Mermaid
 *
 * Things get identifiers of our own (n0, m0, u0), so a name is only ever text
 * within quotes, where both languages have few characters that mean something.
 */
#include "cli/cmd/graph.h"

#include <string.h>

#include "cli/cmd/print.h"

/**
 * struct language - how one of them says it
 * @escape:	prints a character that means something in quotes; false: not
 * one
 * @newline:	a line break in a label
 * @begin:	the first line or lines
 * @end:	the last
 * @outside:	the node that stands for what is behind a gateway
 * @network:	what stands between identifier and label of a network
 * @node:	the same of a node
 * @close_network: what stands behind its label
 * @close_node:	the same of a node
 * @uplink:	the same of an uplink
 * @close_uplink: what stands behind its label
 * @nic:	the same of a NIC of the host
 * @close_nic:	what stands behind its label
 * @idle:	as @link, for what carries nothing
 * @link:	between where a port comes from and its label
 * @close_link:	what stands behind its label
 * @has_end_first: the network stands in front of the label, not behind it
 */
struct language {
	bool (*escape)(FILE *out, char c);
	const char *newline;
	const char *begin;
	const char *end;
	const char *outside;
	const char *network;
	const char *close_network;
	const char *node;
	const char *close_node;
	const char *uplink;
	const char *close_uplink;
	const char *nic;
	const char *close_nic;
	const char *idle;
	const char *link;
	const char *close_link;
	bool has_end_first;
};

/* DOT: in a quoted string a quote and a backslash take a backslash. */
static bool escape_dot(FILE *out, char c)
{
	if (c != '"' && c != '\\')
		return false;
	fprintf(out, "\\%c", c);
	return true;
}

/* Mermaid reads HTML in labels, and entities that begin with #. */
static bool escape_mermaid(FILE *out, char c)
{
	if (!strchr("\"#<>&;`\\", c))
		return false;
	fprintf(out, "#%d;", c);
	return true;
}

static const struct language dot = {
	.escape = escape_dot,
	.newline = "\\n",
	.begin = "graph lab {\n"
		 "\tgraph [overlap=false, splines=true];\n"
		 "\tnode [fontname=\"sans-serif\"];\n"
		 "\tedge [fontname=\"sans-serif\", fontsize=10];\n",
	.end = "}\n",
	.outside = "\toutside [shape=plaintext, label=\"outside\"];\n",
	.network = " [shape=box, style=rounded, label=\"",
	.close_network = "\"];\n",
	.node = " [shape=ellipse, label=\"",
	.close_node = "\"];\n",
	.uplink = " [shape=hexagon, label=\"",
	.close_uplink = "\"];\n",
	.nic = " [shape=plaintext, label=\"",
	.close_nic = "\"];\n",
	.idle = " [style=dashed, label=\"",
	.link = " [label=\"",
	.close_link = "\"];\n",
	.has_end_first = true,
};

static const struct language mermaid = {
	.escape = escape_mermaid,
	.newline = "<br/>",
	.begin = "graph LR\n",
	.end = "",
	.outside = "\toutside((\"outside\"))\n",
	.network = "[[\"",
	.close_network = "\"]]\n",
	.node = "([\"",
	.close_node = "\"])\n",
	.uplink = "{{\"",
	.close_uplink = "\"}}\n",
	.nic = "[\"",
	.close_nic = "\"]\n",
	.idle = " -.-|\"",
	.link = " ---|\"",
	.close_link = "\"| ",
};

static void quote(FILE *out, const struct language *language, const char *text)
{
	char before = 0;

	for (; text && *text; before = *text++) {
		if (is_control(before, *text))
			fputc('?', out);
		else if (!language->escape(out, *text))
			fputc(*text, out);
	}
}

/* Name and label, on two lines. */
static void quote_both(FILE *out, const struct language *language,
		       const char *name, const char *label)
{
	quote(out, language, name);
	if (*label)
		fputs(language->newline, out);
	quote(out, language, label);
}

/* Its place in an array of things with names; their count if there is none. */
static size_t place_of(const json_t *array, const char *name)
{
	json_t *entry;
	size_t i;

	json_array_foreach(array, i, entry)
	{
		const char *own = text_of(entry, "name");

		if (own && name && strcmp(own, name) == 0)
			break;
	}
	return i;
}

/**
 * struct edge - a line between two things
 * @from:	identifier
 * @to:		identifier
 * @label:	name, and what is said of it
 * @is_idle:	nothing passes
 */
struct edge {
	char from[32];
	char to[32];
	const char *label[2];
	bool is_idle;
};

static void draw_edge(FILE *out, const struct language *language,
		      const struct edge *edge)
{
	fprintf(out, "\t%s", edge->from);
	if (language->has_end_first)
		fprintf(out, " -- %s", edge->to);
	fputs(edge->is_idle ? language->idle : language->link, out);
	quote_both(out, language, edge->label[0], edge->label[1]);
	fputs(language->close_link, out);
	if (!language->has_end_first)
		fprintf(out, "%s\n", edge->to);
}

static void draw_link(FILE *out, const struct language *language,
		      const char *from, size_t network, const char *label[2])
{
	struct edge edge = {.label = {label[0], label[1]}};

	snprintf(edge.from, sizeof(edge.from), "%s", from);
	snprintf(edge.to, sizeof(edge.to), "n%zu", network);
	draw_edge(out, language, &edge);
}

static void draw_ports(FILE *out, const struct language *language,
		       const json_t *graph)
{
	const json_t *networks = json_object_get(graph, "networks");
	const json_t *nodes = json_object_get(graph, "nodes");
	char text[GRAPH_TEXT_SIZE], from[32];
	size_t i, node, network;
	json_t *port;

	json_array_foreach(json_object_get(graph, "ports"), i, port)
	{
		const char *label[2] = {text_of(port, "port"),
					graph_port_label(port, text)};

		node = place_of(nodes, text_of(port, "node"));
		network = place_of(networks, text_of(port, "network"));
		if (node == json_array_size(nodes) ||
		    network == json_array_size(networks))
			continue;
		snprintf(from, sizeof(from), "m%zu", node);
		draw_link(out, language, from, network, label);
	}
}

static void draw_gateways(FILE *out, const struct language *language,
			  const json_t *networks)
{
	char name[GRAPH_TEXT_SIZE];
	bool has_outside = false;
	json_t *network;
	size_t i;

	json_array_foreach(networks, i, network)
	{
		const char *label[2] = {name, text_of(network, "gateway")};

		if (!label[1] || !text_of(network, "name"))
			continue;
		if (!has_outside)
			fputs(language->outside, out);
		has_outside = true;
		snprintf(name, sizeof(name), "%s/gateway",
			 text_of(network, "name"));
		draw_link(out, language, "outside", i, label);
	}
}

/* To a network that is drawn already, or to a NIC that is drawn first. */
static void draw_member(FILE *out, const struct language *language,
			const json_t *graph, const json_t *member,
			struct edge *edge)
{
	const json_t *networks = json_object_get(graph, "networks");
	size_t network = place_of(networks, text_of(member, "to"));
	char text[GRAPH_TEXT_SIZE];

	edge->label[0] = text_of(member, "member");
	edge->label[1] = graph_member_label(member, text);
	edge->is_idle = graph_member_is_idle(member);
	if (!graph_member_is_cable(member)) {
		fprintf(out, "\t%s%s", edge->to, language->nic);
		quote_both(out, language, text_of(member, "to"), "NIC");
		fputs(language->close_nic, out);
	} else if (network < json_array_size(networks)) {
		snprintf(edge->to, sizeof(edge->to), "n%zu", network);
	} else {
		return;
	}
	draw_edge(out, language, edge);
}

static void draw_uplink(FILE *out, const struct language *language,
			const json_t *graph, size_t place)
{
	const json_t *networks = json_object_get(graph, "networks");
	const json_t *uplink =
		json_array_get(json_object_get(graph, "uplinks"), place);
	size_t network = place_of(networks, text_of(uplink, "network"));
	const char *label[2] = {text_of(uplink, "uplink"), ""};
	struct edge edge = {0};
	char text[GRAPH_TEXT_SIZE];
	json_t *member;
	size_t i;

	snprintf(edge.from, sizeof(edge.from), "u%zu", place);
	fprintf(out, "\t%s%s", edge.from, language->uplink);
	quote_both(out, language, label[0], graph_uplink_label(uplink, text));
	fputs(language->close_uplink, out);
	if (network < json_array_size(networks))
		draw_link(out, language, edge.from, network, label);
	json_array_foreach(json_object_get(uplink, "members"), i, member)
	{
		snprintf(edge.to, sizeof(edge.to), "u%zuh%zu", place, i);
		draw_member(out, language, graph, member, &edge);
	}
}

static void draw(FILE *out, const struct language *language,
		 const json_t *graph)
{
	const json_t *networks = json_object_get(graph, "networks");
	char label[GRAPH_TEXT_SIZE];
	json_t *entry;
	size_t i;

	fputs(language->begin, out);
	json_array_foreach(networks, i, entry)
	{
		fprintf(out, "\tn%zu%s", i, language->network);
		quote_both(out, language, text_of(entry, "name"),
			   graph_network_label(entry, label));
		fputs(language->close_network, out);
	}
	json_array_foreach(json_object_get(graph, "nodes"), i, entry)
	{
		fprintf(out, "\tm%zu%s", i, language->node);
		quote_both(out, language, text_of(entry, "name"),
			   graph_node_label(entry, label));
		fputs(language->close_node, out);
	}
	draw_gateways(out, language, networks);
	draw_ports(out, language, graph);
	for (i = 0; i < json_array_size(json_object_get(graph, "uplinks")); i++)
		draw_uplink(out, language, graph, i);
	fputs(language->end, out);
}

void graph_print_dot(FILE *out, const json_t *graph)
{
	draw(out, &dot, graph);
}

void graph_print_mermaid(FILE *out, const json_t *graph)
{
	draw(out, &mermaid, graph);
}
