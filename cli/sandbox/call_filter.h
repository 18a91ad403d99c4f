/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * call_filter.h - the system calls that a thread has left, each with its reason
 */
#ifndef CLI_SANDBOX_CALL_FILTER_H
#define CLI_SANDBOX_CALL_FILTER_H

#include <linux/filter.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/err.h"

/** CALL_MAX_CHECKS - arguments that one rule looks at */
#define CALL_MAX_CHECKS 3

/**
 * struct call_rule - a system call that is left
 * @call:	SCMP_SYS()
 * @why:	what it is needed for
 * @check_count: entries of @checks; 0: with any arguments
 * @checks:	what the arguments must be; several rules of one call add up
 */
struct call_rule {
	int call;
	const char *why;
	unsigned check_count;
	struct scmp_arg_cmp checks[CALL_MAX_CHECKS];
};

/**
 * struct call_rules - a table of them
 * @rules:	the table
 * @count:	entries
 */
struct call_rules {
	const struct call_rule *rules;
	size_t count;
};

/* An argument is exactly this */
#define CALL_IS(arg, value)                                  \
	{                                                    \
		(arg), SCMP_CMP_EQ, (scmp_datum_t)(value), 0 \
	}
/* An argument, as far as @mask goes, is this */
#define CALL_HAS(arg, mask, value)                               \
	{                                                        \
		(arg), SCMP_CMP_MASKED_EQ, (scmp_datum_t)(mask), \
			(scmp_datum_t)(value)                    \
	}
/* A system call with any arguments, and its reason */
#define CALL_ANY(name, why)               \
	{                                 \
		SCMP_SYS(name), (why), 0, \
		{                         \
		}                         \
	}

/** call_filter_memory - memory may come and go, but never become code */
extern const struct call_rules call_filter_memory;
/** call_filter_threads - a thread may be made, and no process */
extern const struct call_rules call_filter_threads;
/** call_filter_end - threads wait for one another, end, and may fall over */
extern const struct call_rules call_filter_end;

/** call_filter_is_there() - false in a build with sanitizers: they need more
 * calls
 */
bool call_filter_is_there(void);

/**
 * struct call_filter - a filter as the kernel takes it
 * @program:	its instructions are owned; none in a build without filters
 */
struct call_filter {
	struct sock_fprog program;
};

/** call_filter_compile() - from @n tables; any call of none of them is refused
 */
int call_filter_compile(struct call_filter *program,
			const struct call_rules *const *tables, size_t n,
			struct err *err);

/**
 * call_filter_enter() - for good: any other call ends the process
 * @all:	every thread of the process; else the calling one
 *
 * Needs no-new-privs. Does nothing where call_filter_is_there() says false.
 *
 * Return: 0, or -errno.
 */
int call_filter_enter(const struct call_filter *program, bool all);

/** call_filter_free() - who has entered it stays in it */
void call_filter_free(struct call_filter *program);

/** call_filter_print() - one line a rule: thread, call, reason */
void call_filter_print(FILE *out, const char *thread,
		       const struct call_rules *const *tables, size_t n);

#endif
