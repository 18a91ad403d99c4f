/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * initramfs.h - the builtin guest's initramfs, and how its kernel is started
 */
#ifndef CLI_IMAGE_INITRAMFS_H
#define CLI_IMAGE_INITRAMFS_H

#include "cli/image/kernel.h"

/**
 * initramfs_build() - the initramfs for a kernel, made if it isn't cached
 * @kernel:	from image_find_kernel() or kernel_fetch()
 * @init:	path of weft-init
 * @path:	the file, CACHE_PATH_SIZE: its name tells kernel and content
 *
 * Safe against others who do the same at the same time.
 *
 * Return: 0; -ENOPKG when busybox-static is missing; -ENOENT when the kernel
 * lacks a module that guests need.
 */
int initramfs_build(const struct image_kernel *kernel, const char *init,
		    char *path, struct err *err);

/**
 * image_cmdline() - kernel command line of a builtin guest
 * @extra:	cmdline: of the lab file, put last; may be NULL
 * @emulated:	no hardware virtualization: leave out what only costs time there
 *
 * An emulated guest is told the rate of its time stamp counter, which is this
 * host's: a kernel that measures it while the host is busy gets it wrong (its
 * time then runs twenty times too fast, say, and leases expire) or doesn't boot
 * at all. So for @emulated this takes 2 ms.
 *
 * Return: its length, or -ENAMETOOLONG.
 */
int image_cmdline(const char *extra, bool emulated, char *line, size_t size);

#endif
