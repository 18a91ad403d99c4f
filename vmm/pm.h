/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pm.h - power management registers: switching off, and the power button
 *
 * The fixed hardware of ACPI 6.4, 4.8.3: a PM1a event block (status, enable)
 * and a PM1a control block, one behind the other at MACHINE_PORT_PM. There is
 * no timer (the FADT says so) and no general purpose event.
 */
#ifndef VMM_PM_H
#define VMM_PM_H

#include "core/err.h"
#include "vmm/machine.h"

/** PM_EVENT_LEN - bytes of the event block: FADT PM1_EVT_LEN */
#define PM_EVENT_LEN 4
/** PM_CONTROL_LEN - bytes of the control block: FADT PM1_CNT_LEN */
#define PM_CONTROL_LEN 2

/**
 * struct pm - the registers
 * @machine:	it is in
 * @range:	both blocks
 * @status:	PM1 status; the power button is bit 8, a 1 written clears it
 * @enable:	PM1 enable: what of @status raises the SCI
 * @control:	PM1 control, without SLP_EN, which reads 0
 * @sci:	level of the interrupt
 */
struct pm {
	struct machine *machine;
	struct bus_range range;
	uint16_t status;
	uint16_t enable;
	uint16_t control;
	bool sci;
};

/** pm_init() - on the machine's ports */
int pm_init(struct pm *pm, struct machine *machine, struct err *err);

/** pm_fini() - no-op when all zeros */
void pm_fini(struct pm *pm);

/** pm_reset() - as after power on, the button not pressed */
void pm_reset(struct pm *pm);

/** pm_press() - the power button */
void pm_press(struct pm *pm);

#endif
