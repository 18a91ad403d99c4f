/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ip6.h - Ethernet, IPv6 and UDP headers: read with all checks, write complete
 *
 * Addresses are as on the wire, numbers in host order.
 */
#ifndef SWITCH_IP6_H
#define SWITCH_IP6_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/addr6.h"
#include "switch/ip4.h"

#define ETHERTYPE_IPV6 0x86dd

#define IP6_HLEN 40
/** IP6_MIN_MTU - what every link carries whole (RFC 8200 5) */
#define IP6_MIN_MTU 1280
#define IP6_MAX_LEN (IP6_HLEN + 65535)
#define IP6_HOP_LIMIT 64
/** IP6_MAX_HEADERS - extension headers that are walked; each kind has its one
 * place, and destination options two (RFC 8200 4.1)
 */
#define IP6_MAX_HEADERS 8

#define IP6_TCP 6
#define IP6_UDP 17
#define IP6_ICMP 58
/** IP6_NOTHING - there is no payload (RFC 8200 4.7) */
#define IP6_NOTHING 59

#define ICMP6_HLEN 8
#define ICMP6_ECHO 128
#define ICMP6_ECHO_REPLY 129

/** enum icmp6_error - ICMPv6 type and code in one number (RFC 4443 3) */
enum icmp6_error {
	ICMP6_NO_ROUTE = 1 << 8,
	ICMP6_PROHIBITED = 1 << 8 | 1,
	ICMP6_ADDRESS_UNREACHABLE = 1 << 8 | 3,
	ICMP6_PORT_UNREACHABLE = 1 << 8 | 4,
};

/**
 * struct ip6 - a packet that passed ip6_parse(), and where it came from
 * @src:	source address, never a group
 * @dst:	destination address
 * @protocol:	of the payload
 * @hop_limit:	routers that it may still pass
 * @is_fragment: the payload is a part of one
 * @header_len:	bytes up to the payload, extension headers included
 * @payload_len: bytes of payload by the header, so without Ethernet padding
 * @payload:	private memory of the caller; NULL until it was copied
 * @csum_partial: see struct ip4
 * @src_mac:	Ethernet source; where an answer goes
 * @ingress:	number of the port it came in through (struct frame)
 */
struct ip6 {
	struct in6_addr src;
	struct in6_addr dst;
	uint8_t protocol;
	uint8_t hop_limit;
	bool is_fragment;
	uint16_t header_len;
	uint16_t payload_len;
	const uint8_t *payload;
	bool csum_partial;
	struct mac src_mac;
	uint16_t ingress;
};

/**
 * struct ip6_route - from where to where a packet that we make goes
 * @src_mac:	ours
 * @dst_mac:	of the next hop
 * @src:	ours
 * @dst:	of the receiver
 * @hop_limit:	255 where the receiver must see that no router was passed
 */
struct ip6_route {
	struct mac src_mac;
	struct mac dst_mac;
	struct in6_addr src;
	struct in6_addr dst;
	uint8_t hop_limit;
};

/**
 * ip6_parse() - check and read an IPv6 header and those that extend it
 * @data:	the header; all extension headers must lie within it too, as
 *		RFC 7112 asks of a first fragment
 * @data_len:	bytes of @data
 * @len:	bytes that the frame has from there on, at least @data_len
 * @ip:		addresses, protocol and lengths are filled in
 *
 * Refused: jumbograms (RFC 2675), routing headers that are not used up (RFC
 * 5095), options that may not be stepped over (RFC 8200 4.2), and more than
 * IP6_MAX_HEADERS headers. A packet in one fragment (RFC 6946) is whole.
 *
 * Return: whether it is a packet with correct headers; then @ip->is_fragment
 * tells whether its payload can be read.
 */
bool ip6_parse(const uint8_t *data, size_t data_len, size_t len,
	       struct ip6 *ip);

/**
 * ip6_encode() - Ethernet and IPv6 header in front of a payload
 * @frame:	ETH_HLEN + IP6_HLEN bytes, then the payload, already there
 *
 * Return: bytes of the frame.
 */
size_t ip6_encode(uint8_t *frame, const struct ip6_route *route,
		  uint8_t protocol, size_t payload_len);

/**
 * icmp6_encode() - as ip6_encode(), and the checksum of an ICMPv6 message
 */
size_t icmp6_encode(uint8_t *frame, const struct ip6_route *route,
		    size_t payload_len);

/** ip6_payload_csum_is_good() - as ip4_payload_csum_is_good(); ICMPv6 too */
bool ip6_payload_csum_is_good(const struct ip6 *ip);

/**
 * udp6_parse() - check and read a UDP header; without checksum it is refused
 * (RFC 8200 8.1)
 */
bool udp6_parse(const struct ip6 *ip, struct udp *udp);

/** udp6_encode() - as udp4_encode(), behind UDP6_OFFSET bytes */
size_t udp6_encode(uint8_t *frame, const struct ip6_route *route,
		   uint32_t ports, size_t len);

/** UDP6_OFFSET - where the data of a datagram that we make begins */
#define UDP6_OFFSET (14 + IP6_HLEN + UDP_HLEN)

#endif
