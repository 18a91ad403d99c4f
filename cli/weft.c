// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * weft.c - main() of the weft executable: a command, or a lab's labd
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd/command.h"
#include "cli/labd/labd.h"

/*
 * A program started with one of its first three descriptors closed would get
 * another file under that number, the control socket say, and print into it.
 * What stands in can't be used the way it is meant, so doing so is an error.
 */
static void fill_standard_fds(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null",
			     fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

int main(int argc, char **argv)
{
	fill_standard_fds();
	if (argc > 1 && strcmp(argv[1], "labd") == 0)
		return labd_main(argc - 1, argv + 1);
	return command_main(argc, argv);
}
