// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_meter.c - two ends of a meter, and what a way does to their frames
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>

#include "unit/meter_bed.h"

#define US NSEC_PER_USEC

static void begin(struct meter_bed *bed)
{
	assert_int_equal(meter_begin_round(bed->meter), 0);
	meter_bed_run(bed, 10000);
}

static void whole_way_loses_and_doubles_nothing(void **state)
{
	struct meter_bed *bed = *state;
	const struct meter_round *round;

	begin(bed);
	meter_bed_run(bed, 90 * 1000);
	round = meter_bed_end(bed);
	assert_int_equal(round->number, 1);
	assert_int_equal(round->until_ns - round->began_ns, 100 * 1000 * US);
	assert_int_equal(round->skipped, 0);
	for (unsigned i = 0; i < METER_DIRECTIONS; i++) {
		const struct meter_way *way = &round->way[i];

		assert_int_equal(way->sent, 1000);
		assert_int_equal(way->received, 1000);
		assert_int_equal(way->lost + way->duplicated + way->reordered +
					 way->refused,
				 0);
		assert_int_equal(way->delay_min_ns, METER_BED_DELAY_NS);
		assert_int_equal(way->delay_max_ns, METER_BED_DELAY_NS);
		assert_true(meter_gap_ns(&way->gap) <= 150 * US);
		assert_false(way->gap.is_open);
	}
}

static void hello_tells_switches_where_the_ends_are(void **state)
{
	struct meter_bed *bed = *state;

	bed->behind = -1;
	assert_int_equal(meter_begin_round(bed->meter), 0);
	meter_bed_run(bed, 50);
	assert_int_equal(bed->behind, meter_bed_active(bed));
	assert_int_equal(meter_bed_end(bed)->way[METER_OUT].sent, 0);
}

static void silence_is_a_gap_with_stamps_and_losses(void **state)
{
	struct meter_bed *bed = *state;
	struct meter_bed_wire *wire = &bed->wires[meter_bed_active(bed)];
	const struct meter_round *round;
	uint64_t cut_ns, mended_ns;

	begin(bed);
	meter_mark(bed->meter);
	cut_ns = bed->fake.ns;
	wire->is_silent = true;
	meter_bed_run(bed, 5000);
	wire->is_silent = false;
	mended_ns = bed->fake.ns;
	meter_bed_run(bed, 5000);
	round = meter_bed_end(bed);
	assert_int_equal(round->marked_ns, cut_ns);
	for (unsigned i = 0; i < METER_DIRECTIONS; i++) {
		const struct meter_gap *gap = &round->way[i].gap;

		assert_in_range(gap->lost, 49, 51);
		assert_int_equal(round->way[i].lost, gap->lost);
		assert_in_range(meter_gap_ns(gap), 4900 * US, 5200 * US);
		assert_in_range(gap->last_ns, cut_ns - 150 * US, cut_ns);
		assert_in_range(gap->first_ns, mended_ns, mended_ns + 150 * US);
		assert_int_equal(gap->last_ns - gap->last_sent_ns,
				 METER_BED_DELAY_NS);
		assert_int_equal(gap->first_ns - gap->first_sent_ns,
				 METER_BED_DELAY_NS);
	}
}

static void way_that_stays_broken_is_an_open_gap(void **state)
{
	struct meter_bed *bed = *state;
	const struct meter_round *round;

	begin(bed);
	bed->wires[meter_bed_active(bed)].is_silent = true;
	meter_bed_run(bed, 5000);
	round = meter_bed_end(bed);
	assert_true(round->way[METER_OUT].gap.is_open);
	assert_int_equal(round->way[METER_OUT].gap.first_ns, round->until_ns);
	assert_int_equal(round->way[METER_OUT].lost,
			 round->way[METER_OUT].gap.lost);
}

static void copies_are_duplicates(void **state)
{
	struct meter_bed *bed = *state;
	const struct meter_round *round;

	bed->copies = 2;
	begin(bed);
	round = meter_bed_end(bed);
	assert_int_equal(round->way[METER_OUT].received, 100);
	assert_int_equal(round->way[METER_OUT].duplicated, 200);
	assert_int_equal(round->way[METER_IN].duplicated, 0);
}

static void late_frames_are_reordered(void **state)
{
	struct meter_bed *bed = *state;
	const struct meter_round *round;

	bed->late_every = 10;
	begin(bed);
	round = meter_bed_end(bed);
	assert_int_equal(round->way[METER_OUT].lost, 0);
	assert_int_equal(round->way[METER_IN].lost, 0);
	assert_true(round->way[METER_OUT].reordered +
			    round->way[METER_IN].reordered >
		    10);
	assert_int_equal(MAX(round->way[METER_OUT].delay_max_ns,
			     round->way[METER_IN].delay_max_ns),
			 METER_BED_DELAY_NS + NSEC_PER_MSEC);
}

