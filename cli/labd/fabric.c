// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric.c - the lab's networks and ports, kept alive in weft-switch
 *
 * Theory of operation
 *
 * What should exist is the lab (networks, reservations, names), the lease store
 * and the table of attached ports with their descriptors. Whenever weft-switch
 * is new, all of that is told to it in this order: networks, then what their
 * DHCP servers must know before the first client asks, names, ports. While it
 * runs, changes are told one by one. Messages keep their order, so nothing here
 * waits for answers; a refusal is an event.
 *
 * A lease that weft-switch wants committed is put on disk here, and only then
 * acknowledged: labd may wait for a disk, weft-switch may not.
 */
#include "cli/labd/fabric.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/labd/fabric_names.h"

/**
 * struct fabric_slot - one port
 * @fd:		our copy; -1 while not attached
 * @kind:	enum wire_port_kind
 * @carrier:	as last reported
 */
struct fabric_slot {
	int fd;
	enum wire_port_kind kind;
	bool carrier;
};

/**
 * struct fabric - networks and ports as they should be
 * @settings:	lab, leases, link
 * @link:	to weft-switch
 * @events:	whom to tell
 * @ctx:	for @events
 * @slots:	by port number
 */
struct fabric {
	struct fabric_settings settings;
	struct switch_link *link;
	const struct fabric_events *events;
	void *ctx;
	struct fabric_slot slots[FABRIC_MAX_PORTS];
};

static void fabric_answer(void *arg, const union wire_message *answer)
{
	struct fabric *fabric = arg;

	if (answer && answer->reply.code)
		fabric->events->refused(fabric->ctx, answer->reply.text);
}

static void fabric_tell(struct fabric *fabric, union wire_message *message,
			const int *fds)
{
	switch_link_request(fabric->link, message, fds, fabric_answer, fabric);
}

static void tell_network(struct fabric *fabric, unsigned i)
{
	const struct network_settings *network;
	struct wire_network_add *add;
	union wire_message message;

	network = &fabric->settings.lab->networks[i];
	memset(&message, 0, sizeof(message));
	add = &message.network_add;
	add->header.type = WIRE_NETWORK_ADD;
	add->network = i;
	snprintf(add->name, sizeof(add->name), "%s", network->name);
	snprintf(add->domain, sizeof(add->domain), "%s", network->domain);
	add->mtu = network->mtu;
	add->dhcp = network->dhcp;
	add->dhcp_first = network->dhcp_first;
	add->dhcp_last = network->dhcp_last;
	add->lease_s = network->lease_s;
	if (network->mode == NETWORK_NAT)
		add->service = WIRE_SERVICE_GATEWAY;
	else if (network->dhcp)
		add->service = WIRE_SERVICE_DHCP;
	add->address.len = network->ipv4.len;
	add->address.addr = fabric_service_address(fabric->settings.lab, i);
	fabric_service_mac(add->address.addr, &add->mac);
	fabric_tell(fabric, &message, NULL);
}

static void tell_reservations(struct fabric *fabric, unsigned node)
{
	const struct node_settings *n = &fabric->settings.lab->nodes[node];
	unsigned i;

	for (i = 0; i < n->nic_count; i++) {
		const struct nic_settings *nic = &n->nics[i];
		union wire_message message;
		uint32_t address = nic->reserve;

		/* DHCP must never give a static NIC's address to another. */
		if (nic->ipv4 == NIC_IPV4_STATIC)
			address = nic->address.addr;
		if (!address ||
		    !fabric->settings.lab->networks[nic->network].dhcp)
			continue;
		memset(&message, 0, sizeof(message));
		message.header.type = WIRE_RESERVATION_ADD;
		message.reservation_add.network = nic->network;
		message.reservation_add.mac = nic->mac;
		message.reservation_add.address = address;
		snprintf(message.reservation_add.hostname, WIRE_NAME_SIZE, "%s",
			 n->name);
		fabric_tell(fabric, &message, NULL);
	}
}

