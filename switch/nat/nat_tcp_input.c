// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_tcp_input.c - segments of guests: whose, acceptable or not, what to do
 *
 * The order is that of RFC 9293 3.10.7, with RFC 5961's answers to RST, SYN and
 * ACK that somebody may have guessed. An offload that is left to us (no
 * checksum yet, 64 KiB in one piece) is trusted: offload_check() has seen to it
 * that it is the segment's own. Other segments are summed up here, in place.
 */
#include "core/csum.h"
#include "switch/nat/nat_tcp_internal.h"

static bool csum_is_good(const struct frame *frame, size_t offset,
			 const struct ip4 *ip)
{
	uint64_t sum = csum_pseudo_ipv4(ip->src, ip->dst, ip->protocol,
					ip->payload_len);

	if (frame->hdr.flags & VNET_F_NEEDS_CSUM)
		return le16toh(frame->hdr.csum_start) == offset &&
		       le16toh(frame->hdr.csum_offset) == TCP_CSUM_OFFSET;
	sum += frame_sum(frame, offset, ip->payload_len);
	return csum_fold(sum) == 0;
}

static bool parse(const struct frame *frame, size_t offset,
		  const struct ip4 *ip, struct tcp4 *segment)
{
	uint8_t header[TCP_MAX_HLEN];
	size_t len = MIN(sizeof(header), (size_t)ip->payload_len);

	return frame_copy(frame, offset, header, len) == len &&
	       tcp4_parse_header(header, len, ip->payload_len, segment) &&
	       csum_is_good(frame, offset, ip);
}

/* Bytes and FIN that arrive together with what waits for the end of the batch.
 */
static uint32_t expected_seq(const struct nat_tcp *tcp)
{
	return tcp->rcv_nxt + tcp->batch_len + (tcp->fin_in_batch ? 1 : 0);
}

/* RFC 5961 3.2: only the exact number resets; who sent it asks again. */
static void take_rst(struct nat_tcp *tcp, const struct tcp4 *in)
{
	if (in->seq == expected_seq(tcp))
		nat_tcp_abort(tcp);
	else if (!tcp4_is_before(in->seq, tcp->rcv_nxt) &&
		 !tcp4_is_before(tcp->rcv_edge, in->seq))
		nat_tcp_challenge(tcp);
}

/* RFC 5961 5.2: not of what was never sent, nor of long ago. */
static bool ack_is_plausible(const struct nat_tcp *tcp, uint32_t ack)
{
	uint32_t oldest =
		tcp->snd_una - ((uint32_t)UINT16_MAX << tcp->guest_scale);

	return !tcp4_is_before(ack, oldest) &&
	       !tcp4_is_before(tcp->snd_nxt, ack);
}

static void input_open(struct nat_tcp *tcp, const struct frame *frame,
		       size_t offset, const struct tcp4 *in)
{
	if (in->flags & TCP_RST) {
		take_rst(tcp, in);
		return;
	}
	/* RFC 5961 4.2 */
	if ((in->flags & TCP_SYN) || !(in->flags & TCP_ACK) ||
	    !ack_is_plausible(tcp, in->ack) ||
	    tcp4_is_before(tcp->rcv_edge, in->seq)) {
		nat_tcp_challenge(tcp);
		return;
	}
	nat_tcp_touch(tcp);
	nat_tcp_take_ack(tcp, in);
	if (in->len || (in->flags & TCP_FIN))
		nat_tcp_collect(tcp, frame, offset, in);
	else if (tcp4_is_before(in->seq, tcp->rcv_nxt))
		nat_tcp_challenge(tcp); /* keep-alive (RFC 9293 3.8.4) */
}

static void input_syn_received(struct nat_tcp *tcp, const struct frame *frame,
			       size_t offset, const struct ip4 *ip,
			       const struct tcp4 *in)
{
	if (in->flags & TCP_RST) {
		take_rst(tcp, in);
	} else if (in->flags & TCP_SYN) {
		if (in->seq + 1 == tcp->rcv_nxt)
			nat_tcp_syn(tcp); /* ours was lost */
		else
			nat_tcp_challenge(tcp);
	} else if (in->flags & TCP_ACK) {
		if (in->ack != tcp->snd_nxt) {
			nat_tcp_refuse(tcp->nat, ip, in);
			return;
		}
		tcp->snd_wnd = (uint32_t)in->window << tcp->guest_scale;
		nat_tcp_opened(tcp);
		input_open(tcp, frame, offset, in);
	}
}

