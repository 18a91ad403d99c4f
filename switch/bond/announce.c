// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * announce.c - rounds of announcements after a failover, and their pace
 *
 * Theory of operation
 *
 * announce_start() begins a round at once: pages of what is behind the bond are
 * made into frames (announce_walk.c) and sent. Two bounds hold it back. A turn
 * of the loop has ANNOUNCE_TURN frames, then others' frames have theirs, and
 * the round goes on with a deferred call. And a virtual clock runs ahead of
 * time by 1/ANNOUNCE_MAX_PER_S with each frame; when it is ahead, the round
 * waits for a timer. That clock belongs to the announcer, not to the round: a
 * bond that fails over a hundred times a second begins a hundred rounds, but
 * sends no more than one that does it once.
 *
 * A frame is made when it can go. What the member didn't take is made anew
 * later, from the place in the page where it stopped, so nothing is kept and a
 * failover in between needs to throw nothing away.
 *
 * When a round is over the next one is timed from its end, so rounds never
 * overlap, however many addresses there are.
 *
 * Limits: one way out at a time. A bond whose guests are spread over several
 * members spreads the frames itself, in send().
 */
#include "switch/bond/announce.h"

#include <errno.h>
#include <stdlib.h>

#include "switch/bond/announce_walk.h"

#define GAP_NS (NSEC_PER_SEC / ANNOUNCE_MAX_PER_S)
/* Being woken for one frame each would cost more than sending them. */
#define WAIT_FRAMES (ANNOUNCE_TURN / 2)
/* A page may be empty; of those so many in a turn, 1024 addresses each. */
#define TURN_PAGES 8
/* RFC 4861 10: RetransTimer, MAX_NEIGHBOR_ADVERTISEMENT */
#define NA_GAP_NS NSEC_PER_SEC
#define NA_ROUNDS 3

static_assert(ANNOUNCE_TURN <= FRAME_BATCH, "one send() a page");
static_assert(ANNOUNCE_TURN <= ANNOUNCE_BURST, "a turn may be a whole one");

/**
 * struct announce - the announcer of one bond
 * @settings:	in force
 * @env:	surroundings
 * @timer:	for a round that waits for the rate limit, or that is to come
 * @deferred:	for a round that goes on after others had their turn
 * @is_active:	a round is under way or to come
 * @in_round:	it is under way
 * @is_blocked:	it waits for announce_writable()
 * @is_sending:	the send() callback is being called
 * @epoch:	another one with each failover
 * @done:	rounds since the failover
 * @na_rounds:	of these, with advertisements
 * @na_ns:	when the last of those began
 * @start_ns:	when the last failover was
 * @rate_ns:	the virtual clock
 * @frames:	taken in this round
 * @walk:	place in this round
 * @counters:	for people
 * @batch:	being sent
 */
struct announce {
	struct announce_settings settings;
	struct announce_env env;
	struct timer timer;
	struct deferred deferred;
	bool is_active;
	bool in_round;
	bool is_blocked;
	bool is_sending;
	unsigned epoch;
	unsigned done;
	unsigned na_rounds;
	uint64_t na_ns;
	uint64_t start_ns;
	uint64_t rate_ns;
	unsigned frames;
	struct announce_walk walk;
	struct announce_counters counters;
	struct frame batch[ANNOUNCE_TURN];
};

/* Frames that may go now. */
static unsigned rate_credit(struct announce *announce, uint64_t now_ns)
{
	uint64_t depth_ns = ANNOUNCE_BURST * GAP_NS;

	if (announce->rate_ns + depth_ns < now_ns)
		announce->rate_ns = now_ns - depth_ns;
	if (announce->rate_ns > now_ns)
		return 0;
	return (unsigned)((now_ns - announce->rate_ns) / GAP_NS);
}

static void count_taken(struct announce *announce,
			const enum announce_kind *kinds, unsigned taken)
{
	struct announce_counters *c = &announce->counters;
	unsigned i;

	for (i = 0; i < taken; i++) {
		c->rarp += kinds[i] == ANNOUNCE_RARP;
		c->garp += kinds[i] == ANNOUNCE_GARP;
		c->na += kinds[i] == ANNOUNCE_NA;
	}
	announce->frames += taken;
	announce->rate_ns += taken * GAP_NS;
}

/* A failover may be seen, and begin a new round, while frames are sent. */
static unsigned send_batch(struct announce *announce, struct frame **frames,
			   unsigned n)
{
	unsigned taken;

	announce->is_sending = true;
	taken = announce->env.send(announce->env.ctx, frames, n);
	announce->is_sending = false;
	return taken;
}

/*
 * Send up to @max frames of this page.
 *
 * Return: how many were taken; @is_blocked when that was not all.
 */
static unsigned send_some(struct announce *announce, unsigned max)
{
	struct announce_spot spots[ANNOUNCE_TURN + 1];
	enum announce_kind kinds[ANNOUNCE_TURN];
	struct frame *frames[ANNOUNCE_TURN];
	struct announce_walk *walk = &announce->walk;
	unsigned n = 0, taken, epoch = announce->epoch;

	spots[0] = walk->spot;
	while (n < max &&
	       announce_walk_next(walk, &announce->batch[n], &kinds[n])) {
		frames[n] = &announce->batch[n];
		spots[++n] = walk->spot;
	}
	if (!n)
		return 0;
	taken = send_batch(announce, frames, n);
	count_taken(announce, kinds, taken);
	if (taken < n && epoch == announce->epoch) {
		walk->spot = spots[taken];
		announce->is_blocked = true;
		announce->counters.blocked++;
	}
	return taken;
}

/* Step over what a round has no room for. */
static void lose_rest_of_page(struct announce *announce)
{
	enum announce_kind kind;

	while (announce_walk_next(&announce->walk, &announce->batch[0], &kind))
		announce->counters.lost++;
}

