// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * loop.c - one event loop per thread
 *
 * Theory of operation
 *
 * A round is: posts, timers that are due, file descriptors that epoll names,
 * deferred calls. Deferred calls that are made meanwhile wait for the next
 * round, so a busy port can't starve a timer or its neighbours. Sleep ends at
 * the first timer; it does not begin while a deferred call waits or while the
 * spin time has not passed since a poller last found work.
 *
 * Removing things from within callbacks: epoll may already have named a watch
 * that a callback of the same round removes. The batch of events is kept in the
 * loop, and watch_remove() blanks its entry there.
 *
 * Posts come in through a lock-free stack and an eventfd; the loop reverses the
 * stack, so posts run in the order they were made.
 *
 * epoll_wait() sleeps whole milliseconds. Who measures asks for more with
 * loop_hold_precise(): ppoll() then waits for the epoll descriptor itself, to
 * the nanosecond. It is one call more a round, and one that each process with
 * a filter of system calls has left anyway.
 *
 * Limits: one timer type, a binary heap that grows when more timers are armed
 * than ever before. That can happen on the packet path (a port is full for the
 * first time), but never twice for the same number of ports.
 */
#include "core/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define LOOP_EVENTS 64
#define TIMERS_MIN 64
/* While spinning, file descriptors are looked at every so many rounds. */
#define SPIN_ROUNDS_PER_EPOLL 64

/**
 * struct loop - one thread's event loop
 * @clock:	where time comes from; borrowed
 * @epoll_fd:	all watches
 * @post_fd:	eventfd that other threads wake us with
 * @post_watch:	watches @post_fd
 * @events:	the batch being served
 * @event_count: entries of @events, so that a removed watch is found there
 * @timers:	binary heap, the earliest first
 * @timer_count: armed timers
 * @timer_size:	entries that @timers has room for
 * @deferred:	calls due before sleeping
 * @pollers:	queues asked in turn while spinning
 * @now_ns:	time of the current round
 * @spin_ns:	how long to spin after work was found; 0: never
 * @spin_until_ns: end of the current spin
 * @was_spinning: pollers were being asked in the last round
 * @spin_rounds: counts them; every so many look at the descriptors
 * @was_spinning: the last round did, so the pollers are told when it ends
 * @posts:	from other threads, newest first
 * @stopped:	loop_stop() was called
 * @rest:	told before and after sleeping; NULL: nobody
 * @precise:	how many asked for exact timers
 */
struct loop {
	struct clock *clock;
	int epoll_fd;
	int post_fd;
	struct watch post_watch;
	struct epoll_event events[LOOP_EVENTS];
	int event_count;
	struct timer **timers;
	uint32_t timer_count;
	uint32_t timer_size;
	struct list deferred;
	struct list pollers;
	uint64_t now_ns;
	uint64_t spin_ns;
	uint64_t spin_until_ns;
	unsigned spin_rounds;
	bool was_spinning;
	_Atomic(struct post *) posts;
	atomic_bool stopped;
	struct loop_rest *rest;
	unsigned precise;
};

static void timer_place(struct loop *loop, uint32_t i, struct timer *timer)
{
	loop->timers[i] = timer;
	timer->slot = i + 1;
}

static void timer_sift_up(struct loop *loop, uint32_t i)
{
	struct timer *timer = loop->timers[i];

	while (i) {
		uint32_t parent = (i - 1) / 2;

		if (loop->timers[parent]->at_ns <= timer->at_ns)
			break;
		timer_place(loop, i, loop->timers[parent]);
		i = parent;
	}
	timer_place(loop, i, timer);
}

static void timer_sift_down(struct loop *loop, uint32_t i)
{
	struct timer *timer = loop->timers[i];

	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child >= loop->timer_count)
			break;
		if (child + 1 < loop->timer_count &&
		    loop->timers[child + 1]->at_ns < loop->timers[child]->at_ns)
			child++;
		if (timer->at_ns <= loop->timers[child]->at_ns)
			break;
		timer_place(loop, i, loop->timers[child]);
		i = child;
	}
	timer_place(loop, i, timer);
}

int timer_arm(struct loop *loop, struct timer *timer, uint64_t at_ns)
{
	timer_cancel(loop, timer);
	if (loop->timer_count == loop->timer_size) {
		uint32_t size = MAX(2 * loop->timer_size, TIMERS_MIN);
		struct timer **timers;

		timers = realloc(loop->timers, size * sizeof(struct timer *));
		if (!timers)
			return -ENOMEM;
		loop->timers = timers;
		loop->timer_size = size;
	}
	timer->at_ns = at_ns;
	timer_place(loop, loop->timer_count++, timer);
	timer_sift_up(loop, timer->slot - 1);
	return 0;
}

