// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_network.c - one entry of networks:, and what its keys mean together
 *
 * The DHCP range that nobody chose: .100 to .199 of the first 256 addresses
 * when the subnet has as many; the upper half, without the broadcast address,
 * of a smaller one.
 */
#include <stdio.h>
#include <string.h>

#include "cli/lab/lab_build.h"
#include "cli/lab/lab_dhcp.h"
#include "cli/lab/values.h"
#include "core/addr.h"
#include "core/bytes.h"
#include "core/util.h"

#define SUBNET_MIN_LEN 8
#define SUBNET_MAX_LEN 30
#define NAT_MAX_LEN 29

/* Member by member: equal labs are equal in every byte, padding included. */
static void store_subnet(struct network_settings *network,
			 const struct ipv4_prefix *prefix)
{
	network->has_ipv4 = true;
	network->ipv4.addr = prefix->addr;
	network->ipv4.len = prefix->len;
}

bool lab_parse_subnet(struct schema_run *run, struct tree *value,
		      uint8_t max_len, struct ipv4_prefix *prefix)
{
	struct ipv4_prefix right;
	char text[IPV4_PREFIX_TEXT_SIZE];
	uint32_t addr;
	uint8_t first;

	if (!ipv4_parse(value->text, &addr)) {
		diag_error(run->diag, value,
			   "subnet %s needs its prefix length (did you mean "
			   "'%s/24'?)",
			   value->text, value->text);
		return false;
	}
	if (ipv4_prefix_parse(value->text, prefix)) {
		diag_error(run->diag, value,
			   "'%.40s' is no IPv4 subnet: write 10.20.0.0/24",
			   value->text);
		return false;
	}
	right = *prefix;
	right.addr &= ipv4_mask(prefix->len);
	first = (uint8_t)(prefix->addr >> 24);
	if (prefix->len < SUBNET_MIN_LEN || prefix->len > max_len)
		diag_error(run->diag, value,
			   "a subnet is from /%u to /%u, not /%u",
			   SUBNET_MIN_LEN, max_len, prefix->len);
	else if (right.addr != prefix->addr)
		diag_error(run->diag, value,
			   "'%s' is an address in a subnet (did you mean "
			   "'%s'?)",
			   value->text, ipv4_prefix_format(&right, text));
	else if (first == 0 || first == 127 || first >= 224)
		diag_error(run->diag, value,
			   "%s can't be a subnet: it is reserved (RFC 6890)",
			   value->text);
	else
		return true;
	return false;
}

void value_subnet(struct schema_run *run, struct tree *value,
		  const struct schema_slot *slot)
{
	struct ipv4_prefix prefix;

	if (lab_parse_subnet(run, value, SUBNET_MAX_LEN, &prefix))
		store_subnet(slot->at, &prefix);
}

/* "A-B", blanks around the '-' allowed. */
static bool parse_range(const char *text, uint32_t *first, uint32_t *last)
{
	const char *dash = strchr(text, '-');
	char quad[IPV4_TEXT_SIZE];
	size_t len = dash ? (size_t)(dash - text) : 0;

	while (len && text[len - 1] == ' ')
		len--;
	if (!len || len >= sizeof(quad))
		return false;
	memcpy(quad, text, len);
	quad[len] = '\0';
	for (dash++; *dash == ' ';)
		dash++;
	return !ipv4_parse(quad, first) && !ipv4_parse(dash, last);
}

void value_range(struct schema_run *run, struct tree *value,
		 const struct schema_slot *slot)
{
	struct network_settings *network = slot->at;
	char low[IPV4_TEXT_SIZE], high[IPV4_TEXT_SIZE];
	uint32_t first, last;

	if (!parse_range(value->text, &first, &last))
		diag_error(run->diag, value,
			   "'%.60s' is no range: write "
			   "10.20.0.100-10.20.0.199",
			   value->text);
	else if (first > last)
		diag_error(run->diag, value,
			   "the range ends before it begins (did you mean "
			   "'%s-%s'?)",
			   ipv4_format(last, low), ipv4_format(first, high));
	else
		network->dhcp_first = first, network->dhcp_last = last;
}

