// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_recorder.c - what a network's flight recorder knows of its ports
 */
#include "unit/cmocka_wrap.h"

#include <sys/mman.h>

#include "switch/capture/recorder.h"
#include "unit/capture_bed.h"

static void replay(struct capture_bed *f, uint64_t from_ns,
		   struct network_replay *replay)
{
	network_replay_begin(f->network, from_ns, replay);
	while (network_replay_step(f->network, f->ring, replay, 64))
		;
	bed_drain(f);
}

static void advance_ms(struct capture_bed *f, uint64_t ms)
{
	f->fake.ns += ms * NSEC_PER_MSEC;
	loop_run_once(f->loop, 0);
}

static void recorder_plays_what_passed_a_port(void **state)
{
	struct capture_bed *f = *state;
	struct network_replay r;

	advance_ms(f, 1000);
	mem_port_input(&f->p[0], 2, 1, 1514, 1); /* to p1 */
	mem_port_input(&f->p[1], 1, 2, 60, 1);   /* from p1 */
	mem_port_input(&f->p[2], 1, 3, 60, 1);   /* neither */
	mem_port_input(&f->p[2], 0xff, 3, 70, 1);
	mem_port_input(&f->p[1], 2, 2, 80, 1); /* hairpin */
	bed_tap(f, 1);
	replay(f, 1000 * NSEC_PER_SEC + 1, &r);
	assert_int_equal(f->count, 4);
	bed_expect(&f->seen[0], "p1", PORT_TX, "");
	assert_int_equal(f->seen[0].record.len, 1514);
	assert_int_equal(f->seen[0].record.captured, RECORDER_SNAP_LEN);
	bed_expect(&f->seen[1], "p1", PORT_RX, "");
	bed_expect(&f->seen[2], "p1", PORT_TX, "weft: flooded");
	bed_expect(&f->seen[3], "p1", PORT_RX, "weft: dropped hairpin");
	assert_int_equal(r.reached_ns, 0);
}

static void recorder_knows_who_lost_a_frame(void **state)
{
	struct capture_bed *f = *state;
	struct network_replay r;

	advance_ms(f, 1000);
	f->p[1].room = 0;
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	port_carrier(&f->p[1].port, false);
	mem_port_input(&f->p[0], 2, 1, 61, 1);
	bed_tap(f, 1);
	bed_tap(f, 0);
	replay(f, 1000 * NSEC_PER_SEC + 1, &r);
	assert_int_equal(f->count, 5);
	bed_expect(&f->seen[0], "p0", PORT_RX, "weft: queued before p1");
	bed_expect(&f->seen[1], "p1", PORT_TX, "weft: queued before ");
	bed_expect(&f->seen[2], "p1", PORT_TX, "weft: dropped no-carrier");
	/* its address is forgotten with the carrier; that it then had none is
	 * not recorded */
	bed_expect(&f->seen[3], "p0", PORT_RX, "weft: flooded");
	bed_expect(&f->seen[4], "p1", PORT_TX, "weft: flooded");
}

/* Half the memory traffic at millions of frames a second; still who to whom. */
static void recorder_keeps_little_of_frames_in_big_batches(void **state)
{
	struct capture_bed *f = *state;
	struct network_replay r;

	advance_ms(f, 1000);
	mem_port_input(&f->p[0], 2, 1, 1514, RECORDER_BUSY);
	mem_port_input(&f->p[0], 2, 1, 1514, RECORDER_BUSY - 1);
	bed_tap(f, 1);
	replay(f, 1000 * NSEC_PER_SEC + 1, &r);
	assert_int_equal(f->count, 2 * RECORDER_BUSY - 1);
	assert_int_equal(f->seen[0].record.captured, RECORDER_BRIEF_LEN);
	assert_int_equal(f->seen[0].last, RECORDER_BRIEF_LEN - 1);
	assert_int_equal(f->seen[RECORDER_BUSY].record.captured,
			 RECORDER_SNAP_LEN);
	assert_int_equal(f->seen[RECORDER_BUSY].last, RECORDER_SNAP_LEN - 1);
	assert_int_equal(f->seen[0].record.len, 1514);
}

static void recorder_says_how_far_it_reaches_back(void **state)
{
	struct capture_bed *f = *state;
	struct network_replay r;
	unsigned i;

	for (i = 0; i < RECORDER_RECORDS / 32 + 10; i++) {
		advance_ms(f, 1);
		f->p[1].sent = 0;
		mem_port_input(&f->p[0], 2, 1, 60, 32);
	}
	network_replay_begin(f->network, 0, &r);
	assert_int_equal(r.end - r.next, RECORDER_RECORDS);
	assert_int_equal(r.reached_ns,
			 1000 * NSEC_PER_SEC + (i + 1 - RECORDER_RECORDS / 32) *
						       NSEC_PER_MSEC);
	network_replay_begin(f->network, f->fake.ns, &r);
	assert_int_equal(r.end - r.next, 32);
	assert_int_equal(r.reached_ns, 0);
}

static void record_of_a_port_that_was_there_before_is_not_shown(void **state)
{
	struct capture_bed *f = *state;
	struct network_replay r;

	mem_port_input(&f->p[1], 1, 2, 60, 1);
	advance_ms(f, 1000);
	network_remove_port(f->network, &f->p[1].port);
	network_add_port(f->network, &f->p[1].port,
			 &(struct network_port_options){0});
	bed_tap(f, 1);
	replay(f, 0, &r);
	assert_int_equal(f->count, 0);
}

static void what_passes_meanwhile_is_not_replayed(void **state)
{
	struct capture_bed *f = *state;
	struct network_replay r;

	advance_ms(f, 1000);
	mem_port_input(&f->p[0], 2, 1, 60, 2);
	f->settings.is_replay = true;
	bed_tap(f, 1);
	network_replay_begin(f->network, 1000 * NSEC_PER_SEC + 1, &r);
	assert_true(network_replay_step(f->network, f->ring, &r, 1));
	mem_port_input(&f->p[0], 2, 1, 90, 1);
	assert_false(network_replay_step(f->network, f->ring, &r, 64));
	assert_int_equal(bed_drain(f), 2);
	assert_int_equal(f->seen[1].record.len, 60);
}

static void recorder_that_ends_gives_its_memory_back(void **state)
{
	struct recorder recorder;
	unsigned char resident;
	void *memory;

	(void)state;
	recorder_init(&recorder);
	memory = recorder.records;
	assert_non_null(memory);
	assert_int_equal(mincore(memory, 1, &resident), 0);
	recorder_fini(&recorder);
	assert_int_equal(mincore(memory, 1, &resident), -1);
	assert_null(recorder.records);
}

#define TEST(name)                                               \
	cmocka_unit_test_setup_teardown(name, capture_bed_setup, \
					capture_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(recorder_plays_what_passed_a_port),
		TEST(recorder_knows_who_lost_a_frame),
		TEST(recorder_keeps_little_of_frames_in_big_batches),
		TEST(recorder_says_how_far_it_reaches_back),
		TEST(record_of_a_port_that_was_there_before_is_not_shown),
		TEST(what_passes_meanwhile_is_not_replayed),
		cmocka_unit_test(recorder_that_ends_gives_its_memory_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
