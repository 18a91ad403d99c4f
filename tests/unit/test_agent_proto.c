// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_agent_proto.c - each message survives the wire, and no shorter one does
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "cli/agent/agent_proto.h"

static uint8_t data[AGENT_PAYLOAD_MAX];

static struct agent_frame frame_of(int len)
{
	assert_true(len > 0);
	return (struct agent_frame){.len = (uint32_t)len, .data = data};
}

static void config_survives_and_no_part_of_it_does(void **state)
{
	struct agent_config in = {
		.id = 5,
		.router = true,
		.hostname = "web1",
		.search = "a.lab b.lab",
		.dns = {0x0a000001},
		.dns_count = 1,
		.nic_count = 1,
		.nics[0] = {.mac = {{2, 0, 0, 0, 0, 9}},
			    .ipv4 = AGENT_IPV4_STATIC,
			    .address = {0x0a000002, 24},
			    .gateway = 0x0a000001},
		.hosts = "127.0.0.1 localhost\n",
	};
	struct agent_frame frame;
	struct agent_config out;

	(void)state;
	frame = frame_of(agent_config_encode(&in, data, sizeof(data)));
	assert_int_equal(agent_config_decode(&frame, &out), 0);
	assert_string_equal(out.hosts, in.hosts);
	out.hosts = in.hosts;
	assert_memory_equal(&in, &out, sizeof(in));
	while (frame.len--)
		assert_int_equal(agent_config_decode(&frame, &out), -EPROTO);
}

static void status_survives_and_no_part_of_it_does(void **state)
{
	struct agent_status in = {
		.config_id = 5,
		.reason = "eth0 waits",
		.nic_count = 2,
		.nics[0] = {.mac = {{2, 0, 0, 0, 0, 9}},
			    .ifname = "eth0",
			    .carrier = true,
			    .addrs = {{.len = 24, .addr = {10, 0, 0, 2}},
				      {.is_ipv6 = true, .len = 64}},
			    .addr_count = 2},
	};
	struct agent_frame frame;
	struct agent_status out;

	(void)state;
	frame = frame_of(agent_status_encode(&in, data, sizeof(data)));
	assert_int_equal(agent_status_decode(&frame, &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	while (frame.len--)
		assert_int_equal(agent_status_decode(&frame, &out), -EPROTO);
}

static void command_survives_and_no_part_of_it_does(void **state)
{
	struct agent_command in = {
		.tty = true,
		.rows = 24,
		.cols = 80,
		.argc = 2,
		.envc = 1,
		.argv = {"ls", "-l"},
		.env = {"A=b"},
	};
	struct agent_frame frame;
	struct agent_command out;

	(void)state;
	frame = frame_of(agent_command_encode(&in, data, sizeof(data)));
	assert_int_equal(agent_command_decode(&frame, &out), 0);
	assert_true(out.tty && out.rows == 24 && out.cols == 80);
	assert_string_equal(out.argv[1], "-l");
	assert_null(out.argv[2]);
	assert_string_equal(out.env[0], "A=b");
	assert_null(out.env[1]);
	while (frame.len--)
		assert_int_equal(agent_command_decode(&frame, &out), -EPROTO);
}

static void bytes_left_over_are_refused(void **state)
{
	struct agent_exit end = {AGENT_SIGNALED, 9};
	struct agent_frame frame;

	(void)state;
	frame = frame_of(agent_exit_encode(&end, data, sizeof(data)));
	assert_int_equal(agent_exit_decode(&frame, &end), 0);
	data[frame.len++] = 0;
	assert_int_equal(agent_exit_decode(&frame, &end), -EPROTO);
}

static void header_says_no_to_unknown_types_and_long_frames(void **state)
{
	struct agent_frame frame = {AGENT_STDIN, 3, AGENT_PAYLOAD_MAX, NULL};

	(void)state;
	agent_header_encode(&frame, data);
	assert_int_equal(agent_frame_decode(data, 7, &frame), 0);
	assert_int_equal(agent_frame_decode(data, 8, &frame), 0);
	frame.len++;
	agent_header_encode(&frame, data);
	assert_int_equal(agent_frame_decode(data, 8, &frame), -EPROTO);
	frame.len = 0;
	agent_header_encode(&frame, data);
	assert_int_equal(agent_frame_decode(data, 8, &frame), 8);
	assert_int_equal(frame.channel, 3);
	frame.type = AGENT_TYPE_END;
	agent_header_encode(&frame, data);
	assert_int_equal(agent_frame_decode(data, 8, &frame), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_survives_and_no_part_of_it_does),
		cmocka_unit_test(status_survives_and_no_part_of_it_does),
		cmocka_unit_test(command_survives_and_no_part_of_it_does),
		cmocka_unit_test(bytes_left_over_are_refused),
		cmocka_unit_test(
			header_says_no_to_unknown_types_and_long_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
