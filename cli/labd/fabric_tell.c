// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric_tell.c - the lab in weft-switch's words
 */
#include <stdio.h>
#include <string.h>

#include "cli/labd/fabric_internal.h"
#include "cli/labd/fabric_names.h"
#include "switch/ra.h"

static_assert(WIRE_MAX_RESOLVERS >= RESOLV_CONF_MAX &&
		      WIRE_MAX_RESOLVERS >= LAB_MAX_DNS_SERVERS,
	      "a message holds all of either list");
static_assert(WIRE_RECORD_NAME_SIZE >= LAB_DOMAIN_SIZE &&
		      WIRE_RECORD_VALUE_SIZE >= LAB_RECORD_SIZE,
	      "and of a record");

static void fabric_answer(void *arg, const union wire_message *answer)
{
	struct fabric *fabric = arg;

	if (answer && answer->reply.code)
		fabric->events->refused(fabric->ctx, answer->reply.text);
}

void fabric_tell(struct fabric *fabric, union wire_message *message,
		 const int *fds)
{
	switch_link_request(fabric->link, message, fds, fabric_answer, fabric);
}

static const struct network_settings *network_at(const struct fabric *fabric,
						 unsigned network)
{
	return &fabric->settings.lab->networks[network];
}

static void fill_ipv6(const struct network_settings *network,
		      struct wire_ipv6 *ipv6)
{
	static const uint8_t ra_flags[NETWORK_RA_COUNT] = {
		[NETWORK_RA_STATELESS] = RA_OTHER,
		[NETWORK_RA_STATEFUL] = RA_MANAGED | RA_OTHER,
	};

	if (!network->has_ipv6)
		return;
	ipv6->prefix.addr = network->ipv6;
	ipv6->prefix.len = NETWORK_IPV6_LEN;
	ipv6->dhcp6_first = network->dhcp6_first;
	ipv6->dhcp6_last = network->dhcp6_last;
	ipv6->advertise = network->ra != NETWORK_RA_OFF;
	ipv6->ra_flags = ra_flags[network->ra];
	ipv6->prefix_flags = RA_ON_LINK;
	if (network->ra != NETWORK_RA_STATEFUL)
		ipv6->prefix_flags |= RA_AUTONOMOUS;
}

void fabric_tell_network(struct fabric *fabric, enum wire_type type, unsigned i)
{
	const struct network_settings *network = network_at(fabric, i);
	union wire_message message;
	struct wire_network_add *add = &message.network_add;

	memset(&message, 0, sizeof(message));
	add->header.type = type;
	add->network = network->number;
	add->group = fabric->groups[network->number];
	snprintf(add->name, sizeof(add->name), "%s", network->name);
	snprintf(add->domain, sizeof(add->domain), "%s", network->domain);
	add->forward_private = network->forward_private;
	add->mtu = network->mtu;
	add->dhcp = network->dhcp;
	add->dhcp_first = network->dhcp_first;
	add->dhcp_last = network->dhcp_last;
	add->lease_s = network->lease_s;
	add->nat = (struct wire_nat){
		.host_access = network->host_access,
		.filtering = (uint8_t)network->filtering,
		.max_flows = network->max_flows,
		.max_flows_per_port = network->max_flows_per_port,
	};
	add->rapid_commit = network->rapid_commit;
	add->link_local = network->link_local;
	fill_ipv6(network, &add->ipv6);
	if (network->mode == NETWORK_NAT)
		add->service = WIRE_SERVICE_GATEWAY;
	else if (network->dhcp)
		add->service = WIRE_SERVICE_DHCP;
	add->address.len = network->ipv4.len;
	add->address.addr = fabric_service_address(fabric->settings.lab, i);
	fabric_service_mac(add->address.addr, &add->mac);
	fabric_tell(fabric, &message, NULL);
}

static void tell_reservation(struct fabric *fabric,
			     const struct node_settings *node, unsigned i)
{
	const struct nic_settings *nic = &node->nics[i];
	union wire_message message;
	uint32_t address = nic->reserve;

	/* DHCP must never give a static NIC's address to another. */
	if (nic->ipv4 == NIC_IPV4_STATIC)
		address = nic->address.addr;
	if (!address)
		return;
	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_RESERVATION_ADD;
	message.reservation_add.network =
		network_at(fabric, nic->network)->number;
	message.reservation_add.mac = nic->mac;
	message.reservation_add.address = address;
	snprintf(message.reservation_add.hostname, WIRE_NAME_SIZE, "%s",
		 node->name);
	fabric_tell(fabric, &message, NULL);
}

