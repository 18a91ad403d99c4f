/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * siphash.h - a short-input hash with a secret key (Aumasson, Bernstein 2012)
 *
 * For tables and cookies whose input a guest chooses.
 */
#ifndef SWITCH_SIPHASH_H
#define SWITCH_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct siphash_key - 128 secret bits
 * @k:		both halves, the first eight bytes little-endian first
 */
struct siphash_key {
	uint64_t k[2];
};

/** siphash() - SipHash-2-4 of @len bytes */
uint64_t siphash(const struct siphash_key *key, const void *data, size_t len);

#endif
