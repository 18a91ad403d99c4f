// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * call_rules.c - system calls that every program of ours needs: what libc does
 * by itself
 */
#include <sched.h>
#include <sys/mman.h>

#include "cli/sandbox/call_rule.h"
#include "core/util.h"

static const struct call_rule memory_rules[] = {
	{CALL(mmap), "memory, never code", 1, {CALL_HAS(2, PROT_EXEC, 0)}},
	{CALL(mprotect),
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
 * takes clone(): make_filter.c answers it with ENOSYS.
 */
static const struct call_rule thread_rules[] = {
	{CALL(clone),
	 "a thread, never a process",
	 1,
	 {CALL_HAS(0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM)}},
	CALL_ANY(set_robust_list, "a thread begins"),
	CALL_ANY(rseq, "a thread begins"),
};

static const struct call_rule end_rules[] = {
	CALL_ANY(futex, "threads wait for one another"),
	CALL_ANY(restart_syscall, "a wait that SIGSTOP or a freezer cut"),
	CALL_ANY(rt_sigreturn, "back from a signal's handler"),
	CALL_ANY(sigaltstack, "a thread that has a signal stack ends"),
	CALL_ANY(rt_sigprocmask, "a thread begins or ends; abort()"),
	CALL_ANY(rt_sigaction, "abort()"),
	CALL_ANY(getpid, "abort()"),
	CALL_ANY(gettid, "abort()"),
	CALL_ANY(exit, "a thread ends"),
	CALL_ANY(exit_group, "the process ends"),
};

const struct call_rules call_rules_memory = CALL_TABLE(memory_rules);
const struct call_rules call_rules_threads = CALL_TABLE(thread_rules);
const struct call_rules call_rules_end = CALL_TABLE(end_rules);
