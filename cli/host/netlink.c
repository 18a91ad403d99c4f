// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netlink.c - links and addresses of the caller's namespace, by rtnetlink
 */
#include "cli/host/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <string.h>

#include "core/util.h"

/* libnl has numbers of its own; those that somebody may want to tell apart. */
static int netlink_errno(int rc)
{
	switch (-rc) {
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_EXIST:
		return -EEXIST;
	case NLE_NODEV:
	case NLE_OBJ_NOTFOUND:
		return -ENODEV;
	case NLE_NOADDR:
		return -EADDRNOTAVAIL;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_INVAL:
	case NLE_RANGE:
		return -EINVAL;
	default:
		return -EIO;
	}
}

static int netlink_result(int rc, const char *what, struct err *err)
{
	if (rc >= 0)
		return 0;
	return err_set(err, netlink_errno(rc), "cannot %s: %s", what,
		       nl_geterror(rc));
}

static int netlink_open(struct nl_sock **sock, struct err *err)
{
	int rc;

	*sock = nl_socket_alloc();
	if (!*sock)
		return err_set(err, -ENOMEM, "no memory for a netlink socket");
	rc = nl_connect(*sock, NETLINK_ROUTE);
	if (!rc)
		return 0;
	nl_socket_free(*sock);
	return netlink_result(rc, "speak to the kernel by netlink", err);
}

/* A change of a link says only what shall be different. */
static int change_link(unsigned ifindex, struct rtnl_link *change,
		       const char *what, struct err *err)
{
	struct rtnl_link *link = rtnl_link_alloc();
	struct nl_sock *sock;
	int rc;

	if (!link)
		return err_set(err, -ENOMEM, "no memory for a link");
	rtnl_link_set_ifindex(link, (int)ifindex);
	rc = netlink_open(&sock, err);
	if (!rc) {
		rc = netlink_result(rtnl_link_change(sock, link, change, 0),
				    what, err);
		nl_socket_free(sock);
	}
	rtnl_link_put(link);
	return rc;
}

int netlink_set_link(unsigned ifindex, const struct mac *mac, uint16_t mtu,
		     struct err *err)
{
	struct rtnl_link *change = rtnl_link_alloc();
	struct nl_addr *addr = nl_addr_build(AF_LLC, mac->b, MAC_LEN);
	int rc = -ENOMEM;

	if (change && addr) {
		rtnl_link_set_addr(change, addr);
		rtnl_link_set_mtu(change, mtu);
		rc = change_link(ifindex, change, "set MAC address and MTU",
				 err);
	} else {
		err_set(err, rc, "no memory for a link");
	}
	nl_addr_put(addr);
	rtnl_link_put(change);
	return rc;
}

int netlink_set_mtu(unsigned ifindex, uint16_t mtu, struct err *err)
{
	struct rtnl_link *change = rtnl_link_alloc();
	int rc;

	if (!change)
		return err_set(err, -ENOMEM, "no memory for a link");
	rtnl_link_set_mtu(change, mtu);
	rc = change_link(ifindex, change, "set its MTU", err);
	rtnl_link_put(change);
	return rc;
}

int netlink_set_up(unsigned ifindex, bool up, struct err *err)
{
	struct rtnl_link *change = rtnl_link_alloc();
	int rc;

	if (!change)
		return err_set(err, -ENOMEM, "no memory for a link");
	if (up)
		rtnl_link_set_flags(change, IFF_UP);
	else
		rtnl_link_unset_flags(change, IFF_UP);
	rc = change_link(ifindex, change, up ? "start it" : "stop it", err);
	rtnl_link_put(change);
	return rc;
}

int netlink_remove_link(unsigned ifindex, struct err *err)
{
	struct rtnl_link *link = rtnl_link_alloc();
	struct nl_sock *sock;
	int rc;

	if (!link)
		return err_set(err, -ENOMEM, "no memory for a link");
	rtnl_link_set_ifindex(link, (int)ifindex);
	rc = netlink_open(&sock, err);
	if (!rc) {
		rc = netlink_result(rtnl_link_delete(sock, link), "remove it",
				    err);
		nl_socket_free(sock);
	}
	rtnl_link_put(link);
	return rc == -ENODEV ? 0 : rc;
}

