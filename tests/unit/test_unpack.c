// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_unpack.c - the kernel inside a bzImage that is made by hand
 */
#include "unit/cmocka_wrap.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/image/unpack.h"
#include "core/util.h"

#define SECTORS 1
#define SETUP ((SECTORS + 1) * 512)
#define PAYLOAD_OFFSET 16
#define NOTE_AT 0x180
#define CODE_AT 0x200
#define CODE_LEN 300
#define BSS_LEN 200
#define ELF_LEN 1024
#define NOTE_LEN 20
#define ROOM 8192

/**
 * struct bed - a bzImage, and what came of it
 * @elf:	what is packed into it
 * @bytes:	the bzImage
 * @image:	all of @bytes
 * @out:	what was unpacked
 * @err:	why not
 */
struct bed {
	struct {
		Elf64_Ehdr header;
		Elf64_Phdr segments[3];
		uint8_t rest[ELF_LEN - sizeof(Elf64_Ehdr) -
			     3 * sizeof(Elf64_Phdr)];
	} elf;
	uint8_t bytes[ROOM];
	struct cache_file image;
	struct cache_file out;
	struct err err;
};

static void put32(uint8_t *at, uint32_t value)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static void make_elf(struct bed *bed)
{
	static const uint8_t note[NOTE_LEN] = "\4\0\0\0\4\0\0\0\x12\0\0\0Xen";
	uint8_t *bytes = (uint8_t *)&bed->elf;

	bed->elf.header = (Elf64_Ehdr){
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			    ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 3,
		.e_shoff = 900,
		.e_shnum = 1,
	};
	bed->elf.segments[0] =
		(Elf64_Phdr){.p_type = PT_LOAD,
			     .p_offset = CODE_AT,
			     .p_paddr = 0x1000000,
			     .p_filesz = CODE_LEN + BSS_LEN,
			     .p_memsz = CODE_LEN + BSS_LEN + 4096};
	bed->elf.segments[1] = (Elf64_Phdr){.p_type = PT_NOTE,
					    .p_offset = NOTE_AT,
					    .p_filesz = NOTE_LEN,
					    .p_align = 4};
	bed->elf.segments[2] = (Elf64_Phdr){.p_type = PT_GNU_STACK};
	memcpy(bytes + NOTE_AT, note, sizeof(note));
	memset(bytes + CODE_AT, 0xc3, CODE_LEN);
}

/* One block of literals: 15 + 3 * 255 + 244 of them. */
static size_t pack(const struct bed *bed, uint8_t *to)
{
	static_assert(15 + 3 * 255 + 244 == ELF_LEN, "");
	static const uint8_t lengths[] = {0xf0, 255, 255, 255, 244};

	put32(to, 0x184c2102);
	put32(to + 4, sizeof(lengths) + ELF_LEN);
	memcpy(to + 8, lengths, sizeof(lengths));
	memcpy(to + 8 + sizeof(lengths), &bed->elf, ELF_LEN);
	put32(to + 8 + sizeof(lengths) + ELF_LEN, ELF_LEN);
	return 8 + sizeof(lengths) + ELF_LEN + 4;
}

static void make_image(struct bed *bed)
{
	size_t len = pack(bed, bed->bytes + SETUP + PAYLOAD_OFFSET);

	bed->bytes[0x1f1] = SECTORS;
	memcpy(bed->bytes + 0x202, "HdrS\x0f\x02", 6);
	put32(bed->bytes + 0x248, PAYLOAD_OFFSET);
	put32(bed->bytes + 0x24c, (uint32_t)len);
	bed->image.data = bed->bytes;
	bed->image.len = SETUP + PAYLOAD_OFFSET + len;
}

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	make_elf(bed);
	make_image(bed);
	*state = bed;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	free(bed->out.data);
	free(bed);
	return 0;
}

static void expect(struct bed *bed, int code, const char *text)
{
	assert_int_equal(unpack_kernel(&bed->image, &bed->out, &bed->err),
			 code);
	assert_null(bed->out.data);
	if (!strstr(bed->err.msg, text))
		fail_msg("'%s', without '%s'", bed->err.msg, text);
}

