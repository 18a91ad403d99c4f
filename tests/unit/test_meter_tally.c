// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_meter_tally.c - numbers that come, come twice, late, or never
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "switch/meter_tally.h"

#define BEGIN 1000
#define DELAY 7

/* Number n is sent at BEGIN + 100 n. */
static uint64_t sent_at(uint64_t seq)
{
	return BEGIN + 100 * seq;
}

static int set_up(void **state)
{
	static struct meter_tally tally;

	meter_tally_init(&tally, BEGIN);
	*state = &tally;
	return 0;
}

static void on_time(struct meter_tally *tally, uint64_t seq)
{
	meter_tally_input(tally, seq, sent_at(seq), sent_at(seq) + DELAY);
}

static void on_time_until(struct meter_tally *tally, uint64_t from, uint64_t to)
{
	for (uint64_t seq = from; seq < to; seq++)
		on_time(tally, seq);
}

static struct meter_way get(const struct meter_tally *tally, uint64_t sent)
{
	struct meter_way way;

	meter_tally_get(tally, sent, sent ? sent_at(sent - 1) : BEGIN, &way);
	return way;
}

static void nothing_sent_is_nothing_lost(void **state)
{
	struct meter_way way = get(*state, 0);

	assert_int_equal(way.lost, 0);
	assert_int_equal(way.received, 0);
	assert_int_equal(way.delay_mean_ns, 0);
	assert_int_equal(meter_gap_ns(&way.gap), 0);
}

static void all_that_comes_on_time_is_counted_once(void **state)
{
	struct meter_way way;

	on_time_until(*state, 0, 1000);
	way = get(*state, 1000);
	assert_int_equal(way.received, 1000);
	assert_int_equal(way.lost + way.duplicated + way.reordered + way.stale,
			 0);
	assert_int_equal(way.delay_min_ns, DELAY);
	assert_int_equal(way.delay_max_ns, DELAY);
	assert_int_equal(way.delay_mean_ns, DELAY);
	assert_int_equal(meter_gap_ns(&way.gap), 100);
	assert_false(way.gap.is_open);
}

static void longest_gap_has_the_frames_around_it(void **state)
{
	struct meter_way way;

	on_time_until(*state, 0, 10);
	on_time_until(*state, 13, 20);
	on_time_until(*state, 30, 40);
	on_time_until(*state, 41, 50);
	way = get(*state, 50);
	assert_int_equal(way.lost, 3 + 10 + 1);
	assert_int_equal(meter_gap_ns(&way.gap), 1100);
	assert_int_equal(way.gap.lost, 10);
	assert_true(way.gap.has_last);
	assert_int_equal(way.gap.last_sent_ns, sent_at(19));
	assert_int_equal(way.gap.last_ns, sent_at(19) + DELAY);
	assert_int_equal(way.gap.first_sent_ns, sent_at(30));
	assert_int_equal(way.gap.first_ns, sent_at(30) + DELAY);
}

static void mark_forgets_gaps_before_it_but_not_the_one_it_is_in(void **state)
{
	struct meter_way way;

	on_time(*state, 0);
	on_time_until(*state, 100, 110);
	meter_tally_mark(*state);
	on_time_until(*state, 112, 120);
	way = get(*state, 120);
	assert_int_equal(way.gap.lost, 2);
	assert_int_equal(meter_gap_ns(&way.gap), 300);
	assert_int_equal(way.gap.last_sent_ns, sent_at(109));
}

static void what_never_comes_again_is_an_open_gap(void **state)
{
	struct meter_way way;

	on_time_until(*state, 0, 10);
	way = get(*state, 30);
	assert_true(way.gap.is_open);
	assert_int_equal(way.gap.lost, 20);
	assert_int_equal(way.gap.last_sent_ns, sent_at(9));
	assert_int_equal(way.gap.first_sent_ns, 0);
	assert_int_equal(way.gap.first_ns, sent_at(29));
}

static void what_never_came_is_a_gap_from_the_beginning(void **state)
{
	struct meter_way way = get(*state, 30);

	assert_true(way.gap.is_open);
	assert_false(way.gap.has_last);
	assert_int_equal(way.gap.last_ns, BEGIN);
	assert_int_equal(way.gap.lost, 30);
	assert_int_equal(way.lost, 30);
}

static void same_number_again_is_a_duplicate(void **state)
{
	struct meter_way way;

	on_time_until(*state, 0, 10);
	on_time(*state, 3);
	on_time(*state, 9);
	way = get(*state, 10);
	assert_int_equal(way.duplicated, 2);
	assert_int_equal(way.received, 10);
	assert_int_equal(way.lost, 0);
}

