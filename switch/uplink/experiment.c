// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * experiment.c - one failover of an uplink, caused and measured
 *
 * Theory of operation
 *
 *	IDLE	experiment_begin()	WARM: the meter sends
 *	WARM	time is over		HELD: the member is broken; or ENDING,
 *					when nothing would be learnt
 *	HELD	time is over		BACK: what was seen is noted, and the
 *					member is mended
 *	BACK	member can be used	REST
 *		not in time		ENDING
 *	REST	time is over		ENDING: the meter stops sending
 *	ENDING	the meter is done	IDLE, and @done is called
 *
 * The outage is the meter's longest gap between fault and mending. It is taken
 * before the member is mended: what returns then, or moves back to a primary,
 * has a gap of its own.
 *
 * Traffic counts as back if something came in the later half of the time that
 * the member was held: a worker that sleeps for a moment then is no failure.
 *
 * In modes without an active member the meter's frames leave by one of those
 * that carry. Nobody sends more often, so it is the one that sent last.
 *
 * Limits: in these modes they come in by a member that the other end chooses,
 * and that need not be the broken one.
 */
#include "switch/uplink/experiment.h"

#include <errno.h>
#include <stdlib.h>

#define WARM_NS (300 * NSEC_PER_MSEC)
#define HOLD_NS NSEC_PER_SEC
#define BACK_NS (10 * NSEC_PER_SEC)
#define REST_NS (200 * NSEC_PER_MSEC)
/* How often a mended member is looked at. */
#define LOOK_NS (5 * NSEC_PER_MSEC)

/** enum experiment_step - see above */
enum experiment_step {
	STEP_IDLE,
	STEP_WARM,
	STEP_HELD,
	STEP_BACK,
	STEP_REST,
	STEP_ENDING,
};

/**
 * struct experiment - one round at a time
 * @settings:	as given
 * @env:	as given
 * @meter:	sends during a round
 * @step:	enum experiment_step
 * @timer:	end of the step
 * @round:	so far
 * @wanted:	member to break; empty: the one that carries
 * @slot:	of the broken member
 * @carried:	it was one of several that carry
 * @is_cut:	it is to be mended
 * @before:	the uplink just before the fault
 * @mended_switches: changes of the active member until mending
 */
struct experiment {
	struct experiment_settings settings;
	struct experiment_env env;
	struct meter *meter;
	enum experiment_step step;
	struct timer timer;
	struct experiment_round round;
	char wanted[PORT_NAME_SIZE];
	unsigned slot;
	bool carried;
	bool is_cut;
	struct uplink_status before;
	uint64_t mended_switches;
};

static const char *const result_names[] = {
	[EXPERIMENT_OK] = "ok",
	[EXPERIMENT_NO_MEMBER] = "no-member",
	[EXPERIMENT_NO_TRAFFIC] = "no-traffic",
	[EXPERIMENT_CUT_FAILED] = "cut-failed",
	[EXPERIMENT_NO_FAILOVER] = "no-failover",
	[EXPERIMENT_NOT_BACK] = "not-back",
	[EXPERIMENT_GONE] = "gone",
	[EXPERIMENT_CANCELLED] = "cancelled",
};
static_assert(ARRAY_SIZE(result_names) == EXPERIMENT_RESULT_COUNT,
	      "a result lacks its name");

static uint64_t clock_of(const struct experiment *experiment)
{
	return loop_clock_ns(experiment->env.loop);
}

static void mend(struct experiment *experiment)
{
	if (!experiment->is_cut)
		return;
	experiment->is_cut = false;
	experiment->env.mend(experiment->env.ctx, experiment->round.old_member);
}

/* The first thing that went wrong is the result. */
static void end(struct experiment *experiment, enum experiment_result result)
{
	timer_cancel(experiment->env.loop, &experiment->timer);
	experiment->step = STEP_ENDING;
	if (experiment->round.result == EXPERIMENT_OK)
		experiment->round.result = (uint8_t)result;
	mend(experiment);
	meter_end_round(experiment->meter);
}

