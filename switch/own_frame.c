// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * own_frame.c - short frames that the switch itself says, in their VLAN
 */
#include "switch/own_frame.h"

#include <string.h>

#include "core/bytes.h"

static const struct mac broadcast = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/* The snapshot has @len bytes, untagged. */
static void finish(struct frame *frame, uint16_t vid, size_t len)
{
	uint8_t *type = frame->snap + 2 * MAC_LEN;

	if (vid) {
		memmove(type + VLAN_HLEN, type, len - 2 * MAC_LEN);
		be16_store(type, 0x8100);
		be16_store(type + 2, vid);
		len += VLAN_HLEN;
	}
	frame->len = (uint32_t)len;
	frame->snap_len = (uint16_t)len;
	frame->iov = NULL;
	frame->iov_count = 0;
	frame->ingress = 0;
	frame->hdr = (struct vnet_hdr){0};
	frame_classify(frame);
}

void own_frame_arp(struct frame *frame, uint16_t vid, const struct mac *dst,
		   const struct arp *arp)
{
	arp_encode(frame->snap, dst, arp);
	finish(frame, vid, ARP_FRAME_LEN);
}

void own_frame_rarp(struct frame *frame, uint16_t vid, const struct mac *mac)
{
	const struct arp rarp = {
		.op = RARP_REQUEST_REVERSE,
		.sender_mac = *mac,
		.target_mac = *mac,
	};

	arp_encode(frame->snap, &broadcast, &rarp);
	be16_store(frame->snap + 2 * MAC_LEN, ETHERTYPE_RARP);
	finish(frame, vid, ARP_FRAME_LEN);
}

void own_frame_nd(struct frame *frame, uint16_t vid, const struct mac *src,
		  const struct nd *nd)
{
	const struct mac dst = nd_group_mac(&nd->dst);

	finish(frame, vid, nd_encode(frame->snap, &dst, src, nd));
}
