// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_uplink.c - the table of an uplink's keys
 *
 * Named as users of Linux bonding and Open vSwitch know them. Two of Linux'
 * modes aren't there: both send a frame's copies, or a flow's frames, through
 * several members, and then a bond can't promise order nor that nothing comes
 * twice.
 */
#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

static const struct schema_word mode_words[] = {
	{"active-backup", BOND_ACTIVE_BACKUP, true, "failover"},
	{"balance-slb", BOND_BALANCE_SLB, true, "slb"},
	{"balance-xor", BOND_BALANCE_XOR, true, "static"},
	{"802.3ad", BOND_8023AD, true, "lacp"},
};

static_assert(ARRAY_SIZE(mode_words) == BOND_MODE_COUNT, "a word each");

static const struct schema_refusal mode_refusals[] = {
	{"balance-rr", "it mixes up the order of a flow's frames; use "
		       "'balance-xor' with 'xmit-hash-policy: layer3+4'"},
	{"broadcast", "each frame would come twice; use 'active-backup'"},
	{"balance-tlb", "use 'balance-slb'"},
	{"balance-alb", "use 'balance-slb'"},
	{"balance-tcp", "use '802.3ad' with 'xmit-hash-policy: layer3+4'"},
};

static const struct schema_type type_bond_mode = {
	.name = "uplink mode",
	.kind = SCHEMA_WORDS,
	.example = "active-backup",
	SCHEMA_WORDS_OF(mode_words),
	.refusals = mode_refusals,
	.refusal_count = ARRAY_SIZE(mode_refusals),
};

static const struct schema_type type_member = {
	.name = "member",
	.kind = SCHEMA_TEXT,
	.example = "eth1",
	.parse = value_uplink_member,
};

static const struct schema_type type_members = {
	.name = "members",
	.kind = SCHEMA_LIST,
	.example = "[eth1, \"net:upstream1\"]",
	.item = &type_member,
	.add = build_member_add,
};

static const struct schema_type type_primary = {
	.name = "member",
	.kind = SCHEMA_TEXT,
	.example = "eth1",
	.parse = value_line,
};

static const struct schema_word reselect_words[] = {
	{"always", BOND_RESELECT_ALWAYS, true, NULL},
	{"better", BOND_RESELECT_BETTER, true, "faster"},
	{"failure", BOND_RESELECT_FAILURE, true, "never"},
};

static_assert(ARRAY_SIZE(reselect_words) == BOND_RESELECT_COUNT, "a word each");

static const struct schema_type type_reselect = {
	.name = "primary-reselect",
	.kind = SCHEMA_WORDS,
	.example = "always",
	SCHEMA_WORDS_OF(reselect_words),
};

static const struct schema_word policy_words[] = {
	{"layer2", BOND_HASH_LAYER2, true, "l2"},
	{"layer2+3", BOND_HASH_LAYER23, true, "l23"},
	{"layer3+4", BOND_HASH_LAYER34, true, "l34"},
	{"vlan+srcmac", BOND_HASH_VLAN_SRCMAC, true, NULL},
};

static_assert(ARRAY_SIZE(policy_words) == BOND_HASH_POLICY_COUNT,
	      "a word each");

static const struct schema_refusal policy_refusals[] = {
	{"encap2+3", "use 'layer2+3'"},
	{"encap3+4", "use 'layer3+4'"},
};

static const struct schema_type type_policy = {
	.name = "hash policy",
	.kind = SCHEMA_WORDS,
	.example = "layer2",
	SCHEMA_WORDS_OF(policy_words),
	.refusals = policy_refusals,
	.refusal_count = ARRAY_SIZE(policy_refusals),
};

static const struct schema_type type_min_links = {
	.name = "number of members",
	.kind = SCHEMA_TEXT,
	.example = "2",
	.pattern = "^[0-9]+$",
	.bare = true,
	.parse = value_min_links,
};

