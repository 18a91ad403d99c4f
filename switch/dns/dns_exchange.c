// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_exchange.c - one upstream query, from its first try to its reply
 *
 * Theory of operation
 *
 * A query is tried with one resolver after the other (dns_resolver.c). Each try
 * has a socket, so a source port, and an id of its own; in a plain query the
 * letters of the name are written in a random mix of cases, which the reply has
 * to repeat. The socket is connected, so the kernel lets pass what comes from
 * the resolver alone (RFC 5452 9). Whatever else comes is counted and waited
 * past: the next datagram may be the right one.
 *
 * What a reply to a plain query leads to:
 *
 *   TC, or letters of other case over UDP    the same resolver, over TCP
 *   FORMERR or NOTIMP to our OPT             the same resolver, without OPT
 *   an error, and somebody else is there     the next resolver
 *   anything else                            the clients, and the cache
 *
 * Over TCP nobody guesses a sequence number as well, so a resolver that loses
 * the case there is believed, and gets small letters from then on.
 */
#include <string.h>

#include "core/ascii.h"
#include "core/bytes.h"
#include "core/util.h"
#include "switch/dns/dns_forward_internal.h"

#define YXDOMAIN 6

uint64_t dns_draw(struct dns_forward *forward)
{
	const uint64_t input[] = {0x646e73, ++forward->drawn}; /* "dns" */

	return siphash(&forward->settings.secret, input, sizeof(input));
}

/* A name in lower case gets a random mix of cases. */
static void mix_case(struct dns_forward *forward, uint8_t *name, size_t len)
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (i % 64 == 0)
			bits = dns_draw(forward);
		/* lengths of labels are below any letter */
		if (name[i] >= 'a' && name[i] <= 'z' && (bits >> i % 64 & 1))
			name[i] ^= 0x20;
	}
}

static uint16_t flags_of(const struct dns_key *key)
{
	uint8_t asked = key->data[0];

	return (uint16_t)((asked & DNS_KEY_RD ? DNS_FLAG_RD : 0) |
			  (asked & DNS_KEY_AD ? DNS_FLAG_AD : 0) |
			  (asked & DNS_KEY_CD ? DNS_FLAG_CD : 0));
}

static void write_plain(struct dns_upstream *upstream,
			const struct dns_resolver *resolver)
{
	const struct dns_key *key = &upstream->key;
	uint8_t *p = upstream->query + DNS_PREFIX_LEN;
	size_t len = DNS_HEADER_LEN + upstream->question_len;

	memset(p, 0, DNS_HEADER_LEN);
	be16_store(p + 2, flags_of(key));
	be16_store(p + 4, 1);
	memcpy(p + DNS_HEADER_LEN, key->data + 1, upstream->question_len);
	if (!resolver->loses_case)
		mix_case(upstream->forward, p + DNS_HEADER_LEN,
			 upstream->question_len - 4);
	upstream->has_opt = !resolver->no_edns;
	if (upstream->has_opt)
		len = dns_put_opt(p, len, key->data[0] & DNS_KEY_DO, 0);
	upstream->query_len = len;
}

static void arm_try(struct dns_upstream *upstream)
{
	struct dns_forward *forward = upstream->forward;
	uint64_t end_ns = dns_forward_now_ns(forward);

	upstream->sent_ns = end_ns;
	end_ns += upstream->tries > forward->resolver_count
			  ? DNS_FORWARD_AGAIN_NS
			  : DNS_FORWARD_TRY_NS;
	timer_arm(forward->settings.loop, &upstream->timer,
		  MIN(end_ns, upstream->give_up_ns));
}

