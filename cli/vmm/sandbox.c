// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sandbox.c - what weft-vmm gives up before its guest's first instruction
 *
 * The system calls that its threads have left: calls.c.
 */
#include "cli/vmm/sandbox.h"

#include "cli/sandbox/privileges.h"
#include "cli/vmm/filters.h"

int sandbox_drop(const struct log *log, struct err *err)
{
	if (privileges_hide_files())
		log_debug(log, "no empty view of the file system: this host "
			       "gives no user namespace");
	return privileges_drop(log, err);
}

int sandbox_enter(bool is_cpu)
{
	return call_filter_enter(is_cpu ? &vmm_cpu_filter : &vmm_io_filter,
				 false);
}
