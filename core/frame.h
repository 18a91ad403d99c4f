/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - an Ethernet frame on its way, borrowed for the length of a call
 *
 * The first bytes of a frame are a private copy (the snapshot); only what lies
 * behind them, the tail, stays in the sender's memory until it is copied once
 * into the receiver's. Headers are judged and changed on the snapshot alone, so
 * a guest that rewrites its buffer meanwhile can change its payload but never a
 * decision. What is sent is the snapshot followed by the tail: a header byte is
 * never read from shared memory twice.
 */
#ifndef CORE_FRAME_H
#define CORE_FRAME_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

#include "core/addr.h"
#include "core/bytes.h"
#include "core/util.h"
#include "core/verdict.h"

#define ETH_HLEN 14
#define VLAN_HLEN 4

/** FRAME_SNAP_LEN - bytes that a backend snapshots (or the whole frame) */
#define FRAME_SNAP_LEN 128
/** FRAME_SNAP_SIZE - room of the snapshot: a VLAN tag may be put in */
#define FRAME_SNAP_SIZE 192
/** FRAME_MAX_LEN - 64 KiB of IP packet behind Ethernet header and two tags */
#define FRAME_MAX_LEN (65535 + ETH_HLEN + 2 * VLAN_HLEN)
/** FRAME_MAX_IOV - pieces that a tail may consist of */
#define FRAME_MAX_IOV 64
/** FRAME_BATCH - most frames that travel in one call */
#define FRAME_BATCH 64

/* struct vnet_hdr flags and gso_type (virtio 1.2 5.1.6) */
#define VNET_F_NEEDS_CSUM 1
#define VNET_F_DATA_VALID 2
#define VNET_GSO_NONE 0
#define VNET_GSO_TCPV4 1
#define VNET_GSO_TCPV6 4
#define VNET_GSO_ECN 0x80

/**
 * struct vnet_hdr - virtio_net_hdr without num_buffers (virtio 1.2 5.1.6)
 * @flags:	VNET_F_* bits
 * @gso_type:	VNET_GSO_*, VNET_GSO_ECN may be added
 * @hdr_len:	bytes of headers, a hint that may lie
 * @gso_size:	payload bytes of each segment
 * @csum_start:	where checksumming begins, from the start of the frame
 * @csum_offset: where the sum goes, from @csum_start
 *
 * All fields little-endian, as a VERSION_1 device, IFF_VNET_HDR with
 * TUNSETVNETLE, and PACKET_VNET_HDR on a little-endian host have them.
 */
struct vnet_hdr {
	uint8_t flags;
	uint8_t gso_type;
	uint16_t hdr_len;
	uint16_t gso_size;
	uint16_t csum_start;
	uint16_t csum_offset;
};
static_assert(sizeof(struct vnet_hdr) == 10, "virtio 1.2 5.1.6");

/**
 * struct frame - one frame; borrowed, so valid until the call returns
 * @len:	bytes from destination address to end of payload, no FCS
 * @snap_len:	valid bytes of @snap; equals @len when there is no tail
 * @vid:	802.1Q VID the frame belongs to, 0 when untagged
 * @iov_count:	entries of @iov
 * @ingress:	the upper side's number of the port it came in through, set by
 *		port_input(): limits and quotas are kept by it, as a guest can
 *		forge every address but not this
 * @iov:	the tail: @len - @snap_len bytes in memory of the ingress port
 * @hdr:	offloads still to be done; all zero when none are
 * @verdict:	what became of it, filled as it goes
 * @snap:	the first bytes, private
 *
 * The first 64 bytes hold all that forwarding a short frame needs.
 */
struct frame {
	uint32_t len;
	uint16_t snap_len;
	uint16_t vid;
	const struct iovec *iov;
	uint16_t iov_count;
	uint16_t ingress;
	struct vnet_hdr hdr;
	struct verdict verdict;
	uint8_t snap[FRAME_SNAP_SIZE] __attribute__((aligned(16)));
};

/** frame_dst() - destination address; @frame has at least ETH_HLEN bytes */
static inline const struct mac *frame_dst(const struct frame *frame)
{
	return (const struct mac *)frame->snap;
}

/** frame_src() - source address; @frame has at least ETH_HLEN bytes */
static inline const struct mac *frame_src(const struct frame *frame)
{
	return (const struct mac *)(frame->snap + MAC_LEN);
}

/** frame_ethertype() - type or length field, behind an outermost 802.1Q tag */
static inline uint16_t frame_ethertype(const struct frame *frame)
{
	uint16_t type = be16_load(frame->snap + 12);

	if (type == 0x8100 && frame->snap_len >= ETH_HLEN + VLAN_HLEN)
		type = be16_load(frame->snap + 16);
	return type;
}

/** frame_has_offload() - is there a checksum or segmentation left to do? */
static inline bool frame_has_offload(const struct frame *frame)
{
	return (frame->hdr.flags & VNET_F_NEEDS_CSUM) || frame->hdr.gso_type;
}

/**
 * frame_classify() - fill @vid from the snapshot (802.1Q 9.6) and start the
 * verdict anew; a backend calls it once the snapshot is there
 *
 * Return: false for a frame shorter than its headers; its verdict says so.
 */
static inline bool frame_classify(struct frame *frame)
{
	frame->verdict = (struct verdict){0};
	frame->vid = 0;
	if (frame->len < ETH_HLEN || frame->snap_len < ETH_HLEN) {
		verdict_drop(&frame->verdict, DROP_RUNT);
		return false;
	}
	if (frame->len > FRAME_MAX_LEN) {
		verdict_drop(&frame->verdict, DROP_TOO_LONG);
		return false;
	}
	if (be16_load(frame->snap + 12) == 0x8100 &&
	    frame->snap_len >= ETH_HLEN + VLAN_HLEN)
		frame->vid = be16_load(frame->snap + 14) & 0xfff;
	return true;
}

/**
 * frame_set_data() - make a frame of @len private bytes at @data
 * @frame:	filled; its tail points into @data through @tail
 * @data:	stays with the caller, for as long as @frame is used
 * @len:	at most FRAME_MAX_LEN
 * @tail:	one iovec that lives as long as @frame
 */
void frame_set_data(struct frame *frame, const void *data, uint32_t len,
		    struct iovec *tail);

/**
 * frame_copy() - copy bytes out of a frame, snapshot first, then tail
 * @frame:	from
 * @offset:	first byte wanted
 * @dst:	private memory
 * @len:	bytes wanted
 *
 * Return: bytes copied; fewer than @len only at the frame's end.
 */
size_t frame_copy(const struct frame *frame, size_t offset, void *dst,
		  size_t len);

/**
 * frame_sum() - Internet checksum's running sum over part of a frame, in place
 * @frame:	of which @offset + @len bytes are there
 * @offset:	where to begin
 * @len:	how many
 */
uint64_t frame_sum(const struct frame *frame, size_t offset, size_t len);

/**
 * frame_iov() - the whole frame as an iovec list for writev() and friends
 * @frame:	described
 * @iov:	room for @frame->iov_count + 1 entries
 *
 * Return: entries filled.
 */
unsigned frame_iov(const struct frame *frame, struct iovec *iov);

#endif
