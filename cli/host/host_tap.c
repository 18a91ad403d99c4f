// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_tap.c - the host's own leg in a network: a tap with an address
 *
 * Nothing here is written down: a tap without IFF_PERSIST is its descriptor, so
 * there is no state that a crash could leave behind.
 *
 * Limits: whether somebody else in the network has the address is not asked.
 * The host answers ARP on this interface as on any other, so with the kernel's
 * defaults guests can reach its other addresses too.
 */
#include "cli/host/host_tap.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/host/netlink.h"
#include "cli/host/sysctl.h"

static int start(struct host_tap *tap, const struct host_tap_settings *settings,
		 struct err *err)
{
	int rc;

	tap->ifindex = if_nametoindex(tap->ifname);
	if (!tap->ifindex)
		return err_set(err, -errno, "it has no index: %s",
			       strerror(errno));
	rc = netlink_set_link(tap->ifindex, &settings->mac, settings->mtu, err);
	if (!rc)
		rc = sysctl_set_interface("ipv6", tap->ifname, "disable_ipv6",
					  err);
	if (rc == -ENOENT)
		rc = 0; /* a kernel without IPv6 */
	if (!rc)
		rc = netlink_set_up(tap->ifindex, true, err);
	return rc;
}

int host_tap_open(struct host_tap *tap,
		  const struct host_tap_settings *settings, struct err *err)
{
	int rc;

	memset(tap, 0, sizeof(*tap));
	rc = tap_open(settings->ifname, tap->ifname, err);
	tap->fd = rc < 0 ? -1 : rc;
	if (rc < 0)
		return rc;
	tap->mtu = settings->mtu;
	rc = start(tap, settings, err);
	if (rc) {
		err_wrap(err, "interface %s", tap->ifname);
		close(tap->fd);
		tap->fd = -1;
	}
	return rc;
}

/* RFC 1122 3.2.1.3, and RFC 3021 for subnets of two. */
static bool is_host_address(const struct ipv4_prefix *prefix)
{
	uint32_t mask = ipv4_mask(prefix->len), net = prefix->addr >> 24;

	if (prefix->len < HOST_TAP_MIN_LEN || !net || net == 127 || net >= 224)
		return false;
	return prefix->len >= 31 ||
	       ((prefix->addr & ~mask) && (prefix->addr | mask) != UINT32_MAX);
}

int host_tap_check(const struct ipv4_prefix *address, const unsigned *except,
		   struct err *err)
{
	char text[IPV4_PREFIX_TEXT_SIZE], theirs[IPV4_PREFIX_TEXT_SIZE];
	struct netlink_address found = {0};
	int rc;

	ipv4_prefix_format(address, text);
	if (!is_host_address(address))
		return err_set(err, -EINVAL,
			       "%s can't be a host's address in its subnet",
			       text);
	rc = netlink_lookup_overlap(address, except, &found, err);
	if (rc <= 0)
		return rc;
	ipv4_prefix_format(&found.prefix, theirs);
	return err_set(err, -EADDRINUSE,
		       "%s is in the way of this host's own %s on %s: choose "
		       "another subnet",
		       text, theirs, found.ifname);
}

static int take_back(struct host_tap *tap, struct err *err)
{
	int rc;

	if (!tap->has_address)
		return 0;
	rc = netlink_remove_address(tap->ifindex, &tap->address, err);
	tap->has_address = rc != 0;
	return rc;
}

static bool has_address(const struct host_tap *tap,
			const struct ipv4_prefix *address)
{
	return tap->has_address && tap->address.addr == address->addr &&
	       tap->address.len == address->len;
}

int host_tap_set_address(struct host_tap *tap,
			 const struct ipv4_prefix *address, struct err *err)
{
	const unsigned except[] = {tap->ifindex, 0};
	int rc = 0;

	if (address && has_address(tap, address))
		return 0; /* a lease that was renewed */
	if (address)
		rc = host_tap_check(address, except, err);
	if (!rc)
		rc = take_back(tap, err);
	if (!rc && address)
		rc = netlink_add_address(tap->ifindex, address, err);
	if (rc) {
		err_wrap(err, "interface %s", tap->ifname);
		return rc;
	}
	if (address) {
		tap->has_address = true;
		tap->address = *address;
	}
	return 0;
}

int host_tap_set_mtu(struct host_tap *tap, uint16_t mtu, struct err *err)
{
	int rc;

	if (tap->mtu == mtu)
		return 0;
	rc = netlink_set_mtu(tap->ifindex, mtu, err);
	if (rc)
		return err_wrap(err, "interface %s", tap->ifname);
	tap->mtu = mtu;
	return 0;
}

int host_tap_set_mac(struct host_tap *tap, const struct mac *mac,
		     struct err *err)
{
	int rc = netlink_set_link(tap->ifindex, mac, tap->mtu, err);

	return rc ? err_wrap(err, "interface %s", tap->ifname) : 0;
}

void host_tap_name(const char *lab, const char *network, const struct mac *mac,
		   char ifname[TAP_NAME_SIZE])
{
	if (strlen(lab) + 1 + strlen(network) < TAP_NAME_SIZE)
		snprintf(ifname, TAP_NAME_SIZE, "%s-%s", lab, network);
	else
		snprintf(ifname, TAP_NAME_SIZE, "%.8s-%02x%02x%02x", network,
			 mac->b[3], mac->b[4], mac->b[5]);
}

void host_tap_close(struct host_tap *tap)
{
	struct err ignored;

	if (tap->fd < 0)
		return;
	/* weft-switch may hold it a moment longer than the lab is there */
	take_back(tap, &ignored);
	netlink_set_up(tap->ifindex, false, &ignored);
	close(tap->fd);
	tap->fd = -1;
}
