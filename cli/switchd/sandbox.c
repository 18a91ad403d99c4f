// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sandbox.c - what weft-switch gives up before it sees its first frame
 *
 * The system calls that are left: calls.c. Their filter is loaded once all
 * threads are there, on all of them at once.
 */
#include "cli/switchd/sandbox.h"

#include "cli/sandbox/privileges.h"
#include "cli/switchd/filters.h"

int sandbox_drop(const struct log *log, struct err *err)
{
	return privileges_drop(log, err);
}

int sandbox_filter(const struct log *log, struct err *err)
{
	int code = call_filter_enter(&switch_all_filter, true);

	if (!call_filter_is_there())
		log_warning(log, "this build has sanitizers: no system call "
				 "filter");
	return code ? err_set(err, code, "cannot enter the system call filter")
		    : 0;
}
