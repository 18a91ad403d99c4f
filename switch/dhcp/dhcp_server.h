/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_server.h - the DHCPv4 server of one network (RFC 2131)
 *
 * It has no socket, no disk and no clock of its own: messages come in through
 * dhcp_server_input() and go out through ops->send(); leases are made durable
 * by whoever stands behind ops->commit(), and only his dhcp_server_committed()
 * releases the DHCPACK. Nothing blocks; what waits is bounded.
 */
#ifndef SWITCH_DHCP_DHCP_SERVER_H
#define SWITCH_DHCP_DHCP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/err.h"
#include "switch/dhcp/dhcp_reply.h"
#include "switch/ip4.h"
#include "switch/dhcp/lease.h"
#include "switch/dhcp/lease_record.h"

/** DHCP_MAX_PENDING - replies that may wait, for a probe or for a commit */
#define DHCP_MAX_PENDING 256
/** DHCP_OFFER_S - how long an offer is held for its client */
#define DHCP_OFFER_S 60
/** DHCP_DECLINE_S - how long a declined address isn't used */
#define DHCP_DECLINE_S 600
/** DHCP_PROBE_NS - how long an ARP probe waits for an objection */
#define DHCP_PROBE_NS (250 * NSEC_PER_MSEC)
/** DHCP_COMMIT_NS - a commit that isn't answered by then is forgotten */
#define DHCP_COMMIT_NS (10 * NSEC_PER_SEC)
/** DHCP_MIN_LEASE_S - a client that wants less gets this */
#define DHCP_MIN_LEASE_S 60
/** DHCP_NOTICE_NS - that no address is left is told so often at most */
#define DHCP_NOTICE_NS (60 * NSEC_PER_SEC)
/** DHCP_PORT_QUOTA - leases that one port may have, unless said otherwise */
#define DHCP_PORT_QUOTA 16

/**
 * struct dhcp_datagram - a reply on its way
 * @dst_mac:	Ethernet destination; no ARP needed (RFC 2131 4.1)
 * @dst:	IPv4 destination
 * @dst_port:	68, or 67 for a relay
 * @data:	borrowed for the call
 * @len:	bytes of @data
 */
struct dhcp_datagram {
	struct mac dst_mac;
	uint32_t dst;
	uint16_t dst_port;
	const uint8_t *data;
	size_t len;
};

/**
 * enum dhcp_notice_kind - what people should know
 * @DHCP_NOTICE_DECLINED: a client found its new address in use
 * @DHCP_NOTICE_CONFLICT: a probe did
 * @DHCP_NOTICE_EXHAUSTED: no address was left for a client
 */
enum dhcp_notice_kind {
	DHCP_NOTICE_DECLINED,
	DHCP_NOTICE_CONFLICT,
	DHCP_NOTICE_EXHAUSTED,
	DHCP_NOTICE_COUNT,
};

/**
 * struct dhcp_notice - something that people should know
 * @kind:	enum dhcp_notice_kind
 * @address:	that nobody gets for now; 0: see @kind
 * @mac:	of the client; of a conflict: whoever has the address
 * @rest_s:	how long nobody gets it
 */
struct dhcp_notice {
	enum dhcp_notice_kind kind;
	uint32_t address;
	struct mac mac;
	uint32_t rest_s;
};

/**
 * struct dhcp_ops - what the server needs from its surroundings
 * @send:	pass a reply on
 * @probe:	ask by ARP who has @address (RFC 5227 2.1.1); objections come
 *		back through dhcp_server_address_seen()
 * @commit:	make @record durable, then call dhcp_server_committed() with
 *		@ticket, not from within. Ticket 0: nobody waits for the answer
 * @wall_s:	seconds since 1970
 * @notice:	for people to know; may be NULL
 */
struct dhcp_ops {
	void (*send)(void *ctx, const struct dhcp_datagram *datagram);
	void (*probe)(void *ctx, uint32_t address);
	void (*commit)(void *ctx, const struct lease_record *record,
		       uint64_t ticket);
	uint64_t (*wall_s)(void *ctx);
	void (*notice)(void *ctx, const struct dhcp_notice *notice);
};

/**
 * struct dhcp_reservation - an address for one MAC address, by the lab file
 * @mac:	whose
 * @address:	host order; need not be in the range
 * @name:	told as option 12; may be empty
 */
struct dhcp_reservation {
	struct mac mac;
	uint32_t address;
	char name[LEASE_HOSTNAME_SIZE];
};

