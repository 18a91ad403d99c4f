/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_sockets.h - how the user engine gets sockets of the host
 *
 * Only opening and aiming is a parameter; once there, a socket is a descriptor
 * and is used with the plain system calls. A test hands out one end of a
 * socketpair(), or sockets on loopback in place of the outside.
 */
#ifndef SWITCH_NAT_NAT_SOCKETS_H
#define SWITCH_NAT_NAT_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/util.h"

/** enum nat_socket - kinds of host sockets; all non-blocking, close-on-exec */
enum nat_socket {
	NAT_SOCKET_TCP,
	NAT_SOCKET_UDP,
	NAT_SOCKET_ECHO, /* SOCK_DGRAM, IPPROTO_ICMP: a ping socket */
};

/**
 * struct nat_sockets - the host's side
 * @open:	a socket, or -errno; -EACCES for a ping socket that
 *		ping_group_range does not allow
 * @connect:	0, -EINPROGRESS or -errno; addresses in host order
 * @is_host:	does the host itself have this address? (loopback included)
 */
struct nat_sockets {
	int (*open)(void *ctx, enum nat_socket kind);
	int (*connect)(void *ctx, int fd, uint32_t address, uint16_t port);
	bool (*is_host)(void *ctx, uint32_t address);
};

/** NAT_PROBE_CACHE - answers of is_host() that are remembered */
#define NAT_PROBE_CACHE 64
/** NAT_PROBE_NS - for how long */
#define NAT_PROBE_NS NSEC_PER_SEC

/**
 * struct nat_probe_answer - is it the host's?
 * @address:	asked for
 * @is_host:	the answer
 * @until_ns:	it is good until then; 0: never asked
 */
struct nat_probe_answer {
	uint32_t address;
	bool is_host;
	uint64_t until_ns;
};

/**
 * struct nat_sockets_probe - what @is_host asks the kernel's routing with
 * @clock:	for the life of an answer
 * @fd:		a UDP socket that never sends; -1 until first used
 * @answers:	by address, modulo
 */
struct nat_sockets_probe {
	struct clock *clock;
	int fd;
	struct nat_probe_answer answers[NAT_PROBE_CACHE];
};

/** nat_sockets_host - the real ones; @ctx is a struct nat_sockets_probe */
extern const struct nat_sockets nat_sockets_host;

/** nat_sockets_probe_init() - nothing asked yet */
void nat_sockets_probe_init(struct nat_sockets_probe *probe,
			    struct clock *clock);

/** nat_sockets_probe_fini() - close its socket */
void nat_sockets_probe_fini(struct nat_sockets_probe *probe);

#endif
