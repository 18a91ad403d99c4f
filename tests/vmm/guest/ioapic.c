// SPDX-License-Identifier: GPL-2.0-or-later
/* ioapic.c - pins of the I/O APIC (82093AA, 3.2) */
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/text.h"

#define SELECT 0x00
#define WINDOW 0x10
#define VERSION 0x01
#define REDIRECTION 0x10
#define LEVEL 0x8000
#define MASKED 0x10000

static void ioapic_write(const struct acpi *a, unsigned index, uint32_t value)
{
	write32(a->ioapic + SELECT, index);
	write32(a->ioapic + WINDOW, value);
}

static unsigned pin_count(const struct acpi *a)
{
	write32(a->ioapic + SELECT, VERSION);
	return (read32(a->ioapic + WINDOW) >> 16 & 0xff) + 1;
}

int ioapic_route(const struct machine *m, unsigned gsi, uint8_t vector,
		 bool level)
{
	const struct acpi *a = &m->acpi;
	unsigned pin = gsi - a->ioapic_base;

	if (!a->ioapic || pin >= pin_count(a))
		return failed("the I/O APIC has no pin %u", gsi);
	ioapic_write(a, REDIRECTION + pin * 2 + 1, (uint32_t)lapic_id() << 24);
	ioapic_write(a, REDIRECTION + pin * 2, vector | (level ? LEVEL : 0));
	return 0;
}

void ioapic_mask(const struct machine *m, unsigned gsi)
{
	const struct acpi *a = &m->acpi;

	ioapic_write(a, REDIRECTION + (gsi - a->ioapic_base) * 2, MASKED);
}
