// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check_junit.c - what came of a lab's checks, as JUnit XML
 *
 * The dialect that Jenkins, GitLab and GitHub's reporters read: testsuites,
 * testsuite, testcase, and failure or error with the output as text.
 */
#include "cli/cmd/check_report.h"
#include "cli/cmd/xml_text.h"

static void put_attribute(const char *name, const char *text, FILE *out)
{
	fprintf(out, " %s=\"", name);
	xml_put(out, text);
	fputc('"', out);
}

static void put_outcome(const struct check *check, FILE *out)
{
	const char *tag = check->result == CHECK_FAILED ? "failure" : "error";

	if (check->result == CHECK_PASSED)
		return;
	fprintf(out, "\n      <%s", tag);
	put_attribute("message", check->why, out);
	fputc('>', out);
	xml_put(out, check->output);
	fprintf(out, "</%s>\n    ", tag);
}

static void put_case(const struct check *check, FILE *out)
{
	const char *lab = check->lab->name;
	const char *from = check->lab->nodes[check->settings->from].name;
	char class[2 * LAB_NAME_SIZE + 8];

	snprintf(class, sizeof(class), "weft.%s.%s", lab, from);
	fputs("    <testcase", out);
	put_attribute("classname", class, out);
	put_attribute("name", check->title, out);
	fprintf(out, " time=\"%.3f\">", (double)check->elapsed_ms / 1e3);
	put_outcome(check, out);
	fputs("</testcase>\n", out);
}

void check_print_junit(const struct check *checks, unsigned count,
		       const struct check_counts *counts, FILE *out)
{
	char numbers[128];

	snprintf(numbers, sizeof(numbers),
		 "tests=\"%u\" failures=\"%u\" errors=\"%u\" time=\"%.3f\"",
		 count, counts->by_result[CHECK_FAILED],
		 counts->by_result[CHECK_ERROR],
		 (double)counts->elapsed_ms / 1e3);
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites %s>\n  <testsuite",
		numbers);
	put_attribute("name", count ? checks[0].lab->name : "weft", out);
	fprintf(out, " %s>\n", numbers);
	for (unsigned i = 0; i < count; i++)
		put_case(&checks[i], out);
	fputs("  </testsuite>\n</testsuites>\n", out);
}
