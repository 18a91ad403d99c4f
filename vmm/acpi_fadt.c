// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * acpi_fadt.c - fixed hardware (ACPI 6.4, 5.2.9), and the FACS (5.2.10)
 *
 * What is said not to be here is what a kernel doesn't wait for: no PM timer,
 * no keyboard controller to probe, no clock in CMOS, no VGA.
 */
#include "vmm/acpi_internal.h"

#include <string.h>

#include "vmm/machine.h"
#include "vmm/pm.h"

#define FADT_REVISION 6
#define FADT_MINOR 4
#define FACS_VERSION 2
#define FACS_ALIGN 64u

/* Above what the sleep states C2 and C3 may take: there are none. */
#define NO_C2_LATENCY 101
#define NO_C3_LATENCY 1001
#define RESET_VALUE 6 /* of the reset control register of PCs */

/* IAPC_BOOT_ARCH (5.2.9.3) */
#define LEGACY_DEVICES (1u << 0) /* a serial port at its place */
#define VGA_NOT_PRESENT (1u << 2)
#define CMOS_RTC_NOT_PRESENT (1u << 5)

/* Feature flags (5.2.9) */
#define WBINVD (1u << 0)
#define PROC_C1 (1u << 2)
#define NO_FIXED_SLEEP_BUTTON (1u << 5)
#define NO_FIXED_RTC_WAKE (1u << 6)
#define RESET_REG_SUP (1u << 10)

#define SPACE_PORTS 1
#define ACCESS_8 1
#define ACCESS_16 2

/**
 * struct generic_address - 5.2.3.2
 * @space:	SPACE_PORTS
 * @bit_width:	of the register
 * @bit_offset:	0
 * @access:	ACCESS_*
 * @addr:	port; 0: there is no such register
 */
struct generic_address {
	uint8_t space;
	uint8_t bit_width;
	uint8_t bit_offset;
	uint8_t access;
	uint64_t addr;
} __attribute__((packed));

/**
 * struct fadt - behind the header: offsets count from there
 * @facs:	address of it
 * @dsdt:	address of it
 * @reserved:	0
 * @profile:	0: unspecified
 * @sci:	GSI of the system control interrupt
 * @smi_command: 0: ACPI mode is the only one
 * @acpi_enable: not used then, as all up to @pstate_control
 * @acpi_disable: likewise
 * @s4_bios:	likewise
 * @pstate_control: likewise
 * @pm1a_event:	port of status and enable
 * @pm1b_event:	none
 * @pm1a_control: port of control
 * @pm1b_control: none
 * @pm2_control: none
 * @pm_timer:	none
 * @gpe0:	none
 * @gpe1:	none
 * @pm1_event_len: of both registers together
 * @pm1_control_len: of the register
 * @pm2_control_len: 0
 * @pm_timer_len: 0: the timer is not supported
 * @gpe0_len:	0
 * @gpe1_len:	0
 * @gpe1_base:	0
 * @cstate_control: 0
 * @c2_latency:	NO_C2_LATENCY
 * @c3_latency:	NO_C3_LATENCY
 * @flush_size:	0: WBINVD works
 * @flush_stride: 0
 * @duty_offset: 0
 * @duty_width:	0
 * @day_alarm:	0: no clock
 * @month_alarm: 0
 * @century:	0
 * @boot_arch:	IAPC_BOOT_ARCH
 * @reserved2:	0
 * @flags:	feature flags
 * @reset:	register
 * @reset_value: to be written there
 * @arm_boot_arch: 0
 * @minor:	of the table's version
 * @x_facs:	0: @facs is valid
 * @x_dsdt:	the same as @dsdt
 * @x_pm1a_event: the same as @pm1a_event
 * @x_pm1b_event: none
 * @x_pm1a_control: the same as @pm1a_control
 * @x_pm1b_control: none
 * @x_pm2_control: none
 * @x_pm_timer:	none
 * @x_gpe0:	none
 * @x_gpe1:	none
 * @sleep_control: none
 * @sleep_status: none
 * @hypervisor:	0: not told here
 */
