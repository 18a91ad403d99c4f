// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_sockets.c - sockets of the host, and which addresses are its own
 *
 * Whether the host has an address is asked of its own routing: a datagram to an
 * address of ours is sent from that very address. So a UDP socket is aimed
 * there, which sends nothing, and its own address is looked at. An answer is
 * good for a second: the host's addresses change now and then, and a guest's
 * datagrams come by the thousand.
 */
#include "switch/nat/nat_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Any but 0, which some kernels take for "not connected". */
#define PROBE_PORT 9

static int host_open(void *ctx, enum nat_socket kind)
{
	static const struct {
		int type;
		int protocol;
	} kinds[] = {
		[NAT_SOCKET_TCP] = {SOCK_STREAM, IPPROTO_TCP},
		[NAT_SOCKET_UDP] = {SOCK_DGRAM, IPPROTO_UDP},
		[NAT_SOCKET_ECHO] = {SOCK_DGRAM, IPPROTO_ICMP},
	};
	int fd =
		socket(AF_INET, kinds[kind].type | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       kinds[kind].protocol);

	(void)ctx;
	return fd < 0 ? -errno : fd;
}

static int aim(int fd, uint32_t address, uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(address)};

	return connect(fd, (struct sockaddr *)&to, sizeof(to)) ? -errno : 0;
}

static int host_connect(void *ctx, int fd, uint32_t address, uint16_t port)
{
	(void)ctx;
	return aim(fd, address, port);
}

/* A socket that was aimed keeps its own address until it is let loose. */
static bool routing_says_ours(int fd, uint32_t address)
{
	struct sockaddr_in own = {.sin_family = AF_UNSPEC};
	socklen_t len = sizeof(own);

	if (connect(fd, (struct sockaddr *)&own, sizeof(own)) ||
	    aim(fd, address, PROBE_PORT) ||
	    getsockname(fd, (struct sockaddr *)&own, &len))
		return false;
	return own.sin_addr.s_addr == htonl(address);
}

static bool host_is_host(void *ctx, uint32_t address)
{
	struct nat_sockets_probe *probe = ctx;
	struct nat_probe_answer *answer =
		&probe->answers[address % NAT_PROBE_CACHE];
	uint64_t now_ns = clock_now_ns(probe->clock);

	/* "this" network and loopback (RFC 1122 3.2.1.3) */
	if (address >> 24 == 0 || address >> 24 == 127)
		return true;
	if (answer->address == address && now_ns < answer->until_ns)
		return answer->is_host;
	if (probe->fd < 0)
		probe->fd = host_open(ctx, NAT_SOCKET_UDP);
	if (probe->fd < 0)
		return true; /* who can't know says no */
	answer->address = address;
	answer->is_host = routing_says_ours(probe->fd, address);
	answer->until_ns = now_ns + NAT_PROBE_NS;
	return answer->is_host;
}

const struct nat_sockets nat_sockets_host = {
	.open = host_open,
	.connect = host_connect,
	.is_host = host_is_host,
};

void nat_sockets_probe_init(struct nat_sockets_probe *probe,
			    struct clock *clock)
{
	memset(probe, 0, sizeof(*probe));
	probe->clock = clock;
	probe->fd = -1;
}

void nat_sockets_probe_fini(struct nat_sockets_probe *probe)
{
	if (probe->fd >= 0)
		close(probe->fd);
	probe->fd = -1;
}
