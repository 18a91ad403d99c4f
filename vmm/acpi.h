/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * acpi.h - the tables that tell a guest what machine it is on (ACPI 6.4)
 *
 * RSDP, XSDT, FADT, FACS, MADT and a DSDT with the PCI root bridge, its windows
 * and interrupt routing, and the sleep state S5. No MADT means one CPU and a
 * PIC for kernels without MPPARSE; no _S5 means no poweroff.
 */
#ifndef VMM_ACPI_H
#define VMM_ACPI_H

#include "core/err.h"
#include "vmm/vm_memory.h"

/** ACPI_BASE - tables lie here, reserved in the memory map */
#define ACPI_BASE 0xe0000
/** ACPI_END - end of that room */
#define ACPI_END 0xf0000
/** ACPI_S5_TYPE - what a guest writes to SLP_TYP to switch itself off */
#define ACPI_S5_TYPE 5

/**
 * acpi_write() - put the tables into RAM
 * @cpus:	enabled CPUs, local APIC ids 0 to @cpus - 1
 * @rsdp:	gets the address of the root
 */
int acpi_write(struct vm_memory *memory, unsigned cpus, uint64_t *rsdp,
	       struct err *err);

#endif
