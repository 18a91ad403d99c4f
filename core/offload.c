// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * offload.c - checksums and segments that a sender left to others
 *
 * Theory of operation
 *
 * The frame is copied into scratch memory once, so what is summed is what is
 * sent. A segment is a frame of its own: a snapshot with rewritten headers and
 * the first payload bytes, and a tail that points into the copy. Headers are
 * found on the snapshot, never past its end: a packet whose headers do not fit
 * it is no candidate for segmentation.
 *
 * Of the TCP flags, FIN and PSH belong to the last segment, CWR to the first
 * (RFC 3168 6.1.2); IPv4 identification counts up.
 *
 * Limits: TCP over IPv4 and IPv6, behind up to two VLAN tags and hop-by-hop or
 * destination options; no UDP segmentation, which is never offered.
 */
#include "core/offload.h"

#include "core/csum.h"

#define IPPROTO_HOP 0
#define IPPROTO_TCP_NUMBER 6
#define IPPROTO_DEST 60
#define TCP_HLEN 20
#define TCP_CSUM_OFFSET 16
#define UDP_CSUM_OFFSET 6
#define TCP_FLAGS 13
#define TCP_FIN_PSH 0x09
#define TCP_CWR 0x80

/**
 * struct headers - where the headers of a TCP packet are
 * @l3:		offset of the IP header
 * @l4:		offset of the TCP header
 * @len:	bytes of all headers
 * @is_ipv6:	which kind of IP
 */
struct headers {
	uint16_t l3;
	uint16_t l4;
	uint16_t len;
	bool is_ipv6;
};

/**
 * struct segments - how far the segmentation of a frame is
 * @data:	the whole frame
 * @len:	its length
 * @at:		first payload byte of the next segment
 * @size:	payload of each but the last
 * @index:	segments so far
 * @headers:	of the whole frame
 */
struct segments {
	const uint8_t *data;
	uint32_t len;
	uint32_t at;
	uint32_t size;
	uint16_t index;
	struct headers headers;
};

static bool find_ipv4(const struct frame *frame, struct headers *headers)
{
	const uint8_t *ip = frame->snap + headers->l3;

	if (frame->snap_len < headers->l3 + 20 || ip[0] >> 4 != 4 ||
	    (ip[0] & 15) < 5 || ip[9] != IPPROTO_TCP_NUMBER ||
	    (be16_load(ip + 6) & 0x3fff))
		return false;
	headers->l4 = (uint16_t)(headers->l3 + (ip[0] & 15) * 4);
	return true;
}

static bool find_ipv6(const struct frame *frame, struct headers *headers)
{
	const uint8_t *ip = frame->snap + headers->l3;
	unsigned at = headers->l3 + 40u;
	uint8_t next;

	if (frame->snap_len < at || ip[0] >> 4 != 6)
		return false;
	next = ip[6];
	while (next == IPPROTO_HOP || next == IPPROTO_DEST) {
		if (at + 2 > frame->snap_len)
			return false;
		next = frame->snap[at];
		at += (frame->snap[at + 1] + 1u) * 8;
	}
	headers->l4 = (uint16_t)at;
	headers->is_ipv6 = true;
	return next == IPPROTO_TCP_NUMBER;
}

static bool find_headers(const struct frame *frame, struct headers *headers)
{
	unsigned at = ETH_HLEN, tags = 0;
	uint16_t type = be16_load(frame->snap + 12);
	bool found = false;

	while ((type == 0x8100 || type == 0x88a8) && tags++ < 2 &&
	       at + VLAN_HLEN <= frame->snap_len) {
		type = be16_load(frame->snap + at + 2);
		at += VLAN_HLEN;
	}
	*headers = (struct headers){.l3 = (uint16_t)at};
	if (type == 0x0800)
		found = find_ipv4(frame, headers);
	else if (type == 0x86dd)
		found = find_ipv6(frame, headers);
	if (!found || headers->l4 + TCP_HLEN > frame->snap_len)
		return false;
	at = frame->snap[headers->l4 + 12] >> 4;
	headers->len = (uint16_t)(headers->l4 + at * 4);
	return at >= 5 && headers->len <= frame->snap_len;
}

static bool check_csum(const struct frame *frame)
{
	uint32_t start = le16toh(frame->hdr.csum_start);
	uint32_t at = start + le16toh(frame->hdr.csum_offset);

	return start >= ETH_HLEN && start % 2 == 0 && start < frame->len &&
	       at + sizeof(uint16_t) <= frame->len;
}

