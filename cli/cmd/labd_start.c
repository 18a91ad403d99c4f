// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labd_start.c - start a lab's labd and wait until it serves
 */
#include "cli/cmd/labd_start.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit_code.h"

#define START_TIMEOUT_MS 15000
#define READY_FD 3
#define LOG_TAIL 400

/* In the child, between fork and exec: no return. */
static void become_labd(const char *program, const char *lab,
			const struct state_dir *dir, int log_fd, int ready_fd)
{
	char ready[16];
	const char *const argv[] = {"weft",       "labd",    "--lab",
				    lab,          "--state", dir->path,
				    "--ready-fd", ready,     NULL};
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	snprintf(ready, sizeof(ready), "%d", READY_FD);
	dup2(null_fd, STDIN_FILENO);
	dup2(log_fd, STDOUT_FILENO);
	dup2(log_fd, STDERR_FILENO);
	/* dup2() of a descriptor onto itself would keep its CLOEXEC. */
	if (ready_fd == READY_FD)
		fcntl(ready_fd, F_SETFD, 0);
	else
		dup2(ready_fd, READY_FD);
	/* What the user's shell left open is none of a daemon's business. */
	close_range(READY_FD + 1, ~0U, 0);
	execv(program, (char *const *)(uintptr_t)argv);
	dprintf(READY_FD, "E%d cannot run %s: %s", EXIT_FAILED, program,
		strerror(errno));
	_exit(EXIT_FAILED);
}

/* All that is written until @fd is closed; 0, EXIT_TIMEOUT, EXIT_INTERRUPTED.
 */
static int read_ready(int fd, int stop_fd, char *text, size_t size)
{
	struct pollfd fds[2] = {{fd, POLLIN, 0}, {stop_fd, POLLIN, 0}};
	size_t used = 0;
	ssize_t got;
	int ready;

	for (;;) {
		ready = poll(fds, 2, START_TIMEOUT_MS);
		if (ready == 0)
			return EXIT_TIMEOUT;
		if (fds[1].revents)
			return EXIT_INTERRUPTED;
		got = read(fd, text + used, size - used - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		used += (size_t)got;
		if (*text == 'R' || used + 1 == size)
			break;
	}
	text[used] = '\0';
	return 0;
}

static void read_log_tail(const char *path, char *tail)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 0;
	off_t end;

	if (fd >= 0) {
		end = lseek(fd, 0, SEEK_END);
		lseek(fd, end > LOG_TAIL ? end - LOG_TAIL : 0, SEEK_SET);
		got = read(fd, tail, LOG_TAIL);
		close(fd);
	}
	while (got > 0 && tail[got - 1] == '\n')
		got--;
	tail[got > 0 ? got : 0] = '\0';
}

static int judge(const char *said, const char *log, struct err *err)
{
	char tail[LOG_TAIL + 1], *text;
	long code;

	if (*said == 'R')
		return 0;
	if (*said == 'E') {
		code = strtol(said + 1, &text, 10);
		err_set(err, -EREMOTEIO, "%s", *text ? text + 1 : "failed");
		return code > 0 && code < 256 ? (int)code : EXIT_FAILED;
	}
	read_log_tail(log, tail);
	err_set(err, -EREMOTEIO,
		"labd died while it started; the end of %s:\n"
		"%s",
		log, tail);
	return EXIT_FAILED;
}

static int fork_labd(const char *program, const char *lab,
		     const struct state_dir *dir, int log_fd, struct err *err)
{
	int ready[2];
	pid_t child;

	if (pipe2(ready, O_CLOEXEC))
		return err_set(err, -errno, "pipe: %s", strerror(errno));
	child = fork();
	if (child == 0)
		become_labd(program, lab, dir, log_fd, ready[1]);
	close(ready[1]);
	if (child > 0)
		return ready[0];
	close(ready[0]);
	return err_set(err, -errno, "fork: %s", strerror(errno));
}

int labd_start(const char *program, const char *lab,
	       const struct state_dir *dir, int stop_fd, struct err *err)
{
	char log[STATE_PATH_SIZE], said[ERR_SIZE] = "";
	int code, log_fd, ready;

	if (state_dir_file(dir, "labd.log", log, err))
		return EXIT_FAILED;
	log_fd = open(log,
		      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		      0600);
	if (log_fd < 0) {
		err_set(err, -errno, "%s: %s", log, strerror(errno));
		return EXIT_PERMISSION;
	}
	ready = fork_labd(program, lab, dir, log_fd, err);
	close(log_fd);
	if (ready < 0)
		return EXIT_FAILED;
	code = read_ready(ready, stop_fd, said, sizeof(said));
	close(ready);
	if (!code)
		return judge(said, log, err);
	if (code == EXIT_TIMEOUT)
		err_set(err, -ETIMEDOUT, "labd did not start in %d s; see %s",
			START_TIMEOUT_MS / 1000, log);
	else
		err_set(err, -EINTR, "interrupted while labd started; see %s",
			log);
	return code;
}
