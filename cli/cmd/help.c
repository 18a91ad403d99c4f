// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * help.c - what the command table says, for the terminal and for man
 */
#include "cli/cmd/help.h"

#include <string.h>

#define HELP_COLUMN 26
#define HELP_WIDTH 78

static bool has_option(const struct command *command, int id)
{
	return id == OPTION_HELP || command->options & OPTION_BIT(id);
}

void help_print_all(FILE *out)
{
	const struct command *command;

	fputs("weft - networks for virtual machines, and the machines on them\n"
	      "\n"
	      "  weft up office.weft.yaml       start a lab, or make a running "
	      "one match its file\n"
	      "  weft status                    what runs, with addresses\n"
	      "  weft console web1              a guest's console; leave with "
	      "^]\n"
	      "  weft exec web1 -- ping -c3 db1 run a command in a guest\n"
	      "  weft down                      stop it all\n"
	      "\nCommands:\n",
	      out);
	for (command = commands; command->name; command++) {
		if (!command->is_hidden)
			fprintf(out, "  %-12s %s\n", command->name,
				command->summary);
	}
	fputs("\nThe lab may be left out when one runs; else -l LAB or "
	      "WEFT_LAB names it.\n"
	      "More: weft COMMAND --help, weft(1), weft.yaml(5)\n",
	      out);
}

static void print_option(const struct option_spec *spec, FILE *out)
{
	char flag[64], letter[8] = "    ";

	if (spec->letter)
		snprintf(letter, sizeof(letter), "-%c, ", spec->letter);
	snprintf(flag, sizeof(flag), "%s--%s%s%s", letter, spec->name,
		 spec->argument ? "=" : "",
		 spec->argument ? spec->argument : "");
	fprintf(out, "  %-*s %s\n", HELP_COLUMN, flag, spec->help);
}

/* Lines of at most HELP_WIDTH; "\n" in @text stays. */
static void print_wrapped(const char *text, FILE *out)
{
	size_t column = 0, len;

	while (*text) {
		len = strcspn(text, " \n");
		if (column && column + 1 + len > HELP_WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column)
			fputc(' ', out);
		fprintf(out, "%.*s", (int)len, text);
		column += len + (column != 0);
		text += len;
		for (; *text == '\n'; text++) {
			fputc('\n', out);
			column = 0;
		}
		text += *text == ' ';
	}
}

void help_print(const struct command *command, FILE *out)
{
	const char *const *example;
	int id;

	fprintf(out, "weft %s - %s\n\nExamples:\n", command->name,
		command->summary);
	for (example = command->examples; *example; example += 2)
		fprintf(out, "  %-42s %s\n", example[0], example[1]);
	fprintf(out, "\nUsage: weft %s [OPTION...]%s%s\n\n", command->name,
		*command->arguments ? " " : "", command->arguments);
	print_wrapped(command->help, out);
	fputs("\n\nOptions:\n", out);
	for (id = 0; id < OPTION_COUNT; id++) {
		if (has_option(command, id))
			print_option(&option_specs[id], out);
	}
}

/* scdoc gives a meaning to these: as characters they take a backslash. */
static void man_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (strchr("\\*_<>#[]", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void man_option(const struct option_spec *spec, FILE *out)
{
	if (spec->letter)
		fprintf(out, "*-%c*, ", spec->letter);
	fprintf(out, "*--%s*", spec->name);
	if (spec->argument)
		fprintf(out, "=_%s_", spec->argument);
	fputs("\n\t", out);
	man_text(spec->help, out);
	fputs("\n\n", out);
}

static void man_heads(const struct command *command, FILE *out)
{
	fprintf(out, "weft-%s(1)\n\n# NAME\n\nweft-%s - ", command->name,
		command->name);
	man_text(command->summary, out);
	fprintf(out, "\n\n# SYNOPSIS\n\n*weft %s* \\[_OPTION_...\\] ",
		command->name);
	man_text(command->arguments, out);
	fputs("\n\n# DESCRIPTION\n\n", out);
	man_text(command->help, out);
	fputs("\n\n# OPTIONS\n\n", out);
}

void help_print_man(const struct command *command, FILE *out)
{
	const char *const *example;
	int id;

	man_heads(command, out);
	for (id = 0; id < OPTION_COUNT; id++) {
		if (has_option(command, id))
			man_option(&option_specs[id], out);
	}
	fputs("# EXIT STATUS\n\n0 when it is done; the others are listed in "
	      "*weft*(1).\n\n# EXAMPLES\n\n",
	      out);
	for (example = command->examples; *example; example += 2) {
		fputs("*", out);
		man_text(example[0], out);
		fputs("*\n\t", out);
		man_text(example[1], out);
		fputs("\n\n", out);
	}
	fputs("# SEE ALSO\n\n*weft*(1), *weft.yaml*(5)\n", out);
}

int run_man(const struct invocation *call)
{
	const struct command *command = command_lookup(call->argv[0]);

	if (!command)
		return complain(EXIT_USAGE, "__man: no such command");
	help_print_man(command, stdout);
	return EXIT_DONE;
}
