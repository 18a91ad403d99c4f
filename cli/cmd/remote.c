// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * remote.c - a command that runs in a node, with its streams
 *
 * Theory of operation
 *
 * labd's answer brings three descriptors (where to write the command's input,
 * where to read its output and its errors) and a number; the end is told later
 * by the notification exec.exit with that number. The command is over when that
 * has come and both streams have ended, so no output is lost.
 *
 * Limits: one command a session: hanging up is what ends it.
 */
#include "cli/cmd/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define START_TIMEOUT_MS 30000

void remote_init(struct remote *remote, struct session *session)
{
	*remote = (struct remote){.session = session,
				  .number = -1,
				  .in = -1,
				  .out = -1,
				  .error = -1};
}

static void exec_notified(void *arg, const char *method, const json_t *params)
{
	json_t *number = json_object_get(params, "exec");
	json_t *code = json_object_get(params, "code");
	json_t *by_signal = json_object_get(params, "signal");
	struct remote *remote = arg;

	if (strcmp(method, "exec.exit") != 0 || !json_is_integer(number))
		return;
	/* It may come before the answer that tells the number. */
	if (remote->number >= 0 && json_integer_value(number) != remote->number)
		return;
	remote->is_over = true;
	if (json_is_integer(by_signal))
		remote->code = 128 + (int)json_integer_value(by_signal);
	else
		remote->code = (int)json_integer_value(code);
	remote->code &= 0xff;
}

int remote_start(struct remote *remote, json_t *params, struct err *err)
{
	struct ctl_call what = {.method = "node.exec",
				.params = params,
				.timeout_ms = START_TIMEOUT_MS,
				.notified = exec_notified,
				.arg = remote};
	struct ctl_answer answer;
	int error, code = EXIT_FAILED;

	error = ctl_client_call(remote->session->client, &what, &answer, err);
	if (error == -EREMOTEIO)
		code = answer.exit_code;
	if (!error) {
		remote->number = json_integer_value(
			json_object_get(answer.result, "exec"));
		remote->in = ctl_answer_take_fd(&answer, 0);
		remote->out = ctl_answer_take_fd(&answer, 1);
		remote->error = ctl_answer_take_fd(&answer, 2);
	}
	ctl_answer_fini(&answer);
	if (error == -EINTR)
		return EXIT_INTERRUPTED;
	if (error)
		return code;
	if (remote->in < 0 || remote->out < 0 || remote->error < 0) {
		err_set(err, -EPROTO, "labd sent no streams");
		return EXIT_FAILED;
	}
	fcntl(remote->in, F_SETFL, O_NONBLOCK);
	return 0;
}

int remote_run(struct remote *remote, const char *node, json_t *argv,
	       struct err *err)
{
	return remote_start(remote,
			    json_pack("{s:s, s:o}", "node", node, "argv", argv),
			    err);
}

int remote_listen(struct remote *remote, struct err *err)
{
	return ctl_client_listen(remote->session->client, exec_notified, remote,
				 err);
}

int remote_fd(const struct remote *remote)
{
	return remote->is_over ? -1 : ctl_client_fd(remote->session->client);
}

bool remote_is_done(const struct remote *remote)
{
	return remote->is_over && remote->out < 0 && remote->error < 0;
}

void remote_close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void remote_close(struct remote *remote)
{
	remote_close_end(&remote->in);
	remote_close_end(&remote->out);
	remote_close_end(&remote->error);
}
