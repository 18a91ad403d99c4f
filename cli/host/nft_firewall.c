// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nft_firewall.c - would this host's nf_tables rules let guests through?
 *
 * Theory of operation
 *
 * All chains and rules are dumped. Each base chain at the forward hook that
 * sees IPv4 is walked on its own, for each of them must accept: rule by rule,
 * into the chains that they jump to and back. The first rule that drops for
 * sure, or the policy at the end, stops guests. A rule that may accept, as far
 * as we can tell, makes the answer one that is not sure.
 *
 * Limits: what iptables-legacy has is not nf_tables'. At most MAX_CHAINS chains
 * and MAX_RULES rules are looked at, and MAX_DEPTH jumps, which is the kernel's
 * own limit.
 */
#include "cli/host/firewall.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libnftnl/chain.h>

#include "cli/host/nft_internal.h"
#include "cli/host/nft_walk.h"
#include "core/bytes.h"
#include "core/util.h"

#define MAX_CHAINS 4096
#define MAX_RULES 65536
#define MAX_DEPTH 16
#define REQUEST_SIZE 256
/* Some address of the Internet; nothing is sent there. */
#define OUTSIDE UINT32_C(0x08080808)
#define DNS_PORT 53

/**
 * struct ruleset - what was dumped
 * @chains:	@chain_count entries
 * @rules:	@rule_count entries, each chain's in their order
 * @chain_count: entries
 * @rule_count:	entries
 */
struct ruleset {
	struct nftnl_chain *chains[MAX_CHAINS];
	struct nftnl_rule *rules[MAX_RULES];
	size_t chain_count;
	size_t rule_count;
};

static int take_chain(const struct nlmsghdr *message, void *ctx)
{
	struct ruleset *set = ctx;
	struct nftnl_chain *chain;

	if (set->chain_count == MAX_CHAINS)
		return MNL_CB_OK;
	chain = nftnl_chain_alloc();
	if (!chain)
		return MNL_CB_ERROR;
	if (nftnl_chain_nlmsg_parse(message, chain) == 0)
		set->chains[set->chain_count++] = chain;
	else
		nftnl_chain_free(chain);
	return MNL_CB_OK;
}

static int take_rule(const struct nlmsghdr *message, void *ctx)
{
	struct ruleset *set = ctx;
	struct nftnl_rule *rule;

	if (set->rule_count == MAX_RULES)
		return MNL_CB_OK;
	rule = nftnl_rule_alloc();
	if (!rule)
		return MNL_CB_ERROR;
	if (nftnl_rule_nlmsg_parse(message, rule) == 0)
		set->rules[set->rule_count++] = rule;
	else
		nftnl_rule_free(rule);
	return MNL_CB_OK;
}

static void forget_chains(void *ctx)
{
	struct ruleset *set = ctx;

	while (set->chain_count)
		nftnl_chain_free(set->chains[--set->chain_count]);
}

static void forget_rules(void *ctx)
{
	struct ruleset *set = ctx;

	while (set->rule_count)
		nftnl_rule_free(set->rules[--set->rule_count]);
}

static void ruleset_close(struct ruleset *set)
{
	forget_chains(set);
	forget_rules(set);
	free(set);
}

static const struct nlmsghdr *request(char buffer[REQUEST_SIZE], uint16_t type)
{
	return nftnl_nlmsg_build_hdr(buffer, type, NFPROTO_UNSPEC, NLM_F_DUMP,
				     type + 1u);
}

static struct ruleset *ruleset_open(struct err *err)
{
	struct ruleset *set = calloc(1, sizeof(*set));
	char buffer[REQUEST_SIZE];

	if (!set) {
		err_set(err, -ENOMEM, "no memory for rules");
		return NULL;
	}
	if (nft_dump(request(buffer, NFT_MSG_GETCHAIN), take_chain,
		     forget_chains, set, err) ||
	    nft_dump(request(buffer, NFT_MSG_GETRULE), take_rule, forget_rules,
		     set, err)) {
		ruleset_close(set);
		return NULL;
	}
	return set;
}

