/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uplink_bed.h - an uplink, guests above it, and a wire below each member
 *
 * On each wire is the target 192.0.2.1, which is 2001:db8::1 as well and
 * answers probes. What leaves a member is sorted by what it is.
 */
#ifndef UNIT_UPLINK_BED_H
#define UNIT_UPLINK_BED_H

#include "switch/own_frame.h"
#include "switch/uplink/uplink.h"
#include "unit/mem_port.h"

#define UPLINK_BED_MEMBERS 4
#define UPLINK_BED_GUESTS 200
#define UPLINK_BED_TARGET 0xc0000201
/** UPLINK_BED_FAR - last byte of a MAC on the wire */
#define UPLINK_BED_FAR 250
/** UPLINK_BED_STEP_NS - how the clock goes */
#define UPLINK_BED_STEP_NS (NSEC_PER_MSEC / 2)

/**
 * struct uplink_bed - the test
 * @fake:	the clock
 * @loop:	on it
 * @pool:	for frames that wait
 * @settings:	as set last
 * @uplink:	under test; plugged into the bed
 * @p:		ports of members, "u/0" and so on
 * @is_cut:	frames of that wire vanish, carrier stays
 * @answers:	address that answers; 0: nobody
 * @is_deaf6:	nobody answers solicitations
 * @announced:	RARP frames by member and guest
 * @rarps:	of each member
 * @probes:	asked through each member
 * @frames:	guests' that left by each member
 * @last:	the latest probe of each member
 * @solicits:	likewise, by Neighbor Solicitation
 * @last6:	the latest of these
 * @received:	frames that came up
 * @changes:	times that changed() was called
 * @in_port:	a port's input or send is under way: no callbacks then
 * @seen:	sees what leaves member @i first; NULL: nobody looks
 * @step:	called each @step_ns; NULL: nothing to do
 * @step_ns:	what the clock goes on by; UPLINK_BED_STEP_NS at first
 * @ctx:	of these two
 */
struct uplink_bed {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct uplink_settings settings;
	struct uplink *uplink;
	struct mem_port p[UPLINK_BED_MEMBERS];
	bool is_cut[UPLINK_BED_MEMBERS];
	uint32_t answers;
	bool is_deaf6;
	unsigned announced[UPLINK_BED_MEMBERS][UPLINK_BED_GUESTS + 1];
	unsigned rarps[UPLINK_BED_MEMBERS];
	unsigned probes[UPLINK_BED_MEMBERS];
	unsigned frames[UPLINK_BED_MEMBERS];
	struct arp last[UPLINK_BED_MEMBERS];
	unsigned solicits[UPLINK_BED_MEMBERS];
	struct nd last6[UPLINK_BED_MEMBERS];
	unsigned received;
	unsigned changes;
	bool in_port;
	void (*seen)(void *ctx, unsigned i, const uint8_t *data, uint32_t len);
	void (*step)(void *ctx);
	uint64_t step_ns;
	void *ctx;
};

/** uplink_bed_set_up() - default settings, one round, no members */
int uplink_bed_set_up(void **state);

/** uplink_bed_tear_down() - asserts that no packet is left */
int uplink_bed_tear_down(void **state);

/** uplink_bed_destroy() - the uplink alone, before the end */
void uplink_bed_destroy(struct uplink_bed *bed);

/** uplink_bed_add() - members 0 to @n - 1, with carrier; until all are used */
void uplink_bed_add(struct uplink_bed *bed, unsigned n);

/** uplink_bed_set() - hand @bed->settings to the uplink */
void uplink_bed_set(struct uplink_bed *bed);

/** uplink_bed_probe() - ask the target every 50 ms, from now on */
void uplink_bed_probe(struct uplink_bed *bed);

/** uplink_bed_solicit() - the same by Neighbor Solicitation */
void uplink_bed_solicit(struct uplink_bed *bed);

/** uplink_bed_run() - @ms pass */
void uplink_bed_run(struct uplink_bed *bed, unsigned ms);

/** uplink_bed_look() - sort what has left, and answer probes */
void uplink_bed_look(struct uplink_bed *bed);

/** uplink_bed_forget() - what has left so far */
void uplink_bed_forget(struct uplink_bed *bed);

/** uplink_bed_active() - number of the active member; -1: none */
int uplink_bed_active(const struct uplink_bed *bed);

/** uplink_bed_member() - all that is known of member @i, which is there */
struct uplink_member_status uplink_bed_member(const struct uplink_bed *bed,
					      unsigned i);

/** uplink_bed_counters() - of announcements */
struct announce_counters uplink_bed_counters(const struct uplink_bed *bed);

/** uplink_bed_send() - the network sends @frame; 1 or 0 */
unsigned uplink_bed_send(struct uplink_bed *bed, struct frame *frame);

/** uplink_bed_talk() - each guest says something to the far side */
void uplink_bed_talk(struct uplink_bed *bed);

/** uplink_bed_input() - @frame comes in on member @i */
struct verdict uplink_bed_input(struct uplink_bed *bed, unsigned i,
				struct frame *frame);

/** uplink_bed_guest() - MAC address number @number, from 1 */
struct mac uplink_bed_guest(unsigned number);

/** uplink_bed_frame() - @src says something to @dst, of type @type */
void uplink_bed_frame(struct frame *frame, const struct mac *dst,
		      const struct mac *src, uint16_t type);

#endif
