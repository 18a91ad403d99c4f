// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture_sink.c - where a capture goes: a file, a pipe, Wireshark, the screen
 */
#include "cli/cmd/capture_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cmd/command.h"

/* A pipe that poll() calls writable takes so much without blocking. */
#define WRITE_MOST PIPE_BUF
#define NO_SUCH_PROGRAM 127

static int open_pipe(struct capture_sink *sink)
{
	int ends[2];

	/* The two ends share no flags: ours may block, the other must not. */
	if (pipe2(ends, O_CLOEXEC) || fcntl(ends[1], F_SETFL, O_NONBLOCK))
		return complain(EXIT_FAILED, "capture: no pipe: %s",
				strerror(errno));
	sink->in = ends[0];
	sink->give = ends[1];
	return 0;
}

static int open_file(struct capture_sink *sink, const char *path)
{
	const int flags =
		O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	struct stat st;
	int fd = open(path, flags | O_EXCL, 0666);

	sink->is_new = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, flags, 0666);
	if (fd < 0 && errno == ENXIO)
		return complain(EXIT_FAILED,
				"capture: nobody reads the pipe %s\n"
				"fix: start its reader first",
				path);
	if (fd < 0)
		return complain(EXIT_FAILED, "capture: cannot write %s: %s",
				path, strerror(errno));
	sink->path = path;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		sink->kind = CAPTURE_SINK_FILE;
		sink->give = fd;
		return 0;
	}
	sink->kind = CAPTURE_SINK_RELAY;
	sink->out = fd;
	return open_pipe(sink);
}

/* The child's part; the signals that we wait for are the child's again. */
static void run_wireshark(const struct capture_sink *sink)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* ^C in the terminal is for us: the window is closed by its user */
	setpgid(0, 0);
	if (dup2(sink->in, STDIN_FILENO) < 0)
		_exit(NO_SUCH_PROGRAM);
	execlp("wireshark", "wireshark", "-k", "-i", "-", (char *)NULL);
	_exit(NO_SUCH_PROGRAM);
}

static bool is_in_path(const char *program)
{
	const char *path = getenv("PATH");
	char file[PATH_MAX];

	while (path && *path) {
		size_t len = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/%s", (int)len, path,
			 program);
		if (access(file, X_OK) == 0)
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

static int start_wireshark(struct capture_sink *sink)
{
	int code;

	if (!is_in_path("wireshark"))
		return complain(EXIT_HOST,
				"capture: wireshark is not installed\n"
				"fix: apt-get install wireshark, or write a "
				"file with -w FILE");
	code = open_pipe(sink);
	if (code)
		return code;
	sink->kind = CAPTURE_SINK_WIRESHARK;
	sink->pid = fork();
	if (sink->pid == 0)
		run_wireshark(sink);
	if (sink->pid < 0)
		return complain(EXIT_FAILED, "capture: fork: %s",
				strerror(errno));
	close(sink->in);
	sink->in = -1;
	return 0;
}

int capture_sink_open(struct capture_sink *sink, const char *path,
		      bool wireshark)
{
	memset(sink, 0, offsetof(struct capture_sink, data));
	sink->give = sink->in = sink->out = -1;
	if (wireshark)
		return start_wireshark(sink);
	if (path && strcmp(path, "-") != 0)
		return open_file(sink, path);
	sink->kind = path ? CAPTURE_SINK_RELAY : CAPTURE_SINK_VIEW;
	sink->out = path ? STDOUT_FILENO : -1;
	return open_pipe(sink);
}

void capture_sink_abandon(struct capture_sink *sink)
{
	if (sink->is_new)
		unlink(sink->path);
	if (sink->pid > 0)
		kill(sink->pid, SIGTERM);
}

void capture_sink_close(struct capture_sink *sink)
{
	if (sink->give >= 0)
		close(sink->give);
	if (sink->in >= 0)
		close(sink->in);
	if (sink->out > STDOUT_FILENO)
		close(sink->out);
	if (sink->pid > 0)
		waitpid(sink->pid, NULL, 0);
	sink->give = sink->in = sink->out = -1;
}

static void relay_in(struct capture_sink *sink)
{
	ssize_t got = read(sink->in, sink->data, sizeof(sink->data));

	sink->at = 0;
	sink->len = got > 0 ? (size_t)got : 0;
	if (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)))
		return;
	close(sink->in);
	sink->in = -1;
}

int capture_sink_relay(struct capture_sink *sink, bool can_read, bool can_write)
{
	ssize_t done;

	if (can_read && !sink->len)
		relay_in(sink);
	if (!can_write || !sink->len)
		return 0;
	done = write(sink->out, sink->data + sink->at,
		     MIN(sink->len, (size_t)WRITE_MOST));
	if (done < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	sink->at += (size_t)done;
	sink->len -= (size_t)done;
	return 0;
}
