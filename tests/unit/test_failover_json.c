// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_failover_json.c - what an experiment found, as weft.failover/1
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "cli/failover/failover_json.h"

#define FAULT 5000000000ull
#define US NSEC_PER_USEC

static const struct experiment_round good = {
	.old_member = "bond0/eth1",
	.new_member = "bond0/eth2",
	.fault_ns = FAULT,
	.switched_ns = FAULT + 20 * US,
	.last_out_old_ns = FAULT - 40 * US,
	.first_out_new_ns = FAULT + 60 * US,
	.last_in_old_ns = FAULT - 30 * US,
	.first_in_new_ns = FAULT + 200 * US,
	.mended_ns = FAULT + 1000000 * US,
	.back_ns = FAULT + 1005000 * US,
	.moves = 1,
	.announced = {.rarp = 3, .na = 1, .first_round_ns = 7 * US},
	.longest_nap_ns = 90 * US,
	.way =
		{
			[METER_OUT] =
				{
					.outage =
						{
							.has_last = true,
							.last_sent_ns =
								FAULT - 45 * US,
							.last_ns =
								FAULT - 40 * US,
							.first_sent_ns =
								FAULT + 60 * US,
							.first_ns =
								FAULT + 65 * US,
							.nap_ns = 50 * US,
						},
					.total = {.sent = 100, .received = 100},
				},
			[METER_IN] =
				{
					.outage =
						{
							.is_open = true,
							.last_ns =
								FAULT - 30 * US,
							.first_ns =
								FAULT +
								1000000 * US,
							.lost = 9,
						},
					.total =
						{
							.sent = 100,
							.received = 91,
							.lost = 9,
							.duplicated = 2,
							.delay_min_ns = 3 * US,
							.delay_mean_ns = 4 * US,
							.delay_max_ns = 5 * US,
						},
				},
		},
};

static void assert_moment(const json_t *round, const char *key, int us,
			  const char *source)
{
	const json_t *moment = json_object_get(round, key);

	assert_int_equal(json_integer_value(json_object_get(moment, "at_us")),
			 us);
	assert_string_equal(
		json_string_value(json_object_get(moment, "source")), source);
}

static void moments_count_from_the_fault(void **state)
{
	json_t *round = failover_round_json(3, "ok", &good);

	(void)state;
	assert_moment(round, "fault", 0, "experiment");
	assert_moment(round, "last_out_old", -40, "bond");
	assert_moment(round, "switched", 20, "bond");
	assert_moment(round, "first_out_new", 60, "bond");
	assert_moment(round, "last_in_old", -30, "bond");
	assert_moment(round, "first_in_new", 200, "bond");
	assert_moment(round, "mended", 1000000, "experiment");
	assert_moment(round, "back", 1005000, "experiment");
	json_decref(round);
}

static void round_has_all_that_was_found(void **state)
{
	json_t *round = failover_round_json(3, "ok", &good), *out, *in;
	json_t *rest = json_pack(
		"{s:i, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:{s:i, s:i, "
		"s:i, s:i, s:s}}",
		"round", 3, "result", "ok", "old", "bond0/eth1", "new",
		"bond0/eth2", "moves", 1, "return_moves", 0, "longest_nap_us",
		90, "skipped", 0, "foreign", 0, "announced", "rarp", 3, "garp",
		0, "na", 1, "first_round_us", 7, "source", "announcer");
	json_t *want_out = json_pack(
		"{s:i, s:i, s:i, s:b, s:i, s:i, s:i, s:i, s:s}", "us", 55,
		"from_us", -40, "to_us", 65, "open", 0, "lost", 0, "nap_us", 50,
		"from_sent_us", -45, "to_sent_us", 60, "source", "meter");
	json_t *want_in =
		json_pack("{s:i, s:i, s:i, s:b, s:i, s:i, s:s}", "us", 1000030,
			  "from_us", -30, "to_us", 1000000, "open", 1, "lost",
			  9, "nap_us", 0, "source", "meter");
	json_t *key_value;
	const char *key;

	(void)state;
	out = json_object_get(json_object_get(round, "outage"), "out");
	in = json_object_get(json_object_get(round, "outage"), "in");
	assert_true(json_equal(out, want_out));
	assert_true(json_equal(in, want_in));
	json_object_foreach(rest, key, key_value)
	{
		if (!json_equal(json_object_get(round, key), key_value))
			fail_msg("%s is not as it should be", key);
	}
	in = json_object_get(json_object_get(round, "traffic"), "in");
	assert_int_equal(json_integer_value(json_object_get(in, "duplicated")),
			 2);
	in = json_object_get(in, "delay_us");
	assert_int_equal(json_integer_value(json_object_get(in, "mean")), 4);
	json_decref(round);
	json_decref(rest);
	json_decref(want_out);
	json_decref(want_in);
}

