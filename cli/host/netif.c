// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netif.c - set up network interfaces of the caller's network namespace
 */
#include "cli/host/netif.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* One ioctl on a socket of its own; 0 or -errno. */
static int netif_ioctl(unsigned long request, void *arg)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -errno;
	rc = ioctl(fd, request, arg) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

static void netif_name(struct ifreq *ifr, const char *ifname)
{
	memset(ifr, 0, sizeof(*ifr));
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", ifname);
}

static void netif_sockaddr(struct sockaddr *sa, uint32_t addr)
{
	struct sockaddr_in in = {.sin_family = AF_INET};

	in.sin_addr.s_addr = htonl(addr);
	memcpy(sa, &in, sizeof(in));
}

static uint32_t netif_addr(const struct sockaddr *sa)
{
	struct sockaddr_in in;

	memcpy(&in, sa, sizeof(in));
	return ntohl(in.sin_addr.s_addr);
}

static int netif_result(const char *ifname, int rc, const char *what,
			struct err *err)
{
	if (rc == 0)
		return 0;
	return err_set(err, rc, "interface %s: cannot %s: %s", ifname, what,
		       strerror(-rc));
}

int netif_set_mac(const char *ifname, const struct mac *mac, struct err *err)
{
	struct ifreq ifr;

	netif_name(&ifr, ifname);
	ifr.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(ifr.ifr_hwaddr.sa_data, mac->b, MAC_LEN);
	return netif_result(ifname, netif_ioctl(SIOCSIFHWADDR, &ifr),
			    "set its MAC address", err);
}

int netif_set_mtu(const char *ifname, uint16_t mtu, struct err *err)
{
	struct ifreq ifr;

	netif_name(&ifr, ifname);
	ifr.ifr_mtu = mtu;
	return netif_result(ifname, netif_ioctl(SIOCSIFMTU, &ifr),
			    "set its MTU", err);
}

int netif_set_up(const char *ifname, struct err *err)
{
	struct ifreq ifr;
	int rc;

	netif_name(&ifr, ifname);
	rc = netif_ioctl(SIOCGIFFLAGS, &ifr);
	if (rc == 0) {
		ifr.ifr_flags |= IFF_UP;
		rc = netif_ioctl(SIOCSIFFLAGS, &ifr);
	}
	return netif_result(ifname, rc, "set it up", err);
}

int netif_set_ipv4(const char *ifname, const struct ipv4_prefix *prefix,
		   struct err *err)
{
	struct ifreq ifr;
	int rc;

	netif_name(&ifr, ifname);
	netif_sockaddr(&ifr.ifr_addr, prefix->addr);
	rc = netif_ioctl(SIOCSIFADDR, &ifr);
	if (rc == 0) {
		netif_sockaddr(&ifr.ifr_netmask, ipv4_mask(prefix->len));
		rc = netif_ioctl(SIOCSIFNETMASK, &ifr);
	}
	return netif_result(ifname, rc, "set its address", err);
}

int netif_add_default_route(const char *ifname, uint32_t gateway,
			    struct err *err)
{
	struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
	char dev[IFNAMSIZ];

	snprintf(dev, sizeof(dev), "%s", ifname);
	route.rt_dev = dev;
	netif_sockaddr(&route.rt_dst, 0);
	netif_sockaddr(&route.rt_genmask, 0);
	netif_sockaddr(&route.rt_gateway, gateway);
	return netif_result(ifname, netif_ioctl(SIOCADDRT, &route),
			    "route through its gateway", err);
}

int netif_get_ipv4(const char *ifname, struct ipv4_prefix *prefix)
{
	struct ifreq ifr;
	uint32_t mask;
	int rc;

	netif_name(&ifr, ifname);
	rc = netif_ioctl(SIOCGIFADDR, &ifr);
	if (rc)
		return rc;
	prefix->addr = netif_addr(&ifr.ifr_addr);
	rc = netif_ioctl(SIOCGIFNETMASK, &ifr);
	if (rc)
		return rc;
	mask = netif_addr(&ifr.ifr_netmask);
	prefix->len = (uint8_t)__builtin_popcount(mask);
	return 0;
}

int netif_monitor_open(void)
{
	struct sockaddr_nl self = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR,
	};
	int fd, rc;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&self, sizeof(self)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}
