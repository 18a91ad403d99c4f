// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_hairpin.c - which of the host's ports lead back to guests of the network
 *
 * A guest that sends to such a port gets a socket as for any port outside; the
 * host's kernel takes the packet round. So the other guest sees the address and
 * port that everybody outside sees (RFC 4787 REQ-9 a, RFC 5382 REQ-8), and its
 * filtering holds.
 *
 * Limits: forwards of other networks are the host's, and stay closed.
 */
#include "switch/nat/nat_hairpin.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "core/util.h"
#include "switch/nat/nat.h"

void nat_hairpins_init(struct nat_hairpins *hairpins)
{
	hairpins->end = 0;
}

static bool bound_to(int fd, struct sockaddr_in *own)
{
	socklen_t len = sizeof(*own);

	memset(own, 0, sizeof(*own));
	return !getsockname(fd, (struct sockaddr *)own, &len) &&
	       own->sin_family == AF_INET;
}

uint16_t nat_hairpin_bound(int fd)
{
	struct sockaddr_in own;

	return bound_to(fd, &own) ? ntohs(own.sin_port) : 0;
}

void nat_hairpin_add(struct nat_hairpins *hairpins, uint8_t protocol, int fd)
{
	struct sockaddr_in own;
	unsigned i;

	if (!bound_to(fd, &own))
		return;
	for (i = 0; i < hairpins->end && hairpins->forwards[i].fd >= 0; i++)
		;
	if (i == NAT_HAIRPINS)
		return;
	hairpins->end = MAX(hairpins->end, i + 1);
	hairpins->forwards[i] = (struct nat_hairpin){
		.fd = fd,
		.protocol = protocol,
		.address = ntohl(own.sin_addr.s_addr),
		.port = ntohs(own.sin_port),
	};
}

void nat_hairpin_remove(struct nat_hairpins *hairpins, int fd)
{
	unsigned i;

	for (i = 0; i < hairpins->end; i++) {
		if (hairpins->forwards[i].fd == fd)
			hairpins->forwards[i].fd = -1;
	}
}

void nat_hairpin_map(struct nat_hairpins *hairpins, uint16_t port, bool has)
{
	uint8_t bit = (uint8_t)(1u << port % 8);

	if (has)
		hairpins->udp[port / 8] |= bit;
	else
		hairpins->udp[port / 8] &= (uint8_t)~bit;
}

bool nat_hairpin_has(const struct nat_hairpins *hairpins, uint8_t protocol,
		     uint32_t address, uint16_t port)
{
	unsigned i;

	if (protocol == NAT_UDP && hairpins->udp[port / 8] >> port % 8 & 1)
		return true;
	for (i = 0; i < hairpins->end; i++) {
		const struct nat_hairpin *forward = &hairpins->forwards[i];

		if (forward->fd >= 0 && forward->protocol == protocol &&
		    forward->port == port &&
		    (!forward->address || forward->address == address))
			return true;
	}
	return false;
}
