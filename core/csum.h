/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * csum.h - the Internet checksum (RFC 1071) and its update (RFC 1624)
 *
 * A sum is a 32-bit running value in host order over big-endian words; fold it
 * once, at the end.
 */
#ifndef CORE_CSUM_H
#define CORE_CSUM_H

#include <stddef.h>
#include <stdint.h>

/**
 * csum_add() - add bytes to a running sum
 * @sum:	0, or what an earlier call returned for an even number of bytes
 * @data:	bytes; an odd last one counts as if a zero followed
 * @len:	how many
 */
uint64_t csum_add(uint64_t sum, const void *data, size_t len);

/** csum_fold() - the complement that goes into the header, host order */
uint16_t csum_fold(uint64_t sum);

/** csum_pseudo_ipv4() - sum of the UDP/TCP pseudo header, host order */
uint64_t csum_pseudo_ipv4(uint32_t src, uint32_t dst, uint8_t protocol,
			  uint16_t len);

/**
 * csum_pseudo_ipv6() - the same for IPv6, and for ICMPv6 (RFC 8200 8.1)
 * @src:	16 bytes, as on the wire
 * @dst:	likewise
 */
uint64_t csum_pseudo_ipv6(const void *src, const void *dst, uint8_t protocol,
			  uint32_t len);

/** csum_update16() - header checksum after a word changed (RFC 1624 eqn 3) */
uint16_t csum_update16(uint16_t csum, uint16_t old_word, uint16_t new_word);

/** csum_update32() - the same for an address */
uint16_t csum_update32(uint16_t csum, uint32_t old_word, uint32_t new_word);

#endif