static void default_range(struct network_settings *network)
{
	uint32_t base = network->ipv4.addr;
	uint32_t size = ~ipv4_mask(network->ipv4.len) + 1;

	if (size >= 256) {
		network->dhcp_first = base + 100;
		network->dhcp_last = base + 199;
	} else {
		network->dhcp_first = base + size / 2;
		network->dhcp_last = base + size - 2;
	}
}

static void check_range(struct schema_run *run,
			const struct network_settings *network,
			struct tree *range)
{
	const struct ipv4_prefix *subnet = &network->ipv4;
	uint32_t broadcast = subnet->addr | ~ipv4_mask(subnet->len);
	char text[IPV4_PREFIX_TEXT_SIZE];

	ipv4_prefix_format(subnet, text);
	if (!ipv4_prefix_contains(subnet, network->dhcp_first) ||
	    !ipv4_prefix_contains(subnet, network->dhcp_last))
		diag_error(run->diag, range,
			   "DHCP range %.40s is outside the subnet %s",
			   range->text, text);
	else if (network->dhcp_first == subnet->addr ||
		 network->dhcp_last == broadcast)
		diag_error(run->diag, range,
			   "DHCP range %.40s has the network or broadcast "
			   "address of %s in it",
			   range->text, text);
	else if (network->mode == NETWORK_NAT &&
		 network->dhcp_first <= network_gateway(network))
		diag_error(run->diag, range,
			   "DHCP range %.40s has the gateway's address in it",
			   range->text);
}

static void check_gateway_told(struct schema_run *run,
			       const struct network_settings *network,
			       struct tree *at)
{
	const struct dhcp_option *gateway =
		lab_dhcp_option(&network->dhcp_options, LAB_DHCP_GATEWAY);

	if (!at || at->bad || !gateway || !gateway->len)
		return;
	if (network->mode == NETWORK_INTERNAL)
		diag_error(run->diag, at,
			   "no gateway is told on an internal network");
	else if (!ipv4_prefix_contains(&network->ipv4,
				       be32_load(gateway->data)))
		diag_error(run->diag, at, "gateway %s is not on the network",
			   at->text);
}

static void finish_dhcp(struct schema_run *run,
			struct network_settings *network, struct tree *map)
{
	struct tree *dhcp = tree_lookup(map, "dhcp");
	struct tree *range = tree_lookup(dhcp, "range");
	struct tree *ipv4 = tree_lookup(map, "ipv4");

	if (!dhcp)
		network->dhcp = network->mode == NETWORK_NAT;
	if (!network->has_ipv4) {
		if (dhcp && network->dhcp && !ipv4)
			diag_error(run->diag, dhcp->key,
				   "dhcp needs the network's subnet: add "
				   "'ipv4: 10.20.0.0/24'");
		network->dhcp = false;
	}
	if (!network->dhcp) {
		network->lease_s = 0;
		network->rapid_commit = false;
		memset(&network->dhcp_options, 0,
		       sizeof(network->dhcp_options));
		return;
	}
	check_gateway_told(run, network, tree_lookup(dhcp, "gateway"));
	if (range && !range->bad)
		check_range(run, network, range);
	else
		default_range(network);
}

void *build_dns_server_add(struct schema_run *run, void *parent,
			   struct tree *item)
{
	struct network_settings *network = parent;

	if (network->dns_server_count == LAB_MAX_DNS_SERVERS) {
		diag_error(run->diag, item, "more than %d DNS servers",
			   LAB_MAX_DNS_SERVERS);
		return NULL;
	}
	return &network->dns_servers[network->dns_server_count++];
}

/* It is the host that asks, and it can't reach what is behind us. */
static void check_dns_servers(struct schema_run *run,
			      const struct network_settings *network,
			      struct tree *map)
{
	struct tree *servers = tree_lookup(tree_lookup(map, "dns"), "servers");
	uint32_t address;

