// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_route.c - routes: of a nat network, and whether they lead anywhere
 *
 * Guests are told a route by its router's address, so that must not change: a
 * router that would take any address by DHCP gets one reserved.
 */
#include <stdio.h>
#include <string.h>

#include "cli/lab/lab_build.h"

#define ROUTE_MAX_LEN 32

void value_route_to(struct schema_run *run, struct tree *value,
		    const struct schema_slot *slot)
{
	struct ipv4_prefix *to = slot->at, prefix;

	if (!lab_parse_subnet(run, value, ROUTE_MAX_LEN, &prefix))
		return;
	to->addr = prefix.addr;
	to->len = prefix.len;
}

void value_route_via(struct schema_run *run, struct tree *value,
		     const struct schema_slot *slot)
{
	if (strlen(value->text) >= slot->size)
		diag_error(run->diag, value,
			   "'%.40s' is no node and no address: write "
			   "'via: router'",
			   value->text);
	else
		snprintf(slot->at, slot->size, "%s", value->text);
}

void *build_route_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct network_settings *network = parent;

	if (network->route_count == LAB_MAX_ROUTES) {
		diag_error(run->diag, item, "more than %d routes",
			   LAB_MAX_ROUTES);
		return NULL;
	}
	return &network->routes[network->route_count++];
}

static bool overlap(const struct ipv4_prefix *a, const struct ipv4_prefix *b)
{
	return ipv4_prefix_contains(a, b->addr) ||
	       ipv4_prefix_contains(b, a->addr);
}

/* The network and its routes are one inside; a nat network is another. */
static void check_to(struct lab_build *build, unsigned index, unsigned route,
		     struct tree *at)
{
	const struct lab *lab = build->lab;
	const struct network_settings *own = &lab->networks[index];
	const struct ipv4_prefix *to = &own->routes[route].to;
	char text[IPV4_PREFIX_TEXT_SIZE];
	unsigned i;

	ipv4_prefix_format(to, text);
	for (i = 0; i < route; i++) {
		if (overlap(to, &own->routes[i].to)) {
			diag_error(build->diag, at,
				   "%s overlaps with another route of '%s'",
				   text, own->name);
			return;
		}
	}
	for (i = 0; i < lab->network_count; i++) {
		const struct network_settings *other = &lab->networks[i];

		if (other->mode != NETWORK_NAT || !other->has_ipv4 ||
		    !overlap(to, &other->ipv4))
			continue;
		diag_error(build->diag, at,
			   "%s overlaps with the subnet of nat network '%s'",
			   text, other->name);
		return;
	}
}

static bool is_taken(const struct lab *lab, unsigned network, uint32_t address)
{
	unsigned i, j;

	for (i = 0; i < lab->node_count; i++) {
		for (j = 0; j < lab->nodes[i].nic_count; j++) {
			const struct nic_settings *nic = &lab->nodes[i].nics[j];

			if (nic->network == network &&
			    (nic->reserve == address ||
			     (nic->ipv4 == NIC_IPV4_STATIC &&
			      nic->address.addr == address)))
				return true;
		}
	}
	return false;
}

/* The highest that is free: the range for all others is below, as a rule. */
static uint32_t free_address(const struct lab *lab, unsigned network)
{
	const struct network_settings *n = &lab->networks[network];
	uint32_t address = (n->ipv4.addr | ~ipv4_mask(n->ipv4.len)) - 1;

	while (address > network_gateway(n) && is_taken(lab, network, address))
		address--;
	return address > network_gateway(n) ? address : 0;
}

static struct nic_settings *nic_on(struct node_settings *node, unsigned network)
{
	unsigned i;

	for (i = 0; i < node->nic_count; i++) {
		if (node->nics[i].network == network)
			return &node->nics[i];
	}
	return NULL;
}

static uint32_t fixed_address(struct lab *lab, struct nic_settings *nic)
{
	if (nic->ipv4 == NIC_IPV4_STATIC)
		return nic->address.addr;
	if (nic->ipv4 == NIC_IPV4_DHCP && !nic->reserve)
		nic->reserve = free_address(lab, nic->network);
	return nic->reserve;
}

static void resolve_router(struct lab_build *build, unsigned index,
			   struct route_settings *route, struct tree *at)
{
	struct network_settings *network = &build->lab->networks[index];
	struct node_settings *node;
	struct nic_settings *nic;

	node = lab_resolve_node(build, at, route->via);
	if (!node)
		return;
	nic = nic_on(node, index);
	if (!nic) {
		diag_error(build->diag, at,
			   "'%s' has no NIC on network '%s' (add "
			   "'{ net: %s }' to its nics)",
			   node->name, network->name, network->name);
		return;
	}
	route->gateway = fixed_address(build->lab, nic);
	if (!route->gateway)
		diag_error(build->diag, at,
			   "'%s' has no address on network '%s'", node->name,
			   network->name);
}

static void check_router_address(struct lab_build *build, unsigned index,
				 const struct route_settings *route,
				 struct tree *at)
{
	const struct network_settings *network = &build->lab->networks[index];
	const struct ipv4_prefix *subnet = &network->ipv4;
	uint32_t host = ~ipv4_mask(subnet->len);
	char text[IPV4_PREFIX_TEXT_SIZE];

	if (!ipv4_prefix_contains(subnet, route->gateway))
		diag_error(build->diag, at, "router %s is outside %s of '%s'",
			   route->via, ipv4_prefix_format(subnet, text),
			   network->name);
	else if (!(route->gateway & host) || (route->gateway & host) == host ||
		 route->gateway == network_gateway(network))
		diag_error(build->diag, at,
			   "%s can't be a router: it is no node's address",
			   route->via);
}

static void check_routes(struct lab_build *build, unsigned index)
{
	struct network_settings *network = &build->lab->networks[index];
	struct tree *routes = tree_lookup(build->network_at[index], "routes");
	unsigned i = 0;

	if (!routes || routes->bad || routes->kind != TREE_LIST)
		return;
	tree_for_each(item, routes)
	{
		struct tree *to = tree_lookup(item, "to");
		struct tree *via = tree_lookup(item, "via");
		struct route_settings *route = &network->routes[i];

		if (i == network->route_count)
			return;
		if (to && !to->bad && !item->bad)
			check_to(build, index, i, to);
		i++;
		if (!via || via->bad || item->bad)
			continue;
		if (ipv4_parse(route->via, &route->gateway))
			resolve_router(build, index, route, via);
		else
			check_router_address(build, index, route, via);
	}
}

void lab_check_routes(struct lab_build *build)
{
	unsigned i;

	for (i = 0; i < build->lab->network_count; i++) {
		if (build->lab->networks[i].has_ipv4)
			check_routes(build, i);
	}
}
