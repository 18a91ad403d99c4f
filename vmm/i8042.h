/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * i8042.h - as much of a PC's keyboard controller as resets the machine
 */
#ifndef VMM_I8042_H
#define VMM_I8042_H

#include "core/err.h"
#include "vmm/machine.h"

/**
 * struct i8042 - the controller, without keyboard and without state
 * @machine:	it is in
 * @data:	port 0x60
 * @command:	port 0x64; those in between belong to others
 */
struct i8042 {
	struct machine *machine;
	struct bus_range data;
	struct bus_range command;
};

/** i8042_init() - on the machine's ports, at MACHINE_PORT_I8042 */
int i8042_init(struct i8042 *i8042, struct machine *machine, struct err *err);

/** i8042_fini() - no-op when all zeros */
void i8042_fini(struct i8042 *i8042);

#endif
