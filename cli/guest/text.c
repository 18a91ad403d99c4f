// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text.c - small files, whole
 */
#include "cli/guest/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int text_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got;

	*text = '\0';
	if (fd < 0)
		return -errno;
	do {
		got = read(fd, text + len, size - 1 - len);
		len += got > 0 ? (size_t)got : 0;
	} while (got > 0 && len < size - 1);
	close(fd);
	text[len] = '\0';
	return got < 0 ? -EIO : 0;
}

static int text_put(const char *path, const char *text, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
	size_t len = strlen(text);
	ssize_t put;

	if (fd < 0)
		return -errno;
	put = write(fd, text, len);
	close(fd);
	return put == (ssize_t)len ? 0 : -EIO;
}

int text_write(const char *path, const char *text)
{
	return text_put(path, text, O_TRUNC);
}

int text_append(const char *path, const char *text)
{
	return text_put(path, text, O_APPEND);
}
