// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ra.c - Router Solicitations and Advertisements
 */
#include "switch/ra.h"

#include <string.h>

#include "core/bytes.h"
#include "core/frame.h"

#define RS_HLEN 8
#define RA_HLEN 16
#define OPT_PREFIX 3
#define OPT_MTU 5
#define OPT_RDNSS 25
#define OPT_DNSSL 31
#define LABEL_MAX 63
#define DNSSL_HLEN 8

static_assert(RA_FRAME_MAX == ETH_HLEN + IP6_HLEN + RA_HLEN + ND_OPT_LEN + 8 +
				      32 + 24 + DNSSL_HLEN + RA_DOMAIN_SIZE + 8,
	      "ra.h has the sum in numbers");

size_t ra_name_encode(const char *domain, uint8_t *out)
{
	size_t at = 0, len;

	if (!domain[0] || strlen(domain) >= RA_DOMAIN_SIZE)
		return 0;
	for (; *domain; domain += len + (domain[len] == '.')) {
		len = strcspn(domain, ".");
		if (!len || len > LABEL_MAX)
			return 0;
		out[at++] = (uint8_t)len;
		memcpy(out + at, domain, len);
		at += len;
	}
	out[at++] = 0;
	return at;
}

/* Type and length in units of 8 bytes; the rest is zero. */
static uint8_t *put_option(uint8_t *p, uint8_t type, size_t len)
{
	memset(p, 0, len);
	p[0] = type;
	p[1] = (uint8_t)(len / 8);
	return p + len;
}

static uint8_t *put_prefix(uint8_t *p, const struct ra *ra)
{
	uint8_t *next = put_option(p, OPT_PREFIX, 32);

	p[2] = ra->prefix.len;
	p[3] = ra->prefix_flags;
	be32_store(p + 4, ra->valid_s);
	be32_store(p + 8, ra->preferred_s);
	memcpy(p + 16, &ra->prefix.addr, 16);
	return next;
}

static uint8_t *put_resolver(uint8_t *p, const struct ra *ra)
{
	uint8_t *next;

	if (IN6_IS_ADDR_UNSPECIFIED(&ra->dns))
		return p;
	next = put_option(p, OPT_RDNSS, 24);
	be32_store(p + 4, ra->dns_s);
	memcpy(p + 8, &ra->dns, 16);
	return next;
}

static uint8_t *put_domain(uint8_t *p, const struct ra *ra)
{
	uint8_t name[RA_DOMAIN_SIZE + 1], *next;
	size_t len = ra_name_encode(ra->domain, name);

	if (!len)
		return p;
	next = put_option(p, OPT_DNSSL, (DNSSL_HLEN + len + 7) / 8 * 8);
	be32_store(p + 4, ra->dns_s);
	memcpy(p + DNSSL_HLEN, name, len);
	return next;
}

size_t ra_encode(uint8_t *frame, const struct mac *dst_mac,
		 const struct in6_addr *dst, const struct ra *ra)
{
	const struct ip6_route route = {
		.src_mac = ra->mac,
		.dst_mac = *dst_mac,
		.src = ra->src,
		.dst = *dst,
		.hop_limit = ND_HOP_LIMIT,
	};
	uint8_t *icmp = frame + ETH_HLEN + IP6_HLEN, *p = icmp + RA_HLEN;

	memset(icmp, 0, RA_HLEN);
	icmp[0] = RA_ADVERTISEMENT;
	icmp[4] = ra->hop_limit;
	icmp[5] = ra->flags;
	be16_store(icmp + 6, ra->lifetime_s);
	memcpy(p + 2, ra->mac.b, MAC_LEN);
	p[0] = ND_OPT_SOURCE_MAC;
	p[1] = 1;
	p += ND_OPT_LEN;
	be32_store(p + 4, ra->mtu);
	be32_store(p, OPT_MTU << 24 | 1 << 16);
	p = put_prefix(p + 8, ra);
	p = put_domain(put_resolver(p, ra), ra);
	return icmp6_encode(frame, &route, (size_t)(p - icmp));
}

bool ra_solicitation_is_good(const uint8_t *data, size_t len, bool csum_partial)
{
	int options = nd_packet_is_good(data, len, csum_partial, RS_HLEN);
	const uint8_t *icmp = data + IP6_HLEN;
	struct in6_addr src;
	struct mac mac;
	int found;

	if (options < 0 || icmp[0] != RA_SOLICITATION)
		return false;
	found = nd_read_options(icmp + RS_HLEN, (size_t)options,
				ND_OPT_SOURCE_MAC, &mac);
	memcpy(&src, data + 8, 16);
	return found == 0 || (found == 1 && !IN6_IS_ADDR_UNSPECIFIED(&src));
}