static void late_number_is_reordered_and_not_lost(void **state)
{
	struct meter_way way;

	on_time_until(*state, 0, 10);
	on_time_until(*state, 20, 30);
	for (uint64_t seq = 15; seq < 17; seq++)
		meter_tally_input(*state, seq, sent_at(seq), sent_at(30));
	way = get(*state, 30);
	assert_int_equal(way.reordered, 2);
	assert_int_equal(way.lost, 8);
	assert_int_equal(way.gap.lost, 8);
	assert_int_equal(way.duplicated, 0);
	meter_tally_input(*state, 15, sent_at(15), sent_at(31));
	way = get(*state, 30);
	assert_int_equal(way.duplicated, 1);
	assert_int_equal(way.gap.lost, 8);
}

/* Late, but it ends the silence. */
static void late_number_ends_a_gap(void **state)
{
	struct meter_way way;

	on_time_until(*state, 0, 10);
	on_time_until(*state, 11, 12);
	meter_tally_input(*state, 10, sent_at(10), sent_at(50));
	on_time_until(*state, 60, 61);
	way = get(*state, 61);
	assert_int_equal(way.gap.last_sent_ns, sent_at(11));
	assert_int_equal(way.gap.first_sent_ns, sent_at(10));
	assert_int_equal(way.gap.lost, 0);
	assert_int_equal(way.lost, 48);
}

static void window_forgets_and_says_so(void **state)
{
	struct meter_way way;

	on_time_until(*state, 0, 2);
	on_time(*state, METER_WINDOW + 1);
	on_time(*state, 2); /* the oldest that is remembered */
	on_time(*state, 2);
	on_time(*state, 1);
	on_time(*state, 0);
	way = get(*state, METER_WINDOW + 2);
	assert_int_equal(way.stale, 2);
	assert_int_equal(way.duplicated, 1);
	assert_int_equal(way.reordered, 1);
	assert_int_equal(way.lost, METER_WINDOW - 2);
}

/* Its bits are used over and over. */
static void window_moves_without_leaving_marks(void **state)
{
	struct meter_way way;

	on_time_until(*state, 0, METER_WINDOW);
	on_time(*state, 3ull * METER_WINDOW);
	on_time(*state, 3ull * METER_WINDOW - 1);
	on_time_until(*state, 3ull * METER_WINDOW + 1, 5ull * METER_WINDOW - 9);
	on_time_until(*state, 5ull * METER_WINDOW - 8, 5ull * METER_WINDOW);
	on_time(*state, 5ull * METER_WINDOW - 9);
	way = get(*state, 5ull * METER_WINDOW);
	assert_int_equal(way.duplicated, 0);
	assert_int_equal(way.reordered, 2);
	assert_int_equal(way.lost, 2ull * METER_WINDOW - 1);
	on_time(*state, 5ull * METER_WINDOW - 1);
	way = get(*state, 5ull * METER_WINDOW);
	assert_int_equal(way.duplicated, 1);
}

static void delays_are_of_the_fastest_slowest_and_all(void **state)
{
	struct meter_way way;

	meter_tally_input(*state, 0, 2000, 2010);
	meter_tally_input(*state, 1, 2000, 2030);
	meter_tally_input(*state, 2, 2000, 2020);
	way = get(*state, 3);
	assert_int_equal(way.delay_min_ns, 10);
	assert_int_equal(way.delay_max_ns, 30);
	assert_int_equal(way.delay_mean_ns, 20);
}

static void gap_says_how_late_the_sender_was(void **state)
{
	struct meter_way way;

	meter_tally_nap(*state, 99);
	on_time_until(*state, 0, 10);
	meter_tally_nap(*state, 30);
	meter_tally_nap(*state, 20);
	on_time_until(*state, 15, 20);
	meter_tally_nap(*state, 10);
	on_time(*state, 21);
	way = get(*state, 22);
	assert_int_equal(way.gap.lost, 5);
	assert_int_equal(way.gap.nap_ns, 30);
}

#define TALLY_TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TALLY_TEST(nothing_sent_is_nothing_lost),
		TALLY_TEST(all_that_comes_on_time_is_counted_once),
		TALLY_TEST(longest_gap_has_the_frames_around_it),
		TALLY_TEST(
			mark_forgets_gaps_before_it_but_not_the_one_it_is_in),
		TALLY_TEST(what_never_comes_again_is_an_open_gap),
		TALLY_TEST(what_never_came_is_a_gap_from_the_beginning),
		TALLY_TEST(same_number_again_is_a_duplicate),
		TALLY_TEST(late_number_is_reordered_and_not_lost),
		TALLY_TEST(late_number_ends_a_gap),
		TALLY_TEST(window_forgets_and_says_so),
		TALLY_TEST(window_moves_without_leaving_marks),
		TALLY_TEST(gap_says_how_late_the_sender_was),
		TALLY_TEST(delays_are_of_the_fastest_slowest_and_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
