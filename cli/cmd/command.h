/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.h - the verbs of the weft command, as one table
 *
 * Parsing, --help, bash completion and the man pages weft-VERB(1) all read this
 * one table, so none of them can know a verb or a flag that the others don't.
 */
#ifndef CLI_CMD_COMMAND_H
#define CLI_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/exit_code.h"
#include "core/util.h"

/** enum option_id - every flag of every verb */
enum option_id {
	OPTION_HELP,
	OPTION_LAB,
	OPTION_JSON,
	OPTION_BRIEF,
	OPTION_STATS,
	OPTION_ALL,
	OPTION_WAIT,
	OPTION_TIMEOUT,
	OPTION_DRY_RUN,
	OPTION_EXIT_CODE,
	OPTION_TTY,
	OPTION_FOLLOW,
	OPTION_FOR,
	OPTION_SILENT,
	OPTION_TIMES,
	OPTION_HOLD,
	OPTION_REPORT,
	OPTION_FAR,
	OPTION_NET,
	OPTION_LIMIT,
	OPTION_LAST,
	OPTION_TEXT,
	OPTION_DOT,
	OPTION_MERMAID,
	OPTION_SVG,
	OPTION_BATCH,
	OPTION_ROUNDS,
	OPTION_INTERVAL,
	OPTION_SORT,
	OPTION_JUNIT,
	OPTION_RECURSIVE,
	OPTION_SCHEMA,
	OPTION_FILTER,
	OPTION_WRITE,
	OPTION_SNAPLEN,
	OPTION_WIRESHARK,
	OPTION_COUNT,
};

#define OPTION_BIT(id) (UINT64_C(1) << (id))

/**
 * struct option_spec - one flag; no verb has two of one name or letter
 * @name:	long form, without dashes
 * @letter:	short form; 0: none
 * @argument:	"LAB"; NULL: takes none. Completion reads it, too: lower case is
 *		typed as it stands, upper case is looked up
 * @help:	one sentence for --help and the man page
 */
struct option_spec {
	const char *name;
	char letter;
	const char *argument;
	const char *help;
};

/**
 * struct invocation - a command line, parsed
 * @command:	the verb
 * @values:	by option id: argument, or "" of a flag without; NULL: absent
 * @argv:	words behind the verb that are no flags; NULL at the end
 * @argc:	how many
 */
struct invocation {
	const struct command *command;
	const char *values[OPTION_COUNT];
	char **argv;
	int argc;
};

/**
 * struct command - one verb
 * @name:	as typed
 * @arguments:	for the synopsis: "NODE [--] COMMAND..."; completion reads it
 * @summary:	one line without full stop
 * @help:	what it does, in sentences; paragraphs split by "\n\n"
 * @examples:	pairs: command line, what it does; NULL at the end
 * @options:	OPTION_BIT()s; OPTION_HELP is always there
 * @min_args:	words needed
 * @max_args:	words allowed; -1: any number
 * @is_exec:	the first word ends the flags: what follows is another's
 * @is_hidden:	for scripts: not in --help, no man page
 * @run:	does it; returns enum exit_code, or exec's command's code
 */
struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help;
	const char *const *examples;
	uint64_t options;
	int min_args;
	int max_args;
	bool is_exec;
	bool is_hidden;
	int (*run)(const struct invocation *call);
};

/** commands - the table; ends with a row without name */
extern const struct command commands[];

/** option_specs - by enum option_id */
extern const struct option_spec option_specs[OPTION_COUNT];

/** command_lookup() - the row of that name, or NULL */
const struct command *command_lookup(const char *name);

/**
 * command_parse() - take a verb's command line apart
 * @command:	the verb
 * @argc:	words in @argv
 * @argv:	begins with the verb; its order is changed
 * @call:	filled; points into @argv
 *
 * Return: 0, or EXIT_USAGE after saying on stderr what is wrong.
 */
int command_parse(const struct command *command, int argc, char **argv,
		  struct invocation *call);

/** command_main() - the whole of weft: find the verb, parse, run */
int command_main(int argc, char **argv);

/** option_given() - is the flag there? */
static inline bool option_given(const struct invocation *call,
				enum option_id id)
{
	return call->values[id];
}

/**
 * complain() - say on stderr what went wrong
 * @exit_code:	handed back, so that a verb can end with "return complain(..."
 */
int complain(int exit_code, const char *fmt, ...) PRINTF(2, 3);

/** usage_error() - complain(EXIT_USAGE), and where to read on */
int usage_error(const struct command *command, const char *fmt, ...)
	PRINTF(2, 3);

/** duration_parse() - "60s", "200ms", "2m", "1h" to ms; -EINVAL */
int duration_parse(const char *text, int *ms);

#endif
