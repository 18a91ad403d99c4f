/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rate.h - how often a service answers, per ingress port
 *
 * A token bucket for each port, so that one guest's flood uses up its own
 * share and its neighbours are still served. More ports than buckets share.
 */
#ifndef SWITCH_RATE_H
#define SWITCH_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define RATE_PORTS 256

/**
 * struct rate_bucket - what one port has left
 * @filled_ns:	when @tokens was right; 0 before the first use
 * @tokens:	answers that it may still get
 */
struct rate_bucket {
	uint64_t filled_ns;
	uint32_t tokens;
};

/**
 * struct rate - the limit of one service
 * @per_s:	answers a second in the long run, at least 1
 * @burst:	answers at once after a pause
 * @buckets:	by ingress port
 */
struct rate {
	uint32_t per_s;
	uint32_t burst;
	struct rate_bucket buckets[RATE_PORTS];
};

/** rate_init() - all buckets full */
void rate_init(struct rate *rate, uint32_t per_s, uint32_t burst);

/** rate_take() - may @port have one answer more at @now_ns? */
bool rate_take(struct rate *rate, uint16_t port, uint64_t now_ns);

#endif
