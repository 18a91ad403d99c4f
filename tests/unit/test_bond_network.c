// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bond_network.c - a bond between two networks of ours, by two cables
 *
 * One is the guests', with the bond; the other plays the switch on the other
 * side, which knows nothing of a bond. So what it floods and learns is what a
 * real one would.
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "switch/bond/bond.h"
#include "switch/uplink/cable.h"
#include "switch/network.h"
#include "unit/mem_port.h"

#define WIRES 2
#define GUESTS 8
#define FAR 200 /* last byte of its MAC */
#define NOBODY 77

struct fixture {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct network *ours;
	struct network *theirs;
	struct bond *bond;
	struct bond_settings settings;
	struct cable *cable[WIRES];
	struct mem_port guest[GUESTS];
	struct mem_port out;
};

static struct fixture fixture;

static uint32_t now_s(const struct fixture *f)
{
	return (uint32_t)(f->fake.ns / NSEC_PER_SEC);
}

static uint64_t key_of(uint8_t last)
{
	const struct mac mac = {{2, 0, 0, 0, 0, last}};

	return fdb_key(0, &mac);
}

static bool is_elsewhere(void *ctx, const struct frame *frame)
{
	struct fixture *f = ctx;
	uint16_t slot =
		fdb_lookup(network_fdb(f->ours),
			   fdb_key(frame->vid, frame_src(frame)), now_s(f));

	return slot != FDB_NONE && slot != bond_port(f->bond)->upper_slot;
}

/* RARP for each guest that leaves by @member, as the announcer would send. */
static void announce(void *ctx, struct bond_member *member)
{
	struct fixture *f = ctx;

	for (uint8_t i = 0; i < GUESTS; i++) {
		const struct mac mac = {{2, 0, 0, 0, 0, i}};
		struct frame frame, *batch = &frame;
		uint8_t data[60] = {0};
		struct iovec tail;

		if (bond_member_of(f->bond, 0, &mac) != member)
			continue;
		memset(data, 0xff, MAC_LEN);
		memcpy(data + MAC_LEN, &mac, MAC_LEN);
		be16_store(data + 12, 0x8035);
		frame_set_data(&frame, data, sizeof(data), &tail);
		bond_member_send(f->bond, member, &batch, 1);
	}
}

static void start_bond(struct fixture *f)
{
	const struct network_port_options none = {0};
	struct bond_env env = {
		.loop = f->loop,
		.pool = f->pool,
		.key = {{3, 4}},
		.ctx = f,
		.announce = announce,
		.is_elsewhere = is_elsewhere,
	};
	char near[] = "b/0", far[] = "up0";

	bond_settings_init(&f->settings);
	f->bond = bond_create("b", &f->settings, &env, NULL);
	network_add_port(f->ours, bond_port(f->bond), &none);
	for (unsigned i = 0; i < WIRES; i++) {
		near[2] = far[2] = (char)('0' + i);
		f->cable[i] =
			cable_create(f->loop, f->pool, near, far, 1500, NULL);
		network_add_port(f->theirs, cable_port(f->cable[i], 1), &none);
		bond_add_member(f->bond, cable_port(f->cable[i], 0), 0, NULL);
	}
}