void timer_cancel(struct loop *loop, struct timer *timer)
{
	uint32_t i = timer->slot;

	if (!i--)
		return;
	timer->slot = 0;
	loop->timer_count--;
	if (i == loop->timer_count)
		return;
	timer_place(loop, i, loop->timers[loop->timer_count]);
	timer_sift_up(loop, i);
	timer_sift_down(loop, loop->timers[i]->slot - 1);
}

static void run_timers(struct loop *loop)
{
	while (loop->timer_count && loop->timers[0]->at_ns <= loop->now_ns) {
		struct timer *timer = loop->timers[0];

		timer_cancel(loop, timer);
		timer->expired(timer);
	}
}

static void run_deferred(struct loop *loop)
{
	struct list batch, *link;

	if (list_is_empty(&loop->deferred))
		return;
	list_init(&batch);
	list_append(&loop->deferred, &batch);
	list_remove(&loop->deferred);
	while ((link = list_pop(&batch))) {
		struct deferred *deferred;

		deferred = container_of(link, struct deferred, link);
		deferred->call(deferred);
	}
}

static bool run_pollers(struct loop *loop)
{
	bool worked = false;

	list_for_each_safe (link, &loop->pollers) {
		struct poller *poller;

		poller = container_of(link, struct poller, link);
		worked |= poller->poll(poller);
	}
	return worked;
}

static void end_polling(struct loop *loop)
{
	list_for_each_safe (link, &loop->pollers) {
		struct poller *poller;

		poller = container_of(link, struct poller, link);
		if (poller->end)
			poller->end(poller);
	}
}

static void run_posts(struct watch *watch, uint32_t events)
{
	struct loop *loop = container_of(watch, struct loop, post_watch);
	struct post *post, *next, *in_order = NULL;
	uint64_t count;

	(void)events;
	if (read(loop->post_fd, &count, sizeof(count)) < 0)
		return;
	for (post = atomic_exchange(&loop->posts, NULL); post; post = next) {
		next = post->next;
		post->next = in_order;
		in_order = post;
	}
	for (post = in_order; post; post = next) {
		next = post->next;
		post->call(post);
	}
}

static void loop_wake(struct loop *loop)
{
	uint64_t one = 1;

	if (write(loop->post_fd, &one, sizeof(one)) < 0)
		return; /* full: it will wake anyway */
}

void loop_post(struct loop *loop, struct post *post)
{
	post->next = atomic_load(&loop->posts);
	while (!atomic_compare_exchange_weak(&loop->posts, &post->next, post))
		;
	loop_wake(loop);
}

void loop_stop(struct loop *loop)
{
	atomic_store(&loop->stopped, true);
	loop_wake(loop);
}

struct loop *loop_create(struct clock *clock, struct err *err)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		goto fail;
	loop->clock = clock;
	loop->now_ns = clock_now_ns(clock);
	list_init(&loop->deferred);
	list_init(&loop->pollers);
	loop->post_fd = -1;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0)
		goto fail;
	loop->post_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop->post_fd < 0)
		goto fail;
	loop->post_watch.fd = loop->post_fd;
	loop->post_watch.ready = run_posts;
	loop->post_watch.name = "posts";
	if (watch_add(loop, &loop->post_watch, EPOLLIN))
		goto fail;
	return loop;
fail:
	err_set(err, -errno, "cannot create an event loop: %s",
		strerror(errno));
	loop_destroy(loop);
	return NULL;
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	if (loop->post_fd >= 0)
		close(loop->post_fd);
	free(loop->timers);
	free(loop);
}

uint64_t loop_now_ns(const struct loop *loop)
{
	return loop->now_ns;
}

uint64_t loop_clock_ns(const struct loop *loop)
{
	return clock_now_ns(loop->clock);
}

void loop_set_rest(struct loop *loop, struct loop_rest *rest)
{
	loop->rest = rest;
}

void loop_hold_precise(struct loop *loop)
{
	loop->precise++;
}

void loop_release_precise(struct loop *loop)
{
	assert(loop->precise);
	loop->precise--;
}

void loop_set_spin(struct loop *loop, uint64_t ns)
{
	loop->spin_ns = ns;
}

