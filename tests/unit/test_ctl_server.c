// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_ctl_server.c - the control server against clients of every kind
 *
 * The clients are raw sockets; the loop runs on a fake clock in the same
 * thread, a few rounds at a time.
 */
#include "unit/cmocka_wrap.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/ctl/ctl_input.h"
#include "cli/ctl/ctl_message.h"
#include "cli/ctl/ctl_server.h"

#define HELLO                                                            \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":" \
	"{\"client\":\"test\",\"protocol\":1}}\n"
#define KEEP "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"keep\"}\n"

struct fixture {
	struct fake_clock fake;
	struct loop *loop;
	struct log log;
	struct ctl_server *server;
	struct sockaddr_un address;
	char folder[32];
	struct ctl_request *kept;
	unsigned kept_count;
	unsigned gone_count;
};

static void echo(struct ctl_request *req, json_t *params)
{
	ctl_reply(req, json_incref(params), NULL, 0);
}

static void keep_gone(struct ctl_request *req, void *arg)
{
	struct fixture *f = arg;

	assert_true(ctl_request_is_gone(req));
	f->gone_count++;
}

static void keep(struct ctl_request *req, json_t *params)
{
	struct fixture *f = ctl_request_ctx(req);

	(void)params;
	f->kept = req;
	f->kept_count++;
	ctl_request_on_gone(req, keep_gone, f);
}

static void give_pipe(struct ctl_request *req, json_t *params)
{
	int fds[2];

	(void)params;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "from the pipe", 13), 13);
	ctl_reply(req, NULL, fds, 2);
}

static void take_fd(struct ctl_request *req, json_t *params)
{
	int fd = ctl_request_take_fd(req, 0);

	(void)params;
	assert_int_equal(write(fd, "taken", 5), 5);
	close(fd);
	ctl_reply(req, NULL, NULL, 0);
}

static void fail_late(struct ctl_request *req, json_t *params)
{
	(void)params;
	ctl_fail(req, CTL_FAILED, 7, "node %s: %s", "web1", "timed \x1b out");
}

static void flood(struct ctl_request *req, json_t *params)
{
	char *text = malloc(1 << 20);

	(void)params;
	memset(text, 'x', 1 << 20);
	ctl_reply(req, json_pack("{s:o}", "text", ctl_text(text, 1 << 20)),
		  NULL, 0);
	free(text);
}

static const struct ctl_method methods[] = {
	{"echo", echo, 0}, {"fail", fail_late, 0}, {"flood", flood, 0},
	{"keep", keep, 0}, {"pipe", give_pipe, 0}, {"take", take_fd, 1},
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*state = f;
	fake_clock_init(&f->fake, NSEC_PER_SEC);
	f->loop = loop_create(&f->fake.clock, NULL);
	f->log = (struct log){LOG_ERROR, "test", &f->fake.clock};
	strcpy(f->folder, "/tmp/test-ctl-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->address.sun_family = AF_UNIX;
	snprintf(f->address.sun_path, sizeof(f->address.sun_path), "%s/sock",
		 f->folder);
	assert_int_equal(
		bind(fd, (struct sockaddr *)&f->address, sizeof(f->address)),
		0);
	assert_int_equal(listen(fd, 128), 0);
	f->server = ctl_server_create(f->loop, fd, methods, ARRAY_SIZE(methods),
				      f, &f->log, NULL);
	assert_non_null(f->server);
	ctl_server_set_lab(f->server, "office");
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ctl_server_destroy(f->server);
	loop_destroy(f->loop);
	unlink(f->address.sun_path);
	rmdir(f->folder);
	free(f);
	return 0;
}

static void run(struct fixture *f)
{
	int i;

	for (i = 0; i < 8; i++)
		loop_run_once(f->loop, 0);
}

static int raw_connect(struct fixture *f)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(
		connect(fd, (struct sockaddr *)&f->address, sizeof(f->address)),
		0);
	return fd;
}

