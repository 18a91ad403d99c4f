// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_agent_proto.c - a guest that says anything: decoders, and the host's
 * end of the wire with a command running
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/agent/agent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROUNDS 12

static void decode_all(const uint8_t *data, size_t size)
{
	struct agent_frame frame = {.data = data, .len = (uint32_t)size};
	static struct agent_command command;
	static struct agent_status status;
	static struct agent_config config;
	struct agent_hello hello;
	struct agent_exit end;

	agent_hello_decode(&frame, &hello);
	agent_exit_decode(&frame, &end);
	agent_status_decode(&frame, &status);
	if (!agent_config_decode(&frame, &config) &&
	    strlen(config.hosts) > size)
		abort();
	if (!agent_command_decode(&frame, &command) &&
	    (command.argv[command.argc] || !command.argv[0]))
		abort();
}

static void exited(void *owner, const struct agent_exit *end)
{
	(void)end;
	if ((*(int *)owner)++)
		abort();
}

static const struct agent_ops ops;

static void start(struct agent *agent, int *exits)
{
	struct agent_command command = {.argc = 1, .argv = {"true"}};
	struct agent_exec_args args = {
		.command = &command,
		.fds = {-1, open("/dev/null", O_WRONLY), -1},
		.exited = exited,
		.owner = exits,
	};
	struct agent_exec *exec;

	if (agent_exec(agent, &args, &exec))
		close(args.fds[1]);
}

static void run(const uint8_t *data, size_t size)
{
	struct agent_hello hello = {1, 7, true, {0}, 0};
	struct fake_clock fake;
	struct agent_frame frame = {.type = AGENT_HELLO};
	uint8_t greeting[AGENT_HEADER_LEN + AGENT_GUEST_HELLO_LEN];
	struct agent *agent;
	struct loop *loop;
	int pair[2], exits = 0, i;

	fake_clock_init(&fake, NSEC_PER_SEC);
	loop = loop_create(&fake.clock, NULL);
	if (!loop || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		abort();
	agent = agent_create(loop, pair[0], 7, &ops, NULL);
	frame.len = AGENT_GUEST_HELLO_LEN;
	agent_header_encode(&frame, greeting);
	agent_hello_encode(&hello, greeting + AGENT_HEADER_LEN,
			   AGENT_GUEST_HELLO_LEN);
	if (send(pair[1], greeting, sizeof(greeting), MSG_DONTWAIT) > 0)
		loop_run_once(loop, 0);
	for (i = 0; i < 3; i++)
		loop_run_once(loop, 0);
	start(agent, &exits);
	if (send(pair[1], data, size, MSG_DONTWAIT) >= 0)
		for (i = 0; i < ROUNDS; i++)
			loop_run_once(loop, 0);
	agent_destroy(agent);
	loop_destroy(loop);
	close(pair[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > AGENT_PAYLOAD_MAX)
		return 0;
	decode_all(data, size);
	run(data, size);
	return 0;
}
