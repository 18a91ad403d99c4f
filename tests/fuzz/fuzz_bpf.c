// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_bpf.c - any bytes as a filter and the frame that it looks at
 *
 * The first byte says how many instructions follow, in eights of bytes as they
 * are in memory; the rest is the frame.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "switch/capture/bpf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sock_filter program[256];
	struct bpf_frame frame;
	int64_t part, whole;
	unsigned count;
	uint8_t *copy;

	if (!size)
		return 0;
	count = (unsigned)MIN(data[0], (size - 1) / sizeof(program[0]));
	memcpy(program, data + 1, count * sizeof(program[0]));
	if (!bpf_is_valid(program, count))
		return 0;
	size -= 1 + count * sizeof(program[0]);
	/* of its very size, so that a byte too far is seen */
	copy = malloc(size + 1);
	if (!copy)
		return 0;
	memcpy(copy, data + 1 + count * sizeof(program[0]), size);
	copy = realloc(copy, size ? size : 1);
	frame = (struct bpf_frame){copy, size / 2, (uint32_t)size};
	part = bpf_run(program, &frame);
	frame.have = size;
	whole = bpf_run(program, &frame);
	/* With all at hand nothing lacks; with less, no other answer. */
	if (whole == BPF_NEED_MORE || (part != BPF_NEED_MORE && part != whole))
		abort();
	free(copy);
	return 0;
}
