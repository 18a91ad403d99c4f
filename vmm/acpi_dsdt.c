// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * acpi_dsdt.c - the devices that can't be discovered, in AML (ACPI 6.4,
 * 5.2.11.1): the root of PCI and the serial port
 *
 * No methods: nothing here is ever computed, so a guest has nothing to
 * interpret but names.
 */
#include "vmm/acpi_internal.h"

#include "vmm/pci.h"

#define DSDT_REVISION 2 /* integers have 64 bits */
#define SERIAL_PORTS 8
#define PCI_CONFIG_PORTS 8
#define PRT_ANY_FUNCTION 0xffffu

/* What a guest writes to SLP_TYP to switch itself off (7.4.2.5) */
static void add_s5(struct aml *aml)
{
	aml_name(aml, "_S5_");
	aml_package(aml, 4);
	aml_integer(aml, ACPI_S5_TYPE);
	aml_integer(aml, ACPI_S5_TYPE); /* of PM1b, which is not there */
	aml_integer(aml, 0);
	aml_integer(aml, 0);
	aml_end(aml);
}

/* _CRS (6.2.2): the address ports are the bridge's own, all others it hands on
 */
static void add_windows(struct aml *aml)
{
	aml_name(aml, "_CRS");
	aml_template(aml);
	aml_buses(aml, 0, 0);
	aml_ports(aml, MACHINE_PORT_PCI, PCI_CONFIG_PORTS);
	aml_port_window(aml, 0, MACHINE_PORT_PCI - 1);
	aml_port_window(aml, MACHINE_PORT_PCI + PCI_CONFIG_PORTS, UINT16_MAX);
	aml_memory_window(aml, (uint32_t)MACHINE_PCI_START,
			  (uint32_t)MACHINE_PCI_END - 1);
	aml_template_end(aml);
}

/* _PRT (6.2.13): INTA of each slot but the bridge's, right to a GSI */
static void add_routing(struct aml *aml)
{
	unsigned slot;

	aml_name(aml, "_PRT");
	aml_package(aml, PCI_SLOTS - 1);
	for (slot = 1; slot < PCI_SLOTS; slot++) {
		aml_package(aml, 4);
		aml_integer(aml, slot << 16 | PRT_ANY_FUNCTION);
		aml_integer(aml, 0); /* INTA */
		aml_integer(aml, 0); /* the source is a GSI */
		aml_integer(aml, MACHINE_GSI_PCI + slot % MACHINE_GSI_PCI_PINS);
		aml_end(aml);
	}
	aml_end(aml);
}

static void add_pci(struct aml *aml)
{
	aml_device(aml, "PCI0");
	aml_name(aml, "_HID");
	aml_eisa_id(aml, "PNP0A03");
	aml_name(aml, "_UID");
	aml_integer(aml, 0);
	aml_name(aml, "_BBN");
	aml_integer(aml, 0);
	aml_name(aml, "_SEG");
	aml_integer(aml, 0);
	add_windows(aml);
	add_routing(aml);
	aml_end(aml);
}

static void add_serial(struct aml *aml)
{
	aml_device(aml, "COM1");
	aml_name(aml, "_HID");
	aml_eisa_id(aml, "PNP0501");
	aml_name(aml, "_UID");
	aml_integer(aml, 0);
	aml_name(aml, "_CRS");
	aml_template(aml);
	aml_ports(aml, MACHINE_PORT_SERIAL, SERIAL_PORTS);
	aml_irq(aml, MACHINE_GSI_SERIAL);
	aml_template_end(aml);
	aml_end(aml);
}

uint64_t acpi_add_dsdt(struct acpi_image *image)
{
	size_t start = acpi_begin(image, "DSDT", DSDT_REVISION);
	struct aml aml;

	aml_init(&aml, image->bytes + image->len,
		 sizeof(image->bytes) - image->len);
	add_s5(&aml);
	aml_scope(&aml, "_SB_");
	add_pci(&aml);
	add_serial(&aml);
	aml_end(&aml);
	image->len += aml.len;
	image->is_full |= aml.is_full;
	return acpi_end(image, start);
}
