/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpio.h - newc archives, as the kernel unpacks them for its initramfs
 *
 * The format is in the kernel's Documentation/driver-api/early-userspace/
 * buffer-format.rst. All members belong to root and date from 1970, so equal
 * input makes equal archives.
 */
#ifndef CLI_IMAGE_CPIO_H
#define CLI_IMAGE_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct cpio - an archive in memory
 * @data:	what there is of it; malloc'ed
 * @len:	bytes of it
 * @size:	bytes allocated
 * @ino:	number of the last member
 * @failed:	no memory; the archive is worthless
 */
struct cpio {
	uint8_t *data;
	size_t len;
	size_t size;
	uint32_t ino;
	bool failed;
};

/** cpio_init() - an empty archive */
void cpio_init(struct cpio *cpio);

/** cpio_fini() - free it */
void cpio_fini(struct cpio *cpio);

/** cpio_add_dir() - @path without leading slash; parents come first */
void cpio_add_dir(struct cpio *cpio, const char *path, uint32_t mode);

/** cpio_add_file() - a regular file of @len bytes */
void cpio_add_file(struct cpio *cpio, const char *path, uint32_t mode,
		   const void *data, size_t len);

/** cpio_add_symlink() - @path points to @target */
void cpio_add_symlink(struct cpio *cpio, const char *path, const char *target);

/** cpio_add_chardev() - a character device node */
void cpio_add_chardev(struct cpio *cpio, const char *path, uint32_t major,
		      uint32_t minor);

/** cpio_end() - the trailer; 0, or -ENOMEM if anything did not fit */
int cpio_end(struct cpio *cpio);

#endif
