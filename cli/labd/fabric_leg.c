// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric_leg.c - the host's own legs, kept alive in weft-switch
 *
 * A leg is a port of its network with a number of its own. It is told when its
 * network is there, and taken out before that goes, moves to another thread, or
 * gets another MTU; the tap is labd's, so the host notices nothing of it.
 */
#include <stdio.h>
#include <string.h>

#include "cli/labd/fabric_internal.h"

void fabric_forget_legs(struct fabric *fabric)
{
	memset(fabric->leg_mtus, 0, sizeof(fabric->leg_mtus));
}

static bool leg_stays(const struct fabric *fabric, const struct lab *lab,
		      unsigned number)
{
	const struct network_settings *now =
		lab_numbered_network(fabric->settings.lab, number);
	const struct network_settings *next = lab_numbered_network(lab, number);

	return now && next && strcmp(now->name, next->name) == 0 &&
	       next->host && next->mtu == fabric->leg_mtus[number];
}

void fabric_drop_legs(struct fabric *fabric, const struct lab *lab,
		      const bool *moved)
{
	unsigned i;

	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		if (!fabric->leg_mtus[i] ||
		    (!moved[i] && leg_stays(fabric, lab, i)))
			continue;
		fabric->leg_mtus[i] = 0;
		fabric_tell_port_ref(fabric, WIRE_PORT_REMOVE,
				     wire_host_port(i));
	}
}

static void tell_leg(struct fabric *fabric,
		     const struct network_settings *network,
		     const struct host_leg *leg)
{
	union wire_message message;
	struct wire_port_add *add = &message.port_add;

	memset(&message, 0, sizeof(message));
	add->header.type = WIRE_PORT_ADD;
	add->network = network->number;
	add->port = wire_host_port(network->number);
	add->kind = WIRE_PORT_TAP;
	add->mtu = network->mtu;
	add->queue_pairs = 1;
	add->mac = leg->mac;
	snprintf(add->name, sizeof(add->name), "%s/host", network->name);
	fabric_tell(fabric, &message, &leg->tap.fd);
	fabric->leg_mtus[network->number] = network->mtu;
}

void fabric_tell_legs(struct fabric *fabric)
{
	const struct lab *lab = fabric->settings.lab;
	unsigned i;

	for (i = 0; i < lab->network_count; i++) {
		const struct network_settings *network = &lab->networks[i];
		const struct host_leg *leg = host_legs_lookup(
			fabric->settings.host_legs, network->name);

		if (network->host && leg && !fabric->leg_mtus[network->number])
			tell_leg(fabric, network, leg);
	}
}

/* One of the file is set after this is told, a leased one is there. */
static uint32_t leg_address(const struct network_settings *network,
			    const struct host_leg *leg)
{
	if (network->host_ipv4 == NIC_IPV4_STATIC)
		return network->host_address.addr;
	return leg->tap.has_address ? leg->tap.address.addr : 0;
}

void fabric_tell_leg_guest(struct fabric *fabric, unsigned network)
{
	const struct network_settings *n =
		&fabric->settings.lab->networks[network];
	const struct host_leg *leg =
		host_legs_lookup(fabric->settings.host_legs, n->name);
	union wire_message message;

	if (!n->host || !leg)
		return;
	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_GUEST_ADD;
	message.guest_add.network = n->number;
	message.guest_add.mac = leg->mac;
	message.guest_add.address = leg_address(n, leg);
	fabric_tell(fabric, &message, NULL);
}

void fabric_leg_changed(struct fabric *fabric, const char *network)
{
	const struct lab *lab = fabric->settings.lab;
	const struct network_settings *n = lab_lookup_network(lab, network);

	if (n)
		fabric_tell_guests(fabric, (unsigned)(n - lab->networks));
}
