/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netif.h - set up network interfaces of the caller's network namespace
 *
 * The few things a netns node needs, by netdevice(7) ioctls. All functions but
 * netif_get_ipv4() are set-up code: they return 0, or -errno with @err filled.
 */
#ifndef CLI_HOST_NETIF_H
#define CLI_HOST_NETIF_H

#include "core/addr.h"
#include "core/err.h"

/** netif_set_mac() - give @ifname its link address */
int netif_set_mac(const char *ifname, const struct mac *mac, struct err *err);

/** netif_set_mtu() - largest IP packet on @ifname, in bytes */
int netif_set_mtu(const char *ifname, uint16_t mtu, struct err *err);

/** netif_set_up() - start @ifname */
int netif_set_up(const char *ifname, struct err *err);

/** netif_set_ipv4() - make @prefix the IPv4 address of @ifname */
int netif_set_ipv4(const char *ifname, const struct ipv4_prefix *prefix,
		   struct err *err);

/** netif_add_default_route() - through @gateway (host order) on @ifname */
int netif_add_default_route(const char *ifname, uint32_t gateway,
			    struct err *err);

/**
 * netif_get_ipv4() - first IPv4 address of @ifname
 *
 * Return: 0; -EADDRNOTAVAIL when it has none; another -errno.
 */
int netif_get_ipv4(const char *ifname, struct ipv4_prefix *prefix);

/**
 * netif_monitor_open() - a socket that gets readable when addresses change
 *
 * What it says is only a hint: empty it and ask netif_get_ipv4().
 *
 * Return: a non-blocking, close-on-exec rtnetlink socket, or -errno.
 */
int netif_monitor_open(void);

#endif
