// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_nat.c - the tables of what only a nat network has
 */
#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

static const struct schema_word engine_words[] = {
	{"user", NAT_ENGINE_USER, true, "slirp"},
	{"kernel", NAT_ENGINE_KERNEL, true, "nftables"},
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

static const struct schema_word ip_forward_words[] = {
	{"require", false, true, "no"},
	{"enable", true, true, "yes"},
};

const struct schema_type type_ip_forward = {
	.name = "IP forwarding",
	.kind = SCHEMA_WORDS,
	.example = "require, enable",
	SCHEMA_WORDS_OF(ip_forward_words),
};

static const struct schema_word filtering_words[] = {
	{"endpoint-independent", NAT_FILTERING_ENDPOINT_INDEPENDENT, true,
	 "full-cone"},
	{"address-dependent", NAT_FILTERING_ADDRESS_DEPENDENT, true,
	 "restricted"},
	{"address-and-port-dependent", NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
	 true, "port-restricted"},
};

static_assert(ARRAY_SIZE(filtering_words) == NAT_FILTERING_COUNT,
	      "a word each");

const struct schema_type type_filtering = {
	.name = "filtering",
	.kind = SCHEMA_WORDS,
	.example = "endpoint-independent, address-dependent, "
		   "address-and-port-dependent",
	SCHEMA_WORDS_OF(filtering_words),
};

static const struct schema_type type_flows = {
	.name = "number of flows",
	.kind = SCHEMA_TEXT,
	.example = "1000",
	.pattern = "^[0-9]+$",
	.bare = true,
	.parse = value_flows,
};

static const struct schema_key limits_keys[] = {
	{
		.name = "flows",
		.type = &type_flows,
		.initial = "16384",
		.help = "Flows of all nodes together, from 1 to 65536.",
		SCHEMA_MEMBER(network_settings, max_flows),
		.built = true,
	},
	{
		.name = "flows-per-nic",
		.type = &type_flows,
		.initial = "8192",
		.help = "Of these, flows of one NIC.",
		SCHEMA_MEMBER(network_settings, max_flows_per_port),
		.built = true,
	},
};

const struct schema_type type_limits = {
	.name = "limits",
	.kind = SCHEMA_OBJECT,
	.example = "{ flows: 10000, flows-per-nic: 1000 }",
	SCHEMA_KEYS(limits_keys),
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
