// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * weft.c - main() of the weft executable: a command, or a lab's labd
 */
#include <string.h>

#include "cli/cmd/command.h"
#include "cli/labd/labd.h"

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "labd") == 0)
		return labd_main(argc - 1, argv + 1);
	return command_main(argc, argv);
}
