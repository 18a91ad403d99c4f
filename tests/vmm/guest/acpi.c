// SPDX-License-Identifier: GPL-2.0-or-later
/* acpi.c - finds the ACPI tables, checks them, takes what the guest needs */
#include "guest/io.h"
#include "guest/machine.h"
#include "guest/text.h"

#define HEADER_SIZE 36

/* ACPI 6.4, 5.2.9: the FADT's fields */
enum {
	FADT_DSDT = 40,
	FADT_SCI = 46,
	FADT_SMI_COMMAND = 48,
	FADT_ACPI_ENABLE = 52,
	FADT_PM1A_EVENT = 56,
	FADT_PM1A_CONTROL = 64,
	FADT_PM_TIMER = 76,
	FADT_RESET = 116, /* a generic address, then the value */
	FADT_X_DSDT = 140
};

/* ACPI 6.4, 5.2.12: the MADT's records */
enum { MADT_LAPIC = 36, MADT_RECORDS = 44, MADT_CPU = 0, MADT_IOAPIC = 1 };

static bool sums_to_zero(uint64_t at, uint32_t len)
{
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + read8(at + len));
	return !sum;
}

static bool is_signature(uint64_t at, const char *name)
{
	return !memcmp((const void *)at, name, strlen(name));
}

/* Firmware puts the RSDP on a 16-byte border in this area. */
static uint64_t search_rsdp(void)
{
	uint64_t at;

	for (at = 0xe0000; at < 0x100000; at += 16)
		if (read32(at) == 0x20445352 && is_signature(at, "RSD PTR "))
			return at;
	return 0;
}

static void find_root(struct machine *m)
{
	struct acpi *a = &m->acpi;

	if (!m->rsdp)
		m->rsdp = search_rsdp();
	if (!m->rsdp)
		return;
	a->root_is_xsdt = read8(m->rsdp + 15) >= 2 && read64(m->rsdp + 24);
	a->root = a->root_is_xsdt ? read64(m->rsdp + 24) : read32(m->rsdp + 16);
}

static uint64_t find_table(const struct acpi *a, const char *name)
{
	unsigned size = a->root_is_xsdt ? 8 : 4;
	uint64_t at = a->root + HEADER_SIZE, table;
	uint64_t end = a->root + read32(a->root + 4);

	for (; at + size <= end; at += size) {
		table = a->root_is_xsdt ? read64(at) : read32(at);
		if (is_signature(table, name))
			return table;
	}
	return 0;
}

/* The S5 package, as every compiler of ASL writes it: name, package, its length
 * in one byte, count of elements, and the first one a byte, 0 or 1. */
static int find_sleep_type(uint64_t dsdt)
{
	uint64_t at = dsdt + HEADER_SIZE, end = dsdt + read32(dsdt + 4);

	for (; at + 9 <= end; at++) {
		if (read8(at) != '_' || !is_signature(at, "_S5_"))
			continue;
		if (read8(at + 4) != 0x12 || read8(at + 5) > 0x3f)
			continue;
		if (read8(at + 7) == 0x0a)
			return read8(at + 8);
		if (read8(at + 7) <= 1)
			return read8(at + 7);
	}
	return -1;
}

static void read_fadt(struct acpi *a)
{
	uint64_t f = a->fadt;
	uint32_t len = read32(f + 4);

	a->sci = read16(f + FADT_SCI);
	a->smi_command = read32(f + FADT_SMI_COMMAND);
	a->acpi_enable = read8(f + FADT_ACPI_ENABLE);
	a->pm1a_event = (uint16_t)read32(f + FADT_PM1A_EVENT);
	a->pm1a_control = (uint16_t)read32(f + FADT_PM1A_CONTROL);
	a->pm_timer = (uint16_t)read32(f + FADT_PM_TIMER);
	a->dsdt = read32(f + FADT_DSDT);
	if (len >= FADT_RESET + 13) {
		a->reset_space = read8(f + FADT_RESET);
		a->reset_address = read64(f + FADT_RESET + 4);
		a->reset_value = read8(f + FADT_RESET + 12);
	}
	if (len >= FADT_X_DSDT + 8 && read64(f + FADT_X_DSDT))
		a->dsdt = read64(f + FADT_X_DSDT);
}

static void read_madt_record(struct acpi *a, uint64_t at)
{
	switch (read8(at)) {
	case MADT_CPU:
		if ((read32(at + 4) & 1) && a->cpus < MAX_CPUS)
			a->apic_ids[a->cpus++] = read8(at + 3);
		break;
	case MADT_IOAPIC:
		a->ioapic = read32(at + 4);
		a->ioapic_base = read32(at + 8);
		break;
	default:
		break;
	}
}

static void read_madt(struct acpi *a)
{
	uint64_t at = a->madt + MADT_RECORDS;
	uint64_t end = a->madt + read32(a->madt + 4);

	a->lapic = read32(a->madt + MADT_LAPIC);
	for (; at + 2 <= end && read8(at + 1) >= 2; at += read8(at + 1))
		read_madt_record(a, at);
}

void acpi_read(struct machine *m)
{
	struct acpi *a = &m->acpi;

	a->sleep_type = -1;
	find_root(m);
	if (!a->root)
		return;
	a->fadt = find_table(a, "FACP");
	a->madt = find_table(a, "APIC");
	if (a->fadt)
		read_fadt(a);
	if (a->madt)
		read_madt(a);
	if (a->dsdt)
		a->sleep_type = find_sleep_type(a->dsdt);
}

static int check_table(uint64_t at, const char *name)
{
	uint32_t len;

	if (!at)
		return failed("ACPI: there is no %s", name);
	len = read32(at + 4);
	if (!is_signature(at, name))
		return failed("ACPI: no %s at 0x%lx", name, at);
	if (len < HEADER_SIZE || !sums_to_zero(at, len))
		return failed("ACPI: checksum of %s", name);
	say("acpi %s at 0x%lx, %u bytes, checksum good\n", name, at, len);
	return 0;
}

int acpi_check(const struct machine *m)
{
	const struct acpi *a = &m->acpi;
	uint32_t len;

	if (!m->rsdp || !is_signature(m->rsdp, "RSD PTR "))
		return failed("ACPI: there is no RSDP");
	len = read8(m->rsdp + 15) >= 2 ? read32(m->rsdp + 20) : 20;
	if (!sums_to_zero(m->rsdp, 20) || !sums_to_zero(m->rsdp, len))
		return failed("ACPI: checksum of the RSDP");
	say("acpi RSDP at 0x%lx, checksum good\n", m->rsdp);
	if (check_table(a->root, a->root_is_xsdt ? "XSDT" : "RSDT") ||
	    check_table(a->fadt, "FACP") || check_table(a->madt, "APIC") ||
	    check_table(a->dsdt, "DSDT"))
		return -1;
	if (a->sleep_type < 0)
		return failed("ACPI: the DSDT has no S5 that can be read");
	return 0;
}
