// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_block_file.c - what a disk's sectors are kept in
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmm/block_file.h"

#define DISK_SIZE (40u * 1024 + 512)

/**
 * struct disk - a disk, and other ways to its files
 * @file:	under test
 * @image:	the image, as anybody else on the host has it
 * @overlay:	likewise; -1: none
 */
struct disk {
	struct block_file file;
	int image;
	int overlay;
};

/* A byte that tells where it belongs. */
static uint8_t original(uint64_t offset)
{
	return (uint8_t)(offset * 7 + offset / 512 + 1);
}

static int make_file(uint64_t size)
{
	int fd = memfd_create("disk", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static int make_image(uint64_t size)
{
	int fd = make_file(size);
	uint64_t i;

	for (i = 0; i < size; i++) {
		const uint8_t byte = original(i);

		assert_int_equal(pwrite(fd, &byte, 1, (off_t)i), 1);
	}
	return fd;
}

static void disk_open(struct disk *disk, int image, bool has_overlay,
		      bool is_readonly)
{
	struct block_settings settings = {.name = "disk0", .overlay_fd = -1};

	disk->image = image;
	disk->overlay = has_overlay ? make_file(0) : -1;
	settings.fd = dup(image);
	if (has_overlay)
		settings.overlay_fd = dup(disk->overlay);
	settings.is_readonly = is_readonly;
	assert_int_equal(block_file_open(&disk->file, &settings, NULL), 0);
}

static void disk_close(struct disk *disk)
{
	block_file_close(&disk->file);
	close(disk->image);
	if (disk->overlay >= 0)
		close(disk->overlay);
}

static int disk_read(struct disk *disk, uint64_t offset, void *to, size_t len)
{
	struct iovec iov = {to, len};
	struct iov_cursor data = {&iov, 1};

	return block_file_read(&disk->file, offset, &data, len);
}

static int disk_write(struct disk *disk, uint64_t offset, const void *from,
		      size_t len)
{
	struct iovec iov = {(void *)(uintptr_t)from, len};
	struct iov_cursor data = {&iov, 1};

	return block_file_write(&disk->file, offset, &data, len);
}

static void assert_original(int fd, uint64_t size)
{
	uint8_t byte;
	uint64_t i;

	for (i = 0; i < size; i++) {
		assert_int_equal(pread(fd, &byte, 1, (off_t)i), 1);
		assert_int_equal(byte, original(i));
	}
}

static blkcnt_t room_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_blocks;
}

static uint64_t size_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (uint64_t)st.st_size;
}

static void a_transfer_goes_through_pieces_of_any_size(void **state)
{
	uint8_t out[1024], in[1024];
	struct iovec from[4] = {
		{out, 1}, {out + 1, 510}, {out + 511, 512}, {out + 1023, 1}};
	struct iovec to[2] = {{in, 700}, {in + 700, 324}};
	struct iov_cursor data = {from, 4};
	struct disk disk;

	(void)state;
	memset(out, 0xa5, sizeof(out));
	disk_open(&disk, make_image(DISK_SIZE), false, false);
	assert_int_equal(block_file_write(&disk.file, 512, &data, 1024), 0);
	assert_int_equal(data.count, 0);
	data = (struct iov_cursor){to, 2};
	assert_int_equal(block_file_read(&disk.file, 512, &data, 1024), 0);
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(pread(disk.image, in, 1, 511), 1);
	assert_int_equal(in[0], original(511));
	assert_int_equal(pread(disk.image, in, 1, 1536), 1);
	assert_int_equal(in[0], original(1536));
	disk_close(&disk);
}

static void a_transfer_takes_no_more_than_it_needs(void **state)
{
	uint8_t in[1024] = {0};
	struct iovec iov = {in, sizeof(in)};
	struct iov_cursor data = {&iov, 1};
	struct disk disk;

	(void)state;
	disk_open(&disk, make_image(DISK_SIZE), false, false);
	assert_int_equal(block_file_read(&disk.file, 0, &data, 512), 0);
	assert_int_equal(in[511], original(511));
	assert_int_equal(in[512], 0);
	assert_int_equal(data.count, 1);
	assert_ptr_equal(data.iov->iov_base, in + 512);
	assert_int_equal(data.iov->iov_len, 512);
	disk_close(&disk);
}

