// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns_child.c - the processes that a netns node's supervisor started
 */
#include "cli/host/netns_child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The entry of @pid (0: a free one), or NULL. */
static struct netns_child *child_lookup(struct netns_children *children,
					pid_t pid)
{
	unsigned i;

	for (i = 0; i < NETNS_MAX_CHILDREN; i++) {
		if (children->table[i].pid == pid)
			return &children->table[i];
	}
	return NULL;
}

pid_t netns_child_fork(struct netns_children *children,
		       enum netns_child_kind kind, uint32_t id)
{
	struct netns_child *child = child_lookup(children, 0);
	pid_t pid;

	if (!child)
		return -EAGAIN;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid > 0)
		*child = (struct netns_child){pid, kind, id};
	return pid;
}

void netns_child_prepare(const int *fds)
{
	sigset_t none;
	int i;

	setsid();
	for (i = 0; fds && i < 3; i++) {
		if (dup2(fds[i], i) < 0)
			_exit(126);
	}
	if (isatty(STDIN_FILENO))
		ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	close_range(3, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn void netns_child_failed(const char *command)
{
	int error = errno;

	fprintf(stderr, "weft: %s: %s\n", command, strerror(error));
	_exit(error == ENOENT ? 127 : 126);
}

bool netns_child_remove(struct netns_children *children, pid_t pid,
			struct netns_child *ended)
{
	struct netns_child *child = child_lookup(children, pid);

	if (!child)
		return false;
	*ended = *child;
	child->pid = 0;
	return true;
}

void netns_child_signal(const struct netns_children *children,
			enum netns_child_kind kind, uint32_t id, int signo)
{
	unsigned i;

	for (i = 0; i < NETNS_MAX_CHILDREN; i++) {
		const struct netns_child *child = &children->table[i];

		if (!child->pid || child->kind != kind || child->id != id)
			continue;
		/* One that did not get to setsid() yet leads no group. */
		if (kill(-child->pid, signo) < 0)
			kill(child->pid, signo);
	}
}
