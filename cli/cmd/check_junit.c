// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check_junit.c - what came of a lab's checks, as JUnit XML
 *
 * The dialect that Jenkins, GitLab and GitHub's reporters read: testsuites,
 * testsuite, testcase, and failure or error with the output as text.
 */
#include <string.h>

#include "cli/cmd/check_report.h"

/* Length of the UTF-8 sequence at @s that XML may have; 0: it may not (XML 1.0
 * 2.2; RFC 3629 4). */
static size_t xml_char(const unsigned char *s)
{
	static const unsigned min[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = s[0] < 0x80             ? 1
		     : (s[0] & 0xe0) == 0xc0 ? 2
		     : (s[0] & 0xf0) == 0xe0 ? 3
		     : (s[0] & 0xf8) == 0xf0 ? 4
					     : 0;
	unsigned code;

	if (len <= 1)
		return s[0] >= 0x20 || strchr("\t\n\r", s[0]) ? len : 0;
	code = s[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < min[len] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000) || code == 0xfffe ||
	    code == 0xffff)
		return 0;
	return len;
}

static const char *entity(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	case '\t':
		return "&#9;";
	}
	return NULL;
}

static void put_xml(const char *text, FILE *out)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		size_t len = xml_char(s);

		if (!len)
			fputs("\xef\xbf\xbd", out);
		else if (entity(*s))
			fputs(entity(*s), out);
		else
			fwrite(s, 1, len, out);
		s += len ? len : 1;
	}
}

static void put_attribute(const char *name, const char *text, FILE *out)
{
	fprintf(out, " %s=\"", name);
	put_xml(text, out);
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
	put_xml(check->output, out);
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