/* RFC 9293 3.10.7.3, without simultaneous open: its SYN has no ACK. */
static void input_syn_sent(struct nat_tcp *tcp, const struct ip4 *ip,
			   const struct tcp4 *in)
{
	if (!(in->flags & TCP_ACK))
		return;
	if (in->ack != tcp->snd_nxt) {
		if (!(in->flags & TCP_RST))
			nat_tcp_refuse(tcp->nat, ip, in);
		return;
	}
	if (in->flags & TCP_RST) {
		nat_tcp_abort(tcp);
		return;
	}
	if (!(in->flags & TCP_SYN))
		return;
	nat_tcp_take_options(tcp, in);
	nat_tcp_update_window(tcp);
	nat_tcp_opened(tcp);
	nat_tcp_ack(tcp);
}

static enum drop_reason input_connecting(struct nat_tcp *tcp,
					 const struct frame *frame,
					 size_t offset, const struct ip4 *ip,
					 const struct tcp4 *in)
{
	struct nat *nat = tcp->nat;

	if (in->flags & TCP_RST) {
		if (in->seq == tcp->rcv_nxt)
			nat_tcp_abort(tcp);
	} else if ((in->flags & TCP_SYN) && in->seq + 1 != tcp->rcv_nxt) {
		/* the guest gave the old one up and begins anew */
		nat_tcp_abort(tcp);
		return nat_tcp_open(nat, frame, offset, ip, in);
	}
	return DROP_NONE;
}

/* RFC 9293 3.10.7.4, RFC 6191: a later SYN may begin anew. */
static enum drop_reason input_time_wait(struct nat_tcp *tcp,
					const struct frame *frame,
					size_t offset, const struct ip4 *ip,
					const struct tcp4 *in)
{
	struct nat *nat = tcp->nat;

	if ((in->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN &&
	    tcp4_is_before(tcp->rcv_nxt, in->seq)) {
		nat_tcp_end(tcp);
		return nat_tcp_open(nat, frame, offset, ip, in);
	}
	if (!(in->flags & TCP_RST)) /* RFC 1337 */
		nat_tcp_challenge(tcp);
	return DROP_NONE;
}

static enum drop_reason input_flow(struct nat_tcp *tcp,
				   const struct frame *frame, size_t offset,
				   const struct ip4 *ip, const struct tcp4 *in)
{
	switch ((enum nat_tcp_state)tcp->state) {
	case NAT_TCP_CONNECTING:
		return input_connecting(tcp, frame, offset, ip, in);
	case NAT_TCP_SYN_RECEIVED:
		input_syn_received(tcp, frame, offset, ip, in);
		break;
	case NAT_TCP_SYN_SENT:
		input_syn_sent(tcp, ip, in);
		break;
	case NAT_TCP_OPEN:
		input_open(tcp, frame, offset, in);
		break;
	case NAT_TCP_TIME_WAIT:
		return input_time_wait(tcp, frame, offset, ip, in);
	}
	return DROP_NONE;
}

enum drop_reason nat_tcp_input(struct nat *nat, const struct frame *frame,
			       size_t offset, const struct ip4 *ip)
{
	struct nat_flow *flow;
	struct nat_key key;
	struct tcp4 in;

	/* room for whatever the frame is made of */
	if (nat->tcp->piece_count + FRAME_MAX_IOV + 1 > NAT_TCP_PIECES)
		nat_tcp_flush(nat);
	if (!parse(frame, offset, ip, &in))
		return DROP_BAD_PACKET;
	key = (struct nat_key){ip->src, ip->dst, in.src_port, in.dst_port,
			       NAT_TCP};
	flow = nat_flow_lookup(nat->flows, &key);
	if (flow && !nat_flow_is_of(flow, ip))
		return DROP_BAD_SOURCE;
	if (flow)
		return input_flow(nat_tcp_of(flow), frame, offset, ip, &in);
	if (in.flags & TCP_RST)
		return DROP_NONE;
	if ((in.flags & (TCP_SYN | TCP_ACK | TCP_FIN)) == TCP_SYN)
		return nat_tcp_open(nat, frame, offset, ip, &in);
	nat_tcp_refuse(nat, ip, &in);
	return DROP_NONE;
}
