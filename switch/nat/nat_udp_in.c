// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_udp_in.c - UDP: what comes back from outside
 *
 * Who is let in is for the filtering to say (RFC 4787 REQ-8): everybody, or
 * only who the guest has spoken to; the others are counted as filtered. Their
 * datagrams don't keep a mapping, nor do those let in: that is for the guest's
 * own to do (RFC 4787 REQ-6).
 *
 * ICMP errors come by the socket's error queue and go to the guest with the
 * packet that they are about. They change nothing else (REQ-12).
 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/epoll.h>

#include "core/bytes.h"
#include "switch/nat/nat_udp.h"

static bool may_answer(const struct nat_udp *udp, struct nat_remote remote)
{
	struct nat *nat = udp->nat;

	if (nat->settings.filtering == NAT_FILTERING_ENDPOINT_INDEPENDENT ||
	    nat_remotes_has(&udp->remotes, nat_udp_filter(nat, remote),
			    loop_now_ns(nat->env.loop), nat_udp_life_ns(udp)))
		return true;
	nat->counters.filtered++;
	return false;
}

static void to_guest(struct nat_udp *udp, const struct sockaddr_in *from,
		     const uint8_t *data, size_t len)
{
	struct nat *nat = udp->nat;
	struct nat_remote remote = {ntohl(from->sin_addr.s_addr),
				    ntohs(from->sin_port)};
	struct nat_datagram d = {.protocol = IP4_UDP, .data = data, .len = len};

	if (!may_answer(udp, remote))
		return;
	d.route = nat_route(nat, &udp->flow, nat_visible(nat, remote.address));
	memcpy(d.header, &from->sin_port, 2);
	be16_store(d.header + 2, udp->flow.key.guest_port);
	be16_store(d.header + 4, (uint16_t)(UDP_HLEN + len));
	udp->flow.in_bytes += len;
	nat_flow_use(nat->flows, &udp->flow, loop_now_ns(nat->env.loop));
	nat_flow_settle(nat->flows, &udp->flow, true);
	nat_datagram_add(nat, &d);
}

static void receive(struct nat_udp *udp)
{
	struct nat *nat = udp->nat;
	struct nat_datagrams *in = nat->datagrams;
	unsigned i, n = nat_datagrams_read(in, udp->watch.fd);

	for (i = 0; i < n; i++) {
		if (in->from[i].sin_family == AF_INET)
			to_guest(udp, &in->from[i], in->iovs[i].iov_base,
				 in->msgs[i].msg_len);
	}
	nat_datagrams_deliver(nat);
}

static void error_to_guest(struct nat_udp *udp, const struct nat_error *error)
{
	uint8_t transport[UDP_HLEN + sizeof(error->data)] = {0};

	if (!may_answer(udp,
			(struct nat_remote){error->remote, error->remote_port}))
		return;
	be16_store(transport, udp->flow.key.guest_port);
	be16_store(transport + 2, error->remote_port);
	be16_store(transport + 4, (uint16_t)(UDP_HLEN + error->len));
	memcpy(transport + UDP_HLEN, error->data, error->len);
	nat_error_tell(udp->nat, &udp->flow, error, transport,
		       UDP_HLEN + (size_t)error->len);
}

uint16_t nat_udp_errors(struct nat_udp *udp)
{
	struct nat_error error;
	uint16_t mtu = 0;
	int i;

	for (i = 0; i < FRAME_BATCH && nat_error_read(udp->watch.fd, &error);
	     i++) {
		if (!error.is_local)
			error_to_guest(udp, &error);
		else if (error.error == ICMP_FRAGMENTATION_NEEDED)
			mtu = error.mtu;
	}
	return mtu;
}

void nat_udp_ready(struct watch *watch, uint32_t events)
{
	struct nat_udp *udp = container_of(watch, struct nat_udp, watch);

	if (events & EPOLLERR)
		nat_udp_errors(udp);
	if (events & (EPOLLIN | EPOLLERR))
		receive(udp);
}
