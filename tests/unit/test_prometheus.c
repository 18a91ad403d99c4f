// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_prometheus.c - metrics are written as Prometheus reads them
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cmd/prometheus.h"

static const struct prometheus_family frames = {"weft_frames_total",
						PROMETHEUS_COUNTER,
						"Frames that passed",
						{"lab", "port"}};
static const struct prometheus_family up = {
	"weft_up", PROMETHEUS_GAUGE, "Does it run?", {NULL}};

static void family_has_help_type_and_samples(void **state)
{
	const char *values[] = {"office", "web1:0"};
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	prometheus_begin(out, &frames);
	prometheus_sample(out, &frames, values, INT64_C(12345678901234));
	prometheus_begin(out, &up);
	prometheus_sample(out, &up, NULL, 1);
	fclose(out);
	assert_string_equal(text,
			    "# HELP weft_frames_total Frames that passed\n"
			    "# TYPE weft_frames_total counter\n"
			    "weft_frames_total{lab=\"office\",port=\"web1:0\"} "
			    "12345678901234\n"
			    "# HELP weft_up Does it run?\n"
			    "# TYPE weft_up gauge\n"
			    "weft_up 1\n");
	free(text);
}

static void label_values_are_escaped(void **state)
{
	const char *values[] = {"a\"b\\c\ne", NULL};
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	prometheus_sample(out, &frames, values, 0);
	fclose(out);
	assert_string_equal(text, "weft_frames_total{lab=\"a\\\"b\\\\c\\ne\","
				  "port=\"\"} 0\n");
	free(text);
}

static void milliseconds_are_told_as_seconds(void **state)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	prometheus_seconds(out, &up, NULL, 12034);
	prometheus_seconds(out, &up, NULL, -1);
	fclose(out);
	assert_string_equal(text, "weft_up 12.034\nweft_up 0.000\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(family_has_help_type_and_samples),
		cmocka_unit_test(label_values_are_escaped),
		cmocka_unit_test(milliseconds_are_told_as_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