static int setup(void **state)
{
	struct network_options options = {.name = "ours", .seed = 7};
	const struct network_port_options none = {0};
	static struct offload_scratch scratch;
	struct fixture *f = &fixture;
	struct network_env env;
	char name[] = "g0";

	memset(f, 0, sizeof(*f));
	fake_clock_init(&f->fake, 1000 * NSEC_PER_SEC);
	f->loop = loop_create(&f->fake.clock, NULL);
	f->pool = packet_pool_create(4096, 8192, NULL);
	env = (struct network_env){f->loop, f->pool, &scratch};
	f->ours = network_create(&env, &options, NULL);
	options.name = "theirs";
	f->theirs = network_create(&env, &options, NULL);
	for (unsigned i = 0; i < GUESTS; i++) {
		name[1] = (char)('0' + i);
		mem_port_init(&f->guest[i], name);
		network_add_port(f->ours, &f->guest[i].port, &none);
	}
	mem_port_init(&f->out, "out");
	network_add_port(f->theirs, &f->out.port, &none);
	start_bond(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	network_destroy(f->ours);
	network_destroy(f->theirs);
	bond_destroy(f->bond);
	for (unsigned i = 0; i < WIRES; i++) {
		struct port *far = cable_port(f->cable[i], 1);

		far->ops->close(far);
	}
	packet_pool_destroy(f->pool);
	loop_destroy(f->loop);
	return 0;
}

static void run(struct fixture *f, unsigned ms)
{
	for (unsigned i = 0; i < 4 + ms; i++) {
		f->fake.ns += i < ms ? NSEC_PER_MSEC : 0;
		loop_run_once(f->loop, 0);
	}
}

static void set_mode(struct fixture *f, enum bond_mode mode)
{
	f->settings.mode = (uint8_t)mode;
	assert_int_equal(bond_set(f->bond, &f->settings), 0);
}

/* What was heard so far, announcements among it, is forgotten. */
static void settle(struct fixture *f)
{
	run(f, 1);
	f->out.sent = 0;
	for (unsigned i = 0; i < GUESTS; i++)
		f->guest[i].sent = 0;
}

/* Every guest says hello to all; each must hear each other one once. */
static void all_guests_speak(struct fixture *f)
{
	unsigned i;

	settle(f);
	for (i = 0; i < GUESTS; i++)
		mem_port_input(&f->guest[i], 0xff, (uint8_t)i, 60, 1);
	run(f, 1);
	assert_int_equal(f->out.sent, GUESTS);
	for (i = 0; i < GUESTS; i++)
		assert_int_equal(f->guest[i].sent, GUESTS - 1);
}

/* No guest is ever learnt where the bond is. */
static void guests_are_where_they_are(struct fixture *f)
{
	for (unsigned i = 0; i < GUESTS; i++)
		assert_int_equal(fdb_lookup(network_fdb(f->ours),
					    key_of((uint8_t)i), now_s(f)),
				 f->guest[i].port.upper_slot);
}

static uint64_t moves(const struct network *network)
{
	return fdb_get_counters(network_fdb(network))->moved;
}

static void each_frame_arrives_once(void **state)
{
	struct fixture *f = *state;

	for (unsigned mode = 0; mode <= BOND_BALANCE_SLB; mode++) {
		set_mode(f, mode);
		for (unsigned round = 0; round < 5; round++) {
			all_guests_speak(f);
			mem_port_input(&f->out, 0, FAR, 60, 3);
			mem_port_input(&f->out, 0xff, FAR, 60, 2);
			run(f, 1);
			assert_int_equal(f->guest[0].sent, GUESTS - 1 + 5);
		}
		guests_are_where_they_are(f);
	}
	assert_int_equal(moves(f->ours), 0);
}

/* The other side knows nobody: what it floods comes by both wires. */
static void flooded_unicast_arrives_once(void **state)
{
	struct fixture *f = *state;

	for (unsigned mode = 0; mode <= BOND_BALANCE_SLB; mode++) {
		set_mode(f, mode);
		run(f, 100);
		for (unsigned i = 0; i < GUESTS; i++) {
			settle(f);
			mem_port_input(&f->out, NOBODY, FAR, 60 + i, 1);
			run(f, 1);
			assert_int_equal(f->guest[3].sent, 1);
		}
	}
}

static void failover_moves_each_guest_once_on_the_other_side(void **state)
{
	struct fixture *f = *state;
	uint64_t before;

	for (unsigned mode = 0; mode <= BOND_BALANCE_SLB; mode++) {
		set_mode(f, mode);
		all_guests_speak(f);
		for (unsigned round = 0; round < 20; round++) {
			unsigned gone = round % 2;

			settle(f);
			before = moves(f->theirs);
			cable_set_carrier(f->cable[gone], false);
			run(f, 0);
			/* by the announcement alone; no guest has spoken */
			mem_port_input(&f->out, 0, FAR, 60, 4);
			run(f, 1);
			assert_int_equal(f->guest[0].sent, 4);
			cable_set_carrier(f->cable[gone], true);
			all_guests_speak(f);
			assert_true(moves(f->theirs) - before <= GUESTS);
			guests_are_where_they_are(f);
		}
	}
	assert_int_equal(moves(f->ours), 0);
}

/* A broadcast is under way by one wire when the other one becomes active. */
static void own_broadcast_under_way_moves_no_guest(void **state)
{
	struct fixture *f = *state;

	all_guests_speak(f);
	for (unsigned round = 0; round < 10; round++) {
		struct bond_member *next =
			bond_member(f->bond, (round + 1) % WIRES);

		for (unsigned i = 0; i < GUESTS; i++)
			mem_port_input(&f->guest[i], 0xff, (uint8_t)i, 60, 1);
		assert_int_equal(bond_switch(f->bond, next), 0);
		run(f, 1);
		guests_are_where_they_are(f);
	}
	assert_int_equal(moves(f->ours), 0);
}

static void graceful_leave_loses_no_frame(void **state)
{
	struct fixture *f = *state;

	mem_port_input(&f->guest[0], 0xff, 0, 60, 1);
	mem_port_input(&f->out, 0xff, FAR, 60, 1);
	settle(f);
	for (unsigned ms = 0; ms < 100; ms++) {
		mem_port_input(&f->guest[0], FAR, 0, 60, 1);
		mem_port_input(&f->out, 0, FAR, 60 + ms, 1);
		if (ms == 20)
			bond_remove_member(f->bond, bond_member(f->bond, 0),
					   50 * NSEC_PER_MSEC);
		run(f, 1);
	}
	assert_null(bond_member(f->bond, 0));
	assert_int_equal(f->guest[0].sent, 100);
	assert_int_equal(f->out.sent, 100 + GUESTS); /* and announcements */
}

static void guest_that_moved_out_is_followed(void **state)
{
	struct fixture *f = *state;
	uint8_t data[60] = {0};
	struct frame frame, *batch = &frame;
	struct iovec tail;

	all_guests_speak(f);
	run(f, 6000); /* what we said ourselves is forgotten */
	memset(data, 0xff, MAC_LEN);
	data[MAC_LEN] = 2;
	data[MAC_LEN + 5] = 4;
	be16_store(data + 12, 0x8035);
	frame_set_data(&frame, data, sizeof(data), &tail);
	port_input(&f->out.port, &batch, 1);
	run(f, 1);
	assert_int_equal(fdb_lookup(network_fdb(f->ours), key_of(4), now_s(f)),
			 bond_port(f->bond)->upper_slot);
}

#define NET_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		NET_TEST(each_frame_arrives_once),
		NET_TEST(flooded_unicast_arrives_once),
		NET_TEST(failover_moves_each_guest_once_on_the_other_side),
		NET_TEST(own_broadcast_under_way_moves_no_guest),
		NET_TEST(graceful_leave_loses_no_frame),
		NET_TEST(guest_that_moved_out_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
