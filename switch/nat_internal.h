/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_internal.h - what the files of the user engine share; nobody else's
 */
#ifndef SWITCH_NAT_INTERNAL_H
#define SWITCH_NAT_INTERNAL_H

#include "switch/nat.h"
#include "switch/nat_flow.h"

struct nat_tcp_engine;

/**
 * struct nat - nat.c tells how it works
 * @settings:	its routes point to @routes
 * @routes:	copied
 * @env:	where we live
 * @flows:	of all protocols
 * @counters:	for `weft show`; @flows of it is kept by nat_flow.c
 * @tcp:	nat_tcp.c's own
 */
struct nat {
	struct nat_settings settings;
	struct nat_route routes[NAT_MAX_ROUTES];
	struct nat_env env;
	struct nat_flows *flows;
	struct nat_counters counters;
	struct nat_tcp_engine *tcp;
};

/**
 * nat_socket_open() - a host socket for a flow of @ingress, or -errno
 *
 * When the process has no descriptor left, a flow is evicted and it is tried
 * again, once.
 */
int nat_socket_open(struct nat *nat, enum nat_socket kind, uint16_t ingress);

/**
 * nat_outside() - where a guest's packet to @address really goes
 * @address:	in: what the guest wrote; out: the host's loopback address where
 *		the guest wrote the gateway's and has host access
 *
 * Return: DROP_NONE, or why it may not go there (counted as blocked).
 */
enum drop_reason nat_outside(struct nat *nat, uint32_t *address);

/** nat_route() - Ethernet and IP addresses of a packet from @src to the guest
 */
struct ip4_route nat_route(const struct nat *nat, const struct nat_flow *flow,
			   uint32_t src);

/**
 * nat_send() - hand frames for guests up, from a callback of a socket or timer
 * @frames:	classified by this; header in the snapshot, payload in the tail
 * @n:		1 to FRAME_BATCH, all for the same guest
 *
 * Never from within the gateway's send().
 *
 * Return: how many were taken, in order; nat_resume() is called when the rest
 * may be tried again, which may also be too early. Keep a timer as well.
 */
unsigned nat_send(struct nat *nat, struct frame **frames, unsigned n);

/** nat_reply() - hand one short frame up soon; may be called from anywhere */
void nat_reply(struct nat *nat, const void *frame, size_t len);

/**
 * nat_icmp_error() - tell a guest that its packet could not go (RFC 792)
 * @frame:	the packet
 * @offset:	of its IPv4 payload
 * @ip:		its header
 * @error:	type and code in the upper and lower byte; ICMP_* below
 * @mtu:	for "fragmentation needed"; 0 otherwise
 *
 * Rate limited per ingress port.
 */
void nat_icmp_error(struct nat *nat, const struct frame *frame, size_t offset,
		    const struct ip4 *ip, uint16_t error, uint16_t mtu);

/* nat_tcp.c and what belongs to it */

/** nat_tcp_create() - 0 or -ENOMEM */
int nat_tcp_create(struct nat *nat, struct err *err);
/** nat_tcp_destroy() - after the flows are gone; NULL engine is fine */
void nat_tcp_destroy(struct nat *nat);

/** nat_tcp_slot_size() - of a flow */
size_t nat_tcp_slot_size(void);

/** nat_tcp_input() - as nat_input() */
enum drop_reason nat_tcp_input(struct nat *nat, const struct frame *frame,
			       size_t offset, const struct ip4 *ip);
/** nat_tcp_flush() - as nat_flush() */
void nat_tcp_flush(struct nat *nat);

/** nat_tcp_resume() - as nat_resume() */
void nat_tcp_resume(struct nat *nat);

/* nat_udp.c */

/** nat_udp_slot_size() - of a flow */
size_t nat_udp_slot_size(void);

/** nat_udp_input() - as nat_input() */
enum drop_reason nat_udp_input(struct nat *nat, const struct frame *frame,
			       size_t offset, const struct ip4 *ip);

/* nat_echo.c: ICMP echo over ping sockets */

/** nat_echo_slot_size() - of a flow */
size_t nat_echo_slot_size(void);

/** nat_echo_input() - as nat_input() */
enum drop_reason nat_echo_input(struct nat *nat, const struct frame *frame,
				size_t offset, const struct ip4 *ip);

#endif
