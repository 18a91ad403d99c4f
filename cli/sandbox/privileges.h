/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * privileges.h - what a process that sees guests' bytes gives up first
 */
#ifndef CLI_SANDBOX_PRIVILEGES_H
#define CLI_SANDBOX_PRIVILEGES_H

#include "core/err.h"
#include "core/log.h"

/**
 * privileges_hide_files() - an empty folder is all of the file system from now
 *
 * Before any thread is made. Root just goes there. Anybody else needs a user
 * namespace for it, which not every host gives, and /proc must be there: else
 * the system call filter alone stands between the process and its user's files.
 *
 * Return: 0, or -errno when the host doesn't let us.
 */
int privileges_hide_files(void);

/**
 * privileges_drop() - no new privileges, no core file, no capability, and root
 * no more
 *
 * Before any thread is made: threads inherit it. The process still ends with
 * the one that started it.
 */
int privileges_drop(const struct log *log, struct err *err);

#endif
