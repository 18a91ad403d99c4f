/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_nat.h - nat networks whose engine is the kernel: taps that labd keeps,
 * and one nftables table
 *
 * All is opened here, so that weft up can say what is wrong, and kept here, so
 * that a weft-switch that is started again gets the same taps. What the host
 * gets by it, interfaces, addresses, routes and rules, goes with labd, also
 * when it is killed.
 */
#ifndef CLI_LABD_KERNEL_NAT_H
#define CLI_LABD_KERNEL_NAT_H

#include "cli/host/firewall.h"
#include "cli/host/host_tap.h"
#include "cli/host/ip_forward.h"
#include "cli/host/nat_rules.h"
#include "cli/lab/lab.h"
#include "cli/labd/host_ports.h"
#include "core/log.h"
#include "core/loop.h"

/**
 * struct kernel_gateway - one of those networks
 * @network:	its name; empty: the entry is unused
 * @is_wanted:	the lab has it; else it was opened for one that is yet to come
 * @tap:	the interface
 * @mac:	of the gateway
 * @routes:	that the host has by it
 * @route_count: entries used
 */
struct kernel_gateway {
	char network[LAB_NAME_SIZE];
	bool is_wanted;
	struct host_tap tap;
	struct mac mac;
	struct route_settings routes[LAB_MAX_ROUTES];
	unsigned route_count;
};

/**
 * struct kernel_nat_settings - what they need; pointers stay the caller's
 * @loop:	for changes that come one by one
 * @log:	for what goes wrong while they are there
 * @name:	of the lab
 * @dir:	that labs of this host share
 * @host_ports:	those of these networks are led by rules
 */
struct kernel_nat_settings {
	struct loop *loop;
	struct log *log;
	const char *name;
	const char *dir;
	const struct host_ports *host_ports;
};

/**
 * struct kernel_nat - all of a lab
 * @settings:	of kernel_nat_init()
 * @gateways:	entries, some unused
 * @lab:	of the last kernel_nat_change()
 * @nft:	the table; NULL without any gateway
 * @forwarding:	claim on the host's IP forwarding
 * @update:	the rules are about to be made anew
 */
struct kernel_nat {
	struct kernel_nat_settings settings;
	struct kernel_gateway gateways[LAB_MAX_NETWORKS];
	const struct lab *lab;
	struct nft *nft;
	struct ip_forward forwarding;
	struct deferred update;
};

/** network_is_kernel_nat() - is it one of those? */
static inline bool network_is_kernel_nat(const struct network_settings *network)
{
	return network->mode == NETWORK_NAT &&
	       network->engine == NAT_ENGINE_KERNEL;
}

/** kernel_nat_init() - none; @table must stay where it is from now on */
void kernel_nat_init(struct kernel_nat *table,
		     const struct kernel_nat_settings *settings);

/** kernel_nat_fini() - take everything back */
void kernel_nat_fini(struct kernel_nat *table);

/**
 * kernel_nat_open() - open what @lab needs and is not there yet
 *
 * Changes nothing for what is in use. What was opened for a lab that didn't
 * come is closed.
 *
 * Return: 0, or -errno with a sentence that says what is wrong, and what to do:
 * -EPERM without CAP_NET_ADMIN, -ENOPKG where the host lacks something.
 */
int kernel_nat_open(struct kernel_nat *table, const struct lab *lab,
		    struct err *err);

/** kernel_nat_forget() - close what was opened for a lab that doesn't come */
void kernel_nat_forget(struct kernel_nat *table);

/**
 * kernel_nat_change() - they are those of @lab from now on; others are closed
 * @lab:	kernel_nat_open() was called with it; stays the caller's
 */
void kernel_nat_change(struct kernel_nat *table, const struct lab *lab);

/** kernel_nat_forwards_changed() - make the rules anew, soon */
void kernel_nat_forwards_changed(struct kernel_nat *table);

/** kernel_nat_lookup() - the one of the network of this name, or NULL */
const struct kernel_gateway *kernel_nat_lookup(const struct kernel_nat *table,
					       const char *network);

/**
 * kernel_nat_read() - what counters are at
 * @counters:	with the names of nat_rules_network_counter() or
 *		nat_rules_forward_counter(); they stay 0 where it can't be known
 */
void kernel_nat_read(const struct kernel_nat *table,
		     struct nft_counter *counters, size_t count);

/**
 * kernel_nat_firewall() - do rules of others stop the guests of a network?
 * @answer:	FIREWALL_PASSES also when it can't be known
 */
void kernel_nat_firewall(const struct kernel_nat *table,
			 const struct network_settings *network,
			 struct firewall_answer *answer);

#endif
