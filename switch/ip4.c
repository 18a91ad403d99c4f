// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ip4.c - Ethernet, IPv4 and UDP headers
 */
#include "switch/ip4.h"

#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/frame.h"

#define IP4_MORE_FRAGMENTS 0x2000
#define IP4_DONT_FRAGMENT 0x4000
#define IP4_OFFSET_MASK 0x1fff

#define IP4_OPT_END 0
#define IP4_OPT_NOP 1
#define IP4_OPT_LSRR 131
#define IP4_OPT_SSRR 137

static bool options_are_good(const uint8_t *opt, size_t len)
{
	size_t i = 0;

	while (i < len && opt[i] != IP4_OPT_END) {
		if (opt[i] == IP4_OPT_NOP) {
			i++;
			continue;
		}
		if (opt[i] == IP4_OPT_LSRR || opt[i] == IP4_OPT_SSRR)
			return false;
		if (len - i < 2 || opt[i + 1] < 2 || opt[i + 1] > len - i)
			return false;
		i += opt[i + 1];
	}
	return true;
}

static bool parse_header(const uint8_t *data, size_t data_len, size_t len,
			 struct ip4 *ip)
{
	size_t header_len, total_len;

	if (data_len < IP4_HLEN || data[0] >> 4 != 4)
		return false;
	header_len = (data[0] & 0xfu) * 4;
	total_len = be16_load(data + 2);
	if (header_len < IP4_HLEN || header_len > data_len ||
	    total_len < header_len || total_len > len)
		return false;
	if (csum_fold(csum_add(0, data, header_len)))
		return false;
	if (!options_are_good(data + IP4_HLEN, header_len - IP4_HLEN))
		return false;
	memset(ip, 0, sizeof(*ip));
	ip->src = be32_load(data + 12);
	ip->dst = be32_load(data + 16);
	ip->protocol = data[9];
	ip->ttl = data[8];
	ip->dont_fragment = be16_load(data + 6) & IP4_DONT_FRAGMENT;
	ip->header_len = (uint16_t)header_len;
	ip->payload_len = (uint16_t)(total_len - header_len);
	return true;
}

static bool is_fragment(const uint8_t *data)
{
	return be16_load(data + 6) & (IP4_MORE_FRAGMENTS | IP4_OFFSET_MASK);
}

bool ip4_parse(const uint8_t *data, size_t data_len, size_t len, struct ip4 *ip)
{
	return parse_header(data, data_len, len, ip) && !is_fragment(data);
}

bool ip4_parse_fragment(const uint8_t *data, size_t data_len, size_t len,
			struct ip4 *ip, struct ip4_fragment *fragment)
{
	uint16_t flags;

	if (!parse_header(data, data_len, len, ip) || !is_fragment(data))
		return false;
	flags = be16_load(data + 6);
	fragment->id = be16_load(data + 4);
	fragment->offset = (uint16_t)((flags & IP4_OFFSET_MASK) * 8);
	fragment->more = flags & IP4_MORE_FRAGMENTS;
	return true;
}

size_t ip4_encode(uint8_t *frame, const struct ip4_route *route,
		  uint8_t protocol, size_t payload_len)
{
	const struct mac macs[] = {route->dst_mac, route->src_mac};
	uint8_t *p = frame + ETH_HLEN;

	memcpy(frame, macs, sizeof(macs));
	be16_store(frame + 12, ETHERTYPE_IPV4);
	memset(p, 0, IP4_HLEN);
	p[0] = 0x45;
	be16_store(p + 2, (uint16_t)(IP4_HLEN + payload_len));
	/* never fragmented by us, so an identification of 0 is fine, RFC 6864
	 */
	be16_store(p + 6, IP4_DONT_FRAGMENT);
	p[8] = IP4_TTL;
	p[9] = protocol;
	be32_store(p + 12, route->src);
	be32_store(p + 16, route->dst);
	be16_store(p + 10, csum_fold(csum_add(0, p, IP4_HLEN)));
	return ETH_HLEN + IP4_HLEN + payload_len;
}

bool ip4_payload_csum_is_good(const struct ip4 *ip)
{
	uint64_t sum;

	if (ip->csum_partial)
		return true;
	sum = csum_pseudo_ipv4(ip->src, ip->dst, ip->protocol, ip->payload_len);
	return csum_fold(csum_add(sum, ip->payload, ip->payload_len)) == 0;
}

bool udp4_parse(const struct ip4 *ip, struct udp *udp)
{
	struct ip4 exact = *ip;

	if (!udp_read(ip->payload, ip->payload_len, udp))
		return false;
	exact.payload_len = UDP_HLEN + udp->len;
	return !udp->has_csum || ip4_payload_csum_is_good(&exact);
}

size_t udp4_encode(uint8_t *frame, const struct ip4_route *route,
		   uint32_t ports, size_t len)
{
	uint8_t *p = frame + ETH_HLEN + IP4_HLEN;
	uint16_t udp_len = (uint16_t)(UDP_HLEN + len);
	uint16_t csum;
	uint64_t sum;

	be32_store(p, ports);
	be16_store(p + 4, udp_len);
	be16_store(p + 6, 0);
	sum = csum_pseudo_ipv4(route->src, route->dst, IP4_UDP, udp_len);
	csum = csum_fold(csum_add(sum, p, udp_len));
	be16_store(p + 6, csum ? csum : 0xffff); /* 0 means none, RFC 768 */
	return ip4_encode(frame, route, IP4_UDP, udp_len);
}
