// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_loop.c - watches, timers, deferred calls and posts, on a fake clock
 */
#include "unit/cmocka_wrap.h"

#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/loop.h"

#define TIMERS 100

struct timed {
	struct timer timer;
	unsigned *order;
	unsigned expired_as;
};

struct fixture {
	struct fake_clock fake;
	struct loop *loop;
	struct watch a, b;
	struct deferred deferred;
	struct poller poller;
	unsigned calls;
};

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000);
	f.loop = loop_create(&f.fake.clock, NULL);
	*state = &f;
	return f.loop ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	loop_destroy(f->loop);
	return 0;
}

static void timed_expired(struct timer *timer)
{
	struct timed *timed = container_of(timer, struct timed, timer);

	timed->expired_as = ++*timed->order;
}

static void timers_expire_in_order_and_only_when_due(void **state)
{
	struct fixture *f = *state;
	struct timed timed[TIMERS] = {0};
	unsigned i, order = 0;

	for (i = 0; i < TIMERS; i++) {
		timed[i].order = &order;
		timed[i].timer.expired = timed_expired;
		timer_arm(f->loop, &timed[i].timer, 2000 + i * 37 % TIMERS);
	}
	loop_run_once(f->loop, 0);
	assert_int_equal(order, 0);
	for (i = 0; i < TIMERS; i += 2)
		timer_cancel(f->loop, &timed[i].timer);
	f->fake.ns = 3000;
	loop_run_once(f->loop, 0);
	assert_int_equal(order, TIMERS / 2);
	for (i = 0; i < TIMERS; i++) {
		unsigned rank = i * 37 % TIMERS, j, before = 0;

		for (j = 1; j < TIMERS; j += 2)
			before += j * 37 % TIMERS < rank;
		assert_int_equal(timed[i].expired_as, i % 2 ? before + 1 : 0);
		assert_false(timer_is_armed(&timed[i].timer));
	}
}

static void a_ready(struct watch *watch, uint32_t events)
{
	struct fixture *f = container_of(watch, struct fixture, a);

	(void)events;
	f->calls++;
	watch_remove(&f->a);
	watch_remove(&f->b);
}

static void b_ready(struct watch *watch, uint32_t events)
{
	struct fixture *f = container_of(watch, struct fixture, b);

	(void)events;
	f->calls++;
	watch_remove(&f->b);
	watch_remove(&f->a);
}

static void removed_watch_is_not_called_in_the_same_round(void **state)
{
	struct fixture *f = *state;
	int p[2], q[2];

	assert_int_equal(pipe(p), 0);
	assert_int_equal(pipe(q), 0);
	f->a = (struct watch){.fd = p[0], .ready = a_ready, .name = "a"};
	f->b = (struct watch){.fd = q[0], .ready = b_ready, .name = "b"};
	watch_add(f->loop, &f->a, EPOLLIN);
	watch_add(f->loop, &f->b, EPOLLIN);
	assert_int_equal(write(p[1], "x", 1) + write(q[1], "x", 1), 2);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->calls, 1);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->calls, 1);
	close(p[0]);
	close(p[1]);
	close(q[0]);
	close(q[1]);
}

static void defer_again(struct deferred *deferred)
{
	struct fixture *f = container_of(deferred, struct fixture, deferred);

	f->calls++;
	loop_defer(f->loop, deferred);
}

static void deferred_call_runs_once_a_round(void **state)
{
	struct fixture *f = *state;

	deferred_init(&f->deferred, defer_again);
	loop_defer(f->loop, &f->deferred);
	loop_defer(f->loop, &f->deferred);
	loop_run_once(f->loop, -1);
	assert_int_equal(f->calls, 1);
	loop_run_once(f->loop, -1);
	assert_int_equal(f->calls, 2);
	deferred_cancel(&f->deferred);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->calls, 2);
}

struct counted_post {
	struct post post;
	struct loop *loop;
	unsigned number;
	unsigned *last;
};

static void post_called(struct post *post)
{
	struct counted_post *p = container_of(post, struct counted_post, post);

	assert_int_equal(p->number, *p->last + 1);
	*p->last = p->number;
	if (p->number == 1000)
		loop_stop(p->loop);
}

static void *post_thousand(void *arg)
{
	struct counted_post *posts = arg;
	int i;

	for (i = 0; i < 1000; i++)
		loop_post(posts[i].loop, &posts[i].post);
	return NULL;
}

static void posts_of_another_thread_run_in_order(void **state)
{
	static struct counted_post posts[1000];
	struct fixture *f = *state;
	unsigned last = 0, i;
	pthread_t thread;

	for (i = 0; i < 1000; i++) {
		posts[i] = (struct counted_post){
			{post_called, NULL}, f->loop, i + 1, &last};
	}
	pthread_create(&thread, NULL, post_thousand, posts);
	loop_run(f->loop);
	pthread_join(thread, NULL);
	assert_int_equal(last, 1000);
}

