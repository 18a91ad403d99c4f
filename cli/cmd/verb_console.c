// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_console.c - weft console: a guest's console on the user's terminal
 *
 * labd hands over one stream socket for both ways, and says first what the
 * console said last. The terminal is raw, so ^C goes to the guest; ^] leaves.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/cmd/relay.h"
#include "cli/cmd/session.h"
#include "cli/cmd/verbs.h"

/* Until the user leaves or the console closes; an exit code. */
static int relay(int console, int stop_fd)
{
	bool is_terminal = isatty(STDIN_FILENO);
	struct pollfd fds[3] = {{console, POLLIN, 0},
				{STDIN_FILENO, POLLIN, 0},
				{stop_fd, POLLIN, 0}};
	int got;

	for (;;) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return EXIT_FAILED;
		if (fds[2].revents)
			return EXIT_INTERRUPTED;
		if (fds[0].revents) {
			got = relay_once(console, STDOUT_FILENO);
			if (got <= 0 && got != -EAGAIN)
				return EXIT_DONE;
		}
		if (!fds[1].revents)
			continue;
		got = relay_input(console, is_terminal);
		if (got > 0 || got == -EAGAIN || got == -ETIMEDOUT)
			continue;
		if (is_terminal)
			return EXIT_DONE;
		/* End of a file or pipe: all is said, go on listening. */
		shutdown(console, SHUT_WR);
		fds[1].fd = -1;
	}
}

static int attach(struct session *session, const char *node, int *console)
{
	struct ctl_call what = {.method = "node.console",
				.timeout_ms = SESSION_TIMEOUT_MS};
	struct ctl_answer answer;
	int code;

	what.params = json_pack("{s:s}", "node", node);
	code = session_call(session, &what, &answer);
	*console = ctl_answer_take_fd(&answer, 0);
	ctl_answer_fini(&answer);
	if (!code && *console < 0)
		code = complain(EXIT_FAILED, "labd sent no console");
	return code;
}

int run_console(const struct invocation *call)
{
	struct raw_terminal terminal;
	struct session session;
	int code, console;

	code = session_find(&session, call, NULL, false);
	if (code)
		return code;
	code = attach(&session, call->argv[0], &console);
	if (!code) {
		if (isatty(STDIN_FILENO))
			fprintf(stderr, "console of %s; leave with ^]\n",
				call->argv[0]);
		fcntl(console, F_SETFL, O_NONBLOCK);
		raw_terminal_enter(&terminal);
		code = relay(console, session.stop_fd);
		raw_terminal_leave(&terminal);
		if (isatty(STDIN_FILENO))
			fputc('\n', stderr);
		close(console);
	}
	session_close(&session);
	return code;
}