static void tell_lease(struct fabric *fabric, const struct lease_entry *entry)
{
	const struct lab *lab = fabric->settings.lab;
	union wire_message message;
	struct wire_lease *lease = &message.lease;
	unsigned i;

	for (i = 0; i < lab->network_count; i++) {
		if (strcmp(lab->networks[i].name, entry->network) == 0)
			break;
	}
	if (i == lab->network_count || !lab->networks[i].dhcp)
		return;
	memset(&message, 0, sizeof(message));
	lease->header.type = WIRE_LEASE_RESTORE;
	lease->network = i;
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

static void tell_name(void *ctx, unsigned network, const char *name,
		      uint32_t address)
{
	struct fabric *fabric = ctx;
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_NAME_ADD;
	message.name_add.network = network;
	message.name_add.address = address;
	snprintf(message.name_add.name, WIRE_NAME_SIZE, "%s", name);
	fabric_tell(fabric, &message, NULL);
}

static void tell_network_ref(struct fabric *fabric, enum wire_type type,
			     unsigned network)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = type;
	message.network_ref.network = network;
	fabric_tell(fabric, &message, NULL);
}

static void tell_names(struct fabric *fabric, unsigned network)
{
	if (fabric->settings.lab->networks[network].mode != NETWORK_NAT)
		return;
	fabric_names(fabric->settings.lab, fabric->settings.leases, network,
		     tell_name, fabric);
	tell_network_ref(fabric, WIRE_NAMES_COMMIT, network);
}

static void tell_port(struct fabric *fabric, unsigned port)
{
	const struct fabric_slot *slot = &fabric->slots[port];
	const struct node_settings *node;
	const struct nic_settings *nic;
	union wire_message message;
	struct wire_port_add *add = &message.port_add;
	unsigned index = port % LAB_MAX_NICS;

	node = &fabric->settings.lab->nodes[port / LAB_MAX_NICS];
	nic = &node->nics[index];
	memset(&message, 0, sizeof(message));
	add->header.type = WIRE_PORT_ADD;
	add->network = nic->network;
	add->port = port;
	add->kind = (uint8_t)slot->kind;
	add->mtu = fabric->settings.lab->networks[nic->network].mtu;
	add->queue_pairs = 1;
	add->mac = nic->mac;
	if (snprintf(add->name, sizeof(add->name), "%s:%u", node->name,
		     index) >= (int)sizeof(add->name))
		add->name[sizeof(add->name) - 1] = '\0';
	fabric_tell(fabric, &message, &slot->fd);
}

static void fabric_up(void *ctx)
{
	struct fabric *fabric = ctx;
	const struct lab *lab = fabric->settings.lab;
	unsigned i;

	for (i = 0; i < lab->network_count; i++)
		tell_network(fabric, i);
	for (i = 0; i < lab->node_count; i++)
		tell_reservations(fabric, i);
	for (i = 0; i < lab->network_count; i++)
		tell_network_ref(fabric, WIRE_NETWORK_START, i);
	for (i = 0; i < lease_store_count(fabric->settings.leases); i++)
		tell_lease(fabric, lease_store_get(fabric->settings.leases, i));
	for (i = 0; i < lab->network_count; i++)
		tell_names(fabric, i);
	for (i = 0; i < FABRIC_MAX_PORTS; i++) {
		if (fabric->slots[i].fd >= 0)
			tell_port(fabric, i);
	}
}

static void fabric_down(void *ctx, const char *why)
{
	struct fabric *fabric = ctx;
	unsigned i;

	for (i = 0; i < FABRIC_MAX_PORTS; i++)
		fabric->slots[i].carrier = false;
	fabric->events->down(fabric->ctx, why);
}

/* The NIC of the lab that a lease is for; NULL: some other MAC of a guest. */
static const struct nic_settings *lease_owner(const struct lab *lab,
					      const struct wire_lease *lease)
{
	unsigned i, j;

	for (i = 0; i < lab->node_count; i++) {
		for (j = 0; j < lab->nodes[i].nic_count; j++) {
			const struct nic_settings *nic = &lab->nodes[i].nics[j];

			if (nic->network == lease->network &&
			    mac_is_equal(&nic->mac, &lease->mac))
				return nic;
		}
	}
	return NULL;
}

static uint32_t owner_address(const struct fabric *fabric,
			      const struct nic_settings *nic)
{
	return nic ? fabric_nic_address(fabric->settings.lab,
					fabric->settings.leases, nic)
		   : 0;
}

