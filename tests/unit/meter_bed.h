/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meter_bed.h - a meter around an uplink of two members, on wires to one switch
 *
 *	near end - uplink - member 0 ---- wire 0 ---- switch - far end
 *	                  - member 1 ---- wire 1 ----/
 *
 * The switch knows which wire the near end is behind by what came last.
 */
#ifndef UNIT_METER_BED_H
#define UNIT_METER_BED_H

#include "switch/uplink/meter.h"
#include "switch/uplink/uplink.h"

#define METER_BED_WIRES 2
#define METER_BED_QUEUE 4096
#define METER_BED_STEP_NS (50 * NSEC_PER_USEC)
#define METER_BED_DELAY_NS (50 * NSEC_PER_USEC)

/**
 * struct meter_bed_wire - one member and its wire
 * @port:	the member's
 * @bed:	that it belongs to
 * @is_silent:	frames vanish, carrier stays
 * @frames:	that left through it
 */
struct meter_bed_wire {
	struct port port;
	struct meter_bed *bed;
	bool is_silent;
	unsigned frames;
};

/**
 * struct meter_bed_transit - a frame on a wire
 * @at_ns:	when it comes out
 * @wire:	number of the wire
 * @is_in:	towards the uplink
 * @frame:	it
 */
struct meter_bed_transit {
	uint64_t at_ns;
	unsigned wire;
	bool is_in;
	struct frame frame;
};

/**
 * struct meter_bed - the test
 * @fake:	the clock
 * @loop:	on it
 * @pool:	for frames that wait
 * @settings:	of @uplink
 * @uplink:	under test, or not
 * @meter:	around it
 * @wires:	members "u/0" and "u/1"
 * @behind:	wire that the near end is behind; -1: the switch floods
 * @delay_ns:	of both wires
 * @copies:	each frame that leaves comes so many times more
 * @late_every:	each frame of this number that leaves takes 1 ms more; 0: none
 * @counted:	frames, for @late_every
 * @queue:	a ring of what is under way
 * @head:	oldest
 * @tail:	where the next one goes
 * @round:	the last one that was reported
 * @rounds:	times that one was
 */
struct meter_bed {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct uplink_settings settings;
	struct uplink *uplink;
	struct meter *meter;
	struct meter_bed_wire wires[METER_BED_WIRES];
	int behind;
	uint64_t delay_ns;
	unsigned copies;
	unsigned late_every;
	unsigned counted;
	struct meter_bed_transit queue[METER_BED_QUEUE];
	unsigned head;
	unsigned tail;
	struct meter_round round;
	unsigned rounds;
};

/** meter_bed_settings() - of the meter: a frame each 100 us, a key */
void meter_bed_settings(struct meter_settings *settings);

/** meter_bed_set_up() - both members have carrier, and one is active */
int meter_bed_set_up(void **state);

/** meter_bed_tear_down() - asserts that no packet is left */
int meter_bed_tear_down(void **state);

/** meter_bed_run() - @us pass in small steps */
void meter_bed_run(struct meter_bed *bed, uint64_t us);

/** meter_bed_end() - of the round under way; returns what was reported */
const struct meter_round *meter_bed_end(struct meter_bed *bed);

/** meter_bed_active() - number of the active member; -1: none */
int meter_bed_active(const struct meter_bed *bed);

/** meter_bed_give() - @frame reaches an end of the meter out of the blue */
void meter_bed_give(struct meter_bed *bed, enum meter_end end,
		    struct frame *frame);

#endif
