// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * weft.c - main() of the weft command
 */
#include "cli/cmd/command.h"

int main(int argc, char **argv)
{
	return command_main(argc, argv);
}
