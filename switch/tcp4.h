/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp4.h - TCP segments over IPv4: read with all checks, write complete
 */
#ifndef SWITCH_TCP4_H
#define SWITCH_TCP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "switch/ip4.h"

#define TCP_HLEN 20
#define TCP_MAX_HLEN 60
/** TCP_CSUM_OFFSET - of the checksum in the header (csum_offset) */
#define TCP_CSUM_OFFSET 16
/** TCP4_OVERHEAD - IPv4 and TCP header in front of the data */
#define TCP4_OVERHEAD (IP4_HLEN + TCP_HLEN)
/** TCP4_MSS_DEFAULT - what a peer takes that doesn't say (RFC 9293 3.7.1) */
#define TCP4_MSS_DEFAULT 536
/** TCP4_OPTIONS - most bytes of options that we write */
#define TCP4_OPTIONS 8
/** TCP4_SCALE_MAX - largest shift of a window (RFC 7323 2.3) */
#define TCP4_SCALE_MAX 14

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10

/**
 * struct tcp4 - a segment; numbers in host order
 * @src_port:	never 0
 * @dst_port:	never 0
 * @seq:	sequence number
 * @ack:	acknowledgement, if TCP_ACK
 * @flags:	TCP_FIN to TCP_ACK; the urgent pointer is ignored: data is data
 * @window:	unscaled
 * @mss:	option 2, for a SYN; 0: absent
 * @has_scale:	option 3, for a SYN (RFC 7323 2.2)
 * @scale:	its shift
 * @header_len:	bytes in front of @data; what tcp4_parse_header() found
 * @len:	bytes of @data
 * @data:	inside the packet that was parsed, or what is to be sent
 */
struct tcp4 {
	uint16_t src_port;
	uint16_t dst_port;
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	uint16_t window;
	uint16_t mss;
	bool has_scale;
	uint8_t scale;
	uint8_t header_len;
	uint16_t len;
	const uint8_t *data;
};

/** tcp4_is_before() - order of sequence numbers, which wrap (RFC 9293 3.4) */
static inline bool tcp4_is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/** tcp4_parse() - whether lengths, options, ports and checksum are right */
bool tcp4_parse(const struct ip4 *ip, struct tcp4 *tcp);

/**
 * tcp4_parse_header() - the same for a header alone; the checksum is not judged
 * @p:		first bytes of the segment, private
 * @p_len:	how many; the whole header must be there
 * @len:	bytes of the whole segment
 * @tcp:	filled, with @tcp->data NULL
 */
bool tcp4_parse_header(const uint8_t *p, size_t p_len, size_t len,
		       struct tcp4 *tcp);

/**
 * tcp4_encode_header() - all headers of a segment with data elsewhere
 * @frame:	ETH_HLEN + TCP4_OVERHEAD + TCP4_OPTIONS bytes
 *
 * The checksum is the pseudo header's, to be finished by whoever sums up header
 * and data (VNET_F_NEEDS_CSUM).
 *
 * Return: bytes of the headers.
 */
size_t tcp4_encode_header(uint8_t *frame, const struct ip4_route *route,
			  const struct tcp4 *tcp);

/**
 * tcp4_encode() - a whole frame
 * @frame:	ETH_HLEN + TCP4_OVERHEAD + TCP4_OPTIONS + @tcp->len bytes
 *
 * Return: bytes of the frame.
 */
size_t tcp4_encode(uint8_t *frame, const struct ip4_route *route,
		   const struct tcp4 *tcp);

/**
 * tcp4_answer_rst() - the RST that answers @in, which belongs to no connection
 * (RFC 9293 3.10.7.1); @in is not a RST itself
 */
void tcp4_answer_rst(const struct tcp4 *in, struct tcp4 *rst);

#endif
