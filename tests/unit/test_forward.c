// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_forward.c - clients of the host's ports, and where the guest is
 */
#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/bytes.h"
#include "switch/gateway/forward.h"
#include "switch/tcp4.h"
#include "unit/nat_bed.h"

#define GUEST_PORT 80
#define MAX_WAITS (FORWARD_WAITS + 1)

struct fixture {
	struct nat_bed bed;
	struct forwards *forwards;
	int resolves; /* what the neighbour table says */
	unsigned asked;
	uint32_t asked_for;
	unsigned cancelled;
	struct neighbour_wait *waits[MAX_WAITS];
	int fd;
	struct sockaddr_in at;
};

static const struct neighbour guest = {
	BED_GUEST, {{0x52, 0x54, 0, 0, 0, 0xaa}}, BED_INGRESS};

static int resolve(void *ctx, uint32_t address, struct neighbour_wait *wait,
		   struct neighbour *found)
{
	struct fixture *f = ctx;

	f->asked_for = address;
	f->waits[f->asked++ % MAX_WAITS] = wait;
	*found = guest;
	return f->resolves;
}

static void cancel(void *ctx, struct neighbour_wait *wait)
{
	struct fixture *f = ctx;

	(void)wait;
	f->cancelled++;
}

static int setup(void **state)
{
	static struct fixture f;
	struct forward_env env = {
		.resolve = resolve, .cancel = cancel, .ctx = &f};

	memset(&f, 0, sizeof(f));
	nat_bed_open(&f.bed, false, 0);
	env.loop = f.bed.stand.loop;
	env.nat = f.bed.stand.nat;
	f.forwards = forwards_create(&env, NULL);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	forwards_destroy(f->forwards);
	nat_bed_close(&f->bed);
	return 0;
}

/* A forward of this protocol; f->at is where it listens. */
static void add(struct fixture *f, unsigned number, enum nat_protocol protocol,
		uint32_t address)
{
	const struct forward_target target = {protocol, address, GUEST_PORT};
	int type = protocol == NAT_TCP ? SOCK_STREAM : SOCK_DGRAM;
	socklen_t len = sizeof(f->at);

	f->fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	f->at = (struct sockaddr_in){.sin_family = AF_INET};
	f->at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(f->fd, (struct sockaddr *)&f->at, len), 0);
	if (protocol == NAT_TCP)
		assert_int_equal(listen(f->fd, 512), 0);
	getsockname(f->fd, (struct sockaddr *)&f->at, &len);
	assert_int_equal(forwards_add(f->forwards, number, &target, f->fd), 0);
}

static int client(struct fixture *f, int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&f->at, sizeof(f->at)),
			 0);
	return fd;
}

static void run(struct fixture *f)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		loop_run_once(f->bed.stand.loop, 0);
}

static bool is_reset(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char c;

	return poll(&ready, 1, 1000) == 1 && recv(fd, &c, 1, 0) < 0 &&
	       errno == ECONNRESET;
}

static const struct forward_counters *counters(struct fixture *f,
					       unsigned number)
{
	unsigned connections;

	return forwards_get(f->forwards, number, &connections);
}

static unsigned connections(struct fixture *f, unsigned number)
{
	unsigned n = 0;

	forwards_get(f->forwards, number, &n);
	return n;
}

static void client_of_a_known_guest_is_handed_on_at_once(void **state)
{
	struct fixture *f = *state;
	uint8_t *tcp;
	int fd;

	add(f, 5, NAT_TCP, BED_GUEST);
	fd = client(f, SOCK_STREAM);
	run(f);
	assert_int_equal(f->bed.n, 1);
	tcp = nat_bed_payload(&f->bed, 0);
	assert_int_equal(be16_load(tcp + 2), GUEST_PORT);
	assert_int_equal(tcp[13], TCP_SYN);
	assert_memory_equal(f->bed.frames[0], guest.mac.b, MAC_LEN);
	assert_int_equal(counters(f, 5)->accepted, 1);
	assert_int_equal(connections(f, 5), 1);
	assert_null(counters(f, 4));
	close(fd);
}

static void client_waits_until_the_guest_is_found(void **state)
{
	struct fixture *f = *state;
	int fd;

	f->resolves = -EINPROGRESS;
	add(f, 0, NAT_TCP, BED_GUEST);
	fd = client(f, SOCK_STREAM);
	run(f);
	assert_int_equal(f->asked, 1);
	assert_int_equal(f->bed.n, 0);
	f->waits[0]->done(f->waits[0], &guest);
	assert_int_equal(f->bed.n, 0); /* not from within */
	run(f);
	assert_int_equal(f->bed.n, 1);
	close(fd);
}

