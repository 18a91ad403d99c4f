// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_udp.c - UDP: one socket for each port of a guest
 *
 * Theory of operation
 *
 * A mapping belongs to a guest's address and port, not to where it sends
 * (endpoint-independent, RFC 4787 REQ-1): one unconnected socket, so that the
 * guest is seen with one port by all it speaks to. Who may answer is judged in
 * nat_udp_in.c.
 *
 * Datagrams of a batch are described, not copied, and written when it ends:
 * each run of one mapping is one sendmmsg(). The kernel then copies out of the
 * guest's memory. A guest that has put a checksum in has it looked at here; for
 * the others the host's kernel makes one.
 *
 * DF of the guest becomes that of the host's packet (REQ-13): a datagram too
 * long for the host's link is refused by the kernel, which names the MTU, and
 * the guest gets it as ICMP. So does the TTL, less one.
 *
 * The port of the socket is that of the guest where this is a dynamic one and
 * free. Ports below are the host's services' to take, now or later.
 *
 * Limits: sockets can't share a port, so two guests with the same one get two
 * (REQ-3 a). Port parity and contiguity are not kept.
 */
#include "switch/nat/nat_udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "switch/nat/nat_forward.h"

/* Where Linux' own dynamic ports begin (ip_local_port_range). */
#define DYNAMIC_PORT 32768
#define DNS_PORT 53

int nat_udp_create(struct nat *nat, struct err *err)
{
	nat->udp = calloc(1, sizeof(*nat->udp));
	return nat->udp ? 0 : err_set(err, -ENOMEM, "no memory for UDP");
}

void nat_udp_destroy(struct nat *nat)
{
	free(nat->udp);
}

size_t nat_udp_slot_size(void)
{
	return sizeof(struct nat_udp);
}

static struct nat_udp *udp_of(struct nat_flow *flow)
{
	return container_of(flow, struct nat_udp, flow);
}

static void forget_batch(struct nat_udp_engine *engine,
			 const struct nat_udp *udp)
{
	unsigned i;

	for (i = 0; i < engine->out_count; i++) {
		if (engine->out[i].udp == udp)
			engine->out[i].udp = NULL;
	}
}

static void udp_evict(struct nat *nat, struct nat_flow *flow)
{
	struct nat_udp *udp = udp_of(flow);

	forget_batch(nat->udp, udp);
	nat_hairpin_map(&nat->hairpins, udp->outside_port, false);
	timer_cancel(nat->env.loop, &udp->timer);
	watch_remove(&udp->watch);
	close(udp->watch.fd);
	nat_flow_remove(nat->flows, flow);
}

static const char *udp_state(const struct nat_flow *flow)
{
	return flow->settled ? "answered" : "open";
}

static const struct nat_flow_ops udp_ops = {
	.evict = udp_evict,
	.state = udp_state,
};

static void udp_expired(struct timer *timer)
{
	struct nat_udp *udp = container_of(timer, struct nat_udp, timer);
	struct loop *loop = udp->nat->env.loop;
	uint64_t end_ns = udp->out_ns + nat_udp_life_ns(udp);

	if (loop_now_ns(loop) >= end_ns)
		udp_evict(udp->nat, &udp->flow);
	else
		timer_arm(loop, timer, end_ns);
}

static void bind_near(int fd, uint16_t port)
{
	struct sockaddr_in own = {.sin_family = AF_INET,
				  .sin_port = htons(port)};

	if (port < DYNAMIC_PORT ||
	    bind(fd, (struct sockaddr *)&own, sizeof(own))) {
		own.sin_port = 0;
		/* else the first datagram binds it */
		(void)bind(fd, (struct sockaddr *)&own, sizeof(own));
	}
}

