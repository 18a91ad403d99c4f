// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fd_pass.c - what comes along is ours or closed, never lost
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/fd_pass.h"

/* A pipe whose write ends travel: its read end tells when all are closed. */
struct fixture {
	int sockets[2];
	int pipe[2];
};

static int setup(void **state)
{
	static struct fixture f;

	*state = &f;
	return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, f.sockets) ||
	       pipe2(f.pipe, O_NONBLOCK);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->sockets[0]);
	close(f->sockets[1]);
	close(f->pipe[0]);
	return 0;
}

static void send_fds(struct fixture *f, unsigned count)
{
	char byte = 'x';
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;
	int fds[FD_PASS_MAX] = {0};
	unsigned i;

	for (i = 0; i < count; i++)
		fds[i] = f->pipe[1];
	fd_pass_put(&msg, &control, fds, count);
	assert_int_equal(sendmsg(f->sockets[0], &msg, 0), 1);
	close(f->pipe[1]);
}

static int take_fds(struct fixture *f, size_t room, int *fds, unsigned max)
{
	char byte;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;

	fd_pass_expect(&msg, &control);
	msg.msg_controllen = room;
	assert_int_equal(recvmsg(f->sockets[1], &msg, 0), 1);
	return fd_pass_take(&msg, fds, max);
}

static void expect_all_closed(struct fixture *f)
{
	char byte;

	assert_int_equal(read(f->pipe[0], &byte, 1), 0);
}

static void all_arrive_and_work(void **state)
{
	struct fixture *f = *state;
	int i, fds[FD_PASS_MAX];

	send_fds(f, FD_PASS_MAX);
	assert_int_equal(
		take_fds(f, sizeof(union fd_control), fds, FD_PASS_MAX),
		FD_PASS_MAX);
	for (i = 0; i < FD_PASS_MAX; i++) {
		assert_int_equal(write(fds[i], "y", 1), 1);
		close(fds[i]);
	}
}

static void message_without_any_has_none(void **state)
{
	struct fixture *f = *state;
	int fd;

	send_fds(f, 0);
	assert_int_equal(take_fds(f, sizeof(union fd_control), &fd, 1), 0);
}

static void more_than_wanted_are_refused_and_closed(void **state)
{
	struct fixture *f = *state;
	int fds[2];

	send_fds(f, 3);
	assert_int_equal(take_fds(f, sizeof(union fd_control), fds, 2),
			 -EPROTO);
	expect_all_closed(f);
}

static void more_than_fit_are_refused_and_closed(void **state)
{
	struct fixture *f = *state;
	int fds[FD_PASS_MAX];

	send_fds(f, 3);
	assert_int_equal(
		take_fds(f, CMSG_SPACE(2 * sizeof(int)), fds, FD_PASS_MAX),
		-EPROTO);
	expect_all_closed(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_arrive_and_work, setup,
						teardown),
		cmocka_unit_test_setup_teardown(message_without_any_has_none,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			more_than_wanted_are_refused_and_closed, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			more_than_fit_are_refused_and_closed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
