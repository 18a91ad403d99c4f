// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_domain.c - what a worker tells labd of a port whose carrier flaps
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/switchd/domain.h"
#include "unit/front_end.h"

/**
 * struct fixture - a worker with one network and one port, and its guest
 * @clock:	stands still
 * @log:	says errors only
 * @domains:	under test
 * @scratch:	of @domains
 * @fe:		at the other end of port 7
 * @addr:	where the port listens
 * @events:	how many there were
 * @last:	the latest
 */
struct fixture {
	struct fake_clock clock;
	struct log log;
	struct domains domains;
	struct offload_scratch scratch;
	struct front_end fe;
	struct sockaddr_un addr;
	unsigned events;
	union wire_message last;
};

static struct fixture f;

static void on_event(void *ctx, const union wire_message *message)
{
	(void)ctx;
	f.events++;
	f.last = *message;
}

static void handle(const union wire_message *message, int *fds)
{
	union wire_message answer;

	domains_handle(&f.domains, message, fds, &answer);
	assert_int_equal(answer.header.type, WIRE_REPLY);
	assert_int_equal(answer.reply.code, 0);
}

static void add_port(void)
{
	int fds[WIRE_MAX_FDS];
	union wire_message m;

	memset(fds, 0xff, sizeof(fds));
	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_NETWORK_ADD;
	m.network_add.network = 3;
	snprintf(m.network_add.name, sizeof(m.network_add.name), "net");
	handle(&m, fds);
	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_PORT_ADD;
	m.port_add.network = 3;
	m.port_add.port = 7;
	m.port_add.kind = WIRE_PORT_VHOST_USER;
	m.port_add.mtu = 1500;
	f.addr.sun_family = AF_UNIX;
	snprintf(f.addr.sun_path + 1, sizeof(f.addr.sun_path) - 1,
		 "weft-domain-%d", getpid());
	fds[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(
		bind(fds[0], (struct sockaddr *)&f.addr, sizeof(f.addr)), 0);
	assert_int_equal(listen(fds[0], 1), 0);
	handle(&m, fds);
}

static int set_up(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.clock, NSEC_PER_SEC);
	f.log = (struct log){LOG_ERROR, "test", &f.clock.clock};
	f.domains.clock = &f.clock.clock;
	f.domains.log = &f.log;
	f.domains.loop = loop_create(&f.clock.clock, NULL);
	f.domains.pool = packet_pool_create(64, 64, NULL);
	f.domains.scratch = &f.scratch;
	f.domains.event = on_event;
	assert_int_equal(notifier_init(&f.domains.notifier, NULL), 0);
	add_port();
	assert_true(front_end_init(&f.fe));
	f.fe.sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		connect(f.fe.sock, (struct sockaddr *)&f.addr, sizeof(f.addr)),
		0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	front_end_fini(&f.fe);
	domains_fini(&f.domains);
	notifier_fini(&f.domains.notifier);
	packet_pool_destroy(f.domains.pool);
	loop_destroy(f.domains.loop);
	return 0;
}

static void run(void)
{
	unsigned i;

	for (i = 0; i < 20; i++)
		loop_run_once(f.domains.loop, 0);
}

static void enable(uint32_t on)
{
	front_end_send_state(&f.fe, VHOST_USER_SET_VRING_ENABLE, 0, on);
	run();
}

static void carrier_is_told_at_once(void **state)
{
	(void)state;
	assert_true(front_end_start(&f.fe, 0, 2));
	run();
	assert_int_equal(f.events, 1);
	assert_int_equal(f.last.header.type, WIRE_PORT_EVENT);
	assert_int_equal(f.last.port_event.port, 7);
	assert_int_equal(f.last.port_event.carrier, 1);
	f.clock.ns += NSEC_PER_SEC;
	run();
	enable(0);
	assert_int_equal(f.events, 2);
	assert_int_equal(f.last.port_event.carrier, 0);
}

static void carrier_that_flaps_is_told_now_and_then(void **state)
{
	unsigned i;

	(void)state;
	assert_true(front_end_start(&f.fe, 0, 2));
	for (i = 0; i < 100; i++) {
		enable(0);
		enable(1);
	}
	enable(0);
	assert_int_equal(f.events, 1);
	f.clock.ns += NSEC_PER_SEC;
	run();
	assert_int_equal(f.events, 2);
	assert_int_equal(f.last.port_event.carrier, 0);
	enable(1);
	enable(0);
	f.clock.ns += NSEC_PER_SEC;
	run();
	assert_int_equal(f.events, 2);
}

static void port_that_is_removed_has_nothing_to_tell(void **state)
{
	union wire_message m;
	int fds[WIRE_MAX_FDS];

	(void)state;
	assert_true(front_end_start(&f.fe, 0, 2));
	run();
	enable(0);
	memset(fds, 0xff, sizeof(fds));
	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_PORT_REMOVE;
	m.port_ref.port = 7;
	handle(&m, fds);
	f.clock.ns += NSEC_PER_SEC;
	run();
	assert_int_equal(f.events, 1);
}

static void port_is_set_down_if_there_is_one(void **state)
{
	struct wire_port_set set = {{WIRE_PORT_SET, 1}, 7, true};
	union wire_message m = {.port_set = set}, answer;
	int fds[WIRE_MAX_FDS] = {-1, -1};

	(void)state;
	domains_handle(&f.domains, &m, fds, &answer);
	assert_int_equal(answer.header.type, WIRE_REPLY);
	assert_int_equal(answer.reply.code, 0);
	m.port_set.port = 8;
	domains_handle(&f.domains, &m, fds, &answer);
	assert_int_equal(answer.reply.code, -ENOENT);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(carrier_is_told_at_once),
		T(carrier_that_flaps_is_told_now_and_then),
		T(port_is_set_down_if_there_is_one),
		T(port_that_is_removed_has_nothing_to_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
