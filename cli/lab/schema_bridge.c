// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_bridge.c - the tables of what only a bridge network has, or an
 * internal one that is a cable
 */
#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

const struct schema_type type_uplink_name = {
	.name = "uplink name",
	.kind = SCHEMA_TEXT,
	.example = "bond0",
	.parse = value_line,
};

static const struct schema_type type_host_ipv4 = {
	.name = "IPv4 setting",
	.kind = SCHEMA_TEXT,
	.example = "dhcp",
	.pattern = "^(dhcp|none|[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2})$",
	.parse = value_host_ipv4,
};

static const struct schema_key host_keys[] = {
	{
		.name = "ipv4",
		.type = &type_host_ipv4,
		.initial = "none",
		.help = "*dhcp*, *none*, or an address with its prefix length.",
		SCHEMA_WHOLE(network_settings),
		.built = true,
	},
};

const struct schema_type type_host = {
	.name = "host",
	.kind = SCHEMA_OBJECT,
	.example = "{ ipv4: dhcp }",
	SCHEMA_KEYS(host_keys),
	.end = build_host_end,
};

static const struct schema_word link_local_words[] = {
	{"block", false, true, "drop"},
	{"pass", true, true, "forward"},
};

const struct schema_type type_link_local = {
	.name = "link-local",
	.kind = SCHEMA_WORDS,
	.example = "block, pass",
	SCHEMA_WORDS_OF(link_local_words),
};
