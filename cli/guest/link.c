// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link.c - network interfaces by ioctl
 */
#include "cli/guest/link.h"

#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int link_ioctl(unsigned long request, void *arg)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	if (fd < 0)
		return -errno;
	ret = ioctl(fd, request, arg) ? -errno : 0;
	close(fd);
	return ret;
}

static struct ifreq link_request(const char *ifname)
{
	struct ifreq req = {0};

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", ifname);
	return req;
}

static void put_address(struct sockaddr *to, uint32_t addr)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(addr),
	};

	memcpy(to, &in, sizeof(in));
}

int link_up(const char *ifname)
{
	struct ifreq req = link_request(ifname);
	int ret = link_ioctl(SIOCGIFFLAGS, &req);

	if (ret)
		return ret;
	if (req.ifr_flags & IFF_UP)
		return 0;
	req.ifr_flags |= IFF_UP;
	return link_ioctl(SIOCSIFFLAGS, &req);
}

int link_set_mtu(const char *ifname, unsigned mtu)
{
	struct ifreq req = link_request(ifname);

	req.ifr_mtu = (int)mtu;
	return link_ioctl(SIOCSIFMTU, &req);
}

int link_set_address(const char *ifname, const struct ipv4_prefix *address)
{
	struct ifreq req = link_request(ifname);
	int ret;

	put_address(&req.ifr_addr, address->addr);
	ret = link_ioctl(SIOCSIFADDR, &req);
	if (ret || !address->addr)
		return ret;
	put_address(&req.ifr_netmask, ipv4_mask(address->len));
	return link_ioctl(SIOCSIFNETMASK, &req);
}

int link_add_route(const char *ifname, const struct ipv4_prefix *to,
		   uint32_t gateway)
{
	struct rtentry route = {.rt_flags = RTF_UP};
	char name[IFNAMSIZ];
	int ret;

	snprintf(name, sizeof(name), "%s", ifname);
	route.rt_dev = name;
	put_address(&route.rt_dst, to->addr & ipv4_mask(to->len));
	put_address(&route.rt_genmask, ipv4_mask(to->len));
	put_address(&route.rt_gateway, gateway);
	if (gateway)
		route.rt_flags |= RTF_GATEWAY;
	/* Of several default routes the first NIC's counts; the kernel takes
	 * one off the metric. */
	if (!to->len)
		route.rt_metric = (short)(if_nametoindex(ifname) + 1);
	if (to->len == 32)
		route.rt_flags |= RTF_HOST;
	ret = link_ioctl(SIOCADDRT, &route);
	return ret == -EEXIST ? 0 : ret;
}

int link_add_gateway(const char *ifname, const struct ipv4_prefix *own,
		     const struct ipv4_prefix *to, uint32_t gateway)
{
	struct ipv4_prefix host = {.addr = gateway, .len = 32};
	int ret = 0;

	if (gateway && !ipv4_prefix_contains(own, gateway))
		ret = link_add_route(ifname, &host, 0);
	return ret ? ret : link_add_route(ifname, to, gateway);
}
