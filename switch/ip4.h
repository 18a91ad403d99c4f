/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ip4.h - Ethernet, IPv4 and UDP headers: read with all checks, write complete
 *
 * Addresses and numbers are in host order in every struct here.
 */
#ifndef SWITCH_IP4_H
#define SWITCH_IP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "switch/udp.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_ARP 0x0806

#define IP4_HLEN 20
#define IP4_MAX_HLEN 60
#define IP4_MAX_LEN 65535
#define IP4_BROADCAST UINT32_C(0xffffffff)
#define IP4_TTL 64

#define IP4_ICMP 1
#define IP4_TCP 6
#define IP4_UDP 17

#define ICMP_HLEN 8
#define ICMP_ECHO_REPLY 0
#define ICMP_UNREACHABLE 3
#define ICMP_ECHO 8
#define ICMP_TIME_EXCEEDED 11

/** enum icmp_error - ICMP type and code in one number (RFC 792, RFC 1812 5.2.7)
 */
enum icmp_error {
	ICMP_NET_UNREACHABLE = ICMP_UNREACHABLE << 8,
	ICMP_HOST_UNREACHABLE = ICMP_UNREACHABLE << 8 | 1,
	ICMP_PROTOCOL_UNREACHABLE = ICMP_UNREACHABLE << 8 | 2,
	ICMP_PORT_UNREACHABLE = ICMP_UNREACHABLE << 8 | 3,
	ICMP_FRAGMENTATION_NEEDED = ICMP_UNREACHABLE << 8 | 4,
	ICMP_PROHIBITED = ICMP_UNREACHABLE << 8 | 13,
	ICMP_TTL_EXPIRED = ICMP_TIME_EXCEEDED << 8,
};

/**
 * struct ip4 - a packet that passed ip4_parse(), and where it came from
 * @src:	source address
 * @dst:	destination address
 * @protocol:	of the payload
 * @ttl:	routers that it may still pass
 * @dont_fragment: it may not be cut
 * @header_len:	bytes up to the payload, options included
 * @payload_len: bytes of payload by the header, so without Ethernet padding
 * @payload:	private memory of the caller; NULL until it was copied
 * @csum_partial: the payload's checksum is left to a NIC that is not there
 *		(VNET_F_NEEDS_CSUM): don't check it
 * @src_mac:	Ethernet source; where an answer goes
 * @ingress:	number of the port it came in through (struct frame)
 */
struct ip4 {
	uint32_t src;
	uint32_t dst;
	uint8_t protocol;
	uint8_t ttl;
	bool dont_fragment;
	uint16_t header_len;
	uint16_t payload_len;
	const uint8_t *payload;
	bool csum_partial;
	struct mac src_mac;
	uint16_t ingress;
};

/**
 * struct ip4_fragment - where a fragment belongs (RFC 791 3.1)
 * @id:		that all fragments of a packet have
 * @offset:	of its payload in that of the packet, in bytes
 * @more:	it is not the last
 */
struct ip4_fragment {
	uint16_t id;
	uint16_t offset;
	bool more;
};

/**
 * struct ip4_route - from where to where a packet that we make goes
 * @src_mac:	ours
 * @dst_mac:	of the next hop
 * @src:	ours
 * @dst:	of the receiver
 */
struct ip4_route {
	struct mac src_mac;
	struct mac dst_mac;
	uint32_t src;
	uint32_t dst;
};

/**
 * ip4_parse() - check and read an IPv4 header (RFC 791, RFC 1122 3.2.1)
 * @data:	the header; options must lie within it too
 * @data_len:	bytes of @data
 * @len:	bytes that the frame has from there on, at least @data_len
 * @ip:		addresses, protocol and lengths are filled in
 *
 * Fragments are refused: what is said to a service of ours fits in one packet,
 * and memory for strangers' fragments is what CVE-2019-14378 was about. So are
 * source routes (RFC 7126 4.3); other options are stepped over.
 *
 * Return: whether it is an unfragmented packet with a correct header.
 */
bool ip4_parse(const uint8_t *data, size_t data_len, size_t len,
	       struct ip4 *ip);

/**
 * ip4_parse_fragment() - as ip4_parse(), of a fragment and of nothing else
 */
bool ip4_parse_fragment(const uint8_t *data, size_t data_len, size_t len,
			struct ip4 *ip, struct ip4_fragment *fragment);

/**
 * ip4_encode() - Ethernet and IPv4 header in front of a payload
 * @frame:	ETH_HLEN + IP4_HLEN bytes, then the payload, already there
 * @route:	addresses
 * @protocol:	of the payload
 * @payload_len: at most IP4_MAX_LEN - IP4_HLEN
 *
 * Return: bytes of the frame.
 */
size_t ip4_encode(uint8_t *frame, const struct ip4_route *route,
		  uint8_t protocol, size_t payload_len);

/**
 * ip4_payload_csum_is_good() - UDP or TCP checksum with its pseudo header
 * @ip:		with payload
 *
 * True also where the sender's NIC was to fill it in.
 */
bool ip4_payload_csum_is_good(const struct ip4 *ip);

/**
 * udp4_parse() - udp_read(), and the checksum if there is one
 *
 * Return: whether all is right.
 */
bool udp4_parse(const struct ip4 *ip, struct udp *udp);

/**
 * udp4_encode() - Ethernet, IPv4 and UDP header in front of @len bytes of data
 * @frame:	UDP4_OFFSET bytes, then the data, already there
 * @ports:	source port in the upper, destination in the lower half
 *
 * Return: bytes of the frame.
 */
size_t udp4_encode(uint8_t *frame, const struct ip4_route *route,
		   uint32_t ports, size_t len);

/** UDP4_OFFSET - where the data of a datagram that we make begins */
#define UDP4_OFFSET (14 + IP4_HLEN + UDP_HLEN)

/** udp4_ports() - the @ports argument of udp4_encode() */
static inline uint32_t udp4_ports(uint16_t src, uint16_t dst)
{
	return (uint32_t)src << 16 | dst;
}

#endif
