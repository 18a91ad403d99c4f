// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_tcp_segment.c - what the TCP relay says to a guest
 */
#include "switch/nat/nat_tcp_internal.h"

#define MAX_FRAME (ETH_HLEN + TCP4_OVERHEAD + TCP4_OPTIONS)

uint16_t nat_tcp_window(const struct nat_tcp *tcp)
{
	uint32_t window = tcp->rcv_edge - tcp->rcv_nxt;

	return (uint16_t)MIN(window >> tcp->our_scale, UINT16_MAX);
}

/* A segment without data, as all of them are but for @flags and @seq. */
static struct tcp4 plain(const struct nat_tcp *tcp, uint8_t flags, uint32_t seq)
{
	return (struct tcp4){
		.src_port = tcp->flow.key.remote_port,
		.dst_port = tcp->flow.key.guest_port,
		.seq = seq,
		.ack = tcp->rcv_nxt,
		.flags = flags | TCP_ACK,
		.window = nat_tcp_window(tcp),
	};
}

static void reply(struct nat_tcp *tcp, const struct tcp4 *segment)
{
	struct ip4_route route =
		nat_route(tcp->nat, &tcp->flow, tcp->flow.key.remote);
	uint8_t frame[MAX_FRAME];

	nat_reply(tcp->nat, frame, tcp4_encode(frame, &route, segment));
}

void nat_tcp_say(struct nat_tcp *tcp, uint8_t flags, uint32_t seq)
{
	struct tcp4 segment = plain(tcp, flags, seq);

	reply(tcp, &segment);
}

void nat_tcp_ack(struct nat_tcp *tcp)
{
	tcp->wants_ack = false;
	nat_tcp_say(tcp, 0, tcp->snd_nxt);
}

void nat_tcp_challenge(struct nat_tcp *tcp)
{
	uint64_t now_ns = loop_now_ns(tcp->nat->env.loop);

	if (tcp->challenge_ns &&
	    now_ns - tcp->challenge_ns < NAT_TCP_CHALLENGE_NS)
		return;
	tcp->challenge_ns = now_ns;
	nat_tcp_ack(tcp);
}

void nat_tcp_syn(struct nat_tcp *tcp)
{
	struct tcp4 segment = plain(tcp, TCP_SYN, tcp->snd_una);
	uint32_t window = tcp->rcv_edge - tcp->rcv_nxt;

	/* the window of a SYN is never scaled (RFC 7323 2.2) */
	segment.window = (uint16_t)MIN(window, UINT16_MAX);
	segment.mss = (uint16_t)(tcp->nat->settings.mtu - TCP4_OVERHEAD);
	segment.has_scale = tcp->our_scale;
	segment.scale = tcp->our_scale;
	if (tcp->state == NAT_TCP_SYN_SENT) {
		segment.flags = TCP_SYN;
		segment.ack = 0;
	}
	reply(tcp, &segment);
}

void nat_tcp_refuse(struct nat *nat, const struct ip4 *ip,
		    const struct tcp4 *segment)
{
	const struct ip4_route route = {nat->settings.mac, ip->src_mac, ip->dst,
					ip->src};
	uint8_t frame[MAX_FRAME];
	struct tcp4 rst;

	tcp4_answer_rst(segment, &rst);
	nat_reply(nat, frame, tcp4_encode(frame, &route, &rst));
}

void nat_tcp_unreachable(struct nat_tcp *tcp, uint16_t error)
{
	const struct nat_key *key = &tcp->flow.key;
	const struct ip4_route sent = {tcp->flow.mac, tcp->nat->settings.mac,
				       key->guest, key->remote};
	const struct tcp4 syn = {
		.src_port = key->guest_port,
		.dst_port = key->remote_port,
		.seq = tcp->rcv_nxt - 1,
		.flags = TCP_SYN,
	};
	const struct ip4 ip = {
		.src = key->guest,
		.dst = key->remote,
		.protocol = IP4_TCP,
		.header_len = IP4_HLEN,
		.payload_len = TCP_HLEN,
		.src_mac = tcp->flow.mac,
		.ingress = tcp->flow.ingress,
	};
	struct frame frame = {0};

	frame.len = (uint32_t)tcp4_encode(frame.snap, &sent, &syn);
	frame.snap_len = (uint16_t)frame.len;
	frame.ingress = tcp->flow.ingress;
	nat_icmp_error(tcp->nat, &frame, ETH_HLEN + IP4_HLEN, &ip, error, 0);
}

static void set_offloads(struct frame *frame, size_t header_len, uint16_t mss)
{
	frame->hdr = (struct vnet_hdr){
		.flags = VNET_F_NEEDS_CSUM,
		.csum_start = htole16(ETH_HLEN + IP4_HLEN),
		.csum_offset = htole16(TCP_CSUM_OFFSET),
	};
	if (frame->len - header_len <= mss)
		return;
	frame->hdr.gso_type = VNET_GSO_TCPV4;
	frame->hdr.gso_size = htole16(mss);
	frame->hdr.hdr_len = htole16((uint16_t)header_len);
}

void nat_tcp_fill_frame(struct nat_tcp *tcp, unsigned index, uint32_t seq,
			struct iovec data, uint8_t flags)
{
	struct nat_tcp_engine *engine = tcp->nat->tcp;
	struct frame *frame = &engine->frames[index];
	struct ip4_route route =
		nat_route(tcp->nat, &tcp->flow, tcp->flow.key.remote);
	struct tcp4 segment = plain(tcp, flags, seq);
	size_t header_len;

	segment.len = (uint16_t)data.iov_len;
	header_len = tcp4_encode_header(frame->snap, &route, &segment);
	frame->len = (uint32_t)(header_len + data.iov_len);
	frame->snap_len = (uint16_t)header_len;
	engine->tails[index] = data;
	frame->iov = &engine->tails[index];
	frame->iov_count = data.iov_len > 0;
	if (frame->len <= FRAME_SNAP_LEN && data.iov_len) {
		memcpy(frame->snap + header_len, data.iov_base, data.iov_len);
		frame->snap_len = (uint16_t)frame->len;
		frame->iov_count = 0;
	}
	set_offloads(frame, header_len, tcp->mss);
	frame_classify(frame);
	engine->ptrs[index] = frame;
}