static void client_of_a_guest_that_is_not_there_is_reset(void **state)
{
	struct fixture *f = *state;
	int fd;

	f->resolves = -EINPROGRESS;
	add(f, 0, NAT_TCP, BED_GUEST);
	fd = client(f, SOCK_STREAM);
	run(f);
	f->waits[0]->done(f->waits[0], NULL);
	run(f);
	assert_true(is_reset(fd));
	assert_int_equal(counters(f, 0)->refused, 1);
	close(fd);
	add(f, 1, NAT_TCP, 0); /* one that has no address as yet */
	fd = client(f, SOCK_STREAM);
	run(f);
	assert_true(is_reset(fd));
	assert_int_equal(counters(f, 1)->refused, 1);
	assert_int_equal(f->asked, 1);
	close(fd);
}

static void guest_behind_a_router_is_asked_for_by_its_router(void **state)
{
	struct fixture *f = *state;
	int fd;

	f->resolves = -EINPROGRESS;
	add(f, 0, NAT_TCP, BED_BEHIND);
	fd = client(f, SOCK_STREAM);
	run(f);
	assert_int_equal(f->asked_for,
			 nat_next_hop(f->bed.stand.nat, BED_BEHIND));
	assert_int_not_equal(f->asked_for, BED_BEHIND);
	close(fd);
}

static void those_who_wait_are_bounded_and_forgotten_with_it(void **state)
{
	static int fds[FORWARD_WAITS + 1];
	struct fixture *f = *state;
	unsigned i;

	f->resolves = -EINPROGRESS;
	add(f, 0, NAT_TCP, BED_GUEST);
	for (i = 0; i < FORWARD_WAITS + 1; i++) {
		fds[i] = client(f, SOCK_STREAM);
		run(f);
	}
	assert_int_equal(f->asked, FORWARD_WAITS);
	assert_int_equal(counters(f, 0)->errors, 1);
	assert_true(is_reset(fds[FORWARD_WAITS]));
	f->waits[0]->done(f->waits[0], &guest); /* found, and then removed */
	assert_int_equal(forwards_remove(f->forwards, 0), 0);
	assert_int_equal(f->cancelled, FORWARD_WAITS);
	run(f);
	assert_int_equal(f->bed.n, 0);
	assert_true(is_reset(fds[0]));
	assert_int_equal(forwards_remove(f->forwards, 0), -ENOENT);
	for (i = 0; i < FORWARD_WAITS + 1; i++)
		close(fds[i]);
}

static void first_datagram_waits_and_the_others_follow(void **state)
{
	struct fixture *f = *state;
	uint8_t *udp;
	char got[8];
	int fd;

	f->resolves = -EINPROGRESS;
	add(f, 0, NAT_UDP, BED_GUEST);
	fd = client(f, SOCK_DGRAM);
	assert_int_equal(send(fd, "one", 3, 0), 3);
	run(f);
	f->waits[0]->done(f->waits[0], &guest);
	run(f);
	assert_int_equal(f->bed.n, 1);
	udp = nat_bed_payload(&f->bed, 0);
	assert_int_equal(be16_load(udp + 2), GUEST_PORT);
	assert_memory_equal(udp + UDP_HLEN, "one", 3);
	assert_int_equal(send(fd, "three", 5, 0), 5);
	run(f);
	assert_int_equal(f->asked, 1);
	assert_int_equal(f->bed.n, 2);
	assert_int_equal(be16_load(nat_bed_payload(&f->bed, 1)),
			 be16_load(udp));
	/* and the guest's answer goes where the question came from */
	nat_bed_ip(&f->bed, BED_GUEST, BED_GATEWAY);
	assert_int_equal(nat_bed_udp(&f->bed, GUEST_PORT, be16_load(udp), 4),
			 0);
	assert_int_equal(recv(fd, got, sizeof(got), MSG_DONTWAIT), 4);
	assert_int_equal(connections(f, 0), 1);
	close(fd);
}

static void clients_of_one_forward_are_kept_apart(void **state)
{
	struct fixture *f = *state;
	int one, two;
	char got[8];

	add(f, 0, NAT_UDP, BED_GUEST);
	one = client(f, SOCK_DGRAM);
	two = client(f, SOCK_DGRAM);
	send(one, "1", 1, 0);
	send(two, "2", 1, 0);
	run(f);
	assert_int_equal(f->bed.n, 2);
	nat_bed_ip(&f->bed, BED_GUEST, BED_GATEWAY);
	nat_bed_udp(&f->bed, GUEST_PORT, be16_load(nat_bed_payload(&f->bed, 1)),
		    3);
	assert_int_equal(recv(one, got, sizeof(got), MSG_DONTWAIT), -1);
	assert_int_equal(recv(two, got, sizeof(got), MSG_DONTWAIT), 3);
	assert_int_equal(connections(f, 0), 2);
	close(one);
	close(two);
}

