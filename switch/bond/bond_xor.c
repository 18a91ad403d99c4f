// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_xor.c - each flow has its member: balance-xor, and how 802.3ad sends
 *
 * The other end is set up as one port too (a static link aggregation group), so
 * it sends each frame to one member only, and never back what came from us:
 * whatever comes in on a member that carries is taken.
 *
 * What makes a flow is folded into 64 bits by exclusive or, and these are
 * hashed with a secret: guests can't choose where they meet. As in Linux, a
 * fragment has no ports, not even the first one of a datagram, or its fragments
 * would part; what is not IP is hashed by layer 2.
 *
 * Limits: ports are found directly behind the IPv6 header only.
 */
#include <linux/in.h>

#include "switch/bond/bond_internal.h"

#define IP4_FRAGMENT 0x3fff /* MF and offset (RFC 791 3.1) */
#define IP6_HLEN 40

static uint64_t fold_mac(const struct mac *mac)
{
	return fdb_key(0, mac);
}

static uint64_t fold_layer2(const struct frame *frame)
{
	return fold_mac(frame_src(frame)) ^ fold_mac(frame_dst(frame)) ^
	       (uint64_t)frame_ethertype(frame) << 48;
}

static uint64_t fold64(const uint8_t *bytes)
{
	return (uint64_t)be32_load(bytes) << 32 | be32_load(bytes + 4);
}

static uint64_t fold_ports(const uint8_t *transport, size_t len,
			   uint8_t protocol)
{
	if (len < 4 || (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return 0;
	return (uint64_t)(be16_load(transport) ^ be16_load(transport + 2))
	       << 40;
}

/* @len bytes of it are at hand; false: it is no IPv4 packet. */
static bool fold_ip4(const uint8_t *ip, size_t len, bool ports, uint64_t *fold)
{
	size_t header;

	if (len < 20 || ip[0] >> 4 != 4)
		return false;
	*fold = be32_load(ip + 12) ^ be32_load(ip + 16);
	header = (ip[0] & 0xfu) * 4;
	if (ports && header >= 20 && header <= len &&
	    !(be16_load(ip + 6) & IP4_FRAGMENT))
		*fold ^= fold_ports(ip + header, len - header, ip[9]);
	return true;
}

static bool fold_ip6(const uint8_t *ip, size_t len, bool ports, uint64_t *fold)
{
	if (len < IP6_HLEN || ip[0] >> 4 != 6)
		return false;
	*fold = fold64(ip + 8) ^ fold64(ip + 16) ^ fold64(ip + 24) ^
		fold64(ip + 32);
	if (ports)
		*fold ^= fold_ports(ip + IP6_HLEN, len - IP6_HLEN, ip[6]);
	return true;
}

static bool fold_ip(const struct frame *frame, bool ports, uint64_t *fold)
{
	size_t offset = be16_load(frame->snap + 12) == 0x8100
				? ETH_HLEN + VLAN_HLEN
				: ETH_HLEN;
	uint16_t type = frame_ethertype(frame);
	const uint8_t *ip = frame->snap + offset;
	size_t len = MIN(frame->snap_len, FRAME_SNAP_SIZE);

	if (len <= offset)
		return false;
	len -= offset;
	if (type == 0x0800)
		return fold_ip4(ip, len, ports, fold);
	return type == 0x86dd && fold_ip6(ip, len, ports, fold);
}

static uint64_t fold_flow(const struct bond *bond, const struct frame *frame)
{
	uint64_t fold = 0;

	switch ((enum bond_hash_policy)bond->settings.xmit_hash_policy) {
	case BOND_HASH_VLAN_SRCMAC:
		return fdb_key(frame->vid, frame_src(frame));
	case BOND_HASH_LAYER23:
		if (fold_ip(frame, false, &fold))
			return fold ^ fold_mac(frame_src(frame)) ^
			       fold_mac(frame_dst(frame));
		break;
	case BOND_HASH_LAYER34:
		if (fold_ip(frame, true, &fold))
			return fold;
		break;
	case BOND_HASH_LAYER2:
	case BOND_HASH_POLICY_COUNT:
		break;
	}
	return fold_layer2(frame);
}

static uint8_t xor_bucket(struct bond *bond, const struct frame *frame)
{
	return (uint8_t)(bond_hash(bond, fold_flow(bond, frame)) &
			 (BOND_BUCKETS - 1));
}

unsigned bond_xor_send(struct bond *bond, struct frame **frames, unsigned n)
{
	return bond_buckets_send(bond, frames, n, xor_bucket);
}

uint32_t bond_xor_remap(struct bond *bond)
{
	return bond_buckets_deal(bond, true);
}

enum drop_reason bond_xor_admit(struct bond *bond,
				const struct bond_member *member,
				const struct frame *frame)
{
	(void)bond;
	(void)member;
	(void)frame;
	return DROP_NONE;
}

const struct bond_ops bond_xor_ops = {
	.needs_links = true,
	.can_carry = bond_any_can,
	.can_collect = bond_any_can,
	.admit = bond_xor_admit,
	.send = bond_xor_send,
	.remap = bond_xor_remap,
};
