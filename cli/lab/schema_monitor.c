// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_monitor.c - the tables of an uplink's monitor:, announcements: and
 * lacp:
 */
#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

static const struct schema_type type_delay = {
	.name = "time",
	.kind = SCHEMA_TEXT,
	.example = "200ms",
	.pattern = "^[0-9]+(ms|s|m|h)$",
	.parse = value_bond_delay,
};

static const struct schema_type type_interval = {
	.name = "time",
	.kind = SCHEMA_TEXT,
	.example = "50ms",
	.pattern = "^[0-9]+(ms|s|m|h)$",
	.parse = value_probe_interval,
};

static const struct schema_type type_probe_count = {
	.name = "number of intervals",
	.kind = SCHEMA_TEXT,
	.example = "3",
	.pattern = "^[0-9]+$",
	.bare = true,
	.parse = value_probe_count,
};

static const struct schema_word all_words[] = {
	{"any", false, true, "one"},
	{"all", true, true, "each"},
};

static const struct schema_type type_all_targets = {
	.name = "all-targets",
	.kind = SCHEMA_WORDS,
	.example = "any",
	SCHEMA_WORDS_OF(all_words),
};

static const struct schema_type type_vlan = {
	.name = "VLAN",
	.kind = SCHEMA_TEXT,
	.example = "100",
	.pattern = "^[0-9]+$",
	.bare = true,
	.parse = value_vlan,
};

static const struct schema_type type_arp_target = {
	.name = "target",
	.kind = SCHEMA_TEXT,
	.example = "192.0.2.1",
	.pattern = "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$",
	.parse = value_arp_target,
};

static const struct schema_type type_arp_targets = {
	.name = "targets",
	.kind = SCHEMA_LIST,
	.example = "[192.0.2.1]",
	.item = &type_arp_target,
	.add = build_target_add,
};

static const struct schema_type type_source = {
	.name = "IPv4 address",
	.kind = SCHEMA_TEXT,
	.example = "192.0.2.9",
	.pattern = "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$",
	.parse = value_address,
};

static const struct schema_type type_nd_target = {
	.name = "target",
	.kind = SCHEMA_TEXT,
	.example = "\"2001:db8::1\"",
	.pattern = "^[0-9A-Fa-f:.]+$",
	.parse = value_nd_target,
};

static const struct schema_type type_nd_targets = {
	.name = "targets",
	.kind = SCHEMA_LIST,
	.example = "[\"2001:db8::1\"]",
	.item = &type_nd_target,
	.add = build_target_add,
};

/* What both kinds of probes have, behind their targets. */
#define PROBE_KEYS                                                            \
	{                                                                     \
		.name = "interval",                                           \
		.type = &type_interval,                                       \
		.initial = "200ms",                                           \
		.help = "Between two probes of a member, from 10ms to 60s.",  \
		SCHEMA_MEMBER(uplink_probes, interval_ms),                    \
		.built = true,                                                \
	},                                                                    \
		{                                                             \
			.name = "missed-max",                                 \
			.type = &type_probe_count,                            \
			.initial = "3",                                       \
			.help = "Intervals without an answer that make a "    \
				"member dead, 1 to 255.",                     \
			SCHEMA_MEMBER(uplink_probes, misses),                 \
			.built = true,                                        \
		},                                                            \
		{                                                             \
			.name = "answers",                                    \
			.type = &type_probe_count,                            \
			.initial = "2",                                       \
			.help = "Intervals with an answer, in a row, that "   \
				"make it alive again, 1 to 255.",             \
			SCHEMA_MEMBER(uplink_probes, answers),                \
			.built = true,                                        \
		},                                                            \
		{                                                             \
			.name = "all-targets",                                \
			.type = &type_all_targets,                            \
			.initial = "any",                                     \
			.help = "Whether an answer of *any* target will do, " \
				"or *all* must answer.",                      \
			SCHEMA_MEMBER(uplink_probes, all_targets),            \
			.built = true,                                        \
		},                                                            \
	{                                                                     \
		.name = "vlan", .type = &type_vlan, .fallback = "untagged",   \
		.help = "VLAN of the targets, 1 to 4094.",                    \
		SCHEMA_MEMBER(uplink_probes, vlan), .built = true,            \
	}

