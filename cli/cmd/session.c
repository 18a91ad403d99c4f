// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * session.c - a verb's way to the lab it is about
 */
#include "cli/cmd/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/cmd/print.h"

int session_open_stop_fd(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int session_locate(struct session *session, const char *lab, bool quiet)
{
	struct state_env env;
	struct err err;
	int error;

	*session = (struct session){.stop_fd = -1, .quiet = quiet};
	state_env_init(&env);
	error = state_dir_locate(&env, lab, &session->dir, &err);
	if (error && !quiet)
		complain(EXIT_NO_SUCH, "%s", err.msg);
	if (error)
		return EXIT_NO_SUCH;
	snprintf(session->lab, sizeof(session->lab), "%s", lab);
	session->stop_fd = session_open_stop_fd();
	return 0;
}

int session_connect(struct session *session, struct err *err)
{
	char path[STATE_PATH_SIZE];
	struct state_env env;
	int error;

	state_env_init(&env);
	error = state_dir_check(&env, &session->dir, err);
	if (!error)
		error = state_dir_socket(&session->dir, "ctl.sock", path, err);
	if (error)
		return error;
	session->client =
		ctl_client_connect(path, "weft", session->stop_fd, err);
	return session->client ? 0 : err->code;
}

void session_close(struct session *session)
{
	ctl_client_close(session->client);
	session->client = NULL;
	if (session->stop_fd >= 0)
		close(session->stop_fd);
	session->stop_fd = -1;
}

static int exit_of(int error)
{
	switch (error) {
	case 0:
		return EXIT_DONE;
	case -EINTR:
		return EXIT_INTERRUPTED;
	case -ETIMEDOUT:
		return EXIT_TIMEOUT;
	case -EPERM:
	case -EACCES:
		return EXIT_PERMISSION;
	case -ENOENT:
	case -ECONNREFUSED:
		return EXIT_NO_SUCH;
	default:
		return EXIT_FAILED;
	}
}

/* The only running lab; 0, or an exit code after saying why not. */
static int only_lab(const struct invocation *call, char *lab, bool quiet)
{
	char names[STATE_LABS_MAX][LAB_NAME_SIZE];
	struct state_env env;
	unsigned count;

	state_env_init(&env);
	count = state_dir_list(&env, names);
	if (count == 1) {
		memcpy(lab, names[0], LAB_NAME_SIZE);
		return 0;
	}
	if (quiet)
		return EXIT_NO_SUCH;
	if (!count)
		return complain(EXIT_NO_SUCH, "no lab is running\nfix: "
					      "weft up FILE starts one");
	return usage_error(call->command,
			   "%u labs are running: name one with -l LAB "
			   "(%s, %s%s)",
			   count, names[0], names[1], count > 2 ? ", ..." : "");
}

int session_find(struct session *session, const struct invocation *call,
		 const char *lab, bool quiet)
{
	char only[LAB_NAME_SIZE];
	struct err err;
	int error;

	if (!lab)
		lab = call->values[OPTION_LAB];
	if (!lab)
		lab = getenv("WEFT_LAB");
	if (!lab || !*lab) {
		error = only_lab(call, only, quiet);
		if (error)
			return error;
		lab = only;
	}
	error = session_locate(session, lab, quiet);
	if (error)
		return error;
	error = session_connect(session, &err);
	if (!error)
		return 0;
	session_close(session);
	error = exit_of(error);
	if (!quiet && error == EXIT_NO_SUCH)
		complain(error,
			 "lab '%s' is not running\nfix: weft up FILE "
			 "starts it",
			 lab);
	else if (!quiet)
		complain(error, "lab '%s': %s", lab, err.msg);
	return error;
}

static void say_failure(const struct ctl_answer *answer, const char *text)
{
	const json_t *console = json_object_get(answer->data, "console");
	json_t *fix = json_object_get(answer->data, "fix");
	json_t *line;
	size_t i;

	complain(0, "%s", text);
	if (json_array_size(console))
		fputs("last lines of its console:\n", stderr);
	json_array_foreach(console, i, line)
	{
		fputs("  | ", stderr);
		print_safe(stderr, json_string_value(line));
		fputc('\n', stderr);
	}
	if (json_is_string(fix)) {
		fputs("fix: ", stderr);
		print_safe(stderr, json_string_value(fix));
		fputc('\n', stderr);
	}
}

int session_call(struct session *session, const struct ctl_call *what,
		 struct ctl_answer *answer)
{
	struct err err;
	int error;

	error = ctl_client_call(session->client, what, answer, &err);
	if (!error)
		return 0;
	if (!session->quiet && error == -EREMOTEIO)
		say_failure(answer, err.msg);
	else if (!session->quiet)
		complain(0, "%s: %s", what->method, err.msg);
	return error == -EREMOTEIO ? answer->exit_code : exit_of(error);
}

int session_query(struct session *session, const char *method, json_t *params,
		  json_t **result)
{
	struct ctl_call call = {.method = method,
				.params = params,
				.timeout_ms = SESSION_TIMEOUT_MS};
	struct ctl_answer answer;
	int error;

	error = session_call(session, &call, &answer);
	*result = error ? NULL : json_incref(answer.result);
	ctl_answer_fini(&answer);
	return error;
}

json_t *session_ask(struct session *session, const char *method, json_t *params,
		    int timeout_ms)
{
	struct ctl_call call = {
		.method = method, .params = params, .timeout_ms = timeout_ms};
	struct ctl_answer answer;
	json_t *result = NULL;

	if (session_call(session, &call, &answer) == 0)
		result = json_incref(answer.result);
	ctl_answer_fini(&answer);
	return result;
}

int session_status(const struct invocation *call, const char *lab,
		   json_t **status)
{
	struct session session;
	int code = session_find(&session, call, lab, false);

	if (code)
		return code;
	code = session_query(&session, "lab.status", NULL, status);
	session_close(&session);
	return code;
}
