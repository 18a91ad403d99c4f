// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * helper_path.c - where the programs are that weft starts or packs
 */
#include "cli/helper_path.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXE_SIZE 1024

/* The folder of the running program; it may have been deleted meanwhile. */
static int own_folder(char *folder)
{
	ssize_t len = readlink("/proc/self/exe", folder, EXE_SIZE - 1);
	char *slash;

	if (len < 0)
		return -errno;
	folder[len] = '\0';
	slash = strrchr(folder, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	return 0;
}

/**
 * struct wanted - where a path goes, and what must be true of it
 * @path:	of @size bytes
 * @size:	likewise
 * @mode:	for access()
 */
struct wanted {
	char *path;
	size_t size;
	int mode;
};

static bool is_there(const struct wanted *wanted, int len)
{
	return len > 0 && (size_t)len < wanted->size &&
	       access(wanted->path, wanted->mode) == 0;
}

static int find(const char *name, const char *folder,
		const struct wanted *wanted, struct err *err)
{
	char *path = wanted->path;
	size_t size = wanted->size;
	const char *named = getenv("WEFT_LIBEXEC_DIR");
	char own[EXE_SIZE];

	if (named && *named &&
	    is_there(wanted, snprintf(path, size, "%s/%s", named, name)))
		return 0;
	if (own_folder(own))
		return err_set(err, -ENOENT, "cannot find out where weft is");
	if (is_there(wanted,
		     snprintf(path, size, "%s/%s/%s", own, folder, name)))
		return 0;
	if (is_there(wanted,
		     snprintf(path, size, "%s/../libexec/weft/%s", own, name)))
		return 0;
	return err_set(err, -ENOENT,
		       "%s is neither in the build tree nor in %s/../libexec/"
		       "weft: build or install all of weft, or set "
		       "WEFT_LIBEXEC_DIR",
		       name, own);
}

int helper_path(const char *name, const char *folder, char *path, size_t size,
		struct err *err)
{
	const struct wanted wanted = {path, size, X_OK};

	return find(name, folder, &wanted, err);
}

int helper_path_here(const char *name, const char *folder, char *path,
		     size_t size, struct err *err)
{
	const struct wanted wanted = {path, size, F_OK};

	return find(name, folder, &wanted, err);
}
