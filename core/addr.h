/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * addr.h - Ethernet and IPv4 addresses: values, tests, text
 */
#ifndef CORE_ADDR_H
#define CORE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MAC_LEN 6
#define MAC_TEXT_SIZE 18
#define IPV4_TEXT_SIZE 16
#define IPV4_PREFIX_TEXT_SIZE 19

/**
 * struct mac - an EUI-48 address
 * @b:	in wire order
 */
struct mac {
	uint8_t b[MAC_LEN];
};

/**
 * struct ipv4_prefix - an address with its prefix length
 * @addr:	host byte order; may have host bits (an interface address)
 * @len:	0 to 32
 */
struct ipv4_prefix {
	uint32_t addr;
	uint8_t len;
};

static inline bool mac_is_equal(const struct mac *a, const struct mac *b)
{
	return memcmp(a->b, b->b, MAC_LEN) == 0;
}

/** mac_is_group() - multicast or broadcast (IEEE 802 I/G bit) */
static inline bool mac_is_group(const struct mac *m)
{
	return m->b[0] & 1;
}

static inline bool mac_is_zero(const struct mac *m)
{
	static const struct mac zero;

	return mac_is_equal(m, &zero);
}

/** mac_is_reserved() - 01-80-C2-00-00-0x, never forwarded (802.1Q 8.6.3) */
static inline bool mac_is_reserved(const struct mac *m)
{
	static const uint8_t head[5] = {0x01, 0x80, 0xc2, 0x00, 0x00};

	return memcmp(m->b, head, sizeof(head)) == 0 && m->b[5] < 0x10;
}

/**
 * mac_parse() - "52:54:00:00:00:07", six pairs of hex digits, ':' or '-'
 *
 * Return: 0, or -EINVAL; @mac is then untouched.
 */
int mac_parse(const char *text, struct mac *mac);

/** mac_format() - lower case with colons, into @text of MAC_TEXT_SIZE */
const char *mac_format(const struct mac *mac, char *text);

/** ipv4_parse() - dotted quad without leading zeros, to host order */
int ipv4_parse(const char *text, uint32_t *addr);

/** ipv4_format() - dotted quad, into @text of IPV4_TEXT_SIZE */
const char *ipv4_format(uint32_t addr, char *text);

/**
 * prefix_split() - "ADDRESS/LENGTH" into its two parts
 * @addr:	the first, @size bytes
 * @max:	of the second
 *
 * Return: the length, or -EINVAL.
 */
int prefix_split(const char *text, char *addr, size_t size, unsigned max);

/** ipv4_prefix_parse() - "10.20.0.0/24"; the length must be there */
int ipv4_prefix_parse(const char *text, struct ipv4_prefix *prefix);

/** ipv4_prefix_format() - into @text of IPV4_PREFIX_TEXT_SIZE */
const char *ipv4_prefix_format(const struct ipv4_prefix *prefix, char *text);

/** ipv4_mask() - network mask of a prefix length, host order */
static inline uint32_t ipv4_mask(uint8_t len)
{
	return len ? ~UINT32_C(0) << (32 - len) : 0;
}

/** ipv4_prefix_contains() - is @addr (host order) on @prefix's subnet? */
static inline bool ipv4_prefix_contains(const struct ipv4_prefix *prefix,
					uint32_t addr)
{
	return ((addr ^ prefix->addr) & ipv4_mask(prefix->len)) == 0;
}

#endif
