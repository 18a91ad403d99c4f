// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_xml_text.c - any bytes, and what XML has a place for
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cmd/xml_text.h"

static void assert_put(const char *text, unsigned max, const char *expected)
{
	char *put;
	size_t size;
	FILE *out = open_memstream(&put, &size);

	if (max)
		xml_put_short(out, text, max);
	else
		xml_put(out, text);
	fclose(out);
	assert_string_equal(put, expected);
	free(put);
}

static void what_means_something_is_an_entity(void **state)
{
	(void)state;
	assert_put("a<b>&\"c'", 0, "a&lt;b&gt;&amp;&quot;c'");
	assert_put("1\n2\t3\r", 0, "1&#10;2&#9;3&#13;");
	assert_put("", 0, "");
	assert_put(NULL, 0, "");
}

static void what_xml_has_no_place_for_is_replaced(void **state)
{
	(void)state;
	assert_put("a\x1b[b", 0, "a\xef\xbf\xbd[b");
	assert_put("\xc3\xa9\xff\xc3", 0, "\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd");
	assert_put("\xed\xa0\x80", 0, /* a surrogate */
		   "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_put("\xc0\xbc", 0, "\xef\xbf\xbd\xef\xbf\xbd"); /* a long '<' */
}

static void long_text_is_cut_between_characters(void **state)
{
	(void)state;
	assert_put("abc", 3, "abc");
	assert_put("abcd", 3, "abc...");
	assert_put("\xc3\xa9\xc3\xa9<\xc3\xa9", 3, "\xc3\xa9\xc3\xa9&lt;...");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_means_something_is_an_entity),
		cmocka_unit_test(what_xml_has_no_place_for_is_replaced),
		cmocka_unit_test(long_text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
