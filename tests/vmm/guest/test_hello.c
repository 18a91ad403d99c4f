// SPDX-License-Identifier: GPL-2.0-or-later
/* test_hello.c - the machine as its loader and its tables describe it */
#include "guest/boot.h"
#include "guest/tests.h"
#include "guest/text.h"

static const char *const doors[] = {
	[BOOT_PVH] = "pvh",
	[BOOT_LINUX32] = "linux32",
	[BOOT_LINUX64] = "linux64",
};

static int overlap(const struct machine *m)
{
	const struct memory_range *a, *b;
	unsigned i, j;

	for (i = 0; i < m->memory_count; i++) {
		a = &m->memory[i];
		if (a->start + a->len < a->start)
			return failed("memory map: entry %u wraps", i);
		for (j = 0; j < i; j++) {
			b = &m->memory[j];
			if (a->start < b->start + b->len &&
			    b->start < a->start + a->len)
				return failed("memory map: %u and %u overlap",
					      j, i);
		}
	}
	return 0;
}

int test_hello(struct machine *m)
{
	uint64_t ram = 0;
	unsigned i;

	say("boot %s\n", doors[m->how]);
	say("cmdline '%s'\n", m->cmdline);
	for (i = 0; i < m->memory_count; i++) {
		say("memory 0x%09lx-0x%09lx type %u\n", m->memory[i].start,
		    m->memory[i].start + m->memory[i].len, m->memory[i].type);
		if (m->memory[i].type == MEMORY_RAM)
			ram += m->memory[i].len;
	}
	say("ram %lu KiB\n", ram / 1024);
	if (m->initrd_size)
		say("initrd 0x%lx, %lu bytes\n", m->initrd, m->initrd_size);
	if (!m->ram_end)
		return failed("memory map: the guest itself isn't in RAM");
	if (overlap(m) || acpi_check(m))
		return -1;
	say("cpus %u\n", m->acpi.cpus);
	return m->acpi.cpus ? 0 : failed("the MADT has no CPU");
}
