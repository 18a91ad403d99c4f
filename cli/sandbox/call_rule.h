/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * call_rule.h - system calls that threads have left, as tables with reasons
 *
 * Each program has its tables in a calls.c of its own. At build time
 * make_filter has libseccomp turn them into what the kernel takes
 * (call_filter.h), and into text for people.
 */
#ifndef CLI_SANDBOX_CALL_RULE_H
#define CLI_SANDBOX_CALL_RULE_H

#include <seccomp.h>
#include <stddef.h>

/** CALL_MAX_CHECKS - arguments that one rule looks at */
#define CALL_MAX_CHECKS 3

/**
 * struct call_rule - a system call that is left
 * @call:	SCMP_SYS()
 * @name:	the call's
 * @why:	what it is needed for
 * @check_count: entries of @checks; 0: with any arguments
 * @checks:	what the arguments must be; several rules of one call add up
 */
struct call_rule {
	int call;
	const char *name;
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

/**
 * struct call_thread - what one kind of thread has left; its filter is called
 * so
 * @name:	of the kind: a word
 * @tables:	any call of none of them is refused
 * @count:	entries of @tables
 */
struct call_thread {
	const char *name;
	const struct call_rules *const *tables;
	size_t count;
};

/* A system call: its number and its name */
#define CALL(name) SCMP_SYS(name), #name
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
#define CALL_ANY(name, why)           \
	{                             \
		CALL(name), (why), 0, \
		{                     \
		}                     \
	}
/* One ioctl() of any descriptor, and its reason */
#define CALL_IOCTL(request, why)            \
	{                                   \
		CALL(ioctl), (why), 1,      \
		{                           \
			CALL_IS(1, request) \
		}                           \
	}
/* One option of a socket that may be set, and its reason */
#define CALL_OPTION(level, option, why)                       \
	{                                                     \
		CALL(setsockopt), (why), 2,                   \
		{                                             \
			CALL_IS(1, level), CALL_IS(2, option) \
		}                                             \
	}
#define CALL_TABLE(rules)                  \
	{                                  \
		(rules), ARRAY_SIZE(rules) \
	}

/** call_rules_memory - memory may come and go, but never become code */
extern const struct call_rules call_rules_memory;
/** call_rules_threads - a thread may be made, and no process */
extern const struct call_rules call_rules_threads;
/** call_rules_end - threads wait for one another, end, and may fall over */
extern const struct call_rules call_rules_end;

/** call_threads - of the program that these tables are of */
extern const struct call_thread call_threads[];
/** call_thread_count - entries of call_threads */
extern const size_t call_thread_count;

#endif
