// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_ipv6.c - the table of a nat network's ipv6:
 */
#include "cli/lab/lab_build.h"

static const struct schema_type type_prefix = {
	.name = "IPv6 prefix",
	.kind = SCHEMA_TEXT,
	.example = "fd00:20::/64",
	.pattern = "^[0-9A-Fa-f:]+/64$",
	.parse = value_ipv6_prefix,
};

static const struct schema_word ra_words[] = {
	{"slaac", NETWORK_RA_SLAAC, true, "on"},
	{"stateless", NETWORK_RA_STATELESS, true, NULL},
	{"stateful", NETWORK_RA_STATEFUL, true, "managed"},
	{"off", NETWORK_RA_OFF, true, "none"},
};

static_assert(ARRAY_SIZE(ra_words) == NETWORK_RA_COUNT, "a word each");

static const struct schema_type type_ra = {
	.name = "router advertisement",
	.kind = SCHEMA_WORDS,
	.example = "slaac, stateless, stateful, off",
	SCHEMA_WORDS_OF(ra_words),
};

static const struct schema_type type_dhcp6 = {
	.name = "DHCPv6 range",
	.kind = SCHEMA_TEXT,
	.example = "::1000-::1fff",
	.pattern = "^(off|::[0-9A-Fa-f:]+ *- *::[0-9A-Fa-f:]+)$",
	.parse = value_dhcp6,
};

static const struct schema_key ipv6_keys[] = {
	{
		.name = "prefix",
		.type = &type_prefix,
		.help = "A /64; its first address is the gateway's. Prefixes "
			"of a lab differ.",
		SCHEMA_WHOLE(network_settings),
		.required = true,
		.built = true,
	},
	{
		.name = "ra",
		.type = &type_ra,
		.initial = "slaac",
		.help = "What the gateway's router advertisements say. "
			"*slaac*: nodes make themselves addresses of the "
			"prefix. *stateless*: the same, and they ask DHCPv6 "
			"for all else. *stateful*: they ask DHCPv6 for "
			"addresses too, and make none. *off*: there are none.",
		SCHEMA_MEMBER(network_settings, ra),
		.built = true,
	},
	{
		.name = "dhcp",
		.type = &type_dhcp6,
		.initial = "::1000-::1fff",
		.help = "First and last address that DHCPv6 lends to nodes "
			"that ask, behind the prefix, or *off*: it is not "
			"served. An address is lent as long as in IPv4; "
			"*weft show leases* has those of IPv4 only.",
		SCHEMA_WHOLE(network_settings),
		.built = true,
	},
};

static const struct schema_type type_ipv6_object = {
	.name = "ipv6",
	.kind = SCHEMA_OBJECT,
	.example = "{ prefix: \"fd00:20::/64\" }",
	SCHEMA_KEYS(ipv6_keys),
	.end = build_ipv6_end,
};

const struct schema_type type_ipv6 = {
	.name = "IPv6 prefix",
	.kind = SCHEMA_TEXT,
	.example = "fd00:20::/64",
	.pattern = "^[0-9A-Fa-f:]+/64$",
	.parse = value_ipv6_prefix,
	.either = &type_ipv6_object,
};
