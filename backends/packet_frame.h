/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet_frame.h - what a packet socket gave becomes a frame
 *
 * The kernel takes the outermost VLAN tag out of each frame before a packet
 * socket sees it, and hands it over beside the frame (PACKET_AUXDATA). Here it
 * is put back: in a network a frame looks as it did on the wire.
 */
#ifndef BACKENDS_PACKET_FRAME_H
#define BACKENDS_PACKET_FRAME_H

#include <linux/if_packet.h>
#include <sys/socket.h>

#include "core/frame.h"

/** PACKET_FRAME_HEAD - bytes to read into the snapshot: a tag fits behind */
#define PACKET_FRAME_HEAD (FRAME_SNAP_LEN - VLAN_HLEN)
/** PACKET_FRAME_TAIL - room for a tail; the last byte is never used */
#define PACKET_FRAME_TAIL (FRAME_MAX_LEN - PACKET_FRAME_HEAD + 1)
/** PACKET_FRAME_CONTROL - room for the control message that has the tag */
#define PACKET_FRAME_CONTROL CMSG_SPACE(sizeof(struct tpacket_auxdata))

/**
 * packet_frame_accept() - bring what recvmsg() filled in into shape
 * @frame:	hdr and PACKET_FRAME_HEAD bytes of snap were read into; the rest
 *		is filled here
 * @tail:	the memory that what follows was read into; its length is set,
 *		and it becomes the frame's tail
 * @msg:	as recvmsg() left it: flags and control messages
 * @len:	bytes that were read, those of hdr included
 * @allowed:	enum port_feature bits that the other side may use
 *
 * Return: DROP_NONE for a frame to be handed up, or to be cut apart where its
 * header says PACKET_UDP_GSO (packet_udp.h), which is not judged here; else why
 * it can't be. The frame's verdict says the same, but for DROP_RUNT, where
 * there may be none.
 */
enum drop_reason packet_frame_accept(struct frame *frame, struct iovec *tail,
				     struct msghdr *msg, size_t len,
				     uint16_t allowed);

#endif
