// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_unpack.c - any bytes as a bzImage; and, so that the decoder is reached
 * whatever the headers say, as a packed stream
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "cli/image/lz4.h"
#include "cli/image/unpack.h"
#include "fuzz/fuzz_ops.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_elf(const struct cache_file *elf)
{
	Elf64_Phdr segment;
	Elf64_Ehdr header;
	unsigned i;

	fuzz_check(elf->len >= sizeof(header));
	memcpy(&header, elf->data, sizeof(header));
	for (i = 0; i < header.e_phnum; i++) {
		memcpy(&segment,
		       elf->data + header.e_phoff + i * sizeof(segment),
		       sizeof(segment));
		fuzz_check(segment.p_offset <= elf->len &&
			   segment.p_filesz <= elf->len - segment.p_offset);
	}
}

static void unpack_stream(const uint8_t *data, size_t size)
{
	struct fuzz_ops ops = {data, size};
	size_t room = fuzz_take(&ops, 2);
	uint8_t *out = malloc(room + 1);

	fuzz_check(out != NULL);
	lz4_unpack(ops.data, ops.size, out, room);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);
	struct cache_file elf, image = {copy, size};
	struct err err = {0};

	fuzz_check(copy != NULL);
	memcpy(copy, data, size);
	if (unpack_kernel(&image, &elf, &err))
		fuzz_check(!elf.data && err.msg[0]);
	else
		check_elf(&elf);
	free(elf.data);
	free(copy);
	unpack_stream(data, size);
	return 0;
}
