// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * meter.c - measures what a way through networks does to frames
 *
 * Theory of operation
 *
 *	IDLE	   meter_begin_round()	RUNNING: both ends say hello
 *	RUNNING	   each interval	a frame of each end
 *		   meter_end_round()	SETTLING: only receives
 *	SETTLING   settle time is over	IDLE, and @done is called
 *
 * Frames carry the number of their round, so what is still under way when the
 * next one begins is counted in neither.
 *
 * When the worker slept for some intervals, as many frames are sent at once,
 * but METER_MAX_BURST at most: what a switch on the way drops of a burst would
 * be its loss and our fault. How much of a gap is the worker's own sleep
 * is the tally's to say.
 *
 * Limits: the frames are untagged. One clock stamps both ends, so both belong
 * to one worker.
 */
#include "switch/uplink/meter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define INTERVAL_NS (100 * NSEC_PER_USEC)
#define SETTLE_NS (100 * NSEC_PER_MSEC)

static const struct mac everyone = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/** enum meter_state - what the timer is for */
enum meter_state {
	METER_IDLE,
	METER_RUNNING,
	METER_SETTLING,
};

/**
 * struct meter_side - one end
 * @port:	plugged in by the owner
 * @meter:	that it is an end of
 * @mac:	its address
 * @refused:	frames of this round that died in the network at once
 * @tally:	of the frames that it sent; the other end fills it
 */
struct meter_side {
	struct port port;
	struct meter *meter;
	struct mac mac;
	uint64_t refused;
	struct meter_tally tally;
};

/**
 * struct meter - two ends and a timer
 * @settings:	as given
 * @env:	as given
 * @state:	enum meter_state
 * @round:	all but its ways
 * @due_ns:	when the next frames are to be sent
 * @timer:	for that, and for the end of settling
 * @side:	by enum meter_end; its frames go in the direction of this number
 */
struct meter {
	struct meter_settings settings;
	struct meter_env env;
	enum meter_state state;
	struct meter_round round;
	uint64_t due_ns;
	struct timer timer;
	struct meter_side side[METER_ENDS];
};
static_assert((int)METER_NEAR == (int)METER_OUT &&
		      (int)METER_FAR == (int)METER_IN,
	      "an end's frames go in the direction of its number");

/* Receiving */

static bool is_ours(const struct meter *meter, const struct meter_side *to,
		    const struct meter_side *from,
		    const struct meter_wire *wire)
{
	return wire->run == meter->settings.run &&
	       wire->direction == (unsigned)(from - meter->side) &&
	       mac_is_equal(&wire->src, &from->mac) &&
	       (wire->kind == METER_HELLO ||
		mac_is_equal(&wire->dst, &to->mac));
}

static uint64_t late_ns(const struct meter *meter, uint64_t now_ns)
{
	return meter->state == METER_RUNNING && now_ns > meter->due_ns
		       ? now_ns - meter->due_ns
		       : 0;
}

/* Ours alone get so far, but some of an earlier round may. */
static void receive(struct meter *meter, struct meter_side *from,
		    const struct meter_wire *wire)
{
	uint64_t now_ns = loop_clock_ns(meter->env.loop);

	if (wire->kind != METER_STAMP || meter->state == METER_IDLE ||
	    wire->round != meter->round.number)
		return;
	meter_tally_nap(&from->tally, late_ns(meter, now_ns));
	meter_tally_input(&from->tally, wire->seq, wire->sent_ns, now_ns);
}

/* All of a frame of ours is in the snapshot: nobody else made it. */
static void look_at(struct meter *meter, struct meter_side *to,
		    const struct frame *frame)
{
	struct meter_side *from =
		&meter->side[to == meter->side ? METER_FAR : METER_NEAR];
	struct meter_wire wire;

	if (frame_ethertype(frame) != METER_ETHERTYPE)
		return;
	if (!meter_wire_decode(frame->snap, frame->snap_len,
			       &meter->settings.key, &wire)) {
		meter->round.foreign++;
		return;
	}
	if (is_ours(meter, to, from, &wire))
		receive(meter, from, &wire);
}

