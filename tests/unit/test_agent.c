// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_agent.c - the host's end of the agent wire, against a scripted guest
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/agent/agent.h"
#include "core/bytes.h"

#define SESSION 77

struct fixture {
	struct fake_clock fake;
	struct loop *loop;
	struct agent *agent;
	int peer;
	unsigned hellos;
	unsigned statuses;
	unsigned exits;
	struct agent_exit end;
	char why[128];
	int in;
	int out;
	struct agent_exec *exec;
	bool restarted;
};

static void on_hello(void *owner, const struct agent_hello *hello)
{
	struct fixture *f = owner;

	assert_int_equal(hello->session, f->restarted ? SESSION + 1 : SESSION);
	f->hellos++;
}

static void on_status(void *owner, const struct agent_status *status)
{
	struct fixture *f = owner;

	assert_true(status->ready);
	f->statuses++;
}

static void on_closed(void *owner, const char *why)
{
	struct fixture *f = owner;

	snprintf(f->why, sizeof(f->why), "%s", why);
}

static void on_exited(void *owner, const struct agent_exit *end)
{
	struct fixture *f = owner;

	f->exits++;
	f->end = *end;
}

static const struct agent_ops ops = {
	.hello = on_hello,
	.status = on_status,
	.closed = on_closed,
};

static void turn(struct fixture *f)
{
	int i;

	for (i = 0; i < 20; i++)
		loop_run_once(f->loop, 0);
}

static void say(struct fixture *f, uint16_t type, uint16_t channel,
		const void *data, int len)
{
	struct agent_frame frame = {type, channel, (uint32_t)len, NULL};
	uint8_t header[AGENT_HEADER_LEN];

	assert_true(len >= 0);
	agent_header_encode(&frame, header);
	assert_int_equal(send(f->peer, header, sizeof(header), 0),
			 sizeof(header));
	if (len)
		assert_int_equal(send(f->peer, data, (size_t)len, 0), len);
	turn(f);
}

static void say_hello(struct fixture *f, uint64_t session)
{
	struct agent_hello hello = {
		.version = 1,
		.session = session,
		.has_boot = true,
	};
	uint8_t data[128];

	say(f, AGENT_HELLO, 0, data,
	    agent_hello_encode(&hello, data, sizeof(data)));
}

static void say_exit(struct fixture *f, uint32_t code)
{
	struct agent_exit end = {AGENT_EXITED, code};
	uint8_t data[8];

	say(f, AGENT_STDOUT, 1, NULL, 0);
	say(f, AGENT_STDERR, 1, NULL, 0);
	say(f, AGENT_EXIT, 1, data, agent_exit_encode(&end, data, 8));
}

/* Read what the host said until a frame of @type is there; -1: none. */
static int hear(struct fixture *f, uint16_t type, uint8_t *payload)
{
	static uint8_t data[1 << 20];
	ssize_t len = recv(f->peer, data, sizeof(data), MSG_DONTWAIT);
	struct agent_frame frame;
	size_t pos = 0;
	int taken;

	while (len > 0) {
		taken = agent_frame_decode(data + pos, (size_t)len - pos,
					   &frame);
		if (taken <= 0)
			break;
		pos += (size_t)taken;
		if (frame.type != type)
			continue;
		memcpy(payload, frame.data, frame.len);
		return (int)frame.len;
	}
	return -1;
}

static int setup(void **state)
{
	static struct fixture f;
	int pair[2];

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, NSEC_PER_SEC);
	f.loop = loop_create(&f.fake.clock, NULL);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	f.peer = pair[1];
	f.in = f.out = -1;
	f.agent = agent_create(f.loop, pair[0], SESSION, &ops, &f);
	*state = &f;
	return f.agent ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	agent_destroy(f->agent);
	loop_destroy(f->loop);
	close(f->peer);
	if (f->in >= 0)
		close(f->in);
	if (f->out >= 0)
		close(f->out);
	return 0;
}

static void begin(struct fixture *f)
{
	struct agent_command command = {.argc = 1, .argv = {"true"}};
	struct agent_exec_args args = {
		.command = &command,
		.exited = on_exited,
		.owner = f,
	};
	int in[2], out[2];

	say_hello(f, SESSION);
	socketpair(AF_UNIX, SOCK_STREAM, 0, in);
	socketpair(AF_UNIX, SOCK_STREAM, 0, out);
	args.fds[0] = in[1];
	args.fds[1] = out[1];
	args.fds[2] = -1;
	f->in = in[0];
	f->out = out[0];
	assert_int_equal(agent_exec(f->agent, &args, &f->exec), 0);
	turn(f);
}