static const struct schema_type type_rebalance = {
	.name = "time",
	.kind = SCHEMA_TEXT,
	.example = "10s",
	.pattern = "^[0-9]+(ms|s|m|h)$",
	.parse = value_rebalance,
};

static const struct schema_key uplink_keys[] = {
	{
		.name = "mode",
		.type = &type_bond_mode,
		.initial = "active-backup",
		.help = "Who carries what. *active-backup*: one member all. "
			"*balance-slb*: each guest (source MAC address and "
			"VLAN) has its member, and nothing is to be set up on "
			"the switch. *balance-xor*: each flow has its member; "
			"the switch has a static aggregation. *802.3ad*: the "
			"same, agreed upon by LACP. With one member it is of "
			"no interest.",
		SCHEMA_MEMBER(lab_uplink_settings, mode),
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "members",
		.type = &type_members,
		.help = "NICs of the host, and cables into networks of this "
			"lab, which play the switch outside: net:NETWORK. One "
			"alone is a plain uplink, at most 16 are a bond. A "
			"member is called UPLINK/NIC or UPLINK/NETWORK.",
		.required = true,
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "primary",
		.type = &type_primary,
		.help = "The member that carries when it can, in the words of "
			"*members*. For active-backup, balance-slb (frames to "
			"groups), and 802.3ad with fallback.",
		SCHEMA_MEMBER(lab_uplink_settings, primary),
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "primary-reselect",
		.type = &type_reselect,
		.initial = "always",
		.help = "When a primary that is back takes over: *always*, if "
			"it is *better*, which is faster, or not before the "
			"*failure* of the active one.",
		SCHEMA_MEMBER(lab_uplink_settings, primary_reselect),
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "xmit-hash-policy",
		.type = &type_policy,
		.initial = "layer2",
		.help = "For balance-xor and 802.3ad: what of a frame makes it "
			"a flow.",
		SCHEMA_MEMBER(lab_uplink_settings, xmit_hash_policy),
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "min-links",
		.type = &type_min_links,
		.initial = "0",
		.help = "For balance-xor and 802.3ad: with fewer members that "
			"can carry the uplink is down; 0 is as 1.",
		SCHEMA_MEMBER(lab_uplink_settings, min_links),
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "rebalance-interval",
		.type = &type_rebalance,
		.initial = "10s",
		.only = "balance-slb",
		.help = "How often load is levelled, from 1s to 1h; 0s: never.",
		SCHEMA_MEMBER(lab_uplink_settings, rebalance_ms),
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "monitor",
		.type = &type_monitor,
		.help = "What beside its carrier, which is always watched, "
			"tells whether a member is of use.",
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "announcements",
		.type = &type_announcements,
		.help = "After a change of members the guests' addresses are "
			"announced: at once, and again.",
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "lacp",
		.type = &type_lacp,
		.only = "802.3ad",
		.help = "The Link Aggregation Control Protocol (802.1AX).",
		SCHEMA_MEMBER(lab_uplink_settings, lacp),
		.built = true,
		.change = SCHEMA_LIVE,
	},
	{
		.name = "force",
		.type = &type_switch,
		.initial = "false",
		.help = "Take a NIC even if it is a Wi-Fi one or has the "
			"host's default route, which are else refused.",
		SCHEMA_MEMBER(lab_uplink_settings, force),
		.built = true,
		.change = SCHEMA_LIVE,
	},
};

static const struct schema_type type_uplink = {
	.name = "uplink",
	.kind = SCHEMA_OBJECT,
	.example = "bond0: { members: [eth1, eth2] }",
	SCHEMA_KEYS(uplink_keys),
	.selector = "mode",
	.end = build_uplink_end,
};

const struct schema_type type_uplinks = {
	.name = "uplinks",
	.kind = SCHEMA_MAP,
	.example = "uplinks: { bond0: { members: [eth1, eth2] } }",
	.item = &type_uplink,
	.add = build_uplink_add,
};
