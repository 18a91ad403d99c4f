// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_meter_tally.c - numbers that come, come twice, late, or never
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "switch/uplink/meter_tally.h"

#define BEGIN 1000
#define DELAY 7
#define INTERVAL 100

static uint64_t sent_at(uint64_t seq)
{
	return BEGIN + INTERVAL * seq;
}

static int set_up(void **state)
{
	static struct meter_tally tally;

	meter_tally_init(&tally, BEGIN, INTERVAL);
	*state = &tally;
	return 0;
}

static void send_until(struct meter_tally *tally, uint64_t to)
{
	while (tally->sent < to)
		meter_tally_sent(tally, sent_at(tally->sent));
}

static void on_time(struct meter_tally *tally, uint64_t seq)
{
	send_until(tally, seq + 1);
	meter_tally_input(tally, seq, sent_at(seq), sent_at(seq) + DELAY);
}

static void on_time_until(struct meter_tally *tally, uint64_t from, uint64_t to)
{
	for (uint64_t seq = from; seq < to; seq++)
		on_time(tally, seq);
}

static struct meter_way get(struct meter_tally *tally, uint64_t sent)
{
	struct meter_way way;

	send_until(tally, sent);
	meter_tally_get(tally, sent ? sent_at(sent - 1) : BEGIN, &way);
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

	send_until(*state, 3);
	meter_tally_input(*state, 0, 2000, 2010);
	meter_tally_input(*state, 1, 2000, 2030);
	meter_tally_input(*state, 2, 2000, 2020);
	way = get(*state, 3);
	assert_int_equal(way.delay_min_ns, 10);
	assert_int_equal(way.delay_max_ns, 30);
	assert_int_equal(way.delay_mean_ns, 20);
}

static void what_was_not_sent_is_ignored(void **state)
{
	struct meter_way way;

	on_time_until(*state, 0, 10);
	meter_tally_input(*state, 10, 0, sent_at(10));
	way = get(*state, 10);
	assert_int_equal(way.received, 10);
	assert_int_equal(way.stale + way.duplicated, 0);
}

/* A frame is sent at @ns, and comes if it is @whole. */
static void send_at(struct meter_tally *tally, uint64_t ns, bool whole)
{
	meter_tally_sent(tally, ns);
	if (whole)
		meter_tally_input(tally, tally->sent - 1, ns, ns + DELAY);
}

static struct meter_gap gap_at(const struct meter_tally *tally, uint64_t ns)
{
	struct meter_way way;

	meter_tally_get(tally, ns, &way);
	return way.gap;
}

static void sleep_without_a_loss_is_no_outage(void **state)
{
	struct meter_gap gap;

	send_at(*state, 1000, true);
	send_at(*state, 1100, true);
	send_at(*state, 9000, true);
	send_at(*state, 9100, true);
	send_at(*state, 9100, true);
	gap = gap_at(*state, 9107);
	assert_in_range(meter_gap_outage_ns(&gap), 100, 107);
}

/* The way broke, or was whole again, while nobody sent. */
static void sleep_at_an_end_of_an_outage_is_taken_off(void **state)
{
	struct meter_gap gap;

	send_at(*state, 1000, true);
	send_at(*state, 6000, false);
	send_at(*state, 6100, false);
	send_at(*state, 6200, false);
	send_at(*state, 9200, true);
	gap = gap_at(*state, 9300);
	assert_int_equal(gap.lost, 3);
	assert_int_equal(meter_gap_ns(&gap), 8200);
	assert_int_equal(gap.nap_ns, 4900 + 2900);
	assert_int_equal(meter_gap_outage_ns(&gap), 400);
}

static void sleep_within_an_outage_makes_it_no_shorter(void **state)
{
	struct meter_gap gap;

	send_at(*state, 1000, true);
	send_at(*state, 1100, false);
	send_at(*state, 6000, false);
	send_at(*state, 6100, true);
	meter_tally_nap(*state, 4800);
	gap = gap_at(*state, 6200);
	assert_int_equal(gap.nap_ns, 0);
	assert_int_equal(meter_gap_outage_ns(&gap), 5100);
}

/* When its first frame was sent is forgotten. */
static void outage_may_be_longer_than_the_window(void **state)
{
	const uint64_t lost = METER_WINDOW + 10;
	struct meter_way way;

	on_time(*state, 0);
	on_time(*state, 1 + lost);
	way = get(*state, 2 + lost);
	assert_int_equal(way.gap.lost, lost);
	assert_int_equal(way.gap.nap_ns, 0);
	assert_int_equal(meter_gap_outage_ns(&way.gap), (lost + 1) * INTERVAL);
}

/* It came long before somebody looked. */
static void frame_that_was_not_looked_at_is_no_outage(void **state)
{
	struct meter_gap gap;

	send_at(*state, 1000, true);
	send_at(*state, 1100, false);
	meter_tally_nap(*state, 3000);
	meter_tally_input(*state, 1, 1100, 4107);
	send_at(*state, 4100, true);
	gap = gap_at(*state, 4200);
	assert_in_range(meter_gap_outage_ns(&gap), 100, 107);
}

static void frame_that_was_held_up_is_an_outage(void **state)
{
	struct meter_gap gap;

	send_at(*state, 1000, true);
	send_at(*state, 1100, false);
	send_at(*state, 1200, false);
	send_at(*state, 1300, false);
	meter_tally_nap(*state, 100); /* as ever */
	meter_tally_input(*state, 1, 1100, 4107);
	meter_tally_input(*state, 2, 1200, 4108);
	meter_tally_input(*state, 3, 1300, 4109);
	gap = gap_at(*state, 4200);
	assert_int_equal(gap.lost, 0);
	assert_int_equal(meter_gap_outage_ns(&gap), 3100);
}

static void longest_outage_counts_not_the_longest_sleep(void **state)
{
	struct meter_gap gap;

	send_at(*state, 1000, true);
	send_at(*state, 1100, false);
	send_at(*state, 1200, false);
	send_at(*state, 1300, true);
	send_at(*state, 91300, true);
	gap = gap_at(*state, 91307);
	assert_int_equal(gap.lost, 2);
	assert_int_equal(meter_gap_outage_ns(&gap), 300);
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
		TALLY_TEST(delays_are_of_the_fastest_slowest_and_all),
		TALLY_TEST(what_was_not_sent_is_ignored),
		TALLY_TEST(sleep_without_a_loss_is_no_outage),
		TALLY_TEST(sleep_at_an_end_of_an_outage_is_taken_off),
		TALLY_TEST(sleep_within_an_outage_makes_it_no_shorter),
		TALLY_TEST(outage_may_be_longer_than_the_window),
		TALLY_TEST(frame_that_was_not_looked_at_is_no_outage),
		TALLY_TEST(frame_that_was_held_up_is_an_outage),
		TALLY_TEST(longest_outage_counts_not_the_longest_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