static uint64_t delay_ns(const struct announce *announce)
{
	const struct announce_settings *s = &announce->settings;
	uint64_t ms = s->delay_ms + (announce->done - 1ull) * s->step_ms;

	if (s->max_ms)
		ms = MIN(ms, s->max_ms);
	return MAX(ms, ANNOUNCE_MIN_DELAY_MS) * NSEC_PER_MSEC;
}

static void end_round(struct announce *announce, uint64_t now_ns)
{
	announce->in_round = false;
	announce->counters.rounds++;
	announce->counters.refused += announce->walk.refused;
	announce->walk.refused = 0;
	if (!announce->done++)
		announce->counters.first_round_ns = now_ns - announce->start_ns;
	announce->is_active = announce->done < announce->settings.rounds;
	if (announce->is_active)
		timer_arm(announce->env.loop, &announce->timer,
			  now_ns + delay_ns(announce));
}

/* Put the rest of the round off until frames may go again. */
static void wait_for_rate(struct announce *announce)
{
	announce->counters.limited++;
	timer_arm(announce->env.loop, &announce->timer,
		  announce->rate_ns + WAIT_FRAMES * GAP_NS);
}

/*
 * Send pages until @max frames are taken.
 *
 * Return: false when the round is over.
 */
static bool send_pages(struct announce *announce, unsigned max)
{
	unsigned left = max, pages = 0, epoch = announce->epoch;

	for (;;) {
		if (announce->frames >= ANNOUNCE_MAX_FRAMES)
			lose_rest_of_page(announce);
		else
			left -= send_some(announce, left);
		if (!left || announce->is_blocked || epoch != announce->epoch ||
		    pages++ == TURN_PAGES)
			return true;
		if (!announce_walk_turn_page(&announce->walk))
			return false;
	}
}

static void take_turn(struct announce *announce)
{
	uint64_t now_ns = loop_clock_ns(announce->env.loop);
	unsigned credit = rate_credit(announce, now_ns);

	if (announce->is_sending) { /* its batch is in use */
		loop_defer(announce->env.loop, &announce->deferred);
		return;
	}
	if (credit < WAIT_FRAMES)
		wait_for_rate(announce);
	else if (!send_pages(announce, MIN(credit, ANNOUNCE_TURN)))
		end_round(announce, now_ns);
	else if (announce->in_round && !announce->is_blocked)
		loop_defer(announce->env.loop, &announce->deferred);
}

static void begin_round(struct announce *announce)
{
	uint64_t now_ns = loop_clock_ns(announce->env.loop);
	bool with_na =
		!announce->na_rounds || (announce->na_rounds < NA_ROUNDS &&
					 now_ns - announce->na_ns >= NA_GAP_NS);

	if (with_na) {
		announce->na_rounds++;
		announce->na_ns = now_ns;
	}
	announce->in_round = true;
	announce->frames = 0;
	announce_walk_begin(&announce->walk, with_na);
	take_turn(announce);
}

static void round_due(struct timer *timer)
{
	struct announce *announce = container_of(timer, struct announce, timer);

	if (announce->in_round)
		take_turn(announce);
	else
		begin_round(announce);
}

static void round_goes_on(struct deferred *deferred)
{
	take_turn(container_of(deferred, struct announce, deferred));
}

static int check_settings(const struct announce_settings *settings,
			  struct err *err)
{
	if (settings->delay_ms <= ANNOUNCE_MAX_DELAY_MS &&
	    settings->step_ms <= ANNOUNCE_MAX_DELAY_MS &&
	    settings->max_ms <= ANNOUNCE_MAX_DELAY_MS)
		return 0;
	return err_set(err, -EINVAL,
		       "announcements are at most %u ms apart, so the same goes"
		       " for each of their delays",
		       ANNOUNCE_MAX_DELAY_MS);
}

struct announce *announce_create(const struct announce_settings *settings,
				 const struct announce_env *env,
				 struct err *err)
{
	struct announce *announce;

	if (check_settings(settings, err))
		return NULL;
	announce = calloc(1, sizeof(*announce));
	if (!announce) {
		err_set(err, -ENOMEM, "no memory for a bond's announcements");
		return NULL;
	}
	announce->settings = *settings;
	announce->env = *env;
	announce->walk.env = &announce->env;
	announce->timer.expired = round_due;
	deferred_init(&announce->deferred, round_goes_on);
	return announce;
}

void announce_destroy(struct announce *announce)
{
	if (!announce)
		return;
	announce_stop(announce);
	free(announce);
}

int announce_set(struct announce *announce,
		 const struct announce_settings *settings, struct err *err)
{
	int code = check_settings(settings, err);

	if (!code)
		announce->settings = *settings;
	return code;
}

void announce_start(struct announce *announce)
{
	announce_stop(announce);
	announce->counters.failovers++;
	if (!announce->settings.rounds)
		return;
	announce->is_active = true;
	announce->done = 0;
	announce->na_rounds = 0;
	announce->start_ns = loop_clock_ns(announce->env.loop);
	begin_round(announce);
}

void announce_stop(struct announce *announce)
{
	timer_cancel(announce->env.loop, &announce->timer);
	deferred_cancel(&announce->deferred);
	announce->epoch++;
	announce->counters.cut += announce->in_round;
	announce->is_active = false;
	announce->in_round = false;
	announce->is_blocked = false;
}

void announce_writable(struct announce *announce)
{
	if (!announce->is_blocked)
		return;
	announce->is_blocked = false;
	take_turn(announce);
}

bool announce_is_active(const struct announce *announce)
{
	return announce->is_active;
}

const struct announce_counters *
announce_get_counters(const struct announce *announce)
{
	return &announce->counters;
}
