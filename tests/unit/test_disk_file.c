// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_disk_file.c - the images of a node's disks, opened and locked
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/labd/disk_file.h"

static const struct disk_settings written = {0};
static const struct disk_settings readonly = {.readonly = true};
static const struct disk_settings overlaid = {.overlay = true};

static char dir[] = "/tmp/weft-disk-XXXXXX";

static struct disk_settings disk_of(const struct disk_settings *kind,
				    const char *name)
{
	struct disk_settings disk = *kind;

	snprintf(disk.file, sizeof(disk.file), "%s/%s", dir, name);
	return disk;
}

static void write_file(const char *name, const void *bytes, size_t len,
		       off_t size)
{
	struct disk_settings disk = disk_of(&written, name);
	int fd =
		open(disk.file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(ftruncate(fd, size), 0);
	close(fd);
}

static int open_disk(const struct disk_settings *kind, const char *name)
{
	struct disk_settings disk = disk_of(kind, name);

	return disk_file_open(&disk, NULL);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	write_file("raw", "x", 1, 4096);
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {"raw",  "empty", "qcow2",
					    "pipe", "link",  "folder"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct disk_settings disk = disk_of(&written, names[i]);

		remove(disk.file);
	}
	return rmdir(dir);
}

static void a_disk_is_opened_as_it_is_used(void **state)
{
	int fd = open_disk(&written, "raw");

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDWR);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	fd = open_disk(&readonly, "raw");
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	close(fd);
	fd = open_disk(&overlaid, "raw");
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	close(fd);
}

static void readers_share_an_image(void **state)
{
	int first = open_disk(&readonly, "raw");
	int second = open_disk(&overlaid, "raw");

	(void)state;
	assert_true(first >= 0 && second >= 0);
	assert_int_equal(open_disk(&written, "raw"), -EBUSY);
	close(first);
	assert_int_equal(open_disk(&written, "raw"), -EBUSY);
	close(second);
	first = open_disk(&written, "raw");
	assert_true(first >= 0);
	close(first);
}

static void a_writer_is_alone(void **state)
{
	struct disk_settings link_to = disk_of(&written, "link");
	struct disk_settings raw = disk_of(&written, "raw");
	int fd = open_disk(&written, "raw");

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(open_disk(&written, "raw"), -EBUSY);
	assert_int_equal(open_disk(&overlaid, "raw"), -EBUSY);
	assert_int_equal(open_disk(&readonly, "raw"), -EBUSY);
	/* by another name too */
	assert_int_equal(link(raw.file, link_to.file), 0);
	assert_int_equal(open_disk(&written, "link"), -EBUSY);
	close(fd);
	fd = open_disk(&readonly, "link");
	assert_true(fd >= 0);
	close(fd);
}

static void a_lock_goes_where_the_descriptor_goes(void **state)
{
	int fd = open_disk(&written, "raw"), copy = dup(fd);

	(void)state;
	close(fd);
	assert_int_equal(open_disk(&readonly, "raw"), -EBUSY);
	close(copy);
	fd = open_disk(&readonly, "raw");
	assert_true(fd >= 0);
	close(fd);
}

static void assert_refused(const char *name, const char *words)
{
	struct disk_settings disk = disk_of(&readonly, name);
	struct err err;

	assert_true(disk_file_open(&disk, &err) < 0);
	assert_non_null(strstr(err.msg, name));
	assert_non_null(strstr(err.msg, words));
}

static void what_is_no_disk_is_refused_with_a_reason(void **state)
{
	struct disk_settings pipe = disk_of(&written, "pipe");
	struct disk_settings folder = disk_of(&written, "folder");

	(void)state;
	write_file("empty", "", 0, 0);
	write_file("qcow2", "QFI\xfb", 4, 4096);
	assert_int_equal(mkfifo(pipe.file, 0600), 0);
	assert_int_equal(mkdir(folder.file, 0700), 0);
	assert_refused("missing", "No such file or directory");
	assert_refused("empty", "is empty; make one");
	assert_refused("qcow2", "qemu-img convert -O raw");
	assert_refused("pipe", "neither a file nor a block device");
	assert_refused("folder", "neither a file nor a block device");
}

static void a_node_has_all_its_disks_or_none(void **state)
{
	struct node_settings node = {.disk_count = 3};
	int fds[LAB_MAX_DISKS], next;

	(void)state;
	node.disks[0] = disk_of(&readonly, "raw");
	node.disks[1] = disk_of(&overlaid, "raw");
	node.disks[2] = disk_of(&readonly, "raw");
	assert_int_equal(disk_files_open(&node, fds, NULL), 0);
	disk_files_close(fds, 3);
	next = dup(0);
	close(next);
	node.disks[2] = disk_of(&readonly, "missing");
	assert_int_equal(disk_files_open(&node, fds, NULL), -ENOENT);
	assert_int_equal(dup(0), next);
	close(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_is_opened_as_it_is_used),
		cmocka_unit_test(readers_share_an_image),
		cmocka_unit_test(a_writer_is_alone),
		cmocka_unit_test(a_lock_goes_where_the_descriptor_goes),
		cmocka_unit_test(what_is_no_disk_is_refused_with_a_reason),
		cmocka_unit_test(a_node_has_all_its_disks_or_none),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
