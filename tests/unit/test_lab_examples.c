// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_examples.c - the lab files that we hand out are valid: argv names
 * them
 */
#include "cli/exit_code.h"
#include "cli/lab/validate.h"

int main(int argc, char **argv)
{
	const char *const *paths = (const char *const *)argv + 1;

	if (argc < 2)
		return 1;
	return validate_print(paths, (unsigned)argc - 1, stdout) != EXIT_DONE;
}
