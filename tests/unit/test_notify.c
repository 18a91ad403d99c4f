// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_notify.c - an eventfd that its owner filled and made to block
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/notify.h"

static struct notifier notifier;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

static void notifier_write_adds_one(void **state)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	eventfd_t value;

	(void)state;
	assert_int_equal(notifier_write(&notifier, fd), 0);
	assert_int_equal(notifier_write(&notifier, fd), 0);
	assert_int_equal(eventfd_read(fd, &value), 0);
	assert_int_equal(value, 2);
	close(fd);
}

static void notifier_write_does_not_mind_a_full_counter(void **state)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	(void)state;
	assert_int_equal(eventfd_write(fd, UINT64_MAX - 1), 0);
	assert_int_equal(notifier_write(&notifier, fd), 0);
	close(fd);
}

static void notifier_write_gives_up_when_it_would_block(void **state)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	uint64_t start = now_ns();
	unsigned i;

	(void)state;
	assert_int_equal(eventfd_write(fd, UINT64_MAX - 1), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(notifier_write(&notifier, fd), -ETIMEDOUT);
	assert_true(now_ns() - start < 2 * NSEC_PER_SEC);
	close(fd);
}

static void notifier_timer_rests_when_nothing_is_written(void **state)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	uint64_t start = now_ns();

	(void)state;
	assert_int_equal(notifier_write(&notifier, fd), 0);
	while (notifier.armed && now_ns() - start < 5 * NSEC_PER_SEC)
		poll(NULL, 0, 50);
	assert_int_equal(notifier.armed, 0);
	close(fd);
}

static void notifier_knows_an_eventfd(void **state)
{
	int event = eventfd(5, EFD_CLOEXEC), fds[2];
	eventfd_t value;

	(void)state;
	assert_true(notifier_is_eventfd(event));
	assert_int_equal(eventfd_read(event, &value), 0);
	assert_int_equal(value, 5);
	close(event);
	assert_false(notifier_is_eventfd(event));
	assert_int_equal(pipe(fds), 0);
	assert_false(notifier_is_eventfd(fds[1]));
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_false(notifier_is_eventfd(fds[0]));
	close(fds[0]);
	close(fds[1]);
	event = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_false(notifier_is_eventfd(event));
	close(event);
}

static int set_up(void **state)
{
	(void)state;
	return notifier_init(&notifier, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	notifier_fini(&notifier);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notifier_write_adds_one),
		cmocka_unit_test(notifier_write_does_not_mind_a_full_counter),
		cmocka_unit_test(notifier_write_gives_up_when_it_would_block),
		cmocka_unit_test(notifier_timer_rests_when_nothing_is_written),
		cmocka_unit_test(notifier_knows_an_eventfd),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
