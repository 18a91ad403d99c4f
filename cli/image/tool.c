// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tool.c - other people's programs, run with an argument list
 */
#include "cli/image/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_CHUNK 65536

static bool find_in(const char *dirs, const char *name, char *path, size_t size)
{
	while (*dirs) {
		int len = (int)strcspn(dirs, ":");

		snprintf(path, size, "%.*s/%s", len, dirs, name);
		if (len && !access(path, X_OK))
			return true;
		dirs += len + (dirs[len] == ':');
	}
	return false;
}

bool tool_find(const char *name, char *path, size_t size)
{
	const char *dirs = getenv("PATH");

	if (strchr(name, '/')) {
		snprintf(path, size, "%s", name);
		return !access(path, X_OK);
	}
	/* PATH of an ordinary user has no sbin, where depmod is. */
	return find_in(dirs ? dirs : "/usr/bin:/bin", name, path, size) ||
	       find_in("/usr/sbin:/sbin", name, path, size);
}

static void __attribute__((noreturn))
tool_child(const struct tool *tool, const char *path, int out)
{
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || (tool->dir && chdir(tool->dir)))
		_exit(126);
	setenv("LC_ALL", "C", 1);
	execv(path, (char *const *)(uintptr_t)tool->argv);
	_exit(127);
}

static int tool_read(struct tool *tool, int fd)
{
	size_t size = 0;
	ssize_t len = 0;

	do {
		tool->len += (size_t)len;
		if (tool->len + READ_CHUNK >= size) {
			char *out;

			size = 2 * size + 2 * READ_CHUNK;
			out = tool->len > tool->max ? NULL
						    : realloc(tool->out, size);
			if (!out)
				return -EFBIG;
			tool->out = out;
		}
		len = read(fd, tool->out + tool->len, READ_CHUNK);
	} while (len > 0 || (len < 0 && errno == EINTR && !(len = 0)));
	tool->out[tool->len] = '\0';
	return len < 0 ? -errno : 0;
}

static int tool_wait(const struct tool *tool, pid_t pid, struct err *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return err_set(err, -errno, "%s was lost: %s",
				       tool->argv[0], strerror(errno));
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	return err_set(err, -EIO, "%s %s failed (%s %d); its words are above",
		       tool->argv[0], tool->argv[1] ? tool->argv[1] : "",
		       WIFEXITED(status) ? "exit" : "signal",
		       WIFEXITED(status) ? WEXITSTATUS(status)
					 : WTERMSIG(status));
}

int tool_run(struct tool *tool, struct err *err)
{
	char path[4096];
	int p[2], ret, end = 0;
	pid_t pid;

	tool->out = NULL;
	tool->len = 0;
	if (!tool_find(tool->argv[0], path, sizeof(path)))
		return err_set(err, -ENOPKG,
			       "%s is not installed; fix: sudo apt-get install "
			       "%s",
			       tool->argv[0], tool->package);
	if (pipe2(p, O_CLOEXEC))
		return err_set(err, -errno, "no pipe to %s: %s", tool->argv[0],
			       strerror(errno));
	pid = fork();
	if (!pid)
		tool_child(tool, path, p[1]);
	close(p[1]);
	ret = pid < 0 ? -errno : tool_read(tool, p[0]);
	close(p[0]);
	if (ret)
		err_set(err, ret, "cannot read what %s says: %s", tool->argv[0],
			strerror(-ret));
	if (pid > 0)
		end = tool_wait(tool, pid, ret ? NULL : err);
	if (end)
		ret = end;
	if (ret) {
		free(tool->out);
		tool->out = NULL;
	}
	return ret;
}