static void worker_that_slept_does_not_burst(void **state)
{
	struct meter_bed *bed = *state;
	const struct meter_round *round;
	unsigned before;

	begin(bed);
	before = bed->wires[meter_bed_active(bed)].frames;
	bed->fake.ns += 10000 * US;
	loop_run_once(bed->loop, 0);
	assert_int_equal(bed->wires[meter_bed_active(bed)].frames - before,
			 METER_MAX_BURST);
	round = meter_bed_end(bed);
	assert_int_equal(round->skipped, 100 - METER_MAX_BURST);
	assert_in_range(round->longest_nap_ns, 9900 * US, 10000 * US);
	assert_true(meter_gap_outage_ns(&round->way[METER_OUT].gap) <=
		    200 * US);
	assert_int_equal(round->way[METER_OUT].sent, 100 + METER_MAX_BURST);
	assert_int_equal(round->way[METER_OUT].lost, 0);
}

static void frames_under_way_are_waited_for(void **state)
{
	struct meter_bed *bed = *state;
	struct meter_round so_far;

	bed->delay_ns = 50 * NSEC_PER_MSEC;
	begin(bed);
	meter_get_round(bed->meter, &so_far);
	assert_int_equal(so_far.way[METER_OUT].lost, 100);
	meter_end_round(bed->meter);
	meter_bed_run(bed, 99 * 1000);
	assert_int_equal(bed->rounds, 0);
	meter_bed_run(bed, 2 * 1000);
	assert_int_equal(bed->rounds, 1);
	assert_int_equal(bed->round.way[METER_OUT].sent, 100);
	assert_int_equal(bed->round.way[METER_OUT].lost, 0);
}

static void what_comes_after_the_verdict_counts_in_no_round(void **state)
{
	struct meter_bed *bed = *state;
	const struct meter_round *round;

	bed->delay_ns = 150 * NSEC_PER_MSEC;
	begin(bed);
	meter_end_round(bed->meter);
	meter_bed_run(bed, 110 * 1000);
	assert_int_equal(bed->round.way[METER_OUT].lost, 100);
	bed->delay_ns = METER_BED_DELAY_NS;
	begin(bed);
	meter_bed_run(bed, 100 * 1000);
	round = meter_bed_end(bed);
	assert_int_equal(round->number, 2);
	assert_int_equal(round->way[METER_OUT].lost, 0);
	assert_int_equal(round->way[METER_OUT].duplicated, 0);
	assert_int_equal(round->way[METER_OUT].reordered, 0);
}

static void frame_that_dies_at_once_is_refused(void **state)
{
	struct meter_bed *bed = *state;
	const struct meter_round *round;

	port_carrier(&bed->wires[0].port, false);
	port_carrier(&bed->wires[1].port, false);
	begin(bed);
	round = meter_bed_end(bed);
	assert_int_equal(round->way[METER_OUT].refused, 100);
	assert_int_equal(round->way[METER_OUT].lost, 100);
	assert_int_equal(round->way[METER_IN].refused, 0);
	assert_int_equal(round->way[METER_IN].lost, 100);
}

/* One of ours as seen on a wire */
static struct meter_wire seen(const struct meter_bed *bed)
{
	return (struct meter_wire){
		.dst = *meter_mac(bed->meter, METER_FAR),
		.src = *meter_mac(bed->meter, METER_NEAR),
		.kind = METER_STAMP,
		.direction = METER_OUT,
		.round = 1,
		.run = 7,
		.seq = 50,
		.sent_ns = bed->fake.ns,
	};
}

static void give(struct meter_bed *bed, enum meter_end end,
		 const struct meter_wire *wire)
{
	struct frame frame = {
		.len = METER_FRAME_LEN,
		.snap_len = METER_FRAME_LEN,
	};
	struct meter_settings settings;

	meter_bed_settings(&settings);
	meter_wire_encode(wire, &settings.key, frame.snap);
	meter_bed_give(bed, end, &frame);
}

/* What a guest that saw one of our frames can make of it */
static void guest_can_double_a_frame_and_forge_none(void **state)
{
	struct meter_bed *bed = *state;
	const struct siphash_key guess = {{9, 9}};
	struct frame frame = {.len = METER_FRAME_LEN,
			      .snap_len = METER_FRAME_LEN};
	struct meter_wire wire;
	const struct meter_round *round;

	begin(bed);
	wire = seen(bed);
	give(bed, METER_FAR, &wire);
	meter_wire_encode(&wire, &guess, frame.snap);
	meter_bed_give(bed, METER_FAR, &frame);
	frame.snap_len = 20;
	meter_bed_give(bed, METER_FAR, &frame);
	round = meter_bed_end(bed);
	assert_int_equal(round->way[METER_OUT].duplicated, 1);
	assert_int_equal(round->way[METER_OUT].received, 100);
	assert_int_equal(round->foreign, 2);
}

