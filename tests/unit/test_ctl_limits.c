// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_ctl_limits.c - a control client can't take more than its share
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/ctl_fixture.h"

/* One line of @len bytes in all: a request and blanks. */
static void say_long(struct ctl_fixture *f, int fd, size_t len)
{
	static const char head[] = "{\"jsonrpc\":\"2.0\",\"id\":2,"
				   "\"method\":\"keep\"";
	char *text = malloc(len);
	size_t sent = 0;

	memset(text, ' ', len);
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + len - 2, "}\n", 2);
	while (sent < len) {
		ssize_t done = send(fd, text + sent, MIN(len - sent, 65536),
				    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (done > 0)
			sent += (size_t)done;
		else if (errno != EAGAIN)
			break;
		ctl_fixture_run(f);
	}
	free(text);
}

static void client_that_reads_nothing_is_closed(void **state)
{
	struct ctl_fixture *f = *state;
	int fd = ctl_greet(f), i;

	ctl_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"flood\"}\n");
	ctl_fixture_run(f);
	f->fake.ns += CTL_DRAIN_NS + 1;
	ctl_fixture_run(f);
	assert_int_equal(ctl_server_client_count(f->server), 0);
	close(fd);
	fd = ctl_greet(f);
	for (i = 0; i < 12; i++)
		ctl_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":"
			    "\"flood\"}\n");
	ctl_fixture_run(f); /* 12 MiB wait, over the 8 that may */
	assert_int_equal(ctl_server_client_count(f->server), 0);
	close(fd);
}

static void silent_client_and_unfinished_line_are_closed(void **state)
{
	struct ctl_fixture *f = *state;
	int silent = ctl_fixture_connect(f), fd = ctl_greet(f);

	ctl_say(fd, "{\"jsonrpc\"");
	ctl_fixture_run(f);
	f->fake.ns += CTL_LINE_NS / 2;
	ctl_say(fd, ":"); /* one byte now and then does not help */
	ctl_fixture_run(f);
	assert_int_equal(ctl_server_client_count(f->server), 2);
	f->fake.ns += CTL_LINE_NS / 2 + 1;
	ctl_fixture_run(f);
	assert_int_equal(ctl_server_client_count(f->server), 0);
	close(silent);
	close(fd);
}

static void idle_client_after_hello_stays(void **state)
{
	struct ctl_fixture *f = *state;
	int fd = ctl_greet(f);

	f->fake.ns += 3600 * NSEC_PER_SEC;
	ctl_fixture_run(f);
	ctl_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}\n");
	assert_non_null(strstr(ctl_hear(f, fd), "result"));
	close(fd);
}

static void longest_line_is_served_and_a_longer_one_refused(void **state)
{
	struct ctl_fixture *f = *state;
	int fd = ctl_greet(f);

	say_long(f, fd, CTL_LINE_MAX);
	ctl_fixture_run(f);
	assert_int_equal(f->kept_count, 1);
	ctl_reply(f->kept, NULL, NULL, 0);
	assert_non_null(strstr(ctl_hear(f, fd), "result"));
	say_long(f, fd, CTL_LINE_MAX + 1);
	assert_non_null(strstr(ctl_hear(f, fd), "4 MiB"));
	assert_true(ctl_is_closed(f, fd));
	close(fd);
}

static void line_of_too_many_values_is_refused(void **state)
{
	struct ctl_fixture *f = *state;
	size_t len = CTL_VALUES_MAX * 2;
	char *text = malloc(len + 2);
	int fd = ctl_greet(f);

	memset(text, '[', len);
	strcpy(text + len, "\n");
	assert_int_equal(send(fd, text, len + 1, 0), len + 1);
	ctl_fixture_run(f);
	assert_non_null(strstr(ctl_hear(f, fd), "values in one line"));
	free(text);
	close(fd);
}