static void hello_is_repeated_until_it_is_answered(void **state)
{
	struct fixture *f = *state;
	uint8_t data[128];

	turn(f);
	assert_int_equal(hear(f, AGENT_HELLO, data), AGENT_HOST_HELLO_LEN);
	assert_int_equal(hear(f, AGENT_HELLO, data), -1);
	f->fake.ns += 2 * NSEC_PER_SEC;
	turn(f);
	assert_int_equal(hear(f, AGENT_HELLO, data), AGENT_HOST_HELLO_LEN);
	say_hello(f, SESSION);
	assert_int_equal(f->hellos, 1);
	f->fake.ns += 200 * NSEC_PER_SEC;
	turn(f);
	assert_int_equal(hear(f, AGENT_HELLO, data), -1);
}

static void rubbish_before_hello_is_skipped(void **state)
{
	struct fixture *f = *state;
	char rubbish[5000];

	memset(rubbish, 0xff, sizeof(rubbish));
	assert_int_equal(send(f->peer, rubbish, sizeof(rubbish), 0),
			 sizeof(rubbish));
	say_hello(f, SESSION);
	assert_int_equal(f->hellos, 1);
}

static void nothing_is_sent_before_hello(void **state)
{
	struct agent_config config = {.id = 1};
	struct fixture *f = *state;

	assert_int_equal(agent_configure(f->agent, &config), -ENOTCONN);
	assert_int_equal(agent_shutdown(f->agent), -ENOTCONN);
}

static void command_relays_its_streams_and_its_exit(void **state)
{
	struct fixture *f = *state;
	uint8_t data[AGENT_FRAME_MAX];
	char text[16] = "";

	begin(f);
	assert_int_equal(hear(f, AGENT_EXEC, data), 14);
	assert_int_equal(send(f->in, "in", 2, 0), 2);
	turn(f);
	assert_int_equal(hear(f, AGENT_STDIN, data), 2);
	say(f, AGENT_STDOUT, 1, "out", 3);
	assert_int_equal(hear(f, AGENT_WINDOW_ADD, data), 6);
	say_exit(f, 3);
	assert_int_equal(recv(f->out, text, sizeof(text), 0), 3);
	assert_string_equal(text, "out");
	assert_int_equal(f->exits, 1);
	assert_int_equal(f->end.kind, AGENT_EXITED);
	assert_int_equal(f->end.code, 3);
}

static void window_of_stdin_is_not_exceeded(void **state)
{
	static char big[2 * AGENT_WINDOW];
	static uint8_t data[AGENT_FRAME_MAX];
	struct fixture *f = *state;
	uint8_t grant[6];
	ssize_t sent;
	int total = 0, len, i;

	begin(f);
	sent = send(f->in, big, sizeof(big), MSG_DONTWAIT);
	assert_true(sent > AGENT_WINDOW);
	for (i = 0; i < 40; i++) {
		struct agent_frame frame;
		uint8_t head[AGENT_HEADER_LEN];

		turn(f);
		if (recv(f->peer, head, sizeof(head), MSG_DONTWAIT) != 8)
			break;
		agent_frame_decode(head, sizeof(head), &frame);
		len = (int)recv(f->peer, data, frame.len, MSG_WAITALL);
		if (frame.type == AGENT_STDIN)
			total += len;
	}
	assert_int_equal(total, AGENT_WINDOW);
	be16_store(grant, AGENT_STDIN);
	be32_store(grant + 2, 10);
	say(f, AGENT_WINDOW_ADD, 1, grant, 6);
	assert_int_equal(hear(f, AGENT_STDIN, data), 10);
}

static void guest_that_exceeds_the_window_is_cut_off(void **state)
{
	static char big[16384];
	struct fixture *f = *state;
	int i;

	begin(f);
	/* Nobody reads f->out: its socket takes some, the ring the rest. */
	for (i = 0; i < 100 && !f->exits; i++)
		say(f, AGENT_STDOUT, 1, big, sizeof(big));
	assert_int_equal(f->exits, 1);
	assert_int_equal(f->end.kind, AGENT_FAILED);
	assert_string_equal(f->why, "the guest's agent broke the protocol");
}

static void output_for_a_command_that_is_not_there_is_a_lie(void **state)
{
	struct fixture *f = *state;

	begin(f);
	say(f, AGENT_STDOUT, 2, "x", 1);
	assert_int_equal(f->exits, 1);
	assert_false(agent_is_open(f->agent));
}

static void exit_before_the_ends_of_streams_is_a_lie(void **state)
{
	struct agent_exit end = {AGENT_EXITED, 0};
	struct fixture *f = *state;
	uint8_t data[8];

	begin(f);
	say(f, AGENT_STDERR, 1, NULL, 0);
	say(f, AGENT_EXIT, 1, data, agent_exit_encode(&end, data, 8));
	assert_int_equal(f->end.kind, AGENT_FAILED);
}

