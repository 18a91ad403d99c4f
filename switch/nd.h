/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nd.h - Neighbor Discovery messages of IPv6 over Ethernet (RFC 4861)
 */
#ifndef SWITCH_ND_H
#define SWITCH_ND_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "switch/ip6.h"

/** ND_FRAME_MAX - longest frame that nd_encode() makes */
#define ND_FRAME_MAX (14 + IP6_HLEN + 24 + 8)
/** ND_MAX_LEN - longest IPv6 packet that nd_decode() reads */
#define ND_MAX_LEN 256

#define ND_HOP_LIMIT 255
#define ND_OPT_LEN 8
#define ND_OPT_SOURCE_MAC 1
#define ND_OPT_TARGET_MAC 2

#define ND_SOLICITATION 135
#define ND_ADVERTISEMENT 136

/* Flags of an advertisement (RFC 4861 4.4) */
#define ND_ROUTER 0x80
#define ND_SOLICITED 0x40
#define ND_OVERRIDE 0x20

/**
 * struct nd - one Neighbor Solicitation or Advertisement
 * @type:	ND_SOLICITATION or ND_ADVERTISEMENT
 * @flags:	ND_* bits; 0 in a solicitation
 * @has_mac:	it carries the link-layer address option that goes with @type
 * @mac:	that address
 * @src:	of the IPv6 header
 * @dst:	of the IPv6 header
 * @target:	whom it is about
 */
struct nd {
	uint8_t type;
	uint8_t flags;
	bool has_mac;
	struct mac mac;
	struct in6_addr src;
	struct in6_addr dst;
	struct in6_addr target;
};

/** nd_all_nodes - ff02::1 */
extern const struct in6_addr nd_all_nodes;

/** nd_solicited_node() - the group that @target listens to (RFC 4291 2.7.1) */
struct in6_addr nd_solicited_node(const struct in6_addr *target);

/** nd_link_local() - fe80::/64 with the EUI-64 of @mac (RFC 4291 appendix A) */
struct in6_addr nd_link_local(const struct mac *mac);

/** ND_GROUP_MAC - the first two bytes of what nd_group_mac() gives */
#define ND_GROUP_MAC 0x3333

/** nd_group_mac() - Ethernet address of a multicast address (RFC 2464 7) */
struct mac nd_group_mac(const struct in6_addr *group);

/**
 * nd_encode() - a whole frame
 * @frame:	room for ND_FRAME_MAX
 * @dst_mac:	Ethernet destination
 * @src_mac:	Ethernet source
 *
 * Return: its length.
 */
size_t nd_encode(uint8_t *frame, const struct mac *dst_mac,
		 const struct mac *src_mac, const struct nd *nd);

/**
 * nd_decode() - read a message with the checks of RFC 4861 7.1.1 and 7.1.2
 * @data:	behind the Ethernet header
 * @len:	bytes of it; Ethernet padding may follow the packet
 * @csum_partial: the checksum is left to a NIC that is not there: don't check
 *
 * Packets with extension headers are refused: nobody has to send them (RFC 6980
 * forbids fragments), and tricks need them.
 *
 * Return: whether it is a valid solicitation or advertisement.
 */
bool nd_decode(const uint8_t *data, size_t len, bool csum_partial,
	       struct nd *nd);

/**
 * nd_packet_is_good() - the checks that all messages of ND share: one ICMPv6
 * message of hop limit 255, code 0, with a good checksum
 * @data, @len, @csum_partial: as for nd_decode()
 * @hlen:	bytes that the message has in front of its options
 *
 * Return: the length of options; -1 when it is not good.
 */
int nd_packet_is_good(const uint8_t *data, size_t len, bool csum_partial,
		      size_t hlen);

/**
 * nd_read_options() - look for a link-layer address
 * @type:	ND_OPT_SOURCE_MAC or ND_OPT_TARGET_MAC
 * @mac:	filled when there is one
 *
 * Return: 1 when there is, 0 when not, -1 when an option is malformed: the
 * whole message is to be dropped (RFC 4861 6.1, 7.1).
 */
int nd_read_options(const uint8_t *opt, size_t len, uint8_t type,
		    struct mac *mac);

#endif
