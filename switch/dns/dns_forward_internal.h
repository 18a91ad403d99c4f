/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_forward_internal.h - what the forwarder's files share; nobody else's
 */
#ifndef SWITCH_DNS_DNS_FORWARD_INTERNAL_H
#define SWITCH_DNS_DNS_FORWARD_INTERNAL_H

#include "switch/dns/dns_forward.h"
#include "switch/rate.h"

#define DNS_PREFIX_LEN 2
#define DNS_QUERY_MAX TCP_SERVICE_QUERY_MAX
/** DNS_UPSTREAMS - one for each client, a probe for each resolver, and one that
 * is just being answered
 */
#define DNS_UPSTREAMS (DNS_FORWARD_MAX + DNS_FORWARD_SERVERS + 1)
/** DNS_CHAINS - of upstream queries in flight */
#define DNS_CHAINS 64

/**
 * struct dns_client - one query of a guest
 * @link:	unused, or with the upstream query that it waits for
 * @asker:	where the reply goes
 * @id:		of its query
 * @flags:	of its query
 * @udp_limit:	longest reply that it takes over UDP
 * @has_opt:	it speaks EDNS
 * @opt_do:	and wants signatures
 * @question_len: bytes of @question
 * @question:	as it wrote it
 */
struct dns_client {
	struct list link;
	struct dns_asker asker;
	uint16_t id;
	uint16_t flags;
	uint16_t udp_limit;
	bool has_opt;
	bool opt_do;
	uint16_t question_len;
	uint8_t question[DNS_QUESTION_MAX];
};

/** enum dns_kind - what an upstream query is for */
enum dns_kind {
	DNS_PLAIN,  /* asked in our words, kept */
	DNS_PASSED, /* the guest's own words */
	DNS_PROBE,  /* nobody's: is the resolver there? */
};

/**
 * struct dns_upstream - one query to a resolver, for one or more clients
 * @forward:	whose
 * @link:	unused, or in flight
 * @clients:	struct dns_client
 * @watch:	its socket, of this try alone; fd is -1 between tries
 * @timer:	end of this try
 * @give_up_ns:	end of all tries
 * @kind:	what it is for
 * @transport:	of this try
 * @hash:	of @key; of a passed query's bytes
 * @key:	of a plain query
 * @server:	place in the list of servers where the next try begins
 * @tries:	so far
 * @address:	resolver of this try
 * @sent_ns:	when this try began
 * @errors:	tries that the host or the resolver refused
 * @has_opt:	this try speaks EDNS
 * @was_cut:	a reply over UDP had TC
 * @lost_case:	a reply over UDP had other letters than we
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
	enum dns_kind kind;
	enum dns_transport transport;
	uint64_t hash;
	struct dns_key key;
	unsigned server;
	unsigned tries;
	uint32_t address;
	uint64_t sent_ns;
	unsigned errors;
	bool has_opt;
	bool was_cut;
	bool lost_case;
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
 * @view:	for everybody
 * @heard_ns:	when it last said anything
 * @probe_ns:	it is not probed before; 0: never was
 * @is_probing:	a probe is out
 * @loop_ns:	when a probe of it last came back to us
 * @no_edns:	it does not know OPT
 * @loses_case:	its replies have letters of their own
 */
struct dns_resolver {
	struct dns_resolver_view view;
	uint64_t heard_ns;
	uint64_t probe_ns;
	bool is_probing;
	uint64_t loop_ns;
	bool no_edns;
	bool loses_case;
};

/**
 * struct dns_forward - dns_forward.c tells how it works
 * @settings:	as created
 * @ops:	surroundings
 * @ctx:	handed back to @ops
 * @counters:	for `weft show`
 * @cache:	what was said
 * @resolvers:	@resolver_count entries, in order of preference
 * @resolver_count: entries
 * @drawn:	random numbers so far
 * @in_flight:	upstream queries by hash
 * @free_upstreams: unused
 * @free_clients: unused
 * @per_port:	clients of each ingress port
 * @clients:	all
 * @upstreams:	all
 * @rx:		a datagram, with room for an OPT of ours
 */
struct dns_forward {
	struct dns_forward_settings settings;
	const struct dns_forward_ops *ops;
	void *ctx;
	struct dns_forward_counters counters;
	struct dns_cache *cache;
	struct dns_resolver resolvers[DNS_FORWARD_SERVERS];
	unsigned resolver_count;
	uint64_t drawn;
	struct list in_flight[DNS_CHAINS];
	struct list free_upstreams;
	struct list free_clients;
	uint16_t per_port[RATE_PORTS];
	struct dns_client clients[DNS_FORWARD_MAX];
	struct dns_upstream upstreams[DNS_UPSTREAMS];
	uint8_t rx[IP4_MAX_LEN + DNS_OPT_LEN];
};

