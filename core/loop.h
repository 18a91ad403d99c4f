/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loop.h - one event loop per thread: watches, timers, deferred calls, posts
 *
 * Everything is embedded in its owner; the callback finds the owner with
 * container_of(). Callbacks never block, handle at most FRAME_BATCH frames and
 * return. Removing anything, also oneself, from within a callback is legal.
 * All functions but loop_post() and loop_stop() belong to the loop's thread.
 */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/err.h"
#include "core/list.h"

struct loop;

/**
 * struct watch - a file descriptor the loop waits for
 * @fd:		not owned; remove the watch before closing it
 * @ready:	called with the EPOLL* bits that hold
 * @name:	shown with @wakes in statistics; static text
 * @wakes:	times @ready was called
 * @loop:	that it was added to
 */
struct watch {
	int fd;
	void (*ready)(struct watch *watch, uint32_t events);
	const char *name;
	uint64_t wakes;
	struct loop *loop;
};

/**
 * struct timer - calls back once, at or after a moment
 * @expired:	may arm the timer again
 * @at_ns:	when, on the loop's clock
 * @slot:	position in the loop's heap plus one; 0 while not armed
 */
struct timer {
	void (*expired)(struct timer *timer);
	uint64_t at_ns;
	uint32_t slot;
};

/**
 * struct deferred - a call made after the current callbacks, before sleeping
 * @call:	runs once per loop_defer()
 * @link:	in the loop's list while due
 *
 * How a port goes on with a queue that it did not finish, fairly among ports.
 * Initialise with deferred_init().
 */
struct deferred {
	void (*call)(struct deferred *deferred);
	struct list link;
};

/**
 * struct poller - a queue that is looked at without being asked to
 * @poll:	look once; returns true when there was something to do
 * @link:	in the loop's list
 * @end:	spinning is over and the loop may sleep: ask to be notified
 *		again, and loop_defer() what came in meanwhile; NULL is fine
 *
 * While any poller found work within the loop's spin time, the loop asks them
 * all in turn instead of sleeping. With spin time 0 (the default) none is
 * asked.
 */
struct poller {
	bool (*poll)(struct poller *poller);
	void (*end)(struct poller *poller);
	struct list link;
};

/**
 * struct post - a call from another thread
 * @call:	runs on the loop's thread; owns the post from then on
 * @next:	the one posted before it
 */
struct post {
	void (*call)(struct post *post);
	struct post *next;
};

/**
 * struct loop_rest - told when the loop's thread may sleep
 * @before:	nothing of the loop runs until @after: let go of a lock
 * @after:	take it again
 */
struct loop_rest {
	void (*before)(struct loop_rest *rest);
	void (*after)(struct loop_rest *rest);
};

/** loop_create() - NULL with errno in @err when the kernel refuses */
struct loop *loop_create(struct clock *clock, struct err *err);

/** loop_destroy() - pending posts are dropped; NULL is fine */
void loop_destroy(struct loop *loop);

/** loop_run() - serve until loop_stop() */
void loop_run(struct loop *loop);

/** loop_run_once() - one round; sleeps at most @max_ms (-1: no limit) */
void loop_run_once(struct loop *loop, int max_ms);

/** loop_stop() - make loop_run() return; from any thread or signal handler */
void loop_stop(struct loop *loop);

/** loop_now_ns() - time at the start of this round; cheap */
uint64_t loop_now_ns(const struct loop *loop);

/** loop_clock_ns() - time at this very moment; a call of the clock */
uint64_t loop_clock_ns(const struct loop *loop);

/** loop_set_spin() - keep polling for @ns after the last work; 0: sleep */
void loop_set_spin(struct loop *loop, uint64_t ns);

/**
 * loop_hold_precise() - wake up within microseconds of a timer, not
 * milliseconds, until loop_release_precise() was called as often
 *
 * Costs a system call more each time that the loop sleeps: for who measures.
 */
void loop_hold_precise(struct loop *loop);

/** loop_release_precise() - as before loop_hold_precise() */
void loop_release_precise(struct loop *loop);

/** loop_set_rest() - @rest lives as long as the loop; NULL: nobody is told */
void loop_set_rest(struct loop *loop, struct loop_rest *rest);

/** watch_add() - wait for EPOLL* @events on @watch->fd; 0 or -errno */
int watch_add(struct loop *loop, struct watch *watch, uint32_t events);

/** watch_change() - wait for other events; 0 or -errno */
int watch_change(struct watch *watch, uint32_t events);

/** watch_remove() - no callback after it returns; no-op if not added */
void watch_remove(struct watch *watch);

/** timer_arm() - call @timer at @at_ns; moves an armed timer */
int timer_arm(struct loop *loop, struct timer *timer, uint64_t at_ns);

/** timer_cancel() - no callback after it returns; no-op if not armed */
void timer_cancel(struct loop *loop, struct timer *timer);

static inline bool timer_is_armed(const struct timer *timer)
{
	return timer->slot != 0;
}

static inline void deferred_init(struct deferred *deferred,
				 void (*call)(struct deferred *))
{
	deferred->call = call;
	list_init(&deferred->link);
}

/** loop_defer() - call @deferred soon; no-op while it is already waiting */
void loop_defer(struct loop *loop, struct deferred *deferred);

/** deferred_cancel() - forget a waiting call; no-op otherwise */
static inline void deferred_cancel(struct deferred *deferred)
{
	list_remove(&deferred->link);
}

/** poller_add() - ask @poller while spinning; remove with poller_remove() */
void poller_add(struct loop *loop, struct poller *poller);

static inline void poller_remove(struct poller *poller)
{
	list_remove(&poller->link);
}

/** loop_post() - run @post on the loop's thread, in order; any thread */
void loop_post(struct loop *loop, struct post *post);

#endif
