// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * graph_svg.c - a lab as a picture, without any other program
 *
 * Theory of operation
 *
 * It is drawn as a wiring plan: networks are lines from left to right, below
 * each other; nodes and uplinks are boxes in one row above them, each with a
 * leg for each of its ports down to the network that the port is in, where a
 * dot says that they meet. Legs to NICs of the host end below all networks. A
 * leg has the column of its label to itself, so nothing ever covers a word,
 * and nobody has to look for a layout.
 *
 * Widths of words are guessed, on the wide side: who draws the picture has the
 * fonts. The size is known when all boxes are there, so they go to memory
 * first.
 */
#include "cli/cmd/graph.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/cmd/xml_text.h"
#include "core/util.h"

#define CHAR_WIDTH 8
#define MARGIN 20
#define BOX_TOP 40
#define BOX_HEIGHT 44
#define ROW_HEIGHT 64
#define BASELINE 5

/**
 * struct picture - what is drawn so far
 * @body:	boxes and legs
 * @graph:	of what
 * @left:	where the boxes begin; names of networks are left of it
 * @x:		where the next leg goes
 * @begin:	where its box began
 */
struct picture {
	FILE *body;
	const json_t *graph;
	int left;
	int x;
	int begin;
};

/**
 * struct leg - from a box to a network or a NIC
 * @name:	of the port
 * @label:	what is said of it
 * @network:	place among the networks; their count: none
 * @nic:	of the host, where there is no network
 * @is_idle:	nothing passes
 */
struct leg {
	const char *name;
	const char *label;
	size_t network;
	const char *nic;
	bool is_idle;
};

static const char style[] =
	"<style>"
	"text{font:13px monospace;fill:#222}"
	".small{font-size:11px;fill:#555}"
	".box{fill:#eef4fb;stroke:#36648b;stroke-width:1.5}"
	".bond{fill:#fdf3e1;stroke:#a8701a;stroke-width:1.5}"
	".outside{fill:#fff;stroke:#888;stroke-dasharray:4 3}"
	".net{stroke:#36648b;stroke-width:4;stroke-linecap:round}"
	".leg{stroke:#36648b;stroke-width:1.5}"
	".idle{stroke:#999;stroke-width:1.5;stroke-dasharray:4 3}"
	".dot{fill:#36648b}"
	"</style>\n";

static int width_of(const char *text)
{
	int width = 0;

	for (; text && *text; text++)
		width += (*text & 0xc0) != 0x80 ? CHAR_WIDTH : 0;
	return width;
}

