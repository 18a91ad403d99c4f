// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * command.c - find the verb, take its command line apart, run it
 */
#include "cli/cmd/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd/help.h"
#include "cli/cmd/print.h"
#include "cli/lab/suggest.h"

/* getopt_long() wants a letter for each; beyond those of any alphabet. */
#define LONG_ONLY 256

const struct command *command_lookup(const char *name)
{
	const struct command *command;

	for (command = commands; command->name; command++) {
		if (strcmp(command->name, name) == 0)
			return command;
	}
	return NULL;
}

PRINTF(1, 0) static void say(const char *fmt, va_list ap)
{
	char text[2048];
	char *p, before = 0;

	vsnprintf(text, sizeof(text), fmt, ap);
	for (p = text; *p; before = *p++) {
		if (is_control(before, *p) && *p != '\n')
			*p = '?';
	}
	fprintf(stderr, "weft: %s\n", text);
}

int complain(int exit_code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return exit_code;
}

int usage_error(const struct command *command, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	if (command)
		fprintf(stderr, "usage: weft %s%s%s%s\n", command->name,
			command->options ? " [OPTION...]" : "",
			*command->arguments ? " " : "", command->arguments);
	fprintf(stderr, "More: weft %s%s--help\n", command ? command->name : "",
		command ? " " : "");
	return EXIT_USAGE;
}

int duration_parse(const char *text, int *ms)
{
	static const struct {
		const char *name;
		long ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
	char *end;
	size_t i;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (end == text || errno || n < 0 || *text < '0' || *text > '9')
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].name) != 0)
			continue;
		if (n > INT32_MAX / units[i].ms)
			return -EINVAL;
		*ms = (int)(n * units[i].ms);
		return 0;
	}
	return -EINVAL;
}

/* The getopt_long() tables of one verb. */
static void spell(const struct command *command, char *letters,
		  struct option *longs)
{
	int id, used = 0;

	/* '+': stop at the first word; ':': tell a missing argument apart. */
	if (command->is_exec)
		*letters++ = '+';
	*letters++ = ':';
	for (id = 0; id < OPTION_COUNT; id++) {
		const struct option_spec *spec = &option_specs[id];

		if (!(command->options & OPTION_BIT(id)) && id != OPTION_HELP)
			continue;
		longs[used].name = spec->name;
		longs[used].has_arg =
			spec->argument ? required_argument : no_argument;
		longs[used].flag = NULL;
		longs[used].val = LONG_ONLY + id;
		used++;
		if (spec->letter)
			*letters++ = spec->letter;
		if (spec->letter && spec->argument)
			*letters++ = ':';
	}
	*letters = '\0';
	longs[used] = (struct option){0};
}

/* A letter means what it means for this verb: -f of logs is not capture's. */
static int option_of(const struct command *command, int found)
{
	int id;

	if (found >= LONG_ONLY)
		return found - LONG_ONLY;
	for (id = 0; id < OPTION_COUNT; id++) {
		if (option_specs[id].letter == found &&
		    (id == OPTION_HELP || command->options & OPTION_BIT(id)))
			return id;
	}
	return -1;
}

/* iproute2's -br is one option, which getopt would read as two. */
static void expand_brief(const struct command *command, int argc, char **argv)
{
	static char brief[] = "--brief";
	int i;

	if (!(command->options & OPTION_BIT(OPTION_BRIEF)))
		return;
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "-br") == 0)
			argv[i] = brief;
	}
}

static int count_words(const struct command *command,
		       const struct invocation *call)
{
	if (call->argc < command->min_args)
		return usage_error(command, "%s: too few words", command->name);
	if (command->max_args >= 0 && call->argc > command->max_args)
		return usage_error(command, "%s: '%s' is one word too many",
				   command->name,
				   call->argv[command->max_args]);
	return 0;
}

