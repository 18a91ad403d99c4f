/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * addr6.h - IPv6 addresses and prefixes: values, tests, text
 *
 * Apart from addr.h, for <netinet/in.h> and some of the kernel's headers can't
 * be included together.
 */
#ifndef CORE_ADDR6_H
#define CORE_ADDR6_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define IPV6_TEXT_SIZE INET6_ADDRSTRLEN
#define IPV6_PREFIX_TEXT_SIZE (INET6_ADDRSTRLEN + 4)

/**
 * struct ipv6_prefix - an address with its prefix length
 * @addr:	wire order; may have host bits
 * @len:	0 to 128
 */
struct ipv6_prefix {
	struct in6_addr addr;
	uint8_t len;
};

/** ipv6_prefix_parse() - "fd00:20::/64"; the length must be there */
int ipv6_prefix_parse(const char *text, struct ipv6_prefix *prefix);

/** ipv6_prefix_format() - into @text of IPV6_PREFIX_TEXT_SIZE */
const char *ipv6_prefix_format(const struct ipv6_prefix *prefix, char *text);

/** ipv6_format() - as RFC 5952 has it, into @text of IPV6_TEXT_SIZE */
const char *ipv6_format(const struct in6_addr *addr, char *text);

/** ipv6_prefix_mask() - @addr without its host bits */
struct in6_addr ipv6_prefix_mask(const struct in6_addr *addr, uint8_t len);

/** ipv6_prefix_contains() - is @addr on @prefix's subnet? */
bool ipv6_prefix_contains(const struct ipv6_prefix *prefix,
			  const struct in6_addr *addr);

/** ipv6_is_equal() - the same address? */
static inline bool ipv6_is_equal(const struct in6_addr *a,
				 const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

#endif
