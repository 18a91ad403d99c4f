// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_forward.c - the table of a forward's keys
 */
#include "cli/lab/lab_build.h"

static const struct schema_type type_forward_host = {
	.name = "port of the host",
	.kind = SCHEMA_TEXT,
	.example = "\"127.0.0.1:8080\"",
	.pattern = "^(([0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:.]+\\]):)?[0-"
		   "9]{1,5}(-[0-9]{1,5})?$",
	.bare = true,
	.parse = value_forward_host,
};

static const struct schema_type type_forward_to = {
	.name = "port of a node",
	.kind = SCHEMA_TEXT,
	.example = "\"web1:80/tcp\"",
	.pattern = "^[^:]+:[0-9]{1,5}(-[0-9]{1,5})?(/tcp|/udp)?$",
	.parse = value_forward_to,
};

static const struct schema_key forward_keys[] = {
	{
		.name = "host",
		.type = &type_forward_host,
		.help = "Address and port of the host. A port alone is one of "
			"127.0.0.1; 0.0.0.0 is every address the host has, so "
			"that others reach the node too. An IPv6 address has "
			"brackets, [::1]:8080, and takes TCP only; the node "
			"is spoken to by IPv4. A range of ports, "
			"8000-8010, leads to one that is as long; 512 ports of "
			"a network at most.",
		SCHEMA_WHOLE(forward_settings),
		.required = true,
		.built = true,
	},
	{
		.name = "to",
		.type = &type_forward_to,
		.help = "A node with a NIC on this network, or an address "
			"there or behind one of its routes; its port, and tcp "
			"unless it says udp.",
		SCHEMA_WHOLE(forward_settings),
		.required = true,
		.built = true,
	},
};

static const struct schema_type type_forward_entry = {
	.name = "forward",
	.kind = SCHEMA_OBJECT,
	.example = "{ host: \"127.0.0.1:8080\", to: \"web1:80/tcp\" }",
	SCHEMA_KEYS(forward_keys),
};

const struct schema_type type_forward = {
	.name = "forward",
	.kind = SCHEMA_LIST,
	.example = "[ { host: \"127.0.0.1:8080\", to: \"web1:80/tcp\" } ]",
	.item = &type_forward_entry,
	.add = build_forward_add,
};