static const struct schema_key arp_keys[] = {
	{
		.name = "targets",
		.type = &type_arp_targets,
		.help = "IPv4 addresses on the wire outside, at most 16: the "
			"router, say.",
		.required = true,
		.built = true,
	},
	PROBE_KEYS,
	{
		.name = "source",
		.type = &type_source,
		.fallback = "0.0.0.0, as in RFC 5227",
		.help = "Sender of the probes, for targets that answer nobody "
			"without an address: one of the wire that is nobody "
			"else's.",
		SCHEMA_MEMBER(uplink_probes, source),
		.built = true,
	},
};

static const struct schema_type type_arp = {
	.name = "arp",
	.kind = SCHEMA_OBJECT,
	.example = "{ targets: [192.0.2.1], interval: 200ms }",
	SCHEMA_KEYS(arp_keys),
	.end = build_probes_end,
};

static const struct schema_key nd_keys[] = {
	{
		.name = "targets",
		.type = &type_nd_targets,
		.help = "IPv6 addresses on the wire outside, at most 16.",
		.required = true,
		.built = true,
	},
	PROBE_KEYS,
};

static const struct schema_type type_nd = {
	.name = "nd",
	.kind = SCHEMA_OBJECT,
	.example = "{ targets: [\"2001:db8::1\"] }",
	SCHEMA_KEYS(nd_keys),
	.end = build_probes_end,
};

static const struct schema_key monitor_keys[] = {
	{
		.name = "up-delay",
		.type = &type_delay,
		.initial = "0ms",
		.help = "How long all monitors must say up before a member is "
			"used, at most 10m. Ignored while no other can be.",
		SCHEMA_MEMBER(lab_uplink_settings, up_delay_ms),
		.built = true,
	},
	{
		.name = "down-delay",
		.type = &type_delay,
		.initial = "0ms",
		.help = "How long a monitor must say down before traffic "
			"moves, at most 10m.",
		SCHEMA_MEMBER(lab_uplink_settings, down_delay_ms),
		.built = true,
	},
	{
		.name = "arp",
		.type = &type_arp,
		.help = "ARP requests through each member. They find one that "
			"has carrier and delivers nothing. Behind a static LAG "
			"(_mode: balance-xor_) answers come in by any member, "
			"and a good one may be called dead: use _802.3ad_ "
			"there, which watches each member by itself.",
		SCHEMA_MEMBER(lab_uplink_settings, arp),
		.built = true,
	},
	{
		.name = "nd",
		.type = &type_nd,
		.help = "Neighbor Solicitations, the same for IPv6. With both, "
			"a member is used when both say so.",
		SCHEMA_MEMBER(lab_uplink_settings, nd),
		.built = true,
	},
};

const struct schema_type type_monitor = {
	.name = "monitor",
	.kind = SCHEMA_OBJECT,
	.example = "{ arp: { targets: [192.0.2.1] } }",
	SCHEMA_KEYS(monitor_keys),
};

static const struct schema_type type_announce_count = {
	.name = "number of announcements",
	.kind = SCHEMA_TEXT,
	.example = "3",
	.pattern = "^[0-9]+$",
	.bare = true,
	.parse = value_announce_count,
};

static const struct schema_type type_announce_delay = {
	.name = "time",
	.kind = SCHEMA_TEXT,
	.example = "100ms",
	.pattern = "^[0-9]+(ms|s|m|h)$",
	.parse = value_announce_delay,
};

