// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_domain_uplink.c - a worker's uplinks, as labd tells of them: a bond of
 * two cables from network 1 to networks 2 and 3
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/switchd/domain.h"
#include "cli/switchd/domain_uplink_internal.h"
#include "switch/bond/bond_cut.h"

#define ROUNDS 20
#define BOND 5

/**
 * struct fixture - a worker
 * @clock:	stands still
 * @log:	says errors only
 * @domains:	under test
 * @scratch:	of @domains
 * @uplink_events: how many of the uplink there were
 * @last:	the latest of them
 * @rounds:	failovers that are over
 * @round:	the latest of them
 * @answer:	to the last message
 */
struct fixture {
	struct fake_clock clock;
	struct log log;
	struct domains domains;
	struct offload_scratch scratch;
	unsigned uplink_events;
	struct wire_uplink_event last;
	unsigned rounds;
	struct experiment_round round;
	union wire_message answer;
};

static struct fixture f;

static void on_event(void *ctx, const union wire_message *message)
{
	(void)ctx;
	if (message->header.type == WIRE_FAILOVER_DONE) {
		assert_int_equal(message->failover_done.uplink, BOND);
		f.rounds++;
		f.round = message->failover_done.round;
	}
	if (message->header.type != WIRE_UPLINK_EVENT)
		return;
	f.uplink_events++;
	f.last = message->uplink_event;
}

static int32_t say(const union wire_message *message)
{
	int fds[WIRE_MAX_FDS] = {-1, -1};

	domains_handle(&f.domains, message, fds, &f.answer);
	return f.answer.header.type == WIRE_REPLY ? f.answer.reply.code : 0;
}

static void run(void)
{
	for (unsigned i = 0; i < ROUNDS; i++)
		loop_run_once(f.domains.loop, 0);
}

static void pass(uint64_t ns)
{
	f.clock.ns += ns;
	run();
}

static void add_network(uint32_t number)
{
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_NETWORK_ADD;
	m.network_add.network = number;
	snprintf(m.network_add.name, sizeof(m.network_add.name), "net%u",
		 number);
	assert_int_equal(say(&m), 0);
}

static int32_t add_uplink(uint32_t network)
{
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_UPLINK_ADD;
	m.uplink_add.uplink = BOND;
	m.uplink_add.network = network;
	snprintf(m.uplink_add.name, PORT_NAME_SIZE, "bond0");
	uplink_settings_init(&m.uplink_add.settings);
	return say(&m);
}

static int32_t add_mtu(uint32_t member, uint32_t network, const char *name,
		       uint16_t mtu)
{
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_CABLE_ADD;
	m.member_add.uplink = BOND;
	m.member_add.member = member;
	m.member_add.network = network;
	m.member_add.mtu = mtu;
	snprintf(m.member_add.name, PORT_NAME_SIZE, "bond0/%s", name);
	return say(&m);
}

static int32_t add_named(uint32_t member, uint32_t network, const char *name)
{
	return add_mtu(member, network, name, 1500);
}

static int32_t add_cable(uint32_t member, uint32_t network)
{
	char name[8];

	snprintf(name, sizeof(name), "net%u", network);
	return add_named(member, network, name);
}

static int32_t tell_member(enum wire_type type, uint32_t member)
{
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = type;
	m.member_ref.uplink = BOND;
	m.member_ref.member = member;
	return say(&m);
}

static int32_t tell_number(enum wire_type type, uint32_t number)
{
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = type;
	m.port_ref.port = number; /* a network's is at the same place */
	return say(&m);
}

static void cut(uint32_t member, enum bond_cut how)
{
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_MEMBER_CUT;
	m.member_cut.uplink = BOND;
	m.member_cut.member = member;
	m.member_cut.cut = (uint8_t)how;
	assert_int_equal(say(&m), 0);
	run();
}

static void assert_state(uint32_t member, enum bond_state state)
{
	assert_int_equal(tell_member(WIRE_MEMBER_QUERY, member), 0);
	assert_int_equal(f.answer.header.type, WIRE_MEMBER_STATUS);
	assert_int_equal(f.answer.member_status.status.bond.state, state);
}