static void flood_of_status_is_cut_off(void **state)
{
	struct agent_status status = {.ready = true};
	struct fixture *f = *state;
	uint8_t data[256];
	int i, len = agent_status_encode(&status, data, sizeof(data));

	say_hello(f, SESSION);
	for (i = 0; i < 300 && !*f->why; i++)
		say(f, AGENT_STATUS, 0, data, len);
	assert_true(f->statuses > 100 && f->statuses < 300);
	assert_string_equal(f->why, "the guest's agent flooded its port");
}

static void cancelled_command_keeps_its_channel_until_exit(void **state)
{
	struct fixture *f = *state;
	uint8_t data[AGENT_FRAME_MAX];

	begin(f);
	agent_exec_cancel(f->exec);
	turn(f);
	assert_int_equal(hear(f, AGENT_CANCEL, data), 0);
	say(f, AGENT_STDOUT, 1, "late", 4);
	say_exit(f, 0);
	assert_int_equal(f->exits, 0);
	assert_true(agent_is_open(f->agent));
	say(f, AGENT_STDOUT, 1, "x", 1);
	assert_false(agent_is_open(f->agent));
}

static void reader_that_leaves_makes_the_guest_hang_up(void **state)
{
	struct fixture *f = *state;
	uint8_t data[AGENT_FRAME_MAX];

	begin(f);
	close(f->out);
	f->out = -1;
	turn(f);
	assert_int_equal(hear(f, AGENT_HANGUP, data), 2);
	say(f, AGENT_STDOUT, 1, "dropped", 7);
	say_exit(f, 0);
	assert_int_equal(f->exits, 1);
}

static void rebooted_guest_ends_commands_and_is_greeted_again(void **state)
{
	struct fixture *f = *state;
	uint8_t data[AGENT_FRAME_MAX];

	begin(f);
	while (hear(f, AGENT_HELLO, data) >= 0)
		;
	say_hello(f, 0);
	assert_int_equal(f->exits, 1);
	assert_false(agent_is_open(f->agent));
	assert_int_equal(hear(f, AGENT_HELLO, data), AGENT_HOST_HELLO_LEN);
	say_hello(f, SESSION);
	assert_int_equal(f->hellos, 2);
}

static void guest_that_was_reset_within_a_frame_is_greeted_again(void **state)
{
	static const uint8_t half[AGENT_HEADER_LEN + 3] = {0};
	struct agent_frame frame = {AGENT_STDOUT, 1, 100, NULL};
	struct fixture *f = *state;
	uint8_t data[AGENT_FRAME_MAX], header[AGENT_HEADER_LEN];

	begin(f);
	agent_header_encode(&frame, header);
	send(f->peer, header, sizeof(header), 0);
	turn(f);
	send(f->peer, half, sizeof(half), 0); /* not read yet */
	while (hear(f, AGENT_HELLO, data) >= 0)
		;
	agent_restart(f->agent, SESSION + 1);
	f->restarted = true;
	turn(f);
	assert_int_equal(f->exits, 1);
	assert_int_equal(f->end.code, ENOTCONN);
	assert_false(agent_is_open(f->agent));
	assert_int_equal(hear(f, AGENT_HELLO, data), AGENT_HOST_HELLO_LEN);
	say_hello(f, SESSION); /* of the guest before */
	assert_int_equal(f->hellos, 1);
	say_hello(f, SESSION + 1);
	assert_int_equal(f->hellos, 2);
	assert_string_equal(f->why, "");
}

static void lost_wire_fails_the_commands(void **state)
{
	struct fixture *f = *state;

	begin(f);
	shutdown(f->peer, SHUT_RDWR);
	turn(f);
	assert_int_equal(f->exits, 1);
	assert_int_equal(f->end.code, ENOTCONN);
	assert_string_equal(f->why, "the guest or its VMM has gone");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hello_is_repeated_until_it_is_answered),
		TEST(rubbish_before_hello_is_skipped),
		TEST(nothing_is_sent_before_hello),
		TEST(command_relays_its_streams_and_its_exit),
		TEST(window_of_stdin_is_not_exceeded),
		TEST(guest_that_exceeds_the_window_is_cut_off),
		TEST(output_for_a_command_that_is_not_there_is_a_lie),
		TEST(exit_before_the_ends_of_streams_is_a_lie),
		TEST(flood_of_status_is_cut_off),
		TEST(cancelled_command_keeps_its_channel_until_exit),
		TEST(reader_that_leaves_makes_the_guest_hang_up),
		TEST(rebooted_guest_ends_commands_and_is_greeted_again),
		TEST(guest_that_was_reset_within_a_frame_is_greeted_again),
		TEST(lost_wire_fails_the_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
