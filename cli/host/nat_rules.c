// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_rules.c - what nat networks with the kernel as engine want of nf_tables
 *
 * Theory of operation
 *
 * forward: towards a tap passes what belongs to a flow that a guest began, what
 * a forward led there, and what stays within one network (a guest that has no
 * route to a router sends by way of the gateway). From a tap passes what has an
 * address of its guests. All else dies, also from one network to another.
 *
 * input, output: between guests and the host itself the same: with no host
 * access, nothing but answers. The host says no ICMP redirects, which would
 * lead a guest past a forward's translation.
 *
 * nat: guests leave with the address of the interface that they leave by. What
 * comes back to a guest by way of a forward of its own subnet (hairpinning), or
 * from the host's loopback, gets the gateway's address, for the answer must
 * come this way again. With host access the gateway's address leads to the
 * host's loopback, as with the user engine.
 *
 * Limits: the gateway (switch/gateway) sees guests' frames first and keeps
 * those away that carry another guest's address; nothing here knows leases.
 */
#include "cli/host/nat_rules.h"

#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>

#include "core/util.h"

#define LOOPBACK UINT32_C(0x7f000001)

static const struct ipv4_prefix loopback = {.addr = LOOPBACK, .len = 8};

/**
 * struct emission - where rules go
 * @rules:	that are said
 * @rule:	hears them
 * @ctx:	for @rule
 */
struct emission {
	const struct nat_rules *rules;
	nft_rule_fn *rule;
	void *ctx;
};

#define RULE(e, chain, ...)        \
	(e)->rule((e)->ctx, chain, \
		  (const struct nft_term[NFT_TERMS]){__VA_ARGS__})

static struct ipv4_prefix one_address(uint32_t address)
{
	return (struct ipv4_prefix){.addr = address, .len = 32};
}

static struct nft_term word(enum nft_word word)
{
	return (struct nft_term){.word = word};
}

static struct nft_term number(enum nft_word word, uint32_t number)
{
	return (struct nft_term){.word = word, .number = number};
}

static struct nft_term in(const struct nat_rules_network *network)
{
	return number(NFT_WORD_IN, network->ifindex);
}

static struct nft_term out(const struct nat_rules_network *network)
{
	return number(NFT_WORD_OUT, network->ifindex);
}

static struct nft_term from(struct ipv4_prefix prefix)
{
	return (struct nft_term){.word = NFT_WORD_FROM, .prefix = prefix};
}

static struct nft_term to(uint32_t address)
{
	return (struct nft_term){.word = NFT_WORD_TO,
				 .prefix = one_address(address)};
}

static struct nft_term count(const char *name)
{
	return (struct nft_term){.word = NFT_WORD_COUNT, .name = name};
}

const char *nat_rules_network_counter(const char *network, enum nat_count what,
				      char name[NFT_NAME])
{
	static const char *const words[] = {
		[NAT_COUNT_OUT] = "out",
		[NAT_COUNT_IN] = "in",
		[NAT_COUNT_REFUSED] = "refused",
		[NAT_COUNT_BLOCKED] = "blocked",
	};

	static_assert(ARRAY_SIZE(words) == NAT_COUNTS, "each has a word");
	snprintf(name, NFT_NAME, "%s.%s", network, words[what]);
	return name;
}

const char *nat_rules_forward_counter(const struct nat_rules_forward *forward,
				      char name[NFT_NAME])
{
	char address[IPV4_TEXT_SIZE];

	snprintf(name, NFT_NAME, "%s.%s.%u", forward->udp ? "udp" : "tcp",
		 ipv4_format(forward->host, address), forward->host_port);
	return name;
}

static void filter_towards(const struct emission *e,
			   const struct nat_rules_network *n)
{
	char name[NFT_NAME];

	RULE(e, NFT_ON_FORWARD, out(n), word(NFT_WORD_KNOWN),
	     count(nat_rules_network_counter(n->name, NAT_COUNT_IN, name)),
	     word(NFT_WORD_ACCEPT));
	RULE(e, NFT_ON_FORWARD, out(n), word(NFT_WORD_REDIRECTED),
	     word(NFT_WORD_ACCEPT));
	RULE(e, NFT_ON_FORWARD, out(n), in(n), word(NFT_WORD_ACCEPT));
	RULE(e, NFT_ON_FORWARD, out(n),
	     count(nat_rules_network_counter(n->name, NAT_COUNT_REFUSED, name)),
	     word(NFT_WORD_DROP));
}

/* What conntrack can't make out would leave with a guest's own address. */
static void filter_from(const struct emission *e,
			const struct nat_rules_network *n)
{
	char name[NFT_NAME];
	unsigned i;

	nat_rules_network_counter(n->name, NAT_COUNT_OUT, name);
	RULE(e, NFT_ON_FORWARD, in(n), word(NFT_WORD_INVALID),
	     word(NFT_WORD_DROP));
	for (i = 0; i < n->inside_count; i++)
		RULE(e, NFT_ON_FORWARD, in(n), from(n->inside[i]), count(name),
		     word(NFT_WORD_ACCEPT));
	RULE(e, NFT_ON_FORWARD, in(n), word(NFT_WORD_DROP));
}

