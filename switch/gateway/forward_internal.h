/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forward_internal.h - what the files of forwards share; nobody else's
 */
#ifndef SWITCH_GATEWAY_FORWARD_INTERNAL_H
#define SWITCH_GATEWAY_FORWARD_INTERNAL_H

#include "switch/gateway/forward.h"
#include "switch/nat/nat_datagram.h"
#include "switch/nat/nat_forward.h"

/**
 * struct forward - one of them
 * @forwards:	all of them
 * @watch:	its socket
 * @pause:	runs while it looks away
 * @target:	where it leads
 * @udp:	clients of UDP
 * @counters:	what happened
 */
struct forward {
	struct forwards *forwards;
	struct watch watch;
	struct timer pause;
	struct forward_target target;
	struct nat_udp_forward *udp;
	struct forward_counters counters;
};

/**
 * struct forward_wait - a client that waits for the guest's Ethernet address
 * @link:	unused, waiting or ready
 * @wait:	for the answer
 * @forward:	whose client it is; NULL while unused
 * @target:	where it led when the client came
 * @fd:		TCP: accepted
 * @client:	UDP: address
 * @data:	UDP: @len bytes from the heap
 * @len:	of @data
 * @is_found:	the answer came, and is @found
 * @found:	where the guest is
 */
struct forward_wait {
	struct list link;
	struct neighbour_wait wait;
	struct forward *forward;
	struct forward_target target;
	int fd;
	struct sockaddr_in client;
	uint8_t *data;
	size_t len;
	bool is_found;
	struct neighbour found;
};

/**
 * struct forwards - all of a gateway
 * @env:	where we live
 * @deferred:	goes on with those that are ready
 * @unused:	entries of @waits
 * @waiting:	for ARP
 * @ready:	with an answer
 * @held:	datagrams among the last two
 * @waits:	clients that wait
 * @forwards:	by number; NULL: there is none
 */
struct forwards {
	struct forward_env env;
	struct deferred deferred;
	struct list unused;
	struct list waiting;
	struct list ready;
	unsigned held;
	struct forward_wait waits[FORWARD_WAITS];
	struct forward *forwards[FORWARD_MAX];
};

/* forward_client.c */

/** forward_clients_init() - nobody waits */
void forward_clients_init(struct forwards *forwards);

/** forward_take_client() - an accepted connection; taken over */
void forward_take_client(struct forward *forward, int fd);

/**
 * forward_take_datagram() - the first of a client
 * @data:	@len bytes, copied if they have to wait
 */
void forward_take_datagram(struct forward *forward,
			   const struct sockaddr_in *client,
			   const uint8_t *data, size_t len);

/** forward_forget_clients() - those of @forward that wait get RST */
void forward_forget_clients(struct forward *forward);

#endif
