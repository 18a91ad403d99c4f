/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - the system calls that a thread has left, each with its reason
 */
#ifndef CLI_SANDBOX_FILTER_H
#define CLI_SANDBOX_FILTER_H

#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/err.h"

/** FILTER_MAX_CHECKS - arguments that one rule looks at */
#define FILTER_MAX_CHECKS 3

/**
 * struct filter_rule - a system call that is left
 * @call:	SCMP_SYS()
 * @why:	what it is needed for
 * @check_count: entries of @checks; 0: with any arguments
 * @checks:	what the arguments must be; several rules of one call add up
 */
struct filter_rule {
	int call;
	const char *why;
	unsigned check_count;
	struct scmp_arg_cmp checks[FILTER_MAX_CHECKS];
};

/**
 * struct filter_rules - a table of them
 * @rules:	the table
 * @count:	entries
 */
struct filter_rules {
	const struct filter_rule *rules;
	size_t count;
};

/* An argument is exactly this */
#define FILTER_IS(arg, value)                                \
	{                                                    \
		(arg), SCMP_CMP_EQ, (scmp_datum_t)(value), 0 \
	}
/* An argument, as far as @mask goes, is this */
#define FILTER_HAS(arg, mask, value)                             \
	{                                                        \
		(arg), SCMP_CMP_MASKED_EQ, (scmp_datum_t)(mask), \
			(scmp_datum_t)(value)                    \
	}
/* A system call with any arguments, and its reason */
#define FILTER_CALL(name, why)            \
	{                                 \
		SCMP_SYS(name), (why), 0, \
		{                         \
		}                         \
	}

/** filter_memory - memory may come and go, but never become code */
extern const struct filter_rules filter_memory;
/** filter_threads - a thread may be made, and no process */
extern const struct filter_rules filter_threads;
/** filter_end - threads wait for one another, end, and may fall over */
extern const struct filter_rules filter_end;

/** filter_is_there() - false in a build with sanitizers: they need more calls
 */
bool filter_is_there(void);

/**
 * filter_load() - for good: any other call ends the process
 * @tables:	@n of them
 * @all:	of every thread of the process; else of the calling one
 *
 * Needs no-new-privs. Does nothing where filter_is_there() says false.
 */
int filter_load(const struct filter_rules *const *tables, size_t n, bool all,
		struct err *err);

/** filter_print() - one line a rule: thread, call, reason */
void filter_print(FILE *out, const char *thread,
		  const struct filter_rules *const *tables, size_t n);

#endif
