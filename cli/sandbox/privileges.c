// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * privileges.c - what a process that sees guests' bytes gives up first
 *
 * Theory of operation
 *
 * Capabilities belong to a thread and new ones inherit them, so all of this is
 * done before there are threads. Root becomes nobody, since root without
 * capabilities still owns root's files and may signal root's processes.
 *
 * The empty view of the file system is the folder in /proc of a process that
 * has ended: nothing is in it, nothing can be made in it, and nothing leads out
 * of it for who may not call chroot() again. That process shares with us where
 * the root is, so that it can go there in our stead. Nothing is written for it
 * anywhere.
 *
 * To have no capability takes two system calls and no library: libcap-ng asks
 * /proc before main(), and brings all of libc's user database into a static
 * program.
 */
#include "cli/sandbox/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The uid and gid that own nothing. */
#define NOBODY 65534
#define MAX_TRIES 1000
#define OWN_FOLDER "/proc/self/fdinfo"

/* In the child, which has our memory as a copy, and our root itself. */
static int go_and_end(void)
{
	return chroot(OWN_FOLDER) || chdir("/") ? errno : 0;
}

/* Without a signal at its end, so that it can be waited for in any case. */
static int go_by_child(void)
{
	int status = 0;
	long child = syscall(SYS_clone, CLONE_FS, NULL, NULL, NULL, NULL);

	if (child < 0)
		return -errno;
	if (!child)
		_exit(go_and_end());
	while (waitpid((pid_t)child, &status, __WALL) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

/* A thread that was waited for is gone for us a moment before it is gone. */
static int leave_users(void)
{
	unsigned tries;

	for (tries = 0; unshare(CLONE_NEWUSER); tries++) {
		if (errno != EINVAL || tries == MAX_TRIES)
			return -errno;
		sched_yield();
	}
	return 0;
}

int privileges_hide_files(void)
{
	int code = geteuid() == 0 ? go_by_child() : -EPERM;

	if (code != -EPERM)
		return code;
	code = leave_users();
	return code ? code : go_by_child();
}

/* Where uids are mapped (a container), there may be no nobody: stay then. */
static void leave_root(const struct log *log)
{
	if (geteuid() != 0)
		return;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		log_warning(log, "stays root, without capabilities: %s",
			    strerror(errno));
}

/* Who has no right to narrow the bounding set can't use it either. */
static void drop_bounds(const struct log *log)
{
	unsigned long capability = 0;

	for (; prctl(PR_CAPBSET_READ, capability) >= 0; capability++) {
		if (prctl(PR_CAPBSET_DROP, capability)) {
			log_debug(log, "the bounding set stays as it is");
			return;
		}
	}
}

/* The ambient set goes with the others: capabilities(7). */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {
		{0},
	};

	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

int privileges_drop(const struct log *log, struct err *err)
{
	const struct rlimit no_core = {0, 0};
	int code;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    setrlimit(RLIMIT_CORE, &no_core))
		return err_set(err, -errno, "cannot give up privileges: %s",
			       strerror(errno));
	drop_bounds(log);
	leave_root(log);
	code = drop_capabilities();
	if (code)
		return err_set(err, code, "cannot give up capabilities: %s",
			       strerror(-code));
	/* New credentials have undone both: our end with labd, our privacy. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_DUMPABLE, 0))
		return err_set(err, -errno, "cannot give up privileges: %s",
			       strerror(errno));
	return 0;
}