/**
 * struct place - where a walk is
 * @chain:	its name
 * @next:	rule to look at, or one of another chain
 */
struct place {
	const char *chain;
	size_t next;
};

/**
 * struct march - through a base chain and those that it jumps to
 * @set:	all rules
 * @base:	where it begins
 * @packet:	walks
 * @places:	@depth + 1 entries
 * @depth:	of jumps
 * @is_sure:	no rule so far may accept
 */
struct march {
	const struct ruleset *set;
	const struct nftnl_chain *base;
	const struct nft_packet *packet;
	struct place places[MAX_DEPTH];
	unsigned depth;
	bool is_sure;
};

/* A rule's table is named as its chain's, of the same family. */
static bool is_in(const struct nftnl_rule *rule, const struct nftnl_chain *base,
		  const char *chain)
{
	return nftnl_rule_get_u32(rule, NFTNL_RULE_FAMILY) ==
		       nftnl_chain_get_u32(base, NFTNL_CHAIN_FAMILY) &&
	       strcmp(nftnl_rule_get_str(rule, NFTNL_RULE_TABLE),
		      nftnl_chain_get_str(base, NFTNL_CHAIN_TABLE)) == 0 &&
	       strcmp(nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN), chain) == 0;
}

/* The next rule; NULL: every chain has been left. */
static const struct nftnl_rule *next_rule(struct march *march)
{
	for (;;) {
		struct place *place = &march->places[march->depth];

		while (place->next < march->set->rule_count) {
			const struct nftnl_rule *rule =
				march->set->rules[place->next++];

			if (is_in(rule, march->base, place->chain))
				return rule;
		}
		if (!march->depth)
			return NULL;
		march->depth--;
	}
}

static void leave(struct march *march)
{
	march->places[march->depth].next = march->set->rule_count;
}

static void enter(struct march *march, const struct nft_outcome *outcome)
{
	if (!outcome->chain)
		return;
	if (outcome->deed == NFT_DEED_GOTO)
		leave(march);
	if (march->depth + 1 < MAX_DEPTH)
		march->places[++march->depth] =
			(struct place){outcome->chain, 0};
}

static void say(const struct march *march, const struct nftnl_rule *rule,
		const struct firewall_guest *guest,
		struct firewall_answer *answer)
{
	const char *family =
		nftnl_chain_get_u32(march->base, NFTNL_CHAIN_FAMILY) ==
				NFPROTO_INET
			? "inet"
			: "ip";
	const char *table = nftnl_chain_get_str(march->base, NFTNL_CHAIN_TABLE);
	const char *base = nftnl_chain_get_str(march->base, NFTNL_CHAIN_NAME);

	answer->verdict = march->is_sure ? FIREWALL_STOPS : FIREWALL_MAY_STOP;
	if (rule)
		snprintf(answer->text, sizeof(answer->text),
			 "a rule of chain %.64s of table %s %.64s (handle "
			 "%llu)",
			 nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN), family,
			 table,
			 (unsigned long long)nftnl_rule_get_u64(
				 rule, NFTNL_RULE_HANDLE));
	else
		snprintf(answer->text, sizeof(answer->text),
			 "chain %.64s of table %s %.64s (policy drop)", base,
			 family, table);
	snprintf(answer->fix, sizeof(answer->fix),
		 "nft insert rule %s %.64s %.64s iifname %s accept, and the "
		 "same with oifname",
		 family, table, base, guest->ifname);
}

/* Does @march end well? Else @answer says where it did. */
static bool passes(struct march *march, const struct firewall_guest *guest,
		   struct firewall_answer *answer)
{
	const struct nftnl_rule *rule;
	struct nft_outcome outcome;