static bool check_gso(struct frame *frame, uint16_t allowed)
{
	uint8_t type = frame->hdr.gso_type & (uint8_t)~VNET_GSO_ECN;
	uint16_t need = type == VNET_GSO_TCPV6 ? PORT_TSO6 : PORT_TSO4;
	struct headers headers;

	if (type != VNET_GSO_TCPV4 && type != VNET_GSO_TCPV6)
		return false;
	if (frame->hdr.gso_type & VNET_GSO_ECN)
		need |= PORT_ECN;
	if ((need & ~allowed) || !(frame->hdr.flags & VNET_F_NEEDS_CSUM) ||
	    le16toh(frame->hdr.gso_size) < OFFLOAD_MIN_GSO ||
	    le16toh(frame->hdr.hdr_len) > frame->len)
		return false;
	if (!find_headers(frame, &headers) || headers.len >= frame->len ||
	    headers.is_ipv6 != (type == VNET_GSO_TCPV6) ||
	    le16toh(frame->hdr.csum_start) != headers.l4 ||
	    le16toh(frame->hdr.csum_offset) != TCP_CSUM_OFFSET)
		return false;
	frame->hdr.hdr_len = htole16(headers.len);
	return true;
}

bool offload_check(struct frame *frame, uint16_t allowed)
{
	struct vnet_hdr *hdr = &frame->hdr;

	hdr->flags &= VNET_F_NEEDS_CSUM;
	if (hdr->flags && (!(allowed & PORT_CSUM) || !check_csum(frame)))
		return false;
	if (hdr->gso_type)
		return check_gso(frame, allowed);
	hdr->gso_size = hdr->hdr_len = 0;
	if (!hdr->flags)
		hdr->csum_start = hdr->csum_offset = 0;
	return true;
}

static void finish_csum(struct frame *frame, struct offload_scratch *scratch)
{
	uint16_t start = le16toh(frame->hdr.csum_start);
	uint16_t offset = le16toh(frame->hdr.csum_offset), csum;
	uint8_t *data = scratch->data;

	csum = csum_fold(csum_add(0, data + start, frame->len - start));
	if (!csum && offset == UDP_CSUM_OFFSET)
		csum = 0xffff; /* RFC 768: zero means there is none */
	be16_store(data + start + offset, csum);
	frame_set_data(&scratch->frames[0], data, frame->len, &scratch->iov[0]);
	scratch->frames[0].ingress = frame->ingress;
	scratch->frames[0].verdict = frame->verdict;
	scratch->frames[0].verdict.changes |= CHANGE_CHECKSUM;
}

static void finish_ip(const struct segments *segs, uint8_t *snap, uint32_t len)
{
	uint8_t *ip = snap + segs->headers.l3;

	if (segs->headers.is_ipv6) {
		be16_store(ip + 4, (uint16_t)(len - segs->headers.l3 - 40u));
		return;
	}
	be16_store(ip + 2, (uint16_t)(len - segs->headers.l3));
	be16_store(ip + 4, (uint16_t)(be16_load(ip + 4) + segs->index));
	be16_store(ip + 10, 0);
	be16_store(ip + 10, csum_fold(csum_add(0, ip, (ip[0] & 15) * 4u)));
}

static uint64_t pseudo_header(const struct segments *segs, const uint8_t *snap,
			      uint16_t len)
{
	const uint8_t *ip = snap + segs->headers.l3;

	if (segs->headers.is_ipv6)
		return csum_add(0, ip + 8, 32) + len + IPPROTO_TCP_NUMBER;
	return csum_add(0, ip + 12, 8) + len + IPPROTO_TCP_NUMBER;
}

static void finish_tcp(const struct segments *segs, uint8_t *snap, uint32_t len)
{
	uint16_t l4 = segs->headers.l4, hlen = segs->headers.len;
	uint8_t *tcp = snap + l4;
	uint64_t sum;

	be32_store(tcp + 4, be32_load(tcp + 4) + segs->at - hlen);
	if (segs->at + (len - hlen) < segs->len)
		tcp[TCP_FLAGS] &= (uint8_t)~TCP_FIN_PSH;
	if (segs->index)
		tcp[TCP_FLAGS] &= (uint8_t)~TCP_CWR;
	be16_store(tcp + TCP_CSUM_OFFSET, 0);
	sum = pseudo_header(segs, snap, (uint16_t)(len - l4));
	sum += csum_add(0, tcp, hlen - l4);
	sum += csum_add(0, segs->data + segs->at, len - hlen);
	be16_store(tcp + TCP_CSUM_OFFSET, csum_fold(sum));
}

/* the next segment as a frame; its payload must be there: @at < @len */
static void segments_next(struct segments *segs, struct frame *frame,
			  struct iovec *tail)
{
	uint32_t part = MIN(segs->size, segs->len - segs->at);
	uint16_t hlen = segs->headers.len;
	uint32_t len = hlen + part;
	uint16_t in_snap = (uint16_t)MIN(part, (uint32_t)FRAME_SNAP_LEN - hlen);

	frame->len = len;
	frame->snap_len = (uint16_t)(hlen + in_snap);
	memcpy(frame->snap, segs->data, hlen);
	memcpy(frame->snap + hlen, segs->data + segs->at, in_snap);
	tail->iov_base = (uint8_t *)(uintptr_t)segs->data + segs->at + in_snap;
	tail->iov_len = part - in_snap;
	frame->iov = tail;
	frame->iov_count = part > in_snap;
	frame->hdr = (struct vnet_hdr){0};
	frame_classify(frame);
	finish_ip(segs, frame->snap, len);
	finish_tcp(segs, frame->snap, len);
	segs->at += part;
	segs->index++;
}

