/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * graph.h - networks, nodes and the ports between them, to be drawn
 *
 * A graph is a document of weft.graph/1 (weft-ctl(7)), made of a lab that runs
 * or of a lab file; who draws it can't tell which.
 */
#ifndef CLI_CMD_GRAPH_H
#define CLI_CMD_GRAPH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli/lab/lab.h"

/** GRAPH_TEXT_SIZE - a port's label: its name, addresses, state */
#define GRAPH_TEXT_SIZE 256

/** graph_of_status() - of weft.status/1; a new reference */
json_t *graph_of_status(const json_t *status);

/** graph_of_lab() - of a lab file; a new reference, NULL without memory */
json_t *graph_of_lab(const struct lab *lab);

/** graph_pick() - the members of @from that are listed and there */
json_t *graph_pick(const json_t *from, const char *const keys[]);

/** graph_add_uplinks() - of weft.uplinks/1 */
void graph_add_uplinks(json_t *graph, const json_t *uplinks);

/** graph_add_document() - likewise, of weft.lab/1's document: no states */
void graph_add_document(json_t *graph, const json_t *document);

/** graph_add_lab_uplinks() - likewise, of a lab file */
void graph_add_lab_uplinks(json_t *graph, const struct lab *lab);

/**
 * graph_network_label() - "nat 10.20.0.0/24": what a network is
 * @text:	of GRAPH_TEXT_SIZE; returned
 */
const char *graph_network_label(const json_t *network, char *text);

/** graph_port_label() - "10.20.0.100 down": addresses, and what is not usual */
const char *graph_port_label(const json_t *port, char *text);

/** graph_node_label() - "vm", or "vm, failed" unless it is ready */
const char *graph_node_label(const json_t *node, char *text);

/** graph_uplink_label() - "active-backup", and whether it has no carrier */
const char *graph_uplink_label(const json_t *uplink, char *text);

/** graph_member_label() - "down (link silent)": state, and what users did */
const char *graph_member_label(const json_t *member, char *text);

/** graph_member_is_cable() - to another network; else it is a NIC of the host
 */
bool graph_member_is_cable(const json_t *member);

/** graph_member_is_idle() - is it known to carry nothing? */
bool graph_member_is_idle(const json_t *member);

/** graph_print_text() - a tree per network, for people */
void graph_print_text(FILE *out, const json_t *graph);

/** graph_print_dot() - for Graphviz */
void graph_print_dot(FILE *out, const json_t *graph);

/** graph_print_svg() - a picture of its own */
void graph_print_svg(FILE *out, const json_t *graph);

/** graph_print_mermaid() - for Mermaid, as in Markdown on many forges */
void graph_print_mermaid(FILE *out, const json_t *graph);

#endif
