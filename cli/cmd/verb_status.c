// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_status.c - weft status: what runs
 */
#include <stdio.h>

#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/show.h"
#include "cli/cmd/uplinks.h"
#include "cli/cmd/verbs.h"

static void print_switch(const json_t *status)
{
	const json_t *self = json_object_get(status, "switch");

	printf("\nweft-switch pid %" JSON_INTEGER_FORMAT
	       ", restarted %" JSON_INTEGER_FORMAT " times\n",
	       json_integer_value(json_object_get(self, "pid")),
	       json_integer_value(json_object_get(self, "restarts")));
}

static void print_uplinks(const json_t *uplinks)
{
	json_t *uplink;
	size_t i;

	json_array_foreach(json_object_get(uplinks, "uplinks"), i, uplink)
	{
		if (!i)
			putchar('\n');
		uplink_print_line(stdout, uplink);
	}
}

static void print_status(const struct invocation *call, const json_t *status,
			 const json_t *uplinks)
{
	const struct show show = {.brief = option_given(call, OPTION_BRIEF)};
	char age[32];
	const char *up = age_text(status, age, sizeof(age));

	if (show.brief) {
		show_nodes(status, &show);
		return;
	}
	print_safe(stdout, text_of(status, "lab"));
	putchar(' ');
	print_safe(stdout, text_of(status, "state"));
	printf(" %s\n\n", up ? up : "");
	show_networks(status, &show);
	say_firewalls(status);
	putchar('\n');
	show_nodes(status, &show);
	print_uplinks(uplinks);
	if (option_given(call, OPTION_STATS))
		print_switch(status);
}

/* What is said of a lab in words needs its uplinks, too. */
static bool wants_uplinks(const struct invocation *call)
{
	return !option_given(call, OPTION_JSON) &&
	       !option_given(call, OPTION_BRIEF);
}

/* All labs that run: their status, and by number their uplinks. */
static void ask_all(const struct invocation *call, json_t *labs,
		    json_t *uplinks)
{
	char names[STATE_LABS_MAX][LAB_NAME_SIZE];
	struct session session;
	struct state_env env;
	unsigned i, count;
	json_t *status;

	state_env_init(&env);
	count = state_dir_list(&env, names);
	for (i = 0; i < count; i++) {
		if (session_find(&session, call, names[i], false))
			continue;
		if (session_query(&session, "lab.status", NULL, &status) == 0) {
			json_t *own = wants_uplinks(call)
					      ? uplinks_ask(&session)
					      : NULL;

			json_array_append_new(labs, status);
			json_array_append_new(uplinks, own ? own : json_null());
		}
		session_close(&session);
	}
}

static int status_all(const struct invocation *call)
{
	json_t *labs = json_array(), *uplinks = json_array(), *status;
	size_t i;

	ask_all(call, labs, uplinks);
	if (option_given(call, OPTION_JSON)) {
		status = json_pack("{s:s, s:O}", "schema", "weft.labs/1",
				   "labs", labs);
		print_json(status);
		json_decref(status);
	} else {
		json_array_foreach(labs, i, status)
		{
			if (i && !option_given(call, OPTION_BRIEF))
				putchar('\n');
			print_status(call, status, json_array_get(uplinks, i));
		}
	}
	json_decref(labs);
	json_decref(uplinks);
	return EXIT_DONE;
}

int run_status(const struct invocation *call)
{
	json_t *status, *uplinks = NULL;
	struct session session;
	int error;

	if (option_given(call, OPTION_ALL))
		return status_all(call);
	error = session_find(&session, call, call->argv[0], false);
	if (error)
		return error;
	error = session_query(&session, "lab.status", NULL, &status);
	if (!error && wants_uplinks(call))
		uplinks = uplinks_ask(&session);
	session_close(&session);
	if (error)
		return error;
	if (option_given(call, OPTION_JSON))
		print_json(status);
	else
		print_status(call, status, uplinks);
	json_decref(status);
	json_decref(uplinks);
	return EXIT_DONE;
}
