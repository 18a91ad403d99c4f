// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_forward.c - as whom a guest sees a client of the host
 */
#include "switch/nat/nat_forward.h"

#include <arpa/inet.h>
#include <errno.h>

/* RFC 6335 6: those that nobody is registered for */
#define FIRST_PORT 49152u
#define PORTS (UINT16_MAX + 1 - FIRST_PORT)
/* Ports that are tried before the guest counts as full. */
#define TRIES 512

/* May the guest see this client, and will its answers come here? */
static bool is_visible(struct nat *nat, uint32_t address)
{
	return address >> 24 && address >> 24 != 127 && address >> 28 < 0xe &&
	       !nat_is_inside(nat, address);
}

static bool is_free(struct nat *nat, const struct nat_key *key)
{
	return !nat_flow_lookup(nat->flows, key);
}

/* As the gateway, from a port that has no flow to there. */
static bool choose_port(struct nat *nat, struct nat_key *key)
{
	unsigned i;

	key->remote = nat->settings.address.addr;
	for (i = 0; i < TRIES; i++) {
		key->remote_port =
			(uint16_t)(FIRST_PORT + nat->port_hint++ % PORTS);
		if (is_free(nat, key))
			return true;
	}
	return false;
}

int nat_forward_remote(struct nat *nat, const struct sockaddr_in *client,
		       struct nat_key *key)
{
	key->remote = ntohl(client->sin_addr.s_addr);
	key->remote_port = ntohs(client->sin_port);
	if (client->sin_family == AF_INET && is_visible(nat, key->remote) &&
	    is_free(nat, key))
		return 0;
	return choose_port(nat, key) ? 0 : -EADDRNOTAVAIL;
}
