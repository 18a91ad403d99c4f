// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * filter.c - the system calls that a thread has left, each with its reason
 *
 * A call that is on no list ends the process: whoever supervises it starts a
 * fresh one. A sanitizer's runtime needs more calls than we do, so such a build
 * does without.
 */
#include "cli/sandbox/filter.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/util.h"

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

static const struct filter_rule memory_rules[] = {
	{SCMP_SYS(mmap),
	 "memory, never code",
	 1,
	 {FILTER_HAS(2, PROT_EXEC, 0)}},
	{SCMP_SYS(mprotect),
	 "likewise: the heap, a thread's stack",
	 1,
	 {FILTER_HAS(2, PROT_EXEC, 0)}},
	FILTER_CALL(munmap, "memory that is given back"),
	FILTER_CALL(madvise, "a heap shrinks, a thread ends"),
	FILTER_CALL(brk, "the heap"),
	FILTER_CALL(mremap, "realloc() of a big table"),
};

/*
 * Of clone3() the filter can't see the flags, as they are in memory; libc then
 * takes clone(): filter_load() answers it with ENOSYS.
 */
static const struct filter_rule thread_rules[] = {
	{SCMP_SYS(clone),
	 "a thread, never a process",
	 1,
	 {FILTER_HAS(0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM)}},
	FILTER_CALL(set_robust_list, "a thread begins"),
	FILTER_CALL(rseq, "a thread begins"),
};

static const struct filter_rule end_rules[] = {
	FILTER_CALL(futex, "threads wait for one another"),
	FILTER_CALL(rt_sigreturn, "back from a signal's handler"),
	FILTER_CALL(sigaltstack, "a thread that has a signal stack ends"),
	FILTER_CALL(rt_sigprocmask, "a thread begins or ends; abort()"),
	FILTER_CALL(rt_sigaction, "abort()"),
	FILTER_CALL(getpid, "abort()"),
	FILTER_CALL(gettid, "abort()"),
	FILTER_CALL(exit, "a thread ends"),
	FILTER_CALL(exit_group, "the process ends"),
};

const struct filter_rules filter_memory = {memory_rules,
					   ARRAY_SIZE(memory_rules)};
const struct filter_rules filter_threads = {thread_rules,
					    ARRAY_SIZE(thread_rules)};
const struct filter_rules filter_end = {end_rules, ARRAY_SIZE(end_rules)};

bool filter_is_there(void)
{
	return !SANITIZED;
}

static int add_table(scmp_filter_ctx filter, const struct filter_rules *table)
{
	size_t i;
	int code = 0;

	for (i = 0; !code && i < table->count; i++) {
		const struct filter_rule *rule = &table->rules[i];

		code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
					      rule->call, rule->check_count,
					      rule->checks);
	}
	return code;
}

/* abort() signals us, and so do timers of ours; nobody else is signalled. */
static int add_own_rules(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp ourselves = FILTER_IS(0, getpid());
	int code;

	code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
				      1, &ourselves);
	if (code)
		return code;
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
				SCMP_SYS(clone3), 0);
}

static int build(scmp_filter_ctx filter,
		 const struct filter_rules *const *tables, size_t n, bool all)
{
	int code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, all);
	size_t i;

	for (i = 0; !code && i < n; i++)
		code = add_table(filter, tables[i]);
	if (!code)
		code = add_own_rules(filter);
	return code ? code : seccomp_load(filter);
}

int filter_load(const struct filter_rules *const *tables, size_t n, bool all,
		struct err *err)
{
	scmp_filter_ctx filter;
	int code = -ENOMEM;

	if (!filter_is_there())
		return 0;
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter)
		code = build(filter, tables, n, all);
	seccomp_release(filter);
	if (code)
		return err_set(err, code,
			       "cannot load the system call filter: %s",
			       strerror(-code));
	return 0;
}

static void print_rule(FILE *out, const char *thread,
		       const struct filter_rule *rule)
{
	char *name =
		seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, rule->call);

	fprintf(out, "%-8s %-18s %s%s\n", thread, name ? name : "?", rule->why,
		rule->check_count ? " (arguments checked)" : "");
	free(name);
}

void filter_print(FILE *out, const char *thread,
		  const struct filter_rules *const *tables, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < tables[i]->count; j++)
			print_rule(out, thread, &tables[i]->rules[j]);
	}
	fprintf(out, "%-8s %-18s %s\n", thread, "tgkill",
		"abort(), and signals to our own threads (arguments checked)");
}
