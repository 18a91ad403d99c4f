// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_capture_file.c - any file in place of a capture that is gone on with
 *
 * What is kept of it must be a whole number of blocks: opening the file again
 * keeps all of that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/labd/capture_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static off_t go_on(const char *path)
{
	struct err err;
	int fd = capture_file_open(path, true, &err);
	off_t end;

	if (fd < 0)
		abort();
	end = lseek(fd, 0, SEEK_CUR);
	close(fd);
	return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);
	char path[32];
	off_t end;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	end = go_on(path);
	if (end < 0 || (size_t)end > size || end % 4 || go_on(path) != end)
		abort();
	close(fd);
	return 0;
}
