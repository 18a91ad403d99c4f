// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * block_file.c - what a disk's sectors are kept in
 *
 * Limits: a transfer blocks its thread until the host's disk has answered.
 */
#include "vmm/block_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_overlay(const struct block_file *file)
{
	return file->overlay.fd >= 0;
}

static int check_access(int fd, bool is_written, const char *what,
			struct err *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return err_set(err, -errno, "%s: %s", what, strerror(errno));
	if ((flags & O_ACCMODE) == O_WRONLY || (flags & (O_APPEND | O_PATH)))
		return err_set(err, -EINVAL,
			       "%s was opened in a way that no disk can use",
			       what);
	if (is_written && (flags & O_ACCMODE) == O_RDONLY)
		return err_set(err, -EACCES,
			       "%s can't be written; a disk without an overlay "
			       "must be readonly then",
			       what);
	return 0;
}

static int find_size(struct block_file *file, struct err *err)
{
	struct stat st;

	if (fstat(file->fd, &st))
		return err_set(err, -errno, "image: %s", strerror(errno));
	file->size = (uint64_t)st.st_size;
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_set(err, -EINVAL,
			       "image is neither a file nor a block device");
	if (S_ISBLK(st.st_mode) && ioctl(file->fd, BLKGETSIZE64, &file->size))
		return err_set(err, -errno, "image: its size: %s",
			       strerror(errno));
	file->size -= file->size % BLOCK_SECTOR;
	if (!file->size)
		return err_set(err, -EINVAL,
			       "image has not one sector of 512 bytes");
	return 0;
}

static int open_overlay(struct block_file *file, struct err *err)
{
	struct stat st;

	if (check_access(file->overlay.fd, true, "overlay", err))
		return err->code;
	if (fstat(file->overlay.fd, &st))
		return err_set(err, -errno, "overlay: %s", strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size)
		return err_set(err, -EINVAL, "overlay is not an empty file");
	file->overlay.base_fd = file->fd;
	file->overlay.size = file->size;
	return block_overlay_init(&file->overlay, err);
}

int block_file_open(struct block_file *file,
		    const struct block_settings *settings, struct err *err)
{
	struct err local;
	bool is_written = !settings->is_readonly && settings->overlay_fd < 0;

	*file = (struct block_file){
		.fd = settings->fd,
		.is_readonly = settings->is_readonly,
		.overlay.fd = settings->overlay_fd,
	};
	if (!err)
		err = &local;
	if (check_access(file->fd, is_written, "image", err) ||
	    find_size(file, err) ||
	    (has_overlay(file) && open_overlay(file, err))) {
		block_file_close(file);
		return err->code;
	}
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void block_file_close(struct block_file *file)
{
	close_fd(&file->fd);
	close_fd(&file->overlay.fd);
	block_overlay_fini(&file->overlay);
}

static int check_range(const struct block_file *file, uint64_t offset,
		       uint64_t len)
{
	return offset > file->size || len > file->size - offset ? -ERANGE : 0;
}

/*
 * To write behind the end of a file that was shortened would make it long
 * again, with zeros where the guest's data was: an error is the lesser evil.
 */
static int check_write(const struct block_file *file, uint64_t offset,
		       uint64_t len)
{
	int fd = has_overlay(file) ? file->overlay.fd : file->fd;
	struct stat st;

	if (file->is_readonly)
		return -EROFS;
	if (check_range(file, offset, len))
		return -ERANGE;
	if (fstat(fd, &st))
		return -errno;
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size < file->size)
		return -EIO;
	return 0;
}

int block_file_read(struct block_file *file, uint64_t offset,
		    struct iov_cursor *data, uint64_t len)
{
	if (check_range(file, offset, len))
		return -ERANGE;
	if (has_overlay(file))
		return block_overlay_read(&file->overlay, offset, data, len);
	return block_io_read(file->fd, offset, data, len);
}

int block_file_write(struct block_file *file, uint64_t offset,
		     struct iov_cursor *data, uint64_t len)
{
	int code = check_write(file, offset, len);

	if (code)
		return code;
	if (has_overlay(file))
		return block_overlay_write(&file->overlay, offset, data, len);
	return block_io_write(file->fd, offset, data, len);
}

/* An overlay ends with us, so nothing is gained by keeping it safe. */
int block_file_flush(struct block_file *file)
{
	if (file->is_readonly || has_overlay(file))
		return 0;
	return fdatasync(file->fd) ? -errno : 0;
}

int block_file_discard(struct block_file *file, uint64_t offset, uint64_t len)
{
	int code = check_write(file, offset, len);

	if (code)
		return code;
	/* Where the overlay has nothing it already is a hole. */
	return block_io_discard(has_overlay(file) ? file->overlay.fd : file->fd,
				offset, len);
}

int block_file_zero(struct block_file *file, uint64_t offset, uint64_t len,
		    bool may_unmap)
{
	int code = check_write(file, offset, len);

	if (code)
		return code;
	if (has_overlay(file))
		return block_overlay_zero(&file->overlay, offset, len);
	return block_io_zero(file->fd, offset, len, may_unmap);
}
