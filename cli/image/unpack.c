// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unpack.c - the kernel inside a bzImage, as an ELF file that is entered by PVH
 *
 * Theory of operation
 *
 * The boot header says where the payload is (Documentation/arch/x86/boot.rst,
 * payload_offset): a packed ELF file, and in its last four bytes the size of
 * that. What of the ELF file is loaded is copied into one of our own, segment
 * by segment, each from a page on; its program headers are changed to fit. A
 * kernel's last segment is mostly zeros (.bss), which a loader needs not copy.
 *
 * The result is kept in the cache, under a name with version, size and time of
 * the bzImage, and goes when that has gone.
 *
 * Limits: LZ4 only.
 */
#include "cli/image/unpack.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/image/lz4.h"
#include "core/util.h"

/* Fields of the boot header */
#define SETUP_SECTS_AT 0x1f1
#define MAGIC_AT 0x202
#define VERSION_AT 0x206
#define PAYLOAD_OFFSET_AT 0x248
#define PAYLOAD_LEN_AT 0x24c
#define HEADER_END 0x250
#define SECTOR 512u
#define SETUP_SECTS_OLD 4u    /* what 0 means */
#define VERSION_PAYLOAD 0x208 /* said where it is first */

#define PAGE 4096u
#define UNPACKED "vmlinux-" /* begins the name of an unpacked kernel */
#define NAME_SIZE (KERNEL_VERSION_SIZE + 64)
#define MAX_SEGMENTS 16u
/* Type and name of the note with the PVH entry: XEN_ELFNOTE_PHYS32_ENTRY */
#define PVH_NOTE "\x12\0\0\0Xen"

static_assert(sizeof(Elf64_Ehdr) + MAX_SEGMENTS * sizeof(Elf64_Phdr) <= PAGE,
	      "segments begin behind the headers");

/**
 * struct kernel_elf - an ELF file that is taken apart
 * @file:	all of it
 * @header:	its header; then ours
 * @segments:	its program headers; then ours
 */
struct kernel_elf {
	struct cache_file file;
	Elf64_Ehdr header;
	Elf64_Phdr segments[MAX_SEGMENTS];
};

static uint32_t le32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
	       (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static bool is_inside(uint64_t offset, uint64_t len, uint64_t size)
{
	return offset <= size && len <= size - offset;
}

/* @payload points into @image. */
static int find_payload(const struct cache_file *image,
			struct cache_file *payload, struct err *err)
{
	const uint8_t *head = image->data;
	uint64_t start;

	if (image->len < HEADER_END || memcmp(head + MAGIC_AT, "HdrS", 4))
		return err_set(err, -EINVAL, "not a Linux bzImage");
	if ((head[VERSION_AT] | head[VERSION_AT + 1] << 8) < VERSION_PAYLOAD)
		return err_set(err, -ENOTSUP,
			       "a bzImage older than Linux 2.6.26");
	start = head[SETUP_SECTS_AT] ? head[SETUP_SECTS_AT] : SETUP_SECTS_OLD;
	start = (start + 1) * SECTOR + le32(head + PAYLOAD_OFFSET_AT);
	payload->len = le32(head + PAYLOAD_LEN_AT);
	if (payload->len < 8 || !is_inside(start, payload->len, image->len))
		return err_set(err, -EINVAL,
			       "the bzImage's payload is outside of the file");
	payload->data = image->data + start;
	return 0;
}

static int unpack_payload(const struct cache_file *payload,
			  struct cache_file *file, struct err *err)
{
	const size_t len = payload->len - 4; /* the size is behind */

	if (le32(payload->data) != LZ4_LEGACY_MAGIC)
		return err_set(err, -ENOTSUP, "not packed with LZ4");
	file->len = le32(payload->data + len);
	if (file->len < sizeof(Elf64_Ehdr) || file->len > UNPACK_MAX)
		return err_set(err, -EINVAL, "the kernel would be of %zu bytes",
			       file->len);
	file->data = malloc(file->len);
	if (!file->data) {
		err_set(err, -ENOMEM, "no memory for the kernel");
		return -ENOMEM;
	}
	if (lz4_unpack(payload->data, len, file->data, file->len))
		return err_set(err, -EINVAL, "the kernel is damaged");
	return 0;
}

static int read_headers(struct kernel_elf *elf, struct err *err)
{
	const struct cache_file *file = &elf->file;
	Elf64_Ehdr *header = &elf->header;

	if (!file->data || file->len < sizeof(*header))
		return err_set(err, -EINVAL, "the kernel is damaged");
	memcpy(header, file->data, sizeof(*header));
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) ||
	    header->e_ident[EI_CLASS] != ELFCLASS64 ||
	    header->e_machine != EM_X86_64 || header->e_type != ET_EXEC)
		return err_set(err, -ENOTSUP,
			       "the kernel is no ELF file for x86-64");
	if (header->e_phentsize != sizeof(Elf64_Phdr) || !header->e_phnum ||
	    header->e_phnum > MAX_SEGMENTS ||
	    !is_inside(header->e_phoff, header->e_phnum * sizeof(Elf64_Phdr),
		       file->len))
		return err_set(err, -EINVAL,
			       "the kernel has no valid program headers");
	memcpy(elf->segments, file->data + header->e_phoff,
	       header->e_phnum * sizeof(Elf64_Phdr));
	return 0;
}

