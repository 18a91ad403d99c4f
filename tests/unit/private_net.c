// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * private_net.c - a network namespace whose loopback stands in for the outside
 */
#include "unit/private_net.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/util.h"

static void request(unsigned long number, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, number, ifr))
		abort();
	close(fd);
}

static void set_address(unsigned long number, uint32_t address)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(address)};
	struct ifreq ifr = {.ifr_name = "lo:1"};

	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	request(number, &ifr);
}

/* Pings need it; where it can't be set, ping sockets are refused. */
static void allow_pings(void)
{
	static const char range[] = "0 0";
	int fd = open("/proc/sys/net/ipv4/ping_group_range",
		      O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, range, sizeof(range) - 1) < 0)
		fprintf(stderr, "no ping sockets here\n");
	close(fd);
}

/* So that the files above are ours in the new user namespace. */
static void map_root(unsigned uid, unsigned gid)
{
	char text[64];
	const char *files[] = {"/proc/self/setgroups", "/proc/self/uid_map",
			       "/proc/self/gid_map"};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		int fd = open(files[i], O_WRONLY | O_CLOEXEC);

		snprintf(text, sizeof(text), "0 %u 1", i == 1 ? uid : gid);
		if (i == 0)
			snprintf(text, sizeof(text), "deny");
		if (fd < 0 || write(fd, text, strlen(text)) < 0)
			fprintf(stderr, "cannot write %s\n", files[i]);
		if (fd >= 0)
			close(fd);
	}
}

bool private_net_enter(void)
{
	struct ifreq ifr = {.ifr_name = "lo"};
	unsigned uid = getuid(), gid = getgid();

	if (unshare(CLONE_NEWNET)) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
			return false;
		map_root(uid, gid);
	}
	ifr.ifr_flags = IFF_UP;
	request(SIOCSIFFLAGS, &ifr);
	set_address(SIOCSIFADDR, PRIVATE_NET + 1);
	set_address(SIOCSIFNETMASK, 0xffffff00);
	allow_pings();
	return true;
}

void private_net_set_mtu(int mtu)
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_mtu = mtu};

	request(SIOCSIFMTU, &ifr);
}
