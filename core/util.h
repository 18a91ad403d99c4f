/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * util.h - the handful of macros every room uses
 */
#ifndef CORE_UTIL_H
#define CORE_UTIL_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/** ARRAY_SIZE() - number of elements of a true array */
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/** container_of() - the object that embeds @ptr as its member @member */
#define container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/** PRINTF() - let the compiler check a printf-like function */
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#define NSEC_PER_SEC 1000000000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_USEC 1000ull

#endif
