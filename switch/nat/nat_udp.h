/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_udp.h - what the two directions of UDP share; nobody else's
 */
#ifndef SWITCH_NAT_NAT_UDP_H
#define SWITCH_NAT_NAT_UDP_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "switch/nat/nat_datagram.h"
#include "switch/nat/nat_internal.h"
#include "switch/nat/nat_remotes.h"

/** NAT_UDP_LIFE_NS - a mapping's, after the guest's last (RFC 4787 REQ-5) */
#define NAT_UDP_LIFE_NS (300 * NSEC_PER_SEC)
/** NAT_UDP_DNS_LIFE_NS - where the guest only ever asked for names (REQ-5 b) */
#define NAT_UDP_DNS_LIFE_NS (30 * NSEC_PER_SEC)
/** NAT_UDP_IOVS - pieces of memory that a batch's datagrams may lie in */
#define NAT_UDP_IOVS 256

/**
 * struct nat_udp - one mapping: a guest's port and a socket of ours
 * @flow:	common part
 * @nat:	whose
 * @watch:	of the socket, which it owns
 * @timer:	ends the mapping; armed once, looks at @out_ns when it expires
 * @out_ns:	the guest's last datagram: only these keep a mapping (REQ-6)
 * @outside_port: that the socket is bound to
 * @is_dns:	all went to port 53
 * @dont_fragment: what IP_MTU_DISCOVER is set to
 * @remotes:	who may answer
 */
struct nat_udp {
	struct nat_flow flow;
	struct nat *nat;
	struct watch watch;
	struct timer timer;
	uint64_t out_ns;
	uint16_t outside_port;
	bool is_dns;
	bool dont_fragment;
	struct nat_remotes remotes;
};

/**
 * struct nat_udp_out - a datagram of the batch that waits to be written
 * @udp:	from; NULL when it was evicted meanwhile
 * @frame:	borrowed until nat_flush()
 * @offset:	of its UDP header
 * @ip:		its header
 * @to:		where to
 * @ttl:	control message with the TTL that is left
 */
struct nat_udp_out {
	struct nat_udp *udp;
	const struct frame *frame;
	size_t offset;
	struct ip4 ip;
	struct sockaddr_in to;
	union nat_ttl ttl;
};

/**
 * struct nat_udp_engine - the batch of guests' datagrams
 * @out:	@out_count datagrams to be written
 * @out_msgs:	the same for sendmmsg()
 * @out_count:	entries
 * @iovs:	@iov_count pieces of these
 * @iov_count:	entries
 */
struct nat_udp_engine {
	struct nat_udp_out out[FRAME_BATCH];
	struct mmsghdr out_msgs[FRAME_BATCH];
	unsigned out_count;
	struct iovec iovs[NAT_UDP_IOVS];
	unsigned iov_count;
};

/** nat_udp_ready() - a socket has datagrams or errors (struct watch) */
void nat_udp_ready(struct watch *watch, uint32_t events);

/**
 * nat_udp_errors() - hand the socket's errors on to the guest
 *
 * Return: the MTU where the host itself found a datagram too long; else 0.
 */
uint16_t nat_udp_errors(struct nat_udp *udp);

/** nat_udp_filter() - what of an endpoint counts for who may answer */
static inline struct nat_remote nat_udp_filter(const struct nat *nat,
					       struct nat_remote remote)
{
	if (nat->settings.filtering != NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT)
		remote.port = 0;
	return remote;
}

/** nat_udp_life_ns() - how long after the guest's last datagram */
static inline uint64_t nat_udp_life_ns(const struct nat_udp *udp)
{
	return udp->is_dns ? NAT_UDP_DNS_LIFE_NS : NAT_UDP_LIFE_NS;
}

#endif