static unsigned side_send(struct port *port, struct frame **frames, unsigned n)
{
	struct meter_side *to = container_of(port, struct meter_side, port);

	for (unsigned i = 0; i < n; i++)
		look_at(to->meter, to, frames[i]);
	return n;
}

static void side_status(struct port *port, struct port_status *status)
{
	const struct meter_side *side =
		container_of(port, struct meter_side, port);

	snprintf(status->detail, sizeof(status->detail), "meter, %s",
		 side->meter->state == METER_IDLE ? "idle" : "measuring");
}

/* It goes with its meter. */
static void side_close(struct port *port)
{
	(void)port;
}

static const struct port_ops side_ops = {
	.send = side_send,
	.status = side_status,
	.close = side_close,
};

/* Sending */

static void say(struct meter *meter, struct meter_side *side,
		enum meter_kind kind, const struct mac *dst)
{
	const struct meter_wire wire = {
		.dst = *dst,
		.src = side->mac,
		.kind = (uint8_t)kind,
		.direction = (uint8_t)(side - meter->side),
		.round = meter->round.number,
		.run = meter->settings.run,
		.seq = side->tally.sent,
		.sent_ns = loop_clock_ns(meter->env.loop),
	};
	struct frame frame = {
		.len = METER_FRAME_LEN,
		.snap_len = METER_FRAME_LEN,
	};
	struct frame *one = &frame;

	meter_wire_encode(&wire, &meter->settings.key, frame.snap);
	frame_classify(&frame);
	/* it may arrive before port_input() returns */
	if (kind == METER_STAMP)
		meter_tally_sent(&side->tally, wire.sent_ns);
	port_input(&side->port, &one, 1);
	side->refused +=
		kind == METER_STAMP && frame.verdict.fate == FATE_DROPPED;
}

/* Intervals that have passed, the one that is due included. */
static void send_due(struct meter *meter)
{
	struct meter_side *near = &meter->side[METER_NEAR];
	struct meter_side *far = &meter->side[METER_FAR];
	uint64_t slept_ns = late_ns(meter, loop_clock_ns(meter->env.loop));
	uint64_t n = slept_ns / meter->settings.interval_ns + 1;

	meter->due_ns += n * meter->settings.interval_ns;
	meter->round.longest_nap_ns =
		MAX(meter->round.longest_nap_ns, slept_ns);
	meter_tally_nap(&near->tally, slept_ns);
	meter_tally_nap(&far->tally, slept_ns);
	if (n > METER_MAX_BURST) {
		meter->round.skipped += n - METER_MAX_BURST;
		n = METER_MAX_BURST;
	}
	while (n--) {
		say(meter, near, METER_STAMP, &far->mac);
		say(meter, far, METER_STAMP, &near->mac);
	}
}

/* A round's end */

static void finish(struct meter *meter)
{
	struct meter_round round;

	if (!meter->round.until_ns)
		meter->round.until_ns = loop_clock_ns(meter->env.loop);
	meter->state = METER_IDLE;
	loop_release_precise(meter->env.loop);
	meter_get_round(meter, &round);
	if (meter->env.done)
		meter->env.done(meter->env.ctx, &round);
}

/* Without memory for a timer the round ends at once. */
static void wait_until(struct meter *meter, uint64_t at_ns)
{
	if (timer_arm(meter->env.loop, &meter->timer, at_ns))
		finish(meter);
}

static void meter_expired(struct timer *timer)
{
	struct meter *meter = container_of(timer, struct meter, timer);

	if (meter->state == METER_SETTLING) {
		finish(meter);
		return;
	}
	send_due(meter);
	wait_until(meter, meter->due_ns);
}

/* Public functions */

void meter_settings_init(struct meter_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->interval_ns = INTERVAL_NS;
	settings->settle_ns = SETTLE_NS;
}

static int check(const struct meter_settings *settings, struct err *err)
{
	if (settings->interval_ns < METER_MIN_INTERVAL_NS ||
	    settings->interval_ns > METER_MAX_INTERVAL_NS)
		return err_set(err, -EINVAL,
			       "a meter sends every %llu to %llu us",
			       METER_MIN_INTERVAL_NS / NSEC_PER_USEC,
			       METER_MAX_INTERVAL_NS / NSEC_PER_USEC);
	if (settings->settle_ns > METER_MAX_SETTLE_NS)
		return err_set(err, -EINVAL,
			       "a meter waits for frames for %llu s at most",
			       METER_MAX_SETTLE_NS / NSEC_PER_SEC);
	return 0;
}

