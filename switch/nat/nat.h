/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat.h - the user engine: guests' flows become sockets of the host
 *
 * What a gateway gets that is neither for itself nor a neighbour's business is
 * handed here. No privilege is needed: to the host each flow is a socket of
 * this process, and its routing, firewall and addresses apply.
 */
#ifndef SWITCH_NAT_NAT_H
#define SWITCH_NAT_NAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/err.h"
#include "core/loop.h"
#include "core/port.h"
#include "switch/ip4.h"
#include "switch/nat/nat_policy.h"
#include "switch/nat/nat_sockets.h"
#include "switch/gateway/neighbour.h"
#include "switch/reply_queue.h"
#include "switch/siphash.h"

/** NAT_FLOWS_SPARED - so few are kept also where descriptors get scarce */
#define NAT_FLOWS_SPARED 256
/** NAT_MAX_ROUTES - subnets behind router guests */
#define NAT_MAX_ROUTES 64

struct nat;
struct nat_flow;

/**
 * struct nat_route - a subnet behind a router guest
 * @to:		its addresses are guests' too
 * @via:	address of the router, inside the gateway's own subnet
 */
struct nat_route {
	struct ipv4_prefix to;
	uint32_t via;
};

/**
 * struct nat_settings - one engine
 * @mac:	the gateway's
 * @address:	the gateway's, with the subnet's prefix length
 * @mtu:	largest IP packet towards guests
 * @host_access: the gateway's address leads to the host's own services, and
 *		the host's other addresses may be reached; else neither
 * @filtering:	of UDP mappings
 * @max_flows:	up to NAT_MAX_FLOWS; 0: NAT_FLOWS
 * @max_flows_per_port: of one ingress port; 0: NAT_FLOWS_PER_PORT
 * @max_fd:	a socket with this number or a higher one says that the process
 *		has few descriptors left: a flow is evicted for it; 0: none is
 * @routes:	@route_count entries, borrowed for the call
 * @route_count: at most NAT_MAX_ROUTES
 * @secret:	random
 */
struct nat_settings {
	struct mac mac;
	struct ipv4_prefix address;
	uint16_t mtu;
	bool host_access;
	enum nat_filtering filtering;
	uint32_t max_flows;
	uint32_t max_flows_per_port;
	uint32_t max_fd;
	const struct nat_route *routes;
	unsigned route_count;
	struct siphash_key secret;
};

/** enum nat_protocol - kinds of flows */
enum nat_protocol {
	NAT_TCP,
	NAT_UDP,
	NAT_ECHO,
	NAT_PROTOCOLS,
};

/**
 * struct nat_env - where an engine lives; all outlives it
 * @loop:	of the worker
 * @clock:	the loop's
 * @port:	the gateway's: what comes back from outside is its input
 * @replies:	frames made within the port's send()
 * @sockets:	how host sockets are made
 * @sockets_ctx: for @sockets
 * @refused:	the host gave no socket for a protocol, for the first time:
 *-errno. For words to people; may be NULL
 * @refused_ctx: for @refused
 */
struct nat_env {
	struct loop *loop;
	struct clock *clock;
	struct port *port;
	struct reply_queue *replies;
	const struct nat_sockets *sockets;
	void *sockets_ctx;
	void (*refused)(void *ctx, enum nat_protocol protocol, int code);
	void *refused_ctx;
};

/**
 * struct nat_counters - what happened since the engine was made
 * @opened:	flows, by protocol
 * @flows:	of these there are now
 * @evicted:	flows that made room for another
 * @refused:	flows that got no socket (-errno of the host), by protocol
 * @blocked:	packets to the host itself, with no host access
 * @filtered:	datagrams from outside that no guest had asked for
 * @retransmits: segments that were sent to a guest again
 */
struct nat_counters {
	uint64_t opened[NAT_PROTOCOLS];
	uint64_t flows[NAT_PROTOCOLS];
	uint64_t evicted;
	uint64_t refused[NAT_PROTOCOLS];
	uint64_t blocked;
	uint64_t filtered;
	uint64_t retransmits;
};

/** nat_create() - an engine without flows; NULL with @err */
struct nat *nat_create(const struct nat_settings *settings,
		       const struct nat_env *env, struct err *err);

/** nat_destroy() - every flow ends, guests get RST; NULL is fine */
void nat_destroy(struct nat *nat);

/**
 * nat_input() - a packet of a guest that is to leave through the host
 * @frame:	borrowed until the next nat_flush()
 * @offset:	of the IPv4 payload in @frame
 * @ip:		header, checked; @ip->payload is NULL: bytes are taken from
 *		@frame, once
 *
 * Called from within the gateway's send(): hands nothing up by itself.
 *
 * Return: DROP_NONE when it was taken, else why not.
 */
enum drop_reason nat_input(struct nat *nat, const struct frame *frame,
			   size_t offset, const struct ip4 *ip);

/**
 * nat_wants() - is a packet to the gateway's own address a flow's, or host
 * access? @frame and @ip as for nat_input()
 */
bool nat_wants(struct nat *nat, const struct frame *frame, size_t offset,
	       const struct ip4 *ip);

/** nat_flush() - the batch is over: write what was collected, acknowledge */
void nat_flush(struct nat *nat);

/** nat_resume() - a guest that was full has room again (struct port_ops) */
void nat_resume(struct nat *nat);

/**
 * nat_forward_tcp() - a client of the host wants to speak with a guest
 * @fd:		accepted, taken over also on failure
 * @guest:	address of the guest, host order
 * @port:	of the guest
 * @hop:	where the guest is: itself, or its router
 *
 * The guest sees the client's address, or the gateway's where that is the
 * host's loopback.
 *
 * Return: 0 or -errno.
 */
int nat_forward_tcp(struct nat *nat, int fd, uint32_t guest, uint16_t port,
		    const struct neighbour *hop);

/** nat_is_guest() - may a packet from there be a guest's? not the gateway's, no
 *  subnet's own or broadcast address (RFC 1122 3.2.1.3) */
bool nat_is_guest(const struct nat *nat, uint32_t address);

/** nat_next_hop() - whose Ethernet address gets what is for @address, inside */
uint32_t nat_next_hop(const struct nat *nat, uint32_t address);

/** nat_is_inside() - is @address the subnet's, or behind one of the routes? */
bool nat_is_inside(const struct nat *nat, uint32_t address);

/** nat_get_counters() - for `weft show` and metrics */
void nat_get_counters(const struct nat *nat, struct nat_counters *counters);

/**
 * struct nat_flow_status - one flow, for `weft show flows`
 * @protocol:	enum nat_protocol
 * @state:	static word: "established", "syn-sent", "open"
 * @guest:	address, host order
 * @guest_port:	or ICMP identifier
 * @remote:	address; 0: any (UDP and ICMP are endpoint-independent)
 * @remote_port: 0: any
 * @ingress:	number of the guest's port in the network
 * @idle_ms:	since the last packet
 * @out_bytes:	payload from the guest
 * @in_bytes:	payload to the guest
 */
struct nat_flow_status {
	enum nat_protocol protocol;
	const char *state;
	uint32_t guest;
	uint16_t guest_port;
	uint32_t remote;
	uint16_t remote_port;
	uint16_t ingress;
	uint64_t idle_ms;
	uint64_t out_bytes;
	uint64_t in_bytes;
};

/**
 * nat_flow_get() - the flow in slot @cursor or the next one after it
 * @cursor:	in: slot to begin with; out: slot to go on with
 *
 * Return: false when there is none any more.
 */
bool nat_flow_get(const struct nat *nat, uint32_t *cursor,
		  struct nat_flow_status *status);

#endif
