/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox.h - what weft-vmm gives up before its guest's first instruction
 */
#ifndef CLI_VMM_SANDBOX_H
#define CLI_VMM_SANDBOX_H

#include <stdio.h>

#include "cli/sandbox/call_filter.h"
#include "core/err.h"
#include "core/log.h"

/**
 * struct sandbox - made before it is entered
 * @io:		of the first thread
 * @cpu:	of a vCPU's thread; shorter
 */
struct sandbox {
	struct call_filter io;
	struct call_filter cpu;
};

/**
 * sandbox_drop() - no files, no capability, and root no more; filters are made
 *
 * After all is opened, before any thread is made: threads inherit it.
 */
int sandbox_drop(struct sandbox *sandbox, const struct log *log,
		 struct err *err);

/** sandbox_enter() - the calling thread's filter, for good; 0 or -errno */
int sandbox_enter(const struct sandbox *sandbox, bool is_cpu);

/** sandbox_free() - who has entered it stays in it */
void sandbox_free(struct sandbox *sandbox);

/** sandbox_print() - both lists, each call with its reason */
void sandbox_print(FILE *out);

#endif
