// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pm.c - power management registers: switching off, and the power button
 *
 * Registers are bytes here, each access is taken apart: guests write words, but
 * nothing keeps one from writing half of one, or all three at once.
 */
#include "vmm/pm.h"

#include <string.h>

#include "vmm/acpi.h"

/* ACPI 6.4, tables 4.16 to 4.18 */
#define STATUS_BUTTON 0x0100
#define ENABLE_MASK 0x0521 /* what else there is reads back, no more */
#define CONTROL_SCI_EN 0x0001
#define CONTROL_MASK 0x1c02 /* SLP_TYP, BM_RLD */
#define CONTROL_SLP_TYP_SHIFT 10
#define CONTROL_SLP_EN 0x2000

static void pm_update_sci(struct pm *pm)
{
	bool sci = pm->status & pm->enable;

	if (sci == pm->sci)
		return;
	pm->sci = sci;
	pm->machine->ops->irq_set(pm->machine, MACHINE_GSI_SCI, sci);
}

static uint64_t pm_registers(const struct pm *pm)
{
	return pm->status | (uint64_t)pm->enable << 16 |
	       (uint64_t)pm->control << 32;
}

static uint64_t pm_read(struct bus_range *range, uint64_t offset, unsigned len)
{
	const struct pm *pm = container_of(range, struct pm, range);
	uint64_t value = pm_registers(pm) >> 8 * offset;

	return len < 8 ? value & ((1ull << 8 * len) - 1) : value;
}

/* Sleep states but S5 are not offered, so asking for one does nothing. */
static void pm_control(struct pm *pm, uint16_t value)
{
	unsigned type = (value & CONTROL_MASK) >> CONTROL_SLP_TYP_SHIFT;

	pm->control = (value & CONTROL_MASK) | CONTROL_SCI_EN;
	if (value & CONTROL_SLP_EN && type == ACPI_S5_TYPE)
		machine_event(pm->machine, MACHINE_POWER_OFF);
}

static void pm_write(struct bus_range *range, uint64_t offset, unsigned len,
		     uint64_t value)
{
	struct pm *pm = container_of(range, struct pm, range);
	uint64_t written = ((1ull << 8 * len) - 1) << 8 * offset;
	uint64_t now = pm_registers(pm);
	uint64_t then = (now & ~written) | (value << 8 * offset & written);

	/* A 1 clears a status bit, so those that were not written are 0. */
	pm->status &= ~(uint16_t)(then & written);
	pm->enable = (uint16_t)(then >> 16) & ENABLE_MASK;
	if (written >> 32)
		pm_control(pm, (uint16_t)(then >> 32));
	pm_update_sci(pm);
}

int pm_init(struct pm *pm, struct machine *machine, struct err *err)
{
	int code;

	*pm = (struct pm){
		.machine = machine,
		.range = {MACHINE_PORT_PM, PM_EVENT_LEN + PM_CONTROL_LEN,
			  pm_read, pm_write},
		.control = CONTROL_SCI_EN,
	};
	code = bus_add(&machine->ports, &pm->range);
	if (!code)
		return 0;
	pm->machine = NULL;
	return err_set(err, code, "cannot add power management: %s",
		       strerror(-code));
}

void pm_fini(struct pm *pm)
{
	if (!pm->machine)
		return;
	bus_remove(&pm->machine->ports, &pm->range);
	pm->machine = NULL;
}

void pm_reset(struct pm *pm)
{
	pm->status = 0;
	pm->enable = 0;
	pm->control = CONTROL_SCI_EN;
	pm_update_sci(pm);
}

void pm_press(struct pm *pm)
{
	pm->status |= STATUS_BUTTON;
	pm_update_sci(pm);
}