static unsigned segments_left(const struct segments *segs)
{
	return (segs->len - segs->at + segs->size - 1) / segs->size;
}

/* The next segments into @scratch; returns how many. */
static unsigned cut_batch(struct segments *segs, uint16_t ingress,
			  const struct verdict *verdict,
			  struct offload_scratch *scratch)
{
	unsigned i, n = MIN(segments_left(segs), FRAME_BATCH);

	for (i = 0; i < n; i++) {
		scratch->ptrs[i] = &scratch->frames[i];
		segments_next(segs, scratch->ptrs[i], &scratch->iov[i]);
		scratch->frames[i].ingress = ingress;
		scratch->frames[i].verdict = *verdict;
	}
	return n;
}

/* A frame of which a part was lost is lost; a flooded one reached others. */
static void lose(struct frame *whole, enum drop_reason reason)
{
	if (whole->verdict.fate == FATE_FLOODED)
		return;
	verdict_drop(&whole->verdict, reason);
	whole->verdict.at_egress = true;
}

static void take_loss(struct frame *whole, const struct frame *part)
{
	if (part->verdict.fate == FATE_DROPPED)
		lose(whole, part->verdict.reason);
}

/* What was done for one port; a flooded frame went to others as it is. */
static void note_change(struct frame *frame, uint16_t changes)
{
	if (frame->verdict.fate != FATE_FLOODED)
		frame->verdict.changes |= changes;
}

/** enum sent - what became of a frame that needed work */
enum sent {
	SENT_NONE,  /* the port is full */
	SENT_PART,  /* it is full now; the rest of the frame is kept */
	SENT_WHOLE, /* or dropped */
};

static enum sent send_segments(struct port *port, struct frame *whole,
			       struct offload_scratch *scratch,
			       struct offload_rest *rest)
{
	struct segments segs = {.data = scratch->data,
				.len = whole->len,
				.size = le16toh(whole->hdr.gso_size)};
	struct verdict verdict;
	bool is_full = false;
	unsigned i, n, taken;

	if (!find_headers(whole, &segs.headers) || !segs.size ||
	    segs.headers.len > FRAME_SNAP_LEN ||
	    segs.headers.len >= whole->len) {
		port_drop_tx(port, whole, DROP_BAD_OFFLOAD);
		return SENT_WHOLE;
	}
	segs.at = segs.headers.len;
	verdict = whole->verdict;
	verdict.changes |= CHANGE_SEGMENTED | CHANGE_CHECKSUM;
	while (segs.at < segs.len) {
		bool is_first = !segs.index;

		n = cut_batch(&segs, whole->ingress, &verdict, scratch);
		taken = is_full ? 0 : port_send(port, scratch->ptrs, n);
		if (is_first && !taken)
			return SENT_NONE;
		is_full = taken < n;
		for (i = taken; i < n; i++)
			rest->keep(rest, scratch->ptrs[i]);
		for (i = 0; i < n; i++)
			take_loss(whole, scratch->ptrs[i]);
	}
	note_change(whole, CHANGE_SEGMENTED | CHANGE_CHECKSUM);
	return is_full ? SENT_PART : SENT_WHOLE;
}

static enum sent send_finished(struct port *port, struct frame *frame,
			       struct offload_scratch *scratch,
			       struct offload_rest *rest)
{
	if (frame->len > FRAME_MAX_LEN ||
	    frame_copy(frame, 0, scratch->data, frame->len) != frame->len) {
		port_drop_tx(port, frame, DROP_TOO_LONG);
		return SENT_WHOLE;
	}
	if (frame->hdr.gso_type)
		return send_segments(port, frame, scratch, rest);
	if (!check_csum(frame)) {
		port_drop_tx(port, frame, DROP_BAD_OFFLOAD);
		return SENT_WHOLE;
	}
	finish_csum(frame, scratch);
	scratch->ptrs[0] = &scratch->frames[0];
	if (!port_send(port, scratch->ptrs, 1))
		return SENT_NONE;
	take_loss(frame, scratch->ptrs[0]);
	note_change(frame, CHANGE_CHECKSUM);
	return SENT_WHOLE;
}

unsigned offload_send(struct port *port, struct frame **frames, unsigned n,
		      struct offload_scratch *scratch,
		      struct offload_rest *rest)
{
	unsigned done = 0;

	while (done < n) {
		unsigned run = 0, taken;

		while (done + run < n &&
		       !offload_missing(port, frames[done + run]))
			run++;
		if (!run) {
			enum sent sent = send_finished(port, frames[done],
						       scratch, rest);

			done += sent != SENT_NONE;
			if (sent != SENT_WHOLE)
				break;
			continue;
		}
		taken = port_send(port, frames + done, run);
		done += taken;
		if (taken < run)
			break;
	}
	return done;
}
