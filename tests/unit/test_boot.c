// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_boot.c - a bzImage in RAM, and what its first CPU finds there
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/boot_bed.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)

static bool is_code(const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (bytes[i] != i % 251)
			return false;
	}
	return true;
}

static void bzimage_begins_at_its_64_bit_entry(void **state)
{
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_bzimage(&bed);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	assert_true(bed.entry.is_long_mode);
	assert_int_equal(bed.entry.rip, 0x100200);
	assert_true(is_code(boot_bed_at(&bed, 0x100000), BOOT_BED_CODE_SIZE));
	boot_bed_close(&bed);
}

static void kernel_is_told_what_it_needs(void **state)
{
	const struct boot_params *params;
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, 8 * MIB), 0);
	boot_bed_bzimage(&bed);
	bed.settings.cmdline = "console=ttyS0 root=/dev/vda";
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	params = boot_bed_at(&bed, bed.entry.rsi);
	assert_int_equal(params->hdr.header, 0x53726448);
	assert_int_equal(params->hdr.type_of_loader, 0xff);
	assert_int_equal(params->hdr.ramdisk_size, 0);
	assert_int_equal(params->acpi_rsdp_addr, BOOT_BED_RSDP);
	assert_int_equal(params->sentinel, 0);
	assert_string_equal(boot_bed_at(&bed, params->hdr.cmd_line_ptr),
			    "console=ttyS0 root=/dev/vda");
	boot_bed_close(&bed);
}

static void only_the_setup_header_is_handed_on(void **state)
{
	struct setup_header *header;
	const struct boot_params *params;
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, 8 * MIB), 0);
	header = boot_bed_bzimage(&bed);
	memset(bed.image, 0xff, 0x1f1);
	header->handover_offset = 0x11223344;
	header->kernel_info_offset = 0x55667788;
	header->setup_data = 0x123456;
	header->jump = (uint16_t)(header->jump - (4 << 8));
	memset(boot_bed_at(&bed, 0), 0xff, MIB);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	params = boot_bed_at(&bed, bed.entry.rsi);
	assert_int_equal(params->sentinel, 0);
	assert_int_equal(params->scratch, 0);
	assert_int_equal(params->hdr.setup_data, 0);
	assert_int_equal(params->hdr.handover_offset, 0x11223344);
	assert_int_equal(params->hdr.kernel_info_offset, 0);
	boot_bed_close(&bed);
}

static void signature_behind_the_code_is_not_loaded(void **state)
{
	const uint8_t *behind;
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_bzimage(&bed);
	behind = boot_bed_at(&bed, 0x100000 + BOOT_BED_CODE_SIZE);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	assert_int_equal(*behind, 0);
	boot_bed_close(&bed);
}

/* Walks the tables as a CPU does. */
static uint64_t translate(const struct boot_bed *bed, uint64_t va)
{
	uint64_t level4 =
		boot_bed_load64(bed, bed->entry.cr3 + (va >> 39 & 511) * 8);
	uint64_t level3, level2;

	assert_int_equal(level4 & 3, 3);
	level3 = boot_bed_load64(bed,
				 (level4 & ~4095ull) + (va >> 30 & 511) * 8);
	assert_int_equal(level3 & 0x83, 3);
	level2 = boot_bed_load64(bed,
				 (level3 & ~4095ull) + (va >> 21 & 511) * 8);
	assert_int_equal(level2 & 0x83, 0x83);
	return (level2 & ~0x1fffffull) + (va & 0x1fffff);
}

static void pages_are_where_they_are_up_to_4_gib(void **state)
{
	struct boot_bed bed;
	uint64_t va;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_bzimage(&bed);
	memset(boot_bed_at(&bed, 0), 0xff, BOOT_ISA_START);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	for (va = 0; va < 4 * GIB; va += 2 * MIB - 1)
		assert_true(translate(&bed, va) == va);
	assert_true(translate(&bed, 4 * GIB - 1) == 4 * GIB - 1);
	assert_int_equal(boot_bed_load64(&bed, bed.entry.cr3 + 8), 0);
	boot_bed_close(&bed);
}