static bool has_carrier(uint32_t port)
{
	assert_int_equal(tell_number(WIRE_PORT_QUERY, port), 0);
	return f.answer.port_status.status.carrier;
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
	for (uint32_t i = 1; i <= 3; i++)
		add_network(i);
	assert_int_equal(add_uplink(1), 0);
	assert_int_equal(add_cable(0, 2), 0);
	assert_int_equal(add_cable(1, 3), 0);
	run();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	domains_fini(&f.domains);
	assert_int_equal(packet_pool_in_use(f.domains.pool), 0);
	packet_pool_destroy(f.domains.pool);
	loop_destroy(f.domains.loop);
	return 0;
}

static void member_that_is_pulled_gives_up_its_place(void **state)
{
	(void)state;
	assert_state(0, BOND_ACTIVE);
	assert_state(1, BOND_BACKUP);
	cut(0, BOND_CUT_CARRIER);
	assert_state(0, BOND_DOWN);
	assert_state(1, BOND_ACTIVE);
	assert_false(has_carrier(wire_cable_port(BOND, 0)));
	assert_true(has_carrier(wire_cable_port(BOND, 1)));
	assert_true(has_carrier(wire_uplink_port(BOND)));
	cut(0, BOND_CUT_NONE);
	assert_state(0, BOND_BACKUP);
	assert_true(has_carrier(wire_cable_port(BOND, 0)));
}

static void silent_cut_leaves_the_carrier(void **state)
{
	(void)state;
	cut(0, BOND_CUT_SILENT);
	assert_state(0, BOND_ACTIVE);
	assert_true(f.answer.member_status.carrier);
	assert_int_equal(f.answer.member_status.cut, BOND_CUT_SILENT);
	assert_true(has_carrier(wire_cable_port(BOND, 0)));
}

static void changes_are_told_now_and_then_and_kept(void **state)
{
	union wire_message m;
	unsigned i;

	(void)state;
	pass(NSEC_PER_SEC);
	f.uplink_events = 0;
	for (i = 0; i < 30; i++) {
		cut(0, BOND_CUT_CARRIER);
		cut(0, BOND_CUT_NONE);
	}
	assert_int_equal(f.uplink_events, 1);
	pass(NSEC_PER_SEC);
	assert_int_equal(f.uplink_events, 2);
	assert_string_equal(f.last.active, "bond0/net3");
	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_CHANGE_QUERY;
	m.change_query.uplink = BOND;
	m.change_query.first = 3;
	say(&m);
	assert_int_equal(f.answer.header.type, WIRE_CHANGE_PAGE);
	assert_int_equal(f.answer.change_page.first, 3);
	assert_int_equal(f.answer.change_page.count, WIRE_CHANGES);
	assert_int_equal(f.answer.change_page.next, 3 + WIRE_CHANGES);
	assert_string_equal(f.answer.change_page.changes[0].bond.member,
			    "bond0/net2");
	m.change_query.first = f.last.changes;
	say(&m);
	assert_int_equal(f.answer.change_page.count, 1);
	assert_int_equal(f.answer.change_page.next, 0);
	m.change_query.first = f.last.changes + 1;
	say(&m);
	assert_int_equal(f.answer.change_page.count, 0);
}

static void member_is_chosen_by_hand(void **state)
{
	(void)state;
	assert_int_equal(tell_member(WIRE_MEMBER_SWITCH, 1), 0);
	assert_state(1, BOND_ACTIVE);
	cut(0, BOND_CUT_CARRIER);
	assert_int_equal(tell_member(WIRE_MEMBER_SWITCH, 0), -EAGAIN);
	assert_int_equal(tell_member(WIRE_MEMBER_SWITCH, 7), -ENOENT);
	assert_int_equal(tell_member(WIRE_MEMBER_SWITCH, BOND_MAX_MEMBERS),
			 -ENOENT);
}

/* What is under way to it still comes in, so its far end stays for a while. */
static void member_that_leaves_may_come_back_at_once(void **state)
{
	(void)state;
	assert_int_equal(tell_member(WIRE_MEMBER_REMOVE, 0), 0);
	run();
	assert_true(has_carrier(wire_cable_port(BOND, 0)));
	assert_int_equal(tell_member(WIRE_MEMBER_QUERY, 0), -ENOENT);
	assert_int_equal(add_cable(0, 2), 0);
	run();
	assert_state(0, BOND_BACKUP);
	assert_int_equal(tell_member(WIRE_MEMBER_REMOVE, 0), 0);
	pass(2 * UPLINK_GRACE_NS);
	pass(NSEC_PER_MSEC);
	assert_int_equal(tell_number(WIRE_PORT_QUERY, wire_cable_port(BOND, 0)),
			 -ENOENT);
}

