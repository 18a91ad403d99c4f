// SPDX-License-Identifier: GPL-2.0-or-later
/* power.c - off, asleep for ever, and reset in each way that a PC knows */
#include "guest/io.h"
#include "guest/machine.h"
#include "guest/text.h"

#define DEBUG_EXIT 0xf4
#define SLP_EN 0x2000
#define SLP_TYP_SHIFT 10
#define SCI_EN 0x0001
#define I8042_STATUS 0x64
#define I8042_PULSE_RESET 0xfe
#define RESET_CONTROL 0xcf9

/* How long a port may take to act: a second or two, by a clock that need not be
 * known well. */
#define PATIENCE 3000000000ULL
#define POLLS 1000

static void give_it_time(void)
{
	uint64_t start = rdtsc();

	while (rdtsc() - start < PATIENCE)
		cpu_pause();
}

void power_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" : : : "memory");
}

void power_enable_acpi(const struct machine *m)
{
	const struct acpi *a = &m->acpi;
	unsigned i;

	if (!a->smi_command || inw(a->pm1a_control) & SCI_EN)
		return;
	outb((uint16_t)a->smi_command, a->acpi_enable);
	for (i = 0; i < POLLS && !(inw(a->pm1a_control) & SCI_EN); i++)
		cpu_pause();
}

static void acpi_off(const struct machine *m)
{
	const struct acpi *a = &m->acpi;
	uint64_t type = cmdline_number(m, "s5", (uint64_t)a->sleep_type);
	uint16_t control;

	if (!a->pm1a_control || type > 7) {
		failed("poweroff: the ACPI tables don't say how");
		return;
	}
	power_enable_acpi(m);
	control = inw(a->pm1a_control) & 0x03ff;
	control = (uint16_t)(control | type << SLP_TYP_SHIFT);
	outw(a->pm1a_control, control);
	outw(a->pm1a_control, control | SLP_EN);
	give_it_time();
	failed("poweroff: the machine still runs");
}

void power_off(const struct machine *m, int code)
{
	if (cmdline_is(m, "exit", "debug"))
		outb(DEBUG_EXIT, (uint8_t)code);
	else if (!cmdline_is(m, "exit", "halt"))
		acpi_off(m);
	power_halt();
}

static int reset_acpi(const struct acpi *a)
{
	if (!a->reset_address)
		return failed("reset: the FADT has no reset register");
	if (a->reset_space == 1)
		outb((uint16_t)a->reset_address, a->reset_value);
	else if (a->reset_space == 0)
		write8(a->reset_address, a->reset_value);
	return 0;
}

static void reset_8042(void)
{
	unsigned i;

	for (i = 0; i < 100 && inb(I8042_STATUS) & 2; i++)
		cpu_pause();
	outb(I8042_STATUS, I8042_PULSE_RESET);
}

/* No table of interrupts, so that the first one is three faults. */
static void triple_fault(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) none = {0, 0};

	__asm__ volatile("lidt %0; int3" : : "m"(none));
}

int power_reset(const struct machine *m, const char *by, size_t len)
{
	if (same(by, len, "acpi")) {
		if (reset_acpi(&m->acpi))
			return -1;
	} else if (same(by, len, "cf9")) {
		outb(RESET_CONTROL, 0x02);
		outb(RESET_CONTROL, 0x06);
	} else if (same(by, len, "8042")) {
		reset_8042();
	} else if (same(by, len, "triple")) {
		triple_fault();
	} else {
		return failed("reset: by= is acpi, cf9, 8042 or triple");
	}
	give_it_time();
	return failed("reset: the machine still runs");
}
