// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_command.c - the command table is whole, and command lines are parsed
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd/command.h"
#include "cli/cmd/help.h"

static void every_verb_has_help_examples_and_a_function(void **state)
{
	const struct command *command;
	unsigned count = 0;

	(void)state;
	for (command = commands; command->name; command++) {
		size_t i;

		assert_non_null(command->run);
		assert_true(strlen(command->summary) > 10);
		assert_null(strchr(command->summary, '.'));
		if (command->is_hidden)
			continue;
		assert_true(command->help[strlen(command->help) - 1] == '.');
		assert_non_null(command->examples[0]);
		for (i = 0; command->examples[i]; i += 2)
			assert_non_null(command->examples[i + 1]);
		assert_ptr_equal(command_lookup(command->name), command);
		count++;
	}
	assert_true(count >= 15);
}

static void every_flag_is_documented_and_used(void **state)
{
	const struct command *command;
	uint64_t used = OPTION_BIT(OPTION_HELP);
	int i;

	(void)state;
	for (command = commands; command->name; command++)
		used |= command->options;
	assert_true(used == OPTION_BIT(OPTION_COUNT) - 1);
	for (i = 0; i < OPTION_COUNT; i++) {
		const struct option_spec *spec = &option_specs[i];

		assert_non_null(spec->name);
		assert_true(spec->help[strlen(spec->help) - 1] == '.');
	}
}

static void flags_differ(const struct command *command, int i, int j)
{
	const struct option_spec *a = &option_specs[i], *b = &option_specs[j];
	uint64_t both = OPTION_BIT(i) | OPTION_BIT(j);

	if (((command->options | OPTION_BIT(OPTION_HELP)) & both) != both)
		return;
	assert_string_not_equal(a->name, b->name);
	if (a->letter)
		assert_int_not_equal(a->letter, b->letter);
}

static void no_two_flags_of_a_verb_look_alike(void **state)
{
	const struct command *command;
	int i, j;

	(void)state;
	for (command = commands; command->name; command++) {
		for (i = 0; i < OPTION_COUNT; i++) {
			for (j = 0; j < i; j++)
				flags_differ(command, i, j);
		}
	}
}

static void help_and_man_page_name_every_flag(void **state)
{
	const struct command *command;
	char *text, flag[32];
	size_t size;
	int i, man;

	(void)state;
	for (command = commands; command->name; command++) {
		for (man = 0; man < 2; man++) {
			FILE *out = open_memstream(&text, &size);

			if (man)
				help_print_man(command, out);
			else
				help_print(command, out);
			fclose(out);
			for (i = 0; i < OPTION_COUNT; i++) {
				if (!(command->options & OPTION_BIT(i)))
					continue;
				snprintf(flag, sizeof(flag), "--%s",
					 option_specs[i].name);
				assert_non_null(strstr(text, flag));
			}
			free(text);
		}
	}
}

static int parse(const char *verb, char **argv, struct invocation *call)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return command_parse(command_lookup(verb), argc, argv, call);
}

static void flags_may_stand_behind_words(void **state)
{
	char *argv[] = {(char[]){"status"}, (char[]){"office"}, (char[]){"-j"},
			(char[]){"-br"}, NULL};
	struct invocation call;

	(void)state;
	assert_int_equal(parse("status", argv, &call), 0);
	assert_int_equal(call.argc, 1);
	assert_string_equal(call.argv[0], "office");
	assert_true(option_given(&call, OPTION_JSON));
	assert_true(option_given(&call, OPTION_BRIEF));
	assert_false(option_given(&call, OPTION_LAB));
}

static void flags_behind_the_node_belong_to_execs_command(void **state)
{
	char *argv[] = {(char[]){"exec"},
			(char[]){"-l"},
			(char[]){"office"},
			(char[]){"web1"},
			(char[]){"ls"},
			(char[]){"-t"},
			NULL};
	struct invocation call;

	(void)state;
	assert_int_equal(parse("exec", argv, &call), 0);
	assert_string_equal(call.values[OPTION_LAB], "office");
	assert_false(option_given(&call, OPTION_TTY));
	assert_int_equal(call.argc, 3);
	assert_string_equal(call.argv[2], "-t");
}

static void durations_need_a_unit_and_fit(void **state)
{
	static const char *const wrong[] = {"",
					    "s",
					    "60",
					    "-1s",
					    "+1s",
					    " 1s",
					    "1.5s",
					    "1d",
					    "1sx",
					    "597h",
					    "99999999999999999999s"};
	size_t i;
	int ms;

	(void)state;
	assert_int_equal(duration_parse("200ms", &ms), 0);
	assert_int_equal(ms, 200);
	assert_int_equal(duration_parse("2m", &ms), 0);
	assert_int_equal(ms, 120000);
	assert_int_equal(duration_parse("596h", &ms), 0);
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_true(duration_parse(wrong[i], &ms) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_has_help_examples_and_a_function),
		cmocka_unit_test(every_flag_is_documented_and_used),
		cmocka_unit_test(no_two_flags_of_a_verb_look_alike),
		cmocka_unit_test(help_and_man_page_name_every_flag),
		cmocka_unit_test(flags_may_stand_behind_words),
		cmocka_unit_test(flags_behind_the_node_belong_to_execs_command),
		cmocka_unit_test(durations_need_a_unit_and_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