/* Nobody leaves for it, so no frame is lost. */
static void cable_gets_another_mtu(void **state)
{
	const struct domain_uplink *uplink = f.domains.uplinks[BOND];
	union wire_message m;

	(void)state;
	assert_int_equal(add_mtu(0, 2, "net2", 1400), 0);
	assert_non_null(uplink->members[0].cable);
	assert_int_equal(cable_port(uplink->members[0].cable, 1)->mtu, 1400);
	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_UPLINK_SET;
	m.uplink_add.uplink = BOND;
	uplink_settings_init(&m.uplink_add.settings);
	assert_int_equal(say(&m), 0);
	assert_int_equal(uplink_port(uplink->uplink)->mtu, 1400);
	assert_state(0, BOND_ACTIVE);
	assert_int_equal(add_mtu(0, 2, "other", 1400), -EINVAL);
}

static void set_mode(enum bond_mode mode)
{
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_UPLINK_SET;
	m.uplink_add.uplink = BOND;
	uplink_settings_init(&m.uplink_add.settings);
	m.uplink_add.settings.bond.mode = (uint8_t)mode;
	assert_int_equal(say(&m), 0);
}

/* Those that still receive must not keep others out. */
static void all_members_are_replaced_at_once(void **state)
{
	char name[8];
	uint32_t i;

	(void)state;
	for (i = 2; i < BOND_MAX_MEMBERS; i++) {
		snprintf(name, sizeof(name), "old%u", i);
		assert_int_equal(add_named(i, 2, name), 0);
	}
	for (unsigned mode = 0; mode < BOND_MODE_COUNT; mode++) {
		set_mode((enum bond_mode)mode);
		run();
		for (i = 0; i < BOND_MAX_MEMBERS; i++)
			tell_member(WIRE_MEMBER_REMOVE, i);
		for (i = 0; i < BOND_MAX_MEMBERS; i++) {
			snprintf(name, sizeof(name), "%u.%u", mode, i);
			assert_int_equal(add_named(i, 2, name), 0);
		}
		pass(2 * UPLINK_GRACE_NS);
		for (i = 0; i < BOND_MAX_MEMBERS; i++)
			assert_true(has_carrier(wire_cable_port(BOND, i)));
	}
}

static void networks_may_go_first(void **state)
{
	(void)state;
	assert_int_equal(tell_number(WIRE_NETWORK_REMOVE, 2), 0);
	run();
	assert_state(0, BOND_DOWN);
	assert_state(1, BOND_ACTIVE);
	assert_int_equal(tell_number(WIRE_NETWORK_REMOVE, 1), 0);
	run();
	assert_int_equal(tell_member(WIRE_MEMBER_QUERY, 0), -ENOENT);
	assert_int_equal(tell_number(WIRE_PORT_QUERY, wire_cable_port(BOND, 1)),
			 -ENOENT);
}

static void what_has_no_place_is_refused(void **state)
{
	(void)state;
	assert_int_equal(add_uplink(1), -EINVAL);
	assert_int_equal(add_cable(1, 2), -EINVAL);
	assert_int_equal(add_cable(BOND_MAX_MEMBERS, 2), -EINVAL);
	assert_int_equal(add_cable(2, 9), -EINVAL);
	assert_int_equal(
		tell_number(WIRE_PORT_REMOVE, wire_cable_port(BOND, 0)),
		-EPERM);
	assert_int_equal(tell_number(WIRE_PORT_REMOVE, wire_uplink_port(BOND)),
			 -EPERM);
	assert_int_equal(tell_member(WIRE_UPLINK_REMOVE, 0), 0);
	assert_int_equal(tell_member(WIRE_UPLINK_REMOVE, 0), -ENOENT);
}

