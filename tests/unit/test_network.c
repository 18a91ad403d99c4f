// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_network.c - forwarding between ports in memory, on a fake clock
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "switch/network.h"
#include "unit/mem_port.h"

#define PORTS 4

struct fixture {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct network *network;
	struct mem_port p[PORTS];
};

static int setup(void **state)
{
	struct network_options options = {.name = "net", .seed = 7};
	struct network_port_options port = {0};
	static struct offload_scratch scratch;
	static struct fixture f;
	struct network_env env;
	char name[8] = "p0";
	unsigned i;

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000 * NSEC_PER_SEC);
	f.loop = loop_create(&f.fake.clock, NULL);
	f.pool = packet_pool_create(1024, 2048, NULL);
	env = (struct network_env){f.loop, f.pool, &scratch};
	f.network = network_create(&env, &options, NULL);
	for (i = 0; i < PORTS; i++) {
		name[1] = (char)('0' + i);
		mem_port_init(&f.p[i], name);
		network_add_port(f.network, &f.p[i].port, &port);
	}
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	network_destroy(f->network);
	packet_pool_destroy(f->pool); /* asserts that all packets are back */
	loop_destroy(f->loop);
	return 0;
}

static void advance_ms(struct fixture *f, uint64_t ms)
{
	f->fake.ns += ms * NSEC_PER_MSEC;
	loop_run_once(f->loop, 0);
}

/* Let every port be known as the address of its index plus one. */
static void introduce_all(struct fixture *f)
{
	unsigned i;

	for (i = 0; i < PORTS; i++)
		mem_port_input(&f->p[i], 0xff, (uint8_t)(i + 1), 60, 1);
	for (i = 0; i < PORTS; i++)
		f->p[i].sent = 0;
}

static void unknown_address_is_flooded_but_never_back(void **state)
{
	struct fixture *f = *state;

	mem_port_input(&f->p[0], 9, 1, 60, 1);
	assert_int_equal(f->p[0].sent, 0);
	assert_int_equal(f->p[1].sent, 1);
	assert_int_equal(f->p[2].sent, 1);
	assert_int_equal(f->p[3].sent, 1);
	assert_int_equal(f->p[0].verdict.fate, FATE_FLOODED);
}

static void learnt_address_gets_its_frames_alone(void **state)
{
	struct fixture *f = *state;

	introduce_all(f);
	mem_port_input(&f->p[0], 3, 1, 1514, 10);
	assert_int_equal(f->p[2].sent, 10);
	assert_int_equal(f->p[1].sent + f->p[3].sent, 0);
	assert_int_equal(f->p[2].len[9], 1514);
	assert_int_equal(f->p[2].data[9][1513], (uint8_t)1513);
	assert_int_equal(f->p[0].verdict.fate, FATE_FORWARDED);
	assert_int_equal(f->p[0].verdict.egress, 2);
	assert_int_equal(f->p[0].port.counters.rx_frames, 11);
	assert_int_equal(f->p[2].port.counters.tx_bytes, 10 * 1514 + 3 * 60);
}

static void frame_to_own_port_is_dropped_as_hairpin(void **state)
{
	struct fixture *f = *state;

	introduce_all(f);
	mem_port_input(&f->p[0], 1, 1, 60, 1);
	assert_int_equal(f->p[0].sent, 0);
	assert_int_equal(f->p[0].verdict.reason, DROP_HAIRPIN);
	assert_int_equal(f->p[0].port.counters.drops[DROP_HAIRPIN], 1);
}

