/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_bed.h - a prober, and a wire for each member with targets on it
 */
#ifndef UNIT_PROBE_BED_H
#define UNIT_PROBE_BED_H

#include "switch/own_frame.h"
#include "switch/uplink/probe.h"

#define BED_MEMBERS 4
#define BED_REPLIES 4096
#define BED_CHANGES 64
#define BED_STEP_NS (NSEC_PER_MSEC / 2)

/* A reply on its way. */
struct bed_reply {
	uint64_t at_ns;
	unsigned slot;
	struct frame frame;
};

/* What the prober reported. */
struct bed_change {
	uint64_t at_ns;
	unsigned slot;
	enum probe_state state;
	char reason[PROBE_REASON_SIZE];
};

/* The test. Times of wires are those of the fake clock. */
struct probe_bed {
	struct fake_clock fake;
	struct loop *loop;
	struct probe *probe;
	struct probe_settings settings;
	uint64_t start_ns;
	uint64_t rtt_ns;
	bool is_cut[BED_MEMBERS];  /* carrier stays, frames vanish */
	uint32_t mute;             /* targets that don't answer, by bit */
	bool is_full[BED_MEMBERS]; /* takes one frame a call */
	unsigned copies;           /* of each reply */
	struct bed_reply replies[BED_REPLIES];
	unsigned reply_head, reply_tail;
	struct bed_change changes[BED_CHANGES];
	unsigned change_count;
	unsigned sent;
	uint64_t sent_ns[BED_MEMBERS]; /* when a member was asked last */
	struct frame last[BED_MEMBERS];
	int remove_on_change; /* slot, or -1 */
	int remove_on_send;
};

/** bed_setup() - cmocka's; targets 192.0.2.1 and 2001:db8::1, 50 ms */
int bed_setup(void **state);

/** bed_teardown() - cmocka's */
int bed_teardown(void **state);

/** bed_apply() - the settings as they are now */
void bed_apply(struct probe_bed *bed);

/** bed_run() - let @us of time pass, in steps of half a millisecond */
void bed_run(struct probe_bed *bed, unsigned us);

/** bed_reply_to() - what target number @target says to the probe @asked */
void bed_reply_to(const struct probe_bed *bed, const struct frame *asked,
		  unsigned target, struct frame *reply);

/** bed_state() - of a member */
enum probe_state bed_state(const struct probe_bed *bed, unsigned slot);

/** bed_counters() - of a member */
struct probe_counters bed_counters(const struct probe_bed *bed, unsigned slot);

#endif
