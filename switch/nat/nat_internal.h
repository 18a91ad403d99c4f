/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_internal.h - what the files of the user engine share; nobody else's
 */
#ifndef SWITCH_NAT_NAT_INTERNAL_H
#define SWITCH_NAT_NAT_INTERNAL_H

#include "switch/nat/nat.h"
#include "switch/nat/nat_flow.h"
#include "switch/nat/nat_fragment.h"
#include "switch/nat/nat_hairpin.h"
#include "switch/nat/nat_icmp.h"
#include "switch/rate.h"

/** NAT_ICMP_PER_S - ICMP errors that one ingress port gets, a second and at
 * once
 */
#define NAT_ICMP_PER_S 1000

struct nat_tcp_engine;
struct nat_udp_engine;
struct nat_datagrams;

/**
 * struct nat - nat.c tells how it works
 * @settings:	its routes point to @routes
 * @routes:	copied
 * @env:	where we live
 * @flows:	of all protocols
 * @counters:	for `weft show`; @flows of it is kept by nat_flow.c
 * @icmp_rate:	errors to guests
 * @told:	env.refused() was called, by protocol
 * @datagrams:	buffers for UDP and ICMP
 * @fragments:	datagrams of guests that are being put together
 * @hairpins:	ports of the host that lead to its guests
 * @port_hint:	where the search for a free port of a forward begins
 * @relax:	armed while there are flows; gives memory back once there are
 * none
 * @tcp:	nat_tcp.c's own
 * @udp:	nat_udp.c's own
 */
struct nat {
	struct nat_settings settings;
	struct nat_route routes[NAT_MAX_ROUTES];
	struct nat_env env;
	struct nat_flows *flows;
	struct nat_counters counters;
	struct rate icmp_rate;
	bool told[NAT_PROTOCOLS];
	struct nat_datagrams *datagrams;
	struct nat_fragments *fragments;
	struct nat_hairpins hairpins;
	uint16_t port_hint;
	struct timer relax;
	struct nat_tcp_engine *tcp;
	struct nat_udp_engine *udp;
};

/**
 * nat_flow_is_of() - does @flow take packets from where this one came?
 *
 * A flow is its ingress port's: who borrows the addresses of another guest gets
 * nowhere. A new Ethernet address behind the same port is believed.
 */
bool nat_flow_is_of(struct nat_flow *flow, const struct ip4 *ip);

/**
 * nat_socket_open() - a host socket for a flow of @ingress, or -errno
 *
 * When the process has none left, or few, a flow is evicted and it is tried
 * again, once. A failure is counted as refused, and told the first time.
 */
int nat_socket_open(struct nat *nat, enum nat_socket kind, uint16_t ingress);

/** nat_refuse() - count, and tell, that the host refused a flow: -errno */
void nat_refuse(struct nat *nat, enum nat_protocol protocol, int code);

/** nat_errno_icmp() - what a guest is told of an errno; 0: nothing */
uint16_t nat_errno_icmp(int code);

/**
 * nat_outside() - where a guest's packet to @address and @port really goes
 * @address:	in: what the guest wrote; out: the host's loopback address where
 *		the guest wrote the gateway's and has host access
 *
 * Return: DROP_NONE, or why it may not go there (counted as blocked).
 */
enum drop_reason nat_outside(struct nat *nat, enum nat_protocol protocol,
			     uint32_t *address, uint16_t port);

/** nat_relax_later() - a flow is opened: memory is going to be used */
void nat_relax_later(struct nat *nat);

/** nat_relax_bytes() - give the whole pages among these back; they read 0 */
void nat_relax_bytes(void *data, size_t len);

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

/**
 * nat_deliver() - as nat_send(), but all are taken
 *
 * What the guest has no room for waits in its port's backlog, or is dropped
 * there. For what may be lost: datagrams.
 */
void nat_deliver(struct nat *nat, struct frame **frames, unsigned n);

/** nat_reply() - hand one short frame up soon; may be called from anywhere */
void nat_reply(struct nat *nat, const void *frame, size_t len);

/**
 * struct nat_error - what the host's error queue told of a datagram (ip(7),
 * IP_RECVERR)
 * @error:	enum icmp_error
 * @mtu:	for "fragmentation needed"
 * @is_local:	the host's own finding; @from is 0
 * @from:	who sent the ICMP message
 * @remote:	where the datagram had been sent
 * @remote_port: likewise
 * @len:	bytes of @data
 * @data:	of the datagram, behind its UDP header; ICMP header for ICMP
 */
struct nat_error {
	uint16_t error;
	uint16_t mtu;
	bool is_local;
	uint32_t from;
	uint32_t remote;
	uint16_t remote_port;
	uint16_t len;
	uint8_t data[64];
};

/** nat_error_read() - the next one of @fd's queue; false when it is empty */
bool nat_error_read(int fd, struct nat_error *error);

/**
 * nat_error_tell() - hand it on to the guest, rate limited as nat_icmp_error()
 * @transport:	what the guest's packet had behind its IP header
 * @len:	at least 8
 */
void nat_error_tell(struct nat *nat, const struct nat_flow *flow,
		    const struct nat_error *error, const uint8_t *transport,
		    size_t len);

/** nat_icmp_input() - an ICMP error of a guest, as nat_input() */
enum drop_reason nat_icmp_input(struct nat *nat, const struct frame *frame,
				size_t offset, const struct ip4 *ip);

/** nat_visible() - what a guest sees of an address outside: the gateway's
 *  for those of the host that only it has */
uint32_t nat_visible(struct nat *nat, uint32_t address);

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

/** nat_tcp_relax() - there are no flows, and buffers may go */
void nat_tcp_relax(struct nat *nat);

/** nat_tcp_resume() - as nat_resume() */
void nat_tcp_resume(struct nat *nat);

/* nat_udp.c */

/** nat_udp_create() - 0 or -ENOMEM */
int nat_udp_create(struct nat *nat, struct err *err);
/** nat_udp_destroy() - after the flows are gone; NULL engine is fine */
void nat_udp_destroy(struct nat *nat);
/** nat_udp_flush() - as nat_flush() */
void nat_udp_flush(struct nat *nat);

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