static struct nat_udp *udp_open(struct nat *nat, const struct nat_key *key,
				const struct ip4 *ip)
{
	int fd = nat_socket_open(nat, NAT_SOCKET_UDP, ip->ingress);
	uint64_t now_ns = loop_now_ns(nat->env.loop);
	struct nat_udp *udp;
	int code, on = 1;

	if (fd < 0)
		return NULL;
	(void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	nat_set_fragmenting(fd, false);
	bind_near(fd, key->guest_port);
	udp = udp_of(nat_flow_add(nat->flows, key, &udp_ops, ip->ingress,
				  &ip->src_mac, now_ns));
	udp->nat = nat;
	udp->is_dns = true;
	udp->out_ns = now_ns;
	udp->outside_port = nat_hairpin_bound(fd);
	nat_hairpin_map(&nat->hairpins, udp->outside_port, true);
	udp->timer.expired = udp_expired;
	udp->watch.fd = fd;
	udp->watch.ready = nat_udp_ready;
	udp->watch.name = "nat udp";
	code = watch_add(nat->env.loop, &udp->watch, EPOLLIN);
	if (!code)
		code = timer_arm(nat->env.loop, &udp->timer,
				 now_ns + NAT_UDP_DNS_LIFE_NS);
	if (!code)
		return udp;
	nat_refuse(nat, NAT_UDP, code);
	udp_evict(nat, &udp->flow);
	return NULL;
}

static bool csum_is_good(const struct frame *frame, size_t offset,
			 const struct ip4 *ip, uint16_t len)
{
	uint64_t sum;

	if (ip->csum_partial || !be16_load(frame->snap + offset + 6))
		return true;
	sum = csum_pseudo_ipv4(ip->src, ip->dst, IP4_UDP, len);
	return csum_fold(sum + nat_frame_csum(frame, offset, len)) == 0;
}

static void describe(struct nat_udp_engine *engine,
		     const struct nat_udp_out *out, size_t len)
{
	struct nat_udp_out *entry = &engine->out[engine->out_count];
	struct msghdr *msg = &engine->out_msgs[engine->out_count].msg_hdr;
	unsigned n;

	*entry = *out;
	n = nat_frame_iov(out->frame, out->offset + UDP_HLEN, len,
			  &engine->iovs[engine->iov_count]);
	memset(msg, 0, sizeof(*msg));
	msg->msg_name = &entry->to;
	msg->msg_namelen = sizeof(entry->to);
	msg->msg_iov = &engine->iovs[engine->iov_count];
	msg->msg_iovlen = n;
	nat_put_ttl(msg, &entry->ttl, out->ip.ttl);
	engine->iov_count += n;
	engine->out_count++;
}

static void collect(struct nat *nat, const struct nat_udp_out *out, size_t len)
{
	struct nat_udp_engine *engine = nat->udp;

	if (engine->out_count == FRAME_BATCH ||
	    engine->iov_count + out->frame->iov_count + 1 > NAT_UDP_IOVS)
		nat_udp_flush(nat);
	describe(engine, out, len);
}

static void send_failed(struct nat *nat, const struct nat_udp_out *out,
			uint16_t error, uint16_t mtu)
{
	/* we are within send() still; only the verdict is written to */
	port_count_lost(nat->env.port, (struct frame *)(uintptr_t)out->frame,
			DROP_NO_SOCKET);
	if (error)
		nat_icmp_error(nat, out->frame, out->offset, &out->ip, error,
			       mtu);
}

/*
 * One datagram, for which sendmmsg() failed. The error may be that of an
 * earlier one, which a socket tells the next who calls (ip(7), IP_RECVERR): so
 * the queue is emptied, and an error is believed the second time.
 */
static void send_again(struct nat *nat, struct nat_udp_out *out,
		       const struct msghdr *msg, int code)
{
	int fd = out->udp->watch.fd;
	uint16_t mtu;

	if (code == -EAGAIN) {
		send_failed(nat, out, 0, 0);
		return;
	}
	mtu = nat_udp_errors(out->udp);
	if (code == -EMSGSIZE && mtu)
		send_failed(nat, out, ICMP_FRAGMENTATION_NEEDED, mtu);
	else if (sendmsg(fd, msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		send_failed(nat, out, nat_errno_icmp(-errno), 0);
}

static void send_run(struct nat *nat, unsigned first, unsigned end)
{
	struct nat_udp_engine *engine = nat->udp;
	int fd = engine->out[first].udp->watch.fd;

	while (first < end) {
		int n = sendmmsg(fd, &engine->out_msgs[first], end - first,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n <= 0) {
			send_again(nat, &engine->out[first],
				   &engine->out_msgs[first].msg_hdr, -errno);
			n = 1;
		}
		first += (unsigned)n;
	}
}

static void set_fragmenting(struct nat_udp *udp, bool dont_fragment)
{
	if (udp->dont_fragment == dont_fragment)
		return;
	udp->dont_fragment = dont_fragment;
	nat_set_fragmenting(udp->watch.fd, dont_fragment);
}

static unsigned run_end(const struct nat_udp_engine *engine, unsigned first)
{
	const struct nat_udp_out *out = engine->out;
	unsigned end = first + 1;

	while (end < engine->out_count && out[end].udp == out[first].udp &&
	       out[end].ip.dont_fragment == out[first].ip.dont_fragment)
		end++;
	return end;
}

void nat_udp_flush(struct nat *nat)
{
	struct nat_udp_engine *engine = nat->udp;
	unsigned first, end;

	for (first = 0; first < engine->out_count; first = end) {
		struct nat_udp_out *out = &engine->out[first];

		end = run_end(engine, first);
		if (!out->udp)
			continue;
		set_fragmenting(out->udp, out->ip.dont_fragment);
		send_run(nat, first, end);
	}
	engine->out_count = 0;
	engine->iov_count = 0;
}

static void note(struct nat *nat, struct nat_udp *udp,
		 const struct nat_udp_out *out, size_t len)
{
	const struct nat_remote remote = {ntohl(out->to.sin_addr.s_addr),
					  ntohs(out->to.sin_port)};
	uint64_t now_ns = loop_now_ns(nat->env.loop);

	if (udp->is_dns && out->to.sin_port != htons(DNS_PORT))
		udp->is_dns = false;
	udp->out_ns = now_ns;
	udp->flow.out_bytes += len;
	nat_flow_use(nat->flows, &udp->flow, now_ns);
	nat_remotes_add(&udp->remotes, nat_udp_filter(nat, remote), now_ns);
}

/* To a client of the host, by a forward? Else @reason is untouched. */
static bool is_answer(struct nat *nat, const struct nat_key *key,
		      const struct frame *frame, size_t offset,
		      const struct ip4 *ip, enum drop_reason *reason)
{
	const uint8_t *p = frame->snap + offset;
	struct nat_key full = *key;

	full.remote = ip->dst;
	full.remote_port = be16_load(p + 2);
	return nat_udp_forward_input(nat, &full, frame, offset, ip, reason);
}

enum drop_reason nat_udp_input(struct nat *nat, const struct frame *frame,
			       size_t offset, const struct ip4 *ip)
{
	const uint8_t *p = frame->snap + offset;
	struct nat_key key = {.guest = ip->src, .protocol = NAT_UDP};
	struct nat_udp_out out = {.frame = frame, .offset = offset, .ip = *ip};
	uint32_t address = ip->dst;
	enum drop_reason reason;
	struct nat_flow *flow;
	uint16_t len;

	if (ip->payload_len < UDP_HLEN || frame->snap_len < offset + UDP_HLEN)
		return DROP_BAD_PACKET;
	len = be16_load(p + 4);
	key.guest_port = be16_load(p);
	if (len < UDP_HLEN || len > ip->payload_len || !key.guest_port ||
	    !be16_load(p + 2) || !csum_is_good(frame, offset, ip, len))
		return DROP_BAD_PACKET;
	if (is_answer(nat, &key, frame, offset, ip, &reason))
		return reason;
	reason = nat_outside(nat, NAT_UDP, &address, be16_load(p + 2));
	if (reason != DROP_NONE)
		return reason;
	flow = nat_flow_lookup(nat->flows, &key);
	if (flow && !nat_flow_is_of(flow, ip))
		return DROP_BAD_SOURCE;
	out.udp = flow ? udp_of(flow) : udp_open(nat, &key, ip);
	if (!out.udp)
		return DROP_NO_SOCKET;
	out.to.sin_family = AF_INET;
	out.to.sin_addr.s_addr = htonl(address);
	memcpy(&out.to.sin_port, p + 2, sizeof(out.to.sin_port));
	note(nat, out.udp, &out, len - UDP_HLEN);
	collect(nat, &out, len - UDP_HLEN);
	return DROP_NONE;
}
