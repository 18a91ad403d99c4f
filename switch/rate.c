// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rate.c - token buckets per ingress port
 */
#include "switch/rate.h"

#include <string.h>

#include "core/util.h"

void rate_init(struct rate *rate, uint32_t per_s, uint32_t burst)
{
	unsigned i;

	memset(rate, 0, sizeof(*rate));
	rate->per_s = per_s;
	rate->burst = burst;
	for (i = 0; i < RATE_PORTS; i++)
		rate->buckets[i].tokens = burst;
}

bool rate_take(struct rate *rate, uint16_t port, uint64_t now_ns)
{
	struct rate_bucket *bucket = &rate->buckets[port % RATE_PORTS];
	uint64_t step_ns = NSEC_PER_SEC / rate->per_s;
	uint64_t fresh = (now_ns - bucket->filled_ns) / step_ns;

	if (fresh >= rate->burst - bucket->tokens) {
		bucket->tokens = rate->burst;
		bucket->filled_ns = now_ns;
	} else {
		bucket->tokens += (uint32_t)fresh;
		bucket->filled_ns += fresh * step_ns;
	}
	if (!bucket->tokens)
		return false;
	bucket->tokens--;
	return true;
}