static bool has_pvh_entry(const struct kernel_elf *elf)
{
	unsigned i;

	for (i = 0; i < elf->header.e_phnum; i++) {
		const Elf64_Phdr *segment = &elf->segments[i];

		if (segment->p_type == PT_NOTE &&
		    memmem(elf->file.data + segment->p_offset,
			   segment->p_filesz, PVH_NOTE, sizeof(PVH_NOTE)))
			return true;
	}
	return false;
}

/* Before anything is read by what they say. */
static int check_segments(const struct kernel_elf *elf, struct err *err)
{
	unsigned i;

	for (i = 0; i < elf->header.e_phnum; i++) {
		const Elf64_Phdr *segment = &elf->segments[i];

		if (!is_inside(segment->p_offset, segment->p_filesz,
			       elf->file.len))
			return err_set(err, -EINVAL,
				       "the kernel's segment %u is not all in "
				       "the file",
				       i);
	}
	if (!has_pvh_entry(elf))
		return err_set(err, -ENOTSUP,
			       "the kernel has no PVH entry (CONFIG_PVH)");
	return 0;
}

static uint64_t without_zeros(const uint8_t *data, uint64_t len)
{
	while (len && !data[len - 1])
		len--;
	return len;
}

/*
 * Gives each segment its place in the new file, of which the size is returned.
 * A note lies in a segment that is loaded, too; loaders look for it by itself.
 */
