/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet_udp.h - UDP datagrams that a program sent in one piece are cut apart
 *
 * A program of this host, or of a virtual machine on its bridge, may hand many
 * datagrams of one length to its kernel at once (UDP_SEGMENT, USO). Where the
 * wire is virtual they stay together until somebody can't take them, and that
 * is a packet socket's reader: nothing can be said to the kernel beforehand,
 * and no port of a network takes such frames.
 */
#ifndef BACKENDS_PACKET_UDP_H
#define BACKENDS_PACKET_UDP_H

#include "core/frame.h"

/** PACKET_UDP_GSO - VIRTIO_NET_HDR_GSO_UDP_L4 (virtio 1.3 5.1.6) */
#define PACKET_UDP_GSO 5
/** PACKET_UDP_MAX - most datagrams in one piece (UDP_MAX_SEGMENTS of Linux) */
#define PACKET_UDP_MAX 128

/**
 * struct packet_udp - how far a frame is cut
 * @whole:	the frame; its tail is one piece
 * @l3:		offset of the IP header
 * @l4:		offset of the UDP header
 * @is_ipv6:	which kind of IP
 * @size:	payload of each datagram but the last
 * @index:	datagrams so far
 * @at:		first payload byte of the next one; 0: nothing is being cut
 */
struct packet_udp {
	const struct frame *whole;
	uint16_t l3;
	uint16_t l4;
	bool is_ipv6;
	uint16_t size;
	uint16_t index;
	uint32_t at;
};

/**
 * packet_udp_begin() - look at a frame that is to be cut
 * @udp:	filled
 * @whole:	classified, its hdr as it came; stays until all is cut
 *
 * Return: false for what contradicts itself (DROP_BAD_OFFLOAD).
 */
bool packet_udp_begin(struct packet_udp *udp, const struct frame *whole);

/**
 * packet_udp_next() - the next datagrams, checksums left to be finished
 * @udp:	after packet_udp_begin(); @at is 0 when this was the rest
 * @frames:	filled; their tails point into the whole's
 * @tails:	one for each of @frames
 * @n:		room in both
 *
 * Return: frames filled.
 */
unsigned packet_udp_next(struct packet_udp *udp, struct frame *frames,
			 struct iovec *tails, unsigned n);

#endif
