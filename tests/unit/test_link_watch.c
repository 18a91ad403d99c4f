// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_link_watch.c - carrier and MTU of an interface that answers as we say
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backends/link_watch.h"

/* Longest wait for a thread, and what does not take as long. */
#define PATIENCE_ROUNDS 50
#define ROUND_MS 100

/* What the driver says, on another thread; an answer may be kept back. */
struct driver {
	atomic_bool carrier;
	atomic_int rc;
	atomic_bool is_slow;
	sem_t asked;
	sem_t answer;
};

struct fixture {
	struct fake_clock fake;
	struct loop *loop;
	struct link_source source;
	struct link_watch link;
	struct link_state kernel;
	struct driver driver;
	int rc;
	int hints[2];
	unsigned asks;
	unsigned changes;
};

static int fake_ask(const struct link_source *source, struct link_state *state)
{
	struct fixture *f = container_of(source, struct fixture, source);

	f->asks++;
	if (!f->rc)
		*state = f->kernel;
	return f->rc;
}

static int fake_ask_carrier(const struct link_source *source, bool *carrier)
{
	struct driver *driver =
		&container_of(source, struct fixture, source)->driver;

	if (atomic_exchange(&driver->is_slow, false)) {
		sem_post(&driver->asked);
		sem_wait(&driver->answer);
	}
	*carrier = atomic_load(&driver->carrier);
	return atomic_load(&driver->rc);
}

static void changed(struct link_watch *link)
{
	container_of(link, struct fixture, link)->changes++;
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000);
	f.loop = loop_create(&f.fake.clock, NULL);
	f.source.ask = fake_ask;
	f.source.ask_carrier = fake_ask_carrier;
	f.kernel = (struct link_state){true, true, true, 1500};
	atomic_store(&f.driver.carrier, true);
	sem_init(&f.driver.asked, 0, 0);
	sem_init(&f.driver.answer, 0, 0);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, f.hints), 0);
	assert_int_equal(link_watch_init(&f.link, f.loop, &f.source, f.hints[0],
					 changed),
			 0);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	link_watch_fini(&f->link);
	close(f->hints[0]);
	if (f->hints[1] >= 0)
		close(f->hints[1]);
	loop_destroy(f->loop);
	return 0;
}

static void hint(struct fixture *f)
{
	static const char message[100];

	assert_int_equal(send(f->hints[1], message, sizeof(message), 0),
			 sizeof(message));
}

static uint64_t polls(const struct fixture *f)
{
	return link_watch_counters(&f->link).polls;
}

static void wait_for_changes(struct fixture *f, unsigned changes)
{
	unsigned i;

	for (i = 0; i < PATIENCE_ROUNDS && f->changes < changes; i++)
		loop_run_once(f->loop, ROUND_MS);
	assert_int_equal(f->changes, changes);
}

static void wait_for_polls(struct fixture *f, uint64_t count)
{
	uint64_t before = polls(f);
	unsigned i;

	for (i = 0; i < PATIENCE_ROUNDS * ROUND_MS; i++) {
		if (polls(f) >= before + count)
			break;
		loop_run_once(f->loop, 1);
	}
	assert_true(polls(f) >= before + count);
}

static void knows_the_state_from_the_start_and_tells_nobody(void **state)
{
	struct fixture *f = *state;

	assert_true(f->link.state.is_there);
	assert_true(f->link.state.carrier);
	assert_int_equal(f->link.state.mtu, 1500);
	assert_int_equal(f->changes, 0);
}

static void asks_when_something_is_said_and_tells_a_change_once(void **state)
{
	struct fixture *f = *state;
	unsigned asks = f->asks;

	f->kernel.carrier = false;
	hint(f);
	hint(f);
	hint(f);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->changes, 1);
	assert_false(f->link.state.carrier);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->asks, asks + 1);
	hint(f);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->changes, 1);
	assert_int_equal(f->link.events, 2);
}

static void tells_another_mtu(void **state)
{
	struct fixture *f = *state;

	f->kernel.mtu = 9000;
	hint(f);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->changes, 1);
	assert_int_equal(f->link.state.mtu, 9000);
}

static void is_without_carrier_while_set_down(void **state)
{
	struct fixture *f = *state;

	f->kernel.is_up = false;
	link_watch_ask(&f->link);
	assert_false(f->link.state.carrier);
	assert_false(f->link.state.is_up);
	assert_int_equal(f->changes, 1);
}

static void polls_only_while_that_is_wanted(void **state)
{
	struct fixture *f = *state;
	uint64_t count;

	assert_int_equal(polls(f), 0);
	assert_int_equal(link_watch_poll(&f->link, NSEC_PER_MSEC), 0);
	wait_for_polls(f, 3);
	assert_int_equal(link_watch_poll(&f->link, 0), 0);
	count = polls(f);
	loop_run_once(f->loop, 5);
	assert_int_equal(polls(f), count);
	assert_int_equal(f->changes, 0);
}

