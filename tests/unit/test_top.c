// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_top.c - rates are what happened between two looks
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd/top_print.h"
#include "cli/cmd/top_rates.h"

static json_t *look(int ms, int frames, int bytes, int drops)
{
	json_t *status = json_pack("{s:s, s:s, s:[{s:s, s:s, s:s}]}", "lab",
				   "office", "state", "ready", "nodes", "name",
				   "web1", "kind", "vm", "state", "ready");
	json_t *ports = json_pack(
		"{s:[{s:s, s:s, s:i, s:i, s:i, s:i, s:{s:i, s:i}}]}", "ports",
		"port", "web1:0", "network", "wan", "rx_frames", frames,
		"rx_bytes", bytes, "tx_frames", 0, "tx_bytes", 0, "drops",
		"runt", drops, "hairpin", 1);
	json_t *snapshot = top_snapshot(status, ports, "/nosuch", ms);

	json_decref(status);
	json_decref(ports);
	return snapshot;
}

static double rate_of(const json_t *document, const char *key)
{
	const json_t *port =
		json_array_get(json_object_get(document, "ports"), 0);

	return json_number_value(json_object_get(port, key));
}

static json_t *between(json_t *before, json_t *now)
{
	json_t *document = top_document(before, now);

	json_decref(before);
	json_decref(now);
	return document;
}

static bool is_near(double a, double b)
{
	return a > b - 0.01 && a < b + 0.01;
}

static void rates_are_per_second_whatever_the_interval(void **state)
{
	json_t *top = between(look(1000, 10, 1000, 0), look(1500, 30, 2000, 5));

	(void)state;
	assert_int_equal(
		json_integer_value(json_object_get(top, "interval_ms")), 500);
	assert_true(is_near(rate_of(top, "rx_frames_per_s"), 40));
	assert_true(is_near(rate_of(top, "rx_bits_per_s"), 16000));
	assert_true(is_near(rate_of(top, "drops_per_s"), 10));
	json_decref(top);
}

static void counters_that_began_anew_never_give_a_negative_rate(void **state)
{
	json_t *top = between(look(1000, 5000, 9, 7), look(2000, 30, 10, 0));

	(void)state;
	assert_true(is_near(rate_of(top, "rx_frames_per_s"), 30));
	assert_true(is_near(rate_of(top, "drops_per_s"), 1));
	json_decref(top);
}

static void first_look_has_no_rates(void **state)
{
	json_t *now = look(1000, 10, 1000, 0), *top = top_document(NULL, now);
	const json_t *port = json_array_get(json_object_get(top, "ports"), 0);
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_null(json_object_get(port, "rx_frames_per_s"));
	top_print(out, top);
	fclose(out);
	assert_non_null(strstr(text, "web1:0  wan      -"));
	free(text);
	json_decref(top);
	json_decref(now);
}

static void same_moment_twice_divides_by_no_zero(void **state)
{
	json_t *top = between(look(1000, 10, 0, 0), look(1000, 10, 0, 0));

	(void)state;
	assert_true(is_near(rate_of(top, "rx_frames_per_s"), 0));
	json_decref(top);
}

static void expect_order(json_t *top, const char *key, const char *first,
			 const char *last)
{
	const json_t *ports = json_object_get(top, "ports");
	size_t count = json_array_size(ports);

	assert_int_equal(top_sort(top, key), 0);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(ports, 0), "port")),
			    first);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(ports, count - 1), "port")),
			    last);
}

static void sorting_puts_large_first_and_names_in_order(void **state)
{
	json_t *top = json_pack(
		"{s:[], s:[{s:s, s:i, s:i}, {s:s, s:i, s:i}, {s:s, s:i}]}",
		"nodes", "ports", "port", "web10:0", "rx_bits_per_s", 5,
		"drops_per_s", 1, "port", "web2:0", "tx_bits_per_s", 9,
		"drops_per_s", 0, "port", "a:0", "rx_bits_per_s", 7);

	(void)state;
	expect_order(top, "name", "a:0", "web10:0");
	expect_order(top, "bits", "web2:0", "web10:0");
	expect_order(top, "drops", "web10:0", "web2:0");
	expect_order(top, "memory", "a:0", "web10:0");
	assert_int_equal(top_sort(top, "size"), -EINVAL);
	json_decref(top);
}

static void rates_are_short(void **state)
{
	char text[16];

	(void)state;
	assert_string_equal(top_format(0, text), "0");
	assert_string_equal(top_format(999.4, text), "999");
	assert_string_equal(top_format(1000, text), "1.0k");
	assert_string_equal(top_format(999960, text), "1.0M");
	assert_string_equal(top_format(12345678901, text), "12.3G");
	assert_string_equal(top_format(1e30, text), "99999.0T");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_per_second_whatever_the_interval),
		cmocka_unit_test(
			counters_that_began_anew_never_give_a_negative_rate),
		cmocka_unit_test(first_look_has_no_rates),
		cmocka_unit_test(same_moment_twice_divides_by_no_zero),
		cmocka_unit_test(sorting_puts_large_first_and_names_in_order),
		cmocka_unit_test(rates_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
