/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.h - lines on the serial port, and the few string functions there are */
#ifndef GUEST_TEXT_H
#define GUEST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What gcc may call of its own accord. */
void *memcpy(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memmove(void *to, const void *from, size_t len);

size_t strlen(const char *text);
int strcmp(const char *a, const char *b);

/* same() - do @len bytes at @text spell @word, and no more? */
int same(const char *text, size_t len, const char *word);

/* format() - %s %c %d %u %x with l, a width and leading zeros; returns the
 * length that @text has room for, which is what was written */
size_t format(char *text, size_t size, const char *form, ...)
	__attribute__((format(printf, 3, 4)));

/* say() - one line, or a part of one, to the serial port */
void say(const char *form, ...) __attribute__((format(printf, 1, 2)));

/* quiet() - while on, failed() doesn't say FAIL: what it tells of was asked for
 */
void quiet(bool on);

/* failed() - says "FAIL words" and returns -1 for the caller to pass on */
int failed(const char *form, ...) __attribute__((format(printf, 1, 2)));

#endif