static void put_text(FILE *out, int x, int y, const char *class,
		     const char *text)
{
	if (!text || !*text)
		return;
	fprintf(out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
	xml_put(out, text);
	fputs("</text>\n", out);
}

static size_t network_count(const struct picture *picture)
{
	return json_array_size(json_object_get(picture->graph, "networks"));
}

static int row_of(size_t network)
{
	return BOX_TOP + BOX_HEIGHT + (int)(network + 1) * ROW_HEIGHT;
}

static size_t find_network(const struct picture *picture, const char *name)
{
	json_t *network;
	size_t i;

	json_array_foreach(json_object_get(picture->graph, "networks"), i,
			   network)
	{
		const char *own = text_of(network, "name");

		if (own && name && strcmp(own, name) == 0)
			break;
	}
	return i;
}

static void draw_leg(struct picture *picture, const struct leg *leg)
{
	bool is_nic = leg->network == network_count(picture);
	int y = row_of(leg->network), x = picture->x + MARGIN / 2;
	int width = MAX(width_of(leg->name), width_of(leg->label));

	fprintf(picture->body,
		"<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" "
		"class=\"%s\"/>\n",
		x, BOX_TOP + BOX_HEIGHT, x, y, leg->is_idle ? "idle" : "leg");
	if (!is_nic)
		fprintf(picture->body,
			"<circle cx=\"%d\" cy=\"%d\" r=\"5\" "
			"class=\"dot\"/>\n",
			x, y);
	put_text(picture->body, x + 6, y - 24, "small", leg->name);
	put_text(picture->body, x + 6, y - 10, "small", leg->label);
	put_text(picture->body, x + 6, y + BASELINE, "",
		 is_nic ? leg->nic : "");
	picture->x += MAX(width, width_of(leg->nic)) + MARGIN;
}

/* The box over all legs since the last one. */
static void draw_box(struct picture *picture, const char *class,
		     const char *name, const char *label)
{
	int width = MAX(width_of(name), width_of(label)) + MARGIN;
	int x = picture->begin;

	width = MAX(width, picture->x - x);
	fprintf(picture->body,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" "
		"class=\"%s\"/>\n",
		x, BOX_TOP, width, BOX_HEIGHT, class);
	put_text(picture->body, x + MARGIN / 2, BOX_TOP + 18, "", name);
	put_text(picture->body, x + MARGIN / 2, BOX_TOP + 35, "small", label);
	picture->x = picture->begin = x + width + MARGIN;
}

static void draw_outside(struct picture *picture)
{
	char name[GRAPH_TEXT_SIZE];
	bool has_any = false;
	json_t *network;
	size_t i;

	json_array_foreach(json_object_get(picture->graph, "networks"), i,
			   network)
	{
		const char *own = text_of(network, "name");
		struct leg leg = {name, text_of(network, "gateway"), i, NULL,
				  false};

		if (!own || !leg.label)
			continue;
		snprintf(name, sizeof(name), "%s/gateway", own);
		draw_leg(picture, &leg);
		has_any = true;
	}
	if (has_any)
		draw_box(picture, "outside", "outside", NULL);
}

static void draw_node(struct picture *picture, const json_t *node)
{
	const char *name = text_of(node, "name");
	char label[GRAPH_TEXT_SIZE];
	struct leg leg = {0};
	json_t *port;
	size_t i;

	json_array_foreach(json_object_get(picture->graph, "ports"), i, port)
	{
		const char *of = text_of(port, "node");

		leg.network = find_network(picture, text_of(port, "network"));
		if (!of || !name || strcmp(of, name) != 0 ||
		    leg.network == network_count(picture))
			continue;
		leg.name = text_of(port, "port");
		leg.label = graph_port_label(port, label);
		leg.is_idle = json_is_false(json_object_get(port, "carrier"));
		draw_leg(picture, &leg);
	}
	draw_box(picture, "box", name, graph_node_label(node, label));
}

static void draw_uplink(struct picture *picture, const json_t *uplink)
{
	struct leg leg = {.name = text_of(uplink, "uplink")};
	char label[GRAPH_TEXT_SIZE];
	json_t *member;
	size_t i;

	leg.network = find_network(picture, text_of(uplink, "network"));
	leg.is_idle = json_is_false(json_object_get(uplink, "carrier"));
	if (leg.network < network_count(picture))
		draw_leg(picture, &leg);
	json_array_foreach(json_object_get(uplink, "members"), i, member)
	{
		bool is_cable = graph_member_is_cable(member);

		leg.name = text_of(member, "member");
		leg.label = graph_member_label(member, label);
		leg.is_idle = graph_member_is_idle(member);
		leg.nic = is_cable ? NULL : text_of(member, "to");
		leg.network =
			is_cable ? find_network(picture, text_of(member, "to"))
				 : network_count(picture);
		if (!is_cable || leg.network < network_count(picture))
			draw_leg(picture, &leg);
	}
	draw_box(picture, "bond", text_of(uplink, "uplink"),
		 graph_uplink_label(uplink, label));
}

static void draw_things(struct picture *picture)
{
	const json_t *networks = json_object_get(picture->graph, "networks");
	char label[GRAPH_TEXT_SIZE];
	json_t *entry;
	size_t i;

	json_array_foreach(networks, i, entry)
	{
		picture->left =
			MAX(picture->left,
			    MAX(width_of(text_of(entry, "name")),
				width_of(graph_network_label(entry, label))));
	}
	picture->left += 2 * MARGIN;
	picture->x = picture->begin = picture->left;
	draw_outside(picture);
	json_array_foreach(json_object_get(picture->graph, "nodes"), i, entry)
		draw_node(picture, entry);
	json_array_foreach(json_object_get(picture->graph, "uplinks"), i, entry)
		draw_uplink(picture, entry);
}

static void put_head(FILE *out, const struct picture *picture)
{
	int height = row_of(network_count(picture)) + MARGIN;
	char label[GRAPH_TEXT_SIZE];
	json_t *network;
	size_t i;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
		picture->x, height, picture->x, height);
	xml_put(out, text_of(picture->graph, "lab"));
	fputs("</title>\n", out);
	fputs(style, out);
	fputs("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n", out);
	put_text(out, MARGIN, MARGIN + BASELINE, "",
		 text_of(picture->graph, "lab"));
	json_array_foreach(json_object_get(picture->graph, "networks"), i,
			   network)
	{
		fprintf(out,
			"<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" "
			"class=\"net\"/>\n",
			MARGIN, row_of(i), picture->x - MARGIN, row_of(i));
		put_text(out, MARGIN, row_of(i) - 24, "",
			 text_of(network, "name"));
		put_text(out, MARGIN, row_of(i) - 10, "small",
			 graph_network_label(network, label));
	}
}

void graph_print_svg(FILE *out, const json_t *graph)
{
	struct picture picture = {.graph = graph};
	char *body = NULL;
	size_t size;

	picture.body = open_memstream(&body, &size);
	if (!picture.body)
		return;
	draw_things(&picture);
	fclose(picture.body);
	put_head(out, &picture);
	fputs(body, out);
	fputs("</svg>\n", out);
	free(body);
}
