// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * image_paths.c - kernel and initramfs of a builtin guest for a shell script:
 * fetches and builds them if need be, prints KERNEL=, INITRD= and CMDLINE=
 */
#include <stdio.h>

#include "cli/image/initramfs.h"

static void say(struct image_progress *progress, const char *line)
{
	(void)progress;
	fprintf(stderr, "%s\n", line);
}

int main(int argc, char **argv)
{
	struct image_progress progress = {say};
	struct image_kernel kernel;
	char path[CACHE_PATH_SIZE], cmdline[1024];
	struct err err = {0};

	if (argc != 2) {
		fprintf(stderr, "usage: image_paths WEFT-INIT\n");
		return 2;
	}
	if ((image_find_kernel(&kernel, NULL, &err) &&
	     kernel_fetch(&progress, &kernel, &err)) ||
	    initramfs_build(&kernel, argv[1], path, &err) ||
	    image_cmdline("", true, cmdline, sizeof(cmdline)) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		return image_exit_code(&err);
	}
	printf("KERNEL='%s'\nINITRD='%s'\nCMDLINE='%s'\nVERSION='%s'\n",
	       kernel.path, path, cmdline, kernel.version);
	return 0;
}
