/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offload.h - checksums and segments that a sender left to others
 *
 * struct vnet_hdr travels with a frame untouched wherever both ends can take
 * it. Where a receiver can't, the sender's side calls offload_send() in place
 * of port_send(), and the work is done here.
 */
#ifndef CORE_OFFLOAD_H
#define CORE_OFFLOAD_H

#include <stdbool.h>

#include "core/frame.h"
#include "core/port.h"

/**
 * OFFLOAD_MIN_GSO - smallest segment payload that is accepted
 *
 * Linux' own floor (TCP_MIN_SND_MSS). Without one, a single frame could be made
 * to become 65,000.
 */
#define OFFLOAD_MIN_GSO 48

/**
 * struct offload_scratch - memory for offload_send(); some 90 KiB, one a worker
 * @iov:	tails of @frames
 * @ptrs:	to @frames
 * @frames:	what is sent instead
 * @data:	private copy of the frame that is being worked on
 */
struct offload_scratch {
	struct iovec iov[FRAME_BATCH];
	struct frame *ptrs[FRAME_BATCH];
	struct frame frames[FRAME_BATCH];
	uint8_t data[FRAME_MAX_LEN];
};

/**
 * offload_check() - does the header that came with a frame make sense?
 * @frame:	classified; its hdr is corrected where that is harmless: unknown
 *		flags go, hdr_len becomes the true length of the headers
 * @allowed:	enum port_feature bits that the sender may use
 *
 * Return: false for a frame to be dropped (DROP_BAD_OFFLOAD): checksum outside
 * of the frame, segmentation of what is no TCP packet of that family, sizes
 * that contradict the frame, anything that was not negotiated
 * (virtio 1.2 5.1.6.2).
 */
bool offload_check(struct frame *frame, uint16_t allowed);

/** offload_missing() - is there work in @frame that @port can't leave open? */
static inline bool offload_missing(const struct port *port,
				   const struct frame *frame)
{
	uint16_t need = 0;

	if (LIKELY(!frame_has_offload(frame)))
		return false;
	if (frame->hdr.flags & VNET_F_NEEDS_CSUM)
		need |= PORT_CSUM;
	if ((frame->hdr.gso_type & ~VNET_GSO_ECN) == VNET_GSO_TCPV4)
		need |= PORT_TSO4;
	if ((frame->hdr.gso_type & ~VNET_GSO_ECN) == VNET_GSO_TCPV6)
		need |= PORT_TSO6;
	if (frame->hdr.gso_type & VNET_GSO_ECN)
		need |= PORT_ECN;
	return need & ~port->features;
}

/**
 * struct offload_rest - where segments go when a port is full amid a frame
 * @keep:	copy @segment into a queue, or drop it: its verdict says which
 */
struct offload_rest {
	void (*keep)(struct offload_rest *rest, struct frame *segment);
};

/**
 * offload_send() - port_send(), with open work done first where @port lacks it
 * @port:	where to
 * @frames:	checked; only their verdict.changes is written to
 * @n:		1 to FRAME_BATCH
 * @scratch:	used only until this returns
 * @rest:	gets what follows when the port took only a part of a frame,
 *		which then counts as taken. It goes before all that is sent
 *		later
 *
 * Return: how many frames were taken, in order.
 */
unsigned offload_send(struct port *port, struct frame **frames, unsigned n,
		      struct offload_scratch *scratch,
		      struct offload_rest *rest);

#endif
