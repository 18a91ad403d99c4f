// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_status.c - what a bond tells about itself, and the names of all that
 */
#include "switch/bond/bond_internal.h"

static const char *const mode_names[] = {
	[BOND_ACTIVE_BACKUP] = "active-backup",
	[BOND_BALANCE_SLB] = "balance-slb",
	[BOND_BALANCE_XOR] = "balance-xor",
	[BOND_8023AD] = "802.3ad",
};
static_assert(ARRAY_SIZE(mode_names) == BOND_MODE_COUNT,
	      "a mode lacks its name");

static const char *const reselect_names[] = {
	[BOND_RESELECT_ALWAYS] = "always",
	[BOND_RESELECT_BETTER] = "better",
	[BOND_RESELECT_FAILURE] = "failure",
};
static_assert(ARRAY_SIZE(reselect_names) == BOND_RESELECT_COUNT,
	      "a reselection lacks its name");

static const char *const policy_names[] = {
	[BOND_HASH_LAYER2] = "layer2",
	[BOND_HASH_LAYER23] = "layer2+3",
	[BOND_HASH_LAYER34] = "layer3+4",
	[BOND_HASH_VLAN_SRCMAC] = "vlan+srcmac",
};
static_assert(ARRAY_SIZE(policy_names) == BOND_HASH_POLICY_COUNT,
	      "a policy lacks its name");

static const char *const monitor_names[] = {
	[BOND_MONITOR_CARRIER] = "carrier",
	[BOND_MONITOR_PROBE] = "probe",
};
static_assert(ARRAY_SIZE(monitor_names) == BOND_MONITOR_COUNT,
	      "a monitor lacks its name");

static const char *const state_names[] = {
	[BOND_DOWN] = "down",       [BOND_UP_DELAY] = "up-delay",
	[BOND_BACKUP] = "backup",   [BOND_CARRYING] = "carrying",
	[BOND_ACTIVE] = "active",   [BOND_DOWN_DELAY] = "down-delay",
	[BOND_LEAVING] = "leaving",
};
static_assert(ARRAY_SIZE(state_names) == BOND_STATE_COUNT,
	      "a state lacks its name");

static const char *const reason_names[] = {
	[BOND_REASON_ADDED] = "added",      [BOND_REASON_CARRIER] = "carrier",
	[BOND_REASON_PROBE] = "probe",      [BOND_REASON_LACP] = "lacp",
	[BOND_REASON_DELAY] = "delay over", [BOND_REASON_NO_OTHER] = "no other",
	[BOND_REASON_PRIMARY] = "primary",  [BOND_REASON_MANUAL] = "manual",
	[BOND_REASON_REMOVED] = "removed",  [BOND_REASON_SETTINGS] = "settings",
};
static_assert(ARRAY_SIZE(reason_names) == BOND_REASON_COUNT,
	      "a reason lacks its name");

const char *bond_mode_name(enum bond_mode mode)
{
	return mode < BOND_MODE_COUNT ? mode_names[mode] : "?";
}

const char *bond_reselect_name(enum bond_reselect reselect)
{
	return reselect < BOND_RESELECT_COUNT ? reselect_names[reselect] : "?";
}

const char *bond_hash_policy_name(enum bond_hash_policy policy)
{
	return policy < BOND_HASH_POLICY_COUNT ? policy_names[policy] : "?";
}

const char *bond_monitor_name(enum bond_monitor monitor)
{
	return monitor < BOND_MONITOR_COUNT ? monitor_names[monitor] : "?";
}

const char *bond_state_name(enum bond_state state)
{
	return state < BOND_STATE_COUNT ? state_names[state] : "?";
}

const char *bond_reason_name(enum bond_reason reason)
{
	return reason < BOND_REASON_COUNT ? reason_names[reason] : "?";
}

struct bond_member *bond_member(const struct bond *bond, unsigned slot)
{
	return slot < BOND_MAX_MEMBERS ? bond->members[slot] : NULL;
}

struct bond_member *bond_lookup_member(const struct bond *bond,
				       const char *name)
{
	for (unsigned i = 0; i < BOND_MAX_MEMBERS; i++) {
		struct bond_member *member = bond->members[i];

		if (member && strcmp(member->port->name, name) == 0)
			return member;
	}
	return NULL;
}

unsigned bond_member_slot(const struct bond_member *member)
{
	return member->slot;
}

const struct port *bond_member_port(const struct bond_member *member)
{
	return member->port;
}

void bond_get_status(const struct bond *bond, struct bond_status *status)
{
	memset(status, 0, sizeof(*status));
	status->settings = bond->settings;
	status->active = bond->active;
	for (unsigned i = 0; i < BOND_MAX_MEMBERS; i++) {
		if (!bond->members[i])
			continue;
		status->members++;
		status->carrying += bond->members[i]->carries;
	}
	status->aggregator = bond->aggregator;
	status->is_fallback = bond->settings.mode == BOND_8023AD &&
			      bond->ops == &bond_active_backup_ops;
	status->switches = bond->switches;
	status->switched_ns = bond->switched_ns;
	status->changes = bond->changes;
	status->rebalances = bond->rebalances;
	status->locked_moves = bond->locked_moves;
}

void bond_member_get_status(const struct bond *bond,
			    const struct bond_member *member,
			    struct bond_member_status *status)
{
	memset(status, 0, sizeof(*status));
	status->state = member->state;
	status->reason = member->reason;
	status->since_ns = member->since_ns;
	status->in_use = member->in_use;
	status->up = member->up;
	status->lacp = member->lacp;
	status->cut = member->cut;
	status->speed_mbps = member->speed_mbps;
	status->failures = member->failures;
	status->activations = member->activations;
	status->control_tx = member->control_tx;
	status->control_rx = member->control_rx;
	status->first_tx_ns = member->first_tx_ns;
	status->last_tx_ns = member->last_tx_ns;
	status->first_rx_ns = member->first_rx_ns;
	status->last_rx_ns = member->last_rx_ns;
	if (bond->ops->remap)
		status->buckets = bond_buckets_count(bond, member->slot);
	status->waiting = member->egress.backlog_count;
}

unsigned bond_get_history(const struct bond *bond, struct bond_change *changes,
			  unsigned max)
{
	uint64_t n = MIN(bond->changes, BOND_MAX_HISTORY);
	uint64_t first;

	n = MIN(n, max);
	first = bond->changes - n;
	for (uint64_t i = 0; i < n; i++)
		changes[i] = bond->history[(first + i) % BOND_MAX_HISTORY];
	return (unsigned)n;
}
