// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_packet_frame.c - any frame, offload header and control messages
 *
 * Input: a byte each for the length of the control messages, the flags and the
 * repetitions of the frame's last byte (times 256); then control messages,
 * header and frame. What is accepted has to be whole, and as it was read but
 * for a tag.
 */
#include <stdlib.h>
#include <string.h>

#include "backends/packet_frame.h"
#include "backends/packet_udp.h"
#include "core/offload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD 3
#define DATAGRAMS 7

struct fuzz {
	struct frame frame;
	struct iovec tail;
	struct msghdr msg;
	_Alignas(struct cmsghdr) uint8_t control[PACKET_FRAME_CONTROL];
	uint8_t bytes[PACKET_FRAME_TAIL];
	uint8_t wire[sizeof(struct vnet_hdr) + FRAME_MAX_LEN + 1];
	uint8_t copy[FRAME_MAX_LEN + 1];
	uint8_t part[FRAME_MAX_LEN + 1];
};

/* As recvmsg() scatters it. */
static void scatter(struct fuzz *fuzz, size_t len)
{
	const size_t hdr = sizeof(struct vnet_hdr);
	size_t head = len > hdr ? MIN(len - hdr, PACKET_FRAME_HEAD) : 0;

	memcpy(&fuzz->frame.hdr, fuzz->wire, MIN(len, hdr));
	memcpy(fuzz->frame.snap, fuzz->wire + hdr, head);
	if (len > hdr + head)
		memcpy(fuzz->bytes, fuzz->wire + hdr + head, len - hdr - head);
	fuzz->tail.iov_base = fuzz->bytes;
}

/* All of the payload has to come out, in order. */
static void cut(struct fuzz *fuzz)
{
	static struct frame frames[DATAGRAMS];
	static struct iovec tails[DATAGRAMS];
	struct packet_udp udp;
	uint32_t at, head, n, i;

	if (!packet_udp_begin(&udp, &fuzz->frame))
		return;
	at = head = udp.at;
	while (udp.at) {
		n = packet_udp_next(&udp, frames, tails, DATAGRAMS);
		for (i = 0; i < n; i++) {
			uint32_t len = frames[i].len - head;

			if (!offload_check(&frames[i], UINT16_MAX) ||
			    frame_copy(&frames[i], head, fuzz->part, len) !=
				    len ||
			    memcmp(fuzz->part, fuzz->copy + at, len))
				abort();
			at += len;
		}
	}
	if (at != fuzz->frame.len || udp.index > PACKET_UDP_MAX)
		abort();
}

static void check(struct fuzz *fuzz, size_t len)
{
	const uint8_t *wire = fuzz->wire + sizeof(struct vnet_hdr);
	struct frame *frame = &fuzz->frame;
	size_t tag = frame->len - (len - sizeof(struct vnet_hdr));

	if (frame->len < ETH_HLEN || frame->len > FRAME_MAX_LEN ||
	    frame->snap_len > FRAME_SNAP_LEN ||
	    (tag != 0 && tag != VLAN_HLEN) || frame->verdict.fate != FATE_NONE)
		abort();
	if (frame_copy(frame, 0, fuzz->copy, sizeof(fuzz->copy)) != frame->len)
		abort();
	if (memcmp(fuzz->copy, wire, 12) ||
	    memcmp(fuzz->copy + 12 + tag, wire + 12, frame->len - tag - 12))
		abort();
	if (frame->hdr.gso_type == PACKET_UDP_GSO)
		cut(fuzz);
	else if (!offload_check(frame, UINT16_MAX))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz fuzz;
	size_t control, len, more;

	if (size < HEAD)
		return 0;
	memset(&fuzz, 0, sizeof(fuzz));
	control = MIN(MIN(data[0], size - HEAD), sizeof(fuzz.control));
	memcpy(fuzz.control, data + HEAD, control);
	fuzz.msg.msg_control = fuzz.control;
	fuzz.msg.msg_controllen = control;
	fuzz.msg.msg_flags = data[1] & 1 ? MSG_TRUNC : 0;
	len = MIN(size - HEAD - control, sizeof(fuzz.wire));
	memcpy(fuzz.wire, data + HEAD + control, len);
	more = MIN((size_t)data[2] * 256 + 255, sizeof(fuzz.wire) - len);
	if (data[2]) {
		memset(fuzz.wire + len, data[2], more);
		len += more;
	}
	scatter(&fuzz, len);
	if (packet_frame_accept(&fuzz.frame, &fuzz.tail, &fuzz.msg, len,
				data[1] & 2 ? 0 : UINT16_MAX) == DROP_NONE)
		check(&fuzz, len);
	return 0;
}