static void round_without_a_fault_has_no_times(void **state)
{
	const struct experiment_round bad = {.result = EXPERIMENT_NO_MEMBER};
	json_t *round = failover_round_json(1, "no-member", &bad);

	(void)state;
	assert_null(json_object_get(round, "fault"));
	assert_null(json_object_get(round, "old"));
	assert_null(json_object_get(round, "announced"));
	assert_null(json_object_get(json_object_get(round, "outage"), "out"));
	json_decref(round);
}

static json_t *document(const unsigned *outages, unsigned n)
{
	json_t *json = failover_document("office", "bond0");
	json_t *rounds = json_object_get(json, "rounds");

	for (unsigned i = 0; i < n; i++) {
		struct experiment_round round = good;

		round.way[METER_OUT].outage.last_ns = FAULT;
		round.way[METER_OUT].outage.first_ns = FAULT + outages[i] * US;
		round.way[METER_OUT].outage.nap_ns = 0;
		round.way[METER_OUT].total.lost = i;
		json_array_append_new(
			rounds,
			failover_round_json(i + 1, i ? "ok" : "gone", &round));
	}
	assert_string_equal(json_string_value(json_object_get(json, "schema")),
			    "weft.failover/1");
	return json;
}

static void assert_outages(const json_t *summary, int best, int median,
			   int worst)
{
	const json_t *us =
		json_object_get(json_object_get(summary, "out"), "outage_us");

	assert_int_equal(json_integer_value(json_object_get(us, "best")), best);
	assert_int_equal(json_integer_value(json_object_get(us, "median")),
			 median);
	assert_int_equal(json_integer_value(json_object_get(us, "worst")),
			 worst);
}

static void sum_has_best_median_and_worst(void **state)
{
	static const unsigned odd[] = {900, 100, 500};
	json_t *json = document(odd, 3);
	const json_t *summary, *out, *in;

	(void)state;
	failover_summarize(json);
	summary = json_object_get(json, "summary");
	out = json_object_get(summary, "out");
	in = json_object_get(summary, "in");
	assert_outages(summary, 100, 500, 900);
	assert_int_equal(json_integer_value(json_object_get(summary, "rounds")),
			 3);
	assert_int_equal(json_integer_value(json_object_get(summary, "ok")), 2);
	assert_int_equal(json_integer_value(json_object_get(out, "lost")), 3);
	assert_int_equal(json_integer_value(json_object_get(out, "open")), 0);
	assert_int_equal(json_integer_value(json_object_get(in, "open")), 3);
	assert_int_equal(json_integer_value(json_object_get(in, "lost")), 27);
	assert_int_equal(json_integer_value(json_object_get(in, "duplicated")),
			 6);
	json_decref(json);
}

/* Of two in the middle the longer one: no figure that nobody measured */
static void median_is_never_better_than_it_was(void **state)
{
	static const unsigned even[] = {400, 100, 200, 300};
	json_t *json = document(even, 4);

	(void)state;
	failover_summarize(json);
	assert_outages(json_object_get(json, "summary"), 100, 300, 400);
	json_decref(json);
}

static void sum_of_nothing_has_no_outages(void **state)
{
	json_t *json =
		json_pack("{s:[{s:s}, i, {s:{s:{s:I}}}, {s:{s:{s:I}}}]}",
			  "rounds", "result", "no-member", 3, "traffic", "out",
			  "lost", (json_int_t)INT64_MAX, "traffic", "out",
			  "lost", (json_int_t)INT64_MAX);
	const json_t *out;

	(void)state;
	failover_summarize(json);
	out = json_object_get(json_object_get(json, "summary"), "out");
	assert_null(json_object_get(out, "outage_us"));
	assert_true(json_integer_value(json_object_get(out, "lost")) > 0);
	json_decref(json);
	json = json_object();
	failover_summarize(json);
	assert_non_null(json_object_get(json, "summary"));
	json_decref(json);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_count_from_the_fault),
		cmocka_unit_test(round_has_all_that_was_found),
		cmocka_unit_test(round_without_a_fault_has_no_times),
		cmocka_unit_test(sum_has_best_median_and_worst),
		cmocka_unit_test(median_is_never_better_than_it_was),
		cmocka_unit_test(sum_of_nothing_has_no_outages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
