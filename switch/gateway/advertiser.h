/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advertiser.h - when a router advertises itself (RFC 4861 6.2)
 *
 * It has no socket, no clock and no randomness of its own.
 */
#ifndef SWITCH_GATEWAY_ADVERTISER_H
#define SWITCH_GATEWAY_ADVERTISER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/addr6.h"
#include "core/clock.h"
#include "switch/siphash.h"

/** ADVERTISER_MAX_S - longest time between two to all (MaxRtrAdvInterval) */
#define ADVERTISER_MAX_S 600
/** ADVERTISER_MIN_S - shortest (MinRtrAdvInterval) */
#define ADVERTISER_MIN_S 200
/** ADVERTISER_INITIAL - so many come sooner (MAX_INITIAL_RTR_ADVERTISEMENTS) */
#define ADVERTISER_INITIAL 3
/** ADVERTISER_INITIAL_S - at most so long apart */
#define ADVERTISER_INITIAL_S 16
/** ADVERTISER_GAP_NS - between two to all (MIN_DELAY_BETWEEN_RAS) */
#define ADVERTISER_GAP_NS (3 * NSEC_PER_SEC)
/** ADVERTISER_DELAY_NS - who asks waits less than this (MAX_RA_DELAY_TIME) */
#define ADVERTISER_DELAY_NS (500 * NSEC_PER_MSEC)
/** ADVERTISER_ASKERS - answered one by one at a time; others get one to all */
#define ADVERTISER_ASKERS 16

/**
 * struct advertiser_asker - who gets an answer of his own
 * @address:	his
 * @mac:	his
 * @due_ns:	when; 0: this place is free
 */
struct advertiser_asker {
	struct in6_addr address;
	struct mac mac;
	uint64_t due_ns;
};

/**
 * struct advertiser_ops - what it needs from its surroundings
 * @advertise:	send one, to @to; NULL: to all nodes
 */
struct advertiser_ops {
	void (*advertise)(void *ctx, const struct advertiser_asker *to);
};

/**
 * struct advertiser_counters - what was heard and said
 * @solicitations: heard
 * @solicited:	sent to one who asked
 * @multicast:	sent to all
 */
struct advertiser_counters {
	uint64_t solicitations;
	uint64_t solicited;
	uint64_t multicast;
};

/**
 * struct advertiser - embedded in its router
 * @clock:	for everything
 * @ops:	surroundings
 * @ctx:	handed back to @ops
 * @key:	of the randomness
 * @drawn:	random numbers so far
 * @initial:	of the first few, so many are to come
 * @last_ns:	of the last to all; 0: there was none
 * @next_ns:	of the next to all
 * @counters:	for `weft show`
 * @askers:	who waits
 */
struct advertiser {
	struct clock *clock;
	const struct advertiser_ops *ops;
	void *ctx;
	struct siphash_key key;
	uint64_t drawn;
	unsigned initial;
	uint64_t last_ns;
	uint64_t next_ns;
	struct advertiser_counters counters;
	struct advertiser_asker askers[ADVERTISER_ASKERS];
};

/** advertiser_init() - the first is due at once */
void advertiser_init(struct advertiser *advertiser, struct clock *clock,
		     const struct siphash_key *key,
		     const struct advertiser_ops *ops, void *ctx);

/**
 * advertiser_asked() - a good solicitation came
 * @address:	of who asks; unspecified: he gets one to all
 */
void advertiser_asked(struct advertiser *advertiser,
		      const struct in6_addr *address, const struct mac *mac);

/** advertiser_next_ns() - when advertiser_tick() is due */
uint64_t advertiser_next_ns(const struct advertiser *advertiser);

/** advertiser_tick() - send what is due */
void advertiser_tick(struct advertiser *advertiser);

#endif
