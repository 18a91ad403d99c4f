/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_forward.h - guests' queries, answered from memory or by the host's
 * resolvers
 *
 * A query for data is asked in words of our own, and its reply is kept as long
 * as it may be. All else (zone transfers, other classes, EDNS options that are
 * not from hop to hop) is passed on unchanged but for the id, and so is its
 * reply (RFC 5625). What isn't kept comes later, through dns_forward_ops'
 * reply().
 */
#ifndef SWITCH_DNS_DNS_FORWARD_H
#define SWITCH_DNS_DNS_FORWARD_H

#include "core/clock.h"
#include "core/err.h"
#include "core/loop.h"
#include "switch/dns/dns_cache.h"
#include "switch/dns/dns_server.h"
#include "switch/nat/nat_sockets.h"
#include "switch/siphash.h"
#include "switch/dns/tcp_service.h"

/** DNS_FORWARD_MAX - queries of guests in flight */
#define DNS_FORWARD_MAX 1024
/** DNS_FORWARD_PER_PORT - of which one ingress port may have */
#define DNS_FORWARD_PER_PORT 256
/** DNS_FORWARD_SERVERS - resolvers that are used */
#define DNS_FORWARD_SERVERS 8
/** DNS_FORWARD_TRY_NS - how long one resolver may take; then the next */
#define DNS_FORWARD_TRY_NS NSEC_PER_SEC
/** DNS_FORWARD_AGAIN_NS - the same, once all have been asked */
#define DNS_FORWARD_AGAIN_NS (2 * NSEC_PER_SEC)
/** DNS_FORWARD_TOTAL_NS - how long a guest waits for SERVFAIL */
#define DNS_FORWARD_TOTAL_NS (5 * NSEC_PER_SEC)
/** DNS_FORWARD_PROBE_NS - how often one that is left out is tried, at most */
#define DNS_FORWARD_PROBE_NS (10 * NSEC_PER_SEC)

/**
 * struct dns_asker - where a reply goes
 * @transport:	how the query came; the reply goes the same way
 * @ingress:	port that it came in through
 * @mac:	over UDP: Ethernet address
 * @address:	over UDP: host order
 * @port:	over UDP
 * @ticket:	over TCP
 */
struct dns_asker {
	enum dns_transport transport;
	uint16_t ingress;
	struct mac mac;
	uint32_t address;
	uint16_t port;
	struct tcp_ticket ticket;
};

/**
 * struct dns_forward_ops - what the forwarder needs from its surroundings
 * @reply:	pass a reply on; @data is borrowed, @len at most
 *		TCP_SERVICE_REPLY_MAX, over UDP at most udp_max and what the
 *		guest takes
 */
struct dns_forward_ops {
	void (*reply)(void *ctx, const struct dns_asker *asker,
		      const uint8_t *data, size_t len);
};

/**
 * struct dns_forward_settings - one forwarder
 * @loop:	of the worker
 * @clock:	the loop's
 * @sockets:	how host sockets are made
 * @sockets_ctx: for @sockets
 * @own_address: ours; no resolver of ours
 * @udp_max:	longest reply that fits a packet to guests
 * @secret:	random, for ids, cases of letters and tables
 */
struct dns_forward_settings {
	struct loop *loop;
	struct clock *clock;
	const struct nat_sockets *sockets;
	void *sockets_ctx;
	uint32_t own_address;
	size_t udp_max;
	struct siphash_key secret;
};

/**
 * struct dns_forward_counters - how queries ended that the cache didn't answer
 * @queries:	of guests, taken
 * @shared:	of these, that waited for another's reply to the same question
 * @replied:	with what a resolver said
 * @failed:	with SERVFAIL, as no resolver said anything
 * @no_resolver: refused: the host has none
 * @over_quota:	refused: too many in flight, of the port or in all
 * @truncated:	replies that did not fit and were told to come over TCP
 * @sent:	to resolvers, each try
 * @timeouts:	tries without a reply
 * @errors:	tries that ended with an error of the host (port unreachable)
 * @declined:	replies that said that the resolver can't or won't answer; the
 *		next one was asked
 * @over_tcp:	tries over TCP, as the reply over UDP was cut or doubtful
 * @forged:	datagrams with wrong id or question
 * @wrong_case:	replies whose name is not written as ours was
 * @malformed:	replies of the right resolver that nobody can read
 * @too_long:	replies that no guest gets, over TCP
 * @probes:	queries of our own, to learn who is there and who leads back
 * @loops:	of these, that came back to us
 * @in_flight:	queries of guests now
 */
