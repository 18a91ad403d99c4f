// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complete.c - bash completion: a small fixed script, and the words it asks for
 *
 * The script hands the words typed so far to "weft __complete", which finds out
 * from the command table what may come next and prints the candidates. A line
 * "FILES" makes the script complete file names.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/help.h"
#include "cli/cmd/session.h"

#define COMPLETE_TIMEOUT_MS 1000

static const char script[] =
	"# bash completion of weft; made by: weft completion bash\n"
	"_weft() {\n"
	"\tlocal word words\n"
	"\tmapfile -t words < <(weft __complete -- \"$COMP_CWORD\" "
	"\"${COMP_WORDS[@]:1:$COMP_CWORD}\" 2>/dev/null)\n"
	"\tCOMPREPLY=()\n"
	"\tfor word in \"${words[@]}\"; do\n"
	"\t\tif [ \"$word\" = FILES ]; then\n"
	"\t\t\tcompopt -o default\n"
	"\t\telif [[ \"$word\" == \"$2\"* ]]; then\n"
	"\t\t\tCOMPREPLY+=(\"$word\")\n"
	"\t\tfi\n"
	"\tdone\n"
	"}\n"
	"COMP_WORDBREAKS=${COMP_WORDBREAKS//:}\n"
	"complete -F _weft weft\n";

int run_completion(const struct invocation *call)
{
	if (strcmp(call->argv[0], "bash") != 0)
		return usage_error(call->command,
				   "completion: only bash is built, not '%s'",
				   call->argv[0]);
	fputs(script, stdout);
	return EXIT_DONE;
}

static void offer_words(const char *words)
{
	for (; *words; words += *words == ' ')
		for (; *words && *words != ' '; words++)
			if (putchar(*words) != EOF && words[1] <= ' ')
				putchar('\n');
}

static void offer_labs(void)
{
	char names[STATE_LABS_MAX][LAB_NAME_SIZE];
	struct state_env env;
	unsigned i, count;

	state_env_init(&env);
	count = state_dir_list(&env, names);
	for (i = 0; i < count; i++)
		puts(names[i]);
}

static void offer_ports(json_t *node)
{
	json_t *nic;
	size_t i;

	json_array_foreach(json_object_get(node, "nics"), i, nic)
	{
		const char *port =
			json_string_value(json_object_get(nic, "port"));

		if (port)
			puts(port);
	}
}

/* Nodes or ports of the only running lab; nothing when that isn't clear. */
static void offer_nodes(enum completer completes)
{
	struct invocation nowhere = {0};
	struct session session;
	json_t *status, *node;
	size_t i;

	if (session_find(&session, &nowhere, NULL, true))
		return;
	status = session_ask(&session, "lab.status", NULL, COMPLETE_TIMEOUT_MS);
	json_array_foreach(json_object_get(status, "nodes"), i, node)
	{
		const char *name =
			json_string_value(json_object_get(node, "name"));

		if (completes == COMPLETE_PORT)
			offer_ports(node);
		else if (name)
			puts(name);
	}
	json_decref(status);
	session_close(&session);
}

static void offer(enum completer completes, const char *words)
{
	switch (completes) {
	case COMPLETE_NOTHING:
		break;
	case COMPLETE_FILE:
		puts("FILES");
		break;
	case COMPLETE_LAB:
		offer_labs();
		break;
	case COMPLETE_NODE:
	case COMPLETE_PORT:
		offer_nodes(completes);
		break;
	case COMPLETE_WORDS:
		offer_words(words);
		break;
	}
}

static void offer_verbs(void)
{
	const struct command *command;

	for (command = commands; command->name; command++) {
		if (!command->is_hidden)
			puts(command->name);
	}
}

static const struct option_spec *option_before(const struct command *command,
					       const char *word)
{
	int id;

	for (id = 0; id < OPTION_COUNT; id++) {
		const struct option_spec *spec = &option_specs[id];

		if (!(command->options & OPTION_BIT(id)) || !spec->argument)
			continue;
		if (strncmp(word, "--", 2) == 0 &&
		    strcmp(word + 2, spec->name) == 0)
			return spec;
		if (spec->letter && word[0] == '-' && word[1] == spec->letter &&
		    !word[2])
			return spec;
	}
	return NULL;
}

static void offer_flags(const struct command *command)
{
	int id;

	for (id = 0; id < OPTION_COUNT; id++) {
		if (id == OPTION_HELP || command->options & OPTION_BIT(id))
			printf("--%s\n", option_specs[id].name);
	}
}

/* Words: index of the one to complete, then all behind "weft" up to it. */
int run_complete(const struct invocation *call)
{
	const char *word = call->argv[call->argc - 1];
	const struct option_spec *option;
	const struct command *command;

	if (call->argc <= 2) {
		offer_verbs();
		return EXIT_DONE;
	}
	command = command_lookup(call->argv[1]);
	if (!command)
		return EXIT_DONE;
	option = option_before(command, call->argv[call->argc - 2]);
	if (option)
		offer(option->completes, option->words);
	else if (*word == '-')
		offer_flags(command);
	else
		offer(command->completes, command->words);
	return EXIT_DONE;
}
