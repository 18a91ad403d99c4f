/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ra.h - Router Solicitations and Advertisements (RFC 4861 4.1, 4.2, RFC 8106)
 */
#ifndef SWITCH_RA_H
#define SWITCH_RA_H

#include "switch/nd.h"

#define RA_SOLICITATION 133
#define RA_ADVERTISEMENT 134

/* Flags of an advertisement */
#define RA_MANAGED 0x80
#define RA_OTHER 0x40

/* Flags of a prefix */
#define RA_ON_LINK 0x80
#define RA_AUTONOMOUS 0x40

#define RA_DOMAIN_SIZE 128
/** RA_FRAME_MAX - longest frame that ra_encode() makes */
#define RA_FRAME_MAX (14 + IP6_HLEN + 16 + 8 + 8 + 32 + 24 + 8 + 136)

/**
 * struct ra - what a router tells
 * @src:	its link-local address
 * @mac:	its MAC address
 * @hop_limit:	for packets of hosts
 * @flags:	RA_MANAGED, RA_OTHER
 * @lifetime_s:	how long it is a default router; 0: it is none
 * @mtu:	of the link
 * @prefix:	of the link
 * @prefix_flags: RA_ON_LINK, RA_AUTONOMOUS
 * @valid_s:	how long addresses with @prefix may be used
 * @preferred_s: how long for new connections, at most @valid_s
 * @dns:	of the resolver; unspecified: none
 * @dns_s:	how long @dns and @domain may be used
 * @domain:	to search names in; empty: none
 */
struct ra {
	struct in6_addr src;
	struct mac mac;
	uint8_t hop_limit;
	uint8_t flags;
	uint16_t lifetime_s;
	uint16_t mtu;
	struct ipv6_prefix prefix;
	uint8_t prefix_flags;
	uint32_t valid_s;
	uint32_t preferred_s;
	struct in6_addr dns;
	uint32_t dns_s;
	char domain[RA_DOMAIN_SIZE];
};

/**
 * ra_encode() - a whole frame
 * @frame:	room for RA_FRAME_MAX
 * @dst_mac:	Ethernet destination
 * @dst:	nd_all_nodes, or who asked
 *
 * Return: its length.
 */
size_t ra_encode(uint8_t *frame, const struct mac *dst_mac,
		 const struct in6_addr *dst, const struct ra *ra);

/**
 * ra_solicitation_is_good() - the checks of RFC 4861 6.1.1
 * @data, @len, @csum_partial: as for nd_decode()
 */
bool ra_solicitation_is_good(const uint8_t *data, size_t len,
			     bool csum_partial);

/**
 * ra_name_encode() - a domain as DNS writes it (RFC 1035 3.1)
 * @out:	room for RA_DOMAIN_SIZE + 1 bytes
 *
 * Return: bytes; 0 for what is no name.
 */
size_t ra_name_encode(const char *domain, uint8_t *out);

#endif
