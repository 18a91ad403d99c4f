// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * addr.c - Ethernet and IPv4 addresses to and from text
 */
#include "core/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int mac_parse(const char *text, struct mac *mac)
{
	struct mac m;
	int i;

	if (strlen(text) != MAC_TEXT_SIZE - 1)
		return -EINVAL;
	for (i = 0; i < MAC_LEN; i++, text += 3) {
		int hi = hex_digit(text[0]), lo = hex_digit(text[1]);
		char sep = i < MAC_LEN - 1 ? text[2] : ':';

		if (hi < 0 || lo < 0 || (sep != ':' && sep != '-'))
			return -EINVAL;
		m.b[i] = (uint8_t)(hi << 4 | lo);
	}
	*mac = m;
	return 0;
}

const char *mac_format(const struct mac *mac, char *text)
{
	const uint8_t *b = mac->b;

	snprintf(text, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", b[0],
		 b[1], b[2], b[3], b[4], b[5]);
	return text;
}

int ipv4_parse(const char *text, uint32_t *addr)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		return -EINVAL;
	*addr = ntohl(in.s_addr);
	return 0;
}

const char *ipv4_format(uint32_t addr, char *text)
{
	snprintf(text, IPV4_TEXT_SIZE, "%u.%u.%u.%u", addr >> 24,
		 addr >> 16 & 0xff, addr >> 8 & 0xff, addr & 0xff);
	return text;
}

int prefix_split(const char *text, char *addr, size_t size, unsigned max)
{
	const char *slash = strchr(text, '/');
	unsigned long len;
	char *end;

	if (!slash || (size_t)(slash - text) >= size)
		return -EINVAL;
	memcpy(addr, text, (size_t)(slash - text));
	addr[slash - text] = '\0';
	if (slash[1] < '0' || slash[1] > '9')
		return -EINVAL;
	len = strtoul(slash + 1, &end, 10);
	return *end || len > max ? -EINVAL : (int)len;
}

int ipv4_prefix_parse(const char *text, struct ipv4_prefix *prefix)
{
	char quad[IPV4_TEXT_SIZE];
	int len = prefix_split(text, quad, sizeof(quad), 32);
	uint32_t addr;

	if (len < 0 || ipv4_parse(quad, &addr))
		return -EINVAL;
	prefix->addr = addr;
	prefix->len = (uint8_t)len;
	return 0;
}

const char *ipv4_prefix_format(const struct ipv4_prefix *prefix, char *text)
{
	char quad[IPV4_TEXT_SIZE];

	snprintf(text, IPV4_PREFIX_TEXT_SIZE, "%s/%u",
		 ipv4_format(prefix->addr, quad), prefix->len);
	return text;
}
