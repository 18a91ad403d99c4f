/* SPDX-License-Identifier: GPL-2.0-or-later */
/* random.h - numbers that look random and are the same for the same seed */
#ifndef GUEST_RANDOM_H
#define GUEST_RANDOM_H

#include <stdint.h>

/* random_next() - xorshift64 (Marsaglia 2003); a seed of 0 is one of 1 */
static inline uint64_t random_next(uint64_t *seed)
{
	uint64_t x = *seed ? *seed : 1;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*seed = x;
	return x;
}

/* random_below() - from 0 to @n - 1 */
static inline unsigned random_below(uint64_t *seed, unsigned n)
{
	return (unsigned)((random_next(seed) >> 32) % n);
}

#endif