struct dns_forward_counters {
	uint64_t queries;
	uint64_t shared;
	uint64_t replied;
	uint64_t failed;
	uint64_t no_resolver;
	uint64_t over_quota;
	uint64_t truncated;
	uint64_t sent;
	uint64_t timeouts;
	uint64_t errors;
	uint64_t declined;
	uint64_t over_tcp;
	uint64_t forged;
	uint64_t wrong_case;
	uint64_t malformed;
	uint64_t too_long;
	uint64_t probes;
	uint64_t loops;
	uint64_t in_flight;
};

/** enum dns_resolver_state - is a resolver asked? */
enum dns_resolver_state {
	DNS_RESOLVER_UP,
	DNS_RESOLVER_DEAD, /* when all are, each is asked all the same */
	DNS_RESOLVER_LOOP, /* what it is asked comes back to us: never */
	DNS_RESOLVER_STATES,
};

/**
 * struct dns_resolver_view - what is known of a resolver
 * @address:	host order
 * @state:	is it asked?
 * @sent:	tries
 * @replied:	of these
 * @timeouts:	of these
 * @took_ns:	from the last try that was replied to, until then
 */
struct dns_resolver_view {
	uint32_t address;
	enum dns_resolver_state state;
	uint64_t sent;
	uint64_t replied;
	uint64_t timeouts;
	uint64_t took_ns;
};

struct dns_forward;

/** dns_forward_create() - a forwarder without resolvers */
struct dns_forward *
dns_forward_create(const struct dns_forward_settings *settings,
		   const struct dns_forward_ops *ops, void *ctx,
		   struct err *err);

/** dns_forward_destroy() - nobody is answered any more; NULL is fine */
void dns_forward_destroy(struct dns_forward *forward);

/**
 * dns_forward_set_servers() - the resolvers from now on, in order of preference
 * @servers:	@count addresses, host order; those over DNS_FORWARD_SERVERS,
 *		and our own, are left out
 *
 * What is in flight waits for the resolver that was asked, then goes on with
 * these. Another list than before empties the cache.
 */
void dns_forward_set_servers(struct dns_forward *forward,
			     const uint32_t *servers, unsigned count);

/**
 * dns_forward_query() - answer a query that dns_server_answer() found foreign
 * @query:	message, copied
 * @reply:	TCP_SERVICE_REPLY_MAX bytes
 *
 * Return: bytes of @reply, from the cache or to say that it can't be answered;
 * 0 when the message must not be answered; DNS_FOREIGN when ops->reply() will
 * be called, never from within.
 */
size_t dns_forward_query(struct dns_forward *forward,
			 const struct dns_asker *asker, const uint8_t *query,
			 size_t len, uint8_t *reply);

/** dns_forward_flush() - forget what resolvers said */
void dns_forward_flush(struct dns_forward *forward);

/**
 * dns_forward_resolvers() - those that are used, in order of preference
 * @views:	DNS_FORWARD_SERVERS entries
 *
 * Return: how many there are.
 */
unsigned dns_forward_resolvers(const struct dns_forward *forward,
			       struct dns_resolver_view *views);

/** dns_forward_counters() - valid as long as the forwarder */
const struct dns_forward_counters *
dns_forward_counters(const struct dns_forward *forward);

/** dns_forward_cache() - counters of its cache; valid as long as the forwarder
 */
const struct dns_cache_counters *
dns_forward_cache(const struct dns_forward *forward);

#endif