	while ((rule = next_rule(march))) {
		nft_walk_rule(rule, march->packet, &outcome);
		if (!outcome.is_sure) {
			if (outcome.deed == NFT_DEED_ACCEPT ||
			    outcome.deed == NFT_DEED_JUMP ||
			    outcome.deed == NFT_DEED_GOTO)
				march->is_sure = false;
			continue;
		}
		if (outcome.deed == NFT_DEED_ACCEPT)
			return true;
		if (outcome.deed == NFT_DEED_DROP) {
			say(march, rule, guest, answer);
			return false;
		}
		if (outcome.deed == NFT_DEED_RETURN)
			leave(march);
		else if (outcome.deed != NFT_DEED_NOTHING)
			enter(march, &outcome);
	}
	if (nftnl_chain_get_u32(march->base, NFTNL_CHAIN_POLICY) == NF_ACCEPT)
		return true;
	say(march, NULL, guest, answer);
	return false;
}

static bool is_on_the_way(const struct nftnl_chain *chain,
			  const struct firewall_guest *guest)
{
	uint32_t family = nftnl_chain_get_u32(chain, NFTNL_CHAIN_FAMILY);

	return (family == NFPROTO_IPV4 || family == NFPROTO_INET) &&
	       nftnl_chain_is_set(chain, NFTNL_CHAIN_HOOKNUM) &&
	       nftnl_chain_get_u32(chain, NFTNL_CHAIN_HOOKNUM) ==
		       NF_INET_FORWARD &&
	       strcmp(nftnl_chain_get_str(chain, NFTNL_CHAIN_TABLE),
		      guest->own_table) != 0;
}

static bool packet_passes(const struct ruleset *set,
			  const struct nft_packet *packet,
			  const struct firewall_guest *guest,
			  struct firewall_answer *answer)
{
	size_t i;

	for (i = 0; i < set->chain_count; i++) {
		struct march march = {
			.set = set,
			.base = set->chains[i],
			.packet = packet,
			.is_sure = true,
		};

		if (!is_on_the_way(march.base, guest))
			continue;
		march.places[0].chain =
			nftnl_chain_get_str(march.base, NFTNL_CHAIN_NAME);
		if (!passes(&march, guest, answer))
			return false;
	}
	return true;
}

/* The interface with the address that the host would use towards outside. */
static void find_outside(char name[IF_NAMESIZE])
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons(DNS_PORT),
				 .sin_addr.s_addr = htonl(OUTSIDE)};
	struct ifaddrs *all = NULL, *i;
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*name = '\0';
	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&at, &len) == 0 &&
	    getifaddrs(&all) == 0) {
		for (i = all; i; i = i->ifa_next) {
			const struct sockaddr_in *own =
				(const struct sockaddr_in *)(void *)i->ifa_addr;

			if (own && own->sin_family == AF_INET &&
			    own->sin_addr.s_addr == at.sin_addr.s_addr)
				snprintf(name, IF_NAMESIZE, "%s", i->ifa_name);
		}
	}
	if (all)
		freeifaddrs(all);
	if (fd >= 0)
		close(fd);
}

static void make_packet(struct nft_packet *packet, uint32_t from, uint32_t to)
{
	memset(packet->ip, 0, sizeof(packet->ip));
	packet->ip[9] = IPPROTO_TCP;
	be32_store(packet->ip + 12, from);
	be32_store(packet->ip + 16, to);
}

int firewall_ask(const struct firewall_guest *guest,
		 struct firewall_answer *answer, struct err *err)
{
	struct nft_packet out = {0}, back = {.is_answer = true};
	struct ruleset *set;

	*answer = (struct firewall_answer){.verdict = FIREWALL_PASSES};
	set = ruleset_open(err);
	if (!set)
		return err->code;
	snprintf(out.in, sizeof(out.in), "%s", guest->ifname);
	find_outside(out.out);
	memcpy(back.in, out.out, sizeof(back.in));
	memcpy(back.out, out.in, sizeof(back.out));
	make_packet(&out, guest->address, OUTSIDE);
	make_packet(&back, OUTSIDE, guest->address);
	if (packet_passes(set, &out, guest, answer))
		packet_passes(set, &back, guest, answer);
	ruleset_close(set);
	return 0;
}
