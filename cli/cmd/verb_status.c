// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_status.c - weft status: what runs
 */
#include <stdio.h>

#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/show.h"
#include "cli/cmd/verbs.h"

static void print_switch(const json_t *status)
{
	const json_t *self = json_object_get(status, "switch");

	printf("\nweft-switch pid %" JSON_INTEGER_FORMAT
	       ", restarted %" JSON_INTEGER_FORMAT " times\n",
	       json_integer_value(json_object_get(self, "pid")),
	       json_integer_value(json_object_get(self, "restarts")));
}

static void print_status(const json_t *status, bool brief, bool stats)
{
	const struct show show = {.brief = brief};
	char age[32];
	const char *up = age_text(status, age, sizeof(age));

	if (brief) {
		show_nodes(status, &show);
		return;
	}
	print_safe(stdout, text_of(status, "lab"));
	putchar(' ');
	print_safe(stdout, text_of(status, "state"));
	printf(" %s\n\n", up ? up : "");
	show_networks(status, &show);
	putchar('\n');
	show_nodes(status, &show);
	if (stats)
		print_switch(status);
}

static int status_all(const struct invocation *call)
{
	char names[STATE_LABS_MAX][LAB_NAME_SIZE];
	json_t *labs = json_array(), *status;
	struct session session;
	struct state_env env;
	unsigned i, count;

	state_env_init(&env);
	count = state_dir_list(&env, names);
	for (i = 0; i < count; i++) {
		if (session_find(&session, call, names[i], false))
			continue;
		if (session_query(&session, "lab.status", NULL, &status) == 0)
			json_array_append_new(labs, status);
		session_close(&session);
	}
	if (option_given(call, OPTION_JSON)) {
		status = json_pack("{s:s, s:O}", "schema", "weft.labs/1",
				   "labs", labs);
		print_json(status);
		json_decref(status);
	} else {
		for (i = 0; i < json_array_size(labs); i++) {
			bool brief = option_given(call, OPTION_BRIEF);

			if (i && !brief)
				putchar('\n');
			print_status(json_array_get(labs, i), brief,
				     option_given(call, OPTION_STATS));
		}
	}
	json_decref(labs);
	return EXIT_DONE;
}

int run_status(const struct invocation *call)
{
	json_t *status;
	int error;

	if (option_given(call, OPTION_ALL))
		return status_all(call);
	error = session_status(call, call->argv[0], &status);
	if (error)
		return error;
	if (option_given(call, OPTION_JSON))
		print_json(status);
	else
		print_status(status, option_given(call, OPTION_BRIEF),
			     option_given(call, OPTION_STATS));
	json_decref(status);
	return EXIT_DONE;
}