static void say(int fd, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

/* What the server has said so far, as text. */
static const char *hear(struct fixture *f, int fd)
{
	static char text[1 << 16];
	ssize_t len;

	run(f);
	len = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	text[len > 0 ? len : 0] = '\0';
	return text;
}

static bool is_closed(struct fixture *f, int fd)
{
	char byte;

	run(f);
	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET;
}

static int greet(struct fixture *f)
{
	int fd = raw_connect(f);

	say(fd, HELLO);
	assert_non_null(strstr(hear(f, fd), "\"protocol\":1"));
	return fd;
}

static void hello_tells_lab_and_version(void **state)
{
	struct fixture *f = *state;
	int fd = raw_connect(f);
	const char *text;

	say(fd, HELLO);
	text = hear(f, fd);
	assert_non_null(strstr(text, "\"lab\":\"office\""));
	assert_non_null(strstr(text, "\"version\":\"" WEFT_VERSION "\""));
	close(fd);
}

static void other_protocol_is_refused_and_closed(void **state)
{
	struct fixture *f = *state;
	int fd = raw_connect(f);

	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\","
		"\"params\":{\"protocol\":2}}\n");
	assert_non_null(strstr(hear(f, fd), "-32001"));
	assert_true(is_closed(f, fd));
	close(fd);
}

static void method_before_hello_is_refused(void **state)
{
	struct fixture *f = *state;
	int fd = raw_connect(f);

	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}\n");
	assert_non_null(strstr(hear(f, fd), "say hello first"));
	assert_true(is_closed(f, fd));
	close(fd);
}

static void request_sent_byte_by_byte_is_answered(void **state)
{
	static const char request[] = "{\"jsonrpc\":\"2.0\",\"id\":\"a\","
				      "\"method\":\"echo\","
				      "\"params\":{\"x\":\"\xc3\xa9\"}}\n";
	struct fixture *f = *state;
	int fd = greet(f);
	size_t i;

	for (i = 0; i < sizeof(request) - 1; i++) {
		assert_string_equal(hear(f, fd), "");
		assert_int_equal(send(fd, request + i, 1, 0), 1);
	}
	assert_string_equal(hear(f, fd), "{\"jsonrpc\":\"2.0\",\"id\":\"a\","
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
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		int fd = greet(f);

		say(fd, lines[i]);
		assert_non_null(strstr(hear(f, fd), "-32700"));
		assert_true(is_closed(f, fd));
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
	struct fixture *f = *state;
	int fd = greet(f);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		say(fd, lines[i]);
		assert_non_null(strstr(hear(f, fd), "-32600"));
	}
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"nonsense\"}\n");
	assert_non_null(strstr(hear(f, fd), "-32601"));
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}\n");
	assert_non_null(strstr(hear(f, fd), "\"result\":{}"));
	close(fd);
}

static void failure_carries_exit_code_and_no_escape(void **state)
{
	struct fixture *f = *state;
	int fd = greet(f);
	const char *text;

	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"fail\"}\n");
	text = hear(f, fd);
	assert_non_null(strstr(text, "\"message\":\"node web1: timed ? out\""));
	assert_non_null(strstr(text, "\"exit\":7"));
	close(fd);
}

static void kept_request_is_notified_and_answered_later(void **state)
{
	struct fixture *f = *state;
	int fd = greet(f);

	say(fd, KEEP);
	assert_string_equal(hear(f, fd), "");
	ctl_notify(f->kept, "progress", json_pack("{s:s}", "state", "booting"));
	assert_non_null(strstr(hear(f, fd), "\"method\":\"progress\""));
	ctl_reply_more(f->kept, NULL, NULL, 0);
	ctl_notify(f->kept, "exec.exit", json_pack("{s:i}", "code", 3));
	ctl_end(f->kept);
	assert_non_null(strstr(hear(f, fd), "\"code\":3,\"id\":7"));
	close(fd);
}

static void dead_client_is_told_to_the_keeper_of_its_request(void **state)
{
	struct fixture *f = *state;
	int fd = greet(f);

	say(fd, KEEP);
	run(f);
	close(fd);
	run(f);
	assert_int_equal(f->gone_count, 1);
	assert_int_equal(ctl_server_client_count(f->server), 0);
	ctl_notify(f->kept, "progress", json_object());
	ctl_reply(f->kept, NULL, NULL, 0); /* into the void */
}

static void client_that_dies_mid_reply_hurts_nobody(void **state)
{
	struct fixture *f = *state;
	int fd = greet(f), other = greet(f), i;

	for (i = 0; i < 4; i++)
		say(fd,
		    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"flood\"}\n");
	run(f);
	close(fd);
	run(f);
	assert_int_equal(ctl_server_client_count(f->server), 1);
	say(other, KEEP);
	run(f);
	assert_int_equal(f->kept_count, 1);
	ctl_reply(f->kept, NULL, NULL, 0);
	close(other);
}

