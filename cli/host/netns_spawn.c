// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns_spawn.c - make the process and the namespaces of a netns node
 */
#include "cli/host/netns_spawn.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/host/netns_inside.h"

#define NAMESPACES (CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID)

static int clone_error(int error, bool in_user_ns, struct err *err)
{
	if (error == ENOSPC || error == EUSERS)
		return err_set(err, -error,
			       "no more namespaces allowed: raise sysctl "
			       "user.max_net_namespaces or "
			       "user.max_user_namespaces");
	if (error == EPERM && in_user_ns)
		return err_set(err, -error,
			       "user namespaces are switched off here: run as "
			       "root, or allow them (as root: sysctl -w "
			       "kernel.unprivileged_userns_clone=1)");
	return err_set(err, -error, "cannot create its namespaces: %s",
		       strerror(error));
}

/*
 * As fork(), with namespaces and a pidfd. The system call is made directly:
 * glibc has no fork() with flags. Its fork handlers don't run, which matters
 * only to processes with threads; the child allocates once, in netns_inside().
 */
static pid_t clone_process(unsigned long namespaces, int *pidfd)
{
	return (pid_t)syscall(SYS_clone, namespaces | CLONE_PIDFD | SIGCHLD,
			      NULL, pidfd, NULL, NULL);
}

pid_t netns_spawn(const struct netns_node_settings *settings, int sock,
		  int *pidfd, struct err *err)
{
	struct netns_birth birth = {
		.settings = settings,
		.sock = sock,
		.in_user_ns = geteuid() != 0,
		.uid = geteuid(),
		.gid = getegid(),
	};
	pid_t pid = -1;

	if (!birth.in_user_ns) {
		pid = clone_process(NAMESPACES, pidfd);
		/* A container's root may lack the right: be as a user then. */
		birth.in_user_ns = pid < 0 && errno == EPERM;
	}
	if (birth.in_user_ns)
		pid = clone_process(NAMESPACES | CLONE_NEWUSER, pidfd);
	if (pid == 0)
		netns_inside(&birth);
	if (pid < 0)
		return clone_error(errno, birth.in_user_ns, err);
	return pid;
}
