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
 * image_measure_tsc_khz() - this host's time stamp counter, for QEMU's emulator
 *
 * QEMU's emulated TSC runs at the host's rate, and a guest kernel that measures
 * it while the host is busy gets it wrong: off by a factor of twenty was seen
 * (time then races), and where there is no HPET the boot stops altogether. So
 * the guest is told. Takes 10 ms; 0 where the host has no TSC.
 */
uint32_t image_measure_tsc_khz(void);

/**
 * image_cmdline() - kernel command line of a builtin guest
 * @extra:	cmdline: of the lab file, put last; may be NULL
 * @emulated:	no hardware virtualization: leave out what only costs time there
 * @tsc_khz:	image_measure_tsc_khz(), used when @emulated; 0: not known
 *
 * Return: its length, or -ENAMETOOLONG.
 */
int image_cmdline(const char *extra, bool emulated, uint32_t tsc_khz,
		  char *line, size_t size);

#endif