static void what_is_loaded_is_kept(void **state)
{
	struct bed *bed = *state;
	Elf64_Phdr segments[3];
	Elf64_Ehdr header;

	assert_int_equal(unpack_kernel(&bed->image, &bed->out, &bed->err), 0);
	memcpy(&header, bed->out.data, sizeof(header));
	assert_int_equal(header.e_phnum, 3);
	assert_int_equal(header.e_shnum, 0);
	memcpy(segments, bed->out.data + header.e_phoff, sizeof(segments));
	assert_int_equal(segments[0].p_filesz, CODE_LEN);
	assert_int_equal(segments[0].p_memsz, CODE_LEN + BSS_LEN + 4096);
	assert_int_equal(segments[0].p_paddr, 0x1000000);
	assert_int_equal(segments[0].p_offset % 4096, 0);
	assert_memory_equal(bed->out.data + segments[0].p_offset,
			    (uint8_t *)&bed->elf + CODE_AT, CODE_LEN);
	assert_int_equal(segments[1].p_filesz, NOTE_LEN);
	assert_int_equal(segments[1].p_align, 4);
	assert_memory_equal(bed->out.data + segments[1].p_offset,
			    (uint8_t *)&bed->elf + NOTE_AT, NOTE_LEN);
	assert_int_equal(segments[2].p_type, PT_NULL);
	assert_true(segments[1].p_offset + NOTE_LEN <= bed->out.len);
}

static void other_files_are_refused(void **state)
{
	struct bed *bed = *state;

	bed->image.len = 0x24f;
	expect(bed, -EINVAL, "not a Linux bzImage");
	bed->image.len = sizeof(bed->bytes);
	bed->bytes[0x206] = 7;
	expect(bed, -ENOTSUP, "older");
	bed->bytes[0x202] = 'h';
	expect(bed, -EINVAL, "not a Linux bzImage");
}

static void payload_is_in_the_file(void **state)
{
	struct bed *bed = *state;

	bed->image.len--;
	expect(bed, -EINVAL, "payload");
	bed->image.len++;
	put32(bed->bytes + 0x24c, 7);
	expect(bed, -EINVAL, "payload");
	put32(bed->bytes + 0x248, UINT32_MAX);
	put32(bed->bytes + 0x24c, UINT32_MAX);
	expect(bed, -EINVAL, "payload");
}

static void payload_is_as_it_says(void **state)
{
	struct bed *bed = *state;
	uint8_t *end = bed->bytes + bed->image.len;

	put32(end - 4, ELF_LEN + 1);
	expect(bed, -EINVAL, "damaged");
	put32(end - 4, UINT32_MAX);
	expect(bed, -EINVAL, "4294967295 bytes");
	put32(end - 4, 3);
	expect(bed, -EINVAL, "3 bytes");
	bed->bytes[SETUP + PAYLOAD_OFFSET] ^= 1;
	expect(bed, -ENOTSUP, "LZ4");
}

static void headers_are_checked(void **state)
{
	struct bed *bed = *state;

	bed->elf.header.e_phnum = 17;
	make_image(bed);
	expect(bed, -EINVAL, "program headers");
	bed->elf.header.e_phnum = 3;
	bed->elf.header.e_phoff = UINT64_MAX - 8;
	make_image(bed);
	expect(bed, -EINVAL, "program headers");
	bed->elf.header.e_machine = EM_386;
	make_image(bed);
	expect(bed, -ENOTSUP, "x86-64");
}

static void segments_are_in_the_file(void **state)
{
	struct bed *bed = *state;

	bed->elf.segments[0].p_filesz = ELF_LEN - CODE_AT + 1;
	make_image(bed);
	expect(bed, -EINVAL, "segment 0");
	bed->elf.segments[0].p_filesz = CODE_LEN;
	bed->elf.segments[1].p_offset = UINT64_MAX;
	make_image(bed);
	expect(bed, -EINVAL, "segment 1");
}

static void kernel_without_pvh_is_not_taken(void **state)
{
	struct bed *bed = *state;

	bed->elf.segments[1].p_filesz = 19 - 4;
	make_image(bed);
	expect(bed, -ENOTSUP, "CONFIG_PVH");
}

