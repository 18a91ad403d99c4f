/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * experiment.h - one failover of an uplink, caused and measured
 *
 * A meter (switch/uplink/meter.h) sends through the uplink. The member that
 * carries the traffic is broken, held so, mended, and waited for; what the
 * meter, the bond and the announcer saw meanwhile is one struct
 * experiment_round. How a member is broken is the owner's: it pulls a cable,
 * takes a NIC down, or lets frames vanish.
 *
 * All times are of the loop's clock.
 */
#ifndef SWITCH_UPLINK_EXPERIMENT_H
#define SWITCH_UPLINK_EXPERIMENT_H

#include "switch/uplink/meter.h"
#include "switch/uplink/uplink.h"

/** EXPERIMENT_MAX_NS - the longest that any step may be set to take */
#define EXPERIMENT_MAX_NS (600 * NSEC_PER_SEC)

struct experiment;

/** enum experiment_result - how a round ended */
enum experiment_result {
	EXPERIMENT_OK,          /* traffic moved, and the member is back */
	EXPERIMENT_NO_MEMBER,   /* nothing to break: none carries, or no such */
	EXPERIMENT_NO_TRAFFIC,  /* nothing came through even before */
	EXPERIMENT_CUT_FAILED,  /* the owner could not break it */
	EXPERIMENT_NO_FAILOVER, /* traffic was not back before it was mended */
	EXPERIMENT_NOT_BACK,    /* the member can't be used in time again */
	EXPERIMENT_GONE,        /* the member was removed meanwhile */
	EXPERIMENT_CANCELLED,   /* experiment_cancel() */
	EXPERIMENT_RESULT_COUNT,
};

/**
 * struct experiment_settings - how long each step takes
 * @warm_ns:	traffic flows so long before the fault
 * @hold_ns:	from the fault until the member is mended. What the monitors
 *		need to see the fault must fit
 * @back_ns:	a mended member must be usable again within that time
 * @rest_ns:	then traffic flows for so long
 */
struct experiment_settings {
	uint64_t warm_ns;
	uint64_t hold_ns;
	uint64_t back_ns;
	uint64_t rest_ns;
};

/**
 * struct experiment_way - one direction, by the meter
 * @outage:	longest time without a frame between fault and mending
 * @return_outage: and after mending
 * @total:	of the whole round
 */
struct experiment_way {
	struct meter_gap outage;
	struct meter_gap return_outage;
	struct meter_way total;
};

/**
 * struct experiment_announced - what was announced until the member was mended
 * @rarp:	frames
 * @garp:	frames
 * @na:		frames
 * @first_round_ns: how long the first round of it took; 0: none ended
 */
struct experiment_announced {
	uint64_t rarp;
	uint64_t garp;
	uint64_t na;
	uint64_t first_round_ns;
};

/**
 * struct experiment_round - what was found; times are 0 where there is none
 * @result:	enum experiment_result
 * @old_member:	that was broken
 * @new_member:	active when the old one was mended, or, in a mode that knows no
 *		active member, the one that frames leave by; empty: none
 * @fault_ns:	just before it was broken
 * @switched_ns: last change of the active member until mending (bond)
 * @last_out_old_ns: last frame that left through the old member until mending
 *		(bond)
 * @first_out_new_ns: first one that left through the new member since it
 *		carries (bond)
 * @last_in_old_ns: as @last_out_old_ns, that came in (bond)
 * @first_in_new_ns: as @first_out_new_ns, that came in (bond)
 * @mended_ns:	when the old member was mended
 * @back_ns:	and seen to be usable
 * @moves:	changes of the active member until mending (bond)
 * @return_moves: and after it: a primary that takes over again
 * @announced:	by the announcer
 * @longest_nap_ns: see struct meter_round
 * @skipped:	see struct meter_round
 * @foreign:	see struct meter_round
 * @way:	by enum meter_direction (meter)
 */
struct experiment_round {
	uint8_t result;
	char old_member[PORT_NAME_SIZE];
	char new_member[PORT_NAME_SIZE];
	uint64_t fault_ns;
	uint64_t switched_ns;
	uint64_t last_out_old_ns;
	uint64_t first_out_new_ns;
	uint64_t last_in_old_ns;
	uint64_t first_in_new_ns;
	uint64_t mended_ns;
	uint64_t back_ns;
	uint64_t moves;
	uint64_t return_moves;
	struct experiment_announced announced;
	uint64_t longest_nap_ns;
	uint64_t skipped;
	uint64_t foreign;
	struct experiment_way way[METER_DIRECTIONS];
};

/**
 * struct experiment_env - surroundings
 * @loop:	of the uplink's worker
 * @uplink:	under test
 * @meter:	settings of the meter; its ends are to be plugged in by the
 *		owner before experiment_begin()
 * @ctx:	handed back to all below
 * @cut:	break @member now; 0 or -errno
 * @mend:	undo that; called once after each @cut that returned 0, also
 *		from experiment_destroy()
 * @done:	the round is over; @round is borrowed. It may begin the next
 *		one, but not destroy the experiment
 */
struct experiment_env {
	struct loop *loop;
	struct uplink *uplink;
	struct meter_settings meter;
	void *ctx;
	int (*cut)(void *ctx, const char *member);
	void (*mend)(void *ctx, const char *member);
	void (*done)(void *ctx, const struct experiment_round *round);
};

/** experiment_result_name() - "ok", "no-failover", ... */
const char *experiment_result_name(enum experiment_result result);

/** experiment_settings_init() - 300 ms, 1 s, 10 s, 200 ms */
void experiment_settings_init(struct experiment_settings *settings);

/** experiment_create() - idle; NULL with the reason in @err */
struct experiment *experiment_create(const struct experiment_settings *settings,
				     const struct experiment_env *env,
				     struct err *err);

/**
 * experiment_destroy() - what is broken is mended, @done is not called; NULL is
 * fine
 *
 * The meter's ports are to be unplugged before, and the uplink is still there.
 */
void experiment_destroy(struct experiment *experiment);

/** experiment_meter() - whose ends are to be plugged in */
struct meter *experiment_meter(struct experiment *experiment);

/**
 * experiment_begin() - a round
 * @member:	to break; NULL: the one that is active when the time has come
 *
 * Return: 0, -EBUSY when one is under way, -ENAMETOOLONG, -ENOMEM.
 */
int experiment_begin(struct experiment *experiment, const char *member);

/**
 * experiment_cancel() - mend what is broken, and call @done soon
 *
 * No-op without a round.
 */
void experiment_cancel(struct experiment *experiment);

#endif
