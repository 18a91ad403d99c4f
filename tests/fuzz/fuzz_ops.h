/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_ops.h - an input that is a list of operations, read piece by piece
 */
#ifndef FUZZ_OPS_H
#define FUZZ_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * struct fuzz_ops - what is left of the input
 * @data:	next byte
 * @size:	bytes left
 */
struct fuzz_ops {
	const uint8_t *data;
	size_t size;
};

/** fuzz_check() - what must hold whatever the input is */
static inline void fuzz_check(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static inline bool fuzz_more(const struct fuzz_ops *ops)
{
	return ops->size > 0;
}

/** fuzz_take() - the next @len bytes as a number; zeros behind the end */
static inline uint64_t fuzz_take(struct fuzz_ops *ops, unsigned len)
{
	uint64_t value = 0;
	size_t n = len < ops->size ? len : ops->size;

	memcpy(&value, ops->data, n);
	ops->data += n;
	ops->size -= n;
	return value;
}

/** fuzz_width() - 1, 2, 4 or 8 */
static inline unsigned fuzz_width(struct fuzz_ops *ops)
{
	return 1u << (fuzz_take(ops, 1) & 3);
}

#endif
