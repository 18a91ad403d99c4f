// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boot_bed.c - kernels made by hand, and RAM to put them into
 */
#include "unit/boot_bed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int boot_bed_open(struct boot_bed *bed, uint64_t memory)
{
	*bed = (struct boot_bed){.settings = {.kernel_fd = -1,
					      .initrd_fd = -1,
					      .cmdline = "quiet",
					      .rsdp = BOOT_BED_RSDP}};
	guest_memory_init(&bed->guest);
	return vm_memory_open(&bed->memory, memory, &bed->guest, &bed->err);
}

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void boot_bed_close(struct boot_bed *bed)
{
	close_file(&bed->settings.kernel_fd);
	close_file(&bed->settings.initrd_fd);
	guest_memory_clear(&bed->guest);
	vm_memory_close(&bed->memory);
}

int boot_bed_file(const void *data, size_t size)
{
	int fd = memfd_create("boot-bed", MFD_CLOEXEC);

	if (fd < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	return fd;
}

int boot_bed_load(struct boot_bed *bed, size_t len)
{
	close_file(&bed->settings.kernel_fd);
	bed->settings.kernel_fd = boot_bed_file(bed->image, len);
	bed->err = (struct err){0};
	return boot_load(&bed->memory, &bed->settings, &bed->entry, &bed->err);
}

void boot_bed_initrd(struct boot_bed *bed, uint8_t fill, size_t size)
{
	uint8_t *data = malloc(size);

	if (!data)
		abort();
	memset(data, fill, size);
	close_file(&bed->settings.initrd_fd);
	bed->settings.initrd_fd = boot_bed_file(data, size);
	free(data);
}

static void fill(uint8_t *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		data[i] = (uint8_t)(i % 251);
}

struct setup_header *boot_bed_bzimage(struct boot_bed *bed)
{
	uint8_t *image = bed->image;
	struct boot_params *params = (void *)image;
	struct setup_header *header = &params->hdr;

	memset(image, 0, BOOT_BED_IMAGE_SIZE);
	*header = (struct setup_header){
		.setup_sects = BOOT_BED_SETUP_SIZE / 512 - 1,
		.syssize = BOOT_BED_CODE_SIZE / 16,
		.boot_flag = 0xaa55,
		.header = 0x53726448,
		.version = 0x20f,
		.loadflags = LOADED_HIGH,
		.initrd_addr_max = 0x7fffffff,
		.kernel_alignment = 0x1000,
		.relocatable_kernel = 1,
		.xloadflags = XLF_KERNEL_64,
		.cmdline_size = 255,
		.pref_address = 0x100000,
		.init_size = 0x100000,
	};
	header->jump = (uint16_t)((sizeof(*header) -
				   offsetof(struct setup_header, header))
					  << 8 |
				  0xeb);
	fill(image + BOOT_BED_SETUP_SIZE, BOOT_BED_CODE_SIZE);
	memset(image + BOOT_BED_SETUP_SIZE + BOOT_BED_CODE_SIZE, 0xee,
	       BOOT_BED_IMAGE_SIZE - BOOT_BED_SETUP_SIZE - BOOT_BED_CODE_SIZE);
	return header;
}

struct boot_bed_elf *boot_bed_elf(struct boot_bed *bed)
{
	uint8_t *image = bed->image;
	struct boot_bed_elf *elf = (void *)image;

	memset(image, 0, BOOT_BED_IMAGE_SIZE);
	*elf = (struct boot_bed_elf){
		.header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64,
				       ELFDATA2LSB, EV_CURRENT},
			   .e_type = ET_EXEC,
			   .e_machine = EM_X86_64,
			   .e_version = EV_CURRENT,
			   .e_phoff = offsetof(struct boot_bed_elf, segments),
			   .e_phentsize = sizeof(Elf64_Phdr),
			   .e_phnum = BOOT_BED_SEGMENTS},
		.segments = {{.p_type = PT_LOAD,
			      .p_offset = BOOT_BED_ELF_CODE,
			      .p_paddr = 0x100000,
			      .p_filesz = 0x1000,
			      .p_memsz = 0x1000},
			     {.p_type = PT_LOAD,
			      .p_offset = BOOT_BED_ELF_CODE,
			      .p_paddr = 0x200000,
			      .p_filesz = 0x800,
			      .p_memsz = 0x5000},
			     {.p_type = PT_NOTE,
			      .p_offset = offsetof(struct boot_bed_elf, note),
			      .p_filesz = 20,
			      .p_align = 4}},
		.note = {.n_namesz = 4, .n_descsz = 4, .n_type = 18},
		.name = "Xen",
		.start = 0x100100,
	};
	fill(image + BOOT_BED_ELF_CODE,
	     BOOT_BED_IMAGE_SIZE - BOOT_BED_ELF_CODE);
	return elf;
}
