// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_boot_elf.c - a PVH kernel in RAM, and what its first CPU finds there
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit/boot_bed.h"

#define MIB (1ull << 20)

static uint32_t load32(const struct boot_bed *bed, uint64_t gpa)
{
	return (uint32_t)boot_bed_load64(bed, gpa);
}

static bool is_all(const struct boot_bed *bed, uint64_t gpa, size_t len,
		   uint8_t byte)
{
	const uint8_t *bytes = boot_bed_at(bed, gpa);
	size_t i;

	for (i = 0; i < len; i++) {
		if (bytes[i] != byte)
			return false;
	}
	return true;
}

static void elf_begins_where_its_note_says(void **state)
{
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_elf(&bed);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	assert_false(bed.entry.is_long_mode);
	assert_int_equal(bed.entry.rip, 0x100100);
	assert_int_equal(bed.entry.cr3, 0);
	assert_true(boot_bed_load64(&bed, bed.entry.gdt + BOOT_SELECTOR_CODE) ==
		    0x00cf9b000000ffff);
	assert_memory_equal(boot_bed_at(&bed, 0x100000),
			    bed.image + BOOT_BED_ELF_CODE, 0x1000);
	assert_memory_equal(boot_bed_at(&bed, 0x200000),
			    bed.image + BOOT_BED_ELF_CODE, 0x800);
	boot_bed_close(&bed);
}

static void start_info_tells_of_all(void **state)
{
	uint64_t info, map, module;
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, 8 * MIB), 0);
	boot_bed_elf(&bed);
	bed.settings.cmdline = "console=hvc0";
	boot_bed_initrd(&bed, 0x5a, 0x1001);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	info = bed.entry.rbx;
	assert_int_equal(load32(&bed, info), 0x336ec578);
	assert_int_equal(load32(&bed, info + 4), 1);
	assert_int_equal(load32(&bed, info + 12), 1);
	assert_string_equal(boot_bed_at(&bed, boot_bed_load64(&bed, info + 24)),
			    "console=hvc0");
	assert_int_equal(boot_bed_load64(&bed, info + 32), BOOT_BED_RSDP);
	assert_int_equal(load32(&bed, info + 48), 3);
	module = boot_bed_load64(&bed, info + 16);
	assert_int_equal(boot_bed_load64(&bed, module), 8 * MIB - 0x2000);
	assert_int_equal(boot_bed_load64(&bed, module + 8), 0x1001);
	assert_int_equal(boot_bed_load64(&bed, module + 16), 0);
	assert_true(is_all(&bed, 8 * MIB - 0x2000, 0x1001, 0x5a));
	map = boot_bed_load64(&bed, info + 40);
	assert_int_equal(boot_bed_load64(&bed, map + 2 * 24), MIB);
	assert_int_equal(boot_bed_load64(&bed, map + 2 * 24 + 8), 7 * MIB);
	assert_int_equal(load32(&bed, map + 2 * 24 + 16), 1);
	boot_bed_close(&bed);
}

static void no_initrd_is_no_module(void **state)
{
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_elf(&bed);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	assert_int_equal(load32(&bed, bed.entry.rbx + 12), 0);
	assert_int_equal(boot_bed_load64(&bed, bed.entry.rbx + 16), 0);
	boot_bed_close(&bed);
}

/* After a reset RAM is full of what the guest left. */
static void memory_behind_the_files_bytes_is_cleared(void **state)
{
	static const struct {
		uint64_t addr, file, memory;
	} cases[] = {
		{0x200000, 0x800, 0x5000}, {0x200000, 0x800, 0x801},
		{0x200ffc, 0x2, 0x8},      {0x200000, 0x1000, 0x3000},
		{0x200000, 0, 0x4000},     {0x200001, 0, 0xffe},
		{0x200800, 0x900, 0x3001}, {0x200000, 0x1000, 0x1000},
		{0x200010, 0x800, 0x1ff0},
	};
	struct boot_bed bed;
	size_t i;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		Elf64_Phdr *data = &boot_bed_elf(&bed)->segments[1];
		uint64_t bss = cases[i].addr + cases[i].file;

		data->p_paddr = cases[i].addr;
		data->p_filesz = cases[i].file;
		data->p_memsz = cases[i].memory;
		memset(boot_bed_at(&bed, MIB), 0xff, 3 * MIB);
		assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
		assert_memory_equal(boot_bed_at(&bed, cases[i].addr),
				    bed.image + BOOT_BED_ELF_CODE,
				    cases[i].file);
		assert_true(
			is_all(&bed, bss, cases[i].memory - cases[i].file, 0));
		assert_true(is_all(&bed, cases[i].addr - 16, 16, 0xff));
		assert_true(is_all(&bed, cases[i].addr + cases[i].memory, 16,
				   0xff));
	}
	boot_bed_close(&bed);
}