static void tell_option(struct fabric *fabric, unsigned network,
			const struct mac *mac, const struct dhcp_option *option)
{
	union wire_message message;
	struct wire_dhcp_option *add = &message.dhcp_option;

	static_assert(WIRE_DHCP_OPTION_SIZE == LAB_DHCP_OPTION_SIZE,
		      "it is copied");
	memset(&message, 0, sizeof(message));
	add->header.type = WIRE_DHCP_OPTION_ADD;
	add->network = network_at(fabric, network)->number;
	add->mac = *mac;
	add->code = option->code;
	add->len = option->len;
	memcpy(add->data, option->data, sizeof(add->data));
	fabric_tell(fabric, &message, NULL);
}

/* What DHCP tells otherwise, to @mac or (zero) to all. */
static void tell_options(struct fabric *fabric, unsigned network,
			 const struct mac *mac,
			 const struct dhcp_options *options)
{
	unsigned i;

	for (i = 0; i < options->count; i++)
		tell_option(fabric, network, mac, &options->list[i]);
}

static void tell_reservations(struct fabric *fabric, unsigned network)
{
	static const struct mac everyone;
	const struct lab *lab = fabric->settings.lab;
	unsigned i, j;

	if (!lab->networks[network].dhcp)
		return;
	tell_options(fabric, network, &everyone,
		     &lab->networks[network].dhcp_options);
	for (i = 0; i < lab->node_count; i++) {
		for (j = 0; j < lab->nodes[i].nic_count; j++) {
			const struct nic_settings *nic = &lab->nodes[i].nics[j];

			if (nic->network != network)
				continue;
			tell_reservation(fabric, &lab->nodes[i], j);
			tell_options(fabric, network, &nic->mac,
				     &nic->dhcp_options);
		}
	}
}

static void tell_lease(struct fabric *fabric, unsigned network,
		       const struct lease_entry *entry)
{
	union wire_message message;
	struct wire_lease *lease = &message.lease;

	memset(&message, 0, sizeof(message));
	lease->header.type = WIRE_LEASE_RESTORE;
	lease->network = network_at(fabric, network)->number;
	lease->address = entry->address;
	lease->mac = entry->mac;
	lease->expires_s = entry->expires_s;
	lease->client_id_len = entry->client_id_len;
	memcpy(lease->client_id, entry->client_id, sizeof(lease->client_id));
	snprintf(lease->hostname, sizeof(lease->hostname), "%s",
		 entry->hostname);
	/* A lease outside the range now is refused, and that is right. */
	switch_link_request(fabric->link, &message, NULL, NULL, NULL);
}

static void tell_leases(struct fabric *fabric, unsigned network)
{
	const struct network_settings *n = network_at(fabric, network);
	const struct lease_store *leases = fabric->settings.leases;
	unsigned i;

	for (i = 0; n->dhcp && i < lease_store_count(leases); i++) {
		const struct lease_entry *entry = lease_store_get(leases, i);

		if (strcmp(n->name, entry->network) == 0)
			tell_lease(fabric, network, entry);
	}
}

static void tell_name(void *ctx, unsigned network, const char *name,
		      uint32_t address)
{
	struct fabric *fabric = ctx;
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_NAME_ADD;
	message.name_add.network = network_at(fabric, network)->number;
	message.name_add.address = address;
	snprintf(message.name_add.name, WIRE_NAME_SIZE, "%s", name);
	fabric_tell(fabric, &message, NULL);
}

static void tell_records(struct fabric *fabric, unsigned network)
{
	/* RFC 1035 3.2.2, RFC 3596 2.1 */
	static const uint16_t types[] = {
		[RECORD_A] = 1,
		[RECORD_AAAA] = 28,
		[RECORD_CNAME] = 5,
		[RECORD_TXT] = 16,
	};
	const struct network_settings *n = network_at(fabric, network);
	union wire_message message;
	struct wire_record_add *add = &message.record_add;
	unsigned i;

	static_assert(ARRAY_SIZE(types) == RECORD_TYPE_COUNT, "each has one");
	for (i = 0; i < n->record_count; i++) {
		memset(&message, 0, sizeof(message));
		add->header.type = WIRE_RECORD_ADD;
		add->network = n->number;
		add->type = types[n->records[i].type];
		snprintf(add->name, sizeof(add->name), "%s",
			 n->records[i].name);
		snprintf(add->value, sizeof(add->value), "%s",
			 n->records[i].value);
		fabric_tell(fabric, &message, NULL);
	}
}

void fabric_tell_network_ref(struct fabric *fabric, enum wire_type type,
			     unsigned network)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = type;
	message.network_ref.network = network_at(fabric, network)->number;
	fabric_tell(fabric, &message, NULL);
}

