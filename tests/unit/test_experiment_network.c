// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_experiment_network.c - failovers between networks of ours are measured
 *
 *	guests, near end - ours - uplink ==== left ---- far end, target
 *	                               \==== right -/
 *
 * Left and right are two switches with a trunk between them; they know nothing
 * of bonds. All wires are cables.
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "switch/uplink/cable.h"
#include "switch/uplink/experiment.h"
#include "switch/ip4.h"
#include "switch/network.h"
#include "switch/own_frame.h"
#include "unit/mem_port.h"

#define STEP_NS (50 * NSEC_PER_USEC)
#define US NSEC_PER_USEC
#define GUESTS 200
#define ROUNDS 20
#define WIRES 2
#define TARGET 0xc0000201
#define PROBE_MS 50

struct fixture {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct network *ours;
	struct network *upstream[WIRES];
	struct cable *wire[WIRES];
	struct cable *trunk;
	struct uplink *uplink;
	struct experiment *experiment;
	struct mem_port guests;
	struct mem_port target;
	enum bond_cut how;
	unsigned rounds;
	struct experiment_round round;
};

static struct fixture fixture;

/* All that is known behind the uplink: guests and the near end */
static unsigned known(void *ctx, uint32_t *cursor,
		      struct announce_entry *entries, unsigned max)
{
	struct fixture *f = ctx;
	struct fdb_info info[ANNOUNCE_PAGE];
	unsigned i, n, used = 0;

	n = fdb_list(network_fdb(f->ours), cursor,
		     (uint32_t)(f->fake.ns / NSEC_PER_SEC), info,
		     MIN(max, ANNOUNCE_PAGE));
	for (i = 0; i < n; i++) {
		if (info[i].port != uplink_port(f->uplink)->upper_slot)
			entries[used++] =
				(struct announce_entry){.mac = info[i].mac};
	}
	return used;
}

static bool is_elsewhere(void *ctx, uint16_t vid, const struct mac *mac)
{
	struct fixture *f = ctx;
	uint16_t slot = fdb_lookup(network_fdb(f->ours), fdb_key(vid, mac),
				   (uint32_t)(f->fake.ns / NSEC_PER_SEC));

	return slot != FDB_NONE && slot != uplink_port(f->uplink)->upper_slot;
}

static int cut(void *ctx, const char *member)
{
	struct fixture *f = ctx;

	return uplink_cut_member(f->uplink, member, f->how);
}

static void mend(void *ctx, const char *member)
{
	struct fixture *f = ctx;

	uplink_cut_member(f->uplink, member, BOND_CUT_NONE);
}

static void done(void *ctx, const struct experiment_round *round)
{
	struct fixture *f = ctx;

	f->rounds++;
	f->round = *round;
}

/* Whoever asks for the target gets an answer. */
static void answer(struct fixture *f, const uint8_t *data)
{
	const struct mac mac = {{2, 0, 0, 0, 0xbb, 1}};
	struct frame frame, *one = &frame;
	struct arp asked, reply;

	if (be16_load(data + 12) != ETHERTYPE_ARP ||
	    !arp_decode(data + ETH_HLEN, ARP_LEN, &asked) ||
	    asked.op != ARP_REQUEST || asked.target != TARGET)
		return;
	reply = (struct arp){
		.op = ARP_REPLY,
		.sender_mac = mac,
		.sender = TARGET,
		.target_mac = asked.sender_mac,
		.target = asked.sender,
	};
	own_frame_arp(&frame, 0, &asked.sender_mac, &reply);
	port_input(&f->target.port, &one, 1);
}

static void run(struct fixture *f, uint64_t us)
{
	uint64_t end_ns = f->fake.ns + us * US;

	for (;;) {
		loop_run_once(f->loop, 0);
		f->guests.sent = 0; /* floods, which nobody looks at */
		for (unsigned i = 0; i < f->target.sent; i++)
			answer(f, f->target.data[i]);
		f->target.sent = 0;
		if (f->fake.ns >= end_ns)
			return;
		f->fake.ns += STEP_NS;
	}
}

static struct network *make_network(struct fixture *f, const char *name)
{
	const struct network_env env = {.loop = f->loop, .pool = f->pool};
	const struct network_options options = {.name = name, .max_ports = 8};
	struct network *network = network_create(&env, &options, NULL);

	assert_non_null(network);
	return network;
}

static void plug(struct network *network, struct port *port,
		 const struct mac *mac)
{
	struct network_port_options options = {0};

	if (mac)
		options.mac = *mac;
	assert_int_equal(network_add_port(network, port, &options), 0);
}

