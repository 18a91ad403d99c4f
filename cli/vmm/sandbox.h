/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox.h - what weft-vmm gives up before its guest's first instruction
 */
#ifndef CLI_VMM_SANDBOX_H
#define CLI_VMM_SANDBOX_H

#include <stdbool.h>

#include "core/err.h"
#include "core/log.h"

/**
 * sandbox_drop() - no files, no capability, and root no more
 *
 * After all is opened, before any thread is made: threads inherit it.
 */
int sandbox_drop(const struct log *log, struct err *err);

/** sandbox_enter() - the calling thread's filter, for good; 0 or -errno */
int sandbox_enter(bool is_cpu);

#endif
