// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * acpi_dump.c - writes each ACPI table of a machine to a file, for a
 * disassembler
 * usage: acpi_dump CPUS FOLDER
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "vmm/acpi.h"

#define TABLES 5

static uint64_t le(const uint8_t *at, unsigned len)
{
	uint64_t value = 0;

	memcpy(&value, at, len);
	return value;
}

static int save(const char *folder, const char *name, const uint8_t *table,
		size_t len)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%.4s.dat", folder, name);
	file = fopen(path, "wb");
	if (!file || fwrite(table, 1, len, file) != len || fclose(file)) {
		perror(path);
		return -1;
	}
	return 0;
}

/* Every table but the first has its name and its length in front. */
static int save_table(const char *folder, const struct vm_memory *memory,
		      uint64_t gpa)
{
	const uint8_t *table = memory->host + gpa;

	return save(folder, (const char *)table, table, le(table + 4, 4));
}

static int dump(const char *folder, const struct vm_memory *memory,
		uint64_t rsdp)
{
	const uint8_t *root = memory->host + rsdp;
	uint64_t xsdt = le(root + 24, 8);
	uint64_t fadt = le(memory->host + xsdt + 36, 8);
	uint64_t madt = le(memory->host + xsdt + 44, 8);
	const uint64_t tables[TABLES] = {xsdt, fadt, madt,
					 le(memory->host + fadt + 36, 4),
					 le(memory->host + fadt + 140, 8)};
	unsigned i;

	if (save(folder, "RSDP", root, 36))
		return -1;
	for (i = 0; i < TABLES; i++) {
		if (save_table(folder, memory, tables[i]))
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct guest_memory guest;
	struct vm_memory memory;
	struct err err = {0};
	uint64_t rsdp;
	int code;

	if (argc != 3) {
		fprintf(stderr, "usage: acpi_dump CPUS FOLDER\n");
		return 2;
	}
	guest_memory_init(&guest);
	code = vm_memory_open(&memory, VM_MEMORY_MIN, &guest, &err);
	if (!code)
		code = acpi_write(&memory, (unsigned)atoi(argv[1]), &rsdp,
				  &err);
	if (code)
		fprintf(stderr, "%s\n", err.msg);
	else
		code = dump(argv[2], &memory, rsdp);
	guest_memory_clear(&guest);
	vm_memory_close(&memory);
	return code ? 1 : 0;
}
