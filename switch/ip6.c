// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ip6.c - Ethernet, IPv6 and UDP headers
 *
 * Theory of operation
 *
 * Extension headers are walked in the order they come, at most IP6_MAX_HEADERS
 * of them, and each must lie in the bytes that were given: a chain that doesn't
 * end there is refused, so nobody hides a payload behind it (RFC 7112). What
 * follows a header that isn't understood (ESP, AH, new ones) is not looked at:
 * that header is the packet's protocol.
 *
 * Limits: a packet that has to be refused with ICMPv6 "parameter problem" is
 * just refused.
 */
#include "switch/ip6.h"

#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/frame.h"

#define EXT_HOP_BY_HOP 0
#define EXT_ROUTING 43
#define EXT_FRAGMENT 44
#define EXT_DESTINATION 60
#define EXT_HLEN 8

#define OPT_PAD1 0
/* What to do with an option that isn't known: the upper two bits (RFC 8200 4.2)
 */
#define OPT_STEP_OVER(type) ((type) >> 6 == 0)

#define FRAGMENT_OFFSET 0xfff8
#define FRAGMENT_MORE 1

static bool options_are_good(const uint8_t *opt, size_t len)
{
	size_t i = 0;

	while (i < len) {
		if (opt[i] == OPT_PAD1) {
			i++;
			continue;
		}
		if (len - i < 2 || opt[i + 1] + 2u > len - i ||
		    !OPT_STEP_OVER(opt[i]))
			return false;
		i += opt[i + 1] + 2u;
	}
	return true;
}

/* One header of @len bytes; false: the packet is refused. */
static bool extension_is_good(uint8_t kind, const uint8_t *ext, size_t len)
{
	if (kind == EXT_ROUTING)
		return ext[3] == 0; /* segments left */
	return options_are_good(ext + 2, len - 2);
}

static bool is_extension(uint8_t protocol, unsigned nth)
{
	return (protocol == EXT_HOP_BY_HOP && nth == 0) ||
	       protocol == EXT_ROUTING || protocol == EXT_FRAGMENT ||
	       protocol == EXT_DESTINATION;
}

/* Moves @ip's payload behind the header at its beginning. */
static bool step_over(const uint8_t *data, size_t data_len, struct ip6 *ip)
{
	const uint8_t *ext = data + ip->header_len;
	uint8_t kind = ip->protocol;
	size_t len = EXT_HLEN;

	if (ip->payload_len < EXT_HLEN || ip->header_len + len > data_len)
		return false;
	if (kind != EXT_FRAGMENT)
		len += ext[1] * (size_t)8;
	if (len > ip->payload_len || ip->header_len + len > data_len)
		return false;
	if (kind == EXT_FRAGMENT)
		ip->is_fragment =
			be16_load(ext + 2) & (FRAGMENT_OFFSET | FRAGMENT_MORE);
	else if (!extension_is_good(kind, ext, len))
		return false;
	ip->protocol = ext[0];
	ip->header_len = (uint16_t)(ip->header_len + len);
	ip->payload_len = (uint16_t)(ip->payload_len - len);
	return true;
}

static bool walk(const uint8_t *data, size_t data_len, struct ip6 *ip)
{
	unsigned nth;

	for (nth = 0; is_extension(ip->protocol, nth); nth++) {
		if (nth == IP6_MAX_HEADERS || !step_over(data, data_len, ip))
			return false;
		if (ip->is_fragment)
			return true; /* what follows may be in another one */
	}
	return ip->protocol != EXT_HOP_BY_HOP;
}

bool ip6_parse(const uint8_t *data, size_t data_len, size_t len, struct ip6 *ip)
{
	size_t payload_len;

	if (data_len < IP6_HLEN || data[0] >> 4 != 6)
		return false;
	payload_len = be16_load(data + 4);
	if (payload_len > len - IP6_HLEN)
		return false;
	memset(ip, 0, sizeof(*ip));
	memcpy(&ip->src, data + 8, 16);
	memcpy(&ip->dst, data + 24, 16);
	ip->protocol = data[6];
	ip->hop_limit = data[7];
	ip->header_len = IP6_HLEN;
	ip->payload_len = (uint16_t)payload_len;
	/* a length of 0 is "none", or a jumbogram's, which walk() refuses */
	return !IN6_IS_ADDR_MULTICAST(&ip->src) && walk(data, data_len, ip);
}

size_t ip6_encode(uint8_t *frame, const struct ip6_route *route,
		  uint8_t protocol, size_t payload_len)
{
	const struct mac macs[] = {route->dst_mac, route->src_mac};
	uint8_t *p = frame + ETH_HLEN;

	memcpy(frame, macs, sizeof(macs));
	be16_store(frame + 12, ETHERTYPE_IPV6);
	be32_store(p, 0x60000000);
	be16_store(p + 4, (uint16_t)payload_len);
	p[6] = protocol;
	p[7] = route->hop_limit;
	memcpy(p + 8, &route->src, 16);
	memcpy(p + 24, &route->dst, 16);
	return ETH_HLEN + IP6_HLEN + payload_len;
}

static uint16_t route_csum(const struct ip6_route *route, uint8_t protocol,
			   const uint8_t *payload, size_t len)
{
	uint64_t sum = csum_pseudo_ipv6(&route->src, &route->dst, protocol,
					(uint32_t)len);

	return csum_fold(csum_add(sum, payload, len));
}

size_t icmp6_encode(uint8_t *frame, const struct ip6_route *route,
		    size_t payload_len)
{
	uint8_t *p = frame + ETH_HLEN + IP6_HLEN;

	be16_store(p + 2, 0);
	be16_store(p + 2, route_csum(route, IP6_ICMP, p, payload_len));
	return ip6_encode(frame, route, IP6_ICMP, payload_len);
}

bool ip6_payload_csum_is_good(const struct ip6 *ip)
{
	uint64_t sum;

	if (ip->csum_partial)
		return true;
	sum = csum_pseudo_ipv6(&ip->src, &ip->dst, ip->protocol,
			       ip->payload_len);
	return csum_fold(csum_add(sum, ip->payload, ip->payload_len)) == 0;
}

bool udp6_parse(const struct ip6 *ip, struct udp *udp)
{
	struct ip6 exact = *ip;

	if (!udp_read(ip->payload, ip->payload_len, udp))
		return false;
	exact.payload_len = UDP_HLEN + udp->len;
	if (!udp->has_csum && !ip->csum_partial)
		return false;
	return ip6_payload_csum_is_good(&exact);
}

size_t udp6_encode(uint8_t *frame, const struct ip6_route *route,
		   uint32_t ports, size_t len)
{
	uint8_t *p = frame + ETH_HLEN + IP6_HLEN;
	uint16_t udp_len = (uint16_t)(UDP_HLEN + len), csum;

	be32_store(p, ports);
	be16_store(p + 4, udp_len);
	be16_store(p + 6, 0);
	csum = route_csum(route, IP6_UDP, p, udp_len);
	be16_store(p + 6, csum ? csum : 0xffff);
	return ip6_encode(frame, route, IP6_UDP, udp_len);
}
