/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spawn.h - processes that PID 1 starts
 */
#ifndef CLI_GUEST_SPAWN_H
#define CLI_GUEST_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

/** SPAWN_ENV_MAX - variables that a command gets beyond ours */
#define SPAWN_ENV_MAX 256

/**
 * struct spawn - how to start one
 * @path:	what to execute; NULL: @argv[0], found in PATH
 * @argv:	NULL-terminated
 * @env:	NULL-terminated variables added to ours; may be NULL
 * @fds:	become stdin, stdout, stderr
 * @tty:	@fds are a terminal that shall control its session
 */
struct spawn {
	const char *path;
	const char *const *argv;
	const char *const *env;
	int fds[3];
	bool tty;
};

/**
 * spawn_start() - in a session and process group of its own
 *
 * Return: the pid, or -errno. A command that can't be executed says so on its
 * stderr and exits with 127 (not found) or 126, as from a shell.
 */
pid_t spawn_start(const struct spawn *spawn);

/** spawn_quiet() - spawn_start() on /dev/null */
pid_t spawn_quiet(const char *const *argv);

#endif
