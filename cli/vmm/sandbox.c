// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sandbox.c - what weft-vmm gives up before its guest's first instruction
 *
 * The system calls that its threads have left: calls.c.
 */
#include "cli/vmm/sandbox.h"

#include <string.h>

#include "cli/sandbox/privileges.h"
#include "cli/vmm/filters.h"

int sandbox_drop(const struct log *log, struct err *err)
{
	int code = privileges_hide_files();

	if (code)
		log_warning(log,
			    "files stay in sight, if not in reach: no empty "
			    "view of them: %s",
			    strerror(-code));
	return privileges_drop(log, err);
}

int sandbox_enter(bool is_cpu)
{
	return call_filter_enter(is_cpu ? &vmm_cpu_filter : &vmm_io_filter,
				 false);
}
