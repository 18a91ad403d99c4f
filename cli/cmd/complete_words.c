// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complete_words.c - the words that one place of a synopsis can hold
 *
 * A place is written as in the synopsis: "down|up|flap" are words to type,
 * "PORT|NETWORK" are looked up in the lab that runs. What isn't known here
 * (TIME, N, FILTER) has no candidates.
 */
#include "cli/cmd/complete.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/uplinks.h"

#define COMPLETE_TIMEOUT_MS 1000

static void put(const struct complete *complete, const char *text,
		const char *suffix)
{
	if (text)
		printf("%s%s%s\n", complete->prefix, text, suffix);
}

static void offer_labs(const struct complete *complete)
{
	char names[STATE_LABS_MAX][LAB_NAME_SIZE];
	struct state_env env;
	unsigned i, count;

	state_env_init(&env);
	count = state_dir_list(&env, names);
	for (i = 0; i < count; i++)
		put(complete, names[i], "");
}

/* Of the lab that the line is about; NULL when that isn't clear. */
static json_t *ask(const struct complete *complete, const char *method)
{
	struct invocation call = {0};
	struct session session;
	json_t *result;

	call.values[OPTION_LAB] = complete->lab;
	if (session_find(&session, &call, NULL, true))
		return NULL;
	result = session_ask(&session, method, NULL, COMPLETE_TIMEOUT_MS);
	session_close(&session);
	return result;
}

static json_t *lab_status(struct complete *complete)
{
	if (!complete->asked)
		complete->status = ask(complete, "lab.status");
	complete->asked = true;
	return complete->status;
}

static json_t *lab_uplinks(struct complete *complete)
{
	if (!complete->asked_uplinks)
		complete->uplinks = ask(complete, "uplink.list");
	complete->asked_uplinks = true;
	return complete->uplinks;
}

static void offer_names(struct complete *complete, const char *list,
			const char *suffix)
{
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(lab_status(complete), list), i,
			   entry) put(complete, text_of(entry, "name"), suffix);
}

static void offer_networks(struct complete *complete)
{
	json_t *entry;
	size_t i;

	offer_names(complete, "networks", "");
	json_array_foreach(json_object_get(lab_status(complete), "networks"), i,
			   entry)
	{
		if (text_of(entry, "gateway"))
			put(complete, text_of(entry, "name"), "/gateway");
		if (json_object_get(entry, "host"))
			put(complete, text_of(entry, "name"), "/host");
	}
}

static void offer_ports(struct complete *complete)
{
	json_t *node, *nic;
	size_t i, k;

	json_array_foreach(json_object_get(lab_status(complete), "nodes"), i,
			   node)
	{
		json_array_foreach(json_object_get(node, "nics"), k, nic)
			put(complete, text_of(nic, "port"), "");
	}
}

static void offer_uplinks(struct complete *complete)
{
	json_t *uplink;
	size_t i;

	json_array_foreach(json_object_get(lab_uplinks(complete), "uplinks"), i,
			   uplink) put(complete, text_of(uplink, "uplink"), "");
}

/* All of them, or behind the name of an uplink its own. */
static void offer_members(struct complete *complete)
{
	json_t *uplinks = lab_uplinks(complete), *only = NULL, *uplink, *member;
	size_t i, k;

	if (complete->before)
		only = uplinks_lookup(uplinks, complete->before);
	json_array_foreach(json_object_get(uplinks, "uplinks"), i, uplink)
	{
		if (only && uplink != only)
			continue;
		json_array_foreach(json_object_get(uplink, "members"), k,
				   member)
			put(complete, text_of(member, "member"), "");
	}
}

static void offer_verbs(const struct complete *complete)
{
	const struct command *command;

	for (command = commands; command->name; command++) {
		if (!command->is_hidden)
			put(complete, command->name, "");
	}
}

static void offer_kind(struct complete *complete, const char *kind)
{
	bool is_any = strcmp(kind, "NAME") == 0;

	if (strcmp(kind, "FILE") == 0)
		puts("FILES");
	else if (strcmp(kind, "LAB") == 0)
		offer_labs(complete);
	else if (strcmp(kind, "VERB") == 0)
		offer_verbs(complete);
	if (is_any || strcmp(kind, "NODE") == 0)
		offer_names(complete, "nodes", "");
	if (is_any || strcmp(kind, "PORT") == 0)
		offer_ports(complete);
	if (is_any || strcmp(kind, "NETWORK") == 0)
		offer_networks(complete);
	if (is_any || strcmp(kind, "UPLINK") == 0)
		offer_uplinks(complete);
	if (strcmp(kind, "MEMBER") == 0)
		offer_members(complete);
	/* web1:/etc/hosts, or a file here */
	if (strcmp(kind, "SRC") == 0 || strcmp(kind, "DST") == 0) {
		offer_names(complete, "nodes", ":");
		puts("FILES");
	}
}

void complete_offer(struct complete *complete, const char *place)
{
	char word[64];
	size_t len;

	while (*place) {
		len = strcspn(place, "|");
		snprintf(word, sizeof(word), "%.*s", (int)len, place);
		if (isupper((unsigned char)word[0]))
			offer_kind(complete, word);
		else if (islower((unsigned char)word[0]))
			put(complete, word, "");
		place += len + (place[len] == '|');
	}
}

/* Length of a word's optional tail, "[/MEMBER]" of "UPLINK[/MEMBER]". */
static size_t tail_len(const char *text)
{
	size_t len = *text == '[' ? strcspn(text, "]") : 0;

	return len && text[len] ? len + 1 : len;
}

bool complete_place(const char *synopsis, unsigned number, char *place,
		    size_t size)
{
	bool repeats = false;
	unsigned at = 0;

	place[0] = '\0';
	while (*synopsis) {
		size_t start = strspn(synopsis, "[ ");
		size_t len = strcspn(synopsis + start, " ].[");
		size_t end = start + len + tail_len(synopsis + start + len);

		if (strncmp(synopsis + start, "--", 2) != 0 && len) {
			snprintf(place, size, "%.*s", (int)len,
				 synopsis + start);
			repeats = strncmp(synopsis + end, "...", 3) == 0;
			if (at++ == number)
				return true;
		}
		synopsis += end;
		synopsis += strspn(synopsis, "]. ");
	}
	return repeats;
}
