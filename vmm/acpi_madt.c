// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * acpi_madt.c - interrupt controllers, and so the CPUs (ACPI 6.4, 5.2.12)
 *
 * They are KVM's own: a local APIC for each CPU, one IOAPIC, two PICs. IRQ n is
 * pin n of the IOAPIC; the override of IRQ 0 by pin 2 that PCs have is missing
 * because KVM's timer is on pin 0.
 */
#include "vmm/acpi_internal.h"

#include "vmm/machine.h"

#define MADT_REVISION 5
#define LAPIC_ADDR 0xfee00000u
#define IOAPIC_ADDR 0xfec00000u
#define PCAT_COMPAT 1u /* there are PICs, which must be masked */
#define CPU_ENABLED 1u
#define LAPIC_ID_MAX 254u        /* 255 is all of them */
#define NMI_PIN 1                /* LINT1, as on a PC */
#define OVERRIDE_LEVEL_HIGH 0xdu /* level-triggered, active high */

enum {
	MADT_LAPIC = 0,
	MADT_IOAPIC = 1,
	MADT_OVERRIDE = 2,
	MADT_LAPIC_NMI = 4,
	MADT_X2APIC = 9,
	MADT_X2APIC_NMI = 10,
};

/**
 * struct madt_lapic - 5.2.12.2
 * @type:	MADT_LAPIC
 * @length:	of it
 * @uid:	of the processor
 * @id:		of the local APIC
 * @flags:	CPU_ENABLED
 */
struct madt_lapic {
	uint8_t type;
	uint8_t length;
	uint8_t uid;
	uint8_t id;
	uint32_t flags;
} __attribute__((packed));

/**
 * struct madt_x2apic - 5.2.12.12: where a byte is too short
 * @type:	MADT_X2APIC
 * @length:	of it
 * @reserved:	0
 * @id:		of the local APIC
 * @flags:	CPU_ENABLED
 * @uid:	of the processor
 */
struct madt_x2apic {
	uint8_t type;
	uint8_t length;
	uint16_t reserved;
	uint32_t id;
	uint32_t flags;
	uint32_t uid;
} __attribute__((packed));

/**
 * struct madt_ioapic - 5.2.12.3
 * @type:	MADT_IOAPIC
 * @length:	of it
 * @id:		as KVM has it
 * @reserved:	0
 * @addr:	of its registers
 * @gsi:	of its pin 0
 */
struct madt_ioapic {
	uint8_t type;
	uint8_t length;
	uint8_t id;
	uint8_t reserved;
	uint32_t addr;
	uint32_t gsi;
} __attribute__((packed));

/**
 * struct madt_override - 5.2.12.5: an IRQ that is not as ISA has it
 * @type:	MADT_OVERRIDE
 * @length:	of it
 * @bus:	0: ISA
 * @irq:	which
 * @gsi:	its pin
 * @flags:	its polarity and trigger mode
 */
struct madt_override {
	uint8_t type;
	uint8_t length;
	uint8_t bus;
	uint8_t irq;
	uint32_t gsi;
	uint16_t flags;
} __attribute__((packed));

/**
 * struct madt_nmi - 5.2.12.7: the pin of local APICs that an NMI comes by
 * @type:	MADT_LAPIC_NMI
 * @length:	of it
 * @uid:	0xff: all processors
 * @flags:	0: as the bus has it
 * @pin:	LINTn
 */
struct madt_nmi {
	uint8_t type;
	uint8_t length;
	uint8_t uid;
	uint16_t flags;
	uint8_t pin;
} __attribute__((packed));

/**
 * struct madt_x2nmi - 5.2.12.13: likewise
 * @type:	MADT_X2APIC_NMI
 * @length:	of it
 * @flags:	0: as the bus has it
 * @uid:	all ones: all processors
 * @pin:	LINTn
 * @reserved:	0
 */
struct madt_x2nmi {
	uint8_t type;
	uint8_t length;
	uint16_t flags;
	uint32_t uid;
	uint8_t pin;
	uint8_t reserved[3];
} __attribute__((packed));

static_assert(sizeof(struct madt_lapic) == 8, "");
static_assert(sizeof(struct madt_x2apic) == 16, "");
static_assert(sizeof(struct madt_ioapic) == 12, "");
static_assert(sizeof(struct madt_override) == 10, "");
static_assert(sizeof(struct madt_nmi) == 6, "");
static_assert(sizeof(struct madt_x2nmi) == 12, "");

static void add_cpu(struct acpi_image *image, unsigned id)
{
	struct madt_lapic lapic = {MADT_LAPIC, sizeof(lapic), (uint8_t)id,
				   (uint8_t)id, CPU_ENABLED};
	struct madt_x2apic x2apic = {.type = MADT_X2APIC,
				     .length = sizeof(x2apic),
				     .id = id,
				     .flags = CPU_ENABLED,
				     .uid = id};

	if (id <= LAPIC_ID_MAX)
		acpi_put(image, &lapic, sizeof(lapic));
	else
		acpi_put(image, &x2apic, sizeof(x2apic));
}

static void add_nmi(struct acpi_image *image, bool has_x2apic)
{
	struct madt_nmi nmi = {.type = MADT_LAPIC_NMI,
			       .length = sizeof(nmi),
			       .uid = 0xff,
			       .pin = NMI_PIN};
	struct madt_x2nmi x2nmi = {.type = MADT_X2APIC_NMI,
				   .length = sizeof(x2nmi),
				   .uid = UINT32_MAX,
				   .pin = NMI_PIN};

	acpi_put(image, &nmi, sizeof(nmi));
	if (has_x2apic)
		acpi_put(image, &x2nmi, sizeof(x2nmi));
}

uint64_t acpi_add_madt(struct acpi_image *image, unsigned cpus)
{
	const uint32_t lapic[] = {LAPIC_ADDR, PCAT_COMPAT};
	struct madt_ioapic ioapic = {.type = MADT_IOAPIC,
				     .length = sizeof(ioapic),
				     .addr = IOAPIC_ADDR};
	struct madt_override sci = {.type = MADT_OVERRIDE,
				    .length = sizeof(sci),
				    .irq = MACHINE_GSI_SCI,
				    .gsi = MACHINE_GSI_SCI,
				    .flags = OVERRIDE_LEVEL_HIGH};
	size_t start = acpi_begin(image, "APIC", MADT_REVISION);
	unsigned i;

	acpi_put(image, lapic, sizeof(lapic));
	for (i = 0; i < cpus && !image->is_full; i++)
		add_cpu(image, i);
	acpi_put(image, &ioapic, sizeof(ioapic));
	acpi_put(image, &sci, sizeof(sci));
	add_nmi(image, cpus > LAPIC_ID_MAX + 1);
	return acpi_end(image, start);
}
