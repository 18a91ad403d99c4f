// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * child.c - a process that labd started and watches
 */
#include "cli/labd/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Descriptors are moved above this first, so that none is overwritten. */
#define FD_PARK 128
static_assert(3 + CHILD_MAX_FDS <= FD_PARK, "one would be overwritten");

void child_init(struct child *child,
		void (*exited)(struct child *child, int wait_status))
{
	memset(child, 0, sizeof(*child));
	child->exited = exited;
	child->watch.fd = -1;
	child_words_init(&child->words);
}

static void child_reap(struct child *child, int *status)
{
	while (waitpid(child->pid, status, 0) < 0 && errno == EINTR)
		;
	watch_remove(&child->watch);
	close(child->watch.fd);
	child->watch.fd = -1;
	child->pid = 0;
	child_words_close(&child->words);
}

static void child_ready(struct watch *watch, uint32_t events)
{
	struct child *child = container_of(watch, struct child, watch);
	int status = 0;

	(void)events;
	child_reap(child, &status);
	child->exited(child, status);
}

static void exec_or_die(int fd, const char *path, char *const *argv)
{
	execv(path, argv);
	dprintf(fd, "cannot run %s: %s\n", path, strerror(errno));
	_exit(127);
}

/* In the child: put every descriptor where it belongs and close the rest. */
static void child_place_fds(const struct child_settings *s)
{
	int parked[3 + CHILD_MAX_FDS];
	unsigned i, n = 3 + s->fd_count;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (i = 0; i < n; i++) {
		int fd = i == 0   ? s->stdin_fd
			 : i == 1 ? s->stdout_fd
			 : i == 2 ? s->stderr_fd
				  : s->fds[i - 3];

		if (fd < 0)
			fd = i == 1 ? s->stderr_fd : null;
		parked[i] = fcntl(fd, F_DUPFD_CLOEXEC, FD_PARK);
	}
	for (i = 0; i < n; i++)
		dup2(parked[i], (int)i);
	syscall(SYS_close_range, n, ~0u, 0);
}

static void child_become(const struct child_settings *s, pid_t parent)
{
	sigset_t none;
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127); /* labd died before we could ask for the signal */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	child_place_fds(s);
	exec_or_die(STDERR_FILENO, s->path, s->argv);
}

/* 0 or -errno; @child->pid is set */
static int child_fork(struct child *child, const struct child_settings *s,
		      struct err *err)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return err_set(err, -errno, "cannot start %s: %s", s->path,
			       strerror(errno));
	if (pid == 0)
		child_become(s, parent);
	child->pid = pid;
	return 0;
}

static int child_fork_heard(struct loop *loop, struct child *child,
			    const struct child_settings *settings,
			    struct err *err)
{
	struct child_settings s = *settings;
	int code;

	s.stderr_fd = child_words_open(&child->words, loop, s.log, s.name, err);
	if (s.stderr_fd < 0)
		return s.stderr_fd;
	code = child_fork(child, &s, err);
	close(s.stderr_fd);
	if (code)
		child_words_close(&child->words);
	return code;
}

int child_start(struct loop *loop, struct child *child,
		const struct child_settings *settings, struct err *err)
{
	int code;

	assert(!child->pid && settings->fd_count <= CHILD_MAX_FDS);
	code = settings->log ? child_fork_heard(loop, child, settings, err)
			     : child_fork(child, settings, err);
	if (code)
		return code;
	child->watch.fd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	child->watch.ready = child_ready;
	child->watch.name = "child";
	code = child->watch.fd < 0 ? -errno
				   : watch_add(loop, &child->watch, EPOLLIN);
	if (code) {
		child_forget(child);
		return err_set(err, code, "cannot watch %s: %s", settings->path,
			       strerror(-code));
	}
	return 0;
}

void child_signal(struct child *child, int signal)
{
	if (child->pid)
		kill(child->pid, signal);
}

void child_forget(struct child *child)
{
	int status;

	if (!child->pid)
		return;
	kill(child->pid, SIGKILL);
	child_reap(child, &status);
}

const char *child_describe_exit(int wait_status, char *text, size_t size)
{
	if (WIFSIGNALED(wait_status))
		snprintf(text, size, "killed by signal %d (%s)",
			 WTERMSIG(wait_status),
			 strsignal(WTERMSIG(wait_status)));
	else
		snprintf(text, size, "exited with code %d",
			 WEXITSTATUS(wait_status));
	return text;
}
