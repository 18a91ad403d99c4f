// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel_nat.c - nat networks whose engine is the kernel: taps that labd keeps,
 * and one nftables table
 *
 * Theory of operation
 *
 * What can fail because of the host is done before anything of a lab is
 * changed: the table is made, empty, and so are new taps, without an address.
 * Once the change is made, taps get addresses and routes, and the table gets
 * its rules in one transaction. Rules are made of the lab and of the host's
 * ports, whose addresses the fabric knows; a lease that changes one has all
 * rules made anew, later in the same round of the loop, so that ten leases cost
 * one transaction.
 *
 * The interface's address is the gateway's, and so is its MAC address: to
 * guests the gateway of weft-switch, which answers ARP and serves names, and
 * the host that routes are one (switch/gateway/gateway_kernel.c).
 *
 * Limits: an address or route that can't be set when its time comes is said in
 * the log, and tried again with the next weft up only.
 */
#include "cli/labd/kernel_nat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/host/netlink.h"
#include "cli/host/sysctl.h"
#include "cli/labd/fabric_names.h"

static void gateway_close(struct kernel_gateway *gateway)
{
	if (gateway->network[0])
		host_tap_close(&gateway->tap);
	memset(gateway, 0, sizeof(*gateway));
	gateway->tap.fd = -1;
}

static struct kernel_gateway *lookup(struct kernel_nat *table,
				     const char *network)
{
	unsigned i;

	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		if (strcmp(table->gateways[i].network, network) == 0)
			return &table->gateways[i];
	}
	return NULL;
}

const struct kernel_gateway *kernel_nat_lookup(const struct kernel_nat *table,
					       const char *network)
{
	return lookup((struct kernel_nat *)(uintptr_t)table, network);
}

/* The table and the host's forwarding are for gateways. */
void kernel_nat_forget(struct kernel_nat *table)
{
	bool is_needed = false;
	unsigned i;

	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		if (!table->gateways[i].is_wanted)
			gateway_close(&table->gateways[i]);
		is_needed |= table->gateways[i].is_wanted;
	}
	if (is_needed)
		return;
	nft_close(table->nft);
	table->nft = NULL;
	ip_forward_release(&table->forwarding);
}

/**
 * struct rule_book - all that the rules are made of
 * @networks:	@rules.network_count entries
 * @inside:	subnets of each
 * @forwards:	@rules.forward_count entries
 * @rules:	of these
 */
struct rule_book {
	struct nat_rules_network networks[LAB_MAX_NETWORKS];
	struct ipv4_prefix inside[LAB_MAX_NETWORKS][LAB_MAX_ROUTES + 1];
	struct nat_rules_forward forwards[HOST_PORTS_MAX];
	struct nat_rules rules;
};

static void book_network(struct rule_book *book,
			 const struct kernel_gateway *gateway,
			 const struct network_settings *network)
{
	unsigned place = book->rules.network_count++, i;
	struct ipv4_prefix *inside = book->inside[place];

	inside[0] = network->ipv4;
	for (i = 0; i < network->route_count; i++)
		inside[i + 1] = network->routes[i].to;
	book->networks[place] = (struct nat_rules_network){
		.name = network->name,
		.ifindex = gateway->tap.ifindex,
		.gateway = network_gateway(network),
		.inside = inside,
		.inside_count = network->route_count + 1,
		.host_access = network->host_access,
	};
}

static void book_forward(struct rule_book *book, const struct lab *lab,
			 const struct host_port *port)
{
	const struct network_settings *network =
		lab_numbered_network(lab, port->network);

	if (!port->is_wanted || !port->address || port->forward.is_v6 ||
	    !network || !network_is_kernel_nat(network))
		return;
	book->forwards[book->rules.forward_count++] =
		(struct nat_rules_forward){
			.host = port->forward.host,
			.host_port = port->forward.host_port,
			.address = port->address,
			.port = port->forward.port,
			.udp = port->forward.udp,
		};
}

static struct rule_book *book_open(const struct kernel_nat *table)
{
	const struct lab *lab = table->lab;
	struct rule_book *book = calloc(1, sizeof(*book));
	unsigned i;

	if (!book)
		return NULL;
	book->rules.networks = book->networks;
	book->rules.forwards = book->forwards;
	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		const struct kernel_gateway *gateway = &table->gateways[i];
		const struct network_settings *network =
			lab_lookup_network(lab, gateway->network);

		if (gateway->is_wanted && network)
			book_network(book, gateway, network);
	}
	for (i = 0; i < HOST_PORTS_MAX; i++)
		book_forward(book, lab, &table->settings.host_ports->ports[i]);
	return book;
}

/* Counters go on where they are; those that are new begin at 0. */
static int write_rules(struct kernel_nat *table, const struct rule_book *book,
		       struct err *err)
{
	size_t count = nat_rules_counter_count(&book->rules);
	struct nft_counter *counters = calloc(count, sizeof(*counters));
	const struct nft_content content = {
		.rules = nat_rules_emit,
		.ctx = (void *)(uintptr_t)&book->rules,
		.counters = counters,
		.counter_count = count,
	};
	int code;

