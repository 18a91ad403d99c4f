// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_check_nics.c - NICs against their networks: does it exist, do the
 * addresses fit
 */
#include <string.h>

#include "cli/lab/lab_build.h"
#include "cli/lab/lab_dhcp.h"
#include "cli/lab/suggest.h"
#include "core/addr.h"
#include "core/bytes.h"

/**
 * struct nic_check - one NIC under judgement
 * @diag:	where mistakes go
 * @network:	what it is plugged into
 * @nic:	its settings, completed here
 * @at:		its place in the tree
 */
struct nic_check {
	struct diagnostics *diag;
	const struct network_settings *network;
	struct nic_settings *nic;
	const struct tree *at;
};

static bool resolve_network(struct lab_build *build, struct nic_settings *nic,
			    struct tree *net)
{
	const struct lab *lab = build->lab;
	const struct network_settings *network;
	char text[SUGGEST_TEXT_SIZE];
	struct suggest suggest;

	network = lab_lookup_network(lab, net->text);
	if (network) {
		nic->network = (uint16_t)(network - lab->networks);
		return true;
	}
	suggest_init(&suggest, net->text);
	for (unsigned i = 0;
	     i < lab->network_count && !diag_is_full(build->diag); i++)
		suggest_offer(&suggest, lab->networks[i].name,
			      lab->networks[i].name);
	diag_error(build->diag, net, "no network is called '%.40s'%s",
		   net->text, suggest_format(&suggest, text));
	return false;
}

/* A host's address on the network, not the network's own: else a complaint. */
static bool address_fits(struct nic_check *c, struct tree *at, uint32_t addr)
{
	const struct ipv4_prefix *subnet = &c->network->ipv4;
	uint32_t host = ~ipv4_mask(subnet->len);
	char text[IPV4_TEXT_SIZE], subnet_text[IPV4_PREFIX_TEXT_SIZE];

	ipv4_format(addr, text);
	ipv4_prefix_format(subnet, subnet_text);
	if (!ipv4_prefix_contains(subnet, addr))
		diag_error(c->diag, at,
			   "address %s is outside %s of network '%s'", text,
			   subnet_text, c->network->name);
	else if ((addr & host) == 0 || (addr & host) == host)
		diag_error(c->diag, at, "%s is the %s address of %s, no host's",
			   text, addr & host ? "broadcast" : "network",
			   subnet_text);
	else if (c->network->mode == NETWORK_NAT &&
		 addr == network_gateway(c->network))
		diag_error(c->diag, at, "%s is the gateway of network '%s'",
			   text, c->network->name);
	else
		return true;
	return false;
}

static void check_static(struct nic_check *c, struct tree *at)
{
	const struct network_settings *network = c->network;
	const struct ipv4_prefix *address = &c->nic->address;
	char text[IPV4_TEXT_SIZE];

	if (!network->has_ipv4 || !address_fits(c, at, address->addr))
		return;
	ipv4_format(address->addr, text);
	if (address->len != network->ipv4.len)
		diag_error(c->diag, at,
			   "network '%s' is a /%u (did you mean '%s/%u'?)",
			   network->name, network->ipv4.len, text,
			   network->ipv4.len);
	else if (network->dhcp && address->addr >= network->dhcp_first &&
		 address->addr <= network->dhcp_last)
		diag_error(c->diag, at,
			   "address %s is in the DHCP range of network '%s': "
			   "choose one outside, or 'reserve: %s'",
			   text, network->name, text);
}

static void check_gateway(struct nic_check *c, struct tree *at)
{
	const struct nic_settings *nic = c->nic;

	if (nic->ipv4 != NIC_IPV4_STATIC)
		diag_error(c->diag, at->key,
			   "'gateway' needs a static address: DHCP brings its "
			   "own");
	else if (!ipv4_prefix_contains(&nic->address, nic->gateway))
		diag_error(c->diag, at, "gateway %s is not on the NIC's subnet",
			   at->text);
	else if (nic->gateway == nic->address.addr)
		diag_error(c->diag, at, "gateway %s is the NIC itself",
			   at->text);
}

static void check_reserve(struct nic_check *c, struct tree *at)
{
	if (c->nic->ipv4 != NIC_IPV4_DHCP)
		diag_error(c->diag, at->key,
			   "'reserve' is for a NIC that asks DHCP, and this "
			   "one doesn't");
	else if (c->network->mode == NETWORK_BRIDGE)
		diag_error(c->diag, at->key,
			   "'reserve' is for DHCP of weft's, and network '%s' "
			   "has that of its wire",
			   c->network->name);
	else if (c->network->has_ipv4)
		address_fits(c, at, c->nic->reserve);
}

