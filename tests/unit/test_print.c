// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_print.c - what guests wrote does nothing to a terminal
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cmd/print.h"

/* What a terminal obeys: CSI as ESC [ and as U+009B, OSC as U+009D, DEL. */
#define EVIL "a\033[2J\302\2332J\302\235b\177"

static char text[256];

static const char *safe(const char *words)
{
	FILE *out = fmemopen(text, sizeof(text), "w");

	print_safe(out, words);
	fclose(out);
	return text;
}

static void no_control_character_is_printed(void **state)
{
	(void)state;
	assert_string_equal(safe(EVIL), "a?[2J\302?2J\302?b?");
	assert_string_equal(safe("\302\302\233"), "\302\302?");
}

static void letters_of_other_languages_are_printed(void **state)
{
	/* U+00C4, U+00A0, U+06DB: continuation bytes like those of C1 */
	static const char words[] = "\303\204\t\302\240\333\233";

	(void)state;
	assert_string_equal(safe(words), words);
}

static void no_control_character_is_in_a_table(void **state)
{
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct table table;

	(void)state;
	table_init(&table, "HEAD");
	table_add(&table, EVIL);
	table_print_to(out, &table, true);
	fclose(out);
	assert_string_equal(text, "a?[2J\302?2J\302?b?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_control_character_is_printed),
		cmocka_unit_test(letters_of_other_languages_are_printed),
		cmocka_unit_test(no_control_character_is_in_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
