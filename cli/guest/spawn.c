// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spawn.c - processes that PID 1 starts
 */
#include "cli/guest/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/util.h"

static const char *const base_env[] = {
	"PATH=/sbin:/usr/sbin:/bin:/usr/bin",
	"HOME=/root",
	"USER=root",
	"LOGNAME=root",
	"SHELL=/bin/sh",
	"TERM=linux",
	"PS1=\\h:\\w\\$ ",
};

static bool same_variable(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return !strncmp(a, b, len + 1);
}

/* Ours, then theirs; theirs replace ours of the same name. */
static void make_env(const char *const *extra, const char **env)
{
	unsigned i, j, count = ARRAY_SIZE(base_env);

	memcpy(env, base_env, sizeof(base_env));
	for (i = 0; extra && extra[i] && i < SPAWN_ENV_MAX; i++) {
		for (j = 0; j < ARRAY_SIZE(base_env); j++) {
			if (same_variable(base_env[j], extra[i]))
				env[j] = extra[i];
		}
		env[count++] = extra[i];
	}
	env[count] = NULL;
}

static void reset_signals(void)
{
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void __attribute__((noreturn)) child(const struct spawn *spawn)
{
	const char *env[ARRAY_SIZE(base_env) + SPAWN_ENV_MAX + 1];
	int i, error;

	reset_signals();
	setsid();
	for (i = 0; i < 3; i++)
		dup2(spawn->fds[i], i);
	if (spawn->tty)
		ioctl(STDIN_FILENO, TIOCSCTTY, 1);
	make_env(spawn->env, env);
	if (chdir("/root") && chdir("/"))
		dprintf(STDERR_FILENO, "/: %s\n", strerror(errno));
	execvpe(spawn->path ?: spawn->argv[0],
		(char *const *)(uintptr_t)spawn->argv,
		(char *const *)(uintptr_t)env);
	error = errno;
	dprintf(STDERR_FILENO, "%s: %s\n", spawn->argv[0], strerror(error));
	_exit(error == ENOENT ? 127 : 126);
}

pid_t spawn_start(const struct spawn *spawn)
{
	pid_t pid = fork();

	if (!pid)
		child(spawn);
	return pid < 0 ? -errno : pid;
}

pid_t spawn_quiet(const char *const *argv)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct spawn spawn = {.argv = argv, .fds = {fd, fd, fd}};
	pid_t pid;

	if (fd < 0)
		return -errno;
	pid = spawn_start(&spawn);
	close(fd);
	return pid;
}