static void segments_are_flat(void **state)
{
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_bzimage(&bed);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	assert_int_equal(bed.entry.gdt_size, 32);
	assert_int_equal(boot_bed_load64(&bed, bed.entry.gdt), 0);
	assert_true(boot_bed_load64(&bed, bed.entry.gdt + BOOT_SELECTOR_CODE) ==
		    0x00af9b000000ffff);
	assert_true(boot_bed_load64(&bed, bed.entry.gdt + BOOT_SELECTOR_DATA) ==
		    0x00cf93000000ffff);
	boot_bed_close(&bed);
}

static void map_leaves_out_tables_and_hole(void **state)
{
	static const struct boot_e820_entry expected[] = {
		{0, 0xa0000, 1},
		{0xa0000, 0x60000, 2},
		{0x100000, 3 * GIB - MIB, 1},
		{4 * GIB, GIB, 1},
	};
	const struct boot_params *params;
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, 4 * GIB), 0);
	boot_bed_bzimage(&bed);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	params = boot_bed_at(&bed, bed.entry.rsi);
	assert_int_equal(params->e820_entries, ARRAY_SIZE(expected));
	assert_memory_equal(params->e820_table, expected, sizeof(expected));
	boot_bed_close(&bed);
}

static void initrd_lies_as_high_as_the_kernel_reaches(void **state)
{
	static const struct {
		uint32_t addr_max;
		uint32_t expected;
	} cases[] = {
		{0x7fffffff, 8 * MIB - 0x2000},
		{0x5fffff, 6 * MIB - 0x2000},
		{0xffffffff, 8 * MIB - 0x2000},
	};
	struct boot_bed bed;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct boot_params *params;
		const uint8_t *initrd;

		assert_int_equal(boot_bed_open(&bed, 8 * MIB), 0);
		boot_bed_bzimage(&bed)->initrd_addr_max = cases[i].addr_max;
		boot_bed_initrd(&bed, 0x5a, 0x1001);
		assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
		params = boot_bed_at(&bed, bed.entry.rsi);
		assert_int_equal(params->hdr.ramdisk_image, cases[i].expected);
		assert_int_equal(params->hdr.ramdisk_size, 0x1001);
		initrd = boot_bed_at(&bed, cases[i].expected);
		assert_int_equal(initrd[0], 0x5a);
		assert_int_equal(initrd[0x1000], 0x5a);
		assert_int_equal(initrd[0x1001], 0);
		boot_bed_close(&bed);
	}
}

static void initrd_that_does_not_fit_is_refused(void **state)
{
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_bzimage(&bed);
	boot_bed_initrd(&bed, 1, 2 * MIB);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	boot_bed_initrd(&bed, 1, 2 * MIB + 1);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), -ENOMEM);
	assert_non_null(strstr(bed.err.msg, "initrd: 2048 KiB"));
	boot_bed_initrd(&bed, 1, VM_MEMORY_MIN + 1);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), -ENOMEM);
	boot_bed_close(&bed);
}

static void command_line_that_is_too_long_is_refused(void **state)
{
	char cmdline[BOOT_CMDLINE_SIZE + 1] = "";
	struct setup_header *header;
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	header = boot_bed_bzimage(&bed);
	bed.settings.cmdline = cmdline;
	memset(cmdline, 'x', 255);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	memset(cmdline, 'x', 256);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), -E2BIG);
	assert_non_null(strstr(bed.err.msg, "command line: 256 characters"));
	header->cmdline_size = UINT32_MAX;
	memset(cmdline, 'x', BOOT_CMDLINE_SIZE - 1);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	memset(cmdline, 'x', BOOT_CMDLINE_SIZE);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), -E2BIG);
	boot_bed_close(&bed);
}