/* Segments of more than a huge page are loaded in another way. */
static void large_segment_is_loaded_again_after_a_reset(void **state)
{
	const uint64_t addr = 0x300800, file = 5 * MIB, memory = 7 * MIB;
	const size_t len = BOOT_BED_ELF_CODE + file;
	uint8_t *bytes = malloc(len);
	struct boot_bed bed;
	Elf64_Phdr *data;
	unsigned round;
	size_t i;

	(void)state;
	assert_non_null(bytes);
	assert_int_equal(boot_bed_open(&bed, 16 * MIB), 0);
	data = &boot_bed_elf(&bed)->segments[1];
	data->p_paddr = addr;
	data->p_filesz = file;
	data->p_memsz = memory;
	memcpy(bytes, bed.image, BOOT_BED_ELF_CODE);
	for (i = BOOT_BED_ELF_CODE; i < len; i++)
		bytes[i] = (uint8_t)(i * 7 + (i >> 8) + (i >> 16));
	bed.settings.kernel_fd = boot_bed_file(bytes, len);
	for (round = 0; round < 2; round++) {
		assert_int_equal(boot_load(&bed.memory, &bed.settings,
					   &bed.entry, &bed.err),
				 0);
		assert_memory_equal(boot_bed_at(&bed, addr),
				    bytes + BOOT_BED_ELF_CODE, file);
		assert_true(is_all(&bed, addr + file, memory - file, 0));
		memset(boot_bed_at(&bed, MIB), 0xff, 14 * MIB);
	}
	free(bytes);
	boot_bed_close(&bed);
}

static void entry_is_found_behind_other_notes(void **state)
{
	static const unsigned aligns[] = {0, 1, 4, 8};
	struct boot_bed bed;
	size_t i;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	for (i = 0; i < ARRAY_SIZE(aligns); i++) {
		Elf64_Phdr *notes = &boot_bed_elf(&bed)->segments[2];
		Elf64_Nhdr other = {.n_namesz = 5, .n_descsz = 1, .n_type = 18};
		Elf64_Nhdr xen = {.n_namesz = 4, .n_descsz = 8, .n_type = 18};
		uint64_t entry = 0x100abc;
		uint8_t *to = bed.image + 0x800;

		notes->p_offset = 0x800;
		notes->p_align = aligns[i];
		memset(to, 0, 0x200);
		memcpy(to, &other, sizeof(other));
		memcpy(to + 12, "Xen\0d", 5);
		to += aligns[i] == 8 ? 32 : 24;
		memcpy(to, &xen, sizeof(xen));
		memcpy(to + 12, "Xen", 4);
		memcpy(to + 16, &entry, sizeof(entry));
		notes->p_filesz = (uint64_t)(to + 24 - (bed.image + 0x800));
		assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
		assert_int_equal(bed.entry.rip, 0x100abc);
	}
	boot_bed_close(&bed);
}

/* One field of the file that is wrong, and a word of the sentence. */
struct lie {
	size_t offset;
	unsigned len;
	uint64_t value;
	const char *word;
};

#define FIELD(name)                          \
	offsetof(struct boot_bed_elf, name), \
		sizeof(((struct boot_bed_elf *)NULL)->name)