static uint64_t place_segments(const struct kernel_elf *elf,
			       Elf64_Phdr *segments)
{
	uint64_t at = PAGE;
	unsigned i;

	for (i = 0; i < elf->header.e_phnum; i++) {
		const Elf64_Phdr *from = &elf->segments[i];
		Elf64_Phdr *to = &segments[i];

		*to = *from;
		if (from->p_type == PT_LOAD)
			to->p_filesz =
				without_zeros(elf->file.data + from->p_offset,
					      from->p_filesz);
		else if (from->p_type != PT_NOTE)
			*to = (Elf64_Phdr){.p_type = PT_NULL};
		to->p_offset = at;
		at += (to->p_filesz + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	}
	return at;
}

static int write_elf(const struct kernel_elf *elf, struct cache_file *out,
		     struct err *err)
{
	const size_t count = elf->header.e_phnum;
	Elf64_Phdr segments[MAX_SEGMENTS] = {0};
	Elf64_Ehdr header = elf->header;
	uint64_t size = place_segments(elf, segments);
	unsigned i;

	/* segments may lie on one another in the file: a little one of much */
	if (size > UNPACK_MAX)
		return err_set(err, -EINVAL, "the kernel is too large");
	out->data = calloc(1, size);
	if (!out->data)
		return err_set(err, -ENOMEM, "no memory for the kernel");
	out->len = size;
	header.e_phoff = sizeof(header);
	header.e_shoff = 0;
	header.e_shnum = 0;
	header.e_shstrndx = 0;
	memcpy(out->data, &header, sizeof(header));
	memcpy(out->data + sizeof(header), segments, count * sizeof(*segments));
	for (i = 0; i < count; i++)
		memcpy(out->data + segments[i].p_offset,
		       elf->file.data + elf->segments[i].p_offset,
		       segments[i].p_filesz);
	return 0;
}

int unpack_kernel(const struct cache_file *image, struct cache_file *elf,
		  struct err *err)
{
	struct kernel_elf kernel = {0};
	struct cache_file payload = *image;
	int ret;

	*elf = (struct cache_file){0};
	ret = find_payload(image, &payload, err);
	if (!ret)
		ret = unpack_payload(&payload, &kernel.file, err);
	if (!ret)
		ret = read_headers(&kernel, err);
	if (!ret)
		ret = check_segments(&kernel, err);
	if (!ret)
		ret = write_elf(&kernel, elf, err);
	free(kernel.file.data);
	return ret;
}

/* What the unpacked kernel is called in the folder "image" of the cache. */
static int cached_name(const struct image_kernel *kernel, char *name)
{
	struct stat st;

	if (stat(kernel->path, &st))
		return -errno;
	snprintf(name, NAME_SIZE, UNPACKED "%s-%llx-%llx.%lx", kernel->version,
		 (unsigned long long)st.st_size,
		 (unsigned long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	return 0;
}

static int cached_path(const struct image_kernel *kernel, char *path)
{
	char name[NAME_SIZE], place[NAME_SIZE + 8];

	if (cached_name(kernel, name))
		return -ENOENT;
	if (cache_path("image", path, NULL) || cache_make_dir(path, NULL))
		return -ENOENT;
	snprintf(place, sizeof(place), "image/%s", name);
	return cache_path(place, path, NULL);
}

static int unpack_to(const char *path, const struct image_kernel *kernel)
{
	struct cache_file image, elf = {0};
	int ret = cache_load(kernel->path, UNPACK_MAX, &image, NULL);

	if (!ret)
		ret = unpack_kernel(&image, &elf, NULL);
	if (!ret)
		ret = cache_store(path, elf.data, elf.len, NULL);
	free(image.data);
	free(elf.data);
	return ret;
}

void image_boot_file(const struct image_kernel *kernel, char *path)
{
	const char *named = getenv("WEFT_KERNEL");

	if ((named && *named) || cached_path(kernel, path) ||
	    (access(path, R_OK) && unpack_to(path, kernel)))
		snprintf(path, CACHE_PATH_SIZE, "%s", kernel->path);
}

static bool is_called(const char *name, const struct image_kernel *kernel)
{
	char own[NAME_SIZE];

	return !cached_name(kernel, own) && strcmp(own, name) == 0;
}

/* Is there the kernel that @name was unpacked from? Those that may be unpacked
 * are in two places, and their names have their version. */
static bool has_source(const char *name)
{
	struct image_kernel kernel = {0};
	char cached[2 * KERNEL_VERSION_SIZE + 32];
	const char *version = name + strlen(UNPACKED), *end = strchr(name, 0);
	unsigned dashes = 0;

	while (end > version && dashes < 2)
		dashes += *--end == '-';
	if (end == version || end - version >= KERNEL_VERSION_SIZE)
		return false;
	memcpy(kernel.version, version, (size_t)(end - version));
	snprintf(kernel.path, sizeof(kernel.path), "/boot/vmlinuz-%s",
		 kernel.version);
	if (is_called(name, &kernel))
		return true;
	snprintf(cached, sizeof(cached), "kernel/%s/boot/vmlinuz-%s",
		 kernel.version, kernel.version);
	return !cache_path(cached, kernel.path, NULL) &&
	       is_called(name, &kernel);
}

unsigned image_forget_old(const struct image_kernel *kernel)
{
	char folder[CACHE_PATH_SIZE], path[2 * CACHE_PATH_SIZE];
	const struct dirent *entry;
	unsigned count = 0;
	DIR *dir;

	if (cache_path("image", folder, NULL))
		return 0;
	dir = opendir(folder);
	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, UNPACKED, strlen(UNPACKED)) != 0 ||
		    is_called(entry->d_name, kernel) ||
		    has_source(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		count += unlink(path) == 0;
	}
	if (dir)
		closedir(dir);
	return count;
}