static struct cable *make_cable(struct fixture *f, const char *a, const char *b)
{
	struct cable *cable = cable_create(f->loop, f->pool, a, b, 1500, NULL);

	assert_non_null(cable);
	return cable;
}

static void make_uplink(struct fixture *f)
{
	struct uplink_env env = {
		.loop = f->loop,
		.pool = f->pool,
		.key = {{5, 6}},
		.ctx = f,
		.known = known,
		.is_elsewhere = is_elsewhere,
	};
	struct uplink_settings settings;
	char inner[] = "u/0", outer[] = "up0";

	uplink_settings_init(&settings);
	f->uplink = uplink_create("u", &settings, &env, NULL);
	assert_non_null(f->uplink);
	plug(f->ours, uplink_port(f->uplink), NULL);
	for (unsigned i = 0; i < WIRES; i++) {
		inner[2] = outer[2] = (char)('0' + i);
		f->wire[i] = make_cable(f, inner, outer);
		plug(f->upstream[i], cable_port(f->wire[i], 1), NULL);
		assert_int_equal(uplink_add_member(f->uplink,
						   cable_port(f->wire[i], 0), 0,
						   NULL),
				 0);
	}
}

static void make_experiment(struct fixture *f)
{
	struct experiment_settings settings;
	struct experiment_env env = {
		.loop = f->loop,
		.uplink = f->uplink,
		.ctx = f,
		.cut = cut,
		.mend = mend,
		.done = done,
	};
	struct meter *meter;

	meter_settings_init(&env.meter);
	env.meter.key.k[0] = 9;
	experiment_settings_init(&settings);
	f->experiment = experiment_create(&settings, &env, NULL);
	assert_non_null(f->experiment);
	meter = experiment_meter(f->experiment);
	plug(f->ours, meter_port(meter, METER_NEAR),
	     meter_mac(meter, METER_NEAR));
	plug(f->upstream[0], meter_port(meter, METER_FAR),
	     meter_mac(meter, METER_FAR));
}

static int set_up(void **state)
{
	struct fixture *f = &fixture;

	memset(f, 0, sizeof(*f));
	f->how = BOND_CUT_CARRIER;
	fake_clock_init(&f->fake, 1000 * NSEC_PER_SEC);
	f->loop = loop_create(&f->fake.clock, NULL);
	f->pool = packet_pool_create(4096, 4096, NULL);
	f->ours = make_network(f, "ours");
	f->upstream[0] = make_network(f, "left");
	f->upstream[1] = make_network(f, "right");
	f->trunk = make_cable(f, "trunk0", "trunk1");
	for (unsigned i = 0; i < WIRES; i++)
		plug(f->upstream[i], cable_port(f->trunk, i), NULL);
	make_uplink(f);
	make_experiment(f);
	mem_port_init(&f->guests, "guests");
	plug(f->ours, &f->guests.port, NULL);
	mem_port_init(&f->target, "target");
	plug(f->upstream[0], &f->target.port, NULL);
	for (uint8_t i = 1; i <= GUESTS; i++) {
		mem_port_input(&f->guests, 0xff, i, 60, 1);
		run(f, 50);
	}
	run(f, 100 * 1000);
	*state = f;
	return 0;
}

/* @a NULL: that end is gone already */
static void close_cable(struct network *a, struct network *b,
			struct cable *cable)
{
	struct port *one = cable_port(cable, 0), *two = cable_port(cable, 1);

	if (a) {
		network_remove_port(a, one);
		one->ops->close(one);
	}
	network_remove_port(b, two);
	two->ops->close(two);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	struct meter *meter = experiment_meter(f->experiment);

	network_remove_port(f->ours, meter_port(meter, METER_NEAR));
	network_remove_port(f->upstream[0], meter_port(meter, METER_FAR));
	experiment_destroy(f->experiment);
	network_remove_port(f->ours, uplink_port(f->uplink));
	uplink_destroy(f->uplink);
	for (unsigned i = 0; i < WIRES; i++)
		close_cable(NULL, f->upstream[i], f->wire[i]);
	close_cable(f->upstream[0], f->upstream[1], f->trunk);
	network_destroy(f->ours);
	network_destroy(f->upstream[0]);
	network_destroy(f->upstream[1]);
	packet_pool_destroy(f->pool); /* asserts that all packets are back */
	loop_destroy(f->loop);
	return 0;
}