static void files_that_lie_are_refused(void **state)
{
	static const struct lie lies[] = {
		{FIELD(header.e_ident[EI_CLASS]), ELFCLASS32, "x86-64"},
		{FIELD(header.e_ident[EI_DATA]), ELFDATA2MSB, "x86-64"},
		{FIELD(header.e_machine), EM_AARCH64, "x86-64"},
		{FIELD(header.e_type), ET_REL, "executable"},
		{FIELD(header.e_phnum), 0, "0 program headers"},
		{FIELD(header.e_phnum), 33, "33 program headers"},
		{FIELD(header.e_phnum), 65535, "65535 program headers"},
		{FIELD(header.e_phentsize), 0, "of 0 bytes"},
		{FIELD(header.e_phentsize), 57, "of 57 bytes"},
		{FIELD(header.e_phoff), BOOT_BED_IMAGE_SIZE, "outside"},
		{FIELD(header.e_phoff), UINT64_MAX - 8, "outside"},
		{FIELD(segments[2].p_type), PT_NULL, "without a PVH note"},
		{FIELD(segments[2].p_filesz), 0, "without a PVH note"},
		{FIELD(segments[2].p_filesz), 19, "without a PVH note"},
		{FIELD(segments[2].p_offset), UINT64_MAX - 10, "notes are"},
		{FIELD(note.n_type), 17, "without a PVH note"},
		{FIELD(note.n_namesz), 5, "without a PVH note"},
		{FIELD(note.n_namesz), UINT32_MAX, "without a PVH note"},
		{FIELD(note.n_descsz), UINT32_MAX, "without a PVH note"},
		{FIELD(note.n_descsz), 0, "without a PVH note"},
		{FIELD(name), 0x6e6558, NULL},
		{FIELD(name), 0x6e6578, "without a PVH note"},
		{FIELD(start), 0xfffff, "entry"},
		{FIELD(start), 0x101000, "entry"},
		{FIELD(start), 0x200800, "entry"},
		{FIELD(start), UINT32_MAX, "entry"},
		{FIELD(segments[0].p_type), PT_NULL, "entry"},
		{FIELD(segments[0].p_filesz), 0x1001, "segment 0 is not all"},
		{FIELD(segments[0].p_filesz), UINT64_MAX, "segment 0 is not"},
		{FIELD(segments[0].p_offset), 0x4001, "segment 0 is not all"},
		{FIELD(segments[0].p_offset), UINT64_MAX, "segment 0 is not"},
		{FIELD(segments[0].p_paddr), 0xff000, "below 1 MiB"},
		{FIELD(segments[0].p_paddr), 0x3ff001, "outside of memory"},
		{FIELD(segments[0].p_paddr), ~0xfffull, "outside of memory"},
		{FIELD(segments[0].p_memsz), UINT64_MAX, "outside of memory"},
		{FIELD(segments[0].p_memsz), 0x300001, "outside of memory"},
		{FIELD(segments[0].p_memsz), 0x100001, "0 and 1 overlap"},
		{FIELD(segments[1].p_paddr), 0x100fff, "0 and 1 overlap"},
		{FIELD(segments[1].p_paddr), 0x100000, "0 and 1 overlap"},
		{FIELD(segments[1].p_memsz), 0x200001, "outside of memory"},
	};
	struct boot_bed bed;
	size_t i;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		int code;

		boot_bed_elf(&bed);
		memcpy(bed.image + lies[i].offset, &lies[i].value, lies[i].len);
		code = boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE);
		if (!lies[i].word)
			assert_int_equal(code, 0);
		else if (!code || !strstr(bed.err.msg, lies[i].word))
			fail_msg("lie %zu: %d %s", i, code, bed.err.msg);
	}
	boot_bed_close(&bed);
}

static void segments_may_touch_and_be_empty(void **state)
{
	struct boot_bed_elf *elf;
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	elf = boot_bed_elf(&bed);
	elf->segments[1].p_paddr = 0x101000;
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	elf->segments[1].p_memsz = 0;
	elf->segments[1].p_filesz = UINT64_MAX;
	elf->segments[1].p_paddr = 0;
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	boot_bed_close(&bed);
}

static void initrd_must_be_behind_the_last_segment(void **state)
{
	struct boot_bed bed;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_elf(&bed);
	boot_bed_initrd(&bed, 1, 2 * MIB - 0x5000);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), 0);
	boot_bed_initrd(&bed, 1, 2 * MIB - 0x5000 + 1);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_IMAGE_SIZE), -ENOMEM);
	boot_bed_close(&bed);
}

static void files_of_any_length_are_judged(void **state)
{
	struct boot_bed bed;
	size_t len;

	(void)state;
	assert_int_equal(boot_bed_open(&bed, VM_MEMORY_MIN), 0);
	boot_bed_elf(&bed);
	for (len = 0; len < BOOT_BED_ELF_CODE + 0x1000;
	     len += len < 0x300 ? 1 : 0x101)
		assert_true(boot_bed_load(&bed, len) < 0);
	assert_int_equal(boot_bed_load(&bed, BOOT_BED_ELF_CODE + 0x1000), 0);
	boot_bed_close(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elf_begins_where_its_note_says),
		cmocka_unit_test(start_info_tells_of_all),
		cmocka_unit_test(no_initrd_is_no_module),
		cmocka_unit_test(memory_behind_the_files_bytes_is_cleared),
		cmocka_unit_test(large_segment_is_loaded_again_after_a_reset),
		cmocka_unit_test(entry_is_found_behind_other_notes),
		cmocka_unit_test(files_that_lie_are_refused),
		cmocka_unit_test(segments_may_touch_and_be_empty),
		cmocka_unit_test(initrd_must_be_behind_the_last_segment),
		cmocka_unit_test(files_of_any_length_are_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
