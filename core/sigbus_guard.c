// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sigbus_guard.c - outlive a peer that takes shared memory away under us
 *
 * Theory of operation
 *
 * A signal handler can be handed nothing but the fault address, so the ranges
 * are in one table of the process: the only global of weft, and read-only to
 * everyone but the functions below. A slot is claimed with one atomic exchange
 * and becomes visible when its start is stored last. SIGBUS for a bad access
 * is delivered to the thread that did it, and only the thread that added a
 * range touches it; so a slot never changes while the handler looks at it on
 * behalf of its own thread, and slots of others are skipped by address.
 *
 * The handler maps anonymous memory over the whole range, not over one page: a
 * range that lost a page is not to be trusted any more, and the port that it
 * belongs to is switched off once the current batch is through.
 *
 * Limits: SIGBUS_GUARD_MAX_RANGES; a table that is full refuses, it does not
 * grow. SIGSEGV is nobody's to survive.
 */
#include "core/sigbus_guard.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define STACK_SIZE (64 * 1024)

/**
 * struct range - one slot of the table
 * @claimed:	in use; taken and given back with one atomic operation
 * @start:	first byte of the mapping; 0 while the slot isn't to be used
 * @size:	bytes of the mapping
 * @poisoned:	set when zero pages took its place; the caller's
 */
struct range {
	atomic_bool claimed;
	_Atomic uintptr_t start;
	size_t size;
	atomic_bool *poisoned;
};

static struct range ranges[SIGBUS_GUARD_MAX_RANGES];
static atomic_bool installed;

static bool replace_range(uintptr_t addr)
{
	unsigned i;

	for (i = 0; i < SIGBUS_GUARD_MAX_RANGES; i++) {
		uintptr_t start = atomic_load(&ranges[i].start);

		if (!start || addr - start >= ranges[i].size)
			continue;
		if (mmap((void *)start, ranges[i].size, PROT_READ | PROT_WRITE,
			 MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS |
				 MAP_NORESERVE,
			 -1, 0) == MAP_FAILED)
			return false;
		atomic_store(ranges[i].poisoned, true);
		return true;
	}
	return false;
}

static void bus_error(int signal_number, siginfo_t *info, void *context)
{
	int saved_errno = errno;

	(void)context;
	if (info->si_code <= 0 || !replace_range((uintptr_t)info->si_addr)) {
		signal(signal_number, SIG_DFL);
		raise(signal_number);
	}
	errno = saved_errno;
}

static int install_handler(void)
{
	struct sigaction action = {0};

	action.sa_sigaction = bus_error;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGBUS, &action, NULL))
		return -errno;
	atomic_store(&installed, true);
	return 0;
}

int sigbus_stack_init(struct sigbus_stack *stack, struct err *err)
{
	stack_t alternate = {.ss_size = STACK_SIZE};
	int rc;

	stack->memory = malloc(STACK_SIZE);
	if (!stack->memory)
		return err_set(err, -ENOMEM, "no memory for a signal stack");
	alternate.ss_sp = stack->memory;
	rc = install_handler();
	if (!rc && sigaltstack(&alternate, NULL))
		rc = -errno;
	if (!rc)
		return 0;
	free(stack->memory);
	stack->memory = NULL;
	return err_set(err, rc, "cannot set up a signal stack: %s",
		       strerror(-rc));
}

void sigbus_stack_fini(struct sigbus_stack *stack)
{
	stack_t none = {.ss_flags = SS_DISABLE};

	if (!stack->memory)
		return;
	sigaltstack(&none, NULL);
	free(stack->memory);
	stack->memory = NULL;
}

int sigbus_guard_add(void *start, size_t size, atomic_bool *poisoned)
{
	int i, rc = atomic_load(&installed) ? 0 : install_handler();

	if (rc)
		return rc;
	for (i = 0; i < SIGBUS_GUARD_MAX_RANGES; i++) {
		if (atomic_exchange(&ranges[i].claimed, true))
			continue;
		ranges[i].size = size;
		ranges[i].poisoned = poisoned;
		atomic_store(&ranges[i].start, (uintptr_t)start);
		return i;
	}
	return -ENOSPC;
}

void sigbus_guard_remove(int handle)
{
	atomic_store(&ranges[handle].start, 0);
	atomic_store(&ranges[handle].claimed, false);
}
