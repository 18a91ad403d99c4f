/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox.h - what weft-switch gives up before it sees its first frame
 */
#ifndef CLI_SWITCHD_SANDBOX_H
#define CLI_SWITCHD_SANDBOX_H

#include "core/err.h"
#include "core/log.h"

/**
 * sandbox_drop() - before any thread is made: no capability, and root no more
 *
 * Threads inherit it.
 */
int sandbox_drop(const struct log *log, struct err *err);

/**
 * sandbox_filter() - for every thread of the process, and for good
 *
 * After it there is a list of system calls without open and exec; any other
 * call ends the process. The threads must exist already.
 */
int sandbox_filter(const struct log *log, struct err *err);

#endif