static void too_many_long_lines_at_once_are_refused(void **state)
{
	struct ctl_fixture *f = *state;
	int fds[CTL_BIG_PEERS + 1], i;
	char *text = malloc(CTL_SMALL_MAX + 4096);

	memset(text, ' ', CTL_SMALL_MAX + 4096);
	for (i = 0; i < CTL_BIG_PEERS + 1; i++) {
		fds[i] = ctl_greet(f);
		assert_int_equal(send(fds[i], text, CTL_SMALL_MAX + 4096, 0),
				 CTL_SMALL_MAX + 4096);
		ctl_fixture_run(f);
	}
	assert_non_null(
		strstr(ctl_hear(f, fds[CTL_BIG_PEERS]), "too many long"));
	assert_int_equal(ctl_server_client_count(f->server), CTL_BIG_PEERS);
	for (i = 0; i < CTL_BIG_PEERS + 1; i++)
		close(fds[i]);
	free(text);
}

static void open_requests_of_one_client_are_bounded(void **state)
{
	struct ctl_request *kept[CTL_REQUESTS_MAX];
	struct ctl_fixture *f = *state;
	int fd = ctl_greet(f), i;

	for (i = 0; i < CTL_REQUESTS_MAX; i++) {
		ctl_say(fd, KEEP);
		ctl_fixture_run(f);
		kept[i] = f->kept;
	}
	ctl_say(fd, KEEP);
	assert_non_null(strstr(ctl_hear(f, fd), "-32002"));
	assert_int_equal(f->kept_count, CTL_REQUESTS_MAX);
	for (i = 0; i < CTL_REQUESTS_MAX; i++)
		ctl_reply(kept[i], NULL, NULL, 0);
	close(fd);
}

static void one_client_too_many_is_told_so(void **state)
{
	struct ctl_fixture *f = *state;
	int fds[CTL_CLIENTS_MAX + 1], i;

	for (i = 0; i < CTL_CLIENTS_MAX; i++)
		fds[i] = ctl_greet(f);
	fds[i] = ctl_fixture_connect(f);
	assert_non_null(strstr(ctl_hear(f, fds[i]), "64 clients"));
	assert_true(ctl_is_closed(f, fds[i]));
	ctl_say(fds[0], "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}\n");
	assert_non_null(strstr(ctl_hear(f, fds[0]), "result"));
	for (i = 0; i < CTL_CLIENTS_MAX + 1; i++)
		close(fds[i]);
}

static void ten_thousand_connections_leave_nothing(void **state)
{
	struct ctl_fixture *f = *state;
	unsigned before = open_fd_count();
	int i, fd;

	for (i = 0; i < 10000; i++) {
		fd = ctl_fixture_connect(f);
		if (i % 3 == 0)
			ctl_say(fd, HELLO);
		if (i % 3 == 1)
			ctl_say(fd, "nonsense");
		if (i % 5 == 0)
			loop_run_once(f->loop, 0);
		close(fd);
		loop_run_once(f->loop, 0);
	}
	ctl_fixture_run(f);
	assert_int_equal(ctl_server_client_count(f->server), 0);
	assert_int_equal(open_fd_count(), before);
}

static void flood_of_descriptors_is_closed_whole(void **state)
{
	struct ctl_fixture *f = *state;
	int fd = ctl_greet(f), fds[8], i;
	unsigned before = open_fd_count();

	for (i = 0; i < 8; i++)
		fds[i] = 0;
	for (i = 0; i < 3; i++) {
		ctl_say_with_fds(fd, " ", fds, 8);
		ctl_fixture_run(f);
	}
	assert_non_null(strstr(ctl_hear(f, fd), "too many descriptors"));
	assert_true(ctl_is_closed(f, fd));
	assert_int_equal(open_fd_count(), before - 1);
	close(fd);
}

#define TEST(name)                                               \
	cmocka_unit_test_setup_teardown(name, ctl_fixture_setup, \
					ctl_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(client_that_reads_nothing_is_closed),
		TEST(silent_client_and_unfinished_line_are_closed),
		TEST(idle_client_after_hello_stays),
		TEST(longest_line_is_served_and_a_longer_one_refused),
		TEST(line_of_too_many_values_is_refused),
		TEST(too_many_long_lines_at_once_are_refused),
		TEST(open_requests_of_one_client_are_bounded),
		TEST(one_client_too_many_is_told_so),
		TEST(ten_thousand_connections_leave_nothing),
		TEST(flood_of_descriptors_is_closed_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
