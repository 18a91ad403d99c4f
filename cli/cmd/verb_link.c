// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_link.c - weft link: a port or an uplink's member down, up, or both
 */
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/verbs.h"

#define FLAP_MS 1000
#define FOR_MAX_MS (24 * 3600 * 1000)

/* What link.set takes; NULL, and @code is set, when the words make no sense. */
static json_t *link_params(const struct invocation *call, int *ms, int *code)
{
	const char *how = call->argv[0], *text = call->values[OPTION_FOR];
	bool up = strcmp(how, "up") == 0, flap = strcmp(how, "flap") == 0;
	json_t *params;

	*code = EXIT_USAGE;
	*ms = flap ? FLAP_MS : 0;
	if (!up && !flap && strcmp(how, "down") != 0)
		usage_error(call->command,
			    "link: '%s' is none of down, flap, up", how);
	else if (up && text)
		usage_error(call->command, "link: --for is for down and flap");
	else if (up && option_given(call, OPTION_SILENT))
		usage_error(call->command,
			    "link: --silent is for down and flap");
	else if (text && (duration_parse(text, ms) || !*ms || *ms > FOR_MAX_MS))
		usage_error(call->command,
			    "--for=%s: a duration is like 5s, 500ms, 2m, up "
			    "to a day",
			    text);
	else
		*code = EXIT_DONE;
	if (*code)
		return NULL;
	params = json_pack("{s:s, s:b, s:i, s:b}", "port", call->argv[1], "up",
			   up, "for_ms", *ms, "wait", flap);
	if (option_given(call, OPTION_SILENT))
		json_object_set_new(params, "silent", json_true());
	return params;
}

int run_link(const struct invocation *call)
{
	struct ctl_call what = {.method = "link.set"};
	struct ctl_answer answer;
	struct session session;
	int code, ms;

	what.params = link_params(call, &ms, &code);
	if (!what.params)
		return code;
	code = session_find(&session, call, NULL, false);
	if (code) {
		json_decref(what.params);
		return code;
	}
	what.timeout_ms = ms + SESSION_TIMEOUT_MS;
	code = session_call(&session, &what, &answer);
	if (!code && option_given(call, OPTION_JSON))
		print_json(answer.result);
	ctl_answer_fini(&answer);
	session_close(&session);
	return code;
}