	if (!counters)
		return err_set(err, -ENOMEM, "no memory for rules");
	nat_rules_counters(&book->rules, counters);
	code = nft_read_counters(table->nft, counters, count, err);
	if (!code)
		code = nft_replace(table->nft, &content, err);
	free(counters);
	return code;
}

static void update_rules(struct kernel_nat *table)
{
	struct rule_book *book;
	struct err err = {0};

	if (!table->nft || !table->lab)
		return;
	book = book_open(table);
	if (!book)
		err_set(&err, -ENOMEM, "no memory for rules");
	else
		write_rules(table, book, &err);
	free(book);
	if (err.code)
		log_error(table->settings.log, "NAT by the kernel: %s",
			  err.msg);
}

static void update_now(struct deferred *deferred)
{
	update_rules(container_of(deferred, struct kernel_nat, update));
}

void kernel_nat_forwards_changed(struct kernel_nat *table)
{
	loop_defer(table->settings.loop, &table->update);
}

void kernel_nat_init(struct kernel_nat *table,
		     const struct kernel_nat_settings *settings)
{
	unsigned i;

	memset(table, 0, sizeof(*table));
	table->settings = *settings;
	ip_forward_init(&table->forwarding);
	deferred_init(&table->update, update_now);
	for (i = 0; i < LAB_MAX_NETWORKS; i++)
		table->gateways[i].tap.fd = -1;
}

void kernel_nat_fini(struct kernel_nat *table)
{
	unsigned i;

	deferred_cancel(&table->update);
	for (i = 0; i < LAB_MAX_NETWORKS; i++)
		table->gateways[i].is_wanted = false;
	kernel_nat_forget(table);
	table->lab = NULL;
}

/* Our own interfaces are in nobody's way: they change. */
static int check_subnet(const struct kernel_nat *table,
			const struct ipv4_prefix *prefix, struct err *err)
{
	char text[IPV4_PREFIX_TEXT_SIZE], theirs[IPV4_PREFIX_TEXT_SIZE];
	unsigned except[LAB_MAX_NETWORKS + 1], i, count = 0;
	struct netlink_address found;
	int rc;

	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		if (table->gateways[i].network[0])
			except[count++] = table->gateways[i].tap.ifindex;
	}
	except[count] = 0;
	rc = netlink_lookup_overlap(prefix, except, &found, err);
	if (rc <= 0)
		return rc;
	return err_set(err, -EADDRINUSE,
		       "subnet %s is in the way of this host's own %s on %s: "
		       "choose another",
		       ipv4_prefix_format(prefix, text),
		       ipv4_prefix_format(&found.prefix, theirs), found.ifname);
}

static int check_subnets(const struct kernel_nat *table,
			 const struct network_settings *network,
			 struct err *err)
{
	int rc = check_subnet(table, &network->ipv4, err);
	unsigned i;

	for (i = 0; !rc && i < network->route_count; i++)
		rc = check_subnet(table, &network->routes[i].to, err);
	return rc;
}

static int check_forwarding(const struct kernel_nat *table,
			    const struct lab *lab, struct err *err)
{
	unsigned i;

	for (i = 0; i < lab->network_count; i++) {
		if (network_is_kernel_nat(&lab->networks[i]) &&
		    lab->networks[i].ip_forward)
			return table->forwarding.hold_fd >= 0
				       ? 0
				       : ip_forward_can_enable(err);
	}
	return ip_forward_check(err);
}

static int set_up(const char *ifname, struct err *err)
{
	static const char *const names[] = {
		"forwarding",
		"arp_announce",   /* guests hear of one address of the host */
		"route_localnet", /* for forwards of the host's loopback */
	};
	unsigned i;
	int rc = 0;

	for (i = 0; !rc && i < ARRAY_SIZE(names); i++)
		rc = sysctl_set_interface("ipv4", ifname, names[i], err);
	return rc;
}

static int open_gateway(struct kernel_nat *table,
			const struct network_settings *network, struct err *err)
{
	char ifname[TAP_NAME_SIZE];
	struct host_tap_settings settings = {.ifname = ifname,
					     .mtu = network->mtu};
	struct kernel_gateway *gateway;
	int rc;

	if (lookup(table, network->name))
		return 0;
	gateway = lookup(table, "");
	if (!gateway)
		return err_set(err, -ENOSPC, "more than %u networks",
			       LAB_MAX_NETWORKS);
	fabric_service_mac(network_gateway(network), &settings.mac);
	host_tap_name(table->settings.name, network->name, &settings.mac,
		      ifname);
	rc = host_tap_open(&gateway->tap, &settings, err);
	if (rc)
		return rc;
	gateway->mac = settings.mac;
	memcpy(gateway->network, network->name, sizeof(gateway->network));
	return set_up(ifname, err);
}

static void name_table(const struct kernel_nat *table, char name[NFT_NAME])
{
	snprintf(name, NFT_NAME, "weft-%s", table->settings.name);
}

static int open_table(struct kernel_nat *table, const struct lab *lab,
		      struct err *err)
{
	char name[NFT_NAME];
	int rc = check_forwarding(table, lab, err);

