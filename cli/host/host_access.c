// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_access.c - what a lab does to its host that takes a privilege, done by
 * this very process
 */
#include "cli/host/host_access.h"

static int open_nic(struct host_access *host, const char *ifname,
		    bool is_forced, struct packet_fds *fds, struct err *err)
{
	const struct packet_open_options options = {is_forced, -1};

	(void)host;
	return packet_open(ifname, &options, fds, err);
}

static int open_tap(struct host_access *host, struct host_tap *tap,
		    const struct host_tap_settings *settings, struct err *err)
{
	(void)host;
	return host_tap_open(tap, settings, err);
}

static int check_address(struct host_access *host,
			 const struct ipv4_prefix *address,
			 const unsigned *except, struct err *err)
{
	(void)host;
	return host_tap_check(address, except, err);
}

static int set_address(struct host_access *host, struct host_tap *tap,
		       const struct ipv4_prefix *address, struct err *err)
{
	(void)host;
	return host_tap_set_address(tap, address, err);
}

static int set_mtu(struct host_access *host, struct host_tap *tap, uint16_t mtu,
		   struct err *err)
{
	(void)host;
	return host_tap_set_mtu(tap, mtu, err);
}

static void close_tap(struct host_access *host, struct host_tap *tap)
{
	(void)host;
	host_tap_close(tap);
}

const struct host_access_ops host_access_here = {
	.open_nic = open_nic,
	.open_tap = open_tap,
	.check_address = check_address,
	.set_address = set_address,
	.set_mtu = set_mtu,
	.close_tap = close_tap,
};