static void reset_finds_all_as_at_first(void **state)
{
	uint8_t *before = malloc(8 * MIB);
	struct boot_entry entry;
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, 8 * MIB), 0);
	boot_bed_bzimage(&bed);
	assert_non_null(before);
	boot_bed_initrd(&bed, 0x5a, 0x2000);
	memset(boot_bed_at(&bed, 0), 0xff, 8 * MIB);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	entry = bed.entry;
	memcpy(before, boot_bed_at(&bed, 0), 8 * MIB);
	memset(boot_bed_at(&bed, BOOT_GDT), 0xff, BOOT_LOW_END - BOOT_GDT);
	memset(boot_bed_at(&bed, MIB), 0xff, 7 * MIB);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	assert_memory_equal(&bed.entry, &entry, sizeof(entry));
	assert_memory_equal(boot_bed_at(&bed, BOOT_INFO), before + BOOT_INFO,
			    BOOT_CMDLINE - BOOT_INFO);
	assert_memory_equal(boot_bed_at(&bed, MIB), before + MIB, 7 * MIB);
	boot_bed_close(&bed);
	free(before);
}

/* One field of a header that is wrong, and a word of the sentence. */
struct lie {
	size_t offset;
	unsigned len;
	uint64_t value;
	const char *word;
};

#define FIELD(name)                             \
	offsetof(struct boot_params, hdr.name), \
		sizeof(((struct setup_header *)NULL)->name)

static void headers_that_lie_are_refused(void **state)
{
	static const struct lie lies[] = {
		{FIELD(header), 0x12345678, "neither a bzImage"},
		{FIELD(version), 0x020b, "older than 2.12"},
		{FIELD(jump), 0x10eb, "cut short"},
		{FIELD(jump), 0x61eb, "cut short"},
		{FIELD(xloadflags), XLF_CAN_BE_LOADED_ABOVE_4G, "x86-64"},
		{FIELD(loadflags), 0, "zImage"},
		{FIELD(kernel_alignment), 0, "aligned"},
		{FIELD(kernel_alignment), 0x3000, "aligned"},
		{FIELD(kernel_alignment), 0x200000, "aligned"},
		{FIELD(pref_address), 0xff000, "below 1 MiB"},
		{FIELD(pref_address), 0, "below 1 MiB"},
		{FIELD(pref_address), 0x400000, "give the guest more"},
		{FIELD(pref_address), 1ull << 63, "give the guest more"},
		{FIELD(pref_address), ~0xfffull, "give the guest more"},
		{FIELD(init_size), 0x300001, "give the guest more"},
		{FIELD(init_size), UINT32_MAX, "give the guest more"},
		{FIELD(syssize), UINT32_MAX, "is it all there?"},
		{FIELD(syssize), 0x4c1, "is it all there?"},
		{FIELD(syssize), 0x20, "64-bit entry"},
		{FIELD(setup_sects), 255, "ends before its code"},
	};
	struct boot_bed bed;
	size_t i;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		boot_bed_bzimage(&bed);
		memcpy(bed.image + lies[i].offset, &lies[i].value, lies[i].len);
		assert_true(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE) < 0);
		if (!strstr(bed.err.msg, lies[i].word))
			fail_msg("lie %zu: %s", i, bed.err.msg);
	}
	boot_bed_close(&bed);
}

static void code_without_init_size_is_kept_out_of_what_is_not_ram(void **state)
{
	struct setup_header *header;
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	header = boot_bed_bzimage(&bed);
	header->init_size = 0;
	header->pref_address = VM_MEMORY_MIN - BOOT_BED_CODE_SIZE;
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	header->pref_address += 0x1000;
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), -ENOMEM);
	boot_bed_close(&bed);
}

static void code_of_unknown_size_is_the_rest_of_the_file(void **state)
{
	const uint8_t *behind;
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_bzimage(&bed)->syssize = 0;
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	behind = boot_bed_at(&bed, 0x100000 + BOOT_BED_CODE_SIZE);
	assert_int_equal(*behind, 0xee);
	boot_bed_close(&bed);
}

