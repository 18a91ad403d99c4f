// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_capture_view.c - any bytes in place of a capture's stream, and of frames
 *
 * The first byte says how: as frames' words alone, or as pcapng, once as text
 * and once as JSON. What is printed goes nowhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/cmd/capture_view.h"
#include "cli/cmd/frame_text.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (!freopen("/dev/null", "w", stdout))
		abort();
	return 0;
}

static void view(const uint8_t *data, size_t size, bool json)
{
	struct capture_view *v = capture_view_create(json);
	int fd = memfd_create("stream", MFD_CLOEXEC);

	if (!v || fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    lseek(fd, 0, SEEK_SET))
		abort();
	while (capture_view_read(v, fd) == 1)
		;
	close(fd);
	capture_view_destroy(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[FRAME_TEXT_SIZE];
	uint8_t *exact;

	if (!size)
		return 0;
	exact = malloc(size); /* no byte behind the frame is read */
	if (!exact)
		abort();
	memcpy(exact, data, size);
	frame_text(exact + 1, size - 1, text);
	if (strnlen(text, sizeof(text)) == sizeof(text))
		abort();
	if (data[0] & 1)
		view(exact + 1, size - 1, data[0] & 2);
	free(exact);
	return 0;
}
