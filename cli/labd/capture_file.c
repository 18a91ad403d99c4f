// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture_file.c - files that captures go to, opened and found whole again
 *
 * weft-switch writes whole blocks, but one that was killed may have left half
 * of its last. A section that follows must begin where a block ends.
 *
 * Limits: to find that place the whole file is walked from block to block.
 */
#include "cli/labd/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* pcapng: type and length, and the length once more at the end. */
#define BLOCK_MIN 12

/* Where the last block ends that is there as a whole. */
static off_t last_whole(int fd, off_t size)
{
	uint32_t head[2], tail;
	off_t at = 0;

	while (size - at >= BLOCK_MIN) {
		if (pread(fd, head, sizeof(head), at) != sizeof(head) ||
		    head[1] < BLOCK_MIN || head[1] % 4 || head[1] > size - at ||
		    pread(fd, &tail, sizeof(tail),
			  at + (off_t)head[1] - (off_t)sizeof(tail)) !=
			    sizeof(tail) ||
		    tail != head[1])
			break;
		at += head[1];
	}
	return at;
}

static int cannot_write(struct err *err, const char *path, int code)
{
	return err_set(err, code, "cannot write capture %s: %s", path,
		       code == -EINVAL  ? "it is no regular file"
		       : code == -EBUSY ? "another capture is written to it"
					: strerror(-code));
}

/*
 * A file has one writer, by whatever name. The lock is the description's, which
 * weft-switch has until it is done. A file system without locks has no such
 * care.
 */
static int lock(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK ? -EBUSY
								    : 0;
}

/* A FIFO without reader must not hold us, nor a terminal own us. */
static int open_regular(const char *path, struct err *err)
{
	int code,
		fd = open(path,
			  O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
			  0666);
	struct stat st;

	if (fd < 0)
		return cannot_write(err, path, -errno);
	code = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	if (!code)
		return fd;
	close(fd);
	return cannot_write(err, path, code);
}

int capture_file_probe(const char *path, struct err *err)
{
	int fd = open_regular(path, err);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int capture_file_open(const char *path, bool resume, struct err *err)
{
	int code, fd = open_regular(path, err);
	struct stat st;
	off_t end = 0;

	if (fd < 0)
		return fd;
	code = lock(fd);
	if (code) {
		close(fd);
		return cannot_write(err, path, code);
	}
	if (resume && fstat(fd, &st) == 0)
		end = last_whole(fd, st.st_size);
	if (!ftruncate(fd, end) && lseek(fd, end, SEEK_SET) == end)
		return fd;
	code = -errno;
	close(fd);
	return cannot_write(err, path, code);
}

int capture_file_check(int fd, bool empty, bool *is_file, uint64_t *offset,
		       struct err *err)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;
	off_t end;

	if (flags < 0 || fstat(fd, &st) || (flags & O_ACCMODE) == O_RDONLY)
		return err_set(err, -EINVAL,
			       "the descriptor of a capture must be open for "
			       "writing");
	*is_file = S_ISREG(st.st_mode);
	if (*is_file) {
		if (empty && lock(fd))
			return err_set(err, -EBUSY,
				       "another capture is written to this "
				       "file: choose another one");
		if (empty && ftruncate(fd, 0))
			return err_set(err, -errno, "cannot empty the file: %s",
				       strerror(errno));
		end = lseek(fd, 0, SEEK_END);
		*offset = end < 0 ? 0 : (uint64_t)end;
		return 0;
	}
	if ((S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) &&
	    (flags & O_NONBLOCK))
		return 0;
	return err_set(err, -EINVAL,
		       "the descriptor of a capture must be a regular file, or "
		       "a pipe or socket that does not block");
}

int capture_file_own(int fd)
{
	int flags = fcntl(fd, F_GETFL), own;
	char path[32];
	struct stat st;

	if (flags < 0 || fstat(fd, &st) || !S_ISFIFO(st.st_mode) ||
	    (flags & O_ACCMODE) == O_RDONLY || !(flags & O_NONBLOCK))
		return fd; /* capture_file_check() has the words for it */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (own < 0)
		own = -errno;
	close(fd);
	return own;
}