static void another_guest_can_not_answer(void **state)
{
	struct fixture *f = *state;
	uint16_t port;
	char got[8];
	int fd;

	add(f, 0, NAT_UDP, BED_GUEST);
	fd = client(f, SOCK_DGRAM);
	send(fd, "1", 1, 0);
	run(f);
	port = be16_load(nat_bed_payload(&f->bed, 0));
	nat_bed_ip(&f->bed, BED_GUEST, BED_GATEWAY);
	f->bed.ip.ingress = BED_INGRESS + 1;
	assert_int_equal(nat_bed_udp(&f->bed, GUEST_PORT, port, 3),
			 DROP_BAD_SOURCE);
	assert_int_equal(recv(fd, got, sizeof(got), MSG_DONTWAIT), -1);
	close(fd);
}

static void forward_that_leads_elsewhere_takes_udp_clients_along(void **state)
{
	const struct forward_target elsewhere = {NAT_UDP, BED_OTHER, 81};
	const struct forward_target tcp = {NAT_TCP, BED_OTHER, 81};
	struct fixture *f = *state;
	int fd;

	add(f, 0, NAT_UDP, BED_GUEST);
	fd = client(f, SOCK_DGRAM);
	send(fd, "1", 1, 0);
	run(f);
	assert_int_equal(forwards_set(f->forwards, 0, &tcp), -EINVAL);
	assert_int_equal(forwards_set(f->forwards, 1, &tcp), -ENOENT);
	assert_int_equal(forwards_set(f->forwards, 0, &elsewhere), 0);
	send(fd, "2", 1, 0);
	run(f);
	assert_int_equal(f->bed.n, 2);
	assert_int_equal(be16_load(nat_bed_payload(&f->bed, 1) + 2), 81);
	assert_int_equal(nat_bed_flows(&f->bed), 1);
	close(fd);
}

static void client_that_waits_is_not_led_to_the_old_guest(void **state)
{
	const struct forward_target elsewhere = {NAT_UDP, BED_OTHER, 81};
	struct fixture *f = *state;
	int fd;

	add(f, 0, NAT_UDP, BED_GUEST);
	fd = client(f, SOCK_DGRAM);
	f->resolves = -EINPROGRESS;
	send(fd, "1", 1, 0);
	run(f);
	assert_int_equal(f->asked, 1);
	assert_int_equal(forwards_set(f->forwards, 0, &elsewhere), 0);
	if (!f->cancelled)
		f->waits[0]->done(f->waits[0], &guest);
	run(f);
	f->resolves = 0;
	send(fd, "2", 1, 0);
	run(f);
	assert_int_equal(f->bed.n, 1);
	assert_int_equal(be16_load(nat_bed_payload(&f->bed, 0) + 2), 81);
	close(fd);
}

static void client_that_is_silent_is_forgotten(void **state)
{
	struct fixture *f = *state;
	int fd;

	add(f, 0, NAT_UDP, BED_GUEST);
	fd = client(f, SOCK_DGRAM);
	send(fd, "1", 1, 0);
	run(f);
	nat_bed_forward(&f->bed, 299 * NSEC_PER_SEC);
	assert_int_equal(connections(f, 0), 1);
	nat_bed_forward(&f->bed, NSEC_PER_SEC);
	assert_int_equal(connections(f, 0), 0);
	send(fd, "2", 1, 0);
	run(f);
	assert_int_equal(connections(f, 0), 1);
	close(fd);
}

int main(void)
{
#define FORWARD_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		FORWARD_TEST(client_of_a_known_guest_is_handed_on_at_once),
		FORWARD_TEST(client_waits_until_the_guest_is_found),
		FORWARD_TEST(client_of_a_guest_that_is_not_there_is_reset),
		FORWARD_TEST(guest_behind_a_router_is_asked_for_by_its_router),
		FORWARD_TEST(those_who_wait_are_bounded_and_forgotten_with_it),
		FORWARD_TEST(first_datagram_waits_and_the_others_follow),
		FORWARD_TEST(clients_of_one_forward_are_kept_apart),
		FORWARD_TEST(another_guest_can_not_answer),
		FORWARD_TEST(
			forward_that_leads_elsewhere_takes_udp_clients_along),
		FORWARD_TEST(client_that_waits_is_not_led_to_the_old_guest),
		FORWARD_TEST(client_that_is_silent_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
