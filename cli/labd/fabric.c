// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric.c - the lab's networks and ports, kept alive in weft-switch
 *
 * Theory of operation
 *
 * What should exist is the lab (networks, reservations, names), the lease store
 * and the table of attached ports with their descriptors. Whenever weft-switch
 * is new, all of that is told to it in this order: each network with what its
 * DHCP server must know before the first client asks, names, then the ports.
 * While it runs, changes are told one by one. Messages keep their order, so
 * nothing here waits for answers; a refusal is an event.
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
#include <time.h>
#include <unistd.h>

#include "cli/labd/fabric_internal.h"
#include "cli/labd/fabric_names.h"

static void fabric_up(void *ctx)
{
	struct fabric *fabric = ctx;
	const struct lab *lab = fabric->settings.lab;
	unsigned i;

	fabric->events->up(fabric->ctx);
	fabric_forget_uplinks(fabric);
	fabric_forget_legs(fabric);
	for (i = 0; i < lab->network_count; i++) {
		fabric_tell_network(fabric, WIRE_NETWORK_ADD, i);
		fabric_tell_service(fabric, i);
		fabric_tell_guests(fabric, i);
	}
	fabric_tell_uplinks(fabric, NULL);
	fabric_tell_legs(fabric);
	for (i = 0; i < FABRIC_MAX_PORTS; i++) {
		if (fabric->slots[i].fd >= 0)
			fabric_tell_port(fabric, i);
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
static const struct nic_settings *
lease_owner(const struct lab *lab, unsigned network, const struct mac *mac)
{
	unsigned i, j;

	for (i = 0; i < lab->node_count; i++) {
		for (j = 0; j < lab->nodes[i].nic_count; j++) {
			const struct nic_settings *nic = &lab->nodes[i].nics[j];

			if (nic->network == network &&
			    mac_is_equal(&nic->mac, mac))
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

/* Has the client of this lease the same one now? */
static bool is_held(const struct lease_store *leases,
		    const struct lease_entry *entry)
{
	unsigned i;

	for (i = 0; i < lease_store_count(leases); i++) {
		const struct lease_entry *e = lease_store_get(leases, i);

		if (e->address == entry->address &&
		    strcmp(e->network, entry->network) == 0)
			return mac_is_equal(&e->mac, &entry->mac) &&
			       e->expires_s > time(NULL);
	}
	return false;
}

/* On disk before anything else; 0 or -errno. */
static int fabric_keep_lease(struct fabric *fabric,
			     const struct network_settings *network,
			     const struct wire_lease *lease)
{
	struct lease_entry entry;
	bool was_held;
	int code;

	memset(&entry, 0, sizeof(entry));
	snprintf(entry.network, sizeof(entry.network), "%s", network->name);
	entry.address = lease->address;
	entry.mac = lease->mac;
	entry.expires_s = lease->expires_s;
	entry.client_id_len = lease->client_id_len;
	memcpy(entry.client_id, lease->client_id, sizeof(entry.client_id));
	snprintf(entry.hostname, sizeof(entry.hostname), "%s", lease->hostname);
	was_held = is_held(fabric->settings.leases, &entry);
	code = lease_store_put(fabric->settings.leases, &entry);
	if (!code && was_held != (entry.expires_s != 0))
		fabric->events->lease(fabric->ctx, &entry, !was_held);
	if (code)
		fabric->events->refused(fabric->ctx, "a DHCP lease could not be"
						     " put on disk");
	return code;
}

static void fabric_commit_lease(struct fabric *fabric,
				const struct wire_lease *lease)
{
	const struct lab *lab = fabric->settings.lab;
	const struct network_settings *network;
	const struct nic_settings *nic;
	union wire_message message;
	unsigned place;
	uint32_t address;
	int code;

	network = lab_numbered_network(lab, lease->network);
	if (!network)
		return;
	place = (unsigned)(network - lab->networks);
	nic = lease_owner(lab, place, &lease->mac);
	address = owner_address(fabric, nic);
	code = fabric_keep_lease(fabric, network, lease);
	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_LEASE_COMMITTED;
	message.lease_committed.network = lease->network;
	message.lease_committed.ticket = lease->ticket;
	message.lease_committed.ok = !code;
	switch_link_tell(fabric->link, &message);
	if (owner_address(fabric, nic) != address)
		fabric_tell_names(fabric, place);
}

static void fabric_event(void *ctx, const union wire_message *message)
{
	struct fabric *fabric = ctx;
	unsigned port;

	if (message->header.type == WIRE_LEASE_COMMIT) {
		fabric_commit_lease(fabric, &message->lease);
		return;
	}
	if (message->header.type == WIRE_CAPTURE_COUNTS ||
	    message->header.type == WIRE_CAPTURE_ENDED)
		fabric->events->capture(fabric->ctx, message);
	if (message->header.type == WIRE_DHCP_NOTICE)
		fabric->events->dhcp(fabric->ctx, &message->dhcp_notice);
	if (message->header.type == WIRE_FAILOVER_DONE)
		fabric->events->failover(fabric->ctx, &message->failover_done);
	if (message->header.type == WIRE_UPLINK_EVENT)
		fabric_uplink_event(fabric, &message->uplink_event);
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
	for (i = 0; i < FABRIC_MAX_PORTS; i++) {
		fabric->slots[i].fd = -1;
		fabric->slots[i].network = FABRIC_NO_NETWORK;
	}
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
	unsigned network = slot->network;

	fabric_detach(fabric, port);
	slot->network = network;
	slot->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (slot->fd < 0)
		return -errno;
	slot->kind = kind;
	fabric_tell_port(fabric, port);
	return 0;
}

void fabric_detach(struct fabric *fabric, unsigned port)
{
	struct fabric_slot *slot = &fabric->slots[port];

	slot->network = FABRIC_NO_NETWORK;
	if (slot->fd < 0)
		return;
	close(slot->fd);
	slot->fd = -1;
	slot->carrier = false;
	fabric_tell_port_ref(fabric, WIRE_PORT_REMOVE, port);
}

void fabric_plug(struct fabric *fabric, unsigned port, unsigned network)
{
	struct fabric_slot *slot = &fabric->slots[port];

	slot->network = network;
	slot->carrier = false;
	if (slot->fd < 0)
		return;
	/* Networks may live on different workers, and a port on one: so it is
	 * made anew, which its front-end survives. */
	fabric_tell_port_ref(fabric, WIRE_PORT_REMOVE, port);
	fabric_tell_port(fabric, port);
}

unsigned fabric_network(const struct fabric *fabric, unsigned port)
{
	const struct lab *lab = fabric->settings.lab;
	const struct node_settings *node;
	const struct nic_settings *nic;

	node = lab_numbered_node(lab, port / LAB_MAX_NICS);
	if (!node)
		return FABRIC_NO_NETWORK;
	nic = &node->nics[port % LAB_MAX_NICS];
	return nic->network == LAB_NO_NETWORK
		       ? fabric->slots[port].network
		       : lab->networks[nic->network].number;
}

void fabric_set_link(struct fabric *fabric, unsigned port, bool up)
{
	struct fabric_slot *slot = &fabric->slots[port];

	if (slot->is_down == !up)
		return;
	slot->is_down = !up;
	if (slot->fd >= 0)
		fabric_tell_port_link(fabric, port);
}

bool fabric_is_link_up(const struct fabric *fabric, unsigned port)
{
	return !fabric->slots[port].is_down;
}

void fabric_resolvers_changed(struct fabric *fabric)
{
	unsigned i;

	for (i = 0; i < fabric->settings.lab->network_count; i++)
		fabric_tell_resolvers(fabric, i);
}

bool fabric_has_carrier(const struct fabric *fabric, unsigned port)
{
	return fabric->slots[port].carrier && !fabric->slots[port].is_down &&
	       fabric_network(fabric, port) != FABRIC_NO_NETWORK;
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
	fabric_query_gateway(fabric, WIRE_NETWORK_QUERY, network, answer, arg);
}

void fabric_query_gateway(struct fabric *fabric, enum wire_type type,
			  unsigned network, switch_answer_fn *answer, void *arg)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = type;
	message.network_ref.network = network;
	switch_link_request(fabric->link, &message, NULL, answer, arg);
}

void fabric_query_page(struct fabric *fabric, enum wire_type type,
		       const struct fabric_page *page, switch_answer_fn *answer,
		       void *arg)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = type;
	message.page_query.network = page->network;
	message.page_query.cursor = page->cursor;
	switch_link_request(fabric->link, &message, NULL, answer, arg);
}

void fabric_request(struct fabric *fabric, union wire_message *message,
		    const int *fds, switch_answer_fn *answer, void *arg)
{
	switch_link_request(fabric->link, message, fds, answer, arg);
}

const struct switch_link *fabric_link(const struct fabric *fabric)
{
	return fabric->link;
}