static void fabric_commit_lease(struct fabric *fabric,
				const struct wire_lease *lease)
{
	union wire_message message;
	const struct nic_settings *nic;
	struct lease_entry entry;
	uint32_t address;
	int code;

	if (lease->network >= fabric->settings.lab->network_count)
		return;
	nic = lease_owner(fabric->settings.lab, lease);
	address = owner_address(fabric, nic);
	memset(&entry, 0, sizeof(entry));
	snprintf(entry.network, sizeof(entry.network), "%s",
		 fabric->settings.lab->networks[lease->network].name);
	entry.address = lease->address;
	entry.mac = lease->mac;
	entry.expires_s = lease->expires_s;
	entry.client_id_len = lease->client_id_len;
	memcpy(entry.client_id, lease->client_id, sizeof(entry.client_id));
	snprintf(entry.hostname, sizeof(entry.hostname), "%s", lease->hostname);
	code = lease_store_put(fabric->settings.leases, &entry);
	if (code)
		fabric->events->refused(fabric->ctx, "a DHCP lease could not be"
						     " put on disk");
	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_LEASE_COMMITTED;
	message.lease_committed.network = lease->network;
	message.lease_committed.ticket = lease->ticket;
	message.lease_committed.ok = !code;
	switch_link_tell(fabric->link, &message);
	if (owner_address(fabric, nic) != address)
		tell_names(fabric, lease->network);
}

static void fabric_event(void *ctx, const union wire_message *message)
{
	struct fabric *fabric = ctx;
	unsigned port;

	if (message->header.type == WIRE_LEASE_COMMIT) {
		fabric_commit_lease(fabric, &message->lease);
		return;
	}
	if (message->header.type != WIRE_PORT_EVENT)
		return;
	port = message->port_event.port;
	if (port >= FABRIC_MAX_PORTS || fabric->slots[port].fd < 0)
		return;
	fabric->slots[port].carrier = message->port_event.carrier;
	fabric->events->carrier(fabric->ctx, port, message->port_event.carrier);
}

static const struct switch_link_events link_events = {
	.up = fabric_up,
	.down = fabric_down,
	.event = fabric_event,
};

struct fabric *fabric_start(struct loop *loop,
			    const struct fabric_settings *settings,
			    const struct fabric_events *events, void *ctx,
			    struct err *err)
{
	struct fabric *fabric = calloc(1, sizeof(*fabric));
	unsigned i;

	if (!fabric)
		goto fail;
	fabric->settings = *settings;
	fabric->events = events;
	fabric->ctx = ctx;
	for (i = 0; i < FABRIC_MAX_PORTS; i++)
		fabric->slots[i].fd = -1;
	fabric->link =
		switch_link_create(loop, &settings->link, &link_events, fabric);
	if (!fabric->link)
		goto fail;
	if (!switch_link_start(fabric->link, err))
		return fabric;
	fabric_destroy(fabric);
	return NULL;
fail:
	err_set(err, -ENOMEM, "no memory for the lab's networks");
	free(fabric);
	return NULL;
}

void fabric_destroy(struct fabric *fabric)
{
	unsigned i;

	if (!fabric)
		return;
	switch_link_destroy(fabric->link);
	for (i = 0; i < FABRIC_MAX_PORTS; i++) {
		if (fabric->slots[i].fd >= 0)
			close(fabric->slots[i].fd);
	}
	free(fabric);
}

int fabric_attach(struct fabric *fabric, unsigned port,
		  enum wire_port_kind kind, int fd)
{
	struct fabric_slot *slot = &fabric->slots[port];

	fabric_detach(fabric, port);
	slot->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (slot->fd < 0)
		return -errno;
	slot->kind = kind;
	tell_port(fabric, port);
	return 0;
}

void fabric_detach(struct fabric *fabric, unsigned port)
{
	struct fabric_slot *slot = &fabric->slots[port];
	union wire_message message;

	if (slot->fd < 0)
		return;
	close(slot->fd);
	slot->fd = -1;
	slot->carrier = false;
	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_PORT_REMOVE;
	message.port_ref.port = port;
	fabric_tell(fabric, &message, NULL);
}

bool fabric_has_carrier(const struct fabric *fabric, unsigned port)
{
	return fabric->slots[port].carrier;
}

void fabric_query_port(struct fabric *fabric, unsigned port,
		       switch_answer_fn *answer, void *arg)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_PORT_QUERY;
	message.port_ref.port = port;
	switch_link_request(fabric->link, &message, NULL, answer, arg);
}

void fabric_query_network(struct fabric *fabric, unsigned network,
			  switch_answer_fn *answer, void *arg)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_NETWORK_QUERY;
	message.network_ref.network = network;
	switch_link_request(fabric->link, &message, NULL, answer, arg);
}

const struct switch_link *fabric_link(const struct fabric *fabric)
{
	return fabric->link;
}
