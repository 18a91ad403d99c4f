/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel.h - the kernel that builtin guests boot: found, or fetched
 */
#ifndef CLI_IMAGE_KERNEL_H
#define CLI_IMAGE_KERNEL_H

#include <stdbool.h>

#include "cli/image/cache.h"

#define KERNEL_VERSION_SIZE 128
#define KERNEL_NOTES_MAX 24
#define KERNEL_NOTE_SIZE 512

/**
 * struct image_kernel - a kernel with its modules
 * @path:	bzImage
 * @modules:	folder with modules.dep
 * @version:	as the bzImage itself says (uname -r)
 */
struct image_kernel {
	char path[CACHE_PATH_SIZE];
	char modules[CACHE_PATH_SIZE];
	char version[KERNEL_VERSION_SIZE];
};

/**
 * struct kernel_notes - where was looked, in order, and why not taken
 * @text:	"PATH: reason" each; the last one is the kernel taken, if any
 * @count:	entries used
 */
struct kernel_notes {
	char text[KERNEL_NOTES_MAX][KERNEL_NOTE_SIZE];
	unsigned count;
};

/**
 * image_find_kernel() - the kernel for builtin guests
 * @notes:	for "weft doctor"; may be NULL
 *
 * $WEFT_KERNEL (modules: $WEFT_MODULES, or /lib/modules/VERSION beside it or of
 * this machine), and no other when it is set; else in this order: those fetched
 * into the cache, newest first; a readable /boot/vmlinuz-*-cloud-*; this
 * machine's /boot/vmlinuz-`uname -r`.
 *
 * Return: 0, or -ENOPKG with the fix in @err.
 */
int image_find_kernel(struct image_kernel *kernel, struct kernel_notes *notes,
		      struct err *err);

/**
 * kernel_version() - the version inside a bzImage (boot protocol 2.00 on,
 * Documentation/x86/boot.rst, kernel_version)
 */
int kernel_version(const char *path, char *version, struct err *err);

/**
 * struct image_progress - who wants to know how far a long task is
 * @say:	called with one line, without newline
 */
struct image_progress {
	void (*say)(struct image_progress *progress, const char *line);
};

/**
 * kernel_fetch() - get the distribution's cloud kernel package with apt and
 * unpack it below the cache, without root
 *
 * Nothing is done when the version that apt names is there already. Nothing
 * half-done is ever seen: the folder appears by rename.
 *
 * Return: 0 with the kernel in @kernel; -ENOPKG when a tool or the package is
 * missing; -EIO when one failed; others from making files.
 */
int kernel_fetch(struct image_progress *progress, struct image_kernel *kernel,
		 struct err *err);

/** image_exit_code() - of the command, as interface.md has them (1, 5 or 6) */
int image_exit_code(const struct err *err);

#endif
