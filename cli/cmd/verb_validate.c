// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_validate.c - weft validate: every mistake of every file
 */
#include "cli/cmd/verbs.h"
#include "cli/lab/validate.h"

int run_validate(const struct invocation *call)
{
	const char *const *paths = (const char *const *)call->argv;

	if (option_given(call, OPTION_JSON))
		return validate_print_json(paths, (unsigned)call->argc, stdout);
	return validate_print(paths, (unsigned)call->argc, stderr);
}
