// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_plug.c - weft attach, weft detach: a spare NIC into a network, and out
 */
#include <stdio.h>

#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/verbs.h"

/* @params is taken over, @result the caller's; an exit code. */
static int ask(const struct invocation *call, const char *method,
	       json_t *params, json_t **result)
{
	struct session session;
	int code;

	*result = NULL;
	code = session_find(&session, call, NULL, false);
	if (code) {
		json_decref(params);
		return code;
	}
	code = session_query(&session, method, params, result);
	session_close(&session);
	return code;
}

int run_attach(const struct invocation *call)
{
	json_t *result;
	int code = ask(call, "node.attach",
		       json_pack("{s:s, s:s}", "node", call->argv[0], "network",
				 call->argv[1]),
		       &result);

	if (!code && option_given(call, OPTION_JSON)) {
		print_json(result);
	} else if (!code) {
		print_safe(stdout, text_of(result, "port"));
		putchar('\n');
		if (!json_is_true(json_object_get(result, "carrier")))
			complain(0, "it has no carrier yet: its node does not "
				    "run, or has no driver for it");
	}
	json_decref(result);
	return code;
}

int run_detach(const struct invocation *call)
{
	json_t *result;
	int code = ask(call, "port.detach",
		       json_pack("{s:s}", "port", call->argv[0]), &result);

	if (!code && option_given(call, OPTION_JSON))
		print_json(result);
	json_decref(result);
	return code;
}