static void begin_step(struct experiment *experiment, enum experiment_step step,
		       uint64_t ns)
{
	experiment->step = step;
	if (timer_arm(experiment->env.loop, &experiment->timer,
		      clock_of(experiment) + ns))
		end(experiment, EXPERIMENT_CANCELLED);
}

/* STEP_WARM is over */

static bool find_member(struct experiment *experiment, const char *name)
{
	struct uplink_member_status member;

	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		if (!uplink_get_member_status(experiment->env.uplink, slot,
					      &member) ||
		    strcmp(member.name, name) != 0)
			continue;
		experiment->slot = slot;
		experiment->carried = member.bond.state == BOND_CARRYING;
		memcpy(experiment->round.old_member, member.name,
		       sizeof(member.name));
		return true;
	}
	return false;
}

/* The member that the meter's frames leave by; false: none. */
static bool find_carrying(const struct experiment *experiment, unsigned *found)
{
	const struct uplink *uplink = experiment->env.uplink;
	struct uplink_member_status member;
	struct uplink_status status;
	uint64_t latest_ns = 0;

	uplink_get_status(uplink, &status);
	if (status.bond.active) {
		*found = bond_member_slot(status.bond.active);
		return true;
	}
	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		if (uplink_get_member_status(uplink, slot, &member) &&
		    member.bond.state == BOND_CARRYING &&
		    member.bond.last_tx_ns > latest_ns) {
			latest_ns = member.bond.last_tx_ns;
			*found = slot;
		}
	}
	return latest_ns;
}

static bool choose_member(struct experiment *experiment)
{
	struct uplink_member_status member;
	unsigned slot;

	uplink_get_status(experiment->env.uplink, &experiment->before);
	if (*experiment->wanted)
		return find_member(experiment, experiment->wanted);
	return find_carrying(experiment, &slot) &&
	       uplink_get_member_status(experiment->env.uplink, slot,
					&member) &&
	       find_member(experiment, member.name);
}

/* Most of what was sent did come, in both directions. */
static bool has_traffic(const struct experiment *experiment)
{
	struct meter_round so_far;

	meter_get_round(experiment->meter, &so_far);
	for (unsigned i = 0; i < METER_DIRECTIONS; i++) {
		if (so_far.way[i].lost >= so_far.way[i].received)
			return false;
	}
	return true;
}

static void break_member(struct experiment *experiment)
{
	if (!choose_member(experiment)) {
		end(experiment, EXPERIMENT_NO_MEMBER);
		return;
	}
	if (!has_traffic(experiment)) {
		end(experiment, EXPERIMENT_NO_TRAFFIC);
		return;
	}
	meter_mark(experiment->meter);
	experiment->round.fault_ns = clock_of(experiment);
	if (experiment->env.cut(experiment->env.ctx,
				experiment->round.old_member)) {
		end(experiment, EXPERIMENT_CUT_FAILED);
		return;
	}
	experiment->is_cut = true;
	begin_step(experiment, STEP_HELD, experiment->settings.hold_ns);
}

/* STEP_HELD is over */

static bool note_old(struct experiment *experiment)
{
	struct uplink_member_status member;

	if (!uplink_get_member_status(experiment->env.uplink, experiment->slot,
				      &member) ||
	    strcmp(member.name, experiment->round.old_member) != 0)
		return false;
	experiment->round.last_out_old_ns = member.bond.last_tx_ns;
	experiment->round.last_in_old_ns = member.bond.last_rx_ns;
	return true;
}

/* Before the fault it was somebody else's first frame. */
static uint64_t if_later(uint64_t ns, uint64_t fault_ns)
{
	return ns >= fault_ns ? ns : 0;
}