static void frames_of_others_are_not_counted(void **state)
{
	struct meter_bed *bed = *state;
	const struct meter_round *round;
	struct meter_wire wire;
	struct frame frame = {.len = 60, .snap_len = 60};

	begin(bed);
	memset(frame.snap, 0xff, 60);
	meter_bed_give(bed, METER_NEAR, &frame);
	wire = seen(bed);
	give(bed, METER_NEAR, &wire); /* back to its sender */
	wire.dst = wire.src;
	give(bed, METER_FAR, &wire); /* flooded, to somebody else */
	wire = seen(bed);
	wire.run = 8;
	give(bed, METER_FAR, &wire);
	wire = seen(bed);
	wire.direction = METER_IN;
	give(bed, METER_FAR, &wire);
	wire = seen(bed);
	wire.seq = 1000; /* was not sent yet */
	give(bed, METER_FAR, &wire);
	wire = seen(bed);
	wire.kind = METER_HELLO;
	give(bed, METER_FAR, &wire);
	round = meter_bed_end(bed);
	for (unsigned i = 0; i < METER_DIRECTIONS; i++) {
		assert_int_equal(round->way[i].duplicated, 0);
		assert_int_equal(round->way[i].received, 100);
	}
	assert_int_equal(round->foreign, 0);
	give(bed, METER_FAR, &wire); /* between rounds */
}

static void meter_has_one_round_at_a_time(void **state)
{
	struct meter_bed *bed = *state;

	meter_end_round(bed->meter);
	meter_bed_run(bed, 200 * 1000);
	assert_int_equal(bed->rounds, 0);
	begin(bed);
	assert_int_equal(meter_begin_round(bed->meter), -EBUSY);
	meter_end_round(bed->meter);
	meter_end_round(bed->meter);
	assert_int_equal(meter_begin_round(bed->meter), -EBUSY);
	meter_bed_run(bed, 200 * 1000);
	assert_int_equal(bed->rounds, 1);
	begin(bed); /* and is destroyed in the middle of it */
}

static void meter_is_not_made_of_bad_settings(void **state)
{
	struct meter_bed *bed = *state;
	struct meter_env env = {.loop = bed->loop};
	struct meter_settings settings;
	struct err err;

	meter_bed_settings(&settings);
	settings.interval_ns = METER_MIN_INTERVAL_NS - 1;
	assert_null(meter_create("v", &settings, &env, &err));
	assert_string_equal(err.msg, "a meter sends every 20 to 1000000 us");
	settings.interval_ns = METER_MAX_INTERVAL_NS + 1;
	assert_null(meter_create("v", &settings, &env, &err));
	meter_bed_settings(&settings);
	settings.settle_ns = METER_MAX_SETTLE_NS + 1;
	assert_null(meter_create("v", &settings, &env, &err));
	assert_string_equal(err.msg,
			    "a meter waits for frames for 60 s at most");
	meter_destroy(NULL);
}

static void ends_have_names_addresses_and_a_status(void **state)
{
	struct meter_bed *bed = *state;
	struct port *near = meter_port(bed->meter, METER_NEAR);
	struct port_status status;

	assert_string_equal(near->name, "m/near");
	assert_string_equal(meter_port(bed->meter, METER_FAR)->name, "m/far");
	assert_false(mac_is_equal(meter_mac(bed->meter, METER_NEAR),
				  meter_mac(bed->meter, METER_FAR)));
	assert_int_equal(meter_mac(bed->meter, METER_NEAR)->b[0], 2);
	port_get_status(near, &status);
	assert_true(status.carrier);
	assert_string_equal(status.detail, "meter, idle");
	begin(bed);
	port_get_status(near, &status);
	assert_string_equal(status.detail, "meter, measuring");
}

#define BED_TEST(name)                                          \
	cmocka_unit_test_setup_teardown(name, meter_bed_set_up, \
					meter_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(whole_way_loses_and_doubles_nothing),
		BED_TEST(hello_tells_switches_where_the_ends_are),
		BED_TEST(silence_is_a_gap_with_stamps_and_losses),
		BED_TEST(way_that_stays_broken_is_an_open_gap),
		BED_TEST(copies_are_duplicates),
		BED_TEST(late_frames_are_reordered),
		BED_TEST(worker_that_slept_does_not_burst),
		BED_TEST(frames_under_way_are_waited_for),
		BED_TEST(what_comes_after_the_verdict_counts_in_no_round),
		BED_TEST(frame_that_dies_at_once_is_refused),
		BED_TEST(guest_can_double_a_frame_and_forge_none),
		BED_TEST(frames_of_others_are_not_counted),
		BED_TEST(meter_has_one_round_at_a_time),
		BED_TEST(meter_is_not_made_of_bad_settings),
		BED_TEST(ends_have_names_addresses_and_a_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
