// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_ctl_server.c - the control server against clients of every kind
 *
 * The clients are raw sockets; the loop runs on a fake clock in the same
 * thread, a few rounds at a time.
 */
#include "unit/cmocka_wrap.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/ctl/ctl_input.h"
#include "unit/ctl_fixture.h"

static void hello_tells_lab_and_version(void **state)
{
	struct ctl_fixture *f = *state;
	int fd = ctl_fixture_connect(f);
	const char *text;

	ctl_say(fd, HELLO);
	text = ctl_hear(f, fd);
	assert_non_null(strstr(text, "\"lab\":\"office\""));
	assert_non_null(strstr(text, "\"version\":\"" WEFT_VERSION "\""));
	close(fd);
}

static void other_protocol_is_refused_and_closed(void **state)
{
	struct ctl_fixture *f = *state;
	int fd = ctl_fixture_connect(f);

	ctl_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\","
		    "\"params\":{\"protocol\":2}}\n");
	assert_non_null(strstr(ctl_hear(f, fd), "-32001"));
	assert_true(ctl_is_closed(f, fd));
	close(fd);
}

static void method_before_hello_is_refused(void **state)
{
	struct ctl_fixture *f = *state;
	int fd = ctl_fixture_connect(f);

	ctl_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}\n");
	assert_non_null(strstr(ctl_hear(f, fd), "say hello first"));
	assert_true(ctl_is_closed(f, fd));
	close(fd);
}

static void request_sent_byte_by_byte_is_answered(void **state)
{
	static const char request[] = "{\"jsonrpc\":\"2.0\",\"id\":\"a\","
				      "\"method\":\"echo\","
				      "\"params\":{\"x\":\"\xc3\xa9\"}}\n";
	struct ctl_fixture *f = *state;
	int fd = ctl_greet(f);
	size_t i;

	for (i = 0; i < sizeof(request) - 1; i++) {
		assert_string_equal(ctl_hear(f, fd), "");
		assert_int_equal(send(fd, request + i, 1, 0), 1);
	}
	assert_string_equal(ctl_hear(f, fd),
			    "{\"jsonrpc\":\"2.0\",\"id\":\"a\","
			    "\"result\":{\"x\":\"\xc3\xa9\"}}\n");
	close(fd);
}

static void broken_json_is_told_and_closed(void **state)
{
	static const char *const lines[] = {
		"{\"jsonrpc\"\n",      "\n",
		"\xff\xfe\n",          "{} {}\n",
		"{\"a\":1,\"a\":2}\n", "{\"a\":\"\xc0\x80\"}\n",
	};
	struct ctl_fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		int fd = ctl_greet(f);

		ctl_say(fd, lines[i]);
		assert_non_null(strstr(ctl_hear(f, fd), "-32700"));
		assert_true(ctl_is_closed(f, fd));
		close(fd);
	}
}

static void wrong_request_is_told_and_the_next_is_served(void **state)
{
	static const char *const lines[] = {
		"[]\n",
		"{\"id\":1,\"method\":\"echo\"}\n",
		"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"echo\"}\n",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\",\"params\":1}\n",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}\n",
	};
	struct ctl_fixture *f = *state;
	int fd = ctl_greet(f);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		ctl_say(fd, lines[i]);
		assert_non_null(strstr(ctl_hear(f, fd), "-32600"));
	}
	ctl_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"nonsense\"}\n");
	assert_non_null(strstr(ctl_hear(f, fd), "-32601"));
	ctl_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}\n");
	assert_non_null(strstr(ctl_hear(f, fd), "\"result\":{}"));
	close(fd);
}

static void failure_carries_exit_code_and_no_escape(void **state)
{
	struct ctl_fixture *f = *state;
	int fd = ctl_greet(f);
	const char *text;

	ctl_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"fail\"}\n");
	text = ctl_hear(f, fd);
	assert_non_null(strstr(text, "\"message\":\"node web1: timed ? out\""));
	assert_non_null(strstr(text, "\"exit\":7"));
	close(fd);
}

static void kept_request_is_notified_and_answered_later(void **state)
{
	struct ctl_fixture *f = *state;
	int fd = ctl_greet(f);

	ctl_say(fd, KEEP);
	assert_string_equal(ctl_hear(f, fd), "");
	ctl_notify(f->kept, "progress", json_pack("{s:s}", "state", "booting"));
	assert_non_null(strstr(ctl_hear(f, fd), "\"method\":\"progress\""));
	ctl_reply_more(f->kept, NULL, NULL, 0);
	ctl_notify(f->kept, "exec.exit", json_pack("{s:i}", "code", 3));
	ctl_end(f->kept);
	assert_non_null(strstr(ctl_hear(f, fd), "\"code\":3,\"id\":7"));
	close(fd);
}

