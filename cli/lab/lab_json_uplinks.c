// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_json_uplinks.c - the uplinks of a lab as canonical JSON
 */
#include <arpa/inet.h>

#include "cli/lab/lab_json.h"

static const char *const rate_names[] = {
	[LACP_RATE_SLOW] = "slow",
	[LACP_RATE_FAST] = "fast",
};

static const char *const select_names[] = {
	[LACP_STABLE] = "stable",
	[LACP_BANDWIDTH] = "bandwidth",
	[LACP_COUNT] = "count",
};

/* The setters return 0, or -1 without memory; or them together. */
static int set(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value);
}

static int set_ms(json_t *object, const char *key, uint32_t ms)
{
	return set(object, key, json_sprintf("%ums", ms));
}

static json_t *target_to_json(const struct probe_target *target)
{
	char text[INET6_ADDRSTRLEN];

	if (target->is_ip6)
		inet_ntop(AF_INET6, &target->ip6, text, sizeof(text));
	else
		ipv4_format(target->ip4, text);
	return json_string(text);
}

static json_t *probes_to_json(const struct uplink_probes *probes)
{
	json_t *object = json_object(), *targets = json_array();
	char source[IPV4_TEXT_SIZE];
	int bad = 0;

	for (unsigned i = 0; i < probes->target_count; i++)
		bad |= json_array_append_new(
			targets, target_to_json(&probes->targets[i]));
	bad |= set(object, "targets", targets);
	bad |= set_ms(object, "interval", probes->interval_ms);
	bad |= set(object, "missed-max", json_integer(probes->misses));
	bad |= set(object, "answers", json_integer(probes->answers));
	bad |= set(object, "all-targets",
		   json_string(probes->all_targets ? "all" : "any"));
	if (probes->vlan)
		bad |= set(object, "vlan", json_integer(probes->vlan));
	if (probes->source)
		bad |= set(object, "source",
			   json_string(ipv4_format(probes->source, source)));
	if (!bad)
		return object;
	json_decref(object);
	return NULL;
}

static int set_monitor(json_t *object, const struct lab_uplink_settings *uplink)
{
	json_t *monitor = json_object();
	int bad = set_ms(monitor, "up-delay", uplink->up_delay_ms);

	bad |= set_ms(monitor, "down-delay", uplink->down_delay_ms);
	if (uplink->arp.target_count)
		bad |= set(monitor, "arp", probes_to_json(&uplink->arp));
	if (uplink->nd.target_count)
		bad |= set(monitor, "nd", probes_to_json(&uplink->nd));
	return bad | set(object, "monitor", monitor);
}

static int set_announcements(json_t *object,
			     const struct lab_uplink_settings *uplink)
{
	json_t *announcements = json_object();
	int bad;

	bad = set(announcements, "count", json_integer(uplink->announce_count));
	bad |= set_ms(announcements, "delay", uplink->announce_delay_ms);
	return bad | set(object, "announcements", announcements);
}

static int set_lacp(json_t *object, const struct uplink_lacp *lacp)
{
	return set(object, "lacp",
		   json_pack("{s:s, s:s, s:i, s:s, s:b}", "rate",
			     rate_names[lacp->rate], "activity",
			     lacp->active ? "active" : "passive",
			     "system-priority", (int)lacp->system_priority,
			     "ad-select", select_names[lacp->ad_select],
			     "fallback", lacp->fallback));
}

/* What goes with some modes only. */
static int set_mode_keys(json_t *object,
			 const struct lab_uplink_settings *uplink)
{
	bool has_flows =
		uplink->mode == BOND_BALANCE_XOR || uplink->mode == BOND_8023AD;
	int bad = 0;

	if (uplink->primary[0])
		bad |= set(object, "primary", json_string(uplink->primary));
	if (!has_flows || uplink->lacp.fallback)
		bad |= set(object, "primary-reselect",
			   json_string(bond_reselect_name(
				   uplink->primary_reselect)));
	if (has_flows) {
		bad |= set(object, "xmit-hash-policy",
			   json_string(bond_hash_policy_name(
				   uplink->xmit_hash_policy)));
		bad |= set(object, "min-links",
			   json_integer(uplink->min_links));
	}
	if (uplink->mode == BOND_BALANCE_SLB)
		bad |= set_ms(object, "rebalance-interval",
			      uplink->rebalance_ms);
	return bad;
}

static json_t *uplink_to_json(const struct lab_uplink_settings *uplink)
{
	json_t *object = json_object(), *members = json_array();
	int bad;

	bad = set(object, "mode", json_string(bond_mode_name(uplink->mode)));
	for (unsigned i = 0; i < uplink->member_count; i++)
		bad |= json_array_append_new(
			members, json_string(uplink->members[i].text));
	bad |= set(object, "members", members);
	bad |= set_mode_keys(object, uplink);
	bad |= set_monitor(object, uplink);
	bad |= set_announcements(object, uplink);
	if (uplink->mode == BOND_8023AD)
		bad |= set_lacp(object, &uplink->lacp);
	bad |= set(object, "force", json_boolean(uplink->force));
	if (!bad)
		return object;
	json_decref(object);
	return NULL;
}

json_t *lab_uplinks_to_json(const struct lab *lab)
{
	json_t *uplinks = json_object();

	for (unsigned i = 0; i < lab->uplink_count; i++) {
		if (!set(uplinks, lab->uplinks[i].name,
			 uplink_to_json(&lab->uplinks[i])))
			continue;
		json_decref(uplinks);
		return NULL;
	}
	return uplinks;
}

int lab_set_bridge_keys(json_t *object, const struct network_settings *network)
{
	char text[IPV4_PREFIX_TEXT_SIZE] = "none";
	int bad;

	if (network->mode == NETWORK_INTERNAL)
		return set(object, "link-local",
			   json_string(network->link_local ? "pass" : "block"));
	if (network->mode != NETWORK_BRIDGE)
		return 0;
	bad = set(object, "uplink", json_string(network->uplink));
	if (!network->host)
		return bad;
	if (network->host_ipv4 == NIC_IPV4_STATIC)
		ipv4_prefix_format(&network->host_address, text);
	return bad | set(object, "host",
			 json_pack("{s:s}", "ipv4",
				   network->host_ipv4 == NIC_IPV4_DHCP ? "dhcp"
								       : text));
}
