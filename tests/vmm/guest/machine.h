/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.h - what the guest knows of the machine it runs on */
#ifndef GUEST_MACHINE_H
#define GUEST_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMORY_RANGES 32
#define MAX_CPUS 32
#define CMDLINE_SIZE 2048

enum memory_type { MEMORY_RAM = 1 };

/* struct memory_range - one entry of the memory map, E820's types */
struct memory_range {
	uint64_t start, len;
	uint32_t type;
};

/*
 * struct acpi - what the tables said
 * @fadt: its address, 0 when there was none
 * @sleep_type: of S5, -1 when the DSDT doesn't say
 */
struct acpi {
	uint64_t root, fadt, madt, dsdt;
	bool root_is_xsdt;
	uint16_t pm1a_event, pm1a_control, pm_timer, sci;
	uint32_t smi_command;
	uint8_t acpi_enable;
	int sleep_type;
	uint8_t reset_space, reset_value;
	uint64_t reset_address;
	uint64_t lapic, ioapic;
	uint32_t ioapic_base;
	unsigned cpus;
	uint8_t apic_ids[MAX_CPUS];
};

/*
 * struct machine - everything; made by guest_main(), handed to each test
 * @how: the door the guest came in by
 * @cmdline: a copy: the loader's may lie where the guest wants something else
 * @patience_ms: how long a device may take to answer
 * @tally: what a test that goes from device to device counts
 * @next_page: all RAM from here to @ram_end is free
 */
struct machine {
	int how;
	char cmdline[CMDLINE_SIZE];
	struct memory_range memory[MEMORY_RANGES];
	unsigned memory_count;
	uint64_t ram_end, next_page;
	uint64_t initrd, initrd_size;
	uint64_t rsdp;
	struct acpi acpi;
	uint64_t tsc_khz, tsc_start;
	uint64_t patience_ms;
	void *tally;
};

/* boot_info_read() - what the loader left at @at; -1 when it can't be that */
int boot_info_read(struct machine *m, int how, uint64_t at);

/* pages() - @count zeroed pages of RAM, never given back */
void *pages(struct machine *m, unsigned count);

/* cmdline_word() - the value of "key=" or NULL; "key" alone is an empty value.
 * @len gets its length. A later one wins. */
const char *cmdline_word(const struct machine *m, const char *key, size_t *len);
bool cmdline_has(const struct machine *m, const char *key);
bool cmdline_is(const struct machine *m, const char *key, const char *value);
/* cmdline_address() - a.b.c.d as a number, 0 when there is none */
uint32_t cmdline_address(const struct machine *m, const char *key);
uint64_t cmdline_number(const struct machine *m, const char *key,
			uint64_t fallback);

/* acpi_read() - finds the tables and takes from them what the guest uses;
 * silent, what is missing stays 0 */
void acpi_read(struct machine *m);

/* acpi_check() - the tables' checksums and signatures; says each, -1 when one
 * is wrong or missing */
int acpi_check(const struct machine *m);

/* power_off() - as the command line's exit= has it, else by ACPI; never
 * returns.
 * @code: 0 when all went well; only exit=debug can tell it */
void power_off(const struct machine *m, int code) __attribute__((noreturn));

/* power_enable_acpi() - where firmware has its own ideas of power management,
 * it is asked to leave it to us */
void power_enable_acpi(const struct machine *m);

/* power_halt() - interrupts off, asleep for ever */
void power_halt(void) __attribute__((noreturn));

/* power_reset() - by "acpi", "cf9", "8042" or "triple"; returns when that
 * didn't work */
int power_reset(const struct machine *m, const char *by, size_t len);

#endif
