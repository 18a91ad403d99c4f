// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet_udp.c - UDP datagrams that a program sent in one piece are cut apart
 *
 * Limits: up to two VLAN tags, IPv4 without fragments, IPv6 without extension
 * headers: that is all that Linux makes.
 */
#include "backends/packet_udp.h"

#include "core/csum.h"

#define UDP_HLEN 8
#define UDP_LEN_AT 4
#define UDP_CSUM_AT 6
#define IP_PROTOCOL_UDP 17
#define IPV4_HLEN 20
#define IPV6_HLEN 40

static bool find_ip(struct packet_udp *udp)
{
	const struct frame *whole = udp->whole;
	uint16_t type = be16_load(whole->snap + 12);
	unsigned at = ETH_HLEN, tags = 0;

	while ((type == 0x8100 || type == 0x88a8) && tags++ < 2 &&
	       at + VLAN_HLEN <= whole->snap_len) {
		type = be16_load(whole->snap + at + 2);
		at += VLAN_HLEN;
	}
	udp->l3 = (uint16_t)at;
	udp->is_ipv6 = type == 0x86dd;
	return type == 0x0800 || type == 0x86dd;
}

static bool find_udp(struct packet_udp *udp)
{
	const struct frame *whole = udp->whole;
	const uint8_t *ip = whole->snap + udp->l3;
	unsigned hlen = udp->is_ipv6 ? IPV6_HLEN : IPV4_HLEN;

	if (udp->l3 + hlen + UDP_HLEN > whole->snap_len)
		return false;
	if (udp->is_ipv6) {
		if (ip[0] >> 4 != 6 || ip[6] != IP_PROTOCOL_UDP)
			return false;
	} else {
		hlen = (ip[0] & 15) * 4u;
		if (ip[0] >> 4 != 4 || hlen < IPV4_HLEN ||
		    ip[9] != IP_PROTOCOL_UDP || (be16_load(ip + 6) & 0x3fff))
			return false;
	}
	udp->l4 = (uint16_t)(udp->l3 + hlen);
	return udp->l4 + UDP_HLEN <= whole->snap_len;
}

bool packet_udp_begin(struct packet_udp *udp, const struct frame *whole)
{
	const struct vnet_hdr *hdr = &whole->hdr;
	uint32_t payload;

	*udp = (struct packet_udp){.whole = whole,
				   .size = le16toh(hdr->gso_size)};
	if (hdr->gso_type != PACKET_UDP_GSO || !udp->size ||
	    !(hdr->flags & VNET_F_NEEDS_CSUM) || whole->iov_count > 1 ||
	    !find_ip(udp) || !find_udp(udp) ||
	    le16toh(hdr->csum_start) != udp->l4 ||
	    le16toh(hdr->csum_offset) != UDP_CSUM_AT ||
	    whole->len <= (uint32_t)udp->l4 + UDP_HLEN)
		return false;
	payload = whole->len - udp->l4 - UDP_HLEN;
	if ((payload + udp->size - 1) / udp->size > PACKET_UDP_MAX)
		return false;
	udp->at = udp->l4 + UDP_HLEN;
	return true;
}

static void finish_headers(const struct packet_udp *udp, struct frame *frame)
{
	uint16_t l4_len = (uint16_t)(frame->len - udp->l4);
	uint8_t *ip = frame->snap + udp->l3;
	uint64_t sum = (uint64_t)l4_len + IP_PROTOCOL_UDP;

	if (udp->is_ipv6) {
		be16_store(ip + 4, l4_len);
		sum = csum_add(sum, ip + 8, 32);
	} else {
		be16_store(ip + 2, (uint16_t)(frame->len - udp->l3));
		be16_store(ip + 4, (uint16_t)(be16_load(ip + 4) + udp->index));
		be16_store(ip + 10, 0);
		be16_store(ip + 10,
			   csum_fold(csum_add(0, ip, (ip[0] & 15) * 4u)));
		sum = csum_add(sum, ip + 12, 8);
	}
	be16_store(frame->snap + udp->l4 + UDP_LEN_AT, l4_len);
	/* What is left to be summed begins with the sum of the pseudo header.
	 */
	be16_store(frame->snap + udp->l4 + UDP_CSUM_AT,
		   (uint16_t)~csum_fold(sum));
	frame->hdr = (struct vnet_hdr){
		.flags = VNET_F_NEEDS_CSUM,
		.csum_start = htole16(udp->l4),
		.csum_offset = htole16(UDP_CSUM_AT),
	};
}

/* The headers and the first bytes of the payload; the rest stays in place. */
static void cut_one(struct packet_udp *udp, struct frame *frame,
		    struct iovec *tail)
{
	const struct frame *whole = udp->whole;
	uint16_t hlen = (uint16_t)(udp->l4 + UDP_HLEN);
	uint32_t part = MIN((uint32_t)udp->size, whole->len - udp->at);
	uint32_t in_snap = MIN(part, (uint32_t)FRAME_SNAP_LEN - hlen);

	memcpy(frame->snap, whole->snap, hlen);
	frame_copy(whole, udp->at, frame->snap + hlen, in_snap);
	frame->len = hlen + part;
	frame->snap_len = (uint16_t)(hlen + in_snap);
	tail->iov_len = part - in_snap;
	tail->iov_base = NULL;
	if (tail->iov_len)
		tail->iov_base = (uint8_t *)whole->iov->iov_base + udp->at +
				 in_snap - whole->snap_len;
	frame->iov = tail;
	frame->iov_count = tail->iov_len > 0;
	finish_headers(udp, frame);
	frame_classify(frame);
	frame->verdict.changes |= CHANGE_SEGMENTED;
	udp->at += part;
	udp->index++;
}

unsigned packet_udp_next(struct packet_udp *udp, struct frame *frames,
			 struct iovec *tails, unsigned n)
{
	unsigned i;

	for (i = 0; i < n && udp->at; i++) {
		cut_one(udp, &frames[i], &tails[i]);
		if (udp->at >= udp->whole->len)
			udp->at = 0;
	}
	return i;
}