/* More pieces than one system call takes. */
static void two_thousand_pieces_are_one_transfer(void **state)
{
	struct iovec iov[2048];
	struct iov_cursor data = {iov, 2048};
	uint8_t in[2048];
	struct disk disk;
	unsigned i;

	(void)state;
	for (i = 0; i < 2048; i++)
		iov[i] = (struct iovec){&in[i], 1};
	disk_open(&disk, make_image(DISK_SIZE), false, false);
	assert_int_equal(block_file_read(&disk.file, 0, &data, 2048), 0);
	for (i = 0; i < 2048; i++)
		assert_int_equal(in[i], original(i));
	disk_close(&disk);
}

static void what_is_behind_the_last_whole_sector_is_not_seen(void **state)
{
	uint8_t byte = 0;
	struct disk disk;

	(void)state;
	disk_open(&disk, make_image(1024 + 100), false, false);
	assert_true(disk.file.size == 1024);
	assert_int_equal(disk_read(&disk, 1024, &byte, 1), -ERANGE);
	disk_close(&disk);
}

static void nothing_is_outside_of_the_disk(void **state)
{
	uint8_t bytes[512] = {0};
	struct disk disk;

	(void)state;
	disk_open(&disk, make_image(DISK_SIZE), false, false);
	assert_int_equal(disk_read(&disk, DISK_SIZE - 511, bytes, 512),
			 -ERANGE);
	assert_int_equal(disk_read(&disk, UINT64_MAX - 511, bytes, 512),
			 -ERANGE);
	assert_int_equal(disk_write(&disk, DISK_SIZE, bytes, 512), -ERANGE);
	assert_int_equal(block_file_discard(&disk.file, DISK_SIZE, 512),
			 -ERANGE);
	assert_int_equal(
		block_file_zero(&disk.file, 512, UINT64_MAX - 511, true),
		-ERANGE);
	assert_int_equal(disk_read(&disk, DISK_SIZE, bytes, 0), 0);
	assert_true(size_of(disk.image) == DISK_SIZE);
	disk_close(&disk);
}

static void a_readonly_disk_is_not_written(void **state)
{
	uint8_t bytes[512] = {0};
	struct disk disk;

	(void)state;
	disk_open(&disk, make_image(DISK_SIZE), false, true);
	assert_int_equal(disk_write(&disk, 0, bytes, 512), -EROFS);
	assert_int_equal(block_file_discard(&disk.file, 0, 512), -EROFS);
	assert_int_equal(block_file_zero(&disk.file, 0, 512, true), -EROFS);
	assert_int_equal(block_file_flush(&disk.file), 0);
	assert_original(disk.image, DISK_SIZE);
	disk_close(&disk);
}

static void an_overlay_leaves_the_image_as_it_is(void **state)
{
	uint8_t bytes[512], disk_bytes[DISK_SIZE];
	struct disk disk;
	unsigned i;

	(void)state;
	memset(bytes, 0xee, sizeof(bytes));
	disk_open(&disk, make_image(DISK_SIZE), true, false);
	assert_int_equal(disk_write(&disk, 4096 + 512, bytes, 512), 0);
	assert_int_equal(disk_read(&disk, 0, disk_bytes, DISK_SIZE), 0);
	for (i = 0; i < DISK_SIZE; i++)
		assert_int_equal(disk_bytes[i],
				 i >= 4608 && i < 5120 ? 0xee : original(i));
	assert_original(disk.image, DISK_SIZE);
	assert_true(room_of(disk.overlay) <= 2 * 4096 / 512);
	disk_close(&disk);
}

static void an_image_is_shared_by_disks_with_overlays(void **state)
{
	const uint8_t one[512] = {1}, two[512] = {2};
	struct disk first, second;
	uint8_t bytes[512];

	(void)state;
	disk_open(&first, make_image(DISK_SIZE), true, false);
	disk_open(&second, dup(first.image), true, false);
	assert_int_equal(disk_write(&first, 0, one, 512), 0);
	assert_int_equal(disk_write(&second, 0, two, 512), 0);
	assert_int_equal(disk_read(&first, 0, bytes, 512), 0);
	assert_memory_equal(bytes, one, 512);
	assert_int_equal(disk_read(&second, 0, bytes, 512), 0);
	assert_memory_equal(bytes, two, 512);
	disk_close(&second);
	disk_close(&first);
}