/* Locally administered; the last bit is the end's number. */
static void init_side(struct meter *meter, enum meter_end end, const char *name)
{
	static const char *const words[] = {
		[METER_NEAR] = "near",
		[METER_FAR] = "far",
	};
	static_assert(ARRAY_SIZE(words) == METER_ENDS, "an end lacks its name");
	uint64_t random = siphash(&meter->settings.key, "meter", 5);
	struct meter_side *side = &meter->side[end];
	char text[PORT_NAME_SIZE];

	snprintf(text, sizeof(text), "%.30s/%s", name, words[end]);
	port_init(&side->port, &side_ops, text);
	side->port.carrier = true;
	side->meter = meter;
	side->mac.b[0] = 2;
	be32_store(side->mac.b + 1, (uint32_t)random);
	side->mac.b[5] = (uint8_t)((random >> 32 & ~1ull) | end);
}

struct meter *meter_create(const char *name,
			   const struct meter_settings *settings,
			   const struct meter_env *env, struct err *err)
{
	struct meter *meter;

	if (check(settings, err))
		return NULL;
	meter = calloc(1, sizeof(*meter));
	if (!meter) {
		err_set(err, -ENOMEM, "no memory for meter %s", name);
		return NULL;
	}
	meter->settings = *settings;
	meter->env = *env;
	meter->timer.expired = meter_expired;
	for (unsigned end = 0; end < METER_ENDS; end++)
		init_side(meter, end, name);
	return meter;
}

void meter_destroy(struct meter *meter)
{
	if (!meter)
		return;
	timer_cancel(meter->env.loop, &meter->timer);
	if (meter->state != METER_IDLE)
		loop_release_precise(meter->env.loop);
	free(meter);
}

struct port *meter_port(struct meter *meter, enum meter_end end)
{
	return &meter->side[end].port;
}

const struct mac *meter_mac(const struct meter *meter, enum meter_end end)
{
	return &meter->side[end].mac;
}

int meter_begin_round(struct meter *meter)
{
	uint64_t now_ns = loop_clock_ns(meter->env.loop);

	if (meter->state != METER_IDLE)
		return -EBUSY;
	meter->due_ns = now_ns + meter->settings.interval_ns;
	if (timer_arm(meter->env.loop, &meter->timer, meter->due_ns))
		return -ENOMEM;
	loop_hold_precise(meter->env.loop);
	meter->state = METER_RUNNING;
	meter->round = (struct meter_round){
		.number = meter->round.number + 1,
		.began_ns = now_ns,
	};
	for (unsigned end = 0; end < METER_ENDS; end++) {
		struct meter_side *side = &meter->side[end];

		side->refused = 0;
		meter_tally_init(&side->tally, now_ns,
				 meter->settings.interval_ns);
		say(meter, side, METER_HELLO, &everyone);
	}
	return 0;
}

void meter_mark(struct meter *meter)
{
	meter->round.marked_ns = loop_clock_ns(meter->env.loop);
	for (unsigned end = 0; end < METER_ENDS; end++)
		meter_tally_mark(&meter->side[end].tally);
}

void meter_get_round(const struct meter *meter, struct meter_round *round)
{
	*round = meter->round;
	if (meter->state == METER_RUNNING)
		round->until_ns = loop_clock_ns(meter->env.loop);
	for (unsigned end = 0; end < METER_ENDS; end++) {
		const struct meter_side *side = &meter->side[end];

		meter_tally_get(&side->tally, round->until_ns,
				&round->way[end]);
		round->way[end].refused = side->refused;
	}
}

void meter_end_round(struct meter *meter)
{
	if (meter->state != METER_RUNNING)
		return;
	meter->state = METER_SETTLING;
	meter->round.until_ns = loop_clock_ns(meter->env.loop);
	wait_until(meter, meter->round.until_ns + meter->settings.settle_ns);
}
