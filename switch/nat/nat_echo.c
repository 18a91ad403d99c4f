// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_echo.c - ICMP echo: one ping socket for each identifier of a guest
 *
 * Theory of operation
 *
 * A ping socket (SOCK_DGRAM, IPPROTO_ICMP) sends echo requests without
 * privilege, with an identifier of the kernel's, and gets the replies to these
 * alone. So a mapping is one socket for a guest's address and identifier
 * (RFC 5508 REQ-1); the identifier is put back in what returns. Who is let in
 * must have been asked, whatever UDP's filtering is. The TTL goes along, less
 * one, and errors come by the error queue: that makes `traceroute -I`. So does
 * DF, and the MTU that a request is too long for is told: `ping -M do`.
 *
 * Whether ping sockets exist is for net.ipv4.ping_group_range to say, which
 * many hosts leave empty. Then a guest is told at once, by "administratively
 * prohibited" (RFC 1812 5.2.7.1), and people by nat_env.refused().
 *
 * Limits: echo only; the kernel's ping sockets know no timestamp request.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "switch/nat/nat_datagram.h"
#include "switch/nat/nat_internal.h"
#include "switch/nat/nat_remotes.h"

/* RFC 5508 REQ-2 */
#define LIFE_NS (60 * NSEC_PER_SEC)
#define ID_OFFSET 4

/**
 * struct nat_echo - one mapping
 * @flow:	common part
 * @nat:	whose
 * @watch:	of the socket, which it owns
 * @timer:	ends the mapping; looks at @out_ns when it expires
 * @out_ns:	the guest's last request
 * @dont_fragment: what its last request said
 * @remotes:	who may answer
 */
struct nat_echo {
	struct nat_flow flow;
	struct nat *nat;
	struct watch watch;
	struct timer timer;
	uint64_t out_ns;
	bool dont_fragment;
	struct nat_remotes remotes;
};

size_t nat_echo_slot_size(void)
{
	return sizeof(struct nat_echo);
}

static struct nat_echo *echo_of(struct nat_flow *flow)
{
	return container_of(flow, struct nat_echo, flow);
}

static void echo_evict(struct nat *nat, struct nat_flow *flow)
{
	struct nat_echo *echo = echo_of(flow);

	timer_cancel(nat->env.loop, &echo->timer);
	watch_remove(&echo->watch);
	close(echo->watch.fd);
	nat_flow_remove(nat->flows, flow);
}

static const char *echo_state(const struct nat_flow *flow)
{
	return flow->settled ? "answered" : "open";
}

static const struct nat_flow_ops echo_ops = {
	.evict = echo_evict,
	.state = echo_state,
};

static void echo_expired(struct timer *timer)
{
	struct nat_echo *echo = container_of(timer, struct nat_echo, timer);
	struct loop *loop = echo->nat->env.loop;
	uint64_t end_ns = echo->out_ns + LIFE_NS;

	if (loop_now_ns(loop) >= end_ns)
		echo_evict(echo->nat, &echo->flow);
	else
		timer_arm(loop, timer, end_ns);
}

static bool may_answer(const struct nat_echo *echo, uint32_t remote)
{
	struct nat *nat = echo->nat;

	if (nat_remotes_has(&echo->remotes, (struct nat_remote){remote, 0},
			    loop_now_ns(nat->env.loop), LIFE_NS))
		return true;
	nat->counters.filtered++;
	return false;
}

static void to_guest(struct nat_echo *echo, const struct sockaddr_in *from,
		     const uint8_t *message, size_t len)
{
	struct nat *nat = echo->nat;
	uint32_t remote = ntohl(from->sin_addr.s_addr);
	struct nat_datagram d = {.protocol = IP4_ICMP,
				 .data = message + ICMP_HLEN,
				 .len = len - ICMP_HLEN};

	if (len < ICMP_HLEN || message[0] != ICMP_ECHO_REPLY ||
	    !may_answer(echo, remote))
		return;
	d.route = nat_route(nat, &echo->flow, nat_visible(nat, remote));
	memcpy(d.header, message, ICMP_HLEN);
	be16_store(d.header + ID_OFFSET, echo->flow.key.guest_port);
	echo->flow.in_bytes += d.len;
	nat_flow_use(nat->flows, &echo->flow, loop_now_ns(nat->env.loop));
	nat_flow_settle(nat->flows, &echo->flow, true);
	nat_datagram_add(nat, &d);
}

/*
 * What was quoted begins with the request's ICMP header. Returns the MTU where
 * the host itself found a request too long; else 0.
 */
static uint16_t errors(struct nat_echo *echo)
{
	struct nat_error error;
	uint16_t mtu = 0;
	int i;

	for (i = 0; i < FRAME_BATCH && nat_error_read(echo->watch.fd, &error);
	     i++) {
		if (error.is_local && error.error == ICMP_FRAGMENTATION_NEEDED)
			mtu = error.mtu;
		if (error.is_local || error.len < ICMP_HLEN ||
		    !may_answer(echo, error.remote))
			continue;
		be16_store(error.data + ID_OFFSET, echo->flow.key.guest_port);
		nat_error_tell(echo->nat, &echo->flow, &error, error.data,
			       error.len);
	}
	return mtu;
}