static void note_new(struct experiment *experiment)
{
	struct experiment_round *round = &experiment->round;
	struct uplink_member_status member;
	unsigned slot;

	if (!find_carrying(experiment, &slot) ||
	    !uplink_get_member_status(experiment->env.uplink, slot, &member))
		return;
	memcpy(round->new_member, member.name, sizeof(member.name));
	if (slot == experiment->slot)
		return;
	round->first_out_new_ns =
		if_later(member.bond.first_tx_ns, round->fault_ns);
	round->first_in_new_ns =
		if_later(member.bond.first_rx_ns, round->fault_ns);
}

static void note_uplink(struct experiment *experiment)
{
	const struct uplink_status *before = &experiment->before;
	struct experiment_round *round = &experiment->round;
	struct uplink_status now;

	uplink_get_status(experiment->env.uplink, &now);
	experiment->mended_switches = now.bond.switches;
	round->moves = now.bond.switches - before->bond.switches;
	if (round->moves)
		round->switched_ns = now.bond.switched_ns;
	round->announced = (struct experiment_announced){
		.rarp = now.announce.rarp - before->announce.rarp,
		.garp = now.announce.garp - before->announce.garp,
		.na = now.announce.na - before->announce.na,
	};
	if (now.announce.rounds != before->announce.rounds)
		round->announced.first_round_ns = now.announce.first_round_ns;
	note_new(experiment);
}

/* Is traffic back in both directions? */
static bool note_outages(struct experiment *experiment)
{
	struct meter_round so_far;
	bool is_back = true;

	meter_get_round(experiment->meter, &so_far);
	for (unsigned i = 0; i < METER_DIRECTIONS; i++) {
		const struct meter_gap *gap = &so_far.way[i].gap;

		experiment->round.way[i].outage = *gap;
		is_back &=
			!gap->is_open ||
			meter_gap_ns(gap) <= experiment->settings.hold_ns / 2;
	}
	return is_back;
}

static void mend_member(struct experiment *experiment)
{
	bool is_there = note_old(experiment);
	bool is_back = note_outages(experiment);

	note_uplink(experiment);
	meter_mark(experiment->meter);
	experiment->round.mended_ns = clock_of(experiment);
	mend(experiment);
	if (!is_there) {
		end(experiment, EXPERIMENT_GONE);
		return;
	}
	if (!is_back)
		experiment->round.result = EXPERIMENT_NO_FAILOVER;
	begin_step(experiment, STEP_BACK, LOOK_NS);
}

/* STEP_BACK, again and again */

/* One of several that carry is to carry again: LACP takes its time. */
static bool can_be_used(const struct experiment *experiment,
			enum bond_state state)
{
	return (state == BOND_BACKUP && !experiment->carried) ||
	       state == BOND_CARRYING || state == BOND_ACTIVE;
}

static void look_at_member(struct experiment *experiment)
{
	struct uplink_member_status member;
	uint64_t now_ns = clock_of(experiment);

	if (!uplink_get_member_status(experiment->env.uplink, experiment->slot,
				      &member) ||
	    strcmp(member.name, experiment->round.old_member) != 0) {
		end(experiment, EXPERIMENT_GONE);
		return;
	}
	if (can_be_used(experiment, member.bond.state)) {
		experiment->round.back_ns = now_ns;
		begin_step(experiment, STEP_REST, experiment->settings.rest_ns);
	} else if (now_ns - experiment->round.mended_ns >=
		   experiment->settings.back_ns) {
		end(experiment, EXPERIMENT_NOT_BACK);
	} else {
		begin_step(experiment, STEP_BACK, LOOK_NS);
	}
}

static void experiment_expired(struct timer *timer)
{
	struct experiment *experiment =
		container_of(timer, struct experiment, timer);

	switch (experiment->step) {
	case STEP_WARM:
		break_member(experiment);
		break;
	case STEP_HELD:
		mend_member(experiment);
		break;
	case STEP_BACK:
		look_at_member(experiment);
		break;
	case STEP_REST:
		end(experiment, EXPERIMENT_OK);
		break;
	case STEP_IDLE:
	case STEP_ENDING:
		break;
	}
}

