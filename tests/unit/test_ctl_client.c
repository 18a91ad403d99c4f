// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_ctl_client.c - the control client against a scripted server
 *
 * The script is what a server of any kind might send; it is written into the
 * socket before the client asks, so nothing waits for anything.
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/ctl/ctl_client.h"
#include "cli/exit_code.h"

#define GREETING                                                \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"server\":" \
	"\"labd\",\"protocol\":1,\"lab\":\"office\"}}\n"

/**
 * struct fixture - a client and the other end of its socket
 * @client:	has said hello
 * @server:	the other end
 * @stop:	a pipe; reading end is the client's stop descriptor
 * @heard:	notifications so far
 */
struct fixture {
	struct ctl_client *client;
	int server;
	int stop[2];
	unsigned heard;
};

static void say(int fd, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

static struct ctl_client *connect_to(const char *script, int stop_fd,
				     int *server, struct err *err)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	say(ends[0], script);
	*server = ends[0];
	return ctl_client_adopt(ends[1], "test", stop_fd, err);
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	assert_int_equal(pipe(f.stop), 0);
	f.client = connect_to(GREETING, f.stop[0], &f.server, NULL);
	*state = &f;
	return f.client ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ctl_client_close(f->client);
	if (f->server >= 0)
		close(f->server);
	close(f->stop[0]);
	close(f->stop[1]);
	return 0;
}

static void count_heard(void *arg, const char *method, const json_t *params)
{
	struct fixture *f = arg;

	assert_string_equal(method, "progress");
	assert_true(json_is_object(params));
	f->heard++;
}

static int ask(struct fixture *f, int timeout_ms, struct ctl_answer *answer,
	       struct err *err)
{
	struct ctl_call call = {.method = "lab.status",
				.timeout_ms = timeout_ms,
				.notified = count_heard,
				.arg = f};

	return ctl_client_call(f->client, &call, answer, err);
}

static void hello_is_kept(void **state)
{
	struct fixture *f = *state;
	json_t *lab = json_object_get(ctl_client_hello(f->client), "lab");

	assert_string_equal(json_string_value(lab), "office");
}

static void notifications_come_before_the_answer(void **state)
{
	struct fixture *f = *state;
	struct ctl_answer answer;

	say(f->server, "{\"jsonrpc\":\"2.0\",\"method\":\"progress\","
		       "\"params\":{}}\n"
		       "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":9}\n"
		       "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":5}\n"
		       "{\"jsonrpc\":\"2.0\",\"method\":\"progress\","
		       "\"params\":{}}\n");
	assert_int_equal(ask(f, 1000, &answer, NULL), 0);
	assert_int_equal(json_integer_value(answer.result), 5);
	assert_int_equal(f->heard, 1);
	ctl_answer_fini(&answer);
	assert_int_equal(ctl_client_listen(f->client, count_heard, f, NULL), 0);
	assert_int_equal(f->heard, 2);
}

static void failure_brings_sentence_data_and_exit_code(void **state)
{
	struct fixture *f = *state;
	struct ctl_answer answer;
	struct err err;

	say(f->server, "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":"
		       "-32000,\"message\":\"too late\",\"data\":{\"exit\":7,"
		       "\"node\":\"web1\"}}}\n");
	assert_int_equal(ask(f, 1000, &answer, &err), -EREMOTEIO);
	assert_int_equal(answer.exit_code, EXIT_TIMEOUT);
	assert_string_equal(err.msg, "too late");
	assert_non_null(json_object_get(answer.data, "node"));
	ctl_answer_fini(&answer);
}

static void error_of_any_shape_is_a_failure(void **state)
{
	struct fixture *f = *state;
	struct ctl_answer answer;
	struct err err;

	say(f->server,
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":\"x\","
	    "\"message\":3,\"data\":{\"exit\":4096}}}\n");
	assert_int_equal(ask(f, 1000, &answer, &err), -EREMOTEIO);
	assert_int_equal(answer.exit_code, EXIT_FAILED);
	ctl_answer_fini(&answer);
}

static void nonsense_ends_the_call(void **state)
{
	struct fixture *f = *state;
	struct ctl_answer answer;
	struct err err;

	say(f->server, "SSH-2.0-OpenSSH\n");
	assert_int_equal(ask(f, 1000, &answer, &err), -EPROTO);
	ctl_answer_fini(&answer);
}

static void dead_server_ends_the_call(void **state)
{
	struct fixture *f = *state;
	struct ctl_answer answer;
	struct err err;

	close(f->server);
	f->server = -1;
	assert_int_equal(ask(f, 1000, &answer, &err), -EPIPE);
	ctl_answer_fini(&answer);
}

static void last_words_of_a_dead_server_are_heard(void **state)
{
	struct fixture *f = *state;
	struct ctl_answer answer;
	struct err err;

	say(f->server, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":"
		       "-32001,\"message\":\"go away\"}}\n");
	close(f->server);
	f->server = -1;
	assert_int_equal(ask(f, 1000, &answer, &err), -EREMOTEIO);
	assert_string_equal(err.msg, "go away");
	ctl_answer_fini(&answer);
}

static void mute_server_times_out(void **state)
{
	struct fixture *f = *state;
	struct ctl_answer answer;
	struct err err;

	assert_int_equal(ask(f, 20, &answer, &err), -ETIMEDOUT);
	ctl_answer_fini(&answer);
}

static void stop_descriptor_ends_the_call(void **state)
{
	struct fixture *f = *state;
	struct ctl_answer answer;
	struct err err;

	assert_int_equal(write(f->stop[1], "x", 1), 1);
	assert_int_equal(ask(f, -1, &answer, &err), -EINTR);
	ctl_answer_fini(&answer);
}

static void refused_client_learns_why(void **state)
{
	struct ctl_client *client;
	struct err err;
	int server;

	(void)state;
	client = connect_to("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{"
			    "\"code\":-32001,\"message\":\"not yours\","
			    "\"data\":{\"exit\":5}}}\n",
			    -1, &server, &err);
	assert_null(client);
	assert_int_equal(err.code, -EPERM);
	assert_string_equal(err.msg, "not yours");
	close(server);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hello_is_kept),
		TEST(notifications_come_before_the_answer),
		TEST(failure_brings_sentence_data_and_exit_code),
		TEST(error_of_any_shape_is_a_failure),
		TEST(nonsense_ends_the_call),
		TEST(dead_server_ends_the_call),
		TEST(last_words_of_a_dead_server_are_heard),
		TEST(mute_server_times_out),
		TEST(stop_descriptor_ends_the_call),
		cmocka_unit_test(refused_client_learns_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
