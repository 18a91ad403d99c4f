// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_wire.c - messages between labd and weft-switch
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/switchd/wire.h"

static int pair_setup(void **state)
{
	static int pair[2];

	*state = pair;
	return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
}

static int pair_teardown(void **state)
{
	int *pair = *state;

	close(pair[0]);
	close(pair[1]);
	return 0;
}

static void message_arrives_with_its_descriptor(void **state)
{
	union wire_message out = {.port_add = {.header = {WIRE_PORT_ADD, 7}}};
	union wire_message in;
	int *pair = *state, fds[WIRE_MAX_FDS], p[2];
	char c = 0;

	assert_int_equal(pipe(p), 0);
	memset(out.port_add.name, 'x', sizeof(out.port_add.name));
	assert_int_equal(wire_send(pair[0], &out, &p[1]), 0);
	assert_int_equal(wire_recv(pair[1], &in, fds), 0);
	assert_int_equal(in.header.id, 7);
	assert_int_equal(strlen(in.port_add.name), PORT_NAME_SIZE - 1);
	assert_int_equal(fds[1], -1);
	assert_int_equal(write(fds[0], "!", 1), 1);
	assert_int_equal(read(p[0], &c, 1), 1);
	assert_int_equal(c, '!');
	close(fds[0]);
	close(p[0]);
	close(p[1]);
}

static void wrong_size_or_type_is_a_protocol_error(void **state)
{
	union wire_message m = {.header = {WIRE_REPLY, 1}};
	int *pair = *state, fds[WIRE_MAX_FDS];

	assert_int_equal(send(pair[0], &m, sizeof(m.reply) - 1, 0),
			 sizeof(m.reply) - 1);
	assert_int_equal(wire_recv(pair[1], &m, fds), -EPROTO);
	m.header.type = WIRE_TYPE_COUNT;
	assert_int_equal(send(pair[0], &m, sizeof(m.reply), 0),
			 sizeof(m.reply));
	assert_int_equal(wire_recv(pair[1], &m, fds), -EPROTO);
	assert_int_equal(send(pair[0], &m, 3, 0), 3);
	assert_int_equal(wire_recv(pair[1], &m, fds), -EPROTO);
}

static void missing_descriptor_is_a_protocol_error(void **state)
{
	union wire_message m = {.header = {WIRE_PORT_ADD, 1}};
	int *pair = *state, fds[WIRE_MAX_FDS];

	assert_int_equal(send(pair[0], &m, sizeof(m.port_add), 0),
			 sizeof(m.port_add));
	assert_int_equal(wire_recv(pair[1], &m, fds), -EPROTO);
}

/* An uplink's status has the settings twice: as asked for, and in force. */
static void texts_of_an_uplink_end(void **state)
{
	union wire_message m;
	int *pair = *state, fds[WIRE_MAX_FDS];
	const struct uplink_status *status = &m.uplink_status.status;

	memset(&m, 'x', sizeof(m));
	m.header.type = WIRE_UPLINK_STATUS;
	assert_int_equal(wire_send(pair[0], &m, NULL), 0);
	assert_int_equal(wire_recv(pair[1], &m, fds), 0);
	assert_int_equal(strnlen(m.uplink_status.active, PORT_NAME_SIZE),
			 PORT_NAME_SIZE - 1);
	assert_int_equal(strnlen(status->settings.bond.primary, PORT_NAME_SIZE),
			 PORT_NAME_SIZE - 1);
	assert_int_equal(strnlen(status->bond.settings.primary, PORT_NAME_SIZE),
			 PORT_NAME_SIZE - 1);
}

static void end_and_emptiness_are_told_apart(void **state)
{
	union wire_message m;
	int *pair = *state, fds[WIRE_MAX_FDS];

	assert_int_equal(wire_recv(pair[1], &m, fds), -EAGAIN);
	shutdown(pair[0], SHUT_RDWR);
	assert_int_equal(wire_recv(pair[1], &m, fds), -EPIPE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(message_arrives_with_its_descriptor),
		T(wrong_size_or_type_is_a_protocol_error),
		T(missing_descriptor_is_a_protocol_error),
		T(texts_of_an_uplink_end),
		T(end_and_emptiness_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
