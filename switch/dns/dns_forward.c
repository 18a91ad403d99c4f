// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_forward.c - guests' queries, answered from memory or by the host's
 * resolvers
 *
 * Theory of operation
 *
 * A query that the cache (dns_cache.c) can't answer is a client
 * (dns_client.c); it waits for an upstream query (dns_exchange.c), which is
 * tried with one resolver after the other (dns_resolver.c) until somebody
 * replies:
 *
 *   client ---\
 *   client ----> upstream --- try: socket, id, resolver ---> reply: all clients
 *   client ---/      ^------- timeout, error: next resolver      and the cache
 *
 * Queries that are the same but for id and case share one upstream. So there
 * are never two of one question for somebody who wants to guess ids (RFC 5452
 * 5), and a resolver that asks us back what we ask it meets its own question
 * and waits: it doesn't multiply.
 *
 * Limits: DNS_FORWARD_MAX clients, DNS_FORWARD_PER_PORT of one port; the rest
 * gets SERVFAIL at once. Resolvers are asked over IPv4; one query per TCP
 * connection; replies up to TCP_SERVICE_REPLY_MAX.
 */
#include "switch/dns/dns_forward.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "switch/dns/dns_forward_internal.h"

static struct dns_upstream *upstream_of(struct list *link)
{
	return container_of(link, struct dns_upstream, link);
}

/**
 * struct ask - a query that is being looked at
 * @message:	as it came
 * @len:	bytes of it
 * @query:	decoded
 * @key:	of a plain one
 * @hash:	of @key, or of what is passed on
 */
struct ask {
	const uint8_t *message;
	size_t len;
	struct dns_query query;
	struct dns_key key;
	uint64_t hash;
};

static void set_hash(const struct dns_forward *forward, struct ask *ask)
{
	const struct siphash_key *secret = &forward->settings.secret;

	if (ask->query.is_plain) {
		dns_key_set(&ask->key, ask->message, &ask->query);
		ask->hash = dns_key_hash(&ask->key, secret);
	} else {
		ask->hash = siphash(secret, ask->message + 2, ask->len - 2);
	}
}

static bool is_same(const struct dns_upstream *upstream, const struct ask *ask,
		    enum dns_transport transport)
{
	if (upstream->hash != ask->hash)
		return false;
	if (upstream->kind == DNS_PLAIN)
		return ask->query.is_plain &&
		       dns_key_is_equal(&upstream->key, &ask->key);
	return upstream->kind == DNS_PASSED && !ask->query.is_plain &&
	       upstream->transport == transport &&
	       upstream->query_len == ask->len &&
	       !memcmp(upstream->query + DNS_PREFIX_LEN + 2, ask->message + 2,
		       ask->len - 2);
}

/* In flight, and the same but for the id? */
static struct dns_upstream *lookup_same(struct dns_forward *forward,
					const struct ask *ask,
					enum dns_transport transport)
{
	list_for_each (link, &forward->in_flight[ask->hash % DNS_CHAINS]) {
		if (is_same(upstream_of(link), ask, transport))
			return upstream_of(link);
	}
	return NULL;
}

static bool start(struct dns_forward *forward, struct dns_client *client,
		  const struct ask *ask)
{
	struct list *link = list_pop(&forward->free_upstreams);
	struct dns_upstream *upstream;
	bool is_asked;

	if (!link)
		return false;
	upstream = upstream_of(link);
	upstream->hash = ask->hash;
	upstream->question_len = ask->query.question_len;
	if (ask->query.is_plain) {
		upstream->kind = DNS_PLAIN;
		/* what a guest asks over TCP was kept, if it was long */
		upstream->transport = DNS_OVER_UDP;
		upstream->key = ask->key;
	} else {
		upstream->kind = DNS_PASSED;
		upstream->transport = client->asker.transport;
		upstream->query_len = ask->len;
		memcpy(upstream->query + DNS_PREFIX_LEN, ask->message,
		       ask->len);
	}
	is_asked = dns_upstream_start(upstream);
	if (is_asked)
		list_append(&upstream->clients, &client->link);
	else
		dns_upstream_end(upstream);
	dns_resolvers_probe(forward);
	return is_asked;
}

/* DNS_NOERROR: it waits. */
static enum dns_rcode wait_for_reply(struct dns_forward *forward,
				     const struct dns_asker *asker,
				     const struct ask *ask)
{
	struct dns_upstream *same = lookup_same(forward, ask, asker->transport);
	struct dns_client *client = NULL;

	if (same || !list_is_empty(&forward->free_upstreams))
		client = dns_client_new(forward, asker, ask->message,
					&ask->query);
	if (!client) {
		forward->counters.over_quota++;
		return DNS_SERVFAIL;
	}
	if (same) {
		list_append(&same->clients, &client->link);
		forward->counters.shared++;
	} else if (!start(forward, client, ask)) {
		forward->counters.failed++;
		dns_client_free(forward, client);
		return DNS_SERVFAIL;
	}
	forward->counters.queries++;
	return DNS_NOERROR;
}

