// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * call_filter.c - the system calls that a thread has left, each with its reason
 *
 * A call that is on no list ends the process: whoever supervises it starts a
 * fresh one. A sanitizer's runtime needs more calls than we do, so such a build
 * does without.
 */
#include "cli/sandbox/call_filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
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

static const struct call_rule memory_rules[] = {
	{SCMP_SYS(mmap), "memory, never code", 1, {CALL_HAS(2, PROT_EXEC, 0)}},
	{SCMP_SYS(mprotect),
	 "likewise: the heap, a thread's stack",
	 1,
	 {CALL_HAS(2, PROT_EXEC, 0)}},
	CALL_ANY(munmap, "memory that is given back"),
	CALL_ANY(madvise, "a heap shrinks, a thread ends"),
	CALL_ANY(brk, "the heap"),
	CALL_ANY(mremap, "realloc() of a big table"),
};

/*
 * Of clone3() the filter can't see the flags, as they are in memory; libc then
 * takes clone(): add_own_rules() answers it with ENOSYS.
 */
static const struct call_rule thread_rules[] = {
	{SCMP_SYS(clone),
	 "a thread, never a process",
	 1,
	 {CALL_HAS(0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM)}},
	CALL_ANY(set_robust_list, "a thread begins"),
	CALL_ANY(rseq, "a thread begins"),
};

static const struct call_rule end_rules[] = {
	CALL_ANY(futex, "threads wait for one another"),
	CALL_ANY(rt_sigreturn, "back from a signal's handler"),
	CALL_ANY(sigaltstack, "a thread that has a signal stack ends"),
	CALL_ANY(rt_sigprocmask, "a thread begins or ends; abort()"),
	CALL_ANY(rt_sigaction, "abort()"),
	CALL_ANY(getpid, "abort()"),
	CALL_ANY(gettid, "abort()"),
	CALL_ANY(exit, "a thread ends"),
	CALL_ANY(exit_group, "the process ends"),
};

const struct call_rules call_filter_memory = {memory_rules,
					      ARRAY_SIZE(memory_rules)};
const struct call_rules call_filter_threads = {thread_rules,
					       ARRAY_SIZE(thread_rules)};
const struct call_rules call_filter_end = {end_rules, ARRAY_SIZE(end_rules)};

bool call_filter_is_there(void)
{
	return !SANITIZED;
}

static int add_table(scmp_filter_ctx filter, const struct call_rules *table)
{
	size_t i;
	int code = 0;

	for (i = 0; !code && i < table->count; i++) {
		const struct call_rule *rule = &table->rules[i];

		code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
					      rule->call, rule->check_count,
					      rule->checks);
	}
	return code;
}

/* abort() signals us, and so do timers of ours; nobody else is signalled. */
static int add_own_rules(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp ourselves = CALL_IS(0, getpid());
	int code;

	code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
				      1, &ourselves);
	if (code)
		return code;
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
				SCMP_SYS(clone3), 0);
}

static int build(scmp_filter_ctx filter, const struct call_rules *const *tables,
		 size_t n)
{
	size_t i;
	int code = 0;

	for (i = 0; !code && i < n; i++)
		code = add_table(filter, tables[i]);
	return code ? code : add_own_rules(filter);
}

/* The library writes it to a descriptor only. */
static int take_program(struct call_filter *program, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);

	if (size <= 0)
		return -EIO;
	program->program.filter = malloc((size_t)size);
	if (!program->program.filter)
		return -ENOMEM;
	if (pread(fd, program->program.filter, (size_t)size, 0) != size)
		return -EIO;
	program->program.len =
		(unsigned short)((size_t)size / sizeof(struct sock_filter));
	return 0;
}

static int export_program(struct call_filter *program, scmp_filter_ctx filter)
{
	int fd = memfd_create("weft-filter", MFD_CLOEXEC);
	int code;

	if (fd < 0)
		return -errno;
	code = seccomp_export_bpf(filter, fd);
	if (!code)
		code = take_program(program, fd);
	close(fd);
	return code;
}

int call_filter_compile(struct call_filter *program,
			const struct call_rules *const *tables, size_t n,
			struct err *err)
{
	scmp_filter_ctx filter;
	int code = -ENOMEM;

	*program = (struct call_filter){0};
	if (!call_filter_is_there())
		return 0;
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter)
		code = build(filter, tables, n);
	if (!code)
		code = export_program(program, filter);
	seccomp_release(filter);
	if (!code)
		return 0;
	call_filter_free(program);
	return err_set(err, code, "cannot make the system call filter: %s",
		       strerror(-code));
}

int call_filter_enter(const struct call_filter *program, bool all)
{
	if (!program->program.len)
		return 0;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       all ? SECCOMP_FILTER_FLAG_TSYNC : 0, &program->program)
		       ? -errno
		       : 0;
}

void call_filter_free(struct call_filter *program)
{
	free(program->program.filter);
	*program = (struct call_filter){0};
}

static void print_rule(FILE *out, const char *thread,
		       const struct call_rule *rule)
{
	char *name =
		seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, rule->call);

	fprintf(out, "%-8s %-18s %s%s\n", thread, name ? name : "?", rule->why,
		rule->check_count ? " (arguments checked)" : "");
	free(name);
}

void call_filter_print(FILE *out, const char *thread,
		       const struct call_rules *const *tables, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < tables[i]->count; j++)
			print_rule(out, thread, &tables[i]->rules[j]);
	}
	fprintf(out, "%-8s %-18s %s\n", thread, "tgkill",
		"abort(), and signals to our own threads (arguments checked)");
}