static uint32_t broadcast_of(const struct ipv4_prefix *prefix)
{
	return prefix->addr | ~ipv4_mask(prefix->len);
}

/* NULL when there is no memory. A broadcast address is what `ip` leaves out. */
static struct rtnl_addr *address_of(unsigned ifindex,
				    const struct ipv4_prefix *prefix)
{
	uint32_t be_addr = htonl(prefix->addr);
	uint32_t be_broadcast = htonl(broadcast_of(prefix));
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct nl_addr *local, *broadcast;
	int rc;

	local = nl_addr_build(AF_INET, &be_addr, sizeof(be_addr));
	broadcast = nl_addr_build(AF_INET, &be_broadcast, sizeof(be_broadcast));
	if (!addr || !local || !broadcast)
		goto fail;
	nl_addr_set_prefixlen(local, prefix->len);
	rtnl_addr_set_ifindex(addr, (int)ifindex);
	rc = rtnl_addr_set_local(addr, local);
	if (!rc && prefix->len < 31)
		rc = rtnl_addr_set_broadcast(addr, broadcast);
	if (rc)
		goto fail;
	nl_addr_put(local);
	nl_addr_put(broadcast);
	return addr;
fail:
	nl_addr_put(local);
	nl_addr_put(broadcast);
	rtnl_addr_put(addr);
	return NULL;
}

static int change_address(unsigned ifindex, const struct ipv4_prefix *prefix,
			  bool add, struct err *err)
{
	struct rtnl_addr *addr = address_of(ifindex, prefix);
	struct nl_sock *sock;
	int rc;

	if (!addr)
		return err_set(err, -ENOMEM, "no memory for an address");
	rc = netlink_open(&sock, err);
	if (!rc) {
		rc = add ? rtnl_addr_add(sock, addr, NLM_F_CREATE | NLM_F_EXCL)
			 : rtnl_addr_delete(sock, addr, 0);
		rc = netlink_result(
			rc, add ? "set its address" : "take its address back",
			err);
		nl_socket_free(sock);
	}
	rtnl_addr_put(addr);
	return rc;
}

int netlink_add_address(unsigned ifindex, const struct ipv4_prefix *prefix,
			struct err *err)
{
	return change_address(ifindex, prefix, true, err);
}

int netlink_remove_address(unsigned ifindex, const struct ipv4_prefix *prefix,
			   struct err *err)
{
	int rc = change_address(ifindex, prefix, false, err);

	return rc == -EADDRNOTAVAIL || rc == -ENODEV ? 0 : rc;
}

/* NULL when there is no memory. */
static struct nl_addr *address_alloc(const struct ipv4_prefix *prefix)
{
	uint32_t be_addr = htonl(prefix->addr);
	struct nl_addr *addr =
		nl_addr_build(AF_INET, &be_addr, sizeof(be_addr));

	if (addr)
		nl_addr_set_prefixlen(addr, prefix->len);
	return addr;
}

/* NULL when there is no memory. */
static struct rtnl_route *route_of(unsigned ifindex,
				   const struct ipv4_prefix *to, uint32_t via)
{
	const struct ipv4_prefix router = {.addr = via, .len = 32};
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	struct rtnl_route *route = rtnl_route_alloc();
	struct nl_addr *subnet = address_alloc(to);
	struct nl_addr *gateway = address_alloc(&router);

	if (hop && route && subnet && gateway &&
	    !rtnl_route_set_dst(route, subnet)) {
		rtnl_route_nh_set_ifindex(hop, (int)ifindex);
		rtnl_route_nh_set_gateway(hop, gateway);
		rtnl_route_set_family(route, AF_INET);
		rtnl_route_set_scope(route, RT_SCOPE_UNIVERSE);
		rtnl_route_add_nexthop(route, hop);
	} else {
		if (hop)
			rtnl_route_nh_free(hop);
		rtnl_route_put(route);
		route = NULL;
	}
	nl_addr_put(subnet);
	nl_addr_put(gateway);
	return route;
}

