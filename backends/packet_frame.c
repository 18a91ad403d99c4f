// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet_frame.c - what a packet socket gave becomes a frame
 */
#include "backends/packet_frame.h"

#include "backends/packet_udp.h"
#include "core/offload.h"

#define VLAN_TPID 0x8100

/**
 * struct packet_tag - a VLAN tag beside its frame, in host byte order
 * @tpid:	0x8100, 0x88a8
 * @tci:	priority and VID
 */
struct packet_tag {
	uint16_t tpid;
	uint16_t tci;
};

static_assert(PACKET_FRAME_HEAD + VLAN_HLEN <= FRAME_SNAP_LEN,
	      "with its tag the head is a snapshot");

static bool find_tag(struct msghdr *msg, struct packet_tag *tag)
{
	struct tpacket_auxdata aux;
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_PACKET ||
		    cmsg->cmsg_type != PACKET_AUXDATA ||
		    cmsg->cmsg_len < CMSG_LEN(sizeof(aux)))
			continue;
		memcpy(&aux, CMSG_DATA(cmsg), sizeof(aux));
		if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
			return false;
		tag->tci = aux.tp_vlan_tci;
		tag->tpid = VLAN_TPID;
		if (aux.tp_status & TP_STATUS_VLAN_TPID_VALID)
			tag->tpid = aux.tp_vlan_tpid;
		return true;
	}
	return false;
}

static uint16_t le16_moved(uint16_t value)
{
	return htole16((uint16_t)(le16toh(value) + VLAN_HLEN));
}

/* There are at least two addresses; the offsets count from the frame's start.
 */
static void insert_tag(struct frame *frame, const struct packet_tag *tag)
{
	uint8_t *at = frame->snap + 2 * MAC_LEN;

	memmove(at + VLAN_HLEN, at, frame->snap_len - 2u * MAC_LEN);
	be16_store(at, tag->tpid);
	be16_store(at + 2, tag->tci);
	frame->snap_len += VLAN_HLEN;
	frame->len += VLAN_HLEN;
	if (frame->hdr.flags & VNET_F_NEEDS_CSUM)
		frame->hdr.csum_start = le16_moved(frame->hdr.csum_start);
	if (frame->hdr.gso_type)
		frame->hdr.hdr_len = le16_moved(frame->hdr.hdr_len);
}

enum drop_reason packet_frame_accept(struct frame *frame, struct iovec *tail,
				     struct msghdr *msg, size_t len,
				     uint16_t allowed)
{
	struct packet_tag tag;

	if (len < sizeof(frame->hdr) + ETH_HLEN)
		return DROP_RUNT;
	frame->len = (uint32_t)(len - sizeof(frame->hdr));
	frame->snap_len = (uint16_t)MIN(frame->len, PACKET_FRAME_HEAD);
	tail->iov_len = frame->len - frame->snap_len;
	frame->iov = tail;
	frame->iov_count = tail->iov_len > 0;
	if (find_tag(msg, &tag))
		insert_tag(frame, &tag);
	if (!frame_classify(frame))
		return frame->verdict.reason;
	if (msg->msg_flags & MSG_TRUNC)
		verdict_drop(&frame->verdict, DROP_TOO_LONG);
	else if (frame->hdr.gso_type == PACKET_UDP_GSO)
		return DROP_NONE; /* whoever cuts it apart judges it */
	else if (!offload_check(frame, allowed))
		verdict_drop(&frame->verdict, DROP_BAD_OFFLOAD);
	return frame->verdict.reason;
}