static void dead_client_is_told_to_the_keeper_of_its_request(void **state)
{
	struct ctl_fixture *f = *state;
	int fd = ctl_greet(f);

	ctl_say(fd, KEEP);
	ctl_fixture_run(f);
	close(fd);
	ctl_fixture_run(f);
	assert_int_equal(f->gone_count, 1);
	assert_int_equal(ctl_server_client_count(f->server), 0);
	ctl_notify(f->kept, "progress", json_object());
	ctl_reply(f->kept, NULL, NULL, 0); /* into the void */
}

static void client_that_dies_mid_reply_hurts_nobody(void **state)
{
	struct ctl_fixture *f = *state;
	int fd = ctl_greet(f), other = ctl_greet(f), i;

	for (i = 0; i < 4; i++)
		ctl_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":"
			    "\"flood\"}\n");
	ctl_fixture_run(f);
	close(fd);
	ctl_fixture_run(f);
	assert_int_equal(ctl_server_client_count(f->server), 1);
	ctl_say(other, KEEP);
	ctl_fixture_run(f);
	assert_int_equal(f->kept_count, 1);
	ctl_reply(f->kept, NULL, NULL, 0);
	close(other);
}

static bool next_line(struct ctl_fixture *f, int fd, struct ctl_input *input,
		      struct ctl_line *line)
{
	while (!ctl_input_next(input, line)) {
		ctl_fixture_run(f);
		if (ctl_input_read(input, fd) <= 0)
			return false;
	}
	return true;
}

static void answer_brings_its_descriptors(void **state)
{
	unsigned before;
	struct ctl_fixture *f = *state;
	struct ctl_input input;
	struct ctl_line line;
	int fd = ctl_greet(f);
	char text[16] = "";

	ctl_input_init(&input);
	ctl_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}\n"
		    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"pipe\"}\n"
		    "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"echo\"}\n");
	ctl_fixture_run(f);
	before = open_fd_count();
	assert_true(next_line(f, fd, &input, &line));
	assert_int_equal(line.fd_count, 0);
	assert_true(next_line(f, fd, &input, &line));
	assert_int_equal(line.fd_count, 2);
	/* Two came here, and the server kept neither. */
	assert_true(open_fd_count() <= before + 2);
	assert_int_equal(read(line.fds[0], text, sizeof(text)), 13);
	assert_string_equal(text, "from the pipe");
	ctl_line_close_fds(&line);
	assert_true(next_line(f, fd, &input, &line));
	assert_int_equal(line.fd_count, 0);
	ctl_input_fini(&input);
	close(fd);
}

static void descriptor_goes_to_the_handler_that_expects_it(void **state)
{
	struct ctl_fixture *f = *state;
	unsigned before;
	int fd = ctl_greet(f), fds[2];
	char text[8] = "";

	assert_int_equal(pipe(fds), 0);
	before = open_fd_count();
	ctl_say_with_fds(fd,
			 "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"take\"}\n",
			 &fds[1], 1);
	assert_non_null(strstr(ctl_hear(f, fd), "result"));
	assert_int_equal(read(fds[0], text, sizeof(text)), 5);
	ctl_say_with_fds(fd,
			 "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}\n",
			 fds, 2);
	assert_non_null(strstr(ctl_hear(f, fd), "-32602"));
	ctl_say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"take\"}\n");
	assert_non_null(strstr(ctl_hear(f, fd), "-32602"));
	assert_int_equal(open_fd_count(), before);
	close(fds[0]);
	close(fds[1]);
	close(fd);
}

#define TEST(name)                                               \
	cmocka_unit_test_setup_teardown(name, ctl_fixture_setup, \
					ctl_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hello_tells_lab_and_version),
		TEST(other_protocol_is_refused_and_closed),
		TEST(method_before_hello_is_refused),
		TEST(request_sent_byte_by_byte_is_answered),
		TEST(broken_json_is_told_and_closed),
		TEST(wrong_request_is_told_and_the_next_is_served),
		TEST(failure_carries_exit_code_and_no_escape),
		TEST(kept_request_is_notified_and_answered_later),
		TEST(dead_client_is_told_to_the_keeper_of_its_request),
		TEST(client_that_dies_mid_reply_hurts_nobody),
		TEST(answer_brings_its_descriptors),
		TEST(descriptor_goes_to_the_handler_that_expects_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