static void bad_frames_are_dropped_by_name(void **state)
{
	static const uint8_t lacp[] = {0x01, 0x80, 0xc2, 0, 0, 2};
	struct fixture *f = *state;
	uint8_t data[60] = {0};
	struct frame frame, *batch = &frame;
	struct iovec tail;

	memcpy(data, lacp, sizeof(lacp));
	frame_set_data(&frame, data, sizeof(data), &tail);
	port_input(&f->p[0].port, &batch, 1);
	assert_int_equal(frame.verdict.reason, DROP_RESERVED_ADDRESS);
	data[6] = 1;
	frame_set_data(&frame, data, sizeof(data), &tail);
	port_input(&f->p[0].port, &batch, 1);
	assert_int_equal(frame.verdict.reason, DROP_SOURCE_IS_GROUP);
	assert_int_equal(f->p[1].sent, 0);
	/* A cable passes what a bridge keeps. */
	data[6] = 0;
	network_set_link_local(f->network, true);
	frame_set_data(&frame, data, sizeof(data), &tail);
	port_input(&f->p[0].port, &batch, 1);
	assert_int_equal(f->p[1].sent, 1);
}

static void isolated_ports_reach_only_the_others(void **state)
{
	struct network_port_options isolated = {.isolated = true};
	struct fixture *f = *state;

	introduce_all(f);
	network_set_port_options(f->network, &f->p[0].port, &isolated);
	network_set_port_options(f->network, &f->p[1].port, &isolated);
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(f->p[0].verdict.reason, DROP_ISOLATED);
	mem_port_input(&f->p[0], 0xff, 1, 60, 1);
	assert_int_equal(f->p[1].sent, 0);
	assert_int_equal(f->p[2].sent, 1);
	mem_port_input(&f->p[0], 3, 1, 60, 1);
	assert_int_equal(f->p[2].sent, 2);
}

static void disabled_port_takes_and_gives_nothing(void **state)
{
	struct network_port_options off = {.disabled = true};
	struct fixture *f = *state;

	introduce_all(f);
	network_set_port_options(f->network, &f->p[1].port, &off);
	mem_port_input(&f->p[1], 1, 2, 60, 1);
	assert_int_equal(f->p[1].verdict.reason, DROP_PORT_DISABLED);
	mem_port_input(&f->p[0], 0xff, 1, 60, 1);
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(f->p[1].sent, 0);
}

static void
port_that_is_disabled_loses_its_addresses_and_its_backlog(void **state)
{
	struct network_port_options options = {.disabled = true};
	struct fixture *f = *state;

	introduce_all(f);
	f->p[1].room = 0;
	mem_port_input(&f->p[0], 2, 1, 60, 3);
	assert_int_equal(network_backlog(f->network, &f->p[1].port), 3);
	network_set_port_options(f->network, &f->p[1].port, &options);
	assert_int_equal(network_backlog(f->network, &f->p[1].port), 0);
	assert_int_equal(f->p[1].port.counters.drops[DROP_NO_CARRIER], 3);
	f->p[1].room = UINT32_MAX;
	options.disabled = false;
	network_set_port_options(f->network, &f->p[1].port, &options);
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(f->p[0].verdict.fate, FATE_FLOODED);
	assert_int_equal(f->p[1].sent, 1);
}

static void flooding_is_limited_per_port(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < 100; i++) {
		mem_port_input(&f->p[0], 0xff, 1, 60, FRAME_BATCH);
		f->p[1].sent = f->p[2].sent = f->p[3].sent = 0;
	}
	assert_int_equal(f->p[0].verdict.reason, DROP_FLOOD_LIMIT);
	assert_int_equal(f->p[0].port.counters.drops[DROP_FLOOD_LIMIT],
			 6400 - NETWORK_FLOOD_BURST - 1);
	mem_port_input(&f->p[2], 0xff, 3, 60, 1);
	assert_int_equal(f->p[2].verdict.fate, FATE_FLOODED);
	advance_ms(f, 1000);
	mem_port_input(&f->p[0], 0xff, 1, 60, 1);
	assert_int_equal(f->p[0].verdict.fate, FATE_FLOODED);
}

