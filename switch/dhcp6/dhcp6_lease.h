/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp6_lease.h - which client has which IPv6 address, and until when
 *
 * Addresses are numbers here: the last 32 bits behind a network's prefix.
 */
#ifndef SWITCH_DHCP6_DHCP6_LEASE_H
#define SWITCH_DHCP6_DHCP6_LEASE_H

#include <stdbool.h>
#include <stdint.h>

/** DHCP6_MAX_LEASES - of one table */
#define DHCP6_MAX_LEASES 1024
/** DHCP6_PORT_QUOTA - of one ingress port */
#define DHCP6_PORT_QUOTA 16

/**
 * enum dhcp6_state - what an address is to its client
 * @DHCP6_UNUSED:	the entry never had one
 * @DHCP6_OFFERED:	advertised; over at @expires_ns
 * @DHCP6_BOUND:	replied; over at @expires_ns
 * @DHCP6_DECLINED:	somebody else uses it; nobody's until @expires_ns
 */
enum dhcp6_state {
	DHCP6_UNUSED,
	DHCP6_OFFERED,
	DHCP6_BOUND,
	DHCP6_DECLINED,
};

/**
 * struct dhcp6_lease - one entry; what is over stays as a hint
 * @key:	of the client and its IAID, hashed with a secret
 * @expires_ns:	end of the state
 * @host:	the address
 * @port:	ingress port whose quota it is charged to
 * @state:	enum dhcp6_state
 */
struct dhcp6_lease {
	uint64_t key;
	uint64_t expires_ns;
	uint32_t host;
	uint16_t port;
	uint8_t state;
};

/**
 * struct dhcp6_leases - the table; embedded in its server
 * @first:	first address of the range
 * @last:	last one
 * @leases:	in no order
 */
struct dhcp6_leases {
	uint32_t first;
	uint32_t last;
	struct dhcp6_lease leases[DHCP6_MAX_LEASES];
};

/** dhcp6_lease_find() - the client's entry that is not over, or NULL */
struct dhcp6_lease *dhcp6_lease_find(struct dhcp6_leases *table, uint64_t key,
				     uint64_t now_ns);

/**
 * dhcp6_lease_take() - the client's entry, or one for it
 * @wanted:	taken if it is free; 0: none
 *
 * In order: what the client had, @wanted, an address that the key points to or
 * the next free one behind it. So a client gets the same address from a table
 * that has forgotten everything.
 *
 * Return: an entry whose state and end are the caller's to set; NULL: all are
 * taken, or the port has its quota.
 */
struct dhcp6_lease *dhcp6_lease_take(struct dhcp6_leases *table, uint64_t key,
				     uint32_t wanted, uint16_t port,
				     uint64_t now_ns);

#endif