/* 0, or -errno of the host */
static int ask(struct dns_upstream *upstream, struct dns_resolver *resolver)
{
	struct dns_forward *forward = upstream->forward;
	int code;

	dns_upstream_close(upstream);
	upstream->address = resolver->view.address;
	if (upstream->kind == DNS_PLAIN)
		write_plain(upstream, resolver);
	be16_store(upstream->query, (uint16_t)upstream->query_len);
	be16_store(upstream->query + DNS_PREFIX_LEN,
		   (uint16_t)dns_draw(forward));
	upstream->tries++;
	if (upstream->kind != DNS_PROBE) {
		forward->counters.sent++;
		resolver->view.sent++;
	}
	code = dns_upstream_try(upstream, resolver->view.address);
	if (code)
		dns_upstream_close(upstream);
	else
		arm_try(upstream);
	return code;
}

/* false: nobody is left to be asked. */
static bool try_next(struct dns_upstream *upstream)
{
	struct dns_forward *forward = upstream->forward;

	dns_upstream_close(upstream);
	while (upstream->errors < forward->resolver_count) {
		struct dns_resolver *resolver = dns_resolver_choose(upstream);

		if (!resolver)
			return false;
		if (!ask(upstream, resolver))
			return true;
		forward->counters.errors++;
		upstream->errors++;
		dns_resolver_silent(upstream);
	}
	return false;
}

static void go_on(struct dns_upstream *upstream)
{
	if (dns_forward_now_ns(upstream->forward) >= upstream->give_up_ns ||
	    !try_next(upstream))
		dns_upstream_fail(upstream, DNS_SERVFAIL);
}

/* The same resolver, as its reply asks for it in another way. */
static void ask_again(struct dns_upstream *upstream)
{
	struct dns_resolver *resolver =
		dns_resolver_lookup(upstream->forward, upstream->address);

	if (!resolver || ask(upstream, resolver))
		dns_upstream_failed(upstream, false);
}

static void ask_over_tcp(struct dns_upstream *upstream)
{
	upstream->forward->counters.over_tcp++;
	upstream->transport = DNS_OVER_TCP;
	ask_again(upstream);
}

/* Over TCP it can't be asked either: there is no better way to it. */
static void forgive_case(struct dns_upstream *upstream)
{
	struct dns_resolver *resolver =
		dns_resolver_lookup(upstream->forward, upstream->address);

	upstream->lost_case = false;
	if (resolver)
		resolver->loses_case = true;
	if (!upstream->was_cut)
		upstream->transport = DNS_OVER_UDP;
}

void dns_upstream_failed(struct dns_upstream *upstream, bool dead)
{
	if (upstream->kind == DNS_PROBE) {
		dns_resolver_probed(upstream, false);
		return;
	}
	upstream->forward->counters.errors++;
	upstream->errors++;
	if (dead)
		dns_resolver_silent(upstream);
	if (upstream->lost_case)
		forgive_case(upstream);
	go_on(upstream);
}

static void count_timeout(struct dns_upstream *upstream)
{
	struct dns_forward *forward = upstream->forward;
	struct dns_resolver *resolver =
		dns_resolver_lookup(forward, upstream->address);

	forward->counters.timeouts++;
	if (!resolver)
		return;
	resolver->view.timeouts++;
	/* slow in this case, if it has replied to others in the meantime */
	if (upstream->transport == DNS_OVER_UDP &&
	    resolver->heard_ns < upstream->sent_ns &&
	    dns_forward_now_ns(forward) - upstream->sent_ns >=
		    DNS_FORWARD_TRY_NS)
		dns_resolver_silent(upstream);
}

static void try_expired(struct timer *timer)
{
	struct dns_upstream *upstream =
		container_of(timer, struct dns_upstream, timer);

	if (upstream->kind == DNS_PROBE) {
		dns_resolver_probed(upstream, false);
		return;
	}
	count_timeout(upstream);
	if (upstream->lost_case)
		forgive_case(upstream);
	go_on(upstream);
}