static void slow_receiver_costs_only_its_own_frames(void **state)
{
	struct fixture *f = *state;
	unsigned i, queued;

	introduce_all(f);
	f->p[1].room = 5;
	for (i = 0; i < 10; i++)
		mem_port_input(&f->p[0], 0xff, 1, 60, 50);
	assert_int_equal(f->p[1].sent, 5);
	assert_int_equal(f->p[2].sent, 500);
	queued = network_backlog(f->network, &f->p[1].port);
	assert_int_equal(queued, NETWORK_BACKLOG_PACKETS);
	assert_int_equal(f->p[1].port.counters.drops[DROP_BACKLOG_FULL],
			 500 - 5 - queued);
	f->p[1].room = UINT32_MAX;
	f->p[1].sent = 0;
	port_writable(&f->p[1].port);
	assert_int_equal(f->p[1].sent, queued);
	assert_int_equal(packet_pool_in_use(f->pool), 0);
}

static void backlog_keeps_the_order(void **state)
{
	struct fixture *f = *state;

	introduce_all(f);
	f->p[1].room = 0;
	mem_port_input(&f->p[0], 2, 1, 100, 1);
	f->p[1].room = 1; /* room, but the first frame still waits */
	mem_port_input(&f->p[0], 2, 1, 200, 1);
	assert_int_equal(f->p[1].sent, 0);
	assert_int_equal(f->p[0].verdict.fate, FATE_QUEUED);
	f->p[1].room = 10;
	port_writable(&f->p[1].port);
	assert_int_equal(f->p[1].sent, 2);
	assert_int_equal(f->p[1].len[0], 100);
	assert_int_equal(f->p[1].len[1], 200);
}

static void source_that_can_wait_loses_nothing(void **state)
{
	struct fixture *f = *state;

	introduce_all(f);
	f->p[0].port.can_wait = true;
	f->p[1].room = 10;
	assert_int_equal(mem_port_input(&f->p[0], 2, 1, 60, 30), 10);
	assert_int_equal(network_backlog(f->network, &f->p[1].port), 0);
	assert_int_equal(f->p[0].resumed, 0);
	f->p[1].room = 20;
	port_writable(&f->p[1].port);
	assert_int_equal(f->p[0].resumed, 1);
	assert_int_equal(mem_port_input(&f->p[0], 2, 1, 60, 20), 20);
	assert_int_equal(f->p[1].sent, 30);
}

static void waiting_ends_after_its_time_and_then_frames_drop(void **state)
{
	struct fixture *f = *state;

	introduce_all(f);
	f->p[0].port.can_wait = true;
	f->p[1].room = 0;
	assert_int_equal(mem_port_input(&f->p[0], 2, 1, 60, 8), 0);
	advance_ms(f, 4);
	assert_int_equal(f->p[0].resumed, 0);
	advance_ms(f, 1);
	assert_int_equal(f->p[0].resumed, 1);
	assert_int_equal(mem_port_input(&f->p[0], 2, 1, 60, 8), 8);
	assert_int_equal(network_backlog(f->network, &f->p[1].port), 8);
	f->p[1].room = 8; /* the port moves: it is worth waiting again */
	port_writable(&f->p[1].port);
	assert_int_equal(mem_port_input(&f->p[0], 2, 1, 60, 8), 0);
}

static void patient_source_waits_for_as_long_as_it_takes(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	introduce_all(f);
	f->p[0].port.can_wait = true;
	f->p[0].port.is_patient = true;
	f->p[1].room = 0;
	for (i = 0; i < 10; i++) {
		assert_int_equal(mem_port_input(&f->p[0], 2, 1, 60, 8), 0);
		advance_ms(f, 5);
		assert_int_equal(f->p[0].resumed, i + 1);
	}
	assert_int_equal(network_backlog(f->network, &f->p[1].port), 0);
}

static void source_with_two_receivers_never_waits(void **state)
{
	struct fixture *f = *state;

	introduce_all(f);
	f->p[0].port.can_wait = true;
	f->p[1].room = 0;
	assert_int_equal(mem_port_input(&f->p[0], 0xff, 1, 60, 8), 8);
	assert_int_equal(f->p[2].sent, 8);
	assert_int_equal(network_backlog(f->network, &f->p[1].port), 8);
}

