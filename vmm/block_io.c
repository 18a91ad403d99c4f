// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * block_io.c - all of a transfer between a file and pieces of memory
 */
#include "vmm/block_io.h"

#include <errno.h>
#include <fcntl.h>

#include "core/util.h"

/* Zeros that are written where the file system can't just say so */
#define ZERO_PAGE 4096
#define ZERO_PAGES 64

/* One system call for the front of @data, @len bytes of it at most. */
static ssize_t transfer(int fd, uint64_t offset, struct iov_cursor *data,
			uint64_t len, bool is_write)
{
	struct iov_cut cut = iov_cursor_cut(data, len);
	ssize_t done;

	if (!cut.count)
		return -EINVAL;
	do {
		done = is_write ? pwritev(fd, data->iov, (int)cut.count,
					  (off_t)offset)
				: preadv(fd, data->iov, (int)cut.count,
					 (off_t)offset);
	} while (done < 0 && errno == EINTR);
	iov_cursor_uncut(data, &cut);
	return done < 0 ? -errno : done;
}

static int transfer_all(int fd, uint64_t offset, struct iov_cursor *data,
			uint64_t len, bool is_write)
{
	while (len) {
		ssize_t done = transfer(fd, offset, data, len, is_write);

		if (done < 0)
			return (int)done;
		/* The end of the file: somebody made it shorter under us. */
		if (!done)
			return -EIO;
		iov_cursor_skip(data, (uint64_t)done);
		offset += (uint64_t)done;
		len -= (uint64_t)done;
	}
	return 0;
}

int block_io_read(int fd, uint64_t offset, struct iov_cursor *data,
		  uint64_t len)
{
	return transfer_all(fd, offset, data, len, false);
}

int block_io_write(int fd, uint64_t offset, struct iov_cursor *data,
		   uint64_t len)
{
	return transfer_all(fd, offset, data, len, true);
}

/*
 * -EOPNOTSUPP where the file system, or the disk, can't: a disk of 4096-byte
 * sectors does not take half of one, and says EINVAL to that.
 */
static int allocate(int fd, int mode, uint64_t offset, uint64_t len)
{
	int code;

	if (!len)
		return 0;
	do {
		code = fallocate(fd, mode | FALLOC_FL_KEEP_SIZE, (off_t)offset,
				 (off_t)len);
	} while (code < 0 && errno == EINTR);
	if (!code)
		return 0;
	return errno == EINVAL ? -EOPNOTSUPP : -errno;
}

int block_io_discard(int fd, uint64_t offset, uint64_t len)
{
	int code = allocate(fd, FALLOC_FL_PUNCH_HOLE, offset, len);

	return code == -EOPNOTSUPP ? 0 : code;
}

static int write_zeros(int fd, uint64_t offset, uint64_t len)
{
	static const uint8_t zeros[ZERO_PAGE];
	struct iovec iov[ZERO_PAGES];
	int code = 0;

	while (len && !code) {
		uint64_t part = MIN(len, (uint64_t)ZERO_PAGE * ZERO_PAGES);
		struct iov_cursor data = {iov, ZERO_PAGES};
		unsigned i;

		for (i = 0; i < ZERO_PAGES; i++)
			iov[i] = (struct iovec){(void *)(uintptr_t)zeros,
						ZERO_PAGE};
		code = block_io_write(fd, offset, &data, part);
		offset += part;
		len -= part;
	}
	return code;
}

int block_io_zero(int fd, uint64_t offset, uint64_t len, bool may_unmap)
{
	int mode = may_unmap ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE;
	int code = allocate(fd, mode, offset, len);

	return code == -EOPNOTSUPP ? write_zeros(fd, offset, len) : code;
}
