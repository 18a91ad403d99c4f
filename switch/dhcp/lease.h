/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lease.h - which client has which address, and until when
 *
 * Plain bookkeeping under RFC 2131 4.3.1; dhcp_server.h speaks the protocol.
 */
#ifndef SWITCH_DHCP_LEASE_H
#define SWITCH_DHCP_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/err.h"
#include "switch/dhcp/dhcp_msg.h"

/** LEASE_MAX - most leases of one table, reservations included */
#define LEASE_MAX 4096
/** LEASE_HOSTNAME_SIZE - a DNS label and its NUL */
#define LEASE_HOSTNAME_SIZE 64
/** LEASE_NO_PORT - nobody's quota is charged: the lease was restored */
#define LEASE_NO_PORT UINT16_MAX
/** LEASE_NEVER_NS - when an infinite lease ends */
#define LEASE_NEVER_NS UINT64_MAX

/**
 * enum lease_state - what an address is to its client
 * @LEASE_FREE:		nobody's; the entry itself is unused
 * @LEASE_RESERVED:	set aside for one MAC address that has no lease now
 * @LEASE_OFFERED:	offered (or asked for) and held until @expires_ns; it is
 *			then free, reserved or expired again
 * @LEASE_BOUND:	acknowledged until @expires_ns
 * @LEASE_EXPIRED:	over or released; kept as a hint, so that the client
 *			gets the same address again, until someone else needs it
 * @LEASE_DECLINED:	somebody uses it without asking us; unusable until
 *			@expires_ns, charged to the port that said so
 */
enum lease_state {
	LEASE_FREE,
	LEASE_RESERVED,
	LEASE_OFFERED,
	LEASE_BOUND,
	LEASE_EXPIRED,
	LEASE_DECLINED,
	LEASE_STATE_COUNT,
};

/**
 * struct lease_key - who a client is (RFC 2131 4.2): its client identifier if
 * it sends one, else its hardware address
 * @is_client_id: which of the two
 * @id:		bytes
 */
struct lease_key {
	bool is_client_id;
	struct dhcp_blob id;
};

/**
 * struct lease - one entry
 * @address:	host order
 * @state:	enum lease_state
 * @reserved:	the address belongs to @mac alone, by the lab file
 * @was_bound:	was acknowledged once, so it is worth a hint
 * @port:	ingress port whose quota it is charged to, or LEASE_NO_PORT
 * @mac:	hardware address of the client
 * @expires_ns:	end of the state, on the server's clock
 * @key:	of the client
 * @hostname:	a DNS label, or empty
 * @key_next:	hash chain; entry number plus one
 * @address_next: hash chain; entry number plus one, also of the unused ones
 */
struct lease {
	uint32_t address;
	uint8_t state;
	bool reserved;
	bool was_bound;
	uint16_t port;
	struct mac mac;
	uint64_t expires_ns;
	struct lease_key key;
	char hostname[LEASE_HOSTNAME_SIZE];
	uint16_t key_next;
	uint16_t address_next;
};

/**
 * struct lease_pool - what a table may give out
 * @first:	first address of the range, host order
 * @last:	last one
 * @quota:	most entries that one port may have at a time
 * @seed:	random, so that nobody can aim for one hash chain
 */
struct lease_pool {
	uint32_t first;
	uint32_t last;
	unsigned quota;
	uint64_t seed;
};

struct lease_table;

/**
 * lease_table_create() - an empty table
 * @reservations: how many lease_reserve() calls will follow
 *
 * A range of more than LEASE_MAX addresses is used up to that many clients.
 */
struct lease_table *lease_table_create(const struct lease_pool *pool,
				       unsigned reservations, struct err *err);

/** lease_table_destroy() - NULL is fine */
void lease_table_destroy(struct lease_table *table);

/** lease_key_of() - how the client of @msg is known */
void lease_key_of(const struct dhcp_msg *msg, struct lease_key *key);

/**
 * lease_reserve() - set @address aside for @mac
 * @name:	hostname of the reservation, may be empty
 *
 * Reservations are made before anything else is put into the table.
 *
 * Return: 0, -EEXIST when the address or @mac has a reservation already,
 * -ENOSPC when the table is full.
 */
int lease_reserve(struct lease_table *table, const struct mac *mac,
		  uint32_t address, const char *name);

/** lease_lookup_reserved() - reservation of @mac, or NULL */
struct lease *lease_lookup_reserved(struct lease_table *table,
				    const struct mac *mac);

/** lease_lookup_client() - entry of a client: bound, offered or past; or NULL
 */
struct lease *lease_lookup_client(struct lease_table *table,
				  const struct lease_key *key);

/** lease_lookup_address() - entry of an address, or NULL */
struct lease *lease_lookup_address(struct lease_table *table, uint32_t address);

/** lease_in_pool() - may this address be given to anyone? */
bool lease_in_pool(const struct lease_table *table, uint32_t address);

/**
 * lease_allocate() - an address for a client that has none
 * @key:	of the client
 * @wanted:	given if it is free, 0 for none
 *
 * In order: @wanted, an address that nobody ever had, the one that has been
 * expired longest (RFC 2131 4.3.1).
 *
 * Return: an entry of state LEASE_FREE with @key, for lease_set(); NULL when
 * there is none left.
 */
struct lease *lease_allocate(struct lease_table *table,
			     const struct lease_key *key, uint32_t wanted);

/**
 * lease_may_charge() - is one more entry within the quota of @port?
 * @lease:	the one in question; NULL when it is yet to be allocated
 */
bool lease_may_charge(const struct lease_table *table,
		      const struct lease *lease, uint16_t port);

/**
 * lease_set() - change state, port and end of an entry
 *
 * LEASE_FREE gives the entry back: the pointer is dead afterwards. A reserved
 * entry becomes LEASE_RESERVED where others become free or expired.
 */
void lease_set(struct lease_table *table, struct lease *lease,
	       enum lease_state state, uint16_t port, uint64_t expires_ns);

/** lease_rekey() - the client of an entry now goes by @key */
void lease_rekey(struct lease_table *table, struct lease *lease,
		 const struct lease_key *key);

/**
 * lease_expire() - end what is over at @now_ns; cheap when nothing is
 *
 * Pointers to entries are dead afterwards.
 */
void lease_expire(struct lease_table *table, uint64_t now_ns);

/** lease_reused() - how many expired entries went to another client */
uint64_t lease_reused(const struct lease_table *table);

/** lease_next() - walk the used entries: NULL gives the first, NULL ends it */
const struct lease *lease_next(const struct lease_table *table,
			       const struct lease *lease);

/** lease_count() - entries of one state, for counters and tests */
unsigned lease_count(const struct lease_table *table, enum lease_state state);

#endif