static void echo_ready(struct watch *watch, uint32_t events)
{
	struct nat_echo *echo = container_of(watch, struct nat_echo, watch);
	struct nat_datagrams *in = echo->nat->datagrams;
	unsigned i, n;

	if (events & EPOLLERR)
		errors(echo);
	n = nat_datagrams_read(in, watch->fd);
	for (i = 0; i < n; i++) {
		if (in->from[i].sin_family == AF_INET)
			to_guest(echo, &in->from[i], in->iovs[i].iov_base,
				 in->msgs[i].msg_len);
	}
	nat_datagrams_deliver(echo->nat);
}

static int echo_open(struct nat *nat, const struct nat_key *key,
		     const struct ip4 *ip, struct nat_echo **opened)
{
	int fd = nat_socket_open(nat, NAT_SOCKET_ECHO, ip->ingress);
	uint64_t now_ns = loop_now_ns(nat->env.loop);
	struct nat_echo *echo;
	int code, on = 1;

	if (fd < 0)
		return fd;
	(void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	nat_set_fragmenting(fd, false);
	echo = echo_of(nat_flow_add(nat->flows, key, &echo_ops, ip->ingress,
				    &ip->src_mac, now_ns));
	echo->nat = nat;
	echo->out_ns = now_ns;
	echo->timer.expired = echo_expired;
	echo->watch.fd = fd;
	echo->watch.ready = echo_ready;
	echo->watch.name = "nat echo";
	code = watch_add(nat->env.loop, &echo->watch, EPOLLIN);
	if (!code)
		code = timer_arm(nat->env.loop, &echo->timer, now_ns + LIFE_NS);
	if (code) {
		nat_refuse(nat, NAT_ECHO, code);
		echo_evict(nat, &echo->flow);
	}
	*opened = echo;
	return code;
}

static int send_once(struct nat_echo *echo, struct iovec *iov, unsigned n,
		     const struct ip4 *ip)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(ip->dst)};
	union nat_ttl ttl;
	struct msghdr msg = {.msg_name = &to,
			     .msg_namelen = sizeof(to),
			     .msg_iov = iov,
			     .msg_iovlen = n};

	nat_put_ttl(&msg, &ttl, ip->ttl);
	if (sendmsg(echo->watch.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	return -errno;
}

static void set_fragmenting(struct nat_echo *echo, bool dont_fragment)
{
	if (echo->dont_fragment == dont_fragment)
		return;
	echo->dont_fragment = dont_fragment;
	nat_set_fragmenting(echo->watch.fd, dont_fragment);
}

/*
 * The kernel puts identifier and checksum in. @mtu is filled in where that is
 * what a request is too long for: -EMSGSIZE.
 */
static int send_request(struct nat_echo *echo, const struct frame *frame,
			size_t offset, const struct ip4 *ip, uint16_t *mtu)
{
	struct iovec iov[FRAME_MAX_IOV + 2];
	uint8_t header[ICMP_HLEN];
	size_t len = ip->payload_len - (size_t)ICMP_HLEN;
	unsigned n;
	int code;

	memcpy(header, frame->snap + offset, ICMP_HLEN);
	iov[0] = (struct iovec){header, ICMP_HLEN};
	n = 1 + nat_frame_iov(frame, offset + ICMP_HLEN, len, iov + 1);
	set_fragmenting(echo, ip->dont_fragment);
	code = send_once(echo, iov, n, ip);
	if (!code || code == -EAGAIN)
		return code;
	/* it may be that of an earlier one (ip(7), IP_RECVERR) */
	*mtu = errors(echo);
	if (code == -EMSGSIZE && *mtu)
		return code;
	return send_once(echo, iov, n, ip);
}

static enum drop_reason refuse(struct nat *nat, const struct frame *frame,
			       size_t offset, const struct ip4 *ip, int code,
			       uint16_t mtu)
{
	uint16_t error = nat_errno_icmp(code);

	if (code == -EMSGSIZE && mtu)
		error = ICMP_FRAGMENTATION_NEEDED;
	if (error)
		nat_icmp_error(nat, frame, offset, ip, error, mtu);
	return DROP_NO_SOCKET;
}

enum drop_reason nat_echo_input(struct nat *nat, const struct frame *frame,
				size_t offset, const struct ip4 *ip)
{
	struct nat_key key = {
		.guest = ip->src,
		.guest_port = be16_load(frame->snap + offset + ID_OFFSET),
		.protocol = NAT_ECHO};
	uint64_t now_ns = loop_now_ns(nat->env.loop);
	struct ip4 outside = *ip;
	enum drop_reason reason;
	struct nat_flow *flow;
	struct nat_echo *echo;
	uint16_t mtu = 0;
	int code;

	if (!ip->csum_partial &&
	    csum_fold(nat_frame_csum(frame, offset, ip->payload_len)))
		return DROP_BAD_PACKET;
	reason = nat_outside(nat, NAT_ECHO, &outside.dst, 0);
	if (reason != DROP_NONE)
		return reason;
	flow = nat_flow_lookup(nat->flows, &key);
	if (flow && !nat_flow_is_of(flow, ip))
		return DROP_BAD_SOURCE;
	code = flow ? 0 : echo_open(nat, &key, ip, &echo);
	if (code)
		return refuse(nat, frame, offset, ip, code, 0);
	if (flow)
		echo = echo_of(flow);
	echo->out_ns = now_ns;
	echo->flow.out_bytes += ip->payload_len - (size_t)ICMP_HLEN;
	nat_flow_use(nat->flows, &echo->flow, now_ns);
	nat_remotes_add(&echo->remotes, (struct nat_remote){outside.dst, 0},
			now_ns);
	code = send_request(echo, frame, offset, &outside, &mtu);
	return code ? refuse(nat, frame, offset, ip, code, mtu) : DROP_NONE;
}
