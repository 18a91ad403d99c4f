// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_domain.c - a worker's networks and ports: what they tell labd, and how
 * they change while they run
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
 * @listen_fd:	the same socket
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
	int listen_fd;
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

/* Port 7, whose socket is there. */
static void plug_port(uint32_t network, int listen_fd)
{
	int fds[WIRE_MAX_FDS] = {listen_fd, -1};
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_PORT_ADD;
	m.port_add.network = network;
	m.port_add.port = 7;
	m.port_add.kind = WIRE_PORT_VHOST_USER;
	m.port_add.mtu = 1500;
	handle(&m, fds);
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
	f.addr.sun_family = AF_UNIX;
	snprintf(f.addr.sun_path + 1, sizeof(f.addr.sun_path) - 1,
		 "weft-domain-%d", getpid());
	fds[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(
		bind(fds[0], (struct sockaddr *)&f.addr, sizeof(f.addr)), 0);
	assert_int_equal(listen(fds[0], 1), 0);
	f.listen_fd = dup(fds[0]);
	plug_port(3, fds[0]);
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
	close(f.listen_fd);
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

static int32_t code_of(const union wire_message *message)
{
	int fds[WIRE_MAX_FDS] = {-1, -1};
	union wire_message answer;

	domains_handle(&f.domains, message, fds, &answer);
	return answer.header.type == WIRE_REPLY ? answer.reply.code : 0;
}

static int32_t tell_number(enum wire_type type, uint32_t number)
{
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = type;
	m.network_ref.network = number;
	return code_of(&m);
}

/* 10.1.0.0/24, a gateway at .1 that serves .10 to .19, or nothing at all. */
static int32_t change_network(uint32_t number, enum wire_service service)
{
	union wire_message m;
	struct wire_network_add *add = &m.network_add;

	memset(&m, 0, sizeof(m));
	add->header.type = WIRE_NETWORK_CHANGE;
	add->network = number;
	snprintf(add->name, sizeof(add->name), "net");
	add->service = (uint8_t)service;
	add->mtu = 1500;
	add->mac = (struct mac){{2, 'W', 10, 1, 0, 1}};
	add->address = (struct ipv4_prefix){0x0a010001, 24};
	add->dhcp = service != WIRE_SERVICE_NONE;
	add->dhcp_first = 0x0a01000a;
	add->dhcp_last = 0x0a010013;
	add->lease_s = 3600;
	return code_of(&m);
}

/* For the client whose MAC address ends with @client. */
static int32_t reserve(uint8_t client, uint32_t address)
{
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_RESERVATION_ADD;
	m.reservation_add.network = 3;
	m.reservation_add.mac = (struct mac){{2, 0, 0, 0, 0, client}};
	m.reservation_add.address = address;
	return code_of(&m);
}

static int32_t restore(uint8_t client, uint32_t address)
{
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_LEASE_RESTORE;
	m.lease.network = 3;
	m.lease.mac = (struct mac){{2, 0, 0, 0, 0, client}};
	m.lease.address = address;
	m.lease.expires_s = INT64_MAX;
	return code_of(&m);
}

static void network_changes_while_its_ports_stay(void **state)
{
	(void)state;
	assert_true(front_end_start(&f.fe, 0, 2));
	run();
	assert_int_equal(change_network(3, WIRE_SERVICE_GATEWAY), 0);
	assert_int_equal(tell_number(WIRE_NETWORK_START, 3), 0);
	assert_int_equal(change_network(3, WIRE_SERVICE_DHCP), 0);
	assert_int_equal(tell_number(WIRE_NAMES_COMMIT, 3), -EINVAL);
	assert_int_equal(tell_number(WIRE_NETWORK_START, 3), 0);
	assert_int_equal(change_network(3, WIRE_SERVICE_NONE), 0);
	assert_int_equal(tell_number(WIRE_NETWORK_START, 3), 0);
	assert_int_equal(tell_number(WIRE_NAMES_COMMIT, 3), -ENOENT);
	assert_int_equal(change_network(4, WIRE_SERVICE_NONE), -ENOENT);
	f.clock.ns += NSEC_PER_SEC;
	run();
	assert_int_equal(f.events, 1); /* the port's carrier, once */
	assert_int_equal(tell_number(WIRE_PORT_QUERY, 7), 0);
}

static void reservations_are_replaced_as_a_whole(void **state)
{
	(void)state;
	assert_int_equal(tell_number(WIRE_RESERVATIONS_COMMIT, 3), -ENOENT);
	assert_int_equal(change_network(3, WIRE_SERVICE_GATEWAY), 0);
	assert_int_equal(reserve(1, 0x0a01000a), 0);
	assert_int_equal(tell_number(WIRE_RESERVATIONS_COMMIT, 3), -EINVAL);
	assert_int_equal(tell_number(WIRE_NETWORK_START, 3), 0);
	assert_int_not_equal(restore(2, 0x0a01000a), 0);
	/* The address is somebody else's now. */
	assert_int_equal(reserve(2, 0x0a01000a), 0);
	assert_int_equal(reserve(3, 0x0a01000b), 0);
	assert_int_equal(tell_number(WIRE_RESERVATIONS_COMMIT, 3), 0);
	assert_int_not_equal(restore(1, 0x0a01000a), 0);
	assert_int_equal(restore(2, 0x0a01000a), 0);
	/* Two for one address: all stays as it was. */
	assert_int_equal(reserve(1, 0x0a01000a), 0);
	assert_int_equal(reserve(2, 0x0a01000a), 0);
	assert_int_not_equal(tell_number(WIRE_RESERVATIONS_COMMIT, 3), 0);
	assert_int_equal(restore(2, 0x0a01000a), -EEXIST);
	assert_int_equal(tell_number(WIRE_RESERVATIONS_COMMIT, 3), 0);
	assert_int_equal(restore(1, 0x0a01000a), 0);
}

static void connect_again(void)
{
	front_end_fini(&f.fe);
	assert_true(front_end_init(&f.fe));
	f.fe.sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		connect(f.fe.sock, (struct sockaddr *)&f.addr, sizeof(f.addr)),
		0);
	assert_true(front_end_start(&f.fe, 0, 2));
	run();
}

static void query_port(struct wire_port_status *status)
{
	union wire_message m, answer;
	int fds[WIRE_MAX_FDS] = {-1, -1};

	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_PORT_QUERY;
	m.port_ref.port = 7;
	domains_handle(&f.domains, &m, fds, &answer);
	assert_int_equal(answer.header.type, WIRE_PORT_STATUS);
	*status = answer.port_status;
}

static void port_in_no_network_has_a_front_end_and_drops(void **state)
{
	struct virtqueue_piece piece = front_end_piece(0, 12 + 64);
	struct wire_port_status status;

	(void)state;
	run(); /* whoever is connected is let in */
	assert_int_equal(tell_number(WIRE_PORT_REMOVE, 7), 0);
	plug_port(WIRE_NO_NETWORK, dup(f.listen_fd));
	connect_again();
	assert_int_equal(f.events, 1);
	assert_int_equal(f.last.port_event.carrier, 1);
	memset(front_end_data(&f.fe, 0), 0, piece.len);
	front_end_data(&f.fe, 0)[12] = 2;
	front_end_data(&f.fe, 0)[18] = 2;
	assert_true(virtqueue_driver_add(&f.fe.rings[1], &piece, 1, 0) >= 0);
	virtqueue_driver_publish(&f.fe.rings[1]);
	front_end_kick(&f.fe, 1);
	run();
	query_port(&status);
	assert_int_equal(status.counters.drops[DROP_PORT_DISABLED], 1);
	assert_true(status.status.carrier);
	assert_int_equal(code_of(&(union wire_message){
				 .port_set = {{WIRE_PORT_SET, 1}, 7, true}}),
			 0);
}

static void port_moves_to_a_network_with_another_connection(void **state)
{
	struct wire_port_status status;

	(void)state;
	run(); /* whoever is connected is let in */
	assert_int_equal(tell_number(WIRE_PORT_REMOVE, 7), 0);
	plug_port(WIRE_NO_NETWORK, dup(f.listen_fd));
	connect_again();
	assert_int_equal(tell_number(WIRE_PORT_REMOVE, 7), 0);
	plug_port(3, dup(f.listen_fd));
	query_port(&status);
	assert_false(status.status.carrier);
	connect_again();
	query_port(&status);
	assert_true(status.status.carrier);
	assert_int_equal(tell_number(WIRE_NETWORK_REMOVE, 3), 0);
	assert_int_equal(tell_number(WIRE_PORT_QUERY, 7), -ENOENT);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(carrier_is_told_at_once),
		T(carrier_that_flaps_is_told_now_and_then),
		T(network_changes_while_its_ports_stay),
		T(port_in_no_network_has_a_front_end_and_drops),
		T(port_is_set_down_if_there_is_one),
		T(port_moves_to_a_network_with_another_connection),
		T(port_that_is_removed_has_nothing_to_tell),
		T(reservations_are_replaced_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
