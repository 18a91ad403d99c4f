/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * neighbour.h - which Ethernet address an IPv4 address of the subnet has
 *
 * The gateway's ARP cache (RFC 826, RFC 1122 2.3.2). It hears what neighbours
 * say by themselves and asks for those that somebody wants to reach. It has no
 * socket and no clock of its own.
 */
#ifndef SWITCH_GATEWAY_NEIGHBOUR_H
#define SWITCH_GATEWAY_NEIGHBOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/clock.h"
#include "core/err.h"
#include "core/list.h"
#include "switch/siphash.h"

/** NEIGHBOUR_MAX - entries */
#define NEIGHBOUR_MAX 1024
/** NEIGHBOUR_MAX_ASKED - of these, so many may be asked for at a time */
#define NEIGHBOUR_MAX_ASKED 64
/** NEIGHBOUR_MAX_WAITS - callers that wait for an answer, over all entries */
#define NEIGHBOUR_MAX_WAITS 1024
/**
 * NEIGHBOUR_REACHABLE_NS - a sign of life is good for so long; asking costs
 * nothing here, and a guest that is gone should be noticed soon
 */
#define NEIGHBOUR_REACHABLE_NS (10 * NSEC_PER_SEC)
/** NEIGHBOUR_RETRY_NS - between two requests (RFC 1122 2.3.2.1) */
#define NEIGHBOUR_RETRY_NS NSEC_PER_SEC
/** NEIGHBOUR_TRIES - requests before giving up */
#define NEIGHBOUR_TRIES 3

struct neighbours;

/**
 * struct neighbour - where an address is
 * @address:	host order
 * @mac:	Ethernet address
 * @ingress:	port it was last heard on
 */
struct neighbour {
	uint32_t address;
	struct mac mac;
	uint16_t ingress;
};

/**
 * struct neighbour_wait - embedded in whoever waits for an answer
 * @link:	used by the table
 * @done:	called once, from within the gateway's send() or a timer. @found
 *		is borrowed, or NULL: nobody answered
 */
struct neighbour_wait {
	struct list link;
	void (*done)(struct neighbour_wait *wait,
		     const struct neighbour *found);
};

/**
 * struct neighbour_ops - what the table needs from its surroundings
 * @request:	broadcast an ARP request for @address
 * @owner:	the MAC address that DHCP leased or reserved @address for; false
 *		when it is nobody's
 */
struct neighbour_ops {
	void (*request)(void *ctx, uint32_t address);
	bool (*owner)(void *ctx, uint32_t address, struct mac *mac);
};

/**
 * struct neighbour_settings - one table
 * @address:	the gateway's, with the subnet's prefix length
 * @mac:	the gateway's
 * @secret:	for the hash
 */
struct neighbour_settings {
	struct ipv4_prefix address;
	struct mac mac;
	struct siphash_key secret;
};

/**
 * struct neighbour_counters - what happened
 * @entries:	now
 * @learned:	new addresses
 * @moved:	addresses that changed their MAC address
 * @evicted:	made room for another of their own port, or of a smaller one
 * @stolen:	claims of an address that DHCP gave to somebody else
 * @requests:	sent
 * @failed:	addresses that nobody answered for
 * @full:	questions refused: too many were open
 */
struct neighbour_counters {
	uint64_t entries;
	uint64_t learned;
	uint64_t moved;
	uint64_t evicted;
	uint64_t stolen;
	uint64_t requests;
	uint64_t failed;
	uint64_t full;
};

/**
 * enum neighbour_claim - how an address was heard
 * @NEIGHBOUR_TOLD:	by ARP, to us or to all: new addresses are learned,
 *		known ones move
 * @NEIGHBOUR_OVERHEARD: by ARP that was meant for others: known ones move (the
 *			merge flag of RFC 826)
 * @NEIGHBOUR_USED:	in a packet. It may have come by a router of the subnet,
 *			so known ones don't move
 */
enum neighbour_claim {
	NEIGHBOUR_TOLD,
	NEIGHBOUR_OVERHEARD,
	NEIGHBOUR_USED,
};

/** neighbour_wait_init() - it doesn't wait yet */
static inline void
neighbour_wait_init(struct neighbour_wait *wait,
		    void (*done)(struct neighbour_wait *wait,
				 const struct neighbour *found))
{
	list_init(&wait->link);
	wait->done = done;
}

/** neighbours_create() - an empty table; @ops and @ctx outlive it */
struct neighbours *neighbours_create(const struct neighbour_settings *settings,
				     struct clock *clock,
				     const struct neighbour_ops *ops, void *ctx,
				     struct err *err);

/** neighbours_destroy() - those that wait are not called; NULL is fine */
void neighbours_destroy(struct neighbours *table);

/**
 * neighbour_heard() - an ARP message or an IPv4 packet came from there
 *
 * Cheap enough for each packet. Addresses that are no host's of the subnet, and
 * our own, are ignored.
 *
 * Return: whether it was believed: false when DHCP gave the address to somebody
 * else.
 */
bool neighbour_heard(struct neighbours *table, const struct neighbour *seen,
		     enum neighbour_claim claim);

/**
 * neighbour_resolve() - where is @address?
 * @wait:	with @done; used when the answer comes later, and then called in
 *		any case unless neighbour_cancel() is
 * @found:	filled when the answer is known
 *
 * Return: 0: known; -EINPROGRESS: @wait will be called, never from within;
 * -EHOSTUNREACH: no host of this subnet; -ENOBUFS: too many are asked for.
 */
int neighbour_resolve(struct neighbours *table, uint32_t address,
		      struct neighbour_wait *wait, struct neighbour *found);

/** neighbour_cancel() - don't call @wait; no-op when it doesn't wait */
void neighbour_cancel(struct neighbours *table, struct neighbour_wait *wait);

/** neighbours_next_ns() - when neighbours_tick() is due; UINT64_MAX: never */
uint64_t neighbours_next_ns(const struct neighbours *table);

/** neighbours_tick() - ask again, or give up */
void neighbours_tick(struct neighbours *table);

/** neighbours_counters() - valid as long as the table */
const struct neighbour_counters *
neighbours_counters(const struct neighbours *table);

#endif
