// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_failover_report.c - measured failovers as tables, pictures and a page
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cmd/failover_report.h"
#include "core/util.h"

#define HOSTILE "<script>alert(\\\"1\\\")</script>&\\u001b[2J"

static const char round_text[] =
	"{\"round\": %d, \"result\": \"ok\", \"old\": \"bond0/eth1\","
	" \"new\": \"bond0/eth2\","
	" \"fault\": {\"at_us\": 0, \"source\": \"experiment\"},"
	" \"last_out_old\": {\"at_us\": -40, \"source\": \"bond\"},"
	" \"switched\": {\"at_us\": 20, \"source\": \"bond\"},"
	" \"first_out_new\": {\"at_us\": 60, \"source\": \"bond\"},"
	" \"last_in_old\": {\"at_us\": -30, \"source\": \"bond\"},"
	" \"first_in_new\": {\"at_us\": 200, \"source\": \"bond\"},"
	" \"outage\": {\"out\": {\"us\": 105, \"from_us\": -40,"
	" \"to_us\": 65, \"open\": false, \"lost\": 1},"
	" \"in\": {\"us\": %d, \"from_us\": -30, \"to_us\": %d,"
	" \"open\": %s, \"lost\": 2}},"
	" \"traffic\": {\"out\": {\"lost\": 1, \"duplicated\": 0},"
	" \"in\": {\"lost\": 2, \"duplicated\": 3}},"
	" \"announced\": {\"rarp\": 3, \"garp\": 0, \"na\": 1,"
	" \"first_round_us\": 7}}";

static const char sum_text[] =
	"\"summary\": {\"rounds\": 2, \"ok\": 2,"
	" \"out\": {\"outage_us\": {\"best\": 105, \"median\": 105,"
	" \"worst\": 105}, \"open\": 0, \"lost\": 2, \"duplicated\": 0,"
	" \"reordered\": 0},"
	" \"in\": {\"outage_us\": {\"best\": 230, \"median\": 230,"
	" \"worst\": 1000030}, \"open\": 1, \"lost\": 4, \"duplicated\": 6,"
	" \"reordered\": 0}}";

static json_t *load(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, 0, &error);

	if (!json)
		fail_msg("%s in %s", error.text, text);
	return json;
}

/* Two rounds: a good one, and one that did not end in one direction */
static json_t *two_rounds(void)
{
	char first[2048], second[2048], text[8192];

	snprintf(first, sizeof(first), round_text, 1, 230, 200, "false");
	snprintf(second, sizeof(second), round_text, 2, 1000030, 1000000,
		 "true");
	snprintf(text, sizeof(text),
		 "{\"schema\": \"weft.failover/1\", \"lab\": \"office\","
		 " \"uplink\": \"bond0\", \"mode\": \"active-backup\","
		 " \"interval_us\": 100, \"rounds\": [%s, %s], %s}",
		 first, second, sum_text);
	return load(text);
}

/* A round that has nothing but what somebody else chose */
static json_t *hostile(void)
{
	return load("{\"uplink\": \"" HOSTILE "\", \"lab\": \"" HOSTILE "\","
		    " \"mode\": \"" HOSTILE "\", \"rounds\": [{\"round\": 1,"
		    " \"old\": \"" HOSTILE "\", \"new\": \"" HOSTILE "\","
		    " \"result\": \"" HOSTILE "\","
		    " \"fault\": {\"at_us\": 0}}]}");
}

static char *printed(void (*print)(FILE *out, const json_t *document),
		     json_t *document)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print(out, document);
	fclose(out);
	json_decref(document);
	return text;
}

static void print_table(FILE *out, const json_t *document)
{
	failover_print(out, document, false);
}

static void print_brief(FILE *out, const json_t *document)
{
	failover_print(out, document, true);
}

static unsigned times(const char *text, const char *what)
{
	unsigned n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

static void assert_line(const char *text, const char *line)
{
	if (!text || !strstr(text, line))
		fail_msg("no '%s' in\n%s", line, text ? text : "nothing");
}

static void table_has_a_line_per_round_and_a_sum(void **state)
{
	char *text = printed(print_table, two_rounds());

	(void)state;
	assert_line(text,
		    "ROUND  OLD         NEW         LAST-OUT  FIRST-OUT  "
		    "FIRST-IN  OUT      IN           LOST  DUP  ANNOUNCED  "
		    "RESULT\n"
		    "1      bond0/eth1  bond0/eth2  -0.040ms  +0.060ms   "
		    "+0.200ms  0.105ms  0.230ms      1/2   0/3  4          "
		    "ok\n");
	assert_line(text, "0.105ms  1000.030ms+  1/2");
	assert_line(text, "\n\nWAY  BEST     MEDIAN   WORST       LOST  DUP  "
			  "REORDERED\n"
			  "out  0.105ms  0.105ms  0.105ms     2     0    0\n"
			  "in   0.230ms  0.230ms  1000.030ms  4     6    0\n");
	free(text);
}

static void brief_table_has_no_heads(void **state)
{
	char *text = printed(print_brief, two_rounds());

	(void)state;
	assert_null(strstr(text, "ROUND"));
	assert_null(strstr(text, "MEDIAN"));
	free(text);
}

static void what_is_missing_is_a_dash(void **state)
{
	char *text = printed(print_table,
			     load("{\"rounds\": [{}, 7, {\"round\": \"x\","
				  " \"fault\": 3, \"outage\": [],"
				  " \"last_out_old\": {\"at_us\": 1e15},"
				  " \"announced\": {\"rarp\": null}}]}"));

	(void)state;
	assert_int_equal(times(text, "\n-  "), 3);
	assert_int_equal(times(text, "ms"), 0);
	assert_line(text, "out  -     -       -      -     -    -\n");
	free(text);
}

/* Each picture again, of less and less of a document. */
static void nothing_breaks_without_a_key(void **state)
{
	static const char *const keys[] = {
		"fault",       "last_out_old", "switched", "first_out_new",
		"last_in_old", "first_in_new", "outage",   "traffic",
		"announced",   "old",          "new",      "result",
	};
	json_t *document = two_rounds(), *round;
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		json_array_foreach(json_object_get(document, "rounds"), k,
				   round)
		{
			json_object_del(round, keys[i]);
		}
		free(printed(print_table, json_incref(document)));
		free(printed(failover_print_svg, json_incref(document)));
		free(printed(failover_print_html, json_incref(document)));
	}
	json_decref(document);
	free(printed(failover_print_svg, json_object()));
	free(printed(failover_print_html, json_object()));
	free(printed(failover_print_html, json_integer(3)));
}

