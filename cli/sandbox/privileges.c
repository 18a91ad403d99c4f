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
 * The empty view of the file system is a folder that is made, gone into, and
 * removed: nothing can be made in it any more, and nothing leads out of it for
 * who may not call chroot() again.
 */
#include "cli/sandbox/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The uid and gid that own nothing. */
#define NOBODY 65534
#define EMPTY_PARENT "/tmp"

static int go_into(int parent, char *name)
{
	int folder = openat(parent, name, O_DIRECTORY | O_PATH | O_CLOEXEC);
	int code = 0;

	if (folder < 0)
		return -errno;
	if (fchdir(folder) || chroot("."))
		code = -errno;
	close(folder);
	return code;
}

int privileges_hide_files(void)
{
	char name[] = EMPTY_PARENT "/weft-empty-XXXXXX";
	int parent, code;

	if (geteuid() != 0 && unshare(CLONE_NEWUSER))
		return -errno;
	parent = open(EMPTY_PARENT, O_DIRECTORY | O_PATH | O_CLOEXEC);
	if (parent < 0)
		return -errno;
	code = mkdtemp(name) ? go_into(parent, name + sizeof(EMPTY_PARENT))
			     : -errno;
	unlinkat(parent, name + sizeof(EMPTY_PARENT), AT_REMOVEDIR);
	close(parent);
	return code;
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

int privileges_drop(const struct log *log, struct err *err)
{
	const struct rlimit no_core = {0, 0};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    setrlimit(RLIMIT_CORE, &no_core))
		return err_set(err, -errno, "cannot give up privileges: %s",
			       strerror(errno));
	capng_clear(CAPNG_SELECT_ALL);
	/* Who has no right to narrow the bounding set can't use it either. */
	if (capng_apply(CAPNG_SELECT_BOUNDS))
		log_debug(log, "the bounding set stays as it is");
	leave_root(log);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return err_set(err, -EPERM, "cannot give up capabilities");
	/* New credentials have undone both: our end with labd, our privacy. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_DUMPABLE, 0))
		return err_set(err, -errno, "cannot give up privileges: %s",
			       strerror(errno));
	return 0;
}
