// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_forward.c - weft forward: ports of the host that lead to nodes, while
 * the lab runs
 */
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/show.h"
#include "cli/cmd/verbs.h"

/**
 * struct forward_how - one of the words behind weft forward
 * @word:	as typed
 * @method:	of labd
 * @words:	how many go with it, itself included
 * @usage:	these
 */
struct forward_how {
	const char *word;
	const char *method;
	int words;
	const char *usage;
};

static const struct forward_how hows[] = {
	{"list", "forward.list", 1, "list"},
	{"add", "forward.add", 3, "add HOST TO, as in add 8080 web1:80"},
	{"del", "forward.del", 2, "del HOST, as in del 8080"},
};

static const struct forward_how *find_how(const struct invocation *call)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hows); i++) {
		if (strcmp(hows[i].word, call->argv[0]) != 0)
			continue;
		if (call->argc == hows[i].words)
			return &hows[i];
		usage_error(call->command, "forward: it is %s", hows[i].usage);
		return NULL;
	}
	usage_error(call->command, "forward: '%s' is none of add, del, list",
		    call->argv[0]);
	return NULL;
}

static json_t *params_of(const struct invocation *call,
			 const struct forward_how *how)
{
	json_t *params = json_object();

	if (how->words > 1)
		json_object_set_new(params, "host", json_string(call->argv[1]));
	if (how->words > 2)
		json_object_set_new(params, "to", json_string(call->argv[2]));
	if (call->values[OPTION_NET])
		json_object_set_new(params, "network",
				    json_string(call->values[OPTION_NET]));
	return params;
}

int run_forward(const struct invocation *call)
{
	const struct forward_how *how = find_how(call);
	const struct show show = {.brief = option_given(call, OPTION_BRIEF)};
	struct session session;
	json_t *result;
	int code;

	if (!how)
		return EXIT_USAGE;
	code = session_find(&session, call, NULL, false);
	if (code)
		return code;
	code = session_query(&session, how->method, params_of(call, how),
			     &result);
	if (!code && option_given(call, OPTION_JSON))
		code = print_json(result);
	else if (!code && how->words == 1)
		show_forwards(result, &show);
	json_decref(result);
	session_close(&session);
	return code;
}
