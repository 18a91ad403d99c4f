/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tool.h - other people's programs, run with an argument list, never a shell
 */
#ifndef CLI_IMAGE_TOOL_H
#define CLI_IMAGE_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

/**
 * struct tool - a program to run
 * @argv:	NULL-terminated; the first is found in PATH and the sbin folders
 * @package:	the Debian package that has it, for the message
 * @dir:	to run in; NULL: here
 * @max:	most bytes of stdout to keep; more is an error
 * @out:	its stdout, malloc'ed and NUL-terminated, once it ran; the
 *		caller frees it
 * @len:	bytes in @out
 */
struct tool {
	const char *const *argv;
	const char *package;
	const char *dir;
	size_t max;
	char *out;
	size_t len;
};

/** tool_find() - where a program is, into @path; false: nowhere */
bool tool_find(const char *name, char *path, size_t size);

/**
 * tool_run() - run it to its end, stdin empty, stderr ours
 *
 * Return: 0 when it exited with 0. -ENOPKG when it isn't installed, -EIO when
 * it failed; @err then says what to do.
 */
int tool_run(struct tool *tool, struct err *err);

#endif
