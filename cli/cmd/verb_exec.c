// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_exec.c - weft exec: a command in a guest, its streams and exit code
 *
 * Theory of operation
 *
 * labd's answer brings three descriptors (where to write the command's input,
 * where to read its output and its errors) and a number; the end is told later
 * by the notification exec.exit with that number. The command is over when that
 * has come and both streams have ended, so no output is lost; a stream that
 * something left in the background holds open is waited for LINGER_MS only.
 *
 * Limits: the terminal's size is told once, at the start.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cmd/relay.h"
#include "cli/cmd/session.h"
#include "cli/cmd/verbs.h"

#define EXEC_START_TIMEOUT_MS 30000
#define LINGER_MS 2000

/**
 * struct exec - a command in work
 * @session:	the connection
 * @number:	of the exec, as labd calls it
 * @in:		write end of its standard input; -1: closed
 * @out:	read end of its standard output; -1: ended
 * @error:	read end of its standard error; -1: ended
 * @is_over:	exec.exit has come
 * @code:	exit code, or 128 plus a signal's number
 */
struct exec {
	struct session *session;
	json_int_t number;
	int in;
	int out;
	int error;
	bool is_over;
	int code;
};

static void exec_notified(void *arg, const char *method, const json_t *params)
{
	json_t *number = json_object_get(params, "exec");
	json_t *code = json_object_get(params, "code");
	json_t *by_signal = json_object_get(params, "signal");
	struct exec *exec = arg;

	if (strcmp(method, "exec.exit") != 0 || !json_is_integer(number))
		return;
	/* It may come before the answer that tells the number. */
	if (exec->number >= 0 && json_integer_value(number) != exec->number)
		return;
	exec->is_over = true;
	if (json_is_integer(by_signal))
		exec->code = 128 + (int)json_integer_value(by_signal);
	else
		exec->code = (int)json_integer_value(code);
	exec->code &= 0xff;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void relay_end(int *from, int to)
{
	int got = relay_once(*from, to);

	if (got <= 0 && got != -EAGAIN)
		close_end(from);
}

/* One wait; 0 to go on, or EXIT_EXEC, EXIT_INTERRUPTED. */
static int exec_step(struct exec *exec)
{
	struct pollfd fds[5] = {
		{exec->out, POLLIN, 0},
		{exec->error, POLLIN, 0},
		{exec->in >= 0 ? STDIN_FILENO : -1, POLLIN, 0},
		{exec->session->stop_fd, POLLIN, 0},
		{ctl_client_fd(exec->session->client), POLLIN, 0}};
	struct err err;
	int ready, got;

	ready = poll(fds, ARRAY_SIZE(fds), exec->is_over ? LINGER_MS : -1);
	if (ready < 0 && errno != EINTR)
		return complain(EXIT_EXEC, "exec: poll: %s", strerror(errno));
	if (ready == 0) {
		close_end(&exec->out);
		close_end(&exec->error);
	}
	if (fds[0].revents)
		relay_end(&exec->out, STDOUT_FILENO);
	if (fds[1].revents)
		relay_end(&exec->error, STDERR_FILENO);
	if (fds[2].revents) {
		got = relay_input(exec->in, false);
		if (got <= 0 && got != -EAGAIN && got != -ETIMEDOUT)
			close_end(&exec->in);
	}
	if (fds[3].revents)
		return EXIT_INTERRUPTED;
	if (fds[4].revents && !exec->is_over &&
	    ctl_client_listen(exec->session->client, exec_notified, exec, &err))
		return complain(EXIT_EXEC, "exec: %s", err.msg);
	return 0;
}

static int exec_run(struct exec *exec)
{
	int code = 0;

	while (!code && (!exec->is_over || exec->out >= 0 || exec->error >= 0))
		code = exec_step(exec);
	return code ? code : exec->code;
}

static json_t *exec_params(const struct invocation *call)
{
	bool tty = option_given(call, OPTION_TTY);
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	json_t *argv = json_array();
	int i = 1;

	if (call->argv[i] && strcmp(call->argv[i], "--") == 0)
		i++;
	for (; call->argv[i]; i++)
		json_array_append_new(argv, json_string(call->argv[i]));
	if (tty)
		ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	return json_pack("{s:s, s:o, s:b, s:i, s:i}", "node", call->argv[0],
			 "argv", argv, "tty", tty, "rows", (int)size.ws_row,
			 "cols", (int)size.ws_col);
}

static int exec_start(struct exec *exec, const struct invocation *call)
{
	struct ctl_call what = {.method = "node.exec",
				.params = exec_params(call),
				.timeout_ms = EXEC_START_TIMEOUT_MS,
				.notified = exec_notified,
				.arg = exec};
	struct ctl_answer answer;
	int code;

	code = session_call(exec->session, &what, &answer);
	if (!code) {
		exec->number = json_integer_value(
			json_object_get(answer.result, "exec"));
		exec->in = ctl_answer_take_fd(&answer, 0);
		exec->out = ctl_answer_take_fd(&answer, 1);
		exec->error = ctl_answer_take_fd(&answer, 2);
	}
	ctl_answer_fini(&answer);
	if (code)
		return code == EXIT_INTERRUPTED ? code : EXIT_EXEC;
	if (exec->in < 0 || exec->out < 0 || exec->error < 0)
		return complain(EXIT_EXEC, "exec: labd sent no streams");
	fcntl(exec->in, F_SETFL, O_NONBLOCK);
	return 0;
}

int run_exec(const struct invocation *call)
{
	struct raw_terminal terminal = {.is_raw = false};
	struct session session;
	struct exec exec = {.session = &session,
			    .number = -1,
			    .in = -1,
			    .out = -1,
			    .error = -1};
	int code;

	if (strcmp(call->argv[1], "--") == 0 && call->argc < 3)
		return usage_error(call->command, "exec: no command"),
		       EXIT_EXEC;
	code = session_find(&session, call, NULL, false);
	if (code)
		return EXIT_EXEC;
	code = exec_start(&exec, call);
	if (!code) {
		if (option_given(call, OPTION_TTY))
			raw_terminal_enter(&terminal);
		code = exec_run(&exec);
		raw_terminal_leave(&terminal);
	}
	close_end(&exec.in);
	close_end(&exec.out);
	close_end(&exec.error);
	session_close(&session);
	return code;
}
