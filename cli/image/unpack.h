/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack.h - the kernel inside a bzImage, as an ELF file that is entered by PVH
 */
#ifndef CLI_IMAGE_UNPACK_H
#define CLI_IMAGE_UNPACK_H

#include "cli/image/kernel.h"

/** UNPACK_MAX - bytes of a kernel, packed or not */
#define UNPACK_MAX (256u << 20)

/**
 * unpack_kernel() - take a bzImage apart, which is a download
 * @image:	a whole bzImage, packed with LZ4 as Debian's cloud kernels are
 * @elf:	gets the ELF file, without what guests have no use for: symbols,
 *		relocations, zeros at the end of a segment; the caller frees it
 *
 * Return: 0; -EINVAL not a bzImage, or damaged; -ENOTSUP packed otherwise, or
 * without a PVH entry; -ENOMEM.
 */
int unpack_kernel(const struct cache_file *image, struct cache_file *elf,
		  struct err *err);

/**
 * image_boot_file() - what builtin guests boot of a kernel
 * @path:	gets it, CACHE_PATH_SIZE: the unpacked kernel in the cache, made
 *		if it isn't there; or the bzImage itself, if it can't be
 *		unpacked or $WEFT_KERNEL named it
 *
 * A guest that has not to unpack its kernel is at its /init sooner, and has no
 * KASLR: to place itself is a part of unpacking.
 */
void image_boot_file(const struct image_kernel *kernel, char *path);

/**
 * image_forget_old() - remove unpacked kernels of which the packed one is gone
 * @kernel:	of this one it is kept, wherever it lies
 *
 * Return: how many were removed.
 */
unsigned image_forget_old(const struct image_kernel *kernel);

#endif
