// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_cable_network.c - networks in a row and in a circle, by cables
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "switch/uplink/cable.h"
#include "switch/network.h"
#include "unit/mem_port.h"

#define NETS 3

/**
 * struct chain - networks in a row, a port in each, cables in between
 * @fake:	the clock
 * @loop:	on it
 * @pool:	for frames that wait or are under way
 * @net:	the networks
 * @p:		one port in each
 * @cable:	from each to the next one; the last one's as a test wants it
 */
struct chain {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct network *net[NETS];
	struct mem_port p[NETS];
	struct cable *cable[NETS];
};

static void plug_cable(struct chain *c, unsigned i, unsigned to)
{
	const struct network_port_options none = {0};
	const unsigned net[2] = {i, to};

	c->cable[i] = cable_create(c->loop, c->pool, "x", "y", 1500, NULL);
	for (unsigned end = 0; end < 2; end++)
		assert_int_equal(network_add_port(c->net[net[end]],
						  cable_port(c->cable[i], end),
						  &none),
				 0);
}

static int setup(void **state)
{
	static struct chain c;
	static struct offload_scratch scratch;
	const struct network_port_options none = {0};
	struct network_options options = {.name = "net", .seed = 7};
	struct network_env env;
	unsigned i;

	memset(&c, 0, sizeof(c));
	fake_clock_init(&c.fake, 1000 * NSEC_PER_SEC);
	c.loop = loop_create(&c.fake.clock, NULL);
	c.pool = packet_pool_create(4096, 8192, NULL);
	env = (struct network_env){c.loop, c.pool, &scratch};
	for (i = 0; i < NETS; i++) {
		c.net[i] = network_create(&env, &options, NULL);
		mem_port_init(&c.p[i], "p");
		network_add_port(c.net[i], &c.p[i].port, &none);
	}
	for (i = 0; i + 1 < NETS; i++)
		plug_cable(&c, i, i + 1);
	*state = &c;
	return 0;
}

static int teardown(void **state)
{
	struct chain *c = *state;
	struct port *end[2];
	unsigned i;

	for (i = 0; i < NETS; i++)
		network_destroy(c->net[i]);
	for (i = 0; i < NETS; i++) {
		if (!c->cable[i])
			continue;
		end[0] = cable_port(c->cable[i], 0);
		end[1] = cable_port(c->cable[i], 1);
		end[0]->ops->close(end[0]);
		end[1]->ops->close(end[1]);
	}
	packet_pool_destroy(c->pool); /* asserts that all packets are back */
	loop_destroy(c->loop);
	return 0;
}

static void run(struct chain *c, unsigned rounds)
{
	while (rounds--)
		loop_run_once(c->loop, 0);
}

static void networks_in_a_row_hear_each_other(void **state)
{
	struct chain *c = *state;
	unsigned i;

	for (i = 0; i < NETS; i++) {
		mem_port_input(&c->p[i], 0xff, (uint8_t)(1 + i), 60, 1);
		run(c, 2);
	}
	for (i = 0; i < NETS; i++)
		assert_int_equal(c->p[i].sent, NETS - 1);
	/* all are learnt now: to one and to nobody else */
	mem_port_input(&c->p[0], NETS, 1, 1400, 40);
	mem_port_input(&c->p[2], 1, NETS, 60, 10);
	run(c, 3);
	assert_int_equal(c->p[0].sent, NETS - 1 + 10);
	assert_int_equal(c->p[1].sent, NETS - 1);
	assert_int_equal(c->p[2].sent, NETS - 1 + 40);
	assert_int_equal(c->p[2].len[NETS], 1400);
}