static size_t answer_from_cache(struct dns_forward *forward,
				const struct dns_client *client,
				const struct ask *ask, uint8_t *reply)
{
	size_t len;

	if (!ask->query.is_plain)
		return 0;
	len = dns_cache_lookup(forward->cache, &ask->key, reply,
			       TCP_SERVICE_REPLY_MAX - DNS_OPT_LEN);
	return len ? dns_client_fit(forward, client, reply, len, reply[3] & 0xf)
		   : 0;
}

size_t dns_forward_query(struct dns_forward *forward,
			 const struct dns_asker *asker, const uint8_t *query,
			 size_t len, uint8_t *reply)
{
	struct ask ask = {.message = query, .len = len};
	enum dns_rcode rcode = DNS_REFUSED;
	struct dns_client client;
	size_t reply_len;

	if (len > DNS_QUERY_MAX ||
	    dns_query_decode(query, len, &ask.query, &rcode) != DNS_ANSWER)
		return 0;
	dns_client_set(&client, forward, asker, query, &ask.query);
	set_hash(forward, &ask);
	reply_len = answer_from_cache(forward, &client, &ask, reply);
	if (reply_len)
		return reply_len;
	rcode = DNS_REFUSED;
	if (!forward->resolver_count)
		forward->counters.no_resolver++;
	else if (!dns_resolver_is_loop(forward, &ask.query))
		rcode = wait_for_reply(forward, asker, &ask);
	return rcode == DNS_NOERROR
		       ? DNS_FOREIGN
		       : dns_client_failure(&client, reply, rcode, false);
}

void dns_forward_set_servers(struct dns_forward *forward,
			     const uint32_t *servers, unsigned count)
{
	struct dns_resolver list[DNS_FORWARD_SERVERS];
	unsigned i, used = 0;
	bool is_same = true;

	memset(list, 0, sizeof(list));
	for (i = 0; i < count && used < DNS_FORWARD_SERVERS; i++) {
		const struct dns_resolver *known =
			dns_resolver_lookup(forward, servers[i]);

		if (servers[i] == forward->settings.own_address)
			continue;
		if (known)
			list[used] = *known;
		else
			list[used].view.address = servers[i];
		is_same &= known == &forward->resolvers[used];
		used++;
	}
	/* others may have another view of the world: a VPN came up */
	if (!is_same || used != forward->resolver_count)
		dns_cache_flush(forward->cache);
	memcpy(forward->resolvers, list, sizeof(list));
	forward->resolver_count = used;
}

struct dns_forward *
dns_forward_create(const struct dns_forward_settings *settings,
		   const struct dns_forward_ops *ops, void *ctx,
		   struct err *err)
{
	struct dns_forward *forward = calloc(1, sizeof(*forward));
	unsigned i;

	if (!forward) {
		err_set(err, -ENOMEM, "no memory for a DNS forwarder");
		return NULL;
	}
	forward->settings = *settings;
	forward->ops = ops;
	forward->ctx = ctx;
	forward->cache =
		dns_cache_create(settings->clock, &settings->secret, err);
	if (!forward->cache) {
		free(forward);
		return NULL;
	}
	for (i = 0; i < DNS_CHAINS; i++)
		list_init(&forward->in_flight[i]);
	list_init(&forward->free_upstreams);
	list_init(&forward->free_clients);
	for (i = 0; i < DNS_FORWARD_MAX; i++)
		list_append(&forward->free_clients, &forward->clients[i].link);
	for (i = 0; i < DNS_UPSTREAMS; i++) {
		struct dns_upstream *upstream = &forward->upstreams[i];

		upstream->forward = forward;
		upstream->watch.fd = -1;
		list_init(&upstream->clients);
		list_append(&forward->free_upstreams, &upstream->link);
	}
	return forward;
}

void dns_forward_destroy(struct dns_forward *forward)
{
	unsigned i;

	if (!forward)
		return;
	for (i = 0; i < DNS_CHAINS; i++) {
		while (!list_is_empty(&forward->in_flight[i]))
			dns_upstream_end(
				upstream_of(forward->in_flight[i].next));
	}
	dns_cache_destroy(forward->cache);
	free(forward);
}

const struct dns_forward_counters *
dns_forward_counters(const struct dns_forward *forward)
{
	return &forward->counters;
}

const struct dns_cache_counters *
dns_forward_cache(const struct dns_forward *forward)
{
	return dns_cache_counters(forward->cache);
}

void dns_forward_flush(struct dns_forward *forward)
{
	dns_cache_flush(forward->cache);
}

unsigned dns_forward_resolvers(const struct dns_forward *forward,
			       struct dns_resolver_view *views)
{
	unsigned i;

	for (i = 0; i < forward->resolver_count; i++)
		views[i] = forward->resolvers[i].view;
	return forward->resolver_count;
}
