// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * disk_file.c - the images of a node's disks, opened and locked
 *
 * Theory of operation
 *
 * An image that a guest writes to must be nobody else's disk: two file systems
 * at once are none. Names don't tell, a file may have many, so the file itself
 * is locked, in the way that QEMU locks images: then guests of other labs and
 * of other programs are kept away too, and ours from theirs. One byte of the
 * file stands for each thing that can be done with an image. Who does it locks
 * that byte; who can't bear that others do it locks another. All locks are
 * shared ones: they say, and a look at the opposite byte asks.
 *
 * The locks are of the open file (F_OFD_SETLK), so they go where the descriptor
 * goes, and end when nobody has it any more, however that came about.
 *
 * Limits: a file system that has no locks goes without.
 */
#include "cli/labd/disk_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where QEMU has them: byte of "I do it", byte of "nobody else may". */
#define LOCK_DO 100
#define LOCK_DENY 200

/* What can be done: numbers of QEMU's block permissions. */
enum {
	DO_READ = 0,
	DO_WRITE = 1,
	DO_RESIZE = 3,
};

static bool is_written(const struct disk_settings *disk)
{
	return !disk->overlay && !disk->readonly;
}

/* Returns 0, also where there are no locks; -EBUSY can't be: it is shared. */
static int lock(int fd, int byte)
{
	struct flock range = {.l_type = F_RDLCK, .l_start = byte, .l_len = 1};

	return fcntl(fd, F_OFD_SETLK, &range) &&
			       (errno == EAGAIN || errno == EACCES)
		       ? -EBUSY
		       : 0;
}

/* Has anybody else locked this byte? */
static bool is_locked(int fd, int byte)
{
	struct flock range = {.l_type = F_WRLCK, .l_start = byte, .l_len = 1};

	return !fcntl(fd, F_OFD_GETLK, &range) && range.l_type != F_UNLCK;
}

static int lock_image(int fd, bool is_writer)
{
	int code = lock(fd, LOCK_DO + DO_READ) |
		   lock(fd, LOCK_DENY + DO_WRITE) |
		   lock(fd, LOCK_DENY + DO_RESIZE);

	if (is_writer)
		code |= lock(fd, LOCK_DO + DO_WRITE);
	if (code || is_locked(fd, LOCK_DENY + DO_READ) ||
	    is_locked(fd, LOCK_DO + DO_WRITE) ||
	    is_locked(fd, LOCK_DO + DO_RESIZE))
		return -EBUSY;
	return is_writer && is_locked(fd, LOCK_DENY + DO_WRITE) ? -EBUSY : 0;
}

/*
 * Raw, whatever is in it. But who names a qcow2 image is told so, instead of
 * having to find out why the guest sees no partitions.
 */
static int check_content(int fd, const char *path, struct err *err)
{
	static const char magic[4] = {'Q', 'F', 'I', '\xfb'};
	char head[sizeof(magic)] = {0};
	struct stat st;

	if (fstat(fd, &st))
		return err_set(err, -errno, "disk %s: %s", path,
			       strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_set(err, -EINVAL,
			       "disk %s is neither a file nor a block device",
			       path);
	if (S_ISREG(st.st_mode) && st.st_size < 512)
		return err_set(err, -EINVAL,
			       "disk %s is empty; make one, as with 'truncate "
			       "-s 1G %s'",
			       path, path);
	if (pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	    memcmp(head, magic, sizeof(head)) == 0)
		return err_set(err, -EINVAL,
			       "disk %s is a qcow2 image, and only raw ones "
			       "can be used: qemu-img convert -O raw %s NEW",
			       path, path);
	return 0;
}

/* Not blocking, or a pipe in its place would stop all of labd. */
static int open_image(const struct disk_settings *disk, struct err *err)
{
	int flags = is_written(disk) ? O_RDWR : O_RDONLY;
	int fd = open(disk->file, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_set(err, -errno, "cannot open disk %s: %s",
			       disk->file, strerror(errno));
	fcntl(fd, F_SETFL, flags);
	return fd;
}

int disk_file_open(const struct disk_settings *disk, struct err *err)
{
	int code, fd = open_image(disk, err);

	if (fd < 0)
		return fd;
	code = check_content(fd, disk->file, err);
	if (!code && lock_image(fd, is_written(disk)))
		code = err_set(err, -EBUSY,
			       is_written(disk)
				       ? "disk %s is in use, so it can't be "
					 "written; give it an overlay "
					 "everywhere"
				       : "disk %s is being written to by "
					 "another guest",
			       disk->file);
	if (!code)
		return fd;
	close(fd);
	return code;
}

int disk_files_open(const struct node_settings *node, int *fds, struct err *err)
{
	unsigned i;

	for (i = 0; i < node->disk_count; i++) {
		fds[i] = disk_file_open(&node->disks[i], err);
		if (fds[i] >= 0)
			continue;
		disk_files_close(fds, i);
		return fds[i];
	}
	return 0;
}

void disk_files_close(const int *fds, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		close(fds[i]);
}
