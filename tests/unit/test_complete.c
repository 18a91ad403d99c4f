// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_complete.c - what a synopsis says of the words behind a verb
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "cli/cmd/complete.h"

static void assert_place(const char *synopsis, unsigned number,
			 const char *expected)
{
	char place[64];
	bool found = complete_place(synopsis, number, place, sizeof(place));

	assert_int_equal(found, expected != NULL);
	if (expected)
		assert_string_equal(place, expected);
}

static void each_word_of_a_synopsis_has_its_place(void **state)
{
	(void)state;
	assert_place("[LAB]", 0, "LAB");
	assert_place("[LAB]", 1, NULL);
	assert_place("down|up|flap PORT", 0, "down|up|flap");
	assert_place("down|up|flap PORT", 1, "PORT");
	assert_place("down|up|flap PORT", 2, NULL);
	assert_place("NODE [--] COMMAND [ARGUMENT...]", 1, "COMMAND");
	assert_place("NODE [--] COMMAND [ARGUMENT...]", 9, "ARGUMENT");
	assert_place("FILE...", 7, "FILE");
	assert_place("", 0, NULL);
	assert_place("PORT|NETWORK|UPLINK[/MEMBER]...", 0,
		     "PORT|NETWORK|UPLINK");
	assert_place("PORT|NETWORK|UPLINK[/MEMBER]...", 3,
		     "PORT|NETWORK|UPLINK");
	assert_place("PORT [--delay TIME]", 0, "PORT");
	assert_place("broken [", 1, NULL);
	assert_place("broken[x", 1, NULL);
}

static void every_verb_has_a_place_for_each_word_it_needs(void **state)
{
	const struct command *command;
	char place[128];
	int i;

	(void)state;
	for (command = commands; command->name; command++) {
		for (i = 0; i < command->min_args; i++)
			assert_true(complete_place(command->arguments,
						   (unsigned)i, place,
						   sizeof(place)));
		if (command->max_args >= 0)
			assert_int_equal(
				complete_place(command->arguments,
					       (unsigned)command->max_args,
					       place, sizeof(place)) &&
					!strstr(command->arguments, "..."),
				0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_of_a_synopsis_has_its_place),
		cmocka_unit_test(every_verb_has_a_place_for_each_word_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
