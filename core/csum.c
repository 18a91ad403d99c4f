// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * csum.c - the Internet checksum
 */
#include "core/csum.h"

#include "core/bytes.h"

uint64_t csum_add(uint64_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len >= 4; p += 4, len -= 4)
		sum += be32_load(p);
	if (len >= 2) {
		sum += be16_load(p);
		p += 2;
		len -= 2;
	}
	if (len)
		sum += (uint64_t)*p << 8;
	return sum;
}

uint16_t csum_fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

uint64_t csum_pseudo_ipv4(uint32_t src, uint32_t dst, uint8_t protocol,
			  uint16_t len)
{
	return (uint64_t)src + dst + protocol + len;
}

uint64_t csum_pseudo_ipv6(const void *src, const void *dst, uint8_t protocol,
			  uint32_t len)
{
	return csum_add(csum_add((uint64_t)protocol + len, src, 16), dst, 16);
}

uint16_t csum_update16(uint16_t csum, uint16_t old_word, uint16_t new_word)
{
	return csum_fold((uint64_t)(uint16_t)~csum + (uint16_t)~old_word +
			 new_word);
}

uint16_t csum_update32(uint16_t csum, uint32_t old_word, uint32_t new_word)
{
	csum = csum_update16(csum, (uint16_t)(old_word >> 16),
			     (uint16_t)(new_word >> 16));
	return csum_update16(csum, (uint16_t)old_word, (uint16_t)new_word);
}
