// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * i8042.c - as much of a PC's keyboard controller as resets the machine
 *
 * The controller's output 0 is the reset line of the CPU, and command 0xfe
 * pulses it: one way in which Linux restarts a PC. The status reads 0, "ready
 * for a command, nothing to read": with nobody at the port it would read as
 * "busy", and a guest would wait for that to end.
 */
#include "vmm/i8042.h"

#include <string.h>

#define COMMAND_OFFSET 4
#define COMMAND_RESET 0xfe

static uint64_t i8042_read(struct bus_range *range, uint64_t offset,
			   unsigned len)
{
	(void)range;
	(void)offset;
	(void)len;
	return 0;
}

static void i8042_data_write(struct bus_range *range, uint64_t offset,
			     unsigned len, uint64_t value)
{
	(void)range;
	(void)offset;
	(void)len;
	(void)value;
}

static void i8042_command_write(struct bus_range *range, uint64_t offset,
				unsigned len, uint64_t value)
{
	struct i8042 *i8042 = container_of(range, struct i8042, command);

	(void)offset;
	(void)len;
	if (value == COMMAND_RESET)
		machine_event(i8042->machine, MACHINE_RESET);
}

int i8042_init(struct i8042 *i8042, struct machine *machine, struct err *err)
{
	int code;

	*i8042 = (struct i8042){
		.machine = machine,
		.data = {MACHINE_PORT_I8042, 1, i8042_read, i8042_data_write},
		.command = {MACHINE_PORT_I8042 + COMMAND_OFFSET, 1, i8042_read,
			    i8042_command_write},
	};
	code = bus_add(&machine->ports, &i8042->data);
	if (!code)
		code = bus_add(&machine->ports, &i8042->command);
	if (!code)
		return 0;
	i8042_fini(i8042);
	return err_set(err, code, "cannot add the keyboard controller: %s",
		       strerror(-code));
}

void i8042_fini(struct i8042 *i8042)
{
	if (!i8042->machine)
		return;
	bus_remove(&i8042->machine->ports, &i8042->data);
	bus_remove(&i8042->machine->ports, &i8042->command);
	i8042->machine = NULL;
}
