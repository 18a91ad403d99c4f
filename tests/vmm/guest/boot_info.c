// SPDX-License-Identifier: GPL-2.0-or-later
/* boot_info.c - what the loader left: command line, memory map, tables, initrd
 */
#include "guest/boot.h"
#include "guest/io.h"
#include "guest/machine.h"
#include "guest/text.h"

#define PVH_MAGIC 0x336ec578
#define HDRS_MAGIC 0x53726448

/* struct hvm_start_info, version 1 */
enum {
	PVH_VERSION = 4,
	PVH_MODULES = 12,
	PVH_MODLIST = 16,
	PVH_CMDLINE = 24,
	PVH_RSDP = 32,
	PVH_MEMMAP = 40,
	PVH_MEMMAP_ENTRIES = 48,
	PVH_MEMMAP_ENTRY_SIZE = 24
};

/* struct boot_params, which the boot protocol calls the zero page */
enum {
	LINUX_RSDP = 0x70,
	LINUX_E820_COUNT = 0x1e8,
	LINUX_E820 = 0x2d0,
	LINUX_E820_ENTRY_SIZE = 20,
	LINUX_MAGIC = 0x202,
	LINUX_RAMDISK = 0x218,
	LINUX_RAMDISK_SIZE = 0x21c,
	LINUX_CMDLINE = 0x228
};

extern char memory_end[];

static void add_range(struct machine *m, uint64_t start, uint64_t len,
		      uint32_t type)
{
	struct memory_range *r;

	if (m->memory_count == MEMORY_RANGES)
		return;
	r = &m->memory[m->memory_count++];
	r->start = start;
	r->len = len;
	r->type = type;
	/* The guest uses the RAM that it lies in itself. */
	if (type == MEMORY_RAM && start <= 0x100000 && start + len > 0x100000)
		m->ram_end = start + len;
}

static void copy_cmdline(struct machine *m, uint64_t at)
{
	size_t len = at ? strlen((const char *)at) : 0;

	if (len >= CMDLINE_SIZE)
		len = CMDLINE_SIZE - 1;
	memcpy(m->cmdline, (const char *)at, len);
	m->cmdline[len] = '\0';
}

static int read_pvh(struct machine *m, uint64_t at)
{
	uint64_t map = read64(at + PVH_MEMMAP);
	uint32_t i, count = read32(at + PVH_MEMMAP_ENTRIES);

	if (read32(at) != PVH_MAGIC)
		return -1;
	copy_cmdline(m, read64(at + PVH_CMDLINE));
	m->rsdp = read64(at + PVH_RSDP);
	if (read32(at + PVH_MODULES)) {
		m->initrd = read64(read64(at + PVH_MODLIST));
		m->initrd_size = read64(read64(at + PVH_MODLIST) + 8);
	}
	if (read32(at + PVH_VERSION) < 1)
		return 0;
	for (i = 0; i < count; i++, map += PVH_MEMMAP_ENTRY_SIZE)
		add_range(m, read64(map), read64(map + 8), read32(map + 16));
	return 0;
}

static int read_linux(struct machine *m, uint64_t at)
{
	uint64_t entry = at + LINUX_E820;
	unsigned i, count = read8(at + LINUX_E820_COUNT);

	if (read32(at + LINUX_MAGIC) != HDRS_MAGIC)
		return -1;
	copy_cmdline(m, read32(at + LINUX_CMDLINE));
	m->rsdp = read64(at + LINUX_RSDP);
	m->initrd = read32(at + LINUX_RAMDISK);
	m->initrd_size = read32(at + LINUX_RAMDISK_SIZE);
	for (i = 0; i < count; i++, entry += LINUX_E820_ENTRY_SIZE)
		add_range(m, read64(entry), read64(entry + 8),
			  read32(entry + 16));
	return 0;
}

int boot_info_read(struct machine *m, int how, uint64_t at)
{
	int result;

	m->how = how;
	result = how == BOOT_PVH ? read_pvh(m, at) : read_linux(m, at);
	m->next_page = (uint64_t)memory_end;
	/* An initrd lies right below the end of RAM, as loaders have it. */
	if (m->initrd > m->next_page && m->initrd < m->ram_end)
		m->ram_end = m->initrd & ~0xfffULL;
	return result;
}

void *pages(struct machine *m, unsigned count)
{
	void *p = (void *)m->next_page;

	if (m->next_page + count * 4096ULL > m->ram_end) {
		failed("no memory for %u pages", count);
		power_halt();
	}
	m->next_page += count * 4096ULL;
	return memset(p, 0, count * 4096ULL);
}
