/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lz4.h - what was packed with "lz4 -l", as kernels are
 */
#ifndef CLI_IMAGE_LZ4_H
#define CLI_IMAGE_LZ4_H

#include <stddef.h>
#include <stdint.h>

/** LZ4_LEGACY_MAGIC - the first four bytes, little-endian */
#define LZ4_LEGACY_MAGIC 0x184c2102u

/**
 * lz4_unpack() - a stream in the legacy frame format
 * @in:		begins with the magic number
 * @len:	bytes of it
 * @out:	filled
 * @size:	bytes that it must come to
 *
 * Return: 0, or -EINVAL for a stream that is damaged or has another size.
 */
int lz4_unpack(const uint8_t *in, size_t len, uint8_t *out, size_t size);

#endif
