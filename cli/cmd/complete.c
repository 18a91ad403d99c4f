// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complete.c - what may come next: the hidden verb behind every shell's script
 *
 * All of it follows from the command table: the verbs, their flags, and what
 * the synopsis says of a flag's argument or of the word at that place. A new
 * row is completed from the day it is there.
 */
#include "cli/cmd/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd/help.h"

static bool has_option(const struct command *command, int id)
{
	return id == OPTION_HELP || command->options & OPTION_BIT(id);
}

/* The flag that @word is, with or without "=VALUE"; NULL: none. */
static const struct option_spec *option_of(const struct command *command,
					   const char *word)
{
	int id;

	for (id = 0; id < OPTION_COUNT; id++) {
		const struct option_spec *spec = &option_specs[id];
		size_t len = strlen(spec->name);

		if (!has_option(command, id))
			continue;
		if (strncmp(word, "--", 2) == 0 &&
		    strncmp(word + 2, spec->name, len) == 0 &&
		    (!word[len + 2] || word[len + 2] == '='))
			return spec;
		if (spec->letter && word[0] == '-' && word[1] == spec->letter &&
		    (!word[2] || spec->argument))
			return spec;
	}
	return NULL;
}

/* Its value stands in the next word. */
static bool wants_next(const struct option_spec *spec, const char *word)
{
	return spec && spec->argument &&
	       (word[1] == '-' ? !strchr(word, '=') : !word[2]);
}

static void offer_flags(const struct command *command)
{
	int id;

	for (id = 0; id < OPTION_COUNT; id++) {
		if (has_option(command, id))
			printf("--%s\n", option_specs[id].name);
	}
}

static void note_lab(struct complete *complete, const struct option_spec *spec,
		     const char *word, const char *next)
{
	if (spec != &option_specs[OPTION_LAB])
		return;
	if (wants_next(spec, word))
		complete->lab = next;
	else
		complete->lab =
			word[1] == '-' ? strchr(word, '=') + 1 : word + 2;
}

/* "--wait=re": what stands before the value comes with every candidate. */
static void offer_value(struct complete *complete,
			const struct option_spec *spec, const char *word)
{
	size_t len = (size_t)(strchr(word, '=') + 1 - word);
	char *prefix = strndup(word, len);

	complete->prefix = prefix ? prefix : "";
	complete_offer(complete, spec->argument);
	complete->prefix = "";
	free(prefix);
}

/* @words: behind the verb, @count of them; the last one is being typed. */
static void offer_next(struct complete *complete, const struct command *command,
		       char **words, int count)
{
	const char *typed = words[count - 1];
	const struct option_spec *spec = NULL;
	bool flags = true, is_value = false;
	unsigned number = 0;
	char place[128];
	int i;

	for (i = 0; i < count - 1; i++) {
		spec = flags && !is_value ? option_of(command, words[i]) : NULL;
		if (is_value) {
			is_value = false;
		} else if (flags && strcmp(words[i], "--") == 0) {
			flags = false;
		} else if (spec) {
			note_lab(complete, spec, words[i], words[i + 1]);
			is_value = wants_next(spec, words[i]);
		} else {
			number++;
			complete->before = words[i];
			flags = flags && !command->is_exec;
		}
	}
	if (is_value) {
		complete_offer(complete, spec->argument);
	} else if (flags && *typed == '-' && strchr(typed, '=')) {
		spec = option_of(command, typed);
		if (spec && spec->argument)
			offer_value(complete, spec, typed);
	} else if (flags && *typed == '-') {
		offer_flags(command);
	} else if (complete_place(command->arguments, number, place,
				  sizeof(place))) {
		complete_offer(complete, place);
	}
}

/* Words: index of the one to complete, then all behind "weft" up to it. */
int run_complete(const struct invocation *call)
{
	struct complete complete = {.prefix = ""};
	const struct command *command;

	if (call->argc <= 2) {
		complete_offer(&complete, "VERB");
		if (call->argc < 2 || *call->argv[1] == '-')
			puts("--help\n--version");
		return EXIT_DONE;
	}
	command = command_lookup(call->argv[1]);
	if (strcmp(call->argv[1], "help") == 0)
		complete_offer(&complete, call->argc == 3 ? "VERB" : "");
	else if (command)
		offer_next(&complete, command, call->argv + 2, call->argc - 2);
	json_decref(complete.status);
	json_decref(complete.uplinks);
	return EXIT_DONE;
}