static const struct experiment_round *one_round(struct fixture *f)
{
	unsigned before = f->rounds;

	assert_int_equal(experiment_begin(f->experiment, NULL), 0);
	while (f->rounds == before)
		run(f, 1000);
	return &f->round;
}

static void check_way(const struct experiment_way *way)
{
	assert_true(way->outage.lost <= 2);
	assert_int_equal(way->total.lost, way->outage.lost);
	assert_int_equal(way->total.duplicated, 0);
	assert_int_equal(way->total.reordered, 0);
	assert_true(meter_gap_ns(&way->outage) <= 500 * US);
	assert_true(meter_gap_ns(&way->return_outage) <= 500 * US);
}

static void each_of_twenty_rounds_is_short_and_doubles_nothing(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < ROUNDS; i++) {
		const struct experiment_round *round = one_round(f);

		assert_string_equal(experiment_result_name(round->result),
				    "ok");
		assert_string_equal(round->old_member, i % 2 ? "u/1" : "u/0");
		assert_string_equal(round->new_member, i % 2 ? "u/0" : "u/1");
		assert_int_equal(round->moves, 1);
		assert_int_equal(round->return_moves, 0);
		for (unsigned k = 0; k < METER_DIRECTIONS; k++)
			check_way(&round->way[k]);
	}
}

/* The meter's own near end is one more; three rounds of announcements. */
static void all_guests_are_announced_soon(void **state)
{
	const struct experiment_round *round = one_round(*state);

	assert_int_equal(round->announced.rarp, 3 * (GUESTS + 1));
	assert_int_equal(round->announced.garp + round->announced.na, 0);
	assert_in_range(round->announced.first_round_ns, 1, 50 * NSEC_PER_MSEC);
}

/* Upstream, each address moves once, with the traffic. */
static void nothing_flaps_upstream(void **state)
{
	struct fixture *f = *state;
	uint64_t before[WIRES];
	unsigned i;

	one_round(f);
	one_round(f);
	for (i = 0; i < WIRES; i++)
		before[i] =
			fdb_get_counters(network_fdb(f->upstream[i]))->moved;
	one_round(f);
	for (i = 0; i < WIRES; i++) {
		uint64_t moved =
			fdb_get_counters(network_fdb(f->upstream[i]))->moved -
			before[i];

		assert_true(moved <= GUESTS + 1);
	}
}

static void silence_without_probes_is_no_failover(void **state)
{
	struct fixture *f = *state;
	const struct experiment_round *round;

	f->how = BOND_CUT_SILENT;
	round = one_round(f);
	assert_string_equal(experiment_result_name(round->result),
			    "no-failover");
	assert_true(round->way[METER_OUT].outage.is_open);
	assert_true(round->way[METER_IN].outage.is_open);
	f->how = BOND_CUT_CARRIER;
	assert_int_equal(one_round(f)->result, EXPERIMENT_OK);
}

/* Three intervals and 10 ms, and the wires. */
static void silence_is_found_by_probes(void **state)
{
	struct fixture *f = *state;
	struct uplink_settings settings;

	uplink_settings_init(&settings);
	settings.arp.interval_ms = PROBE_MS;
	settings.arp.target_count = 1;
	settings.arp.targets[0].ip4 = TARGET;
	assert_int_equal(uplink_set(f->uplink, &settings, NULL), 0);
	run(f, 500 * 1000);
	f->how = BOND_CUT_SILENT;
	for (unsigned i = 0; i < 4; i++) {
		const struct experiment_round *round = one_round(f);

		assert_string_equal(experiment_result_name(round->result),
				    "ok");
		assert_string_equal(round->old_member, i % 2 ? "u/1" : "u/0");
		for (unsigned k = 0; k < METER_DIRECTIONS; k++) {
			const struct experiment_way *way = &round->way[k];

			assert_in_range(meter_gap_ns(&way->outage),
					2 * PROBE_MS * NSEC_PER_MSEC,
					(3 * PROBE_MS + 11) * NSEC_PER_MSEC);
			assert_int_equal(way->total.lost, way->outage.lost);
			assert_int_equal(way->total.duplicated, 0);
		}
		assert_true(round->back_ns - round->mended_ns >
			    PROBE_MS * NSEC_PER_MSEC);
	}
}

#define NETWORK_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		NETWORK_TEST(
			each_of_twenty_rounds_is_short_and_doubles_nothing),
		NETWORK_TEST(all_guests_are_announced_soon),
		NETWORK_TEST(nothing_flaps_upstream),
		NETWORK_TEST(silence_without_probes_is_no_failover),
		NETWORK_TEST(silence_is_found_by_probes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