static void client_that_reads_nothing_is_closed(void **state)
{
	struct fixture *f = *state;
	int fd = greet(f), i;

	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"flood\"}\n");
	run(f);
	f->fake.ns += CTL_DRAIN_NS + 1;
	run(f);
	assert_int_equal(ctl_server_client_count(f->server), 0);
	close(fd);
	fd = greet(f);
	for (i = 0; i < 12; i++)
		say(fd,
		    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"flood\"}\n");
	run(f); /* 12 MiB wait, over the 8 that may */
	assert_int_equal(ctl_server_client_count(f->server), 0);
	close(fd);
}

static void silent_client_and_unfinished_line_are_closed(void **state)
{
	struct fixture *f = *state;
	int silent = raw_connect(f), fd = greet(f);

	say(fd, "{\"jsonrpc\"");
	run(f);
	f->fake.ns += CTL_LINE_NS / 2;
	say(fd, ":"); /* one byte now and then does not help */
	run(f);
	assert_int_equal(ctl_server_client_count(f->server), 2);
	f->fake.ns += CTL_LINE_NS / 2 + 1;
	run(f);
	assert_int_equal(ctl_server_client_count(f->server), 0);
	close(silent);
	close(fd);
}

static void idle_client_after_hello_stays(void **state)
{
	struct fixture *f = *state;
	int fd = greet(f);

	f->fake.ns += 3600 * NSEC_PER_SEC;
	run(f);
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}\n");
	assert_non_null(strstr(hear(f, fd), "result"));
	close(fd);
}

/* One line of @len bytes in all, a string of spaces within an echo. */
static void say_long(struct fixture *f, int fd, size_t len)
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
		run(f);
	}
	free(text);
}

static void longest_line_is_served_and_a_longer_one_refused(void **state)
{
	struct fixture *f = *state;
	int fd = greet(f);

	say_long(f, fd, CTL_LINE_MAX);
	run(f);
	assert_int_equal(f->kept_count, 1);
	ctl_reply(f->kept, NULL, NULL, 0);
	assert_non_null(strstr(hear(f, fd), "result"));
	say_long(f, fd, CTL_LINE_MAX + 1);
	assert_non_null(strstr(hear(f, fd), "4 MiB"));
	assert_true(is_closed(f, fd));
	close(fd);
}

static void line_of_too_many_values_is_refused(void **state)
{
	struct fixture *f = *state;
	size_t len = CTL_VALUES_MAX * 2;
	char *text = malloc(len + 2);
	int fd = greet(f);

	memset(text, '[', len);
	strcpy(text + len, "\n");
	assert_int_equal(send(fd, text, len + 1, 0), len + 1);
	run(f);
	assert_non_null(strstr(hear(f, fd), "values in one line"));
	free(text);
	close(fd);
}

static void too_many_long_lines_at_once_are_refused(void **state)
{
	struct fixture *f = *state;
	int fds[CTL_BIG_PEERS + 1], i;
	char *text = malloc(CTL_SMALL_MAX + 4096);

	memset(text, ' ', CTL_SMALL_MAX + 4096);
	for (i = 0; i < CTL_BIG_PEERS + 1; i++) {
		fds[i] = greet(f);
		assert_int_equal(send(fds[i], text, CTL_SMALL_MAX + 4096, 0),
				 CTL_SMALL_MAX + 4096);
		run(f);
	}
	assert_non_null(strstr(hear(f, fds[CTL_BIG_PEERS]), "too many long"));
	assert_int_equal(ctl_server_client_count(f->server), CTL_BIG_PEERS);
	for (i = 0; i < CTL_BIG_PEERS + 1; i++)
		close(fds[i]);
	free(text);
}

static void open_requests_of_one_client_are_bounded(void **state)
{
	struct ctl_request *kept[CTL_REQUESTS_MAX];
	struct fixture *f = *state;
	int fd = greet(f), i;

	for (i = 0; i < CTL_REQUESTS_MAX; i++) {
		say(fd, KEEP);
		run(f);
		kept[i] = f->kept;
	}
	say(fd, KEEP);
	assert_non_null(strstr(hear(f, fd), "-32002"));
	assert_int_equal(f->kept_count, CTL_REQUESTS_MAX);
	for (i = 0; i < CTL_REQUESTS_MAX; i++)
		ctl_reply(kept[i], NULL, NULL, 0);
	close(fd);
}

static void one_client_too_many_is_told_so(void **state)
{
	struct fixture *f = *state;
	int fds[CTL_CLIENTS_MAX + 1], i;

	for (i = 0; i < CTL_CLIENTS_MAX; i++)
		fds[i] = greet(f);
	fds[i] = raw_connect(f);
	assert_non_null(strstr(hear(f, fds[i]), "64 clients"));
	assert_true(is_closed(f, fds[i]));
	say(fds[0], "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}\n");
	assert_non_null(strstr(hear(f, fds[0]), "result"));
	for (i = 0; i < CTL_CLIENTS_MAX + 1; i++)
		close(fds[i]);
}

