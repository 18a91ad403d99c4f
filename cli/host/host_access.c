// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_access.c - what a lab does to its host that takes a privilege, done by
 * this very process
 */
#include "cli/host/host_access.h"

#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

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

static bool has_capability(const struct __user_cap_data_struct *sets,
			   unsigned capability)
{
	return sets[CAP_TO_INDEX(capability)].effective &
	       CAP_TO_MASK(capability);
}

bool host_access_is_ours(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};
	int fd;

	if (syscall(SYS_capget, &header, sets) ||
	    !has_capability(sets, CAP_NET_ADMIN) ||
	    !has_capability(sets, CAP_NET_RAW))
		return false;
	/* root of a user namespace has them, and not for its host's network */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}
