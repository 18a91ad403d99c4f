/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block_io.h - all of a transfer between a file and pieces of memory
 *
 * The kernel may do less than it was asked for; here it is all or an error.
 */
#ifndef VMM_BLOCK_IO_H
#define VMM_BLOCK_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/iov_cursor.h"

/**
 * block_io_read() - read @len bytes at @offset, and take them off @data
 *
 * Return: 0; -EIO when the file ends before; what preadv() says.
 */
int block_io_read(int fd, uint64_t offset, struct iov_cursor *data,
		  uint64_t len);

/** block_io_write() - write @len bytes at @offset, and take them off @data */
int block_io_write(int fd, uint64_t offset, struct iov_cursor *data,
		   uint64_t len);

/**
 * block_io_discard() - let go of the room of what nobody needs any more
 *
 * Return: 0 also where the file system can't: it was only a hint.
 */
int block_io_discard(int fd, uint64_t offset, uint64_t len);

/**
 * block_io_zero() - let it read as zeros
 * @may_unmap:	room in the file need not be kept for it
 */
int block_io_zero(int fd, uint64_t offset, uint64_t len, bool may_unmap);

#endif