	if (rc || table->nft)
		return rc;
	name_table(table, name);
	table->nft = nft_open(name, err);
	return table->nft ? 0 : err->code;
}

int kernel_nat_open(struct kernel_nat *table, const struct lab *lab,
		    struct err *err)
{
	unsigned i;
	int rc = 0;

	kernel_nat_forget(table);
	for (i = 0; !rc && i < lab->network_count; i++) {
		const struct network_settings *network = &lab->networks[i];

		if (!network_is_kernel_nat(network))
			continue;
		rc = check_subnets(table, network, err);
		if (!rc)
			rc = open_gateway(table, network, err);
		if (!rc)
			rc = open_table(table, lab, err);
		if (rc)
			err_wrap(err, "network %s: engine kernel",
				 network->name);
	}
	if (rc)
		kernel_nat_forget(table);
	return rc;
}

static void complain(const struct kernel_nat *table, const char *network,
		     const struct err *err)
{
	log_error(table->settings.log, "network %s: engine kernel: %s", network,
		  err->msg);
}

/* Those that stay are set anew too: their router may have moved. */
static void set_routes(const struct kernel_nat *table,
		       struct kernel_gateway *gateway,
		       const struct network_settings *network)
{
	unsigned ifindex = gateway->tap.ifindex, i;
	struct err err;

	for (i = 0; i < gateway->route_count; i++)
		netlink_remove_route(ifindex, &gateway->routes[i].to,
				     gateway->routes[i].gateway, &err);
	memcpy(gateway->routes, network->routes, sizeof(gateway->routes));
	gateway->route_count = network->route_count;
	for (i = 0; i < network->route_count; i++) {
		if (netlink_add_route(ifindex, &network->routes[i].to,
				      network->routes[i].gateway, &err))
			complain(table, network->name, &err);
	}
}

static void settle(struct kernel_nat *table, struct kernel_gateway *gateway,
		   const struct network_settings *network)
{
	const struct ipv4_prefix address = {.addr = network_gateway(network),
					    .len = network->ipv4.len};
	struct host_tap *tap = &gateway->tap;
	struct mac mac;
	struct err err;

	fabric_service_mac(address.addr, &mac);
	if (host_tap_set_mtu(tap, network->mtu, &err))
		complain(table, network->name, &err);
	if (!mac_is_equal(&mac, &gateway->mac) &&
	    host_tap_set_mac(tap, &mac, &err))
		complain(table, network->name, &err);
	gateway->mac = mac;
	if (host_tap_set_address(tap, &address, &err))
		complain(table, network->name, &err);
	set_routes(table, gateway, network);
	if (network->ip_forward &&
	    ip_forward_enable(&table->forwarding, table->settings.dir, &err))
		complain(table, network->name, &err);
}

/* An address may move from one network to another: first all are taken back. */
static void take_back(struct kernel_gateway *gateway,
		      const struct network_settings *network)
{
	struct err ignored;

	if (gateway->tap.has_address &&
	    gateway->tap.address.addr != network_gateway(network))
		host_tap_set_address(&gateway->tap, NULL, &ignored);
}

static const struct network_settings *
wanted(const struct kernel_nat *table, const struct kernel_gateway *gateway)
{
	const struct network_settings *network;

	if (!gateway->network[0])
		return NULL;
	network = lab_lookup_network(table->lab, gateway->network);
	return network && network_is_kernel_nat(network) ? network : NULL;
}

void kernel_nat_change(struct kernel_nat *table, const struct lab *lab)
{
	unsigned i;

	table->lab = lab;
	for (i = 0; i < LAB_MAX_NETWORKS; i++)
		table->gateways[i].is_wanted =
			wanted(table, &table->gateways[i]) != NULL;
	kernel_nat_forget(table);
	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		struct kernel_gateway *gateway = &table->gateways[i];

		if (gateway->is_wanted)
			take_back(gateway, wanted(table, gateway));
	}
	/* before anybody can be reached */
	update_rules(table);
	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		struct kernel_gateway *gateway = &table->gateways[i];

		if (gateway->is_wanted)
			settle(table, gateway, wanted(table, gateway));
	}
}

void kernel_nat_read(const struct kernel_nat *table,
		     struct nft_counter *counters, size_t count)
{
	struct err ignored;

	if (table->nft)
		nft_read_counters(table->nft, counters, count, &ignored);
}

void kernel_nat_firewall(const struct kernel_nat *table,
			 const struct network_settings *network,
			 struct firewall_answer *answer)
{
	const struct kernel_gateway *gateway =
		kernel_nat_lookup(table, network->name);
	char own[NFT_NAME];
	struct firewall_guest guest = {
		.address = network_gateway(network) + 1,
		.own_table = own,
	};
	struct err ignored;

	*answer = (struct firewall_answer){.verdict = FIREWALL_PASSES};
	if (!gateway)
		return;
	guest.ifname = gateway->tap.ifname;
	name_table(table, own);
	firewall_ask(&guest, answer, &ignored);
}
