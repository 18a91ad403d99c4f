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

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

bool call_filter_is_there(void)
{
	return !SANITIZED;
}

int call_filter_enter(const struct call_filter *filter, bool all)
{
	struct sock_filter code[CALL_FILTER_MAX];
	const struct sock_fprog program = {filter->length, code};

	if (!call_filter_is_there())
		return 0;
	if (filter->length > CALL_FILTER_MAX)
		return -E2BIG;
	memcpy(code, filter->code, filter->length * sizeof(*code));
	code[filter->pid_at].k = (__u32)getpid();
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       all ? SECCOMP_FILTER_FLAG_TSYNC : 0, &program)
		       ? -errno
		       : 0;
}