static int32_t begin_failover(uint32_t far)
{
	union wire_message m;

	memset(&m, 0, sizeof(m));
	m.header.type = WIRE_FAILOVER_BEGIN;
	m.failover_begin.uplink = BOND;
	m.failover_begin.network = far;
	m.failover_begin.interval_ns = NSEC_PER_MSEC;
	experiment_settings_init(&m.failover_begin.settings);
	m.failover_begin.settings.warm_ns = 20 * NSEC_PER_MSEC;
	m.failover_begin.settings.hold_ns = 50 * NSEC_PER_MSEC;
	m.failover_begin.settings.rest_ns = 20 * NSEC_PER_MSEC;
	return say(&m);
}

/* Network 2 has no way to network 3, so what the other member carries doesn't
 * arrive: there is no failover to see, but all steps are taken. */
static void failover_is_measured_and_mended(void **state)
{
	unsigned i;

	(void)state;
	assert_int_equal(begin_failover(2), 0);
	assert_int_equal(begin_failover(2), -EBUSY);
	for (i = 0; i < 40; i++)
		pass(NSEC_PER_MSEC);
	assert_state(0, BOND_DOWN);
	for (i = 0; i < 400 && !f.rounds; i++)
		pass(NSEC_PER_MSEC);
	assert_int_equal(f.rounds, 1);
	assert_string_equal(f.round.old_member, "bond0/net2");
	assert_string_equal(f.round.new_member, "bond0/net3");
	assert_true(f.round.way[METER_OUT].total.sent > 50);
	assert_true(f.round.way[METER_OUT].total.received > 15);
	pass(NSEC_PER_MSEC);
	assert_state(0, BOND_BACKUP);
	assert_int_equal(
		tell_number(WIRE_PORT_QUERY, wire_meter_port(BOND, METER_NEAR)),
		-ENOENT);
}

/* What the user wants of a member counts when it is mended. */
static void member_taken_down_in_a_failover_stays_down(void **state)
{
	(void)state;
	assert_int_equal(begin_failover(2), 0);
	for (unsigned i = 0; i < 40; i++)
		pass(NSEC_PER_MSEC);
	assert_state(0, BOND_DOWN);
	assert_int_equal(f.answer.member_status.cut, BOND_CUT_NONE);
	cut(0, BOND_CUT_CARRIER);
	assert_int_equal(tell_member(WIRE_FAILOVER_CANCEL, 0), 0);
	run();
	assert_state(0, BOND_DOWN);
	assert_int_equal(f.answer.member_status.cut, BOND_CUT_CARRIER);
	assert_false(has_carrier(wire_cable_port(BOND, 0)));
	cut(0, BOND_CUT_NONE);
	assert_state(0, BOND_BACKUP);
}

static void failover_ends_with_what_it_measures(void **state)
{
	(void)state;
	assert_int_equal(begin_failover(7), -EXDEV);
	assert_int_equal(begin_failover(1), -EXDEV);
	assert_int_equal(begin_failover(2), 0);
	for (unsigned i = 0; i < 40; i++)
		pass(NSEC_PER_MSEC);
	assert_int_equal(tell_number(WIRE_NETWORK_REMOVE, 2), 0);
	assert_int_equal(f.rounds, 1);
	assert_int_equal(f.round.result, EXPERIMENT_GONE);
	assert_int_equal(begin_failover(3), 0);
	assert_int_equal(tell_member(WIRE_FAILOVER_CANCEL, 0), 0);
	for (unsigned i = 0; i < 400 && f.rounds < 2; i++)
		pass(NSEC_PER_MSEC);
	assert_int_equal(f.rounds, 2);
	assert_int_equal(f.round.result, EXPERIMENT_CANCELLED);
	pass(NSEC_PER_MSEC);
	assert_int_equal(begin_failover(3), 0);
	assert_int_equal(tell_member(WIRE_UPLINK_REMOVE, 0), 0);
	assert_int_equal(f.rounds, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(member_that_is_pulled_gives_up_its_place),
		TEST(silent_cut_leaves_the_carrier),
		TEST(changes_are_told_now_and_then_and_kept),
		TEST(cable_gets_another_mtu),
		TEST(member_is_chosen_by_hand),
		TEST(member_that_leaves_may_come_back_at_once),
		TEST(all_members_are_replaced_at_once),
		TEST(networks_may_go_first),
		TEST(what_has_no_place_is_refused),
		TEST(failover_is_measured_and_mended),
		TEST(member_taken_down_in_a_failover_stays_down),
		TEST(failover_ends_with_what_it_measures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
