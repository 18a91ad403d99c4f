// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cpio.c - newc archives
 */
#include "cli/image/cpio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/util.h"

#define CPIO_HEADER_LEN 110
#define CPIO_GROW (1u << 20)

/**
 * struct cpio_member - what the header says beside name and size
 * @mode:	type and permissions
 * @major:	of a device node
 * @minor:	of a device node
 */
struct cpio_member {
	uint32_t mode;
	uint32_t major;
	uint32_t minor;
};

void cpio_init(struct cpio *cpio)
{
	memset(cpio, 0, sizeof(*cpio));
}

void cpio_fini(struct cpio *cpio)
{
	free(cpio->data);
	cpio_init(cpio);
}

/* Room for @len bytes and the zeros up to the next multiple of four. */
static uint8_t *cpio_reserve(struct cpio *cpio, size_t len)
{
	size_t size = MAX(2 * cpio->size, cpio->len + len + CPIO_GROW);
	uint8_t *data;

	if (cpio->failed)
		return NULL;
	if (len + 4 > cpio->size - cpio->len) {
		data = realloc(cpio->data, size);
		if (!data) {
			cpio->failed = true;
			return NULL;
		}
		cpio->data = data;
		cpio->size = size;
	}
	return cpio->data + cpio->len;
}

static void cpio_put(struct cpio *cpio, const void *data, size_t len)
{
	uint8_t *to = cpio_reserve(cpio, len);

	if (!to)
		return;
	if (len)
		memcpy(to, data, len);
	memset(to + len, 0, 4);
	cpio->len += len;
}

static void cpio_align(struct cpio *cpio)
{
	static const uint8_t zeros[4];

	cpio_put(cpio, zeros, (4 - cpio->len % 4) % 4);
}

static void cpio_add(struct cpio *cpio, const char *path,
		     const struct cpio_member *member, const void *data,
		     size_t len)
{
	size_t name_len = strlen(path) + 1;
	char header[CPIO_HEADER_LEN + 1];
	unsigned links = S_ISDIR(member->mode) ? 2 : 1;

	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 ++cpio->ino, member->mode, 0u, 0u, links, 0u, (unsigned)len,
		 0u, 0u, member->major, member->minor, (unsigned)name_len, 0u);
	cpio_put(cpio, header, CPIO_HEADER_LEN);
	cpio_put(cpio, path, name_len);
	cpio_align(cpio);
	cpio_put(cpio, data, len);
	cpio_align(cpio);
}

void cpio_add_dir(struct cpio *cpio, const char *path, uint32_t mode)
{
	struct cpio_member member = {.mode = S_IFDIR | mode};

	cpio_add(cpio, path, &member, NULL, 0);
}

void cpio_add_file(struct cpio *cpio, const char *path, uint32_t mode,
		   const void *data, size_t len)
{
	struct cpio_member member = {.mode = S_IFREG | mode};

	if (len > UINT32_MAX / 2)
		cpio->failed = true;
	cpio_add(cpio, path, &member, data, len);
}

void cpio_add_symlink(struct cpio *cpio, const char *path, const char *target)
{
	struct cpio_member member = {.mode = S_IFLNK | 0777};

	cpio_add(cpio, path, &member, target, strlen(target));
}

void cpio_add_chardev(struct cpio *cpio, const char *path, uint32_t major,
		      uint32_t minor)
{
	struct cpio_member member = {S_IFCHR | 0600, major, minor};

	cpio_add(cpio, path, &member, NULL, 0);
}

int cpio_end(struct cpio *cpio)
{
	static const struct cpio_member trailer;

	cpio_add(cpio, "TRAILER!!!", &trailer, NULL, 0);
	return cpio->failed ? -ENOMEM : 0;
}
