/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp6_server.h - the DHCPv6 server of one network (RFC 8415)
 *
 * It has no socket, no clock and no randomness of its own.
 */
#ifndef SWITCH_DHCP6_DHCP6_SERVER_H
#define SWITCH_DHCP6_DHCP6_SERVER_H

#include "core/addr.h"
#include "core/clock.h"
#include "switch/dhcp6/dhcp6_lease.h"
#include "switch/dhcp6/dhcp6_msg.h"
#include "switch/siphash.h"

#define DHCP6_DOMAIN_SIZE 128
/** DHCP6_OFFER_S - how long an advertised address is held for its client */
#define DHCP6_OFFER_S 60
/** DHCP6_DECLINE_S - how long a declined address isn't used */
#define DHCP6_DECLINE_S 600
/** DHCP6_REFRESH_S - when to ask again for what isn't lent (RFC 8415 21.23) */
#define DHCP6_REFRESH_S 86400

/**
 * struct dhcp6_settings - one server
 * @mac:	of the gateway; the server's DUID is made of it
 * @prefix:	of the network, a /64
 * @first:	first address of the range, behind @prefix
 * @last:	last one
 * @lease_s:	how long an address is lent
 * @dns:	resolver; unspecified: none
 * @domain:	to search names in; empty: none
 * @secret:	of the hash that addresses follow from, so the same after each
 *		start
 */
struct dhcp6_settings {
	struct mac mac;
	struct in6_addr prefix;
	uint32_t first;
	uint32_t last;
	uint32_t lease_s;
	struct in6_addr dns;
	char domain[DHCP6_DOMAIN_SIZE];
	struct siphash_key secret;
};

/**
 * struct dhcp6_counters - what was said and what went wrong
 * @rx:		messages by type; [0] is for malformed ones
 * @advertises:	sent
 * @replies:	sent
 * @foreign:	for another server, or none that a server gets
 * @no_address:	nothing left to lend, or too much for one port
 * @no_binding:	about an address that the client doesn't have
 * @declined:	addresses that somebody else uses
 * @forged:	releases and declines from a port that doesn't have the lease
 */
struct dhcp6_counters {
	uint64_t rx[DHCP6_TYPE_COUNT];
	uint64_t advertises;
	uint64_t replies;
	uint64_t foreign;
	uint64_t no_address;
	uint64_t no_binding;
	uint64_t declined;
	uint64_t forged;
};

/**
 * struct dhcp6_server - embedded in its gateway
 * @settings:	as initialised
 * @clock:	for the ends of leases
 * @counters:	for `weft show`
 * @leases:	who has what
 */
struct dhcp6_server {
	struct dhcp6_settings settings;
	struct clock *clock;
	struct dhcp6_counters counters;
	struct dhcp6_leases leases;
};

/**
 * struct dhcp6_datagram - to port 547
 * @data:	borrowed
 * @len:	bytes of it
 * @unicast:	it was sent to an address of ours, not to a group
 * @ingress:	port that it came in through
 */
struct dhcp6_datagram {
	const uint8_t *data;
	size_t len;
	bool unicast;
	uint16_t ingress;
};

/** dhcp6_server_init() - a server without leases */
void dhcp6_server_init(struct dhcp6_server *server,
		       const struct dhcp6_settings *settings,
		       struct clock *clock);

/**
 * dhcp6_server_input() - answer a datagram
 * @reply:	room for DHCP6_MSG_MAX bytes
 *
 * Return: bytes of the reply; 0: there is none.
 */
size_t dhcp6_server_input(struct dhcp6_server *server,
			  const struct dhcp6_datagram *datagram,
			  uint8_t *reply);

#endif
