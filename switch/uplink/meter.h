/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meter.h - measures what a way through networks does to frames, and how long
 * it is broken
 *
 * A meter has two ends, each a port. The near one is plugged into the network
 * behind a bond, the far one into the network on the other side. In a round
 * each end sends one short frame an interval to the other, stamped and
 * numbered, and counts what comes. All belongs to one worker, so one clock
 * stamps both.
 *
 * Frames of a meter can't be forged (switch/uplink/meter_wire.h). Whatever else
 * comes to an end is ignored.
 */
#ifndef SWITCH_UPLINK_METER_H
#define SWITCH_UPLINK_METER_H

#include "core/err.h"
#include "core/loop.h"
#include "core/port.h"
#include "switch/uplink/meter_tally.h"
#include "switch/uplink/meter_wire.h"

/** METER_MIN_INTERVAL_NS - more often leaves no time for other frames */
#define METER_MIN_INTERVAL_NS (20 * NSEC_PER_USEC)
/** METER_MAX_INTERVAL_NS - less often measures nothing */
#define METER_MAX_INTERVAL_NS NSEC_PER_SEC
/** METER_MAX_SETTLE_NS - frames under way that take longer are lost */
#define METER_MAX_SETTLE_NS (60 * NSEC_PER_SEC)
/**
 * METER_MAX_BURST - frames that an end sends at once after its worker slept;
 * what else was due meanwhile is never sent
 */
#define METER_MAX_BURST 16

struct meter;

/** enum meter_end - where a port of the meter is plugged in */
enum meter_end {
	METER_NEAR, /* behind the bond, where guests are */
	METER_FAR,  /* on the other side */
	METER_ENDS,
};

/**
 * struct meter_settings - how to measure
 * @run:	number of this meter, seen in captures
 * @key:	random, secret
 * @interval_ns: between two frames of an end
 * @settle_ns:	from the last frame of a round to the verdict on what is missing
 */
struct meter_settings {
	uint64_t run;
	struct siphash_key key;
	uint64_t interval_ns;
	uint64_t settle_ns;
};

/**
 * struct meter_round - what was measured
 * @number:	of the round, from 1
 * @began_ns:	when it began; the loop's clock here and below
 * @marked_ns:	meter_mark(); 0: was not called
 * @until_ns:	when sending ended, or the time of meter_get_round()
 * @longest_nap_ns: how late the meter's own worker was at worst
 * @skipped:	frames of each end that were not sent: METER_MAX_BURST
 * @foreign:	frames of our type that were none of ours
 * @way:	by enum meter_direction
 */
struct meter_round {
	uint32_t number;
	uint64_t began_ns;
	uint64_t marked_ns;
	uint64_t until_ns;
	uint64_t longest_nap_ns;
	uint64_t skipped;
	uint64_t foreign;
	struct meter_way way[METER_DIRECTIONS];
};

/**
 * struct meter_env - where a meter lives
 * @loop:	of its worker
 * @ctx:	handed back to @done
 * @done:	a round is over; @round is borrowed. It may begin the next one,
 *		but not destroy the meter
 */
struct meter_env {
	struct loop *loop;
	void *ctx;
	void (*done)(void *ctx, const struct meter_round *round);
};

/** meter_settings_init() - 10000 frames a second, 100 ms; @key is to be set */
void meter_settings_init(struct meter_settings *settings);

/**
 * meter_create() - idle
 * @name:	its ports are called NAME/near and NAME/far
 *
 * Return: NULL with the reason in @err.
 */
struct meter *meter_create(const char *name,
			   const struct meter_settings *settings,
			   const struct meter_env *env, struct err *err);

/**
 * meter_destroy() - a round under way is forgotten; NULL is fine
 *
 * Its ports are to be unplugged before.
 */
void meter_destroy(struct meter *meter);

/**
 * meter_port() - to be plugged into a network
 *
 * Not to be closed: it goes with meter_destroy().
 */
struct port *meter_port(struct meter *meter, enum meter_end end);

/**
 * meter_mac() - address of an end, for a network that keeps it from others
 * (struct network_port_options)
 */
const struct mac *meter_mac(const struct meter *meter, enum meter_end end);

/**
 * meter_begin_round() - both ends say where they are, and begin to send
 *
 * Return: 0, -EBUSY when a round is under way, -ENOMEM.
 */
int meter_begin_round(struct meter *meter);

/** meter_mark() - the longest gap from now on is what is asked for */
void meter_mark(struct meter *meter);

/**
 * meter_get_round() - so far; frames under way are among the lost ones
 *
 * Between rounds it is the last one.
 */
void meter_get_round(const struct meter *meter, struct meter_round *round);

/**
 * meter_end_round() - stop sending, wait for what is under way, call @done
 *
 * No-op without a round.
 */
void meter_end_round(struct meter *meter);

#endif