/** dns_forward_now_ns() - the time */
static inline uint64_t dns_forward_now_ns(const struct dns_forward *forward)
{
	return clock_now_ns(forward->settings.clock);
}

/** dns_put_first() - the last one used is the next: its memory is there */
static inline void dns_put_first(struct list *head, struct list *item)
{
	list_append(head->next, item);
}

/* dns_upstream.c */

/** dns_upstream_try() - ask @address what @query says, with a new socket */
int dns_upstream_try(struct dns_upstream *upstream, uint32_t address);

/** dns_upstream_close() - end the try; no-op between tries */
void dns_upstream_close(struct dns_upstream *upstream);

/* dns_exchange.c, called by dns_upstream.c */

/**
 * dns_upstream_replied() - a reply that belongs to the query
 * @reply:	may be changed; there is room for an OPT behind @len bytes
 */
void dns_upstream_replied(struct dns_upstream *upstream, uint8_t *reply,
			  size_t len, enum dns_match match);

/**
 * dns_upstream_failed() - this try won't bring a reply
 * @dead:	as nobody is there, or as what was said is of no use
 */
void dns_upstream_failed(struct dns_upstream *upstream, bool dead);

/* dns_exchange.c, called by the others */

/**
 * dns_upstream_start() - the first try of a query
 * @upstream:	all that the kind needs is set; it is put in flight
 *
 * Return: false when nobody can be asked.
 */
bool dns_upstream_start(struct dns_upstream *upstream);

/** dns_draw() - 64 random bits */
uint64_t dns_draw(struct dns_forward *forward);

/* dns_resolver.c */

/** dns_resolver_lookup() - NULL: it is one of an older list */
struct dns_resolver *dns_resolver_lookup(struct dns_forward *forward,
					 uint32_t address);

/**
 * dns_resolver_choose() - whom to ask next
 *
 * The next one in order that is up, else the next one that is dead.
 *
 * Return: NULL when there is none but such that lead back to us.
 */
struct dns_resolver *dns_resolver_choose(struct dns_upstream *upstream);

/** dns_resolver_heard() - it replied */
void dns_resolver_heard(struct dns_upstream *upstream);

/** dns_resolver_silent() - it did not, in all of a try, or nobody is there */
void dns_resolver_silent(struct dns_upstream *upstream);

/** dns_resolvers_probe() - those of which that is to be known now */
void dns_resolvers_probe(struct dns_forward *forward);

/** dns_resolver_probed() - a probe is over */
void dns_resolver_probed(struct dns_upstream *upstream, bool replied);

/** dns_resolver_is_loop() - is it a probe of ours that came back? Then it is
 * known from now on */
bool dns_resolver_is_loop(struct dns_forward *forward,
			  const struct dns_query *query);

/* dns_client.c */

/** dns_client_set() - who asks what; for one that is answered at once */
void dns_client_set(struct dns_client *client,
		    const struct dns_forward *forward,
		    const struct dns_asker *asker, const uint8_t *message,
		    const struct dns_query *query);

/** dns_client_new() - the same for one that waits; NULL: over quota */
struct dns_client *dns_client_new(struct dns_forward *forward,
				  const struct dns_asker *asker,
				  const uint8_t *message,
				  const struct dns_query *query);

/** dns_client_free() - it waits no longer */
void dns_client_free(struct dns_forward *forward, struct dns_client *client);

/**
 * dns_client_fit() - make a decoded reply that of this client
 * @message:	@len bytes, and room for an OPT and for DNS_UDP_MIN; changed
 * @rcode:	with its upper bits
 *
 * Return: its new length.
 */
size_t dns_client_fit(struct dns_forward *forward,
		      const struct dns_client *client, uint8_t *message,
		      size_t len, unsigned rcode);

/**
 * dns_client_failure() - a reply without records
 * @reply:	DNS_UDP_MIN bytes
 * @cut:	there is more, over TCP
 */
size_t dns_client_failure(const struct dns_client *client, uint8_t *reply,
			  unsigned rcode, bool cut);

/*
 * How an upstream query ends. Whoever is replied to may ask again at once: all
 * is tidy before that, but for @upstream itself, which holds the reply.
 */

/**
 * dns_upstream_deliver() - what the resolver said, to all
 * @message:	decoded, to a plain query; changed
 * @rcode:	with its upper bits
 */
void dns_upstream_deliver(struct dns_upstream *upstream, uint8_t *message,
			  size_t len, unsigned rcode);

/** dns_upstream_fail() - no reply, to all */
void dns_upstream_fail(struct dns_upstream *upstream, unsigned rcode);

/** dns_upstream_end() - nobody waits for it any more */
void dns_upstream_end(struct dns_upstream *upstream);

#endif
