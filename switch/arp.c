// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arp.c - ARP messages for IPv4 over Ethernet
 */
#include "switch/arp.h"

#include <string.h>

#include "core/bytes.h"
#include "core/frame.h"
#include "switch/ip4.h"

#define ARP_HTYPE_ETHERNET 1

static_assert(ARP_FRAME_LEN >= ETH_HLEN + ARP_LEN, "padding, not cutting");

bool arp_decode(const uint8_t *data, size_t len, struct arp *arp)
{
	if (len < ARP_LEN || be16_load(data) != ARP_HTYPE_ETHERNET ||
	    be16_load(data + 2) != ETHERTYPE_IPV4 || data[4] != MAC_LEN ||
	    data[5] != 4)
		return false;
	arp->op = be16_load(data + 6);
	memcpy(arp->sender_mac.b, data + 8, MAC_LEN);
	arp->sender = be32_load(data + 14);
	memcpy(arp->target_mac.b, data + 18, MAC_LEN);
	arp->target = be32_load(data + 24);
	return true;
}

void arp_encode(uint8_t *frame, const struct mac *dst_mac,
		const struct arp *arp)
{
	uint8_t *p = frame + ETH_HLEN;

	memset(frame, 0, ARP_FRAME_LEN);
	memcpy(frame, dst_mac->b, MAC_LEN);
	memcpy(frame + MAC_LEN, arp->sender_mac.b, MAC_LEN);
	be16_store(frame + 12, ETHERTYPE_ARP);
	be16_store(p, ARP_HTYPE_ETHERNET);
	be16_store(p + 2, ETHERTYPE_IPV4);
	p[4] = MAC_LEN;
	p[5] = 4;
	be16_store(p + 6, arp->op);
	memcpy(p + 8, arp->sender_mac.b, MAC_LEN);
	be32_store(p + 14, arp->sender);
	memcpy(p + 18, arp->target_mac.b, MAC_LEN);
	be32_store(p + 24, arp->target);
}
