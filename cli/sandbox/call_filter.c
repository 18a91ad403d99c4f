// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * call_filter.c - a thread has few system calls left, from now on
 *
 * A call that is on no list ends the process: whoever supervises it starts a
 * fresh one. A sanitizer's runtime needs more calls than we do, so such a build
 * does without.
 */
#include "cli/sandbox/call_filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool call_filter_is_there(void)
{
	return !WEFT_SANITIZED;
}

int call_filter_enter(const struct call_filter *filter, bool all)
{
	struct sock_filter code[CALL_FILTER_MAX];
	const struct sock_fprog program = {filter->length, code};
	long left; /* a thread that could not follow, and then none has */

	if (!call_filter_is_there())
		return 0;
	if (filter->length > CALL_FILTER_MAX ||
	    filter->pid_at >= filter->length)
		return -EINVAL;
	memcpy(code, filter->code, filter->length * sizeof(*code));
	code[filter->pid_at].k = (__u32)getpid();
	left = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       all ? SECCOMP_FILTER_FLAG_TSYNC : 0, &program);
	if (left < 0)
		return -errno;
	return left ? -ESRCH : 0;
}
