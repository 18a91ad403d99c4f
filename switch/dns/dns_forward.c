// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_forward.c - guests' queries, carried to the host's resolvers
 *
 * Theory of operation
 *
 * A query of a guest is a client; it waits for an upstream query, which is
 * tried with one resolver after the other until somebody replies:
 *
 *   client ---\
 *   client ----> upstream --- try: socket, id, resolver ---> reply: all clients
 *   client ---/      ^------- timeout, error: next resolver
 *
 * Queries that are the same but for the id share one upstream. So there are
 * never two of one question for somebody who wants to guess ids (RFC 5452 5),
 * and a resolver that asks us back what we ask it (a guest that a forward makes
 * the host's resolver) meets its own question and waits: it doesn't multiply.
 *
 * Each try has a socket, so a source port, and an id of its own; the socket is
 * connected, so the kernel lets pass what comes from the resolver alone; id and
 * question must be ours (RFC 5452 9.1). Whatever else comes is counted and
 * waited past.
 *
 * A resolver that says nothing in a whole try, to nobody, is dead for
 * DNS_FORWARD_DEAD_NS: others are asked first. If all are dead all are asked.
 *
 * Limits: DNS_FORWARD_MAX clients, DNS_FORWARD_PER_PORT of one port; the rest
 * gets SERVFAIL at once. No cache; IPv4; one query per TCP connection; replies
 * up to TCP_SERVICE_REPLY_MAX.
 */
#include "switch/dns/dns_forward.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "switch/dns/dns_forward_internal.h"

static uint64_t now_ns(const struct dns_forward *forward)
{
	return clock_now_ns(forward->settings.clock);
}

static struct dns_client *client_of(struct list *link)
{
	return container_of(link, struct dns_client, link);
}

static struct dns_upstream *upstream_of(struct list *link)
{
	return container_of(link, struct dns_upstream, link);
}

/* The last one used is the next: its memory is there already. */
static void put_first(struct list *head, struct list *item)
{
	list_append(head->next, item);
}

static void client_free(struct dns_forward *forward, struct dns_client *client)
{
	forward->per_port[client->asker.ingress % RATE_PORTS]--;
	forward->counters.in_flight--;
	put_first(&forward->free_clients, &client->link);
}

/* What doesn't fit over UDP comes over TCP (RFC 2181 9). */
static void reply_truncated(struct dns_upstream *upstream,
			    const struct dns_client *client)
{
	struct dns_forward *forward = upstream->forward;
	uint8_t reply[DNS_UDP_MIN];
	size_t len;

	len = dns_write_failure(reply, upstream->query + DNS_PREFIX_LEN,
				upstream->query_len, DNS_NOERROR, true);
	if (!len)
		return;
	be16_store(reply, client->id);
	forward->counters.truncated++;
	forward->ops->reply(forward->ctx, &client->asker, reply, len);
}

static void reply_client(struct dns_upstream *upstream,
			 const struct dns_client *client, uint8_t *reply,
			 size_t len)
{
	struct dns_forward *forward = upstream->forward;

	if (client->asker.transport == DNS_OVER_UDP &&
	    len > client->udp_limit) {
		reply_truncated(upstream, client);
		return;
	}
	be16_store(reply, client->id);
	forward->ops->reply(forward->ctx, &client->asker, reply, len);
}

/*
 * Whoever is replied to may ask again at once: all is tidy before that, but for
 * @upstream itself, which holds the reply. So one may be missing for a client.
 */
static void upstream_end(struct dns_upstream *upstream, uint8_t *reply,
			 size_t len)
{
	struct dns_forward *forward = upstream->forward;
	struct list *link;

	timer_cancel(forward->settings.loop, &upstream->timer);
	list_remove(&upstream->link);
	while ((link = list_pop(&upstream->clients))) {
		const struct dns_client client = *client_of(link);

		client_free(forward, client_of(link));
		reply_client(upstream, &client, reply, len);
	}
	dns_upstream_close(upstream);
	put_first(&forward->free_upstreams, &upstream->link);
}

static unsigned client_count(const struct dns_upstream *upstream)
{
	unsigned n = 0;

	list_for_each (link, &upstream->clients)
		n++;
	return n;
}

static void upstream_give_up(struct dns_upstream *upstream)
{
	uint8_t reply[DNS_UDP_MIN];
	size_t len;

	len = dns_write_failure(reply, upstream->query + DNS_PREFIX_LEN,
				upstream->query_len, DNS_SERVFAIL, false);
	upstream->forward->counters.failed += client_count(upstream);
	upstream_end(upstream, reply, len);
}

static struct dns_resolver *resolver_of(struct dns_forward *forward,
					uint32_t address)
{
	unsigned i;

	for (i = 0; i < forward->resolver_count; i++) {
		if (forward->resolvers[i].address == address)
			return &forward->resolvers[i];
	}
	return NULL; /* it is one of an older list */
}

/* The next one in order that isn't dead, else the next one. */
static struct dns_resolver *choose_resolver(struct dns_upstream *upstream)
{
	struct dns_forward *forward = upstream->forward;
	unsigned count = forward->resolver_count, i, place;

	assert(count); /* upstream_try_next() has seen to it */
	for (i = 0; i < count; i++) {
		place = (upstream->server + i) % count;
		if (forward->resolvers[place].dead_until_ns <= now_ns(forward))
			break;
	}
	place = (upstream->server + (i == count ? 0 : i)) % count;
	upstream->server = place + 1;
	return &forward->resolvers[place];
}

static void arm_try(struct dns_upstream *upstream)
{
	struct dns_forward *forward = upstream->forward;
	uint64_t end_ns = now_ns(forward) + DNS_FORWARD_TRY_NS;

	upstream->sent_ns = now_ns(forward);
	timer_arm(forward->settings.loop, &upstream->timer,
		  MIN(end_ns, upstream->give_up_ns));
}

static uint16_t draw_id(struct dns_forward *forward)
{
	const uint64_t input[] = {0x646e73, ++forward->ids}; /* "dns" */

	return (uint16_t)siphash(&forward->settings.secret, input,
				 sizeof(input));
}

/* false: nobody is left to be asked. */
static bool upstream_try_next(struct dns_upstream *upstream)
{
	struct dns_forward *forward = upstream->forward;

	dns_upstream_close(upstream);
	while (upstream->errors < forward->resolver_count) {
		struct dns_resolver *resolver = choose_resolver(upstream);

		upstream->address = resolver->address;
		be16_store(upstream->query + DNS_PREFIX_LEN, draw_id(forward));
		forward->counters.sent++;
		if (!dns_upstream_try(upstream, resolver->address)) {
			arm_try(upstream);
			return true;
		}
		dns_upstream_close(upstream);
		forward->counters.errors++;
		upstream->errors++;
	}
	return false;
}

static void upstream_go_on(struct dns_upstream *upstream)
{
	if (now_ns(upstream->forward) >= upstream->give_up_ns ||
	    !upstream_try_next(upstream))
		upstream_give_up(upstream);
}

static void mark_dead(struct dns_upstream *upstream)
{
	struct dns_resolver *resolver =
		resolver_of(upstream->forward, upstream->address);

	if (resolver)
		resolver->dead_until_ns =
			now_ns(upstream->forward) + DNS_FORWARD_DEAD_NS;
}

void dns_upstream_failed(struct dns_upstream *upstream, bool dead)
{
	upstream->forward->counters.errors++;
	upstream->errors++;
	if (dead)
		mark_dead(upstream);
	upstream_go_on(upstream);
}

static void try_expired(struct timer *timer)
{
	struct dns_upstream *upstream =
		container_of(timer, struct dns_upstream, timer);
	struct dns_forward *forward = upstream->forward;
	const struct dns_resolver *resolver =
		resolver_of(forward, upstream->address);

	forward->counters.timeouts++;
	/* slow in this case, if it has replied to others in the meantime */
	if (resolver && resolver->heard_ns < upstream->sent_ns &&
	    now_ns(forward) - upstream->sent_ns >= DNS_FORWARD_TRY_NS)
		mark_dead(upstream);
	upstream_go_on(upstream);
}

void dns_upstream_replied(struct dns_upstream *upstream, uint8_t *reply,
			  size_t len)
{
	struct dns_forward *forward = upstream->forward;
	struct dns_resolver *resolver = resolver_of(forward, upstream->address);

	if (resolver) {
		resolver->heard_ns = now_ns(forward);
		resolver->dead_until_ns = 0;
	}
	forward->counters.replied += client_count(upstream);
	upstream_end(upstream, reply, len);
}

/* In flight, and the same but for the id? */
static struct dns_upstream *lookup_same(struct dns_forward *forward,
					enum dns_transport transport,
					const uint8_t *query, size_t len)
{
	list_for_each (link, &forward->in_flight) {
		struct dns_upstream *upstream = upstream_of(link);

		if (upstream->transport == transport &&
		    upstream->query_len == len &&
		    !memcmp(upstream->query + DNS_PREFIX_LEN + 2, query + 2,
			    len - 2))
			return upstream;
	}
	return NULL;
}

static bool upstream_start(struct dns_forward *forward,
			   struct dns_client *client, const uint8_t *query,
			   const struct dns_query *decoded, size_t len)
{
	struct dns_upstream *upstream =
		upstream_of(forward->free_upstreams.next);

	list_remove(&upstream->link);
	upstream->give_up_ns = now_ns(forward) + DNS_FORWARD_TOTAL_NS;
	upstream->transport = client->asker.transport;
	upstream->server = 0;
	upstream->errors = 0;
	upstream->query_len = len;
	upstream->question_len = decoded->question_len;
	be16_store(upstream->query, (uint16_t)len);
	memcpy(upstream->query + DNS_PREFIX_LEN, query, len);
	if (!upstream_try_next(upstream)) {
		put_first(&forward->free_upstreams, &upstream->link);
		return false;
	}
	list_append(&forward->in_flight, &upstream->link);
	list_append(&upstream->clients, &client->link);
	return true;
}

static struct dns_client *client_new(struct dns_forward *forward,
				     const struct dns_asker *asker,
				     const struct dns_query *decoded)
{
	uint16_t *count = &forward->per_port[asker->ingress % RATE_PORTS];
	struct list *link;
	struct dns_client *client;

	if (*count == DNS_FORWARD_PER_PORT)
		return NULL;
	link = list_pop(&forward->free_clients);
	if (!link)
		return NULL;
	client = client_of(link);
	client->asker = *asker;
	client->id = decoded->id;
	client->udp_limit = (uint16_t)MIN((size_t)decoded->udp_offer,
					  forward->settings.udp_max);
	++*count;
	forward->counters.in_flight++;
	return client;
}

enum dns_rcode dns_forward_query(struct dns_forward *forward,
				 const struct dns_asker *asker,
				 const uint8_t *query, size_t len)
{
	struct dns_upstream *same;
	struct dns_client *client;
	struct dns_query decoded;
	enum dns_rcode rcode;

	if (len > DNS_QUERY_MAX ||
	    dns_query_decode(query, len, &decoded, &rcode) != DNS_ANSWER)
		return DNS_FORMERR;
	if (!forward->resolver_count) {
		forward->counters.no_resolver++;
		return DNS_REFUSED;
	}
	same = lookup_same(forward, asker->transport, query, len);
	client = same || !list_is_empty(&forward->free_upstreams)
			 ? client_new(forward, asker, &decoded)
			 : NULL;
	if (!client) {
		forward->counters.over_quota++;
		return DNS_SERVFAIL;
	}
	if (same) {
		list_append(&same->clients, &client->link);
		forward->counters.shared++;
	} else if (!upstream_start(forward, client, query, &decoded, len)) {
		forward->counters.failed++;
		client_free(forward, client);
		return DNS_SERVFAIL;
	}
	forward->counters.queries++;
	return DNS_NOERROR;
}

void dns_forward_set_servers(struct dns_forward *forward,
			     const uint32_t *servers, unsigned count)
{
	struct dns_resolver list[DNS_FORWARD_SERVERS] = {{0}};
	unsigned i, used = 0;

	for (i = 0; i < count && used < DNS_FORWARD_SERVERS; i++) {
		const struct dns_resolver *known =
			resolver_of(forward, servers[i]);

		if (servers[i] == forward->settings.own_address)
			continue;
		list[used] = known ? *known
				   : (struct dns_resolver){servers[i], 0, 0};
		used++;
	}
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
	list_init(&forward->in_flight);
	list_init(&forward->free_upstreams);
	list_init(&forward->free_clients);
	for (i = 0; i < DNS_FORWARD_MAX; i++) {
		struct dns_upstream *upstream = &forward->upstreams[i];

		upstream->forward = forward;
		upstream->watch.fd = -1;
		upstream->timer.expired = try_expired;
		list_init(&upstream->clients);
		list_append(&forward->free_upstreams, &upstream->link);
		list_append(&forward->free_clients, &forward->clients[i].link);
	}
	return forward;
}

void dns_forward_destroy(struct dns_forward *forward)
{
	struct list *link;

	if (!forward)
		return;
	while ((link = list_pop(&forward->in_flight))) {
		struct dns_upstream *upstream = upstream_of(link);

		timer_cancel(forward->settings.loop, &upstream->timer);
		dns_upstream_close(upstream);
	}
	free(forward);
}

const struct dns_forward_counters *
dns_forward_counters(const struct dns_forward *forward)
{
	return &forward->counters;
}
