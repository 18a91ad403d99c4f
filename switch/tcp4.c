// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcp4.c - TCP segments over IPv4
 */
#include "switch/tcp4.h"

#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/frame.h"

#define TCP_OPT_END 0
#define TCP_OPT_NOP 1
#define TCP_OPT_MSS 2
#define TCP_OPT_MSS_LEN 4
#define TCP_OPT_SCALE 3
#define TCP_OPT_SCALE_LEN 3

static bool parse_options(const uint8_t *opt, size_t len, struct tcp4 *tcp)
{
	size_t i = 0;

	while (i < len && opt[i] != TCP_OPT_END) {
		if (opt[i] == TCP_OPT_NOP) {
			i++;
			continue;
		}
		if (len - i < 2 || opt[i + 1] < 2 || opt[i + 1] > len - i)
			return false;
		if (opt[i] == TCP_OPT_MSS && opt[i + 1] == TCP_OPT_MSS_LEN)
			tcp->mss = be16_load(opt + i + 2);
		if (opt[i] == TCP_OPT_SCALE &&
		    opt[i + 1] == TCP_OPT_SCALE_LEN) {
			tcp->has_scale = true;
			tcp->scale = MIN(opt[i + 2], TCP4_SCALE_MAX);
		}
		i += opt[i + 1];
	}
	return true;
}

bool tcp4_parse_header(const uint8_t *p, size_t p_len, size_t len,
		       struct tcp4 *tcp)
{
	size_t header_len;

	if (p_len < TCP_HLEN)
		return false;
	header_len = (p[12] >> 4) * 4u;
	if (header_len < TCP_HLEN || header_len > p_len || header_len > len)
		return false;
	memset(tcp, 0, sizeof(*tcp));
	tcp->src_port = be16_load(p);
	tcp->dst_port = be16_load(p + 2);
	tcp->seq = be32_load(p + 4);
	tcp->ack = be32_load(p + 8);
	tcp->flags = p[13] & (TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK);
	tcp->window = be16_load(p + 14);
	tcp->header_len = (uint8_t)header_len;
	tcp->len = (uint16_t)(len - header_len);
	return tcp->src_port && tcp->dst_port &&
	       parse_options(p + TCP_HLEN, header_len - TCP_HLEN, tcp);
}

bool tcp4_parse(const struct ip4 *ip, struct tcp4 *tcp)
{
	if (!tcp4_parse_header(ip->payload, ip->payload_len, ip->payload_len,
			       tcp) ||
	    !ip4_payload_csum_is_good(ip))
		return false;
	tcp->data = ip->payload + tcp->header_len;
	return true;
}

/* Returns the header's length. */
static size_t put_header(uint8_t *p, const struct tcp4 *tcp)
{
	size_t len = TCP_HLEN;

	if (tcp->mss) {
		p[len] = TCP_OPT_MSS;
		p[len + 1] = TCP_OPT_MSS_LEN;
		be16_store(p + len + 2, tcp->mss);
		len += TCP_OPT_MSS_LEN;
	}
	if (tcp->has_scale) {
		p[len] = TCP_OPT_NOP;
		p[len + 1] = TCP_OPT_SCALE;
		p[len + 2] = TCP_OPT_SCALE_LEN;
		p[len + 3] = tcp->scale;
		len += 1 + TCP_OPT_SCALE_LEN;
	}
	be16_store(p, tcp->src_port);
	be16_store(p + 2, tcp->dst_port);
	be32_store(p + 4, tcp->seq);
	be32_store(p + 8, tcp->ack);
	p[12] = (uint8_t)(len / 4 << 4);
	p[13] = tcp->flags;
	be16_store(p + 14, tcp->window);
	be32_store(p + 16, 0);
	return len;
}

size_t tcp4_encode_header(uint8_t *frame, const struct ip4_route *route,
			  const struct tcp4 *tcp)
{
	uint8_t *p = frame + ETH_HLEN + IP4_HLEN;
	size_t header_len = put_header(p, tcp);
	uint16_t len = (uint16_t)(header_len + tcp->len);
	uint64_t sum = csum_pseudo_ipv4(route->src, route->dst, IP4_TCP, len);

	be16_store(p + TCP_CSUM_OFFSET, (uint16_t)~csum_fold(sum));
	return ip4_encode(frame, route, IP4_TCP, len) - tcp->len;
}

size_t tcp4_encode(uint8_t *frame, const struct ip4_route *route,
		   const struct tcp4 *tcp)
{
	uint8_t *p = frame + ETH_HLEN + IP4_HLEN;
	size_t len = tcp4_encode_header(frame, route, tcp);

	if (tcp->len)
		memcpy(frame + len, tcp->data, tcp->len);
	len += tcp->len;
	be16_store(p + TCP_CSUM_OFFSET,
		   csum_fold(csum_add(0, p, len - ETH_HLEN - IP4_HLEN)));
	return len;
}

void tcp4_answer_rst(const struct tcp4 *in, struct tcp4 *rst)
{
	memset(rst, 0, sizeof(*rst));
	rst->src_port = in->dst_port;
	rst->dst_port = in->src_port;
	rst->flags = TCP_RST;
	if (in->flags & TCP_ACK) {
		rst->seq = in->ack;
		return;
	}
	rst->flags |= TCP_ACK;
	rst->ack = in->seq + in->len + !!(in->flags & TCP_SYN) +
		   !!(in->flags & TCP_FIN);
}
