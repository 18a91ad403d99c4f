// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * confine.c - what weft-broker gives up before it reads its first request
 *
 * Theory of operation
 *
 * The loader has already ignored what could have made it load something else:
 * for it as for the kernel, a program with file capabilities is one that runs
 * for somebody else (AT_SECURE; nobody can trace it either, nor preload). What
 * comes here is the rest. Nothing is ever written to standard error, which may
 * be any file or socket: words go into answers only.
 *
 * No parent-death signal: labd's end is the end of the socket, and what was
 * made is taken back before we end, too.
 */
#include "cli/broker/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/broker/filters.h"

static int check_sock(void)
{
	int family = -1, type = -1;
	socklen_t len = sizeof(family);

	if (getsockopt(CONFINE_SOCK, SOL_SOCKET, SO_DOMAIN, &family, &len))
		return -errno;
	len = sizeof(type);
	if (getsockopt(CONFINE_SOCK, SOL_SOCKET, SO_TYPE, &type, &len))
		return -errno;
	return family == AF_UNIX && type == SOCK_SEQPACKET ? 0 : -ENOTSOCK;
}

/* 0 to 2 as well, or the next thing that is opened becomes one of them. */
static int close_others(void)
{
	int fd, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -errno;
	for (fd = 0; fd < CONFINE_SOCK; fd++) {
		if (dup2(null, fd) < 0)
			return -errno;
	}
	if (syscall(SYS_close_range, CONFINE_SOCK + 1, ~0u, 0))
		return -errno;
	return fcntl(CONFINE_SOCK, F_SETFD, FD_CLOEXEC) ||
			       fcntl(CONFINE_SOCK, F_SETFL, 0)
		       ? -errno
		       : 0;
}

int confine_forget(void)
{
	int rc = check_sock();

	if (rc)
		return rc;
	clearenv();
	umask(077);
	if (chdir("/"))
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, 0);
	return close_others();
}

static int set_two(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};
	const unsigned two =
		CAP_TO_MASK(CAP_NET_ADMIN) | CAP_TO_MASK(CAP_NET_RAW);

	sets[0].permitted = two;
	sets[0].effective = two;
	return syscall(SYS_capset, &header, sets) ? -errno : 0;
}

/* Only root has the right to; for others it matters to exec alone. */
static void drop_bounds(void)
{
	unsigned long capability = 0;

	for (; prctl(PR_CAPBSET_READ, capability) >= 0; capability++) {
		if (capability != CAP_NET_ADMIN && capability != CAP_NET_RAW)
			prctl(PR_CAPBSET_DROP, capability);
	}
}

int confine_privileges(struct err *err)
{
	const struct rlimit no_core = {0, 0};
	int could_not = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);

	if (getuid() != geteuid() || getgid() != getegid())
		return err_set(err, -EPERM,
			       "weft-broker has to run as the one who started "
			       "it: take the setuid and setgid bits away");
	drop_bounds();
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (set_two())
		return err_set(err, -EPERM,
			       could_not == 1
				       ? "no program gets a privilege where "
					 "no_new_privs is set: start weft "
					 "without it"
				       : "weft-broker has got no CAP_NET_ADMIN "
					 "and CAP_NET_RAW: weft doctor says "
					 "how, but in a container that has "
					 "none nobody gets them");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_DUMPABLE, 0) || setrlimit(RLIMIT_CORE, &no_core))
		return err_set(err, -EPERM,
			       "weft-broker cannot give up its privileges: %s",
			       strerror(errno));
	return 0;
}

int confine_calls(struct err *err)
{
	int rc = call_filter_enter(&broker_all_filter, false);

	return rc ? err_set(err, rc,
			    "weft-broker cannot enter its system call "
			    "filter: %s",
			    strerror(-rc))
		  : 0;
}
