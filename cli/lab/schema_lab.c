// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_lab.c - the table of a lab file's top level
 */
#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

static const struct schema_type type_name = {
	.name = "name",
	.kind = SCHEMA_TEXT,
	.example = "office",
	.pattern = "^[A-Za-z]([A-Za-z0-9-]{0,29}[A-Za-z0-9])?$",
	.parse = value_name,
};

static const struct schema_type type_version = {
	.name = "format version",
	.kind = SCHEMA_TEXT,
	.example = "1",
	.pattern = "^1$",
	.bare = true,
	.parse = value_version,
};

static const struct schema_type type_link_end = {
	.name = "node name",
	.kind = SCHEMA_TEXT,
	.example = "web1",
};

static const struct schema_type type_link = {
	.name = "link",
	.kind = SCHEMA_LIST,
	.example = "[web1, desk]",
	.item = &type_link_end,
};

static const struct schema_type type_links = {
	.name = "links",
	.kind = SCHEMA_LIST,
	.example = "[ [web1, desk] ]",
	.item = &type_link,
};

static const struct schema_key defaults_keys[] = {
	{
		.name = "node",
		.type = &type_node_defaults,
		.help = "What every node has unless it says otherwise.",
		SCHEMA_MEMBER(lab_build, node_defaults),
		.built = true,
	},
};

static const struct schema_type type_defaults = {
	.name = "defaults",
	.kind = SCHEMA_OBJECT,
	.example = "{ node: { memory: 128M } }",
	SCHEMA_KEYS(defaults_keys),
};

static const struct schema_key lab_keys[] = {
	{
		.name = "lab",
		.type = &type_name,
		.help = "Name of the lab: letters, digits and '-', a letter "
			"first, at most 31. Commands find the lab by it.",
		SCHEMA_MEMBER(lab_build, name),
		.required = true,
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "version",
		.type = &type_version,
		.initial = "1",
		.help = "Version of the file format.",
		SCHEMA_MEMBER(lab_build, version),
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "defaults",
		.type = &type_defaults,
		.help = "What needn't be said again and again.",
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "uplinks",
		.type = &type_uplinks,
		.help = "The host's NICs, and cables inside the lab, alone or "
			"bonded, for bridge networks.",
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "networks",
		.type = &type_networks,
		.help = "The networks, by name. Networks, nodes and uplinks "
			"share one set of names, in which case doesn't count.",
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "nodes",
		.type = &type_nodes,
		.help = "The machines, by name.",
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "links",
		.type = &type_links,
		.help = "Pairs of nodes with a wire of their own: each pair "
			"[A, B] is an internal network called A-B and one more "
			"NIC at the end of A's and of B's list.",
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "impair",
		.type = &type_impair,
		.help = "Delay, loss and other troubles of ports.",
	},
	{
		.name = "captures",
		.type = &type_captures,
		.help = "Captures that run with the lab, into files.",
		.change = SCHEMA_LIVE,
		.built = true,
	},
	{
		.name = "timeline",
		.type = &type_timeline,
		.help = "What happens when, counted from the lab's start.",
	},
	{
		.name = "checks",
		.type = &type_checks,
		.help = "What must hold; 'weft check' tries it.",
		.change = SCHEMA_LIVE,
		.built = true,
	},
};

const struct schema_type lab_type = {
	.name = "lab file",
	.kind = SCHEMA_OBJECT,
	.example = "lab: office",
	SCHEMA_KEYS(lab_keys),
};