static void filter_host(const struct emission *e,
			const struct nat_rules_network *n)
{
	char name[NFT_NAME];
	unsigned i;

	RULE(e, NFT_ON_INPUT, in(n), word(NFT_WORD_KNOWN),
	     word(NFT_WORD_ACCEPT));
	for (i = 0; n->host_access && i < n->inside_count; i++)
		RULE(e, NFT_ON_INPUT, in(n), from(n->inside[i]),
		     word(NFT_WORD_ACCEPT));
	RULE(e, NFT_ON_INPUT, in(n),
	     count(nat_rules_network_counter(n->name, NAT_COUNT_BLOCKED, name)),
	     word(NFT_WORD_REJECT));
	RULE(e, NFT_ON_OUTPUT, out(n), number(NFT_WORD_PROTOCOL, IPPROTO_ICMP),
	     number(NFT_WORD_ICMP, ICMP_REDIRECT), word(NFT_WORD_DROP));
	RULE(e, NFT_ON_OUTPUT, out(n), word(NFT_WORD_REDIRECTED),
	     word(NFT_WORD_ACCEPT));
	RULE(e, NFT_ON_OUTPUT, out(n), word(NFT_WORD_NEW),
	     word(NFT_WORD_REJECT));
}

static void translate_source(const struct emission *e,
			     const struct nat_rules_network *n)
{
	unsigned i;

	RULE(e, NFT_ON_POSTROUTING, out(n), from(loopback),
	     word(NFT_WORD_MASQUERADE));
	for (i = 0; i < n->inside_count; i++) {
		RULE(e, NFT_ON_POSTROUTING, out(n), word(NFT_WORD_REDIRECTED),
		     from(n->inside[i]), word(NFT_WORD_MASQUERADE));
		RULE(e, NFT_ON_POSTROUTING,
		     number(NFT_WORD_NOT_OUT, n->ifindex), from(n->inside[i]),
		     word(NFT_WORD_MASQUERADE));
	}
}

static struct nft_term lead_to(const struct nat_rules_forward *f)
{
	return (struct nft_term){.word = NFT_WORD_LEAD_TO_PORT,
				 .prefix = one_address(f->address),
				 .number = f->port};
}

static void forward(const struct emission *e, const struct nat_rules_forward *f)
{
	const struct nft_term protocol =
		number(NFT_WORD_PROTOCOL, f->udp ? IPPROTO_UDP : IPPROTO_TCP);
	const struct nft_term port = number(NFT_WORD_PORT, f->host_port);
	const struct nft_term where =
		f->host ? to(f->host) : word(NFT_WORD_TO_HOST);
	char name[NFT_NAME];
	unsigned i;

	nat_rules_forward_counter(f, name);
	RULE(e, NFT_ON_NAT_OUTPUT, where, protocol, port, count(name),
	     lead_to(f));
	RULE(e, NFT_ON_PREROUTING, where, protocol, port, count(name),
	     lead_to(f));
	for (i = 0; i < e->rules->network_count; i++) {
		const struct nat_rules_network *n = &e->rules->networks[i];

		if (n->host_access && ipv4_prefix_contains(&loopback, f->host))
			RULE(e, NFT_ON_PREROUTING, in(n), to(n->gateway),
			     protocol, port, count(name), lead_to(f));
	}
}

static void lead_to_loopback(const struct emission *e,
			     const struct nat_rules_network *n,
			     uint32_t protocol)
{
	RULE(e, NFT_ON_PREROUTING, in(n), to(n->gateway),
	     number(NFT_WORD_PROTOCOL, protocol),
	     {.word = NFT_WORD_LEAD_TO, .prefix = one_address(LOOPBACK)});
}

void nat_rules_emit(void *ctx, nft_rule_fn *rule, void *rule_ctx)
{
	const struct nat_rules *rules = ctx;
	const struct emission e = {rules, rule, rule_ctx};
	unsigned i;

	for (i = 0; i < rules->forward_count; i++)
		forward(&e, &rules->forwards[i]);
	for (i = 0; i < rules->network_count; i++)
		filter_towards(&e, &rules->networks[i]);
	for (i = 0; i < rules->network_count; i++) {
		const struct nat_rules_network *n = &rules->networks[i];

		filter_from(&e, n);
		filter_host(&e, n);
		translate_source(&e, n);
		if (!n->host_access)
			continue;
		lead_to_loopback(&e, n, IPPROTO_TCP);
		lead_to_loopback(&e, n, IPPROTO_UDP);
	}
}

size_t nat_rules_counter_count(const struct nat_rules *rules)
{
	return (size_t)rules->network_count * NAT_COUNTS + rules->forward_count;
}

void nat_rules_counters(const struct nat_rules *rules,
			struct nft_counter *counters)
{
	unsigned i, what;

	for (i = 0; i < rules->network_count; i++) {
		for (what = 0; what < NAT_COUNTS; what++, counters++) {
			*counters = (struct nft_counter){0};
			nat_rules_network_counter(rules->networks[i].name, what,
						  counters->name);
		}
	}
	for (i = 0; i < rules->forward_count; i++, counters++) {
		*counters = (struct nft_counter){0};
		nat_rules_forward_counter(&rules->forwards[i], counters->name);
	}
}
