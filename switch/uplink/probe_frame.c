// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_frame.c - probes as frames, and frames as answers
 */
#include "switch/uplink/probe_frame.h"

#include <string.h>

#include "switch/ip4.h"
#include "switch/own_frame.h"

static const struct mac broadcast = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static void ask_ip6(struct frame *frame, const struct probe_sender *sender,
		    const struct in6_addr *target)
{
	const struct nd nd = {
		.type = ND_SOLICITATION,
		.has_mac = !IN6_IS_ADDR_UNSPECIFIED(&sender->ip6),
		.mac = sender->mac,
		.src = sender->ip6,
		.dst = nd_solicited_node(target),
		.target = *target,
	};

	own_frame_nd(frame, sender->vid, &sender->mac, &nd);
}

void probe_frame_make(struct frame *frame, const struct probe_sender *sender,
		      const struct probe_target *target)
{
	const struct arp arp = {
		.op = ARP_REQUEST,
		.sender_mac = sender->mac,
		.sender = sender->ip4,
		.target = target->ip4,
	};

	if (target->is_ip6)
		ask_ip6(frame, sender, &target->ip6);
	else
		own_frame_arp(frame, sender->vid, &broadcast, &arp);
}

/* RFC 5227 2.6: a reply may be broadcast. It names us all the same. */
static bool read_arp(const uint8_t *data, size_t len,
		     const struct probe_sender *sender,
		     struct probe_target *who)
{
	struct arp arp;

	if (!arp_decode(data, len, &arp) || arp.op != ARP_REPLY ||
	    !mac_is_equal(&arp.target_mac, &sender->mac) ||
	    arp.target != sender->ip4 || mac_is_group(&arp.sender_mac) ||
	    mac_is_zero(&arp.sender_mac))
		return false;
	*who = (struct probe_target){.ip4 = arp.sender};
	return true;
}

/* One who asked from :: is answered at all nodes (RFC 4861 7.2.4). */
static bool read_nd(const uint8_t *data, size_t len, bool csum_partial,
		    const struct probe_sender *sender, struct probe_target *who)
{
	bool from_nowhere = IN6_IS_ADDR_UNSPECIFIED(&sender->ip6);
	const struct in6_addr *to = from_nowhere ? &nd_all_nodes : &sender->ip6;
	struct nd nd;

	if (!nd_decode(data, len, csum_partial, &nd) ||
	    nd.type != ND_ADVERTISEMENT || memcmp(&nd.dst, to, 16) ||
	    !(nd.flags & ND_SOLICITED) != from_nowhere)
		return false;
	*who = (struct probe_target){.is_ip6 = true, .ip6 = nd.target};
	return true;
}

bool probe_frame_read(const struct frame *frame,
		      const struct probe_sender *sender,
		      struct probe_target *who)
{
	uint8_t data[ETH_HLEN + VLAN_HLEN + ND_MAX_LEN];
	size_t len = frame_copy(frame, 0, data, sizeof(data));
	size_t at = ETH_HLEN;
	uint16_t type;

	if (frame->vid != sender->vid || len < ETH_HLEN + VLAN_HLEN)
		return false;
	type = be16_load(data + 12);
	if (type == 0x8100) {
		type = be16_load(data + 16);
		at += VLAN_HLEN;
	}
	if (type == ETHERTYPE_ARP)
		return read_arp(data + at, len - at, sender, who);
	return type == ETHERTYPE_IPV6 &&
	       read_nd(data + at, len - at,
		       frame->hdr.flags & VNET_F_NEEDS_CSUM, sender, who);
}