/* its owner began anew meanwhile: a new session, an interface set down */
static void source_that_did_not_wait_is_resumed_once(void **state)
{
	struct fixture *f = *state;

	introduce_all(f);
	f->p[0].port.can_wait = true;
	f->p[1].room = f->p[2].room = 0;
	assert_int_equal(mem_port_input(&f->p[0], 2, 1, 60, 8), 0);
	assert_int_equal(mem_port_input(&f->p[0], 2, 1, 60, 8), 0);
	assert_int_equal(mem_port_input(&f->p[0], 3, 1, 60, 8), 0);
	advance_ms(f, 5);
	assert_int_equal(f->p[0].resumed, 1);
}

static void waiting_for_room_costs_no_flood_allowance(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	port_carrier(&f->p[2].port, false);
	port_carrier(&f->p[3].port, false);
	f->p[0].port.can_wait = true;
	f->p[1].room = 0;
	for (i = 0; i < NETWORK_FLOOD_BURST; i++)
		assert_int_equal(mem_port_input(&f->p[0], 0xff, 1, 60, 8), 0);
	f->p[1].room = 8;
	assert_int_equal(mem_port_input(&f->p[0], 0xff, 1, 60, 8), 8);
	assert_int_equal(f->p[1].sent, 8);
}

static void lost_carrier_forgets_addresses_and_backlog(void **state)
{
	struct fixture *f = *state;

	introduce_all(f);
	f->p[1].room = 0;
	mem_port_input(&f->p[0], 2, 1, 60, 8);
	port_carrier(&f->p[1].port, false);
	assert_int_equal(packet_pool_in_use(f->pool), 0);
	assert_int_equal(f->p[1].port.counters.drops[DROP_NO_CARRIER], 8);
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(f->p[0].verdict.fate, FATE_FLOODED);
	assert_int_equal(f->p[1].sent, 0);
	assert_int_equal(f->p[2].sent, 1);
}

static void removed_port_leaves_nothing_behind(void **state)
{
	struct network_port_options options = {0};
	struct fixture *f = *state;

	introduce_all(f);
	f->p[0].port.can_wait = true;
	f->p[1].room = 0;
	mem_port_input(&f->p[0], 2, 1, 60, 8);
	mem_port_input(&f->p[2], 2, 3, 60, 8);
	network_remove_port(f->network, &f->p[1].port);
	assert_int_equal(f->p[0].resumed, 1);
	assert_int_equal(packet_pool_in_use(f->pool), 0);
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(f->p[0].verdict.fate, FATE_FLOODED);
	mem_port_input(&f->p[1], 1, 2, 60, 1);
	assert_int_equal(f->p[1].verdict.reason, DROP_PORT_DISABLED);
	assert_int_equal(network_add_port(f->network, &f->p[1].port, &options),
			 0);
	assert_ptr_equal(network_port(f->network, 1), &f->p[1].port);
}

static void address_of_our_own_port_can_not_be_taken(void **state)
{
	struct network_port_options ours = {.mac = {{2, 0, 0, 0, 0, 3}}};
	struct fixture *f = *state;

	network_remove_port(f->network, &f->p[2].port);
	assert_int_equal(network_add_port(f->network, &f->p[2].port, &ours), 0);
	mem_port_input(&f->p[0], 0xff, 3, 60, 1); /* the forger */
	assert_int_equal(f->p[0].verdict.reason, DROP_SPOOFED_SOURCE);
	assert_int_equal(f->p[1].sent, 0);
	mem_port_input(&f->p[1], 3, 2, 60, 1);
	assert_int_equal(f->p[2].sent, 1);
	assert_int_equal(f->p[0].sent, 0);
}

