// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check_report.c - what came of a lab's checks: lines and JSON
 */
#include "cli/cmd/check_report.h"

#include <string.h>

#include "cli/cmd/print.h"
#include "cli/lab/schema_check.h"

static const char *const names[] = {
	[CHECK_PENDING] = "pending",
	[CHECK_PASSED] = "pass",
	[CHECK_FAILED] = "fail",
	[CHECK_ERROR] = "error",
};
static_assert(ARRAY_SIZE(names) == CHECK_RESULT_COUNT, "a result's name");

static const char *const marks[] = {
	[CHECK_PENDING] = "....",
	[CHECK_PASSED] = "\033[32mPASS\033[0m",
	[CHECK_FAILED] = "\033[31mFAIL\033[0m",
	[CHECK_ERROR] = "\033[31mFAIL\033[0m",
};
static_assert(ARRAY_SIZE(marks) == CHECK_RESULT_COUNT, "a result's mark");

void check_count(const struct check *checks, unsigned count,
		 struct check_counts *counts)
{
	long first = 0, last = 0;

	*counts = (struct check_counts){0};
	for (unsigned i = 0; i < count; i++) {
		const struct check *check = &checks[i];

		counts->by_result[check->result]++;
		if (!first || check->started_ms < first)
			first = check->started_ms;
		last = MAX(last, check->started_ms + check->elapsed_ms);
	}
	counts->elapsed_ms = last - first;
}

void check_print(const struct check *check, FILE *out)
{
	const char *mark = marks[check->result];

	if (print_is_fancy(out))
		fputs(mark, out);
	else
		fputs(check->result == CHECK_PASSED ? "PASS" : "FAIL", out);
	fprintf(out, " %5.1fs  ", (double)check->elapsed_ms / 1e3);
	print_safe(out, check->title);
	if (check->why[0]) {
		fputs(": ", out);
		print_safe(out, check->why);
	}
	fputc('\n', out);
	fflush(out);
}

/* Of text that a guest wrote: JSON has no broken UTF-8. */
static json_t *json_text(const char *text)
{
	json_t *json = json_string(text);
	char copy[CHECK_OUTPUT_SIZE];
	size_t i;

	if (json)
		return json;
	for (i = 0; i < sizeof(copy) - 1 && text[i]; i++)
		copy[i] = (char)(text[i] & 0x80 ? '?' : text[i]);
	copy[i] = '\0';
	return json_string(copy);
}

static json_t *check_json(const struct check *check)
{
	const struct check_settings *settings = check->settings;
	json_t *json = json_pack(
		"{s:o, s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:o}", "name",
		json_text(check->title), "from",
		check->lab->nodes[settings->from].name, "kind",
		check_kind_names[settings->kind], "target", settings->target,
		"expect", settings->expect_fail ? "fail" : "ok", "result",
		names[check->result], "elapsed_ms",
		(json_int_t)check->elapsed_ms, "why", json_text(check->why),
		"output", json_text(check->output));

	if (check->address[0])
		json_object_set_new(json, "address",
				    json_string(check->address));
	return json;
}

void check_print_json(const struct check *checks, unsigned count,
		      const struct check_counts *counts)
{
	json_t *list = json_array(), *document;

	for (unsigned i = 0; i < count; i++)
		json_array_append_new(list, check_json(&checks[i]));
	document = json_pack("{s:s, s:s, s:i, s:i, s:i, s:I, s:o}", "schema",
			     "weft.checks/1", "lab",
			     count ? checks[0].lab->name : "", "passed",
			     (int)counts->by_result[CHECK_PASSED], "failed",
			     (int)counts->by_result[CHECK_FAILED], "errors",
			     (int)counts->by_result[CHECK_ERROR], "elapsed_ms",
			     (json_int_t)counts->elapsed_ms, "checks", list);
	print_json(document);
	json_decref(document);
}
