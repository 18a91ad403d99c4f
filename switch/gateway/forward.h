/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forward.h - ports of the host that lead to guests
 *
 * Each is a socket of the host that somebody else opened: a listening one for
 * TCP, a bound one for UDP.
 */
#ifndef SWITCH_GATEWAY_FORWARD_H
#define SWITCH_GATEWAY_FORWARD_H

#include "core/err.h"
#include "core/loop.h"
#include "switch/nat/nat.h"
#include "switch/gateway/neighbour.h"

/** FORWARD_MAX - forwards of one gateway */
#define FORWARD_MAX 1024
/** FORWARD_WAITS - connections that wait for the guest's Ethernet address */
#define FORWARD_WAITS 256
/** FORWARD_HELD - datagrams that do */
#define FORWARD_HELD 16

struct forwards;

/**
 * struct forward_target - where a forward leads
 * @protocol:	NAT_TCP or NAT_UDP
 * @guest:	address, host order; 0: it has none as yet
 * @port:	of the guest
 */
struct forward_target {
	enum nat_protocol protocol;
	uint32_t guest;
	uint16_t port;
};

/**
 * struct forward_counters - what happened at one forward
 * @accepted:	clients: connections, or for UDP those that got a flow
 * @refused:	of these, as the guest has no address or does not answer ARP
 * @errors:	of these, as there was no room for them
 */
struct forward_counters {
	uint64_t accepted;
	uint64_t refused;
	uint64_t errors;
};

/**
 * struct forward_env - where forwards live; all outlives them
 * @loop:	of the worker
 * @nat:	the engine
 * @resolve:	as neighbour_resolve()
 * @cancel:	as neighbour_cancel()
 * @ctx:	for both
 */
struct forward_env {
	struct loop *loop;
	struct nat *nat;
	int (*resolve)(void *ctx, uint32_t address, struct neighbour_wait *wait,
		       struct neighbour *found);
	void (*cancel)(void *ctx, struct neighbour_wait *wait);
	void *ctx;
};

/** forwards_create() - none; NULL with @err */
struct forwards *forwards_create(const struct forward_env *env,
				 struct err *err);

/** forwards_destroy() - close them all; TCP connections go on. NULL is fine */
void forwards_destroy(struct forwards *forwards);

/**
 * forwards_add() - one more
 * @number:	of the caller's choice, below FORWARD_MAX
 * @fd:		non-blocking; taken over when this succeeds
 *
 * Return: 0, -EEXIST, -ENOMEM, or what the loop says.
 */
int forwards_add(struct forwards *forwards, unsigned number,
		 const struct forward_target *target, int fd);

/**
 * forwards_set() - it leads elsewhere from now on
 *
 * Connections that there are go on; UDP clients are at the new one with their
 * next datagram.
 *
 * Return: 0, or -ENOENT; the protocol can't be another one: -EINVAL.
 */
int forwards_set(struct forwards *forwards, unsigned number,
		 const struct forward_target *target);

/** forwards_remove() - close it; 0 or -ENOENT */
int forwards_remove(struct forwards *forwards, unsigned number);

/**
 * forwards_get() - its counters
 * @connections: filled: flows there are now
 *
 * Return: NULL when there is none of this number.
 */
const struct forward_counters *forwards_get(const struct forwards *forwards,
					    unsigned number,
					    unsigned *connections);

#endif
