// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_nat.c - the tables of what only a nat network has
 */
#include "cli/lab/lab_build.h"

static const struct schema_word engine_words[] = {
	{"user", NAT_ENGINE_USER, true, "slirp"},
	{"kernel", NAT_ENGINE_KERNEL, false, "nftables"},
};

static_assert(ARRAY_SIZE(engine_words) == NAT_ENGINE_COUNT, "a word each");

const struct schema_type type_engine = {
	.name = "engine",
	.kind = SCHEMA_WORDS,
	.example = "user, kernel",
	SCHEMA_WORDS_OF(engine_words),
};

static const struct schema_word host_access_words[] = {
	{"off", false, true, "no"},
	{"gateway", true, true, "on"},
};

const struct schema_type type_host_access = {
	.name = "host access",
	.kind = SCHEMA_WORDS,
	.example = "off, gateway",
	SCHEMA_WORDS_OF(host_access_words),
};

static const struct schema_type type_route_to = {
	.name = "subnet",
	.kind = SCHEMA_TEXT,
	.example = "10.30.0.0/24",
	.pattern = "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$",
	.parse = value_route_to,
};

static const struct schema_type type_route_via = {
	.name = "router",
	.kind = SCHEMA_TEXT,
	.example = "router",
	.parse = value_route_via,
};

static const struct schema_key route_keys[] = {
	{
		.name = "to",
		.type = &type_route_to,
		.help = "The subnet behind the router. It may be that of an "
			"internal network, but no nat network's.",
		SCHEMA_MEMBER(route_settings, to),
		.required = true,
		.built = true,
	},
	{
		.name = "via",
		.type = &type_route_via,
		.help = "A node with a NIC on this network, or its address. A "
			"node that asks DHCP there gets a fixed address: the "
			"highest that is free, unless it reserves one.",
		SCHEMA_MEMBER(route_settings, via),
		.required = true,
		.built = true,
	},
};

static const struct schema_type type_route = {
	.name = "route",
	.kind = SCHEMA_OBJECT,
	.example = "{ to: 10.30.0.0/24, via: router }",
	SCHEMA_KEYS(route_keys),
};

const struct schema_type type_routes = {
	.name = "routes",
	.kind = SCHEMA_LIST,
	.example = "[ { to: 10.30.0.0/24, via: router } ]",
	.item = &type_route,
	.add = build_route_add,
};