static void no_setup_sectors_are_four(void **state)
{
	const size_t size = 5 * 512;
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_bzimage(&bed)->setup_sects = 0;
	memmove(bed.image + size, bed.image + BOOT_BED_SETUP_SIZE,
		BOOT_BED_CODE_SIZE);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	assert_true(is_code(boot_bed_at(&bed, 0x100000), BOOT_BED_CODE_SIZE));
	boot_bed_close(&bed);
}

static void files_of_any_length_are_judged(void **state)
{
	struct boot_bed bed;
	size_t len;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_bzimage(&bed);
	for (len = 0; len < BOOT_BED_SETUP_SIZE + BOOT_BED_CODE_SIZE - 15;
	     len += len < 0x300 ? 1 : 0x101) {
		assert_true(boot_bed_load(&bed, len) < 0);
		assert_non_null(strstr(bed.err.msg, "kernel: "));
	}
	boot_bed_close(&bed);
}

/* Of the image cache, where weft has fetched one; -1: none. */
static int open_real_kernel(void)
{
	const char *home = getenv("HOME");
	char pattern[4096];
	glob_t found;
	int fd = -1;

	snprintf(pattern, sizeof(pattern),
		 "%s/.cache/weft/kernel/*/boot/vmlinuz-*", home ? home : "");
	if (glob(pattern, 0, NULL, &found))
		return -1;
	fd = open(found.gl_pathv[0], O_RDONLY | O_CLOEXEC);
	globfree(&found);
	return fd;
}

static void a_distribution_kernel_is_loaded(void **state)
{
	const struct boot_params *params;
	int fd = open_real_kernel();
	uint8_t begin[64];
	struct boot_bed bed;
	off_t offset;

	(void)state;
	if (fd < 0) {
		print_message("no kernel in the image cache (weft image "
			      "fetch)\n");
		skip();
	}
	assert_int_equal(boot_bed_open(&bed, 256 * MIB), 0);
	bed.settings.kernel_fd = fd;
	boot_bed_initrd(&bed, 0x5a, 10 * MIB);
	assert_int_equal(
		boot_load(&bed.memory, &bed.settings, &bed.entry, &bed.err), 0);
	params = boot_bed_at(&bed, bed.entry.rsi);
	assert_int_equal(params->hdr.ramdisk_image, 246 * MIB);
	assert_int_equal(bed.entry.rip, params->hdr.pref_address + 0x200);
	offset = (params->hdr.setup_sects + 1) * 512 + 0x200;
	assert_int_equal(pread(fd, begin, sizeof(begin), offset),
			 sizeof(begin));
	assert_memory_equal(boot_bed_at(&bed, bed.entry.rip), begin,
			    sizeof(begin));
	boot_bed_close(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bzimage_begins_at_its_64_bit_entry),
		cmocka_unit_test(kernel_is_told_what_it_needs),
		cmocka_unit_test(only_the_setup_header_is_handed_on),
		cmocka_unit_test(signature_behind_the_code_is_not_loaded),
		cmocka_unit_test(pages_are_where_they_are_up_to_4_gib),
		cmocka_unit_test(segments_are_flat),
		cmocka_unit_test(map_leaves_out_tables_and_hole),
		cmocka_unit_test(initrd_lies_as_high_as_the_kernel_reaches),
		cmocka_unit_test(initrd_that_does_not_fit_is_refused),
		cmocka_unit_test(command_line_that_is_too_long_is_refused),
		cmocka_unit_test(reset_finds_all_as_at_first),
		cmocka_unit_test(headers_that_lie_are_refused),
		cmocka_unit_test(
			code_without_init_size_is_kept_out_of_what_is_not_ram),
		cmocka_unit_test(code_of_unknown_size_is_the_rest_of_the_file),
		cmocka_unit_test(no_setup_sectors_are_four),
		cmocka_unit_test(files_of_any_length_are_judged),
		cmocka_unit_test(a_distribution_kernel_is_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