static unsigned open_fd_count(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void ten_thousand_connections_leave_nothing(void **state)
{
	struct fixture *f = *state;
	unsigned before = open_fd_count();
	int i, fd;

	for (i = 0; i < 10000; i++) {
		fd = raw_connect(f);
		if (i % 3 == 0)
			say(fd, HELLO);
		if (i % 3 == 1)
			say(fd, "nonsense");
		if (i % 5 == 0)
			loop_run_once(f->loop, 0);
		close(fd);
		loop_run_once(f->loop, 0);
	}
	run(f);
	assert_int_equal(ctl_server_client_count(f->server), 0);
	assert_int_equal(open_fd_count(), before);
}

static void answer_brings_its_descriptors(void **state)
{
	struct fixture *f = *state;
	struct ctl_input input;
	struct ctl_line line;
	int fd = greet(f);
	char text[16] = "";

	ctl_input_init(&input);
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}\n"
		"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"pipe\"}\n"
		"{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"echo\"}\n");
	run(f);
	while (ctl_input_read(&input, fd) > 0)
		;
	assert_true(ctl_input_next(&input, &line));
	assert_int_equal(line.fd_count, 0);
	assert_true(ctl_input_next(&input, &line));
	assert_int_equal(line.fd_count, 2);
	assert_int_equal(read(line.fds[0], text, sizeof(text)), 13);
	assert_string_equal(text, "from the pipe");
	ctl_line_close_fds(&line);
	assert_true(ctl_input_next(&input, &line));
	assert_int_equal(line.fd_count, 0);
	ctl_input_fini(&input);
	close(fd);
}

static void say_with_fds(int to, const char *text, const int *fds, size_t count)
{
	char control[CMSG_SPACE(8 * sizeof(int))] = {0};
	struct iovec iov = {(void *)(uintptr_t)text, strlen(text)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *cmsg;

	msg.msg_control = control;
	msg.msg_controllen = CMSG_SPACE(count * sizeof(int));
	cmsg = CMSG_FIRSTHDR(&msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, count * sizeof(int));
	assert_true(sendmsg(to, &msg, MSG_NOSIGNAL) > 0);
}

static void descriptor_goes_to_the_handler_that_expects_it(void **state)
{
	struct fixture *f = *state;
	unsigned before;
	int fd = greet(f), fds[2];
	char text[8] = "";

	assert_int_equal(pipe(fds), 0);
	before = open_fd_count();
	say_with_fds(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"take\"}\n",
		     &fds[1], 1);
	assert_non_null(strstr(hear(f, fd), "result"));
	assert_int_equal(read(fds[0], text, sizeof(text)), 5);
	say_with_fds(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}\n",
		     fds, 2);
	assert_non_null(strstr(hear(f, fd), "-32602"));
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"take\"}\n");
	assert_non_null(strstr(hear(f, fd), "-32602"));
	assert_int_equal(open_fd_count(), before);
	close(fds[0]);
	close(fds[1]);
	close(fd);
}

static void flood_of_descriptors_is_closed_whole(void **state)
{
	struct fixture *f = *state;
	int fd = greet(f), fds[8], i;
	unsigned before = open_fd_count();

	for (i = 0; i < 8; i++)
		fds[i] = 0;
	for (i = 0; i < 3; i++) {
		say_with_fds(fd, " ", fds, 8);
		run(f);
	}
	assert_non_null(strstr(hear(f, fd), "too many descriptors"));
	assert_true(is_closed(f, fd));
	assert_int_equal(open_fd_count(), before - 1);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
		TEST(client_that_reads_nothing_is_closed),
		TEST(silent_client_and_unfinished_line_are_closed),
		TEST(idle_client_after_hello_stays),
		TEST(longest_line_is_served_and_a_longer_one_refused),
		TEST(line_of_too_many_values_is_refused),
		TEST(too_many_long_lines_at_once_are_refused),
		TEST(open_requests_of_one_client_are_bounded),
		TEST(one_client_too_many_is_told_so),
		TEST(ten_thousand_connections_leave_nothing),
		TEST(answer_brings_its_descriptors),
		TEST(descriptor_goes_to_the_handler_that_expects_it),
		TEST(flood_of_descriptors_is_closed_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
