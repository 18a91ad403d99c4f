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
		i += opt[i + 1];
	}
	return true;
}

bool tcp4_parse(const struct ip4 *ip, struct tcp4 *tcp)
{
	const uint8_t *p = ip->payload;
	size_t header_len;

	if (ip->payload_len < TCP_HLEN)
		return false;
	header_len = (p[12] >> 4) * 4u;
	if (header_len < TCP_HLEN || header_len > ip->payload_len ||
	    !ip4_payload_csum_is_good(ip))
		return false;
	memset(tcp, 0, sizeof(*tcp));
	tcp->src_port = be16_load(p);
	tcp->dst_port = be16_load(p + 2);
	tcp->seq = be32_load(p + 4);
	tcp->ack = be32_load(p + 8);
	tcp->flags = p[13] & (TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK);
	tcp->window = be16_load(p + 14);
	tcp->len = (uint16_t)(ip->payload_len - header_len);
	tcp->data = p + header_len;
	return tcp->src_port && tcp->dst_port &&
	       parse_options(p + TCP_HLEN, header_len - TCP_HLEN, tcp);
}

size_t tcp4_encode(uint8_t *frame, const struct ip4_route *route,
		   const struct tcp4 *tcp)
{
	uint8_t *p = frame + ETH_HLEN + IP4_HLEN;
	size_t header_len = TCP_HLEN + (tcp->mss ? TCP_OPT_MSS_LEN : 0);
	uint16_t len = (uint16_t)(header_len + tcp->len);
	uint64_t sum;

	be16_store(p, tcp->src_port);
	be16_store(p + 2, tcp->dst_port);
	be32_store(p + 4, tcp->seq);
	be32_store(p + 8, tcp->ack);
	p[12] = (uint8_t)(header_len / 4 << 4);
	p[13] = tcp->flags;
	be16_store(p + 14, tcp->window);
	be32_store(p + 16, 0);
	if (tcp->mss) {
		p[TCP_HLEN] = TCP_OPT_MSS;
		p[TCP_HLEN + 1] = TCP_OPT_MSS_LEN;
		be16_store(p + TCP_HLEN + 2, tcp->mss);
	}
	if (tcp->len)
		memcpy(p + header_len, tcp->data, tcp->len);
	sum = csum_pseudo_ipv4(route->src, route->dst, IP4_TCP, len);
	be16_store(p + 16, csum_fold(csum_add(sum, p, len)));
	return ip4_encode(frame, route, IP4_TCP, len);
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