bool dns_upstream_start(struct dns_upstream *upstream)
{
	struct dns_forward *forward = upstream->forward;
	struct dns_resolver *resolver;

	upstream->timer.expired = try_expired;
	upstream->give_up_ns =
		dns_forward_now_ns(forward) + DNS_FORWARD_TOTAL_NS;
	upstream->server = 0;
	upstream->tries = 0;
	upstream->errors = 0;
	upstream->was_cut = false;
	upstream->lost_case = false;
	list_append(&forward->in_flight[upstream->hash % DNS_CHAINS],
		    &upstream->link);
	if (upstream->kind != DNS_PROBE)
		return try_next(upstream);
	resolver = dns_resolver_lookup(forward, upstream->address);
	return resolver && !ask(upstream, resolver);
}

static bool is_refusal(unsigned rcode)
{
	return rcode != DNS_NOERROR && rcode != DNS_NXDOMAIN &&
	       rcode != YXDOMAIN;
}

/* It did not understand the OPT: RFC 6891 7. */
static bool has_no_edns(struct dns_upstream *upstream,
			const struct dns_reply *reply)
{
	struct dns_resolver *resolver =
		dns_resolver_lookup(upstream->forward, upstream->address);

	if (!upstream->has_opt || reply->has_opt || !resolver ||
	    (reply->rcode != DNS_FORMERR && reply->rcode != DNS_NOTIMP))
		return false;
	resolver->no_edns = true;
	return true;
}

static void take(struct dns_upstream *upstream, uint8_t *message,
		 struct dns_reply *reply)
{
	struct dns_forward *forward = upstream->forward;

	/* the authority is not ours */
	reply->flags = (uint16_t)((reply->flags & ~DNS_FLAG_AA) | DNS_FLAG_RA);
	be16_store(message + 2, reply->flags);
	/* the cache is that of the present list */
	if (dns_resolver_lookup(forward, upstream->address))
		dns_cache_insert(forward->cache, &upstream->key, message,
				 reply);
	dns_upstream_deliver(upstream, message, reply->len, reply->rcode);
}

/* A reply to a plain query that is to be believed. */
static void judge(struct dns_upstream *upstream, uint8_t *message, size_t len)
{
	struct dns_forward *forward = upstream->forward;
	struct dns_reply reply = {.rcode = message[3] & 0xf};

	if (len > DNS_HEADER_LEN &&
	    !dns_reply_decode(message, len, upstream->question_len, &reply)) {
		forward->counters.malformed++;
		dns_upstream_failed(upstream, false);
	} else if ((reply.flags & DNS_FLAG_TC) &&
		   upstream->transport == DNS_OVER_UDP) {
		upstream->was_cut = true;
		ask_over_tcp(upstream);
	} else if (has_no_edns(upstream, &reply)) {
		ask_again(upstream);
	} else if (is_refusal(reply.rcode) &&
		   upstream->errors + 1 < forward->resolver_count) {
		forward->counters.declined++;
		upstream->errors++;
		go_on(upstream);
	} else if (len > DNS_HEADER_LEN) {
		take(upstream, message, &reply);
	} else {
		dns_upstream_fail(upstream, reply.rcode);
	}
}

void dns_upstream_replied(struct dns_upstream *upstream, uint8_t *reply,
			  size_t len, enum dns_match match)
{
	struct dns_forward *forward = upstream->forward;
	struct dns_resolver *resolver =
		dns_resolver_lookup(forward, upstream->address);
	bool lost_case =
		upstream->kind == DNS_PLAIN && match == DNS_MATCH_BUT_CASE;

	if (lost_case && upstream->transport == DNS_OVER_UDP) {
		forward->counters.wrong_case++;
		upstream->lost_case = true;
		ask_over_tcp(upstream);
		return;
	}
	if (lost_case && resolver)
		resolver->loses_case = true;
	upstream->lost_case = false;
	dns_resolver_heard(upstream);
	if (upstream->kind == DNS_PROBE)
		dns_resolver_probed(upstream, true);
	else if (upstream->kind == DNS_PASSED)
		dns_upstream_deliver(upstream, reply, len, 0);
	else
		judge(upstream, reply, len);
}
