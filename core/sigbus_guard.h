/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sigbus_guard.h - outlive a peer that takes shared memory away under us
 *
 * A peer may truncate the file behind a mapping at any time; the next access
 * then raises SIGBUS here. Inside a guarded range that is survived: zero pages
 * replace the mapping, a flag is raised, the access is done again. Anywhere
 * else SIGBUS keeps its default action.
 */
#ifndef CORE_SIGBUS_GUARD_H
#define CORE_SIGBUS_GUARD_H

#include <stdatomic.h>
#include <stddef.h>

#include "core/err.h"

/** SIGBUS_GUARD_MAX_RANGES - ranges that can be guarded in one process */
#define SIGBUS_GUARD_MAX_RANGES 4096

/**
 * struct sigbus_stack - the alternate signal stack of one thread
 * @memory:	NULL while there is none
 */
struct sigbus_stack {
	void *memory;
};

/**
 * sigbus_stack_init() - let this thread take SIGBUS on a stack of its own
 * @stack:	belongs to the thread, until sigbus_stack_fini() on it
 * @err:	says why when not 0 is returned
 *
 * Also installs the handler of the process. A thread without such a
 * stack is guarded too; its handler runs on the thread's own stack.
 */
int sigbus_stack_init(struct sigbus_stack *stack, struct err *err);

/** sigbus_stack_fini() - on the thread that called sigbus_stack_init() */
void sigbus_stack_fini(struct sigbus_stack *stack);

/**
 * sigbus_guard_add() - survive SIGBUS inside a mapping
 * @start:	page-aligned
 * @size:	multiple of the page size of the mapping
 * @poisoned:	set when the mapping was replaced by zero pages; lives until
 *		sigbus_guard_remove()
 *
 * Only the thread that adds a range may access it.
 *
 * Return: a handle for sigbus_guard_remove(), or -ENOSPC.
 */
int sigbus_guard_add(void *start, size_t size, atomic_bool *poisoned);

/** sigbus_guard_remove() - before the mapping goes; @handle is from add */
void sigbus_guard_remove(int handle);

#endif