struct fadt {
	uint32_t facs;
	uint32_t dsdt;
	uint8_t reserved;
	uint8_t profile;
	uint16_t sci;
	uint32_t smi_command;
	uint8_t acpi_enable;
	uint8_t acpi_disable;
	uint8_t s4_bios;
	uint8_t pstate_control;
	uint32_t pm1a_event;
	uint32_t pm1b_event;
	uint32_t pm1a_control;
	uint32_t pm1b_control;
	uint32_t pm2_control;
	uint32_t pm_timer;
	uint32_t gpe0;
	uint32_t gpe1;
	uint8_t pm1_event_len;
	uint8_t pm1_control_len;
	uint8_t pm2_control_len;
	uint8_t pm_timer_len;
	uint8_t gpe0_len;
	uint8_t gpe1_len;
	uint8_t gpe1_base;
	uint8_t cstate_control;
	uint16_t c2_latency;
	uint16_t c3_latency;
	uint16_t flush_size;
	uint16_t flush_stride;
	uint8_t duty_offset;
	uint8_t duty_width;
	uint8_t day_alarm;
	uint8_t month_alarm;
	uint8_t century;
	uint16_t boot_arch;
	uint8_t reserved2;
	uint32_t flags;
	struct generic_address reset;
	uint8_t reset_value;
	uint16_t arm_boot_arch;
	uint8_t minor;
	uint64_t x_facs;
	uint64_t x_dsdt;
	struct generic_address x_pm1a_event;
	struct generic_address x_pm1b_event;
	struct generic_address x_pm1a_control;
	struct generic_address x_pm1b_control;
	struct generic_address x_pm2_control;
	struct generic_address x_pm_timer;
	struct generic_address x_gpe0;
	struct generic_address x_gpe1;
	struct generic_address sleep_control;
	struct generic_address sleep_status;
	uint64_t hypervisor;
} __attribute__((packed));

static_assert(sizeof(struct acpi_header) + sizeof(struct fadt) == 276, "");

/**
 * struct facs - firmware ACPI control structure (5.2.10)
 * @signature:	"FACS"
 * @length:	of it
 * @hardware:	signature of the hardware: it never changes
 * @waking_vector: written by an OS that sleeps
 * @global_lock: between OS and firmware
 * @flags:	0: S4BIOS_REQ is not supported
 * @x_waking_vector: as @waking_vector
 * @version:	FACS_VERSION
 * @reserved:	0
 */
struct facs {
	char signature[4];
	uint32_t length;
	uint32_t hardware;
	uint32_t waking_vector;
	uint32_t global_lock;
	uint32_t flags;
	uint64_t x_waking_vector;
	uint8_t version;
	uint8_t reserved[31];
} __attribute__((packed));

static_assert(sizeof(struct facs) == 64, "");
static_assert(ACPI_BASE % FACS_ALIGN == 0, "");

/* Linux gives ACPI up without one; sleep and its lock are not used. */
static uint32_t add_facs(struct acpi_image *image)
{
	static const uint8_t zeros[FACS_ALIGN];
	const struct facs facs = {.signature = {'F', 'A', 'C', 'S'},
				  .length = sizeof(facs),
				  .version = FACS_VERSION};

	acpi_put(image, zeros, -image->len % FACS_ALIGN);
	acpi_put(image, &facs, sizeof(facs));
	return (uint32_t)(ACPI_BASE + image->len - sizeof(facs));
}

static struct generic_address port(uint16_t port, unsigned bytes,
				   uint8_t access)
{
	return (struct generic_address){.space = SPACE_PORTS,
					.bit_width = (uint8_t)(bytes * 8),
					.access = access,
					.addr = port};
}

static void fill_registers(struct fadt *fadt)
{
	const uint16_t event = MACHINE_PORT_PM;
	const uint16_t control = MACHINE_PORT_PM + PM_EVENT_LEN;

	fadt->sci = MACHINE_GSI_SCI;
	fadt->pm1a_event = event;
	fadt->pm1_event_len = PM_EVENT_LEN;
	fadt->x_pm1a_event = port(event, PM_EVENT_LEN, ACCESS_16);
	fadt->pm1a_control = control;
	fadt->pm1_control_len = PM_CONTROL_LEN;
	fadt->x_pm1a_control = port(control, PM_CONTROL_LEN, ACCESS_16);
	fadt->reset = port(MACHINE_PORT_RESET, 1, ACCESS_8);
	fadt->reset_value = RESET_VALUE;
}

/* PWR_BUTTON (bit 4) is clear: there is one, and it is fixed hardware. */
uint64_t acpi_add_fadt(struct acpi_image *image, uint64_t dsdt)
{
	struct fadt fadt = {
		.facs = add_facs(image),
		.dsdt = (uint32_t)dsdt,
		.x_dsdt = dsdt,
		.c2_latency = NO_C2_LATENCY,
		.c3_latency = NO_C3_LATENCY,
		.boot_arch =
			LEGACY_DEVICES | VGA_NOT_PRESENT | CMOS_RTC_NOT_PRESENT,
		.flags = WBINVD | PROC_C1 | NO_FIXED_SLEEP_BUTTON |
			 NO_FIXED_RTC_WAKE | RESET_REG_SUP,
		.minor = FADT_MINOR,
	};
	size_t start = acpi_begin(image, "FACP", FADT_REVISION);

	fill_registers(&fadt);
	acpi_put(image, &fadt, sizeof(fadt));
	return acpi_end(image, start);
}
