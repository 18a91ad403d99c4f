// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nd.c - Neighbor Discovery messages of IPv6 over Ethernet
 */
#include "switch/nd.h"

#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/frame.h"

#define IP6_ICMP 58
#define ND_HOP_LIMIT 255
#define ND_HLEN 24
#define ND_OPT_LEN 8
#define ND_OPT_SOURCE_MAC 1
#define ND_OPT_TARGET_MAC 2

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

/* With the pseudo header of RFC 8200 8.1; @ip has its addresses. */
static uint16_t icmp_csum(const uint8_t *ip, size_t payload_len)
{
	uint64_t sum = csum_add(payload_len + IP6_ICMP, ip + 8, 32);

	return csum_fold(csum_add(sum, ip + IP6_HLEN, payload_len));
}

size_t nd_encode(uint8_t *frame, const struct mac *dst_mac,
		 const struct mac *src_mac, const struct nd *nd)
{
	size_t payload_len = ND_HLEN + (nd->has_mac ? ND_OPT_LEN : 0);
	uint8_t *ip = frame + ETH_HLEN;
	uint8_t *icmp = ip + IP6_HLEN;

	memset(frame, 0, ETH_HLEN + IP6_HLEN + payload_len);
	memcpy(frame, dst_mac->b, MAC_LEN);
	memcpy(frame + MAC_LEN, src_mac->b, MAC_LEN);
	be16_store(frame + 12, ETHERTYPE_IPV6);
	ip[0] = 0x60;
	be16_store(ip + 4, (uint16_t)payload_len);
	ip[6] = IP6_ICMP;
	ip[7] = ND_HOP_LIMIT;
	memcpy(ip + 8, &nd->src, 16);
	memcpy(ip + 24, &nd->dst, 16);
	icmp[0] = nd->type;
	icmp[4] = nd->flags;
	memcpy(icmp + 8, &nd->target, 16);
	if (nd->has_mac) {
		icmp[ND_HLEN] = option_of(nd->type);
		icmp[ND_HLEN + 1] = 1;
		memcpy(icmp + ND_HLEN + 2, nd->mac.b, MAC_LEN);
	}
	be16_store(icmp + 2, icmp_csum(ip, payload_len));
	return ETH_HLEN + IP6_HLEN + payload_len;
}

static bool read_options(const uint8_t *opt, size_t len, struct nd *nd)
{
	size_t i = 0, opt_len;

	for (; i < len; i += opt_len) {
		if (len - i < ND_OPT_LEN)
			return false;
		opt_len = opt[i + 1] * (size_t)8;
		if (!opt_len || opt_len > len - i)
			return false;
		if (opt[i] != option_of(nd->type) || opt_len != ND_OPT_LEN)
			continue;
		nd->has_mac = true;
		memcpy(nd->mac.b, opt + i + 2, MAC_LEN);
	}
	return true;
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

bool nd_decode(const uint8_t *data, size_t len, bool csum_partial,
	       struct nd *nd)
{
	const uint8_t *icmp = data + IP6_HLEN;
	size_t payload_len;

	if (len < IP6_HLEN + ND_HLEN || data[0] >> 4 != 6)
		return false;
	payload_len = be16_load(data + 4);
	if (payload_len < ND_HLEN || payload_len > len - IP6_HLEN ||
	    payload_len > ND_MAX_LEN - IP6_HLEN)
		return false;
	if (data[6] != IP6_ICMP || data[7] != ND_HOP_LIMIT || icmp[1])
		return false;
	if (icmp[0] != ND_SOLICITATION && icmp[0] != ND_ADVERTISEMENT)
		return false;
	if (!csum_partial && icmp_csum(data, payload_len))
		return false;
	memset(nd, 0, sizeof(*nd));
	nd->type = icmp[0];
	if (nd->type == ND_ADVERTISEMENT)
		nd->flags = icmp[4] & (ND_ROUTER | ND_SOLICITED | ND_OVERRIDE);
	memcpy(&nd->src, data + 8, 16);
	memcpy(&nd->dst, data + 24, 16);
	memcpy(&nd->target, icmp + 8, 16);
	return read_options(icmp + ND_HLEN, payload_len - ND_HLEN, nd) &&
	       addresses_are_good(nd);
}