/* What getopt_long() stumbled over, with the flag that was meant. */
static int unknown_option(const struct command *command, const char *word)
{
	char hint[SUGGEST_TEXT_SIZE], letter[3] = {'-', (char)optopt};
	char known[OPTION_COUNT][32], typed[64];
	struct suggest suggest;
	int id;

	if (optopt >= LONG_ONLY)
		return usage_error(command, "%s: --%s takes no argument",
				   command->name,
				   option_specs[optopt - LONG_ONLY].name);
	if (optopt)
		return usage_error(command, "%s: unknown option '%s'",
				   command->name, letter);
	snprintf(typed, sizeof(typed), "%.*s", (int)strcspn(word, "="), word);
	suggest_init(&suggest, typed);
	for (id = 0; id < OPTION_COUNT; id++) {
		snprintf(known[id], sizeof(known[id]), "--%s",
			 option_specs[id].name);
		if (id == OPTION_HELP || command->options & OPTION_BIT(id))
			suggest_offer(&suggest, known[id], known[id]);
	}
	return usage_error(command, "%s: unknown option '%s'%s", command->name,
			   typed, suggest_format(&suggest, hint));
}

int command_parse(const struct command *command, int argc, char **argv,
		  struct invocation *call)
{
	struct option longs[OPTION_COUNT + 1];
	char letters[2 * OPTION_COUNT + 3];
	int found, id;

	*call = (struct invocation){.command = command};
	spell(command, letters, longs);
	expand_brief(command, argc, argv);
	opterr = 0;
	optind = 0; /* glibc: start anew, with what @letters begins with */
	while ((found = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (found == ':')
			return usage_error(command, "%s: %s needs an argument",
					   command->name, argv[optind - 1]);
		id = found == '?' ? -1 : option_of(command, found);
		if (id < 0)
			return unknown_option(command, argv[optind - 1]);
		call->values[id] = optarg ? optarg : "";
	}
	call->argv = argv + optind;
	call->argc = argc - optind;
	if (option_given(call, OPTION_HELP))
		return 0;
	return count_words(command, call);
}

static int unknown_verb(const char *name)
{
	const struct command *command;
	char hint[SUGGEST_TEXT_SIZE];
	struct suggest suggest;

	if (*name == '-')
		return usage_error(NULL,
				   "'%s': options stand behind the command, "
				   "as in weft status -l LAB",
				   name);
	suggest_init(&suggest, name);
	for (command = commands; command->name; command++) {
		if (!command->is_hidden)
			suggest_offer(&suggest, command->name, command->name);
	}
	return usage_error(NULL, "unknown command '%s'%s", name,
			   suggest_format(&suggest, hint));
}

static int run_words(int argc, char **argv)
{
	const struct command *command;
	struct invocation call;
	int error;

	if (argc < 2) {
		help_print_all(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("weft " WEFT_VERSION);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    (strcmp(argv[1], "help") == 0 && argc == 2)) {
		help_print_all(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "help") == 0) {
		command = command_lookup(argv[2]);
		if (!command)
			return unknown_verb(argv[2]);
		help_print(command, stdout);
		return EXIT_DONE;
	}
	command = command_lookup(argv[1]);
	if (!command)
		return unknown_verb(argv[1]);
	error = command_parse(command, argc - 1, argv + 1, &call);
	if (error)
		return command->is_exec ? EXIT_EXEC : error;
	if (option_given(&call, OPTION_HELP)) {
		help_print(command, stdout);
		return EXIT_DONE;
	}
	return command->run(&call);
}

/* What was printed may still fail to arrive: a full disk is told here. */
int command_main(int argc, char **argv)
{
	int code = run_words(argc, argv);
	int error = fflush(stdout) ? errno : 0;

	if (!error && !ferror(stdout))
		return code;
	complain(0, "cannot write standard output%s%s", error ? ": " : "",
		 error ? strerror(error) : "");
	return code ? code : EXIT_FAILED;
}
