// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ip_forward.c - net.ipv4.ip_forward, turned on for a while
 *
 * Theory of operation
 *
 * A file for each network namespace is locked, shared, by a child of each labd
 * that has a claim. Whoever finds forwarding off writes so into it and turns it
 * on. A child's labd is gone when the pipe between them is closed. The child
 * then tries to have the lock alone: who gets it was the last, and puts back
 * what the file says. The kernel gives locks back however a process ends, so
 * only a child that is killed itself leaves forwarding on.
 */
#include "cli/host/ip_forward.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/host/sysctl.h"

#define PATH_SIZE 1200
/* In the file: it was off before the first of us came. */
#define WAS_OFF "off\n"

void ip_forward_init(struct ip_forward *claim)
{
	claim->hold_fd = -1;
	claim->child = -1;
}

int ip_forward_check(struct err *err)
{
	bool on = false;
	int rc = sysctl_get(SYSCTL_IP_FORWARD, &on, err);

	if (rc || on)
		return rc;
	return err_set(err, -ENOPKG,
		       "net.ipv4.ip_forward is off, so this host passes "
		       "nothing on: turn it on (sysctl -w "
		       "net.ipv4.ip_forward=1), or let weft do so while the "
		       "lab runs (ip-forward: enable)");
}

int ip_forward_can_enable(struct err *err)
{
	if (access("/proc/sys/" SYSCTL_IP_FORWARD, W_OK) == 0)
		return 0;
	return ip_forward_check(err);
}

/* The file of this namespace, locked: nobody puts anything back meanwhile. */
static int open_file(const char *dir, struct err *err)
{
	char path[PATH_SIZE];
	struct stat netns;
	int fd, rc;

	if (stat("/proc/self/ns/net", &netns))
		return err_set(err, -errno, "no network namespace: %s",
			       strerror(errno));
	snprintf(path, sizeof(path), "%s/ip_forward.%lu", dir,
		 (unsigned long)netns.st_ino);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_set(err, -errno, "cannot open %s: %s", path,
			       strerror(errno));
	if (flock(fd, LOCK_SH) == 0)
		return fd;
	rc = err_set(err, -errno, "cannot lock %s: %s", path, strerror(errno));
	close(fd);
	return rc;
}

static void put_back(int file_fd)
{
	char text[sizeof(WAS_OFF)] = "";
	struct err ignored;

	if (flock(file_fd, LOCK_EX | LOCK_NB))
		return; /* another lab needs it */
	if (pread(file_fd, text, sizeof(text) - 1, 0) < 0 ||
	    strcmp(text, WAS_OFF) != 0)
		return;
	sysctl_set(SYSCTL_IP_FORWARD, false, &ignored);
	if (ftruncate(file_fd, 0))
		return; /* it says so again, and is put back again */
}

/* The child: has nothing but these two, so it keeps nothing of the lab's. */
static _Noreturn void wait_for_end(int pipe_fd, int file_fd)
{
	sigset_t all;
	char c;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	if (dup2(file_fd, STDOUT_FILENO) < 0 || dup2(pipe_fd, STDIN_FILENO) < 0)
		_exit(1);
	close_range(STDERR_FILENO, ~0u, 0);
	setsid();
	prctl(PR_SET_NAME, "weft-ip-forward");
	while (read(STDIN_FILENO, &c, 1) < 0 && errno == EINTR)
		;
	put_back(STDOUT_FILENO);
	_exit(0);
}

static int turn_on(int file_fd, struct err *err)
{
	bool on = false;
	int rc = sysctl_get(SYSCTL_IP_FORWARD, &on, err);

	if (rc || on)
		return rc;
	if (pwrite(file_fd, WAS_OFF, strlen(WAS_OFF), 0) < 0)
		return err_set(err, -errno,
			       "cannot note that "
			       "net.ipv4.ip_forward was off: %s",
			       strerror(errno));
	return sysctl_set(SYSCTL_IP_FORWARD, true, err);
}

static int start_child(struct ip_forward *claim, int file_fd, struct err *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return err_set(err, -errno, "no pipe: %s", strerror(errno));
	claim->child = fork();
	if (claim->child == 0)
		wait_for_end(fds[0], file_fd);
	close(fds[0]);
	if (claim->child > 0) {
		claim->hold_fd = fds[1];
		return 0;
	}
	close(fds[1]);
	return err_set(err, -errno, "no process: %s", strerror(errno));
}

int ip_forward_enable(struct ip_forward *claim, const char *dir,
		      struct err *err)
{
	int fd, rc;

	if (claim->hold_fd >= 0)
		return 0;
	fd = open_file(dir, err);
	if (fd < 0)
		return fd;
	/* first who puts it back, then what there is to be put back */
	rc = start_child(claim, fd, err);
	if (!rc)
		rc = turn_on(fd, err);
	close(fd);
	if (rc)
		ip_forward_release(claim);
	return rc;
}

void ip_forward_release(struct ip_forward *claim)
{
	if (claim->hold_fd < 0)
		return;
	close(claim->hold_fd);
	(void)waitpid(claim->child, NULL, 0);
	ip_forward_init(claim);
}