void fabric_tell_names(struct fabric *fabric, unsigned network)
{
	if (network_at(fabric, network)->mode != NETWORK_NAT)
		return;
	fabric_names(fabric->settings.lab, fabric->settings.leases, network,
		     tell_name, fabric);
	tell_records(fabric, network);
	fabric_tell_network_ref(fabric, WIRE_NAMES_COMMIT, network);
	/* what a name stands for, a forward leads to */
	fabric_tell_forwards(fabric, network);
}

static void tell_routes(struct fabric *fabric, unsigned network)
{
	const struct network_settings *n = network_at(fabric, network);
	union wire_message message;
	unsigned i;

	for (i = 0; i < n->route_count; i++) {
		memset(&message, 0, sizeof(message));
		message.header.type = WIRE_ROUTE_ADD;
		message.route_add.network = n->number;
		message.route_add.to = n->routes[i].to;
		message.route_add.via = n->routes[i].gateway;
		fabric_tell(fabric, &message, NULL);
	}
}

/* The way outside, where it isn't weft-switch's own. */
static void tell_kernel(struct fabric *fabric, unsigned network)
{
	const struct network_settings *n = network_at(fabric, network);
	const struct kernel_gateway *gateway = NULL;
	union wire_message message;

	if (network_is_kernel_nat(n))
		gateway =
			kernel_nat_lookup(fabric->settings.kernel_nat, n->name);
	if (!gateway)
		return;
	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_KERNEL_SET;
	message.kernel_set.network = n->number;
	message.kernel_set.mtu = n->mtu;
	fabric_tell(fabric, &message, &gateway->tap.fd);
}

void fabric_tell_resolvers(struct fabric *fabric, unsigned network)
{
	const struct network_settings *n = network_at(fabric, network);
	const struct resolv_conf *host = fabric->settings.resolvers;
	union wire_message message;
	struct wire_resolvers *resolvers = &message.resolvers;

	if (n->mode != NETWORK_NAT)
		return;
	memset(&message, 0, sizeof(message));
	resolvers->header.type = WIRE_RESOLVERS;
	resolvers->network = n->number;
	if (n->dns_server_count) {
		resolvers->count = n->dns_server_count;
		memcpy(resolvers->servers, n->dns_servers,
		       sizeof(n->dns_servers));
	} else {
		resolvers->count = host->count;
		memcpy(resolvers->servers, host->servers,
		       sizeof(host->servers));
	}
	fabric_tell(fabric, &message, NULL);
}

void fabric_tell_service(struct fabric *fabric, unsigned network)
{
	fabric_forget_forwards(fabric, network);
	tell_routes(fabric, network);
	tell_kernel(fabric, network);
	tell_reservations(fabric, network);
	fabric_tell_network_ref(fabric, WIRE_NETWORK_START, network);
	tell_leases(fabric, network);
	fabric_tell_names(fabric, network);
	fabric_tell_resolvers(fabric, network);
}

void fabric_tell_reservations(struct fabric *fabric, unsigned network)
{
	if (!network_at(fabric, network)->dhcp)
		return;
	tell_reservations(fabric, network);
	fabric_tell_network_ref(fabric, WIRE_RESERVATIONS_COMMIT, network);
	tell_leases(fabric, network);
}

void fabric_tell_port(struct fabric *fabric, unsigned port)
{
	const struct fabric_slot *slot = &fabric->slots[port];
	const struct node_settings *node;
	const struct nic_settings *nic;
	union wire_message message;
	struct wire_port_add *add = &message.port_add;
	unsigned index = port % LAB_MAX_NICS;

	node = lab_numbered_node(fabric->settings.lab, port / LAB_MAX_NICS);
	if (!node)
		return;
	nic = &node->nics[index];
	memset(&message, 0, sizeof(message));
	add->header.type = WIRE_PORT_ADD;
	add->network = fabric_network(fabric, port);
	add->port = port;
	add->kind = (uint8_t)slot->kind;
	add->mtu = (uint16_t)lab_nic_mtu(fabric->settings.lab, nic);
	add->queue_pairs = 1;
	add->disabled = slot->is_down;
	add->mac = nic->mac;
	if (snprintf(add->name, sizeof(add->name), "%s:%u", node->name,
		     index) >= (int)sizeof(add->name))
		add->name[sizeof(add->name) - 1] = '\0';
	fabric_tell(fabric, &message, &slot->fd);
}

void fabric_tell_port_link(struct fabric *fabric, unsigned port)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_PORT_SET;
	message.port_set.port = port;
	message.port_set.disabled = fabric->slots[port].is_down;
	fabric_tell(fabric, &message, NULL);
}

void fabric_tell_port_ref(struct fabric *fabric, enum wire_type type,
			  unsigned port)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = type;
	message.port_ref.port = port;
	fabric_tell(fabric, &message, NULL);
}
