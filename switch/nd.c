// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nd.c - Neighbor Discovery messages of IPv6 over Ethernet
 */
#include "switch/nd.h"

#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/frame.h"

#define ND_HLEN 24

static_assert(ND_FRAME_MAX == ETH_HLEN + IP6_HLEN + ND_HLEN + ND_OPT_LEN,
	      "nd.h has the sum in numbers");
static_assert(ND_FRAME_MAX + VLAN_HLEN <= FRAME_SNAP_LEN,
	      "what we send is a snapshot without a tail");

const struct in6_addr nd_all_nodes = {
	{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01}}};

static const struct in6_addr solicited_node = {
	{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xff, 0, 0, 0}}};

struct in6_addr nd_solicited_node(const struct in6_addr *target)
{
	struct in6_addr group = solicited_node;

	memcpy(group.s6_addr + 13, target->s6_addr + 13, 3);
	return group;
}

struct in6_addr nd_link_local(const struct mac *mac)
{
	struct in6_addr address = {{{0xfe, 0x80}}};

	memcpy(address.s6_addr + 8, mac->b, 3);
	address.s6_addr[8] ^= 2;
	address.s6_addr[11] = 0xff;
	address.s6_addr[12] = 0xfe;
	memcpy(address.s6_addr + 13, mac->b + 3, 3);
	return address;
}

struct mac nd_group_mac(const struct in6_addr *group)
{
	struct mac mac = {{0x33, 0x33}};

	memcpy(mac.b + 2, group->s6_addr + 12, 4);
	return mac;
}

static uint8_t option_of(uint8_t type)
{
	return type == ND_SOLICITATION ? ND_OPT_SOURCE_MAC : ND_OPT_TARGET_MAC;
}

size_t nd_encode(uint8_t *frame, const struct mac *dst_mac,
		 const struct mac *src_mac, const struct nd *nd)
{
	const struct ip6_route route = {
		.src_mac = *src_mac,
		.dst_mac = *dst_mac,
		.src = nd->src,
		.dst = nd->dst,
		.hop_limit = ND_HOP_LIMIT,
	};
	size_t payload_len = ND_HLEN + (nd->has_mac ? ND_OPT_LEN : 0);
	uint8_t *icmp = frame + ETH_HLEN + IP6_HLEN;

	memset(icmp, 0, payload_len);
	icmp[0] = nd->type;
	icmp[4] = nd->flags;
	memcpy(icmp + 8, &nd->target, 16);
	if (nd->has_mac) {
		icmp[ND_HLEN] = option_of(nd->type);
		icmp[ND_HLEN + 1] = 1;
		memcpy(icmp + ND_HLEN + 2, nd->mac.b, MAC_LEN);
	}
	return icmp6_encode(frame, &route, payload_len);
}

int nd_read_options(const uint8_t *opt, size_t len, uint8_t type,
		    struct mac *mac)
{
	size_t i = 0, opt_len;
	int found = 0;

	for (; i < len; i += opt_len) {
		if (len - i < ND_OPT_LEN)
			return -1;
		opt_len = opt[i + 1] * (size_t)8;
		if (!opt_len || opt_len > len - i)
			return -1;
		if (opt[i] != type || opt_len != ND_OPT_LEN)
			continue;
		found = 1;
		memcpy(mac->b, opt + i + 2, MAC_LEN);
	}
	return found;
}

static bool addresses_are_good(const struct nd *nd)
{
	if (IN6_IS_ADDR_MULTICAST(&nd->target) ||
	    IN6_IS_ADDR_MULTICAST(&nd->src))
		return false;
	if (nd->type == ND_ADVERTISEMENT)
		return !IN6_IS_ADDR_MULTICAST(&nd->dst) ||
		       !(nd->flags & ND_SOLICITED);
	return !IN6_IS_ADDR_UNSPECIFIED(&nd->src) ||
	       (!nd->has_mac && !memcmp(&nd->dst, &solicited_node, 13));
}

int nd_packet_is_good(const uint8_t *data, size_t len, bool csum_partial,
		      size_t hlen)
{
	const uint8_t *icmp = data + IP6_HLEN;
	struct ip6 ip;

	if (!ip6_parse(data, len, len, &ip) || ip.header_len != IP6_HLEN ||
	    ip.protocol != IP6_ICMP || ip.hop_limit != ND_HOP_LIMIT)
		return -1;
	if (ip.payload_len < hlen || ip.payload_len > ND_MAX_LEN - IP6_HLEN ||
	    icmp[1])
		return -1;
	ip.csum_partial = csum_partial;
	ip.payload = icmp;
	return ip6_payload_csum_is_good(&ip) ? (int)(ip.payload_len - hlen)
					     : -1;
}

bool nd_decode(const uint8_t *data, size_t len, bool csum_partial,
	       struct nd *nd)
{
	int options = nd_packet_is_good(data, len, csum_partial, ND_HLEN);
	const uint8_t *icmp = data + IP6_HLEN;
	int found;

	if (options < 0 ||
	    (icmp[0] != ND_SOLICITATION && icmp[0] != ND_ADVERTISEMENT))
		return false;
	memset(nd, 0, sizeof(*nd));
	nd->type = icmp[0];
	if (nd->type == ND_ADVERTISEMENT)
		nd->flags = icmp[4] & (ND_ROUTER | ND_SOLICITED | ND_OVERRIDE);
	memcpy(&nd->src, data + 8, 16);
	memcpy(&nd->dst, data + 24, 16);
	memcpy(&nd->target, icmp + 8, 16);
	found = nd_read_options(icmp + ND_HLEN, (size_t)options,
				option_of(nd->type), &nd->mac);
	nd->has_mac = found > 0;
	return found >= 0 && addresses_are_good(nd);
}
