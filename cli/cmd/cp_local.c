// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cp_local.c - the end of a copy that is on this machine
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cmd/cp.h"

static int fail_path(struct cp *cp, const char *path)
{
	return cp_fail(cp, EXIT_FAILED, "%s: %s", path, strerror(errno));
}

/* tar with our end of a pipe; @unpack: it reads and is held to what it needs.
 */
static int start_tar(struct cp *cp, struct cp_end *end, const char *dir,
		     bool unpack)
{
	int ends[2], theirs;
	sigset_t none;

	if (pipe2(ends, O_CLOEXEC))
		return fail_path(cp, "pipe");
	theirs = ends[unpack ? 0 : 1];
	end->fd = ends[unpack ? 1 : 0];
	end->tar = fork();
	if (end->tar == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		signal(SIGPIPE, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* A guest's archive may hold devices. */
		prctl(PR_CAPBSET_DROP, CAP_MKNOD, 0, 0, 0);
		dup2(theirs, unpack ? STDIN_FILENO : STDOUT_FILENO);
		if (unpack)
			execlp("tar", "tar", "-C", dir, "--no-same-owner",
			       "--no-same-permissions", "-xf", "-", NULL);
		else
			execlp("tar", "tar", "-C", dir, "-cf", "-", ".", NULL);
		fprintf(stderr, "weft: cp: tar: %s\n", strerror(errno));
		_exit(127);
	}
	close(theirs);
	end->data = &end->fd;
	fcntl(end->fd, F_SETFL, O_NONBLOCK);
	return end->tar < 0 ? fail_path(cp, "fork") : 0;
}

/* What the user's umask leaves of @mode. */
static mode_t masked(mode_t mode)
{
	mode_t mask = umask(0);

	umask(mask);
	return mode & ~mask;
}

static int take_stdin(struct cp *cp)
{
	cp->what.size = -1;
	cp->what.mode = masked(0666);
	cp->source.fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (cp->source.fd < 0)
		return fail_path(cp, "standard input");
	return 0;
}

int cp_local_source(struct cp *cp)
{
	struct cp_end *end = &cp->source;
	const char *path = end->place.path;
	struct stat status;

	end->data = &end->fd;
	if (strcmp(path, "-") == 0)
		return take_stdin(cp);
	end->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (end->fd < 0 || fstat(end->fd, &status))
		return fail_path(cp, path);
	cp->what.mode = status.st_mode & 0777;
	cp->what.size = S_ISREG(status.st_mode) ? status.st_size : -1;
	cp->what.is_folder = S_ISDIR(status.st_mode);
	if (!cp->what.is_folder)
		return 0;
	close(end->fd);
	end->fd = -1;
	if (!option_given(cp->call, OPTION_RECURSIVE))
		return cp_fail(cp, EXIT_FAILED, "%s is a folder: add -r", path);
	return start_tar(cp, end, path, false);
}

/* @final, and the folder around it into @dir of PATH_MAX. */
static int choose_names(struct cp *cp, char *dir)
{
	struct cp_end *end = &cp->sink;
	const char *path = end->place.path;
	size_t len = strlen(path);
	struct stat status;
	char *slash;

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		len = (size_t)snprintf(end->final, sizeof(end->final),
				       "%.*s/%s", (int)len, path,
				       cp->what.name);
	else if (path[0] && path[strlen(path) - 1] == '/')
		return cp_fail(cp, EXIT_FAILED, "%s: there is no such folder",
			       path);
	else
		len = (size_t)snprintf(end->final, sizeof(end->final), "%s",
				       path);
	if (readlink(end->final, dir, PATH_MAX) >= 0 &&
	    realpath(end->final, dir))
		len = (size_t)snprintf(end->final, sizeof(end->final), "%s",
				       dir);
	if (len >= sizeof(end->final) - sizeof("/.weft-cp-") - CP_MARK_SIZE)
		return cp_fail(cp, EXIT_FAILED, "%.40s...: too long", path);
	snprintf(dir, PATH_MAX, "%s", end->final);
	slash = strrchr(dir, '/');
	if (!slash)
		snprintf(dir, PATH_MAX, ".");
	else
		slash[slash == dir] = '\0';
	snprintf(end->temp, sizeof(end->temp), "%.*s/.weft-cp-%s",
		 PATH_MAX - 64, dir, end->mark);
	return 0;
}

static int folder_sink(struct cp *cp)
{
	struct cp_end *end = &cp->sink;

	if (access(end->final, F_OK) == 0) {
		end->temp[0] = '\0';
		return cp_fail(cp, EXIT_FAILED,
			       "%s is there already: remove it first",
			       end->final);
	}
	if (mkdir(end->temp, 0700)) {
		end->temp[0] = '\0';
		return fail_path(cp, end->final);
	}
	return start_tar(cp, end, end->temp, true);
}

int cp_local_sink(struct cp *cp)
{
	struct cp_end *end = &cp->sink;
	char dir[PATH_MAX];
	struct stat status;
	int code;

	end->data = &end->fd;
	if (strcmp(end->place.path, "-") == 0) {
		if (cp->what.is_folder)
			return cp_fail(cp, EXIT_USAGE,
				       "a folder can't go to standard output");
		end->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		return end->fd < 0 ? fail_path(cp, "standard output") : 0;
	}
	code = choose_names(cp, dir);
	if (code)
		return code;
	if (cp->what.is_folder)
		return folder_sink(cp);
	/* A device or a pipe is written to, not replaced. */
	if (stat(end->final, &status) == 0 && !S_ISREG(status.st_mode)) {
		end->temp[0] = '\0';
		end->fd = open(end->final, O_WRONLY | O_CLOEXEC);
	} else {
		end->fd = open(end->temp,
			       O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	}
	if (end->fd >= 0)
		return 0;
	end->temp[0] = '\0';
	return fail_path(cp, end->final);
}

int cp_local_finish(struct cp *cp, struct cp_end *end)
{
	bool is_sink = end == &cp->sink;
	int status = 0, bad = 0;

	if (is_sink && end->temp[0] && !end->tar)
		bad = fchmod(end->fd, masked(cp->what.mode));
	if (end->fd >= 0)
		bad |= close(end->fd);
	end->fd = -1;
	if (bad)
		return fail_path(cp, end->place.path);
	if (!end->tar)
		return 0;
	while (waitpid(end->tar, &status, 0) < 0 && errno == EINTR)
		;
	end->tar = 0;
	if (status)
		return cp_fail(cp, EXIT_FAILED, "%s: tar failed",
			       end->place.path);
	return 0;
}

int cp_local_commit(struct cp *cp)
{
	struct cp_end *end = &cp->sink;

	if (end->temp[0] &&
	    renameat2(AT_FDCWD, end->temp, AT_FDCWD, end->final,
		      cp->what.is_folder ? RENAME_NOREPLACE : 0))
		return fail_path(cp, end->final);
	end->temp[0] = '\0';
	return 0;
}

/* rm -r of a folder that is ours alone. */
static void remove_folder(const char *path)
{
	pid_t child = fork();

	if (child == 0) {
		execlp("rm", "rm", "-rf", "--", path, NULL);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

void cp_local_abort(struct cp_end *end)
{
	if (end->fd >= 0)
		close(end->fd);
	end->fd = -1;
	if (end->tar > 0) {
		kill(end->tar, SIGKILL);
		waitpid(end->tar, NULL, 0);
		end->tar = 0;
	}
	if (!end->temp[0])
		return;
	if (unlink(end->temp) && errno != ENOENT)
		remove_folder(end->temp);
	end->temp[0] = '\0';
}