static void do_one(struct disk *disk, uint8_t *model, unsigned what)
{
	uint64_t offset = (unsigned)rand() % (DISK_SIZE / 512) * 512u;
	uint64_t len = (unsigned)rand() % 24 * 512u;
	uint8_t bytes[24 * 512];

	len = MIN(len, DISK_SIZE - offset);
	memset(bytes, (int)what, sizeof(bytes));
	if (what % 4 == 0) {
		assert_int_equal(
			block_file_zero(&disk->file, offset, len, what % 8), 0);
		memset(model + offset, 0, len);
	} else if (what % 4 == 1) {
		assert_int_equal(disk_read(disk, offset, bytes, len), 0);
		assert_memory_equal(bytes, model + offset, len);
	} else {
		assert_int_equal(disk_write(disk, offset, bytes, len), 0);
		memcpy(model + offset, bytes, len);
	}
}

static void it_holds_what_was_written_last(bool has_overlay)
{
	uint8_t model[DISK_SIZE], bytes[DISK_SIZE];
	struct disk disk;
	unsigned i;

	srand(7);
	for (i = 0; i < DISK_SIZE; i++)
		model[i] = original(i);
	disk_open(&disk, make_image(DISK_SIZE), has_overlay, false);
	for (i = 0; i < 2000; i++)
		do_one(&disk, model, i);
	assert_int_equal(disk_read(&disk, 0, bytes, DISK_SIZE), 0);
	assert_memory_equal(bytes, model, DISK_SIZE);
	if (has_overlay)
		assert_original(disk.image, DISK_SIZE);
	disk_close(&disk);
}

static void an_image_holds_what_was_written_last(void **state)
{
	(void)state;
	it_holds_what_was_written_last(false);
}

static void an_overlay_holds_what_was_written_last(void **state)
{
	(void)state;
	it_holds_what_was_written_last(true);
}

static void a_disk_of_terabytes_has_few_bits(void **state)
{
	const uint64_t size = 4ull << 40;
	uint8_t bytes[512], back[512];
	struct disk disk;

	(void)state;
	memset(bytes, 0x77, sizeof(bytes));
	disk_open(&disk, make_file(size), true, false);
	assert_true(1ull << disk.file.overlay.shift == 256 << 10);
	assert_int_equal(disk_write(&disk, size - 512, bytes, 512), 0);
	assert_int_equal(disk_write(&disk, size / 2, bytes, 512), 0);
	assert_int_equal(disk_read(&disk, size - 512, back, 512), 0);
	assert_memory_equal(back, bytes, 512);
	assert_int_equal(disk_read(&disk, size / 2, back, 512), 0);
	assert_memory_equal(back, bytes, 512);
	assert_int_equal(disk_read(&disk, size / 2 + 512, back, 512), 0);
	memset(bytes, 0, sizeof(bytes));
	assert_memory_equal(back, bytes, 512);
	disk_close(&disk);
}

static void what_is_discarded_gives_its_room_back(void **state)
{
	uint8_t bytes[16384], back[16384];
	struct disk disk;

	(void)state;
	memset(bytes, 0x55, sizeof(bytes));
	disk_open(&disk, make_image(DISK_SIZE), true, false);
	assert_int_equal(disk_write(&disk, 0, bytes, sizeof(bytes)), 0);
	assert_true(room_of(disk.overlay) >= 32);
	assert_int_equal(block_file_discard(&disk.file, 0, sizeof(bytes)), 0);
	assert_int_equal(room_of(disk.overlay), 0);
	/* not the image's bytes again: the guest has seen them overwritten */
	assert_int_equal(disk_read(&disk, 0, back, sizeof(back)), 0);
	memset(bytes, 0, sizeof(bytes));
	assert_memory_equal(back, bytes, sizeof(bytes));
	assert_original(disk.image, DISK_SIZE);
	disk_close(&disk);
}