/* dhcp: of the NIC, so what the network's DHCP server tells it. */
static void check_told(struct nic_check *c, struct tree *at)
{
	const struct dhcp_option *gateway =
		lab_dhcp_option(&c->nic->dhcp_options, LAB_DHCP_GATEWAY);

	if (!c->network->dhcp)
		diag_error(c->diag, at->key,
			   "network '%s' serves no DHCP that could tell this "
			   "NIC anything",
			   c->network->name);
	else if (c->nic->ipv4 != NIC_IPV4_DHCP)
		diag_error(c->diag, at->key,
			   "'dhcp' is for a NIC that asks DHCP, and this one "
			   "doesn't");
	else if (gateway && gateway->len && c->network->mode != NETWORK_NAT)
		diag_error(c->diag, tree_lookup(at, "gateway"),
			   "no gateway is told on network '%s': it is "
			   "internal",
			   c->network->name);
	else if (gateway && gateway->len &&
		 !ipv4_prefix_contains(&c->network->ipv4,
				       be32_load(gateway->data)))
		diag_error(c->diag, tree_lookup(at, "gateway"),
			   "gateway %s is not on network '%s'",
			   tree_lookup(at, "gateway")->text, c->network->name);
}

static bool is_usable(const struct tree *value)
{
	return value && !value->bad;
}

/* On the wire of a bridge network somebody else serves it. */
static bool has_dhcp(const struct network_settings *network)
{
	return network->dhcp || network->mode == NETWORK_BRIDGE;
}

static void check_nic(struct nic_check *c)
{
	const struct network_settings *network = c->network;
	struct tree *ipv4 = tree_lookup(c->at, "ipv4");
	struct tree *reserve = tree_lookup(c->at, "reserve");
	struct tree *gateway = tree_lookup(c->at, "gateway");
	struct tree *dhcp = tree_lookup(c->at, "dhcp");
	struct nic_settings *nic = c->nic;

	if (nic->ipv4 == NIC_IPV4_COUNT)
		nic->ipv4 = has_dhcp(network) ? NIC_IPV4_DHCP : NIC_IPV4_NONE;
	if (ipv4 && ipv4->bad)
		return;
	if (ipv4 && nic->ipv4 == NIC_IPV4_DHCP && !has_dhcp(network))
		diag_error(c->diag, ipv4,
			   "network '%s' serves no DHCP: add 'dhcp: on' to it",
			   network->name);
	if (ipv4 && nic->ipv4 == NIC_IPV4_STATIC)
		check_static(c, ipv4);
	if (is_usable(gateway) && !(ipv4 && ipv4->bad))
		check_gateway(c, gateway);
	if (is_usable(reserve) && !(ipv4 && ipv4->bad))
		check_reserve(c, reserve);
	if (is_usable(dhcp) && !(ipv4 && ipv4->bad))
		check_told(c, dhcp);
}

/*
 * A network whose own keys are wrong can't judge a NIC: what it would have said
 * is unknown, and its mistake would be reported twice.
 */
static bool is_doubtful(const struct tree *network)
{
	static const char *const keys[] = {"mode", "ipv4", "dhcp"};
	const struct tree *dhcp = tree_lookup(network, "dhcp");
	const struct tree *range = tree_lookup(dhcp, "range");

	if (network->bad || (network->key && network->key->bad))
		return true;
	for (unsigned i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct tree *value = tree_lookup(network, keys[i]);

		if (value && (value->bad || value->key->bad))
			return true;
	}
	return range && range->bad;
}

static void check_node(struct lab_build *build, unsigned index)
{
	struct lab *lab = build->lab;
	struct node_settings *node = &lab->nodes[index];

	for (unsigned i = 0; i < node->nic_count; i++) {
		struct tree *at = build->nic_at[index][i];
		struct tree *net = tree_lookup(at, "net");
		struct nic_check check = {build->diag, NULL, &node->nics[i],
					  at};

		/* The end of a link is a scalar: complete, and never wrong. */
		if (at->kind != TREE_MAP || !net || net->bad)
			continue;
		if (!resolve_network(build, &node->nics[i], net))
			continue;
		check.network = &lab->networks[node->nics[i].network];
		if (!is_doubtful(build->network_at[node->nics[i].network]))
			check_nic(&check);
	}
}

/* Where the file doesn't say how many, there are as many as there is room. */
static void settle_spares(struct lab_build *build, unsigned index)
{
	struct node_settings *node = &build->lab->nodes[index];
	unsigned room = LAB_MAX_NICS - node->nic_count;
	struct tree *key = tree_lookup(build->node_at[index], "spare-nics");

	if (is_usable(key) && node->spare_count > room)
		diag_error(build->diag, key,
			   "node '%s' has %u NICs: of %d there is room for %u "
			   "spare ones",
			   node->name, node->nic_count, LAB_MAX_NICS, room);
	node->spare_count = MIN(node->spare_count, room);
	for (unsigned i = node->nic_count; i < node_nic_total(node); i++) {
		node->nics[i].network = LAB_NO_NETWORK;
		node->nics[i].ipv4 = NIC_IPV4_DHCP;
	}
}

void lab_check_nics(struct lab_build *build)
{
	for (unsigned i = 0; i < build->lab->node_count; i++) {
		check_node(build, i);
		settle_spares(build, i);
	}
}
