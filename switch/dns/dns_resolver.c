// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_resolver.c - which resolver is asked
 *
 * Theory of operation
 *
 * Resolvers are asked in the order of the list. One that says nothing in a
 * whole try, to nobody, or whose port is closed, is dead: the others are asked
 * until it replies again. To learn that, no guest's query is risked. A probe, a
 * query of our own, goes out beside a guest's, at most one per
 * DNS_FORWARD_PROBE_NS; so an idle lab asks nothing.
 *
 * A probe asks for a name that nobody else knows. If it comes back as a guest's
 * query, that resolver leads to us (a guest is the host's resolver, by way of a
 * forward): it is not asked any more until a probe of it doesn't come back. A
 * resolver is probed when it is first used, too.
 */
#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "switch/dns/dns_forward_internal.h"

/* RFC 6761 6.2: no resolver asks the root servers for it. */
#define PROBE_DOMAIN "test"
#define PROBE_LABEL_LEN 21 /* "weft-" and 16 digits */
#define PROBE_NAME_SIZE (PROBE_LABEL_LEN + sizeof("." PROBE_DOMAIN))

struct dns_resolver *dns_resolver_lookup(struct dns_forward *forward,
					 uint32_t address)
{
	unsigned i;

	for (i = 0; i < forward->resolver_count; i++) {
		if (forward->resolvers[i].view.address == address)
			return &forward->resolvers[i];
	}
	return NULL;
}

/* Place of the first one in @state, from @from on; the count: none. */
static unsigned find_in_state(const struct dns_forward *forward, unsigned from,
			      enum dns_resolver_state state)
{
	unsigned count = forward->resolver_count, i;

	for (i = 0; i < count; i++) {
		unsigned place = (from + i) % count;

		if (forward->resolvers[place].view.state == state)
			return place;
	}
	return count;
}

struct dns_resolver *dns_resolver_choose(struct dns_upstream *upstream)
{
	struct dns_forward *forward = upstream->forward;
	unsigned count = forward->resolver_count;
	unsigned place =
		find_in_state(forward, upstream->server, DNS_RESOLVER_UP);

	if (place == count)
		place = find_in_state(forward, upstream->server,
				      DNS_RESOLVER_DEAD);
	if (place == count)
		return NULL;
	upstream->server = place + 1;
	return &forward->resolvers[place];
}

void dns_resolver_heard(struct dns_upstream *upstream)
{
	struct dns_forward *forward = upstream->forward;
	struct dns_resolver *resolver =
		dns_resolver_lookup(forward, upstream->address);

	if (!resolver)
		return;
	resolver->heard_ns = dns_forward_now_ns(forward);
	resolver->view.replied++;
	resolver->view.took_ns = resolver->heard_ns - upstream->sent_ns;
	/* unless what we asked came back: then the reply may be our own */
	if (resolver->view.state == DNS_RESOLVER_DEAD &&
	    resolver->loop_ns < upstream->sent_ns)
		resolver->view.state = DNS_RESOLVER_UP;
}

void dns_resolver_silent(struct dns_upstream *upstream)
{
	struct dns_forward *forward = upstream->forward;
	struct dns_resolver *resolver =
		dns_resolver_lookup(forward, upstream->address);

	if (!resolver || resolver->view.state != DNS_RESOLVER_UP)
		return;
	resolver->view.state = DNS_RESOLVER_DEAD;
	resolver->probe_ns = dns_forward_now_ns(forward) + DNS_FORWARD_PROBE_NS;
}

static void probe_name(const struct dns_forward *forward, uint32_t address,
		       char *name)
{
	const uint64_t input[] = {0x70726f6265, address}; /* "probe" */

	snprintf(name, PROBE_NAME_SIZE, "weft-%016llx." PROBE_DOMAIN,
		 (unsigned long long)siphash(&forward->settings.secret, input,
					     sizeof(input)));
}

static void write_probe(struct dns_upstream *upstream, uint32_t address)
{
	uint8_t *p = upstream->query + DNS_PREFIX_LEN;
	char name[PROBE_NAME_SIZE];
	const size_t domain_len = sizeof(PROBE_DOMAIN) - 1;

	probe_name(upstream->forward, address, name);
	memset(p, 0, DNS_HEADER_LEN);
	be16_store(p, (uint16_t)dns_draw(upstream->forward));
	be16_store(p + 2, DNS_FLAG_RD);
	be16_store(p + 4, 1);
	p += DNS_HEADER_LEN;
	*p++ = PROBE_LABEL_LEN;
	memcpy(p, name, PROBE_LABEL_LEN);
	p += PROBE_LABEL_LEN;
	*p++ = (uint8_t)domain_len;
	memcpy(p, PROBE_DOMAIN, domain_len + 1);
	p += domain_len + 1;
	be16_store(p, DNS_A);
	be16_store(p + 2, DNS_CLASS_IN);
	p += 4;
	upstream->query_len = (size_t)(p - upstream->query) - DNS_PREFIX_LEN;
	upstream->question_len = upstream->query_len - DNS_HEADER_LEN;
}

static void probe(struct dns_forward *forward, struct dns_resolver *resolver)
{
	struct list *link = list_pop(&forward->free_upstreams);
	struct dns_upstream *upstream;

	if (!link)
		return;
	upstream = container_of(link, struct dns_upstream, link);
	upstream->kind = DNS_PROBE;
	upstream->transport = DNS_OVER_UDP;
	upstream->hash = 0;
	upstream->address = resolver->view.address;
	write_probe(upstream, upstream->address);
	resolver->is_probing = true;
	forward->counters.probes++;
	if (!dns_upstream_start(upstream))
		dns_resolver_probed(upstream, false);
}

void dns_resolvers_probe(struct dns_forward *forward)
{
	uint64_t now_ns = dns_forward_now_ns(forward);
	unsigned i;

	for (i = 0; i < forward->resolver_count; i++) {
		struct dns_resolver *resolver = &forward->resolvers[i];

		if (resolver->is_probing || resolver->probe_ns > now_ns ||
		    (resolver->probe_ns &&
		     resolver->view.state == DNS_RESOLVER_UP))
			continue;
		probe(forward, resolver);
	}
}

void dns_resolver_probed(struct dns_upstream *upstream, bool replied)
{
	struct dns_forward *forward = upstream->forward;
	struct dns_resolver *resolver =
		dns_resolver_lookup(forward, upstream->address);

	if (resolver) {
		resolver->is_probing = false;
		resolver->probe_ns =
			dns_forward_now_ns(forward) + DNS_FORWARD_PROBE_NS;
		if (replied && resolver->view.state == DNS_RESOLVER_LOOP &&
		    resolver->loop_ns < upstream->sent_ns)
			resolver->view.state = DNS_RESOLVER_UP;
	}
	dns_upstream_end(upstream);
}

bool dns_resolver_is_loop(struct dns_forward *forward,
			  const struct dns_query *query)
{
	char name[PROBE_NAME_SIZE];
	unsigned i;

	if (strncmp(query->name, "weft-", 5) != 0)
		return false;
	for (i = 0; i < forward->resolver_count; i++) {
		struct dns_resolver *resolver = &forward->resolvers[i];

		probe_name(forward, resolver->view.address, name);
		if (strcmp(query->name, name) != 0)
			continue;
		resolver->view.state = DNS_RESOLVER_LOOP;
		resolver->loop_ns = dns_forward_now_ns(forward);
		forward->counters.loops++;
		return true;
	}
	return false;
}
