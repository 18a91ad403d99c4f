// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * calls.c - the system calls that weft-switch has left
 *
 * Each descriptor comes from labd or from a peer that labd let in, so nothing
 * is needed but what they are good for.
 */
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "cli/sandbox/call_rule.h"
#include "core/util.h"

/*
 * Those of libc's own (abort, the heap, the end of a thread) show up in no
 * ordinary run.
 */
static const struct call_rule switch_rules[] = {
	/* the loop */
	CALL_ANY(epoll_wait, "the loop"),
	CALL_ANY(epoll_pwait, "the loop, where that is the only one"),
	CALL_ANY(epoll_ctl, "the loop"),
	CALL_ANY(clock_gettime, "time, where the vDSO can't answer"),
	CALL_ANY(time, "likewise: when a lease expires"),
	/* frames and notifications: tap, eventfd, labd, front-ends */
	CALL_ANY(read, "taps, eventfds"),
	CALL_ANY(write, "eventfds"),
	CALL_ANY(readv, "taps, sockets of NAT"),
	CALL_ANY(writev, "taps, captures"),
	CALL_ANY(recvmsg, "labd, front-ends, sockets of NAT"),
	CALL_ANY(sendmsg, "likewise"),
	CALL_ANY(sendto, "sockets of NAT"),
	CALL_ANY(recvfrom, "the stream port, hints about uplinks"),
	CALL_ANY(poll, "the stream port"),
	CALL_ANY(ppoll, "polls of an uplink; poll, where it is the only one"),
	/* NAT: sockets of the host; socket and setsockopt: see below */
	CALL_ANY(bind, "NAT: a port near the guest's"),
	CALL_ANY(connect, "NAT; also to ask whether an address is ours"),
	CALL_ANY(getsockname, "the answer to that"),
	CALL_ANY(getpeername, "the client of a forward"),
	CALL_ANY(getsockopt, "why a connection failed; drops of an uplink"),
	CALL_ANY(recvmmsg, "NAT, uplinks"),
	CALL_ANY(sendmmsg, "NAT, uplinks"),
	CALL_ANY(shutdown, "half of a connection is over"),
	CALL_ANY(getegid, "to say which group may not ping"),
	/* front-ends that come and go, and what they pass */
	CALL_ANY(accept4, "front-ends, clients of forwards"),
	CALL_ANY(close, "front-ends that go"),
	CALL_ANY(fstat, "what kind of file a front-end passed"),
	CALL_ANY(newfstatat, "how some libcs do fstat"),
	CALL_ANY(fstatfs, "what kind of file a front-end passed"),
	{CALL(fcntl), "likewise", 1, {CALL_IS(1, F_GETFL)}},
	/* the timer that ends a blocked notification */
	CALL_ANY(timer_settime, "a notification that blocks"),
	CALL_ANY(timer_delete, "a worker's end"),
	/* a capture's writer, a thread */
	CALL_ANY(eventfd2, "a capture's writer, polls of an uplink"),
	CALL_ANY(ftruncate, "half a block that a full disk took"),
	/* secrets and seeds of networks */
	CALL_ANY(getrandom, "secrets and seeds of networks"),
};

/* One kind of socket that NAT may open: never raw, packet or netlink. */
#define SOCKET(family, type, protocol)                                       \
	{                                                                    \
		CALL(socket), "NAT", 3,                                      \
		{                                                            \
			CALL_IS(0, family),                                  \
				CALL_HAS(1, ~(SOCK_NONBLOCK | SOCK_CLOEXEC), \
					 type),                              \
				CALL_IS(2, protocol)                         \
		}                                                            \
	}
/* Both families of it. */
#define SOCKETS(type, protocol) \
	SOCKET(AF_INET, type, protocol), SOCKET(AF_INET6, type, protocol)

static const struct call_rule nat_rules[] = {
	SOCKETS(SOCK_STREAM, 0),
	SOCKETS(SOCK_STREAM, IPPROTO_TCP),
	SOCKETS(SOCK_DGRAM, 0),
	SOCKETS(SOCK_DGRAM, IPPROTO_UDP),
	SOCKETS(SOCK_DGRAM, IPPROTO_ICMP),
	CALL_OPTION(IPPROTO_IP, IP_RECVERR, "ICMP errors go to the guest"),
	CALL_OPTION(IPPROTO_IP, IP_MTU_DISCOVER, "a guest's DF"),
	CALL_OPTION(IPPROTO_TCP, TCP_NODELAY, "guests decide when to send"),
	CALL_OPTION(SOL_SOCKET, SO_PEEK_OFF, "what a guest still lacks"),
	CALL_OPTION(SOL_SOCKET, SO_SNDBUF, "room for what a fast guest sends"),
	CALL_OPTION(SOL_SOCKET, SO_BUF_LOCK,
		    "the kernel tunes it all the same"),
	CALL_OPTION(SOL_SOCKET, SO_OOBINLINE, "urgent data is data"),
	CALL_OPTION(SOL_SOCKET, SO_LINGER, "a guest's RST becomes ours"),
};

/* What is asked of a host's NIC that is an uplink; none can be changed. */
static const struct call_rule uplink_rules[] = {
	CALL_IOCTL(SIOCGIFNAME, "the name of an uplink's NIC, for the others"),
	CALL_IOCTL(SIOCGIFFLAGS, "is it set up?"),
	CALL_IOCTL(SIOCGIFMTU, "its MTU"),
	CALL_IOCTL(SIOCETHTOOL, "its carrier; to set something is root's"),
};

static const struct call_rules own = CALL_TABLE(switch_rules);
static const struct call_rules nat = CALL_TABLE(nat_rules);
static const struct call_rules uplink = CALL_TABLE(uplink_rules);
static const struct call_rules *const tables[] = {
	&own,
	&nat,
	&uplink,
	&call_rules_memory,
	&call_rules_threads,
	&call_rules_end,
};

const struct call_thread call_threads[] = {
	{"all", tables, ARRAY_SIZE(tables)},
};
const size_t call_thread_count = ARRAY_SIZE(call_threads);
