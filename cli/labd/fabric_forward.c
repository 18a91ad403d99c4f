// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric_forward.c - the host's ports, in weft-switch's words
 *
 * What weft-switch was told is kept with each port, so that only what differs
 * is told: a forward that stays keeps its socket and its connections, and one
 * whose node got another address is set.
 */
#include <string.h>

#include "cli/labd/fabric_internal.h"
#include "cli/labd/fabric_names.h"

static_assert(HOST_PORTS_MAX <= WIRE_MAX_FORWARDS, "each has a number");

static uint32_t address_of(const struct fabric *fabric,
			   const struct forward_settings *forward)
{
	const struct lab *lab = fabric->settings.lab;
	const struct node_settings *node;

	if (!forward->node[0])
		return forward->address;
	node = lab_lookup_node(lab, forward->node);
	return node ? fabric_nic_address(lab, fabric->settings.leases,
					 &node->nics[forward->nic])
		    : 0;
}

static void fill(union wire_message *message, enum wire_type type,
		 const struct host_port *port)
{
	memset(message, 0, sizeof(*message));
	message->header.type = type;
	message->forward.network = port->network;
	message->forward.forward = port->number;
	message->forward.udp = port->forward.udp;
	message->forward.port = port->port;
	message->forward.address = port->address;
}

/* By a rule; weft-switch then has no part in it. */
static bool led_by_kernel(const struct fabric *fabric,
			  const struct host_port *port)
{
	const struct network_settings *network =
		lab_numbered_network(fabric->settings.lab, port->network);

	return network && network_is_kernel_nat(network);
}

static void tell_port(struct fabric *fabric, struct host_port *port)
{
	uint32_t address = address_of(fabric, &port->forward);
	union wire_message message;

	if (led_by_kernel(fabric, port)) {
		if (port->address != address ||
		    port->port != port->forward.port)
			kernel_nat_forwards_changed(
				fabric->settings.kernel_nat);
		port->address = address;
		port->port = port->forward.port;
		return;
	}
	if (port->is_told && port->address == address &&
	    port->port == port->forward.port)
		return;
	port->address = address;
	port->port = port->forward.port;
	fill(&message, port->is_told ? WIRE_FORWARD_SET : WIRE_FORWARD_ADD,
	     port);
	fabric_tell(fabric, &message, port->is_told ? NULL : &port->fd);
	port->is_told = true;
}

void fabric_tell_forwards(struct fabric *fabric, unsigned network)
{
	struct host_ports *table = fabric->settings.host_ports;
	unsigned number = fabric->settings.lab->networks[network].number, i;

	for (i = 0; i < HOST_PORTS_MAX; i++) {
		struct host_port *port = &table->ports[i];

		if (port->is_wanted && port->network == number)
			tell_port(fabric, port);
	}
}

void fabric_forget_forwards(struct fabric *fabric, unsigned network)
{
	struct host_ports *table = fabric->settings.host_ports;
	unsigned number = fabric->settings.lab->networks[network].number, i;

	for (i = 0; i < HOST_PORTS_MAX; i++) {
		if (table->ports[i].network == number)
			table->ports[i].is_told = false;
	}
}

static void tell_gone(void *ctx, const struct host_port *port)
{
	union wire_message message;

	fill(&message, WIRE_FORWARD_REMOVE, port);
	fabric_tell(ctx, &message, NULL);
}

void fabric_change_forwards(struct fabric *fabric, const struct lab *lab)
{
	host_ports_change(fabric->settings.host_ports, lab, tell_gone, fabric);
	if (fabric->settings.kernel_nat)
		kernel_nat_forwards_changed(fabric->settings.kernel_nat);
}

void fabric_query_forward(struct fabric *fabric, const struct host_port *port,
			  switch_answer_fn *answer, void *arg)
{
	union wire_message message;

	fill(&message, WIRE_FORWARD_QUERY, port);
	switch_link_request(fabric->link, &message, NULL, answer, arg);
}