	if (!servers || !network->has_ipv4)
		return;
	tree_for_each(server, servers)
	{
		if (server->bad || server->kind != TREE_SCALAR ||
		    ipv4_parse(server->text, &address) ||
		    !ipv4_prefix_contains(&network->ipv4, address))
			continue;
		diag_error(run->diag, server,
			   "DNS server %s is on the network itself, where the "
			   "host can't ask it",
			   server->text);
	}
}

static void check_bridge(struct schema_run *run,
			 struct network_settings *network, struct tree *map)
{
	struct tree *dhcp = tree_lookup(map, "dhcp");

	if (!tree_lookup(map, "uplink"))
		diag_error(run->diag, map->key,
			   "a bridge network needs the name of an uplink: add "
			   "'uplink: bond0'");
	if (!dhcp || !network->dhcp)
		return;
	diag_error(run->diag, dhcp,
		   "a bridge network serves no DHCP: that would be for the "
		   "whole wire outside");
	network->dhcp = false;
}

/* Keys that mean something to one of the engines only. */
static void check_engine(struct schema_run *run,
			 const struct network_settings *network,
			 struct tree *map)
{
	static const char *const of_user[] = {"filtering", "limits"};
	struct tree *ip_forward = tree_lookup(map, "ip-forward");
	unsigned i;

	if (network->engine == NAT_ENGINE_USER) {
		if (ip_forward)
			diag_error(run->diag, ip_forward->key,
				   "'ip-forward' goes with 'engine: kernel'");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(of_user); i++) {
		struct tree *value = tree_lookup(map, of_user[i]);

		if (value)
			diag_error(run->diag, value->key,
				   "'%s' goes with 'engine: user': the kernel "
				   "filters by address and port, and "
				   "conntrack has limits of its own",
				   of_user[i]);
	}
	for (i = 0; i < network->forward_count; i++) {
		if (network->forwards[i].is_v6)
			diag_error(run->diag, tree_lookup(map, "forward"),
				   "a forward of an IPv6 address goes with "
				   "'engine: user'");
	}
}

void build_network_end(struct schema_run *run, void *at, struct tree *map)
{
	struct network_settings *network = at;
	struct tree *mode = tree_lookup(map, "mode");
	struct tree *ipv4 = tree_lookup(map, "ipv4");
	bool nat = mode && !mode->bad && network->mode == NETWORK_NAT;
	bool bridge = mode && !mode->bad && network->mode == NETWORK_BRIDGE;

	if (nat && !ipv4)
		diag_error(run->diag, map->key,
			   "a nat network needs a subnet: add "
			   "'ipv4: 10.20.0.0/24'");
	else if (nat && network->has_ipv4 && network->ipv4.len > NAT_MAX_LEN)
		diag_error(run->diag, ipv4,
			   "a nat network needs a subnet of /%u or larger: "
			   "the gateway takes one address",
			   NAT_MAX_LEN);
	if (nat)
		check_engine(run, network, map);
	if (bridge)
		check_bridge(run, network, map);
	if (network->mode != NETWORK_NAT)
		network->max_flows = network->max_flows_per_port = 0;
	if (!network->has_ipv6)
		network->dhcp6_first = network->dhcp6_last = 0;
	finish_dhcp(run, network, map);
	check_dns_servers(run, network, map);
}

void build_name(struct schema_run *run, struct tree *key, char *name)
{
	const struct schema_slot slot = {.at = name, .size = LAB_NAME_SIZE};

	/* Also of a bad name, so that whoever refers to it isn't blamed too. */
	snprintf(name, LAB_NAME_SIZE, "%s", key->text);
	value_name(run, key, &slot);
}

void *build_network_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct lab_build *build = parent;
	struct network_settings *network;
	struct lab *lab = build->lab;

	if (lab->network_count == LAB_MAX_NETWORKS) {
		diag_error(run->diag, item->key, "more than %d networks",
			   LAB_MAX_NETWORKS);
		return NULL;
	}
	build->network_at[lab->network_count] = item;
	network = &lab->networks[lab->network_count++];
	build_name(run, item->key, network->name);
	network->mode = NETWORK_INTERNAL;
	schema_default(run, type_networks.item, network);
	return network;
}