/* What is too slow two cables away makes the sender wait: nothing is lost. */
static void slow_receiver_is_felt_through_all_cables(void **state)
{
	struct chain *c = *state;
	unsigned i, taken, offered = 0, got = 0, refused = 0;

	mem_port_input(&c->p[0], 0xff, 1, 60, 1);
	run(c, 2);
	mem_port_input(&c->p[2], 1, 3, 60, 1);
	run(c, 2);
	c->p[2].sent = 0;
	c->p[0].port.can_wait = true;
	for (i = 0; i < 2000; i++) {
		taken = mem_port_input(&c->p[0], 3, 1, 1400, 20);
		offered += taken;
		refused += taken < 20;
		c->p[2].room = 5;
		port_writable(&c->p[2].port);
		got += c->p[2].sent;
		c->p[2].sent = 0;
		c->fake.ns += NSEC_PER_MSEC / 10;
		run(c, 1);
	}
	assert_true(refused > 1000);
	assert_true(c->p[0].resumed > 10);
	c->p[2].room = UINT32_MAX;
	for (i = 0; i < 40; i++) {
		port_writable(&c->p[2].port);
		run(c, 1);
		got += c->p[2].sent;
		c->p[2].sent = 0;
	}
	assert_int_equal(got, offered);
}

/* Broadcasts that go round for ever: the loop still has time, and the limit. */
static void circle_of_cables_leaves_time_for_all_else(void **state)
{
	struct chain *c = *state;
	unsigned i;

	plug_cable(c, NETS - 1, 0);
	mem_port_input(&c->p[0], 0xff, 1, 60, FRAME_BATCH);
	for (i = 0; i < 1000; i++) {
		run(c, 1); /* comes back */
		c->fake.ns += NSEC_PER_MSEC / 10;
		assert_in_range(packet_pool_in_use(c->pool), 1,
				2 * NETS * (CABLE_MAX_PACKETS + FRAME_BATCH));
		c->p[0].sent = c->p[1].sent = c->p[2].sent = 0;
	}
	cable_set_carrier(c->cable[0], false);
	run(c, 10);
	assert_int_equal(packet_pool_in_use(c->pool), 0);
}

/* Both ends in one network: what is flooded goes round until it is too much. */
static void cable_from_a_network_to_itself_is_survived(void **state)
{
	struct chain *c = *state;
	unsigned i;

	plug_cable(c, NETS - 1, NETS - 1);
	mem_port_input(&c->p[2], 0xff, 3, 60, FRAME_BATCH);
	for (i = 0; i < 200; i++) {
		run(c, 1);
		c->p[2].sent = c->p[1].sent = c->p[0].sent = 0;
	}
	assert_true(
		cable_port(c->cable[2], 0)->counters.drops[DROP_FLOOD_LIMIT] >
		0);
}

/* It waited for a full port when it was taken out: it must not wait for ever */
static void end_that_waits_is_plugged_in_anew(void **state)
{
	const struct network_port_options none = {0};
	struct chain *c = *state;
	struct port *end;

	mem_port_input(&c->p[0], 0xff, 1, 60, 1);
	mem_port_input(&c->p[1], 0xff, 2, 60, 1);
	run(c, 2);
	c->p[1].room = c->p[1].sent = 0;
	mem_port_input(&c->p[0], 2, 1, 60, 5);
	run(c, 2);
	end = cable_port(c->cable[0], 1);
	network_remove_port(c->net[1], end);
	c->p[1].room = UINT32_MAX;
	network_add_port(c->net[1], end, &none);
	run(c, 1);
	assert_int_equal(c->p[1].sent, 5);
	mem_port_input(&c->p[0], 2, 1, 60, 5);
	run(c, 1);
	assert_int_equal(c->p[1].sent, 10);
}

#define CHAIN_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CHAIN_TEST(networks_in_a_row_hear_each_other),
		CHAIN_TEST(slow_receiver_is_felt_through_all_cables),
		CHAIN_TEST(circle_of_cables_leaves_time_for_all_else),
		CHAIN_TEST(cable_from_a_network_to_itself_is_survived),
		CHAIN_TEST(end_that_waits_is_plugged_in_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
