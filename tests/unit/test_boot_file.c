// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_boot_file.c - files on their way into RAM, also those that change
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/boot_bed.h"

#define MIB (1ull << 20)

static void *at(const struct boot_bed *bed, uint64_t gpa)
{
	return bed->memory.host + gpa;
}

static void file_that_became_shorter_is_an_error(void **state)
{
	static const uint64_t sizes[] = {6, 4096, 4097, 3 * MIB, 9 * MIB};
	struct boot_file file = {.name = "initrd"};
	struct boot_bed bed;
	struct boot boot = {.memory = &bed.memory};
	size_t i;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, 16 * MIB), 0);
	file.fd = boot_bed_file("short", 5);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint64_t size = sizes[i];

		bed.err = (struct err){0};
		assert_int_equal(
			boot_read(&file, 0, at(&bed, MIB), size, &bed.err),
			-EIO);
		assert_int_equal(
			boot_copy(&boot, &file, 0, MIB, size, &bed.err), -EIO);
		assert_string_equal(bed.err.msg, "initrd: the file became "
						 "shorter while it was read");
	}
	assert_int_equal(boot_copy(&boot, &file, 0, MIB, 5, NULL), 0);
	close(file.fd);
	boot_bed_close(&bed);
}

static void files_are_copied_from_and_to_any_place(void **state)
{
	static const struct {
		uint64_t offset, gpa, len;
	} cases[] = {
		{0, MIB, 9 * MIB},       {1, MIB + 3, 8 * MIB},
		{4095, MIB, 4098},       {4096, MIB + 4095, 1},
		{5, 2 * MIB, 4 * MIB},   {9 * MIB - 1, 16 * MIB - 1, 1},
		{0x5000, MIB, 0x3fffff},
	};
	struct boot_file file = {.name = "kernel"};
	struct boot_bed bed;
	struct boot boot = {.memory = &bed.memory};
	uint8_t *data = malloc(9 * MIB);
	size_t i;

	(void)state;
	assert_non_null(data);
	for (i = 0; i < 9 * MIB; i++)
		data[i] = (uint8_t)(i * 7 + (i >> 8) + (i >> 16));
	assert_int_equal(boot_bed_open(&bed, 16 * MIB), 0);
	file.fd = boot_bed_file(data, 9 * MIB);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t offset = cases[i].offset, gpa = cases[i].gpa;
		uint64_t len = cases[i].len;

		memset(at(&bed, 0), 0xaa, 16 * MIB);
		assert_int_equal(
			boot_copy(&boot, &file, offset, gpa, len, NULL), 0);
		assert_memory_equal(at(&bed, gpa), data + offset, len);
		assert_int_equal(*(uint8_t *)at(&bed, gpa - 1), 0xaa);
		if (gpa + len < 16 * MIB)
			assert_int_equal(*(uint8_t *)at(&bed, gpa + len), 0xaa);
	}
	close(file.fd);
	free(data);
	boot_bed_close(&bed);
}

static void only_regular_files_are_read(void **state)
{
	struct boot_bed bed;
	int ends[2];

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_bzimage(&bed);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	bed.settings.kernel_fd = ends[0];
	assert_int_equal(
		boot_load(&bed.memory, &bed.settings, &bed.entry, &bed.err),
		-EINVAL);
	assert_string_equal(bed.err.msg, "kernel: not a regular file");
	bed.settings.initrd_fd = open("/", O_RDONLY | O_CLOEXEC);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), -EINVAL);
	assert_string_equal(bed.err.msg, "initrd: not a regular file");
	close(bed.settings.initrd_fd);
	bed.settings.initrd_fd = boot_bed_file("", 0);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), -EINVAL);
	assert_string_equal(bed.err.msg, "initrd: the file is empty");
	close(ends[1]);
	boot_bed_close(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_that_became_shorter_is_an_error),
		cmocka_unit_test(files_are_copied_from_and_to_any_place),
		cmocka_unit_test(only_regular_files_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
