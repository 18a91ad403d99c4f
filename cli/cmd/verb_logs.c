// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_logs.c - weft logs: what a guest's console has said so far
 *
 * Read from NODE.console.log in the lab's folder, so it works also when the
 * lab is down. On a terminal control characters are shown as '?': a log can be
 * a guest's, and a terminal obeys.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/verbs.h"

#define FOLLOW_MS 200

/* @before: the last byte that was printed. */
static void print_bytes(const char *data, size_t len, bool is_terminal,
			char *before)
{
	size_t i;

	if (!is_terminal) {
		fwrite(data, 1, len, stdout);
		return;
	}
	for (i = 0; i < len; i++) {
		char c = data[i];

		if (c == '\r')
			continue;
		if (is_control(*before, c) && c != '\n' && c != '\t')
			c = '?';
		putchar(c);
		*before = c;
	}
}

/* Start anew when the file was cut or replaced by a shorter one. */
static void rewind_if_cut(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size < lseek(fd, 0, SEEK_CUR))
		lseek(fd, 0, SEEK_SET);
}

static int print_log(int fd, bool follow, int stop_fd)
{
	struct pollfd stop = {stop_fd, POLLIN, 0};
	bool is_terminal = isatty(STDOUT_FILENO);
	char data[65536], before = 0;
	ssize_t got;

	for (;;) {
		got = read(fd, data, sizeof(data));
		if (got < 0)
			return complain(EXIT_FAILED, "logs: %s",
					strerror(errno));
		if (got > 0)
			print_bytes(data, (size_t)got, is_terminal, &before);
		if (fflush(stdout))
			return EXIT_FAILED;
		if (got == 0 && !follow)
			return EXIT_DONE;
		if (poll(&stop, 1, got ? 0 : FOLLOW_MS) > 0)
			return EXIT_INTERRUPTED;
		rewind_if_cut(fd);
	}
}

static int open_log(const struct session *session, const char *node, int *fd)
{
	char path[STATE_PATH_SIZE];
	struct err err;

	if (strchr(node, '/') ||
	    state_dir_console_log(&session->dir, node, path, &err))
		return complain(EXIT_NO_SUCH, "'%s' is not the name of a node",
				node);
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0 && errno == ENOENT)
		return complain(EXIT_NO_SUCH,
				"lab '%s' has no console log of a node '%s': "
				"a virtual machine has one once it was started",
				session->lab, node);
	if (*fd < 0)
		return complain(errno == EACCES ? EXIT_PERMISSION : EXIT_FAILED,
				"%s: %s", path, strerror(errno));
	return 0;
}

int run_logs(const struct invocation *call)
{
	const char *lab = call->values[OPTION_LAB];
	struct session session;
	int code, fd = -1;

	code = lab ? session_locate(&session, lab, false)
		   : session_find(&session, call, NULL, false);
	if (code)
		return code;
	code = open_log(&session, call->argv[0], &fd);
	if (!code) {
		code = print_log(fd, option_given(call, OPTION_FOLLOW),
				 session.stop_fd);
		close(fd);
	}
	session_close(&session);
	return code;
}
