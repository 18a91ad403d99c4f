// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * addr6.c - IPv6 addresses and prefixes
 */
#include "core/addr6.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/addr.h"

int ipv6_prefix_parse(const char *text, struct ipv6_prefix *prefix)
{
	char addr[IPV6_TEXT_SIZE];
	int len = prefix_split(text, addr, sizeof(addr), 128);
	struct in6_addr in6;

	if (len < 0 || inet_pton(AF_INET6, addr, &in6) != 1)
		return -EINVAL;
	prefix->addr = in6;
	prefix->len = (uint8_t)len;
	return 0;
}

const char *ipv6_format(const struct in6_addr *addr, char *text)
{
	return inet_ntop(AF_INET6, addr, text, IPV6_TEXT_SIZE);
}

const char *ipv6_prefix_format(const struct ipv6_prefix *prefix, char *text)
{
	char addr[IPV6_TEXT_SIZE];

	snprintf(text, IPV6_PREFIX_TEXT_SIZE, "%s/%u",
		 ipv6_format(&prefix->addr, addr), prefix->len);
	return text;
}

struct in6_addr ipv6_prefix_mask(const struct in6_addr *addr, uint8_t len)
{
	struct in6_addr masked = {0};
	unsigned whole = len / 8;

	memcpy(&masked, addr, whole);
	if (len % 8)
		masked.s6_addr[whole] =
			(uint8_t)(addr->s6_addr[whole] & (0xff00 >> len % 8));
	return masked;
}

bool ipv6_prefix_contains(const struct ipv6_prefix *prefix,
			  const struct in6_addr *addr)
{
	const struct in6_addr a = ipv6_prefix_mask(&prefix->addr, prefix->len);
	const struct in6_addr b = ipv6_prefix_mask(addr, prefix->len);

	return ipv6_is_equal(&a, &b);
}
