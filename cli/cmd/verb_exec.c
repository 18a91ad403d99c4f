// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_exec.c - weft exec: a command in a guest, its streams and exit code
 *
 * A stream that something left in the background holds open after the command's
 * end is waited for REMOTE_LINGER_MS only. The terminal's size is told once, at
 * the start.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cmd/relay.h"
#include "cli/cmd/remote.h"
#include "cli/cmd/verbs.h"

/* 0, or EXIT_EXEC after saying that what the command says has no room. */
static int relay_end(int *from, int to)
{
	int got = relay_once(*from, to);

	if (got <= 0 && got != -EAGAIN)
		remote_close_end(from);
	if (got == -ENOSPC || got == -EDQUOT || got == -EFBIG)
		return complain(EXIT_EXEC, "exec: cannot write its output: %s",
				strerror(-got));
	return 0;
}

/* One wait; 0 to go on, or EXIT_EXEC, EXIT_INTERRUPTED. */
static int exec_step(struct remote *exec, struct relay_pending *input)
{
	struct pollfd fds[5] = {{exec->out, POLLIN, 0},
				{exec->error, POLLIN, 0},
				relay_pending_poll(input, exec->in),
				{exec->session->stop_fd, POLLIN, 0},
				{remote_fd(exec), POLLIN, 0}};
	struct err err;
	int ready, got, code = 0;

	if (exec->in < 0)
		fds[2].fd = -1;
	ready = poll(fds, ARRAY_SIZE(fds),
		     exec->is_over ? REMOTE_LINGER_MS : -1);
	if (ready < 0 && errno != EINTR)
		return complain(EXIT_EXEC, "exec: poll: %s", strerror(errno));
	if (ready == 0) {
		remote_close_end(&exec->out);
		remote_close_end(&exec->error);
	}
	if (fds[0].revents)
		code = relay_end(&exec->out, STDOUT_FILENO);
	if (fds[1].revents && !code)
		code = relay_end(&exec->error, STDERR_FILENO);
	if (fds[2].revents) {
		got = relay_pending_move(input, exec->in);
		if (got <= 0 && got != -EAGAIN)
			remote_close_end(&exec->in);
	}
	if (fds[3].revents)
		return EXIT_INTERRUPTED;
	if (fds[4].revents && remote_listen(exec, &err))
		return complain(EXIT_EXEC, "exec: %s", err.msg);
	return code;
}

static int exec_run(struct remote *exec)
{
	struct relay_pending input = {.at = 0};
	int code = 0;

	while (!code && !remote_is_done(exec))
		code = exec_step(exec, &input);
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

int run_exec(const struct invocation *call)
{
	struct raw_terminal terminal = {.is_raw = false};
	struct session session;
	struct remote exec;
	struct err err;
	int code;

	if (strcmp(call->argv[1], "--") == 0 && call->argc < 3)
		return usage_error(call->command, "exec: no command"),
		       EXIT_EXEC;
	code = session_find(&session, call, NULL, false);
	if (code)
		return EXIT_EXEC;
	remote_init(&exec, &session);
	code = remote_start(&exec, exec_params(call), &err);
	if (code && code != EXIT_INTERRUPTED) {
		code = complain(EXIT_EXEC, "exec: %s", err.msg);
	} else if (!code) {
		if (option_given(call, OPTION_TTY))
			raw_terminal_enter(&terminal);
		code = exec_run(&exec);
		raw_terminal_leave(&terminal);
	}
	remote_close(&exec);
	session_close(&session);
	return code;
}
