// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sandbox.c - the system calls that weft-switch has left
 *
 * Each descriptor comes from labd or from a peer that labd let in, so nothing
 * is needed but what they are good for. The filter is loaded once all threads
 * are there, on all of them at once.
 */
#include "cli/switchd/sandbox.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "cli/sandbox/filter.h"
#include "cli/sandbox/privileges.h"

/*
 * Those of libc's own (abort, the heap, the end of a thread) show up in no
 * ordinary run.
 */
static const struct filter_rule switch_rules[] = {
	/* the loop */
	FILTER_CALL(epoll_wait, "the loop"),
	FILTER_CALL(epoll_pwait, "the loop, where that is the only one"),
	FILTER_CALL(epoll_ctl, "the loop"),
	FILTER_CALL(clock_gettime, "time, where the vDSO can't answer"),
	FILTER_CALL(time, "likewise: when a lease expires"),
	/* frames and notifications: tap, eventfd, labd, front-ends */
	FILTER_CALL(read, "taps, eventfds"),
	FILTER_CALL(write, "eventfds"),
	FILTER_CALL(readv, "taps, sockets of NAT"),
	FILTER_CALL(writev, "taps, captures"),
	FILTER_CALL(recvmsg, "labd, front-ends, sockets of NAT"),
	FILTER_CALL(sendmsg, "likewise"),
	FILTER_CALL(sendto, "sockets of NAT"),
	FILTER_CALL(recvfrom, "the stream port"),
	FILTER_CALL(poll, "the stream port"),
	FILTER_CALL(ppoll, "likewise, where that is the only one"),
	/* NAT: sockets of the host; socket and setsockopt: see below */
	FILTER_CALL(bind, "NAT: a port near the guest's"),
	FILTER_CALL(connect, "NAT; also to ask whether an address is ours"),
	FILTER_CALL(getsockname, "the answer to that"),
	FILTER_CALL(getpeername, "the client of a forward"),
	FILTER_CALL(getsockopt, "why a connection failed"),
	FILTER_CALL(recvmmsg, "NAT"),
	FILTER_CALL(sendmmsg, "NAT"),
	FILTER_CALL(shutdown, "half of a connection is over"),
	FILTER_CALL(getegid, "to say which group may not ping"),
	/* front-ends that come and go, and what they pass */
	FILTER_CALL(accept4, "front-ends, clients of forwards"),
	FILTER_CALL(close, "front-ends that go"),
	FILTER_CALL(fstat, "what kind of file a front-end passed"),
	FILTER_CALL(newfstatat, "how some libcs do fstat"),
	FILTER_CALL(fstatfs, "what kind of file a front-end passed"),
	FILTER_CALL(fcntl, "likewise"),
	/* the timer that ends a blocked notification */
	FILTER_CALL(timer_settime, "a notification that blocks"),
	FILTER_CALL(timer_delete, "a worker's end"),
	/* a capture's writer, a thread */
	FILTER_CALL(eventfd2, "a capture's writer"),
	FILTER_CALL(ftruncate, "half a block that a full disk took"),
	/* secrets and seeds of networks */
	FILTER_CALL(getrandom, "secrets and seeds of networks"),
};

/* One kind of socket that NAT may open: never raw, packet or netlink. */
#define SOCKET(family, type, protocol)                                         \
	{                                                                      \
		SCMP_SYS(socket), "NAT", 3,                                    \
		{                                                              \
			FILTER_IS(0, family),                                  \
				FILTER_HAS(1, ~(SOCK_NONBLOCK | SOCK_CLOEXEC), \
					   type),                              \
				FILTER_IS(2, protocol)                         \
		}                                                              \
	}
/* Both families of it. */
#define SOCKETS(type, protocol) \
	SOCKET(AF_INET, type, protocol), SOCKET(AF_INET6, type, protocol)

#define OPTION(level, name, why)                                \
	{                                                       \
		SCMP_SYS(setsockopt), (why), 2,                 \
		{                                               \
			FILTER_IS(1, level), FILTER_IS(2, name) \
		}                                               \
	}

static const struct filter_rule nat_rules[] = {
	SOCKETS(SOCK_STREAM, 0),
	SOCKETS(SOCK_STREAM, IPPROTO_TCP),
	SOCKETS(SOCK_DGRAM, 0),
	SOCKETS(SOCK_DGRAM, IPPROTO_UDP),
	SOCKETS(SOCK_DGRAM, IPPROTO_ICMP),
	OPTION(IPPROTO_IP, IP_RECVERR, "ICMP errors go to the guest"),
	OPTION(IPPROTO_IP, IP_MTU_DISCOVER, "a guest's DF"),
	OPTION(IPPROTO_TCP, TCP_NODELAY, "guests decide when to send"),
	OPTION(SOL_SOCKET, SO_PEEK_OFF, "what a guest still lacks"),
	OPTION(SOL_SOCKET, SO_OOBINLINE, "urgent data is data"),
	OPTION(SOL_SOCKET, SO_LINGER, "a guest's RST becomes ours"),
};

static const struct filter_rules own = {switch_rules, ARRAY_SIZE(switch_rules)};
static const struct filter_rules nat = {nat_rules, ARRAY_SIZE(nat_rules)};
static const struct filter_rules *const tables[] = {
	&own, &nat, &filter_memory, &filter_threads, &filter_end,
};

int sandbox_drop(const struct log *log, struct err *err)
{
	return privileges_drop(log, err);
}

int sandbox_filter(const struct log *log, struct err *err)
{
	if (!filter_is_there())
		log_warning(log, "this build has sanitizers: no system call "
				 "filter");
	return filter_load(tables, ARRAY_SIZE(tables), true, err);
}