static void receiver_without_offloads_gets_finished_frames(void **state)
{
	struct fixture *f = *state;
	uint8_t data[60] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45};
	struct frame frame, *batch = &frame;
	struct iovec tail;

	introduce_all(f);
	be16_store(data + 16, 46);
	data[23] = 17; /* UDP, its checksum field holds the pseudo header's */
	be16_store(data + 40, 0x1234);
	frame_set_data(&frame, data, sizeof(data), &tail);
	frame.hdr.flags = VNET_F_NEEDS_CSUM;
	frame.hdr.csum_start = htole16(34);
	frame.hdr.csum_offset = htole16(6);
	f->p[1].port.features = 0;
	assert_int_equal(port_input(&f->p[0].port, &batch, 1), 1);
	assert_int_equal(f->p[1].sent, 1);
	/* over pseudo header sum 0x1234 and otherwise zero bytes */
	assert_int_equal(be16_load(f->p[1].data[0] + 40), 0xffff - 0x1234);
	assert_true(frame.verdict.changes & CHANGE_CHECKSUM);
}

/* 5000 bytes of TCP in segments of 500, from port 0 to 1 */
static unsigned input_segments(struct fixture *f)
{
	static uint8_t data[ETH_HLEN + 40 + 5000] = {2, 0, 0, 0, 0, 2, 2,   0,
						     0, 0, 0, 1, 8, 0, 0x45};
	struct frame frame, *batch = &frame;
	struct iovec tail;
	unsigned i;

	be16_store(data + 16, sizeof(data) - ETH_HLEN);
	data[23] = 6;
	data[46] = 5 << 4;
	for (i = 0; i < 5000; i++)
		data[54 + i] = (uint8_t)(i / 500);
	frame_set_data(&frame, data, sizeof(data), &tail);
	frame.hdr.flags = VNET_F_NEEDS_CSUM;
	frame.hdr.gso_type = VNET_GSO_TCPV4;
	frame.hdr.gso_size = htole16(500);
	frame.hdr.csum_start = htole16(34);
	frame.hdr.csum_offset = htole16(16);
	return port_input(&f->p[0].port, &batch, 1);
}

static void frame_cut_amid_keeps_its_rest_before_all_others(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	introduce_all(f);
	f->p[1].port.features = 0;
	f->p[1].room = 3;
	assert_int_equal(input_segments(f), 1);
	assert_int_equal(network_backlog(f->network, &f->p[1].port), 7);
	assert_int_equal(input_segments(f), 1); /* waits in one piece */
	assert_int_equal(network_backlog(f->network, &f->p[1].port), 8);
	f->p[1].room = 9; /* cut while it leaves the backlog */
	port_writable(&f->p[1].port);
	assert_int_equal(network_backlog(f->network, &f->p[1].port), 8);
	f->p[1].room = UINT32_MAX;
	port_writable(&f->p[1].port);
	assert_int_equal(f->p[1].sent, 20);
	for (i = 0; i < 20; i++)
		assert_int_equal(f->p[1].data[i][54], i % 10);
	assert_int_equal(f->p[1].port.counters.drops[DROP_BACKLOG_FULL], 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(unknown_address_is_flooded_but_never_back),
		T(learnt_address_gets_its_frames_alone),
		T(frame_to_own_port_is_dropped_as_hairpin),
		T(bad_frames_are_dropped_by_name),
		T(isolated_ports_reach_only_the_others),
		T(disabled_port_takes_and_gives_nothing),
		T(port_that_is_disabled_loses_its_addresses_and_its_backlog),
		T(flooding_is_limited_per_port),
		T(slow_receiver_costs_only_its_own_frames),
		T(backlog_keeps_the_order),
		T(source_that_can_wait_loses_nothing),
		T(waiting_ends_after_its_time_and_then_frames_drop),
		T(source_with_two_receivers_never_waits),
		T(source_that_did_not_wait_is_resumed_once),
		T(waiting_for_room_costs_no_flood_allowance),
		T(lost_carrier_forgets_addresses_and_backlog),
		T(removed_port_leaves_nothing_behind),
		T(address_of_our_own_port_can_not_be_taken),
		T(receiver_without_offloads_gets_finished_frames),
		T(frame_cut_amid_keeps_its_rest_before_all_others),
		T(patient_source_waits_for_as_long_as_it_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
