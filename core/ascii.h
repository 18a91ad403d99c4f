/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ascii.h - letters of names on the wire: ASCII, whatever the locale says
 */
#ifndef CORE_ASCII_H
#define CORE_ASCII_H

#include <stdbool.h>
#include <stdint.h>

/** ascii_lower() - @c, in lower case if it is a letter of ASCII */
static inline char ascii_lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/** ascii_is_alnum() - is @c a letter or digit of ASCII? */
static inline bool ascii_is_alnum(uint8_t c)
{
	uint8_t low = (uint8_t)ascii_lower(c);

	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9');
}

#endif