static void round_is_over(void *ctx, const struct meter_round *measured)
{
	struct experiment *experiment = ctx;
	struct experiment_round round = experiment->round;
	struct uplink_status now;

	uplink_get_status(experiment->env.uplink, &now);
	round.longest_nap_ns = measured->longest_nap_ns;
	round.skipped = measured->skipped;
	round.foreign = measured->foreign;
	if (round.mended_ns)
		round.return_moves =
			now.bond.switches - experiment->mended_switches;
	for (unsigned i = 0; i < METER_DIRECTIONS; i++) {
		round.way[i].total = measured->way[i];
		if (round.mended_ns)
			round.way[i].return_outage = measured->way[i].gap;
	}
	experiment->step = STEP_IDLE;
	experiment->env.done(experiment->env.ctx, &round);
}

const char *experiment_result_name(enum experiment_result result)
{
	return result < EXPERIMENT_RESULT_COUNT ? result_names[result] : "?";
}

void experiment_settings_init(struct experiment_settings *settings)
{
	*settings = (struct experiment_settings){
		.warm_ns = WARM_NS,
		.hold_ns = HOLD_NS,
		.back_ns = BACK_NS,
		.rest_ns = REST_NS,
	};
}

static bool settings_are_valid(const struct experiment_settings *settings)
{
	return settings->warm_ns && settings->warm_ns <= EXPERIMENT_MAX_NS &&
	       settings->hold_ns && settings->hold_ns <= EXPERIMENT_MAX_NS &&
	       settings->back_ns && settings->back_ns <= EXPERIMENT_MAX_NS &&
	       settings->rest_ns <= EXPERIMENT_MAX_NS;
}

struct experiment *experiment_create(const struct experiment_settings *settings,
				     const struct experiment_env *env,
				     struct err *err)
{
	struct experiment *experiment;
	struct meter_env meter_env = {.loop = env->loop};
	const char *name = uplink_port(env->uplink)->name;

	if (!settings_are_valid(settings)) {
		err_set(err, -EINVAL,
			"each step of a failover takes up to %llu s",
			EXPERIMENT_MAX_NS / NSEC_PER_SEC);
		return NULL;
	}
	experiment = calloc(1, sizeof(*experiment));
	if (!experiment) {
		err_set(err, -ENOMEM, "no memory to measure uplink %s", name);
		return NULL;
	}
	experiment->settings = *settings;
	experiment->env = *env;
	experiment->timer.expired = experiment_expired;
	meter_env.ctx = experiment;
	meter_env.done = round_is_over;
	experiment->meter = meter_create(name, &env->meter, &meter_env, err);
	if (!experiment->meter) {
		free(experiment);
		return NULL;
	}
	return experiment;
}

void experiment_destroy(struct experiment *experiment)
{
	if (!experiment)
		return;
	timer_cancel(experiment->env.loop, &experiment->timer);
	mend(experiment);
	meter_destroy(experiment->meter);
	free(experiment);
}

struct meter *experiment_meter(struct experiment *experiment)
{
	return experiment->meter;
}

int experiment_begin(struct experiment *experiment, const char *member)
{
	size_t len = member ? strlen(member) : 0;
	int code;

	if (experiment->step != STEP_IDLE)
		return -EBUSY;
	if (len >= sizeof(experiment->wanted))
		return -ENAMETOOLONG;
	code = meter_begin_round(experiment->meter);
	if (code)
		return code;
	memset(&experiment->round, 0, sizeof(experiment->round));
	memset(experiment->wanted, 0, sizeof(experiment->wanted));
	if (member)
		memcpy(experiment->wanted, member, len);
	begin_step(experiment, STEP_WARM, experiment->settings.warm_ns);
	return 0;
}

void experiment_cancel(struct experiment *experiment)
{
	if (experiment->step != STEP_IDLE && experiment->step != STEP_ENDING)
		end(experiment, EXPERIMENT_CANCELLED);
}
