// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_netns_msg.c - messages arrive as they were sent, or not at all
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/host/netns_msg.h"
#include "core/fd_pass.h"

struct fixture {
	int pair[2];
	struct netns_msg sent;
	struct netns_msg got;
};

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	*state = &f;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, f.pair);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->pair[0]);
	close(f->pair[1]);
	return 0;
}

static unsigned open_fds(void)
{
	unsigned n = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void command_arrives_with_its_words_and_descriptors(void **state)
{
	char ping[] = "ping", empty[] = "", host[] = "10.9.0.1";
	char *argv[NETNS_ARGV_MAX + 1] = {ping, empty, host, NULL};
	struct fixture *f = *state;
	int i, fds[NETNS_MSG_FDS];
	unsigned n;

	f->sent.type = NETNS_MSG_EXEC;
	f->sent.id = 7;
	assert_int_equal(netns_msg_set_argv(&f->sent, argv), 0);
	assert_int_equal(
		netns_msg_send(f->pair[0], &f->sent, (int[]){0, 1, 2}, 3), 0);
	assert_int_equal(netns_msg_recv(f->pair[1], &f->got, fds, &n), 0);
	assert_int_equal(n, 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
		close(fds[i]);
	}
	assert_int_equal(f->got.id, 7);
	memset(argv, 0xff, sizeof(argv));
	assert_int_equal(netns_msg_get_argv(&f->got, argv), 0);
	assert_string_equal(argv[0], "ping");
	assert_string_equal(argv[1], "");
	assert_string_equal(argv[2], "10.9.0.1");
	assert_null(argv[3]);
}

static void command_that_is_too_big_is_refused(void **state)
{
	static char word[NETNS_TEXT_SIZE + 1], *argv[NETNS_ARGV_MAX + 2];
	char *none[] = {NULL}, *one[] = {word, NULL};
	struct fixture *f = *state;
	unsigned i;

	memset(word, 'x', NETNS_TEXT_SIZE);
	assert_int_equal(netns_msg_set_argv(&f->sent, none), -EINVAL);
	assert_int_equal(netns_msg_set_argv(&f->sent, one), -E2BIG);
	word[NETNS_TEXT_SIZE - 1] = '\0';
	assert_int_equal(netns_msg_set_argv(&f->sent, one), 0);
	word[1] = '\0';
	for (i = 0; i <= NETNS_ARGV_MAX; i++)
		argv[i] = word;
	assert_int_equal(netns_msg_set_argv(&f->sent, argv), -E2BIG);
	argv[NETNS_ARGV_MAX] = NULL;
	assert_int_equal(netns_msg_set_argv(&f->sent, argv), 0);
}

static void send_empty_with_one(int sock)
{
	union fd_control control;
	struct iovec iov = {0};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};

	fd_pass_put(&mh, &control, (int[]){0}, 1);
	assert_int_equal(sendmsg(sock, &mh, 0), 0);
}

static void
senseless_message_is_refused_and_its_descriptors_closed(void **state)
{
	struct fixture *f = *state;
	int fds[NETNS_MSG_FDS], some[] = {0, 1, 2};
	unsigned n, before = open_fds();

	f->sent.type = NETNS_MSG_COUNT;
	netns_msg_send(f->pair[0], &f->sent, some, 3);
	assert_int_equal(netns_msg_recv(f->pair[1], &f->got, fds, &n), -EPROTO);
	f->sent.type = NETNS_MSG_FAULT;
	netns_msg_set_text(&f->sent, "why");
	f->sent.text[3] = '!'; /* no end */
	netns_msg_send(f->pair[0], &f->sent, some, 1);
	assert_int_equal(netns_msg_recv(f->pair[1], &f->got, fds, &n), -EPROTO);
	assert_int_equal(n, 0);
	send_empty_with_one(f->pair[0]);
	assert_int_equal(netns_msg_recv(f->pair[1], &f->got, fds, &n), -EPROTO);
	assert_int_equal(send(f->pair[0], &f->sent, 7, 0), 7);
	assert_int_equal(netns_msg_recv(f->pair[1], &f->got, fds, &n), -EPROTO);
	assert_int_equal(open_fds(), before);
}

static void end_and_nothing_are_told_apart(void **state)
{
	struct fixture *f = *state;
	int fds[NETNS_MSG_FDS];
	unsigned n;

	assert_int_equal(netns_msg_recv(f->pair[1], &f->got, fds, &n), -EAGAIN);
	shutdown(f->pair[0], SHUT_RDWR);
	assert_int_equal(netns_msg_recv(f->pair[1], &f->got, fds, &n), -EPIPE);
	assert_int_equal(netns_msg_send(f->pair[1], &f->sent, NULL, 0), -EPIPE);
}

#define MSG_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MSG_TEST(command_arrives_with_its_words_and_descriptors),
		MSG_TEST(command_that_is_too_big_is_refused),
		MSG_TEST(
			senseless_message_is_refused_and_its_descriptors_closed),
		MSG_TEST(end_and_nothing_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
