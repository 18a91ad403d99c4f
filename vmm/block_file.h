/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block_file.h - what a disk's sectors are kept in
 *
 * A raw file or a block device, with or without an overlay. Raw, whatever is
 * in it: a format with a header would let a guest write one that names other
 * files of the host.
 */
#ifndef VMM_BLOCK_FILE_H
#define VMM_BLOCK_FILE_H

#include "vmm/block_overlay.h"
#include "vmm/devices.h"

/** BLOCK_SECTOR - the unit of virtio-blk, whatever a disk's own is */
#define BLOCK_SECTOR 512ull

/**
 * struct block_file - an open disk
 * @fd:		the image
 * @size:	bytes, a multiple of BLOCK_SECTOR
 * @is_readonly: the guest may not write
 * @overlay:	takes writes when its @fd is not -1
 */
struct block_file {
	int fd;
	uint64_t size;
	bool is_readonly;
	struct block_overlay overlay;
};

/**
 * block_file_open() - take a disk's descriptors over, also on failure
 * @settings:	stays with the caller
 *
 * What is behind the last whole sector of the image is not seen.
 */
int block_file_open(struct block_file *file,
		    const struct block_settings *settings, struct err *err);

/** block_file_close() - no-op when it is not open */
void block_file_close(struct block_file *file);

/*
 * What a guest asks for. Return: 0, or -errno: -EROFS; -ERANGE when it is not
 * all on the disk; -EIO when the file has become shorter; what the kernel says.
 */

/** block_file_read() - @len bytes at @offset into the front of @data */
int block_file_read(struct block_file *file, uint64_t offset,
		    struct iov_cursor *data, uint64_t len);

/** block_file_write() - @len bytes at @offset from the front of @data */
int block_file_write(struct block_file *file, uint64_t offset,
		     struct iov_cursor *data, uint64_t len);

/** block_file_flush() - what was written outlives the host's power */
int block_file_flush(struct block_file *file);

/** block_file_discard() - nobody needs these bytes any more */
int block_file_discard(struct block_file *file, uint64_t offset, uint64_t len);

/** block_file_zero() - let them read as zeros; see block_io_zero() */
int block_file_zero(struct block_file *file, uint64_t offset, uint64_t len,
		    bool may_unmap);

#endif