/**
 * struct dhcp_settings - one server
 * @config:	what clients are told; its overrides are borrowed during create
 * @first:	first address of the range
 * @last:	last one
 * @quota:	leases per ingress port; 0: DHCP_PORT_QUOTA
 * @reservations: @reservation_count entries, borrowed during create
 */
struct dhcp_settings {
	struct dhcp_config config;
	uint32_t first;
	uint32_t last;
	unsigned quota;
	const struct dhcp_reservation *reservations;
	unsigned reservation_count;
};

/**
 * struct dhcp_counters - what was said and what went wrong
 * @rx:		messages by type; [0] is for types that clients don't send
 * @offers:	sent
 * @acks:	sent
 * @naks:	sent
 * @bad:	malformed
 * @foreign:	meant for other servers or other networks
 * @no_address:	nothing left to offer
 * @reused:	addresses taken from clients whose lease was over, as no other
 *		was left
 * @rapid:	of @acks, those that answered a DISCOVER
 * @over_quota:	refused because the port has enough leases
 * @pending_full: dropped because too many replies were waiting
 * @conflicts:	an address was in use by somebody who didn't ask
 * @commit_failed: no DHCPACK, as the lease could not be made durable
 * @forged:	release or decline from a port that doesn't have the lease
 */
struct dhcp_counters {
	uint64_t rx[DHCPINFORM + 1];
	uint64_t offers;
	uint64_t acks;
	uint64_t naks;
	uint64_t bad;
	uint64_t foreign;
	uint64_t no_address;
	uint64_t reused;
	uint64_t rapid;
	uint64_t over_quota;
	uint64_t pending_full;
	uint64_t conflicts;
	uint64_t commit_failed;
	uint64_t forged;
};

struct dhcp_server;

/**
 * dhcp_server_create() - a server with its reservations and no leases
 * @clock:	for the ends of leases
 * @seed:	random
 * @ops:	must outlive the server, as must @ctx
 */
struct dhcp_server *dhcp_server_create(const struct dhcp_settings *settings,
				       struct clock *clock, uint64_t seed,
				       const struct dhcp_ops *ops, void *ctx,
				       struct err *err);

/** dhcp_server_destroy() - leases on disk stay; NULL is fine */
void dhcp_server_destroy(struct dhcp_server *server);

/**
 * dhcp_server_restore() - a lease from disk, before the first message
 *
 * Times are taken relative to the wall clock and never longer than the lease
 * time, so a clock that jumped can't make a lease eternal. Of two records of
 * one address the first counts.
 *
 * Return: 0, -EINVAL for a record that makes no sense here (not on the subnet,
 * neither in the range nor reserved), -EEXIST for a second one, -ENOSPC.
 */
int dhcp_server_restore(struct dhcp_server *server,
			const struct lease_record *record);

/**
 * dhcp_server_inherit() - addresses that @old gives nobody rest here, too
 *
 * Before the first lease is restored.
 */
void dhcp_server_inherit(struct dhcp_server *server, struct dhcp_server *old);

/** dhcp_server_input() - a datagram to port 67 */
void dhcp_server_input(struct dhcp_server *server, const struct ip4 *ip,
		       const struct udp *udp);

/**
 * dhcp_server_committed() - the answer to ops->commit()
 * @ticket:	unknown ones are ignored: their client has given up
 * @ok:		the lease is on disk: the DHCPACK goes out now
 */
void dhcp_server_committed(struct dhcp_server *server, uint64_t ticket,
			   bool ok);

/**
 * dhcp_server_address_seen() - somebody spoke ARP as @address
 *
 * When that address is being probed, it is given up and another one tried. The
 * claim is charged to the quota of @port; beyond it, claims aren't believed.
 */
void dhcp_server_address_seen(struct dhcp_server *server, uint32_t address,
			      const struct mac *mac, uint16_t port);

/** dhcp_server_next_ns() - when dhcp_server_tick() is due; UINT64_MAX: never */
uint64_t dhcp_server_next_ns(const struct dhcp_server *server);

/** dhcp_server_tick() - send offers whose probe is over, forget old commits */
void dhcp_server_tick(struct dhcp_server *server);

/**
 * dhcp_server_owner() - whose is @address, by a lease or a reservation?
 * @mac:	filled
 *
 * Return: false when it is nobody's.
 */
bool dhcp_server_owner(struct dhcp_server *server, uint32_t address,
		       struct mac *mac);

/** dhcp_server_leases() - for `weft show leases` */
const struct lease_table *dhcp_server_leases(const struct dhcp_server *server);

/** dhcp_server_counters() - valid as long as the server */
const struct dhcp_counters *
dhcp_server_counters(const struct dhcp_server *server);

#endif
