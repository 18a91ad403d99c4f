// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * advertiser.c - when a router advertises itself
 *
 * Theory of operation
 *
 * To all nodes goes one every ADVERTISER_MIN_S to ADVERTISER_MAX_S, the first
 * few sooner, at random so that routers don't fall into step. Who asks gets his
 * own after a random delay, which RFC 4861 6.2.6 allows and which spares the
 * others (RFC 7772); who has no address yet, or finds no place to wait in, gets
 * one to all, of which there are never two within ADVERTISER_GAP_NS.
 */
#include "switch/gateway/advertiser.h"

#include <string.h>

#include "core/util.h"

/* Evenly from 0 up to, not including, @below. */
static uint64_t draw(struct advertiser *advertiser, uint64_t below)
{
	advertiser->drawn++;
	return siphash(&advertiser->key, &advertiser->drawn,
		       sizeof(advertiser->drawn)) %
	       below;
}

void advertiser_init(struct advertiser *advertiser, struct clock *clock,
		     const struct siphash_key *key,
		     const struct advertiser_ops *ops, void *ctx)
{
	memset(advertiser, 0, sizeof(*advertiser));
	advertiser->clock = clock;
	advertiser->key = *key;
	advertiser->ops = ops;
	advertiser->ctx = ctx;
	advertiser->initial = ADVERTISER_INITIAL;
	advertiser->next_ns = clock_now_ns(clock);
}

/* The next to all comes by @at_ns, but not too soon after the last. */
static void bring_forward(struct advertiser *advertiser, uint64_t at_ns)
{
	if (advertiser->last_ns)
		at_ns = MAX(at_ns, advertiser->last_ns + ADVERTISER_GAP_NS);
	advertiser->next_ns = MIN(advertiser->next_ns, at_ns);
}

/* His place, a free one, or NULL. */
static struct advertiser_asker *place_for(struct advertiser *advertiser,
					  const struct in6_addr *address)
{
	struct advertiser_asker *place = NULL;
	unsigned i;

	for (i = 0; i < ADVERTISER_ASKERS; i++) {
		struct advertiser_asker *asker = &advertiser->askers[i];

		if (!asker->due_ns)
			place = asker;
		else if (ipv6_is_equal(&asker->address, address))
			return asker;
	}
	return place;
}

void advertiser_asked(struct advertiser *advertiser,
		      const struct in6_addr *address, const struct mac *mac)
{
	uint64_t due_ns = clock_now_ns(advertiser->clock) + 1 +
			  draw(advertiser, ADVERTISER_DELAY_NS);
	struct advertiser_asker *asker = NULL;

	advertiser->counters.solicitations++;
	if (!IN6_IS_ADDR_UNSPECIFIED(address))
		asker = place_for(advertiser, address);
	if (!asker) {
		bring_forward(advertiser, due_ns);
		return;
	}
	asker->mac = *mac;
	if (asker->due_ns)
		return; /* asked again: one answer serves both */
	asker->address = *address;
	asker->due_ns = due_ns;
}

uint64_t advertiser_next_ns(const struct advertiser *advertiser)
{
	uint64_t next_ns = advertiser->next_ns;
	unsigned i;

	for (i = 0; i < ADVERTISER_ASKERS; i++) {
		if (advertiser->askers[i].due_ns)
			next_ns = MIN(next_ns, advertiser->askers[i].due_ns);
	}
	return next_ns;
}

static uint64_t interval_ns(struct advertiser *advertiser)
{
	uint64_t s = ADVERTISER_MIN_S;

	s += draw(advertiser, ADVERTISER_MAX_S - ADVERTISER_MIN_S);
	if (advertiser->initial) {
		advertiser->initial--;
		s = MIN(s, ADVERTISER_INITIAL_S);
	}
	return s * NSEC_PER_SEC;
}

static void advertise_to_all(struct advertiser *advertiser, uint64_t now_ns)
{
	advertiser->last_ns = now_ns;
	advertiser->next_ns = now_ns + interval_ns(advertiser);
	advertiser->counters.multicast++;
	advertiser->ops->advertise(advertiser->ctx, NULL);
}

void advertiser_tick(struct advertiser *advertiser)
{
	uint64_t now_ns = clock_now_ns(advertiser->clock);
	unsigned i;

	if (advertiser->next_ns <= now_ns)
		advertise_to_all(advertiser, now_ns);
	for (i = 0; i < ADVERTISER_ASKERS; i++) {
		struct advertiser_asker *asker = &advertiser->askers[i];

		if (!asker->due_ns || asker->due_ns > now_ns)
			continue;
		asker->due_ns = 0;
		advertiser->counters.solicited++;
		advertiser->ops->advertise(advertiser->ctx, asker);
	}
}
