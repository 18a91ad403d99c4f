// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boot_bzimage.c - Linux's 64-bit boot protocol (Documentation/arch/x86/
 * boot.rst, "64-bit boot protocol")
 *
 * A bzImage is a boot sector, real-mode code that we do not run, and from
 * (setup_sects + 1) * 512 on what we load: a decompressor with the kernel in
 * it. It unpacks the kernel to its preferred address when it is loaded there or
 * below, and needs init_size bytes from there.
 */
#include "vmm/boot_internal.h"

#include <asm/bootparam.h>
#include <errno.h>
#include <string.h>

#define SECTOR 512u
#define SETUP_SECTORS_OLD 4u     /* what 0 means */
#define HEADER_MAGIC 0x53726448u /* "HdrS" */
#define VERSION_MIN 0x020cu      /* xloadflags came with it */
#define ENTRY_64 0x200u
#define LOADER_UNKNOWN 0xffu
#define HEADER_AT offsetof(struct boot_params, hdr)
/* where the length of the header is counted from: behind its jump */
#define HEADER_LEN_FROM (offsetof(struct setup_header, header))

static_assert(sizeof(struct boot_params) == BOOT_PAGE_TABLES - BOOT_INFO,
	      "a page, and the next thing begins");
static_assert(BOOT_MAX_RANGES <= E820_MAX_ENTRIES_ZEROPAGE, "");

/**
 * struct bzimage - what is loaded from where
 * @header:	as in the file, zeros behind its end
 * @offset:	of the protected-mode code in the file
 * @size:	bytes of it
 * @end:	the kernel needs RAM from its preferred address up to here
 */
struct bzimage {
	struct setup_header header;
	uint64_t offset;
	uint64_t size;
	uint64_t end;
};

static int refuse(struct err *err, const char *why)
{
	return err_set(err, -ENOEXEC, "kernel: %s", why);
}

/*
 * The header's own length is in its jump over itself: what is behind that is
 * code, and must not reach the kernel as if it were parameters.
 */
static int read_header(const struct boot_file *file, struct bzimage *image,
		       struct err *err)
{
	struct setup_header *header = &image->header;
	size_t len;
	int code;

	if (file->size < HEADER_AT + sizeof(*header))
		return refuse(err, "the file is too short for a kernel");
	code = boot_read(file, HEADER_AT, header, sizeof(*header), err);
	if (code)
		return code;
	if (header->header != HEADER_MAGIC)
		return refuse(err, "neither a bzImage (vmlinuz) nor an ELF "
				   "file");
	if (header->version < VERSION_MIN)
		return refuse(err, "its boot protocol is older than 2.12: "
				   "Linux 3.8 or newer is needed");
	len = HEADER_LEN_FROM + (header->jump >> 8);
	if (len < offsetof(struct setup_header, handover_offset))
		return refuse(err, "its setup header is cut short");
	if (len < sizeof(*header))
		memset((uint8_t *)header + len, 0, sizeof(*header) - len);
	return 0;
}

static int check_header(const struct setup_header *header, struct err *err)
{
	uint32_t align = header->kernel_alignment;

	if (!(header->xloadflags & XLF_KERNEL_64))
		return refuse(err, "not built for x86-64");
	if (!(header->loadflags & LOADED_HIGH))
		return refuse(err, "a zImage; a bzImage is needed");
	if (header->pref_address < BOOT_ISA_END)
		return refuse(err, "wants to be loaded below 1 MiB");
	if (header->relocatable_kernel && (!align || align & (align - 1) ||
					   header->pref_address & (align - 1)))
		return refuse(err, "its preferred address is not aligned as "
				   "it says itself");
	return 0;
}

/* Signed kernels have more at the end of the file than they say: no code. */
static int find_code(const struct boot_file *file, struct bzimage *image,
		     struct err *err)
{
	unsigned sectors = image->header.setup_sects;
	uint64_t said = (uint64_t)image->header.syssize * 16, rest;

	image->offset = ((sectors ? sectors : SETUP_SECTORS_OLD) + 1) * SECTOR;
	if (file->size <= image->offset)
		return refuse(err, "the file ends before its code");
	rest = file->size - image->offset;
	if (rest + 15 < said)
		return err_set(err, -ENOEXEC,
			       "kernel: the file has %llu bytes of code and "
			       "says %llu: is it all there?",
			       (unsigned long long)rest,
			       (unsigned long long)said);
	image->size = said ? MIN(said, rest) : rest;
	if (image->size <= ENTRY_64)
		return refuse(err, "its code ends before its 64-bit entry");
	return 0;
}

static int check_room(const struct boot *boot, struct bzimage *image,
		      struct err *err)
{
	uint64_t start = image->header.pref_address;
	uint64_t need = MAX(image->header.init_size, image->size);
	uint64_t ram = vm_memory_low(boot->memory);

	if (start > ram || need > ram - start)
		return err_set(err, -ENOMEM,
			       "kernel: needs %llu KiB from address %#llx on, "
			       "and memory ends at %#llx; give the guest more "
			       "(memory:)",
			       (unsigned long long)need >> 10,
			       (unsigned long long)start,
			       (unsigned long long)ram);
	image->end = start + need;
	return 0;
}

static void write_params(const struct boot *boot, const struct bzimage *image)
{
	struct boot_range ranges[BOOT_MAX_RANGES];
	struct boot_params params = {0};
	unsigned i, count = boot_memory_map(boot, ranges);

	params.hdr = image->header;
	params.hdr.type_of_loader = LOADER_UNKNOWN;
	params.hdr.code32_start = (uint32_t)image->header.pref_address;
	params.hdr.cmd_line_ptr = BOOT_CMDLINE;
	params.hdr.ramdisk_image = (uint32_t)boot->initrd_addr;
	params.hdr.ramdisk_size =
		boot->initrd_addr ? (uint32_t)boot->initrd.size : 0;
	params.hdr.setup_data = 0; /* a pointer; the file can't know of one */
	params.acpi_rsdp_addr = boot->settings->rsdp;
	for (i = 0; i < count; i++)
		params.e820_table[i] = (struct boot_e820_entry){
			ranges[i].addr, ranges[i].size, ranges[i].type};
	params.e820_entries = (uint8_t)count;
	memcpy(boot_at(boot, BOOT_INFO), &params, sizeof(params));
}

int boot_bzimage_load(struct boot *boot, struct boot_entry *entry,
		      struct err *err)
{
	struct bzimage image = {0};
	uint64_t start;
	int code;

	code = read_header(&boot->kernel, &image, err);
	if (!code)
		code = check_header(&image.header, err);
	if (!code)
		code = find_code(&boot->kernel, &image, err);
	if (!code)
		code = check_room(boot, &image, err);
	if (!code)
		code = boot_load_rest(boot, image.end,
				      image.header.initrd_addr_max + 1ull,
				      image.header.cmdline_size, err);
	if (code)
		return code;
	start = image.header.pref_address;
	code = boot_fill(boot, &boot->kernel, image.offset, start, image.size,
			 err);
	if (code)
		return code;
	write_params(boot, &image);
	boot_write_page_tables(boot, entry);
	entry->is_long_mode = true;
	entry->rip = start + ENTRY_64;
	entry->rsi = BOOT_INFO;
	return 0;
}
