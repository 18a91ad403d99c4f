/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link.h - network interfaces by ioctl: what a guest needs, without ip(8)
 *
 * Addresses are in host order. All return 0 or -errno.
 */
#ifndef CLI_GUEST_LINK_H
#define CLI_GUEST_LINK_H

#include "core/addr.h"

/** link_up() - administratively */
int link_up(const char *ifname);

/** link_set_mtu() - in bytes of IP packet */
int link_set_mtu(const char *ifname, unsigned mtu);

/** link_set_address() - the only IPv4 address; address 0 takes it away */
int link_set_address(const char *ifname, const struct ipv4_prefix *address);

/**
 * link_add_route() - to @to, host bits ignored
 * @gateway:	0: directly on the link
 */
int link_add_route(const char *ifname, const struct ipv4_prefix *to,
		   uint32_t gateway);

/**
 * link_add_gateway() - a route by way of a gateway that the interface's own
 * subnet may not contain: then it gets a route of its own first
 */
int link_add_gateway(const char *ifname, const struct ipv4_prefix *own,
		     const struct ipv4_prefix *to, uint32_t gateway);

#endif
