/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * helper.h - where the executables are that weft starts
 */
#ifndef CLI_HELPER_H
#define CLI_HELPER_H

#include <stddef.h>

#include "core/err.h"

/**
 * helper_find() - absolute path of a helper executable
 * @name:	"weft-switch", "weft-init"
 * @path:	@size bytes
 *
 * Looked for where an installation has it, ../libexec/weft beside the running
 * executable, and where a build folder has it.
 *
 * Return: 0, or -ENOENT with what to do.
 */
int helper_find(const char *name, char *path, size_t size, struct err *err);

#endif
