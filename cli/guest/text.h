/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - small files, whole
 */
#ifndef CLI_GUEST_TEXT_H
#define CLI_GUEST_TEXT_H

#include <stddef.h>

/** text_read() - the first @size - 1 bytes of a file, NUL-terminated; or -errno
 */
int text_read(const char *path, char *text, size_t size);

/** text_write() - make or replace a file; 0 or -errno */
int text_write(const char *path, const char *text);

/** text_append() - add to a file, making it; 0 or -errno */
int text_append(const char *path, const char *text);

#endif
