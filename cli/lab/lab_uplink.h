/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_uplink.h - uplinks of a lab, as data; a part of lab.h
 *
 * The words are those of the engine (switch/bond/bond.h, switch/lacp/lacp.h,
 * switch/uplink/probe.h), so that nobody has to translate.
 */
#ifndef CLI_LAB_LAB_UPLINK_H
#define CLI_LAB_LAB_UPLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "switch/bond/bond.h"
#include "switch/lacp/lacp.h"
#include "switch/uplink/probe.h"

#define LAB_NAME_SIZE 32
#define LAB_MAX_UPLINKS 16
/** LAB_NIC_SIZE - name of an interface of the host, IFNAMSIZ of Linux */
#define LAB_NIC_SIZE 16
/** LAB_CABLE - what a member that is a network begins with */
#define LAB_CABLE "net:"
/** LAB_MEMBER_SIZE - LAB_CABLE and a name */
#define LAB_MEMBER_SIZE 36
#define LAB_MAX_BOND_DELAY_MS 600000
#define LAB_MIN_REBALANCE_MS 1000
#define LAB_MAX_REBALANCE_MS 3600000
#define LAB_MAX_VLAN 4094

/**
 * struct uplink_member - one entry of an uplink's members:
 * @text:	as written: "eth1", "net:upstream1"
 * @is_cable:	to a network of the lab; else a NIC of the host
 */
struct uplink_member {
	char text[LAB_MEMBER_SIZE];
	bool is_cable;
};

/**
 * uplink_member_name() - of the network or the NIC, without LAB_CABLE
 *
 * What the member is called behind the uplink's name: "bond0/upstream1".
 */
const char *uplink_member_name(const struct uplink_member *member);

/**
 * struct uplink_probes - monitor.arp or monitor.nd of an uplink
 * @target_count: entries of @targets; 0: nothing is probed
 * @targets:	whom to ask; all of one family
 * @interval_ms: between two probes of a member
 * @misses:	intervals of silence that make a member dead
 * @answers:	intervals with an answer, in a row, that make it alive again
 * @all_targets: each target must answer; else one does
 * @vlan:	VID of the targets; 0: untagged
 * @source:	for arp: sender of the probes, host order; 0: 0.0.0.0
 */
struct uplink_probes {
	unsigned target_count;
	struct probe_target targets[PROBE_MAX_TARGETS];
	uint32_t interval_ms;
	uint32_t misses;
	uint32_t answers;
	bool all_targets;
	uint32_t vlan;
	uint32_t source;
};

/**
 * struct uplink_lacp - lacp: of an uplink of mode 802.3ad
 * @rate:	how often the partner is to speak
 * @active:	speak first
 * @system_priority: of the bond
 * @ad_select:	which aggregator carries
 * @fallback:	be active-backup as long as nobody has a partner
 */
struct uplink_lacp {
	enum lacp_rate rate;
	bool active;
	uint32_t system_priority;
	enum lacp_policy ad_select;
	bool fallback;
};

/**
 * struct lab_uplink_settings - one entry of uplinks:
 * @name:	unique among nodes, networks and uplinks
 * @number:	what it is called inside, for as long as it lives; lab_number()
 * @mode:	of the bond; of no interest with one member
 * @members:	in the order of the file
 * @member_count: entries used
 * @primary:	text of the preferred member; empty: none
 * @primary_reselect: when it takes over
 * @xmit_hash_policy: for balance-xor and 802.3ad: what makes a flow
 * @min_links:	for balance-xor and 802.3ad: members for a carrier
 * @rebalance_ms: for balance-slb: how often load is levelled; 0: never
 * @up_delay_ms: before a member is used
 * @down_delay_ms: before a member is given up
 * @arp:	ARP probes
 * @nd:		Neighbor Solicitations
 * @announce_count: rounds of announcements after a change; 0: none
 * @announce_delay_ms: between them
 * @lacp:	for 802.3ad
 * @force:	also NICs that the host itself needs
 */
struct lab_uplink_settings {
	char name[LAB_NAME_SIZE];
	uint16_t number;
	enum bond_mode mode;
	struct uplink_member members[BOND_MAX_MEMBERS];
	unsigned member_count;
	char primary[LAB_MEMBER_SIZE];
	enum bond_reselect primary_reselect;
	enum bond_hash_policy xmit_hash_policy;
	uint32_t min_links;
	uint32_t rebalance_ms;
	uint32_t up_delay_ms;
	uint32_t down_delay_ms;
	struct uplink_probes arp;
	struct uplink_probes nd;
	uint32_t announce_count;
	uint32_t announce_delay_ms;
	struct uplink_lacp lacp;
	bool force;
};

#endif