static bool loop_is_spinning(const struct loop *loop)
{
	return loop->spin_ns && loop->now_ns < loop->spin_until_ns &&
	       !list_is_empty(&loop->pollers);
}

static int sleep_ms(const struct loop *loop, int max_ms)
{
	uint64_t at_ns, ms;

	if (!list_is_empty(&loop->deferred) || loop_is_spinning(loop))
		return 0;
	if (!loop->timer_count)
		return max_ms;
	at_ns = loop->timers[0]->at_ns;
	if (at_ns <= loop->now_ns)
		return 0;
	ms = (at_ns - loop->now_ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
	return (int)MIN(ms, max_ms < 0 ? INT32_MAX : (uint64_t)max_ms);
}

/* The descriptors are looked at afterwards, without sleeping. */
static void sleep_precisely(const struct loop *loop)
{
	struct pollfd fd = {.fd = loop->epoll_fd, .events = POLLIN};
	uint64_t now_ns = clock_now_ns(loop->clock);
	uint64_t at_ns = loop->timers[0]->at_ns;
	uint64_t ns = at_ns > now_ns ? at_ns - now_ns : 0;
	const struct timespec rest = {
		.tv_sec = (time_t)(ns / NSEC_PER_SEC),
		.tv_nsec = (long)(ns % NSEC_PER_SEC),
	};

	ppoll(&fd, 1, &rest, NULL);
}

static bool timer_ends_sleep(const struct loop *loop, int timeout_ms)
{
	uint64_t most_ns = NSEC_PER_MSEC * (uint64_t)timeout_ms;

	return timeout_ms > 0 && loop->timer_count &&
	       loop->timers[0]->at_ns - loop->now_ns <= most_ns;
}

static void run_watches(struct loop *loop, int timeout_ms)
{
	int i;

	if (loop->rest)
		loop->rest->before(loop->rest);
	if (UNLIKELY(loop->precise) && timer_ends_sleep(loop, timeout_ms)) {
		sleep_precisely(loop);
		timeout_ms = 0;
	}
	loop->event_count = epoll_wait(loop->epoll_fd, loop->events,
				       LOOP_EVENTS, timeout_ms);
	if (loop->rest)
		loop->rest->after(loop->rest);
	loop->now_ns = clock_now_ns(loop->clock);
	for (i = 0; i < loop->event_count; i++) {
		struct watch *watch = loop->events[i].data.ptr;

		if (!watch)
			continue;
		watch->wakes++;
		watch->ready(watch, loop->events[i].events);
	}
	if (loop->event_count > 0 && loop->spin_ns)
		loop->spin_until_ns = loop->now_ns + loop->spin_ns;
	loop->event_count = 0;
}

void loop_run_once(struct loop *loop, int max_ms)
{
	bool spinning = loop_is_spinning(loop);

	if (loop->was_spinning && !spinning)
		end_polling(loop);
	loop->was_spinning = spinning;
	if (!spinning || loop->spin_rounds++ % SPIN_ROUNDS_PER_EPOLL == 0)
		run_watches(loop, sleep_ms(loop, max_ms));
	else
		loop->now_ns = clock_now_ns(loop->clock);
	run_timers(loop);
	run_deferred(loop);
	if (spinning && run_pollers(loop))
		loop->spin_until_ns = loop->now_ns + loop->spin_ns;
}

void loop_run(struct loop *loop)
{
	while (!atomic_load(&loop->stopped))
		loop_run_once(loop, -1);
	atomic_store(&loop->stopped, false);
}

int watch_add(struct loop *loop, struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) < 0)
		return -errno;
	watch->loop = loop;
	return 0;
}

int watch_change(struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};
	int epoll_fd = watch->loop->epoll_fd;

	return epoll_ctl(epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) ? -errno
								     : 0;
}

void watch_remove(struct watch *watch)
{
	struct loop *loop = watch->loop;
	int i;

	if (!loop)
		return;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	for (i = 0; i < loop->event_count; i++) {
		if (loop->events[i].data.ptr == watch)
			loop->events[i].data.ptr = NULL;
	}
	watch->loop = NULL;
}

void loop_defer(struct loop *loop, struct deferred *deferred)
{
	if (list_is_empty(&deferred->link))
		list_append(&loop->deferred, &deferred->link);
}

void poller_add(struct loop *loop, struct poller *poller)
{
	list_init(&poller->link);
	list_append(&loop->pollers, &poller->link);
}