static bool poll_count(struct poller *poller)
{
	struct fixture *f = container_of(poller, struct fixture, poller);

	return ++f->calls < 3;
}

static void wake_up(struct post *post)
{
	(void)post;
}

static void poller_is_asked_only_within_the_spin_time(void **state)
{
	struct post post = {wake_up, NULL};
	struct fixture *f = *state;

	f->poller.poll = poll_count;
	poller_add(f->loop, &f->poller);
	loop_post(f->loop, &post);
	loop_run_once(f->loop, 0);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->calls, 0); /* spinning is off */
	loop_set_spin(f->loop, 100);
	loop_post(f->loop, &post);
	loop_run_once(f->loop, 0); /* an event starts the spin time */
	loop_run_once(f->loop, -1);
	loop_run_once(f->loop, -1);
	assert_int_equal(f->calls, 2);
	f->fake.ns += 99; /* work renewed it, so this is still within */
	loop_run_once(f->loop, -1);
	assert_int_equal(f->calls, 3);
	f->fake.ns += 200;
	loop_run_once(f->loop, 0); /* sees the new time, polls a last time */
	loop_run_once(f->loop, 0);
	assert_int_equal(f->calls, 4);
	poller_remove(&f->poller);
}

struct counted_rest {
	struct loop_rest rest;
	unsigned before;
	unsigned after;
};

static void rest_before(struct loop_rest *rest)
{
	struct counted_rest *counted =
		container_of(rest, struct counted_rest, rest);

	assert_int_equal(counted->before++, counted->after);
}

static void rest_after(struct loop_rest *rest)
{
	struct counted_rest *counted =
		container_of(rest, struct counted_rest, rest);

	assert_int_equal(counted->before, ++counted->after);
}

static void rest_is_around_each_sleep(void **state)
{
	struct counted_rest counted = {.rest = {rest_before, rest_after}};
	struct fixture *f = *state;

	loop_set_rest(f->loop, &counted.rest);
	loop_run_once(f->loop, 0);
	loop_run_once(f->loop, 0);
	assert_int_equal(counted.after, 2);
	loop_set_rest(f->loop, NULL);
	loop_run_once(f->loop, 0);
	assert_int_equal(counted.after, 2);
}

/* On the real clock: how many of ten waits for 200 us ended within 1 ms. */
static unsigned short_waits(struct loop *loop)
{
	struct timed timed = {.timer.expired = timed_expired};
	unsigned i, order = 0, n = 0;

	timed.order = &order;
	for (i = 0; i < 10; i++) {
		uint64_t at_ns = loop_clock_ns(loop) + 200 * NSEC_PER_USEC;

		timer_arm(loop, &timed.timer, at_ns);
		while (order == i)
			loop_run_once(loop, -1);
		assert_true(loop_clock_ns(loop) >= at_ns);
		n += loop_clock_ns(loop) - at_ns < 700 * NSEC_PER_USEC;
	}
	return n;
}

static void precise_loop_wakes_up_within_a_millisecond(void **state)
{
	struct clock clock;
	struct loop *loop;

	(void)state;
	clock_init_monotonic(&clock);
	loop = loop_create(&clock, NULL);
	assert_non_null(loop);
	loop_hold_precise(loop);
	assert_true(short_waits(loop) > 0);
	loop_release_precise(loop);
	assert_int_equal(short_waits(loop), 0);
	loop_destroy(loop);
}

static void precise_loop_still_hears_of_descriptors(void **state)
{
	struct fixture *f = *state;
	unsigned order = 0;
	struct timed timed = {{.expired = timed_expired}, &order, 0};
	int p[2];

	assert_int_equal(pipe(p), 0);
	f->a = (struct watch){.fd = p[0], .ready = a_ready, .name = "a"};
	watch_add(f->loop, &f->a, EPOLLIN);
	loop_hold_precise(f->loop);
	timer_arm(f->loop, &timed.timer, f->fake.ns + NSEC_PER_SEC);
	assert_int_equal(write(p[1], "x", 1), 1);
	loop_run_once(f->loop, -1);
	assert_int_equal(f->calls, 1);
	assert_int_equal(order, 0);
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			timers_expire_in_order_and_only_when_due, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			removed_watch_is_not_called_in_the_same_round, setup,
			teardown),
		cmocka_unit_test_setup_teardown(deferred_call_runs_once_a_round,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			posts_of_another_thread_run_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
			poller_is_asked_only_within_the_spin_time, setup,
			teardown),
		cmocka_unit_test_setup_teardown(rest_is_around_each_sleep,
						setup, teardown),
		cmocka_unit_test(precise_loop_wakes_up_within_a_millisecond),
		cmocka_unit_test_setup_teardown(
			precise_loop_still_hears_of_descriptors, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