static void a_shortened_image_is_an_error(void **state)
{
	uint8_t bytes[1024];
	struct disk disk;

	(void)state;
	disk_open(&disk, make_image(DISK_SIZE), false, false);
	assert_int_equal(ftruncate(disk.image, 8192), 0);
	assert_int_equal(disk_read(&disk, 8192 - 512, bytes, 1024), -EIO);
	assert_int_equal(disk_read(&disk, 8192 - 512, bytes, 512), 0);
	/* a write must not make it long again, full of zeros */
	assert_int_equal(disk_write(&disk, 32768, bytes, 512), -EIO);
	assert_int_equal(block_file_zero(&disk.file, 32768, 512, false), -EIO);
	assert_true(size_of(disk.image) == 8192);
	disk_close(&disk);
}

static void a_shortened_image_under_an_overlay_is_one_too(void **state)
{
	uint8_t bytes[512] = {0}, back[512] = {1};
	struct disk disk;

	(void)state;
	disk_open(&disk, make_image(DISK_SIZE), true, false);
	assert_int_equal(disk_write(&disk, 16384, bytes, 512), 0);
	assert_int_equal(ftruncate(disk.image, 8192), 0);
	assert_int_equal(disk_read(&disk, 16384, back, 512), 0);
	assert_memory_equal(back, bytes, 512);
	assert_int_equal(disk_read(&disk, 32768, back, 512), -EIO);
	/* the rest of its granule is gone */
	assert_int_equal(disk_write(&disk, 32768, bytes, 512), -EIO);
	disk_close(&disk);
}

static void assert_refused(int fd, int overlay_fd, bool is_readonly,
			   const char *words)
{
	const struct block_settings settings = {"disk0", fd, overlay_fd,
						is_readonly};
	struct block_file file;
	struct err err;

	assert_true(block_file_open(&file, &settings, &err) < 0);
	assert_non_null(strstr(err.msg, words));
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	if (overlay_fd >= 0)
		assert_int_equal(fcntl(overlay_fd, F_GETFD), -1);
}

static void what_is_no_disk_is_refused_with_a_reason(void **state)
{
	char path[64];
	int ends[2], fd = make_image(512);

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_refused(open(path, O_RDONLY | O_CLOEXEC), -1, false,
		       "image can't be written");
	assert_refused(open(path, O_WRONLY | O_CLOEXEC), -1, false,
		       "no disk can use");
	assert_refused(open(path, O_RDWR | O_APPEND | O_CLOEXEC), -1, false,
		       "no disk can use");
	assert_refused(make_file(511), -1, false, "not one sector");
	assert_refused(make_file(0), -1, true, "not one sector");
	assert_refused(open("/", O_RDONLY | O_CLOEXEC), -1, true,
		       "neither a file nor");
	assert_refused(open("/dev/null", O_RDWR | O_CLOEXEC), -1, false,
		       "neither a file nor");
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_refused(ends[0], -1, true, "neither a file nor");
	close(ends[1]);
	assert_refused(dup(fd), make_file(1), false, "not an empty file");
	assert_refused(dup(fd), open("/dev/null", O_RDWR | O_CLOEXEC), false,
		       "not an empty file");
	assert_refused(dup(fd), open(path, O_RDONLY | O_CLOEXEC), false,
		       "overlay can't be written");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transfer_goes_through_pieces_of_any_size),
		cmocka_unit_test(a_transfer_takes_no_more_than_it_needs),
		cmocka_unit_test(two_thousand_pieces_are_one_transfer),
		cmocka_unit_test(
			what_is_behind_the_last_whole_sector_is_not_seen),
		cmocka_unit_test(nothing_is_outside_of_the_disk),
		cmocka_unit_test(a_readonly_disk_is_not_written),
		cmocka_unit_test(an_overlay_leaves_the_image_as_it_is),
		cmocka_unit_test(an_image_is_shared_by_disks_with_overlays),
		cmocka_unit_test(an_image_holds_what_was_written_last),
		cmocka_unit_test(an_overlay_holds_what_was_written_last),
		cmocka_unit_test(a_disk_of_terabytes_has_few_bits),
		cmocka_unit_test(what_is_discarded_gives_its_room_back),
		cmocka_unit_test(a_shortened_image_is_an_error),
		cmocka_unit_test(a_shortened_image_under_an_overlay_is_one_too),
		cmocka_unit_test(what_is_no_disk_is_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