static int change_route(struct rtnl_route *route, bool add, struct err *err)
{
	struct nl_sock *sock;
	int rc;

	if (!route)
		return err_set(err, -ENOMEM, "no memory for a route");
	rc = netlink_open(&sock, err);
	if (!rc) {
		rc = add ? rtnl_route_add(sock, route,
					  NLM_F_CREATE | NLM_F_EXCL)
			 : rtnl_route_delete(sock, route, 0);
		rc = netlink_result(
			rc, add ? "set a route" : "take a route back", err);
		nl_socket_free(sock);
	}
	rtnl_route_put(route);
	return rc;
}

int netlink_add_route(unsigned ifindex, const struct ipv4_prefix *to,
		      uint32_t via, struct err *err)
{
	return change_route(route_of(ifindex, to, via), true, err);
}

int netlink_remove_route(unsigned ifindex, const struct ipv4_prefix *to,
			 uint32_t via, struct err *err)
{
	int rc = change_route(route_of(ifindex, to, via), false, err);

	/* libnl has ESRCH as an object that was not found */
	return rc == -ENODEV ? 0 : rc;
}

/**
 * struct overlap - what is being looked for in the list of addresses
 * @prefix:	the subnet
 * @except:	interfaces that don't count, ending with 0
 * @found:	filled by the first that matches
 * @is_found:	one did
 */
struct overlap {
	const struct ipv4_prefix *prefix;
	const unsigned *except;
	struct netlink_address *found;
	bool is_found;
};

static bool is_excepted(const struct overlap *overlap, int ifindex)
{
	const unsigned *except = overlap->except;

	while (*except && *except != (unsigned)ifindex)
		except++;
	return *except != 0;
}

static void look_at_address(struct nl_object *object, void *arg)
{
	struct rtnl_addr *addr = (struct rtnl_addr *)object;
	struct nl_addr *local = rtnl_addr_get_local(addr);
	struct overlap *overlap = arg;
	struct ipv4_prefix theirs;
	uint32_t be;

	if (rtnl_addr_get_family(addr) != AF_INET || !local ||
	    nl_addr_get_len(local) != sizeof(be) || overlap->is_found ||
	    is_excepted(overlap, rtnl_addr_get_ifindex(addr)))
		return;
	memcpy(&be, nl_addr_get_binary_addr(local), sizeof(be));
	theirs.addr = ntohl(be);
	theirs.len = (uint8_t)rtnl_addr_get_prefixlen(addr);
	if (!ipv4_prefix_contains(&theirs, overlap->prefix->addr) &&
	    !ipv4_prefix_contains(overlap->prefix, theirs.addr))
		return;
	overlap->is_found = true;
	overlap->found->prefix = theirs;
	if (!if_indextoname((unsigned)rtnl_addr_get_ifindex(addr),
			    overlap->found->ifname))
		strcpy(overlap->found->ifname, "?"); /* it just went away */
}

int netlink_lookup_overlap(const struct ipv4_prefix *prefix,
			   const unsigned *except,
			   struct netlink_address *found, struct err *err)
{
	struct overlap overlap = {prefix, except, found, false};
	struct nl_cache *cache;
	struct nl_sock *sock;
	int rc = netlink_open(&sock, err);

	if (rc)
		return rc;
	rc = netlink_result(rtnl_addr_alloc_cache(sock, &cache),
			    "list this host's addresses", err);
	nl_socket_free(sock);
	if (rc)
		return rc;
	nl_cache_foreach(cache, look_at_address, &overlap);
	nl_cache_free(cache);
	return overlap.is_found;
}
