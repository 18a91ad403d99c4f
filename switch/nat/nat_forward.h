/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_forward.h - clients of the host that speak with a guest; for the engine's
 * files and the gateway's forwards
 */
#ifndef SWITCH_NAT_NAT_FORWARD_H
#define SWITCH_NAT_NAT_FORWARD_H

#include <netinet/in.h>

#include "switch/nat/nat_internal.h"

/**
 * nat_forward_remote() - as whom the guest sees a client
 * @client:	address and port at the host
 * @key:	with the guest's side; the other is filled in
 *
 * As itself, be it one of outside or the host by another address than loopback,
 * if it has no flow to there yet; else as the gateway, from a port that has
 * none.
 *
 * Return: 0, or -EADDRNOTAVAIL when there is no such port.
 */
int nat_forward_remote(struct nat *nat, const struct sockaddr_in *client,
		       struct nat_key *key);

struct nat_udp_forward;

/**
 * nat_udp_forward_create() - a socket of the host whose datagrams go to a guest
 * @fd:		bound; stays the caller's
 *
 * Return: NULL when there is no memory.
 */
struct nat_udp_forward *nat_udp_forward_create(struct nat *nat, int fd);

/** nat_udp_forward_destroy() - its flows end; NULL is fine */
void nat_udp_forward_destroy(struct nat_udp_forward *forward);

/** nat_udp_forward_end() - its flows end: the guest has become another one */
void nat_udp_forward_end(struct nat_udp_forward *forward);

/**
 * nat_udp_forward_pass() - a datagram of a client that has a flow
 * @data:	@len bytes, good until nat_datagrams_deliver()
 *
 * Return: false when it has none.
 */
bool nat_udp_forward_pass(struct nat_udp_forward *forward,
			  const struct sockaddr_in *client, const uint8_t *data,
			  size_t len);

/**
 * nat_udp_forward_open() - a flow for a client that has none
 * @key:	guest and guest_port
 * @hop:	where the guest is: itself, or its router
 *
 * Return: 0 or -errno.
 */
int nat_udp_forward_open(struct nat_udp_forward *forward,
			 const struct sockaddr_in *client,
			 const struct nat_key *key,
			 const struct neighbour *hop);

/** nat_udp_forward_slot_size() - of a flow */
size_t nat_udp_forward_slot_size(void);

/**
 * nat_udp_forward_input() - is it an answer to a client? Then it is sent
 * @key:	guest and its port, where it goes to and that port
 * @offset:	of the UDP header in @frame, whose length was checked
 *
 * Return: false when it is not; else @reason tells its fate.
 */
bool nat_udp_forward_input(struct nat *nat, const struct nat_key *key,
			   const struct frame *frame, size_t offset,
			   const struct ip4 *ip, enum drop_reason *reason);

#endif