/* The same bzImage is unpacked once; a named kernel never. */
static void boot_file_is_cached(void **state)
{
	struct bed *bed = *state;
	char dir[] = "/tmp/test_unpack-XXXXXX", path[CACHE_PATH_SIZE];
	char again[CACHE_PATH_SIZE];
	struct image_kernel kernel = {.version = "1"};

	assert_non_null(mkdtemp(dir));
	snprintf(kernel.path, sizeof(kernel.path), "%s/vmlinuz", dir);
	assert_int_equal(setenv("XDG_CACHE_HOME", dir, 1), 0);
	unsetenv("WEFT_KERNEL");
	image_boot_file(&kernel, path);
	assert_string_equal(path, kernel.path);
	assert_int_equal(
		cache_store(kernel.path, bed->image.data, bed->image.len, NULL),
		0);
	image_boot_file(&kernel, path);
	assert_non_null(strstr(path, "image/vmlinux-1-"));
	assert_int_equal(truncate(path, 1), 0);
	image_boot_file(&kernel, again);
	assert_string_equal(path, again);
	assert_int_equal(setenv("WEFT_KERNEL", kernel.path, 1), 0);
	image_boot_file(&kernel, path);
	assert_string_equal(path, kernel.path);
	unsetenv("WEFT_KERNEL");
	assert_int_equal(cache_store(kernel.path, "no kernel", 9, NULL), 0);
	image_boot_file(&kernel, path);
	assert_string_equal(path, kernel.path);
	cache_remove_tree(dir);
}

static bool exists(const char *dir, const char *name)
{
	char path[CACHE_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/weft/image/%s", dir, name);
	return access(path, F_OK) == 0;
}

static void unpacked_kernel_goes_with_the_packed_one(void **state)
{
	struct bed *bed = *state;
	char dir[] = "/tmp/test_unpack-XXXXXX", first[CACHE_PATH_SIZE];
	char second[CACHE_PATH_SIZE], path[CACHE_PATH_SIZE + 32];
	struct image_kernel kernel = {.version = "6.1.0-9-cloud"};
	struct image_kernel fetched = {.version = "6.1.0-8-cloud"};

	assert_non_null(mkdtemp(dir));
	assert_int_equal(setenv("XDG_CACHE_HOME", dir, 1), 0);
	unsetenv("WEFT_KERNEL");
	snprintf(kernel.path, sizeof(kernel.path), "%s/vmlinuz", dir);
	snprintf(path, sizeof(path), "%s/weft/kernel/%s/boot", dir,
		 fetched.version);
	assert_int_equal(cache_make_dir(path, NULL), 0);
	snprintf(fetched.path, sizeof(fetched.path), "%.900s/vmlinuz-%s", path,
		 fetched.version);
	cache_store(kernel.path, bed->image.data, bed->image.len, NULL);
	cache_store(fetched.path, bed->image.data, bed->image.len, NULL);
	image_boot_file(&kernel, first);
	image_boot_file(&fetched, second);
	snprintf(path, sizeof(path), "%s/weft/image/vmlinux-6.1.0-7-1-2.3",
		 dir);
	cache_store(path, "old", 3, NULL);
	snprintf(path, sizeof(path), "%s/weft/image/initramfs", dir);
	cache_store(path, "other", 5, NULL);
	assert_int_equal(image_forget_old(&kernel), 1);
	assert_false(exists(dir, "vmlinux-6.1.0-7-1-2.3"));
	assert_true(exists(dir, "initramfs"));
	assert_int_equal(access(first, F_OK), 0);
	assert_int_equal(access(second, F_OK), 0);
	unlink(fetched.path);
	assert_int_equal(image_forget_old(&kernel), 1);
	assert_int_equal(access(first, F_OK), 0);
	assert_int_not_equal(access(second, F_OK), 0);
	cache_remove_tree(dir);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_loaded_is_kept),
		TEST(other_files_are_refused),
		TEST(payload_is_in_the_file),
		TEST(payload_is_as_it_says),
		TEST(headers_are_checked),
		TEST(segments_are_in_the_file),
		TEST(kernel_without_pvh_is_not_taken),
		TEST(boot_file_is_cached),
		TEST(unpacked_kernel_goes_with_the_packed_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
