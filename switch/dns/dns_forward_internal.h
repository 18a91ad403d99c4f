/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_forward_internal.h - what the forwarder's two files share; nobody else's
 */
#ifndef SWITCH_DNS_DNS_FORWARD_INTERNAL_H
#define SWITCH_DNS_DNS_FORWARD_INTERNAL_H

#include "switch/dns/dns_forward.h"
#include "switch/rate.h"

#define DNS_PREFIX_LEN 2
#define DNS_QUERY_MAX TCP_SERVICE_QUERY_MAX

/**
 * struct dns_client - one query of a guest
 * @link:	unused, or with the upstream query that it waits for
 * @asker:	where the reply goes
 * @id:		of its query
 * @udp_limit:	longest reply that it takes over UDP
 */
struct dns_client {
	struct list link;
	struct dns_asker asker;
	uint16_t id;
	uint16_t udp_limit;
};

/**
 * struct dns_upstream - one query to a resolver, for one or more clients
 * @forward:	whose
 * @link:	unused, or in flight
 * @clients:	struct dns_client
 * @watch:	its socket, of this try alone; fd is -1 between tries
 * @timer:	end of this try
 * @give_up_ns:	end of all tries
 * @transport:	of the clients
 * @server:	place in the list of servers where the next try begins
 * @address:	resolver of this try
 * @sent_ns:	when this try began
 * @errors:	tries that the host refused
 * @query_len:	bytes of @query behind the prefix
 * @question_len: bytes of the question in it
 * @at:		over TCP: bytes sent, then bytes received
 * @is_sent:	over TCP: the query is out
 * @prefix:	over TCP: length of the reply
 * @reply:	over TCP: from the heap once @prefix is there
 * @query:	length as TCP has it, then the message with our id
 */
struct dns_upstream {
	struct dns_forward *forward;
	struct list link;
	struct list clients;
	struct watch watch;
	struct timer timer;
	uint64_t give_up_ns;
	enum dns_transport transport;
	unsigned server;
	uint32_t address;
	uint64_t sent_ns;
	unsigned errors;
	size_t query_len;
	size_t question_len;
	size_t at;
	bool is_sent;
	uint8_t prefix[DNS_PREFIX_LEN];
	uint8_t *reply;
	uint8_t query[DNS_PREFIX_LEN + DNS_QUERY_MAX];
};

/**
 * struct dns_resolver - what we know of a resolver
 * @address:	host order
 * @dead_until_ns: left out before
 * @heard_ns:	when it last said anything
 */
struct dns_resolver {
	uint32_t address;
	uint64_t dead_until_ns;
	uint64_t heard_ns;
};

/**
 * struct dns_forward - dns_forward.c tells how it works
 * @settings:	as created
 * @ops:	surroundings
 * @ctx:	handed back to @ops
 * @counters:	for `weft show`
 * @resolvers:	@resolver_count entries, in order of preference
 * @resolver_count: entries
 * @ids:	drawn so far
 * @in_flight:	upstream queries
 * @free_upstreams: unused
 * @free_clients: unused
 * @per_port:	clients of each ingress port
 * @clients:	all
 * @upstreams:	all
 * @rx:		a datagram
 */
struct dns_forward {
	struct dns_forward_settings settings;
	const struct dns_forward_ops *ops;
	void *ctx;
	struct dns_forward_counters counters;
	struct dns_resolver resolvers[DNS_FORWARD_SERVERS];
	unsigned resolver_count;
	uint64_t ids;
	struct list in_flight;
	struct list free_upstreams;
	struct list free_clients;
	uint16_t per_port[RATE_PORTS];
	struct dns_client clients[DNS_FORWARD_MAX];
	struct dns_upstream upstreams[DNS_FORWARD_MAX];
	uint8_t rx[IP4_MAX_LEN];
};

/* dns_upstream.c */

/** dns_upstream_try() - ask @address, with a socket and an id of its own */
int dns_upstream_try(struct dns_upstream *upstream, uint32_t address);

/** dns_upstream_close() - end the try; no-op between tries */
void dns_upstream_close(struct dns_upstream *upstream);

/* dns_forward.c, called by the other */

/** dns_upstream_replied() - a reply that belongs to the query; may be changed
 */
void dns_upstream_replied(struct dns_upstream *upstream, uint8_t *reply,
			  size_t len);

/**
 * dns_upstream_failed() - this try won't bring a reply
 * @dead:	as nobody is there, or as what was said is of no use
 */
void dns_upstream_failed(struct dns_upstream *upstream, bool dead);

#endif
