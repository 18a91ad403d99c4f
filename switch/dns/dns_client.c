// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_client.c - guests that wait for a reply, and how they get it
 *
 * A reply to a plain query is made each client's own: its id, its letters in
 * the question, an OPT if it sent one. What doesn't fit over UDP comes over TCP
 * (RFC 2181 9): TC and no record is said instead.
 */
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "switch/dns/dns_forward_internal.h"

#define COUNT_ADDITIONAL 10

static struct dns_client *client_of(struct list *link)
{
	return container_of(link, struct dns_client, link);
}

void dns_client_set(struct dns_client *client,
		    const struct dns_forward *forward,
		    const struct dns_asker *asker, const uint8_t *message,
		    const struct dns_query *query)
{
	client->asker = *asker;
	client->id = query->id;
	client->flags = query->flags;
	client->udp_limit = (uint16_t)MIN((size_t)query->udp_offer,
					  forward->settings.udp_max);
	client->has_opt = query->has_opt;
	client->opt_do = query->opt_do;
	client->question_len = query->question_len;
	memcpy(client->question, message + DNS_HEADER_LEN, query->question_len);
}

struct dns_client *dns_client_new(struct dns_forward *forward,
				  const struct dns_asker *asker,
				  const uint8_t *message,
				  const struct dns_query *query)
{
	uint16_t *count = &forward->per_port[asker->ingress % RATE_PORTS];
	struct dns_client *client;
	struct list *link;

	if (*count == DNS_FORWARD_PER_PORT)
		return NULL;
	link = list_pop(&forward->free_clients);
	if (!link)
		return NULL;
	client = client_of(link);
	dns_client_set(client, forward, asker, message, query);
	++*count;
	forward->counters.in_flight++;
	return client;
}

void dns_client_free(struct dns_forward *forward, struct dns_client *client)
{
	forward->per_port[client->asker.ingress % RATE_PORTS]--;
	forward->counters.in_flight--;
	dns_put_first(&forward->free_clients, &client->link);
}

size_t dns_client_failure(const struct dns_client *client, uint8_t *reply,
			  unsigned rcode, bool cut)
{
	unsigned flags = DNS_FLAG_QR | DNS_FLAG_RA | (rcode & 0xf) |
			 (client->flags & (DNS_FLAG_RD | DNS_FLAG_CD));
	size_t len = DNS_HEADER_LEN + (size_t)client->question_len;

	memset(reply, 0, DNS_HEADER_LEN);
	be16_store(reply, client->id);
	be16_store(reply + 2, (uint16_t)(flags | (cut ? DNS_FLAG_TC : 0)));
	be16_store(reply + 4, 1);
	memcpy(reply + DNS_HEADER_LEN, client->question, client->question_len);
	return client->has_opt ? dns_put_opt(reply, len, client->opt_do, rcode)
			       : len;
}

static bool is_too_long(const struct dns_client *client, size_t len)
{
	return client->asker.transport == DNS_OVER_UDP &&
	       len > client->udp_limit;
}

size_t dns_client_fit(struct dns_forward *forward,
		      const struct dns_client *client, uint8_t *message,
		      size_t len, unsigned rcode)
{
	unsigned flags = be16_load(message + 2) & ~0xfu;

	/* without an OPT there is no room for more than 15 */
	if (!client->has_opt && rcode > 0xf)
		rcode = DNS_SERVFAIL;
	be16_store(message, client->id);
	be16_store(message + 2, (uint16_t)(flags | (rcode & 0xf)));
	memcpy(message + DNS_HEADER_LEN, client->question,
	       client->question_len);
	if (client->has_opt && len + DNS_OPT_LEN <= TCP_SERVICE_REPLY_MAX)
		len = dns_put_opt(message, len, client->opt_do, rcode);
	if (!is_too_long(client, len))
		return len;
	forward->counters.truncated++;
	return dns_client_failure(client, message, DNS_NOERROR, true);
}

/* Takes the next client out; false: that were all. */
static bool next_client(struct dns_upstream *upstream, struct dns_client *next)
{
	struct list *link = list_pop(&upstream->clients);

	if (!link)
		return false;
	*next = *client_of(link);
	dns_client_free(upstream->forward, client_of(link));
	return true;
}

static void upstream_begin_end(struct dns_upstream *upstream)
{
	timer_cancel(upstream->forward->settings.loop, &upstream->timer);
	list_remove(&upstream->link);
}

void dns_upstream_end(struct dns_upstream *upstream)
{
	upstream_begin_end(upstream);
	dns_upstream_close(upstream);
	dns_put_first(&upstream->forward->free_upstreams, &upstream->link);
}

/* Others still need the message, so what is cut is said by @cut. */
static void reply_to(struct dns_upstream *upstream,
		     const struct dns_client *client, uint8_t *message,
		     size_t len, unsigned rcode, uint8_t *cut)
{
	struct dns_forward *forward = upstream->forward;
	bool is_plain = upstream->kind == DNS_PLAIN;
	size_t opt_len = is_plain && client->has_opt ? DNS_OPT_LEN : 0;

	forward->counters.replied++;
	if (is_too_long(client, len + opt_len)) {
		forward->counters.truncated++;
		len = dns_client_failure(client, cut, DNS_NOERROR, true);
		message = cut;
	} else if (is_plain) {
		len = dns_client_fit(forward, client, message, len, rcode);
	} else {
		be16_store(message, client->id);
	}
	forward->ops->reply(forward->ctx, &client->asker, message, len);
}

void dns_upstream_deliver(struct dns_upstream *upstream, uint8_t *message,
			  size_t len, unsigned rcode)
{
	uint16_t additional = be16_load(message + COUNT_ADDITIONAL);
	struct dns_client client;
	uint8_t cut[DNS_UDP_MIN];

	upstream_begin_end(upstream);
	while (next_client(upstream, &client)) {
		reply_to(upstream, &client, message, len, rcode, cut);
		be16_store(message + COUNT_ADDITIONAL, additional);
	}
	dns_upstream_end(upstream);
}

void dns_upstream_fail(struct dns_upstream *upstream, unsigned rcode)
{
	struct dns_forward *forward = upstream->forward;
	struct dns_client client;
	uint8_t reply[DNS_UDP_MIN];

	upstream_begin_end(upstream);
	while (next_client(upstream, &client)) {
		/* it was cut over UDP, and didn't come over TCP */
		bool cut = upstream->was_cut &&
			   client.asker.transport == DNS_OVER_UDP;
		size_t len = dns_client_failure(&client, reply,
						cut ? DNS_NOERROR : rcode, cut);

		forward->counters.failed += !cut;
		forward->ops->reply(forward->ctx, &client.asker, reply, len);
	}
	dns_upstream_end(upstream);
}