static void picture_has_a_lane_for_each_thing(void **state)
{
	char *text = printed(failover_print_svg, two_rounds());

	(void)state;
	assert_int_equal(times(text, "<svg "), 1);
	assert_int_equal(times(text, "</svg>"), 1);
	assert_int_equal(times(text, ">out bond0/eth1</text>"), 2);
	assert_int_equal(times(text, ">out bond0/eth2</text>"), 2);
	assert_int_equal(times(text, ">in bond0/eth1</text>"), 2);
	assert_int_equal(times(text, ">in bond0/eth2</text>"), 2);
	assert_int_equal(times(text, ">announced</text>"), 2);
	assert_int_equal(times(text, ">last -0.040 ms<"), 2);
	assert_int_equal(times(text, ">first +0.060 ms<"), 2);
	assert_int_equal(times(text, ">last -0.030 ms<"), 2);
	assert_int_equal(times(text, ">first +0.200 ms<"), 2);
	assert_int_equal(times(text, ">3 RARP, 0 ARP, 1 NA<"), 2);
	assert_line(text, ">nothing came out for 0.105 ms, 1 lost; in for "
			  "0.230 ms, 2 lost<");
	assert_line(text, "; in for 1000.030 ms and more, 2 lost<");
	assert_int_equal(times(text, ">0.00<"), 1);
	free(text);
}

/* One second would make the others invisible. */
static void much_longer_round_has_its_own_axis(void **state)
{
	char *text = printed(failover_print_svg, two_rounds());

	(void)state;
	assert_int_equal(times(text, "on an axis of its own"), 1);
	assert_line(text, "round 2: ok (on an axis of its own)");
	free(text);
}

static void page_needs_nothing_from_elsewhere(void **state)
{
	char *text = printed(failover_print_html, two_rounds());

	(void)state;
	assert_line(text, "<title>failover of bond0</title>");
	assert_line(text, "<td>1000.030ms+</td>");
	assert_int_equal(times(text, "<svg "), 2);
	assert_int_equal(times(text, "<table>"), times(text, "</table>"));
	assert_int_equal(times(text, "<script"), 0);
	assert_int_equal(times(text, "src="), 0);
	assert_int_equal(times(text, "href="), 0);
	assert_int_equal(times(text, "url("), 0);
	assert_int_equal(times(text, "http://"),
			 times(text, "xmlns=\"http://www.w3.org/2000/svg\""));
	free(text);
}

static void names_are_text_whatever_they_are(void **state)
{
	char *page = printed(failover_print_html, hostile());
	char *picture = printed(failover_print_svg, hostile());
	char *table = printed(print_table, hostile());

	(void)state;
	assert_null(strstr(page, "<script"));
	assert_null(strstr(picture, "<script"));
	assert_line(page, "<h1>failover of &lt;script&gt;alert(&quot;1&quot;)");
	assert_line(picture, "&lt;script&gt;");
	assert_null(strchr(page, '\x1b'));
	assert_null(strchr(picture, '\x1b'));
	assert_null(strchr(table, '\x1b'));
	free(page);
	free(picture);
	free(table);
}

static void file_is_what_its_name_says(void **state)
{
	static const char *const names[] = {"x.svg", "x.html", "svg", ".svg"};
	static const bool is_picture[] = {true, false, false, true};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		json_t *document = two_rounds();
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		failover_print_for(out, names[i], document);
		fclose(out);
		assert_int_equal(strncmp(text, "<?xml", 5) == 0, is_picture[i]);
		free(text);
		json_decref(document);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_a_line_per_round_and_a_sum),
		cmocka_unit_test(brief_table_has_no_heads),
		cmocka_unit_test(what_is_missing_is_a_dash),
		cmocka_unit_test(nothing_breaks_without_a_key),
		cmocka_unit_test(picture_has_a_lane_for_each_thing),
		cmocka_unit_test(much_longer_round_has_its_own_axis),
		cmocka_unit_test(page_needs_nothing_from_elsewhere),
		cmocka_unit_test(names_are_text_whatever_they_are),
		cmocka_unit_test(file_is_what_its_name_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
