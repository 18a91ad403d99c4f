/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_rules.h - what nat networks with the kernel as engine want of nf_tables
 *
 * The promise as rules: guests leave with the host's address, and nobody
 * reaches them but by a forward. Rules only; nothing is changed here.
 */
#ifndef CLI_HOST_NAT_RULES_H
#define CLI_HOST_NAT_RULES_H

#include "cli/host/nft.h"

/** enum nat_count - what is counted of each network */
enum nat_count {
	NAT_COUNT_OUT,     /* packets of guests to the outside */
	NAT_COUNT_IN,      /* and back */
	NAT_COUNT_REFUSED, /* from outside, that no guest had asked for */
	NAT_COUNT_BLOCKED, /* of guests, to the host itself */
	NAT_COUNTS,
};

/**
 * struct nat_rules_network - one of them
 * @name:	of the network
 * @ifindex:	of the tap that is its gateway
 * @gateway:	address of the tap
 * @inside:	@inside_count subnets of guests: its own, then those behind
 *		routers
 * @inside_count: entries
 * @host_access: guests reach the host's own services
 */
struct nat_rules_network {
	const char *name;
	uint32_t ifindex;
	uint32_t gateway;
	const struct ipv4_prefix *inside;
	unsigned inside_count;
	bool host_access;
};

/**
 * struct nat_rules_forward - a port of the host that leads to a guest
 * @host:	address; 0: all that the host has
 * @host_port:	there
 * @address:	of the guest
 * @port:	there
 * @udp:	else TCP
 */
struct nat_rules_forward {
	uint32_t host;
	uint16_t host_port;
	uint32_t address;
	uint16_t port;
	bool udp;
};

/**
 * struct nat_rules - all of a lab
 * @networks:	@network_count entries
 * @network_count: entries
 * @forwards:	@forward_count entries
 * @forward_count: entries
 */
struct nat_rules {
	const struct nat_rules_network *networks;
	unsigned network_count;
	const struct nat_rules_forward *forwards;
	unsigned forward_count;
};

/** nat_rules_emit() - @ctx is a struct nat_rules; see struct nft_content */
void nat_rules_emit(void *ctx, nft_rule_fn *rule, void *rule_ctx);

/** nat_rules_counter_count() - how many counters the rules name */
size_t nat_rules_counter_count(const struct nat_rules *rules);

/** nat_rules_counters() - name that many, each at zero */
void nat_rules_counters(const struct nat_rules *rules,
			struct nft_counter *counters);

/** nat_rules_network_counter() - the name of one of a network */
const char *nat_rules_network_counter(const char *network, enum nat_count what,
				      char name[NFT_NAME]);

/** nat_rules_forward_counter() - of a forward: connections that it led */
const char *nat_rules_forward_counter(const struct nat_rules_forward *forward,
				      char name[NFT_NAME]);

#endif