static const struct schema_key announcement_keys[] = {
	{
		.name = "count",
		.type = &type_announce_count,
		.initial = "3",
		.help = "Rounds, each with all addresses, 0 to 255; 0: none. "
			"Linux has it as num_grat_arp.",
		SCHEMA_MEMBER(lab_uplink_settings, announce_count),
		.built = true,
	},
	{
		.name = "delay",
		.type = &type_announce_delay,
		.initial = "50ms",
		.help = "Between two rounds, from 10ms to 60s. Linux has it as "
			"peer_notif_delay.",
		SCHEMA_MEMBER(lab_uplink_settings, announce_delay_ms),
		.built = true,
	},
};

const struct schema_type type_announcements = {
	.name = "announcements",
	.kind = SCHEMA_OBJECT,
	.example = "{ count: 3, delay: 100ms }",
	SCHEMA_KEYS(announcement_keys),
};

static const struct schema_word rate_words[] = {
	{"slow", LACP_RATE_SLOW, true, "30s"},
	{"fast", LACP_RATE_FAST, true, "1s"},
};

static const struct schema_type type_rate = {
	.name = "LACP rate",
	.kind = SCHEMA_WORDS,
	.example = "fast",
	SCHEMA_WORDS_OF(rate_words),
};

static const struct schema_word activity_words[] = {
	{"active", true, true, "on"},
	{"passive", false, true, "off"},
};

static const struct schema_type type_activity = {
	.name = "LACP activity",
	.kind = SCHEMA_WORDS,
	.example = "active",
	SCHEMA_WORDS_OF(activity_words),
};

static const struct schema_type type_system_priority = {
	.name = "priority",
	.kind = SCHEMA_TEXT,
	.example = "32768",
	.pattern = "^[0-9]+$",
	.bare = true,
	.parse = value_system_priority,
};

static const struct schema_word select_words[] = {
	{"stable", LACP_STABLE, true, NULL},
	{"bandwidth", LACP_BANDWIDTH, true, NULL},
	{"count", LACP_COUNT, true, NULL},
};

static const struct schema_type type_ad_select = {
	.name = "ad-select",
	.kind = SCHEMA_WORDS,
	.example = "stable",
	SCHEMA_WORDS_OF(select_words),
};

static const struct schema_key lacp_keys[] = {
	{
		.name = "rate",
		.type = &type_rate,
		.initial = "slow",
		.help = "How often the partner is to speak: *slow* is every 30 "
			"s, *fast* every second. Three times of that in "
			"silence, and the member is lost.",
		SCHEMA_MEMBER(uplink_lacp, rate),
		.built = true,
	},
	{
		.name = "activity",
		.type = &type_activity,
		.initial = "active",
		.help = "*active* speaks first, *passive* when spoken to.",
		SCHEMA_MEMBER(uplink_lacp, active),
		.built = true,
	},
	{
		.name = "system-priority",
		.type = &type_system_priority,
		.initial = "65535",
		.help = "1 to 65535; the side with the lower one decides. "
			"Another value makes all members agree anew.",
		SCHEMA_MEMBER(uplink_lacp, system_priority),
		.built = true,
	},
	{
		.name = "ad-select",
		.type = &type_ad_select,
		.initial = "stable",
		.help = "Which aggregator carries when there are several: "
			"*stable*: the one with most bandwidth, until it is of "
			"no use; *bandwidth*: always that one; *count*: always "
			"the one with most members.",
		SCHEMA_MEMBER(uplink_lacp, ad_select),
		.built = true,
	},
	{
		.name = "fallback",
		.type = &type_switch,
		.initial = "off",
		.help = "Be active-backup as long as nobody outside speaks "
			"LACP.",
		SCHEMA_MEMBER(uplink_lacp, fallback),
		.built = true,
	},
};

const struct schema_type type_lacp = {
	.name = "lacp",
	.kind = SCHEMA_OBJECT,
	.example = "{ rate: fast }",
	SCHEMA_KEYS(lacp_keys),
};