static void poll_sees_what_nobody_told(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(link_watch_poll(&f->link, NSEC_PER_MSEC), 0);
	atomic_store(&f->driver.carrier, false);
	wait_for_changes(f, 1);
	assert_false(f->link.state.carrier);
	assert_true(f->link.state.is_up);
	assert_int_equal(link_watch_counters(&f->link).found, 1);
	atomic_store(&f->driver.carrier, true);
	wait_for_changes(f, 2);
	assert_true(f->link.state.carrier);
	assert_int_equal(link_watch_counters(&f->link).found, 1);
}

static void hint_does_not_bring_back_what_a_poll_saw_lost(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(link_watch_poll(&f->link, NSEC_PER_MSEC), 0);
	atomic_store(&f->driver.carrier, false);
	wait_for_changes(f, 1);
	hint(f);
	loop_run_once(f->loop, ROUND_MS);
	assert_false(f->link.state.carrier);
	assert_int_equal(f->changes, 1);
}

static void carrier_is_one_when_driver_and_kernel_say_so(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(link_watch_poll(&f->link, NSEC_PER_MSEC), 0);
	f->kernel.carrier = false;
	hint(f);
	wait_for_changes(f, 1);
	wait_for_polls(f, 3);
	assert_false(f->link.state.carrier);
	f->kernel.carrier = true;
	hint(f);
	wait_for_changes(f, 2);
	assert_true(f->link.state.carrier);
}

static void end_of_polling_leaves_the_word_to_the_kernel(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(link_watch_poll(&f->link, NSEC_PER_MSEC), 0);
	atomic_store(&f->driver.carrier, false);
	wait_for_changes(f, 1);
	assert_int_equal(link_watch_poll(&f->link, 0), 0);
	assert_true(f->link.state.carrier);
	assert_int_equal(f->changes, 2);
}

static void driver_that_takes_its_time_holds_nobody_up(void **state)
{
	struct fixture *f = *state;

	atomic_store(&f->driver.is_slow, true);
	assert_int_equal(link_watch_poll(&f->link, NSEC_PER_MSEC), 0);
	sem_wait(&f->driver.asked);
	f->kernel.carrier = false;
	hint(f);
	loop_run_once(f->loop, ROUND_MS);
	assert_int_equal(f->changes, 1);
	assert_int_equal(polls(f), 0);
	sem_post(&f->driver.answer);
	wait_for_polls(f, 2);
}

static void questions_that_were_missed_are_not_made_up_for(void **state)
{
	struct fixture *f = *state;
	struct clock clock;
	uint64_t start_ns;

	clock_init_monotonic(&clock);
	atomic_store(&f->driver.is_slow, true);
	assert_int_equal(link_watch_poll(&f->link, NSEC_PER_MSEC), 0);
	sem_wait(&f->driver.asked);
	loop_run_once(f->loop, ROUND_MS);
	start_ns = clock_now_ns(&clock);
	sem_post(&f->driver.answer);
	wait_for_polls(f, 3);
	/* the one that was asked, one late, and those of the time since */
	assert_true(polls(f) <=
		    3 + (clock_now_ns(&clock) - start_ns) / NSEC_PER_MSEC);
}

static void interface_that_is_gone_is_told_once(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(link_watch_poll(&f->link, NSEC_PER_MSEC), 0);
	f->rc = -ENODEV;
	atomic_store(&f->driver.rc, -ENODEV);
	wait_for_changes(f, 1);
	assert_false(f->link.state.is_there);
	assert_false(f->link.state.carrier);
	wait_for_polls(f, 2);
	hint(f);
	loop_run_once(f->loop, ROUND_MS);
	assert_int_equal(f->changes, 1);
}

static void no_answer_changes_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(link_watch_poll(&f->link, NSEC_PER_MSEC), 0);
	f->rc = -EAGAIN;
	atomic_store(&f->driver.rc, -EAGAIN);
	atomic_store(&f->driver.carrier, false);
	wait_for_polls(f, 3);
	hint(f);
	loop_run_once(f->loop, ROUND_MS);
	assert_int_equal(f->changes, 0);
	assert_true(f->link.state.carrier);
}

static void socket_that_broke_does_not_spin(void **state)
{
	struct fixture *f = *state;
	uint64_t wakes;

	/* A datagram socket says EOF by an empty datagram. */
	assert_int_equal(send(f->hints[1], "", 0, 0), 0);
	loop_run_once(f->loop, 0);
	wakes = f->link.hint.wakes;
	hint(f);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->link.hint.wakes, wakes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(knows_the_state_from_the_start_and_tells_nobody),
		TEST(asks_when_something_is_said_and_tells_a_change_once),
		TEST(tells_another_mtu),
		TEST(is_without_carrier_while_set_down),
		TEST(polls_only_while_that_is_wanted),
		TEST(poll_sees_what_nobody_told),
		TEST(hint_does_not_bring_back_what_a_poll_saw_lost),
		TEST(carrier_is_one_when_driver_and_kernel_say_so),
		TEST(end_of_polling_leaves_the_word_to_the_kernel),
		TEST(driver_that_takes_its_time_holds_nobody_up),
		TEST(questions_that_were_missed_are_not_made_up_for),
		TEST(interface_that_is_gone_is_told_once),
		TEST(no_answer_changes_nothing),
		TEST(socket_that_broke_does_not_spin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
