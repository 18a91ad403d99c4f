// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check_run.c - one check: started, listened to, judged
 *
 * Theory of operation
 *
 * Each check has a connection to labd of its own, because hanging up is what
 * ends a command that takes too long. The scripts of check_script.c watch their
 * time themselves and get GRACE_MS on top: one that says nothing even then ran
 * on a node that is too busy or stuck, and what could not be tried is neither
 * passed nor failed, whatever was expected. A user's own command has failed
 * when its time is over.
 *
 * Limits: CHECK_PARALLEL at a time; of the output the end is kept.
 */
#include "cli/cmd/check_run.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd/print.h"
#include "cli/lab/schema_check.h"

#define GRACE_MS 3000
/* From here on a shell tells that it could not run the command, or that a
 * signal ended it. */
#define CODE_NOT_RUN 126

void check_init(struct check *check, const struct lab *lab, unsigned number)
{
	const struct check_settings *settings = &lab->checks[number];
	int shown = (int)strcspn(settings->target, "\n");

	*check = (struct check){.settings = settings, .lab = lab};
	if (settings->name[0])
		snprintf(check->title, sizeof(check->title), "%s",
			 settings->name);
	else
		snprintf(check->title, sizeof(check->title), "%s: %s %.*s%s",
			 lab->nodes[settings->from].name,
			 check_kind_names[settings->kind], MIN(shown, 100),
			 settings->target,
			 settings->expect_fail ? " fails" : "");
}

void check_end(struct check *check, enum check_result result, const char *fmt,
	       ...)
{
	va_list ap;

	check->result = result;
	va_start(ap, fmt);
	vsnprintf(check->why, sizeof(check->why), fmt, ap);
	va_end(ap);
	if (check->started_ms)
		check->elapsed_ms = monotonic_ms() - check->started_ms;
	if (!check->is_running)
		return;
	remote_close(&check->remote);
	session_close(&check->session);
	check->is_running = false;
}

void check_last_line(const struct check *check, char *text, size_t size)
{
	const char *end = check->output + check->output_len, *start;

	while (end > check->output &&
	       (end[-1] == '\n' || end[-1] == '\r' || end[-1] == ' '))
		end--;
	for (start = end; start > check->output && start[-1] != '\n';)
		start--;
	snprintf(text, size, "%.*s", (int)(end - start), start);
}

void check_start(struct check *check, const json_t *status)
{
	const char *from = check->lab->nodes[check->settings->from].name;
	char is[LAB_DOMAIN_SIZE];
	struct err err = {0};

	check->started_ms = monotonic_ms();
	if (check_resolve(check, status, check->address, is))
		return;
	if (session_locate(&check->session, check->lab->name, true)) {
		check_end(check, CHECK_ERROR, "lab %s is gone",
			  check->lab->name);
		return;
	}
	remote_init(&check->remote, &check->session);
	check->is_running = true;
	if (session_connect(&check->session, &err) ||
	    remote_run(&check->remote, from, check_argv(check, is), &err))
		check_end(check, CHECK_ERROR, "%s", err.msg);
	else
		remote_close_end(&check->remote.in);
}

/* Where its output ends, make room by forgetting the older half. */
static void take_output(struct check *check, int *from)
{
	const size_t room = sizeof(check->output) - 1, half = room / 2;
	ssize_t got;

	if (check->output_len == room) {
		memmove(check->output, check->output + half, room - half);
		check->output_len = room - half;
	}
	got = read(*from, check->output + check->output_len,
		   room - check->output_len);
	if (got > 0)
		check->output_len += (size_t)got;
	else if (got == 0 || (errno != EINTR && errno != EAGAIN))
		remote_close_end(from);
	check->output[check->output_len] = '\0';
}

static void judge(struct check *check)
{
	bool expect_fail = check->settings->expect_fail;
	int code = check->remote.code;
	char last[CHECK_WHY_SIZE - 80];

	check_last_line(check, last, sizeof(last));
	if (code >= CODE_NOT_RUN)
		check_end(check, CHECK_ERROR,
			  "the command was not run or was killed, code %d%s%s",
			  code, *last ? ": " : "", last);
	else if ((code != 0) == expect_fail)
		check_end(check, CHECK_PASSED, "%s", "");
	else if (expect_fail)
		check_end(check, CHECK_FAILED, "it works, and should not%s%s",
			  *last ? ": " : "", last);
	else if (*last)
		check_end(check, CHECK_FAILED, "%s", last);
	else
		check_end(check, CHECK_FAILED, "exit code %d", code);
}

static void time_is_over(struct check *check)
{
	const struct check_settings *settings = check->settings;

	if (check->remote.is_over)
		judge(check); /* something holds its streams open */
	else if (settings->kind != CHECK_EXEC)
		check_end(check, CHECK_ERROR,
			  "node %s is stuck or too slow to try it",
			  check->lab->nodes[settings->from].name);
	else if (settings->expect_fail)
		check_end(check, CHECK_PASSED, "%s", "");
	else
		check_end(check, CHECK_FAILED, "not over after %.1f s",
			  settings->timeout_ms / 1e3);
}

static long deadline_ms(const struct check *check)
{
	long ms = check->started_ms + check->settings->timeout_ms;

	return check->settings->kind == CHECK_EXEC ? ms : ms + GRACE_MS;
}

static void take_in(struct check *check, const struct pollfd *fds)
{
	struct err err;

	if (fds[0].revents)
		take_output(check, &check->remote.out);
	if (fds[1].revents)
		take_output(check, &check->remote.error);
	if (fds[2].revents && remote_listen(&check->remote, &err))
		check_end(check, CHECK_ERROR, "%s", err.msg);
	else if (remote_is_done(&check->remote))
		judge(check);
	else if (monotonic_ms() >= deadline_ms(check))
		time_is_over(check);
}

int check_step(struct check *checks, unsigned count, int stop_fd)
{
	struct pollfd fds[3 * CHECK_PARALLEL + 1] = {{stop_fd, POLLIN, 0}};
	struct check *running[CHECK_PARALLEL];
	unsigned n = 0, i;
	long wait = -1, left;

	for (i = 0; i < count && n < CHECK_PARALLEL; i++) {
		if (!checks[i].is_running)
			continue;
		running[n] = &checks[i];
		fds[3 * n + 1] =
			(struct pollfd){checks[i].remote.out, POLLIN, 0};
		fds[3 * n + 2] =
			(struct pollfd){checks[i].remote.error, POLLIN, 0};
		fds[3 * n + 3] = (struct pollfd){remote_fd(&checks[i].remote),
						 POLLIN, 0};
		n++;
		left = MAX(deadline_ms(&checks[i]) - monotonic_ms(), 0);
		wait = wait < 0 ? left : MIN(wait, left);
	}
	if (!n)
		return 0;
	if (poll(fds, 3 * n + 1, (int)wait) < 0 && errno != EINTR)
		return EXIT_FAILED;
	if (fds[0].revents)
		return EXIT_INTERRUPTED;
	for (i = 0; i < n; i++)
		take_in(running[i], &fds[3 * i + 1]);
	return 0;
}
