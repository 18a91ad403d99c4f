// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_node.c - weft start, stop, restart, pause, resume of one node; weft down
 * of them all
 */
#include <stdio.h>

#include "cli/cmd/progress.h"
#include "cli/cmd/session.h"
#include "cli/cmd/verbs.h"

#define NODE_TIMEOUT_MS 60000
/* The server ends first, and says more than "no answer" does. */
#define GRACE_MS 5000

static int read_timeout(const struct invocation *call, int *ms)
{
	const char *text = call->values[OPTION_TIMEOUT];

	*ms = NODE_TIMEOUT_MS;
	if (text && (duration_parse(text, ms) || *ms > INT32_MAX - GRACE_MS))
		return usage_error(call->command,
				   "--timeout=%s: a duration is like 60s, "
				   "500ms, 2m",
				   text);
	return 0;
}

static int run_node(const struct invocation *call, const char *method)
{
	struct ctl_call what = {.method = method};
	struct ctl_answer answer;
	struct session session;
	struct progress progress;
	int code, ms;

	code = read_timeout(call, &ms);
	if (!code)
		code = session_find(&session, call, NULL, false);
	if (code)
		return code;
	progress_init(&progress);
	what.params = json_pack("{s:s, s:i}", "node", call->argv[0],
				"timeout_ms", ms);
	what.timeout_ms = ms + GRACE_MS;
	what.notified = progress_notified;
	what.arg = &progress;
	code = session_call(&session, &what, &answer);
	progress_fini(&progress);
	ctl_answer_fini(&answer);
	session_close(&session);
	return code;
}

int run_start(const struct invocation *call)
{
	return run_node(call, "node.start");
}

int run_stop(const struct invocation *call)
{
	return run_node(call, "node.stop");
}

int run_restart(const struct invocation *call)
{
	return run_node(call, "node.restart");
}

int run_pause(const struct invocation *call)
{
	return run_node(call, "node.pause");
}

int run_resume(const struct invocation *call)
{
	return run_node(call, "node.resume");
}

int run_down(const struct invocation *call)
{
	struct ctl_call what = {.method = "lab.down"};
	struct ctl_answer answer;
	struct session session;
	struct progress progress;
	int code;

	code = read_timeout(call, &what.timeout_ms);
	if (!code)
		code = session_find(&session, call, call->argv[0], false);
	if (code)
		return code;
	progress_init(&progress);
	what.notified = progress_notified;
	what.arg = &progress;
	code = session_call(&session, &what, &answer);
	progress_fini(&progress);
	if (!code)
		fprintf(stderr, "%s is down\n", session.lab);
	ctl_answer_fini(&answer);
	session_close(&session);
	return code;
}
