// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_dhcp.c - the tables of what DHCP tells, by a network and by a NIC
 */
#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

static const struct schema_type type_range = {
	.name = "range",
	.kind = SCHEMA_TEXT,
	.example = "10.20.0.100-10.20.0.199",
	.pattern = "^[0-9.]+ *- *[0-9.]+$",
	.parse = value_range,
};

static const struct schema_type type_lease = {
	.name = "lease time",
	.kind = SCHEMA_TEXT,
	.example = "1h",
	.pattern = "^[0-9]+[smhd]$",
	.parse = value_lease,
};

static const struct schema_type type_nic_lease = {
	.name = "lease time",
	.kind = SCHEMA_TEXT,
	.example = "1h",
	.pattern = "^[0-9]+[smhd]$",
	.parse = value_dhcp_lease,
};

#define QUAD_PATTERN "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$"

static const struct schema_type type_gateway = {
	.name = "gateway",
	.kind = SCHEMA_TEXT,
	.example = "10.20.0.2, or none",
	.pattern = "^(none|[0-9]{1,3}(\\.[0-9]{1,3}){3})$",
	.parse = value_dhcp_gateway,
};

static const struct schema_type type_dns_server = {
	.name = "DNS server",
	.kind = SCHEMA_TEXT,
	.example = "192.0.2.53",
	.pattern = QUAD_PATTERN,
	.parse = value_dhcp_dns,
};

static const struct schema_type type_dns_servers = {
	.name = "DNS servers",
	.kind = SCHEMA_LIST,
	.example = "[192.0.2.53]",
	.item = &type_dns_server,
	.add = build_dhcp_option_add,
};

static const struct schema_type type_ntp_server = {
	.name = "NTP server",
	.kind = SCHEMA_TEXT,
	.example = "192.0.2.123",
	.pattern = QUAD_PATTERN,
	.parse = value_dhcp_ntp,
};

static const struct schema_type type_ntp_servers = {
	.name = "NTP servers",
	.kind = SCHEMA_LIST,
	.example = "[192.0.2.123]",
	.item = &type_ntp_server,
	.add = build_dhcp_option_add,
};

static const struct schema_type type_domain = {
	.name = "domain",
	.kind = SCHEMA_TEXT,
	.example = "office.lab",
	.pattern = "^[A-Za-z0-9.-]{1,127}$",
	.parse = value_dhcp_domain,
};

static const struct schema_type type_option = {
	.name = "DHCP option",
	.kind = SCHEMA_TEXT,
	.example = "boot-file: pxelinux.0",
	.parse = value_dhcp_option,
};

static const struct schema_type type_options = {
	.name = "DHCP options",
	.kind = SCHEMA_MAP,
	.example = "{ boot-file: pxelinux.0, 150: \"ip:10.20.0.7\" }",
	.item = &type_option,
	.add = build_dhcp_option_add,
};

/* What a network and a NIC can both say; @type is the struct that has it. */
#define TOLD_KEYS(owner)                                                       \
	{                                                                      \
		.name = "gateway",                                             \
		.type = &type_gateway,                                         \
		.fallback = "the network's gateway, if it is nat",             \
		.help = "The default route that is told. *none*: no one.",     \
		SCHEMA_MEMBER(owner, dhcp_options),                            \
		.built = true,                                                 \
	},                                                                     \
		{                                                              \
			.name = "dns",                                         \
			.type = &type_dns_servers,                             \
			.fallback = "the gateway",                             \
			.help = "The name servers that are told. An empty "    \
				"list: none.",                                 \
			SCHEMA_MEMBER(owner, dhcp_options),                    \
			.built = true,                                         \
		},                                                             \
		{                                                              \
			.name = "ntp",                                         \
			.type = &type_ntp_servers,                             \
			.help = "The time servers that are told.",             \
			SCHEMA_MEMBER(owner, dhcp_options),                    \
			.built = true,                                         \
		},                                                             \
		{                                                              \
			.name = "domain",                                      \
			.type = &type_domain,                                  \
			.fallback = "that of dns.domain",                      \
			.help = "The domain that is told. Names are served "   \
				"by "                                          \
				"dns.domain.",                                 \
			SCHEMA_MEMBER(owner, dhcp_options),                    \
			.built = true,                                         \
		},                                                             \
	{                                                                      \
		.name = "options", .type = &type_options,                      \
		.help = "Other options, by their number or as log-server, "    \
			"tftp-server, boot-file, domain-search, wpad. A "      \
			"value is text, or begins with hex:, ip:, u8:, u16:, " \
			"u32: or names:; of ip: and names: there may be more " \
			"than one, with commas. Without that, log-server is "  \
			"addresses and domain-search names. An empty text: "   \
			"the option is not told.",                             \
		SCHEMA_MEMBER(owner, dhcp_options), .built = true,             \
	}

static const struct schema_word rapid_words[] = {
	{"off", false, true, "no"},
	{"on", true, true, "yes"},
};

static const struct schema_type type_rapid = {
	.name = "rapid commit",
	.kind = SCHEMA_WORDS,
	.example = "on, off",
	SCHEMA_WORDS_OF(rapid_words),
};

static const struct schema_key network_keys[] = {
	{
		.name = "range",
		.type = &type_range,
		.fallback = ".100 to .199; the upper half of a subnet smaller "
			    "than /24",
		.help = "First and last address for nodes without a "
			"reservation.",
		SCHEMA_WHOLE(network_settings),
		.built = true,
	},
	{
		.name = "lease",
		.type = &type_lease,
		.initial = "1h",
		.help = "How long an address is lent, from 10s to 365d.",
		SCHEMA_MEMBER(network_settings, lease_s),
		.built = true,
	},
	{
		.name = "rapid-commit",
		.type = &type_rapid,
		.initial = "off",
		.help = "*on*: a client that asks for it gets its address "
			"with one answer instead of two (RFC 4039). For "
			"networks where nobody else serves DHCP.",
		SCHEMA_MEMBER(network_settings, rapid_commit),
		.built = true,
	},
	TOLD_KEYS(network_settings),
};

static const struct schema_type type_dhcp_object = {
	.name = "dhcp",
	.kind = SCHEMA_OBJECT,
	.example = "{ lease: 1h }",
	SCHEMA_KEYS(network_keys),
	.end = build_dhcp_end,
};

static const struct schema_word switch_words[] = {
	{"on", true, true, "yes"},
	{"off", false, true, "no"},
	{"true", true, true, NULL},
	{"false", false, true, NULL},
};

const struct schema_type type_dhcp = {
	.name = "dhcp",
	.kind = SCHEMA_WORDS,
	.example = "on, off or { lease: 1h }",
	SCHEMA_WORDS_OF(switch_words),
	.either = &type_dhcp_object,
};

static const struct schema_key nic_keys[] = {
	{
		.name = "lease",
		.type = &type_nic_lease,
		.fallback = "the network's",
		.help = "How long this NIC's address is lent.",
		SCHEMA_MEMBER(nic_settings, dhcp_options),
		.built = true,
	},
	TOLD_KEYS(nic_settings),
};

const struct schema_type type_nic_dhcp = {
	.name = "dhcp of a nic",
	.kind = SCHEMA_OBJECT,
	.example = "{ gateway: none }",
	SCHEMA_KEYS(nic_keys),
	.end = build_nic_dhcp_end,
};
