/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * announce.h - tells the wire that the guests are behind another member now
 *
 * After a failover every address behind a bond is announced on the new member,
 * so that the switches upstream send there before a guest says a word: by RARP,
 * whose source is the guest's MAC address, and by gratuitous ARP (RFC 5227 3)
 * and unsolicited Neighbor Advertisements (RFC 4861 7.2.6) where the guest's IP
 * addresses are known for sure.
 *
 * It owns no port: what there is to announce, and the way out, are callbacks.
 */
#ifndef SWITCH_BOND_ANNOUNCE_H
#define SWITCH_BOND_ANNOUNCE_H

#include <netinet/in.h>

#include "core/addr.h"
#include "core/err.h"
#include "core/frame.h"
#include "core/loop.h"

/**
 * ANNOUNCE_MAX_PER_S - frames a second, whatever happens: 7 Mbit/s at most,
 * and 200 addresses are out in less than 20 ms
 */
#define ANNOUNCE_MAX_PER_S 10000
/** ANNOUNCE_BURST - of these, so many may go at once after a pause */
#define ANNOUNCE_BURST 64
/** ANNOUNCE_TURN - most frames of one turn of the loop */
#define ANNOUNCE_TURN 32
/** ANNOUNCE_MAX_FRAMES - most frames of one round; NETWORK_MAX_FDB twice */
#define ANNOUNCE_MAX_FRAMES 16384
/** ANNOUNCE_MAX_ROUNDS - as Linux has it for num_grat_arp */
#define ANNOUNCE_MAX_ROUNDS 255
/** ANNOUNCE_MIN_DELAY_MS - between two rounds, whatever the settings say */
#define ANNOUNCE_MIN_DELAY_MS 10
/** ANNOUNCE_MAX_DELAY_MS - the longest delay that the settings may have */
#define ANNOUNCE_MAX_DELAY_MS 60000
/** ANNOUNCE_MAX_IP6 - IPv6 addresses of one entry */
#define ANNOUNCE_MAX_IP6 4
/** ANNOUNCE_PAGE - entries asked for at a time */
#define ANNOUNCE_PAGE 32

struct announce;

/**
 * struct announce_entry - one MAC address behind the bond
 * @mac:	the guest's
 * @vid:	VLAN it was seen in; 0: untagged
 * @is_configured: it is of the lab file or has a lease: announced before those
 *		that were merely seen, so that a guest that invents addresses
 *		only delays its own
 * @is_router:	the IPv6 addresses are a router's. An advertisement that doesn't
 *		say so takes it out of its neighbours' default routers (RFC 4861
 *		7.2.5)
 * @ip6_count:	entries of @ip6
 * @ip4:	host order; 0: none
 * @ip6:	the first ones
 *
 * IP addresses are only those that were leased to @mac or configured for it.
 * What a guest was merely seen to use is its own claim; who announces that lets
 * a guest poison the caches of the whole wire in our name.
 */
struct announce_entry {
	struct mac mac;
	uint16_t vid;
	bool is_configured;
	bool is_router;
	uint8_t ip6_count;
	uint32_t ip4;
	struct in6_addr ip6[ANNOUNCE_MAX_IP6];
};

/**
 * struct announce_settings - how often
 * @rounds:	each announces everything; 0: nothing is announced. Linux:
 *		num_grat_arp, QEMU: announce-rounds
 * @delay_ms:	from a round's end to the next one. Linux: peer_notif_delay,
 *		QEMU: announce-initial
 * @step_ms:	each further delay is so much longer. QEMU: announce-step
 * @max_ms:	but no longer than this; 0: no bound. QEMU: announce-max
 *
 * Advertisements keep to RFC 4861 7.2.6 beside this: at most three of the
 * rounds have them, and not within a second of each other.
 */
struct announce_settings {
	uint8_t rounds;
	uint32_t delay_ms;
	uint32_t step_ms;
	uint32_t max_ms;
};

/**
 * struct announce_env - surroundings; all of it outlives the announcer
 * @loop:	of the bond's worker
 * @known:	a page of what is behind the bond, in the manner of fdb_list():
 *		up to @max @entries, @cursor where to go on, 0 at first and
 *		again at the end; a page may be short, even empty, before the
 *		end. Asked from the start up to three times a round
 * @send:	frames for the members that carry these guests now, at most
 *		ANNOUNCE_TURN; returns how many were taken, in order. When it
 *		takes fewer, announce_writable() must follow
 * @ctx:	handed to both
 */
struct announce_env {
	struct loop *loop;
	unsigned (*known)(void *ctx, uint32_t *cursor,
			  struct announce_entry *entries, unsigned max);
	unsigned (*send)(void *ctx, struct frame **frames, unsigned n);
	void *ctx;
};

/**
 * struct announce_counters - what was announced
 * @failovers:	announce_start() calls
 * @rounds:	that came to their end
 * @cut:	that another failover, or announce_stop(), ended before that
 * @rarp:	RARP frames taken
 * @garp:	ARP announcements taken
 * @na:		advertisements taken
 * @limited:	times that ANNOUNCE_MAX_PER_S made a round wait
 * @blocked:	times that the member took fewer than it was offered
 * @lost:	announcements that a round left out: ANNOUNCE_MAX_FRAMES
 * @refused:	MAC and IP addresses that can't be a host's
 * @first_round_ns: how long the first round after the last failover took
 */
struct announce_counters {
	uint64_t failovers;
	uint64_t rounds;
	uint64_t cut;
	uint64_t rarp;
	uint64_t garp;
	uint64_t na;
	uint64_t limited;
	uint64_t blocked;
	uint64_t lost;
	uint64_t refused;
	uint64_t first_round_ns;
};

/** announce_create() - idle; NULL with the reason in @err */
struct announce *announce_create(const struct announce_settings *settings,
				 const struct announce_env *env,
				 struct err *err);

/** announce_destroy() - no callback comes any more; NULL is fine */
void announce_destroy(struct announce *announce);

/**
 * announce_set() - other settings; they count from the next round on
 *
 * Return: 0, or -EINVAL with the reason in @err and the old ones kept.
 */
int announce_set(struct announce *announce,
		 const struct announce_settings *settings, struct err *err);

/**
 * announce_start() - traffic has moved: announce everything, beginning anew
 *
 * The first frames are sent before it returns. Rounds for an earlier failover
 * are over; what they have sent counts towards ANNOUNCE_MAX_PER_S.
 */
void announce_start(struct announce *announce);

/** announce_stop() - there is no member to announce on */
void announce_stop(struct announce *announce);

/** announce_writable() - the member that took fewer frames has room again */
void announce_writable(struct announce *announce);

/** announce_is_active() - is a round under way or still to come? */
bool announce_is_active(const struct announce *announce);

/** announce_get_counters() - for `weft bond show`, reports and metrics */
const struct announce_counters *
announce_get_counters(const struct announce *announce);

#endif
