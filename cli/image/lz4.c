// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lz4.c - what was packed with "lz4 -l", as kernels are
 *
 * Written after lz4's doc/lz4_Block_format.md and doc/lz4_Frame_format.md
 * ("Legacy frame"). A stream is a magic number and blocks with their length. A
 * block is sequences: a token with two lengths of four bits, literals, and how
 * far back to copy from; the last one ends behind its literals. Blocks know
 * nothing of one another.
 */
#include "cli/image/lz4.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/util.h"

#define BLOCK_MAX (8u << 20)
#define LENGTH_GOES_ON 15u
#define BYTE_GOES_ON 255u
#define MATCH_MIN 4u

/**
 * struct block - one that is being unpacked
 * @in:		next byte
 * @in_end:	end of it
 * @begin:	where it began to be written
 * @out:	next byte
 * @out_end:	end of the room
 */
struct block {
	const uint8_t *in;
	const uint8_t *in_end;
	const uint8_t *begin;
	uint8_t *out;
	uint8_t *out_end;
};

static uint32_t le32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
	       (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Can't overflow: each byte that was read adds 255 at most. */
static bool read_length(struct block *block, size_t *len)
{
	uint8_t byte = BYTE_GOES_ON;

	if (*len != LENGTH_GOES_ON)
		return true;
	while (byte == BYTE_GOES_ON) {
		if (block->in == block->in_end)
			return false;
		byte = *block->in++;
		*len += byte;
	}
	return true;
}

static bool copy_literals(struct block *block, size_t len)
{
	if (!read_length(block, &len) ||
	    len > (size_t)(block->in_end - block->in) ||
	    len > (size_t)(block->out_end - block->out))
		return false;
	memcpy(block->out, block->in, len);
	block->in += len;
	block->out += len;
	return true;
}

/* Source and target overlap where a pattern is repeated. */
static void repeat(uint8_t *to, size_t back, size_t len)
{
	while (len) {
		size_t n = MIN(len, back);

		memcpy(to, to - back, n);
		to += n;
		len -= n;
		back += n;
	}
}

static bool copy_match(struct block *block, size_t len)
{
	size_t back;

	if (block->in_end - block->in < 2)
		return false;
	back = block->in[0] | (size_t)block->in[1] << 8;
	block->in += 2;
	if (!read_length(block, &len))
		return false;
	len += MATCH_MIN;
	if (!back || back > (size_t)(block->out - block->begin) ||
	    len > (size_t)(block->out_end - block->out))
		return false;
	repeat(block->out, back, len);
	block->out += len;
	return true;
}

static bool unpack_block(struct block *block)
{
	while (block->in < block->in_end) {
		uint8_t token = *block->in++;

		if (!copy_literals(block, token >> 4))
			return false;
		if (block->in == block->in_end)
			return true;
		if (!copy_match(block, token & 0xf))
			return false;
	}
	return false;
}

int lz4_unpack(const uint8_t *in, size_t len, uint8_t *out, size_t size)
{
	const uint8_t *end = in + len;
	uint8_t *out_end = out + size;

	if (len < 4 || le32(in) != LZ4_LEGACY_MAGIC)
		return -EINVAL;
	for (in += 4; end - in >= 4;) {
		size_t n = le32(in);
		struct block block = {.in = in + 4, .begin = out, .out = out};

		if (n > (size_t)(end - block.in))
			return -EINVAL;
		block.in_end = block.in + n;
		block.out_end = out + MIN(BLOCK_MAX, (size_t)(out_end - out));
		if (!unpack_block(&block))
			return -EINVAL;
		in = block.in_end;
		out = block.out;
	}
	return in == end && out == out_end ? 0 : -EINVAL;
}
