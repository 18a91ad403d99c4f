/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink.h - links and addresses of the caller's namespace, by rtnetlink
 *
 * The one door to libnl. Each function asks on a socket of its own, waits for
 * the kernel's word, and returns 0 or -errno with @err filled.
 */
#ifndef CLI_HOST_NETLINK_H
#define CLI_HOST_NETLINK_H

#include <net/if.h>
#include <stdbool.h>

#include "core/addr.h"
#include "core/err.h"

/**
 * struct netlink_address - an address and whose it is
 * @ifname:	interface
 * @prefix:	its address there
 */
struct netlink_address {
	char ifname[IF_NAMESIZE];
	struct ipv4_prefix prefix;
};

/** netlink_set_link() - link address and MTU of an interface that is down */
int netlink_set_link(unsigned ifindex, const struct mac *mac, uint16_t mtu,
		     struct err *err);

/** netlink_set_mtu() - of an interface, down or up */
int netlink_set_mtu(unsigned ifindex, uint16_t mtu, struct err *err);

/** netlink_set_up() - start or stop an interface */
int netlink_set_up(unsigned ifindex, bool up, struct err *err);

/** netlink_remove_link() - remove an interface; one that is gone is no failure
 */
int netlink_remove_link(unsigned ifindex, struct err *err);

/** netlink_add_address() - and with it the route to its subnet */
int netlink_add_address(unsigned ifindex, const struct ipv4_prefix *prefix,
			struct err *err);

/** netlink_remove_address() - and the route; one that is gone is no failure */
int netlink_remove_address(unsigned ifindex, const struct ipv4_prefix *prefix,
			   struct err *err);

/**
 * netlink_add_route() - to a subnet, by a router of an interface's own subnet
 * @to:		host bits zero
 * @via:	address of the router, host order
 *
 * It goes with the interface.
 */
int netlink_add_route(unsigned ifindex, const struct ipv4_prefix *to,
		      uint32_t via, struct err *err);

/** netlink_remove_route() - one that is gone is no failure */
int netlink_remove_route(unsigned ifindex, const struct ipv4_prefix *to,
			 uint32_t via, struct err *err);

/**
 * netlink_lookup_overlap() - who has an address of a subnet?
 * @prefix:	the subnet, or an address in it
 * @except:	indexes of interfaces that don't count, ending with 0
 * @found:	filled when the answer is yes
 *
 * Return: 1 yes, 0 nobody; -errno with @err filled when it can't be known.
 */
int netlink_lookup_overlap(const struct ipv4_prefix *prefix,
			   const unsigned *except,
			   struct netlink_address *found, struct err *err);

#endif
