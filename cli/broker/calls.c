// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * calls.c - the system calls that weft-broker has left
 *
 * It opens files by name, as an ordinary user who may also write to the
 * network's part of /proc/sys; it can make no process and run no program.
 */
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <linux/wireless.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "cli/sandbox/call_rule.h"
#include "core/util.h"

static const struct call_rule broker_rules[] = {
	CALL_ANY(recvmsg, "requests; the kernel's answers by netlink"),
	CALL_ANY(sendmsg, "answers; what is asked of the kernel by netlink"),
	CALL_ANY(close, "what was passed on"),
	{CALL(fcntl), "a tap is passed on", 1, {CALL_IS(1, F_DUPFD_CLOEXEC)}},
	{CALL(fcntl), "how a file is open", 1, {CALL_IS(1, F_GETFL)}},
	{CALL(openat),
	 "/dev/net/tun, /proc, /sys: never a new file",
	 1,
	 {CALL_HAS(2, O_CREAT, 0)}},
	CALL_ANY(read, "routes, in /proc"),
	CALL_ANY(write, "IPv6 off, in /proc"),
	CALL_ANY(newfstatat, "is it a radio? and how libcs do fstat"),
	CALL_ANY(fstat, "a file that is read"),
	CALL_ANY(lseek, "likewise"),
	/* netlink, by us and by libnl */
	CALL_ANY(bind, "netlink; the packet socket, to its NIC"),
	CALL_ANY(getsockname, "our number in netlink"),
	CALL_ANY(sendto, "netlink"),
	CALL_ANY(recvfrom, "netlink"),
	CALL_ANY(poll, "netlink"),
	CALL_ANY(ppoll, "likewise, where it is the only one"),
	CALL_ANY(clock_gettime, "netlink: a first number"),
	CALL_ANY(time, "likewise"),
	CALL_ANY(getrandom, "the heap"),
};

#define SOCKET(family, type, protocol, why)                                  \
	{                                                                    \
		CALL(socket), why, 3,                                        \
		{                                                            \
			CALL_IS(0, family),                                  \
				CALL_HAS(1, ~(SOCK_NONBLOCK | SOCK_CLOEXEC), \
					 type),                              \
				CALL_IS(2, protocol)                         \
		}                                                            \
	}

static const struct call_rule socket_rules[] = {
	SOCKET(AF_PACKET, SOCK_RAW, 0, "a NIC"),
	SOCKET(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, "links and addresses"),
	SOCKET(AF_UNIX, SOCK_DGRAM, 0, "to ask for an interface's number"),
	CALL_OPTION(SOL_PACKET, PACKET_VNET_HDR, "a NIC"),
	CALL_OPTION(SOL_PACKET, PACKET_AUXDATA, "a NIC"),
	CALL_OPTION(SOL_PACKET, PACKET_IGNORE_OUTGOING, "a NIC"),
	CALL_OPTION(SOL_PACKET, PACKET_ADD_MEMBERSHIP,
		    "a NIC: all that it hears"),
	CALL_OPTION(SOL_SOCKET, SO_ATTACH_FILTER,
		    "a NIC: where it can't ignore"),
	CALL_OPTION(SOL_SOCKET, SO_RCVBUFFORCE, "a NIC"),
	CALL_OPTION(SOL_SOCKET, SO_SNDBUFFORCE, "a NIC"),
	CALL_OPTION(SOL_SOCKET, SO_RCVBUF, "a NIC; libnl"),
	CALL_OPTION(SOL_SOCKET, SO_SNDBUF, "likewise"),
	CALL_OPTION(SOL_SOCKET, SO_RCVTIMEO, "a kernel that doesn't answer"),
	CALL_OPTION(SOL_NETLINK, NETLINK_EXT_ACK, "libnl"),
	CALL_ANY(getsockopt, "libnl"),
};

static const struct call_rule device_rules[] = {
	CALL_IOCTL(TUNSETIFF, "a tap"),
	CALL_IOCTL(TUNSETVNETHDRSZ, "a tap"),
	CALL_IOCTL(TUNSETVNETLE, "a tap"),
	CALL_IOCTL(TUNSETOFFLOAD, "a tap"),
	CALL_IOCTL(SIOCGIFINDEX, "which interface"),
	CALL_IOCTL(SIOCGIFNAME, "likewise"),
	CALL_IOCTL(SIOCGIFFLAGS, "what it is"),
	CALL_IOCTL(SIOCGIFHWADDR, "likewise"),
	CALL_IOCTL(SIOCGIWNAME, "is it a radio?"),
};

static const struct call_rules own = CALL_TABLE(broker_rules);
static const struct call_rules sockets = CALL_TABLE(socket_rules);
static const struct call_rules devices = CALL_TABLE(device_rules);
static const struct call_rules *const tables[] = {
	&own, &sockets, &devices, &call_rules_memory, &call_rules_end,
};

const struct call_thread call_threads[] = {
	{"all", tables, ARRAY_SIZE(tables)},
};
const size_t call_thread_count = ARRAY_SIZE(call_threads);
