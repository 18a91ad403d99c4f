// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel.c - the kernel that builtin guests boot: where it is looked for
 */
#include "cli/image/kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/util.h"

#define FIX_FETCH "fix: weft image fetch"

/* Setup header of a bzImage: magic, and the offset of the version's text. */
#define BZIMAGE_MAGIC_AT 0x202
#define BZIMAGE_VERSION_AT 0x20e
#define BZIMAGE_SETUP_LEN 0x200
#define BZIMAGE_HEAD_LEN 0x8000

static void note(struct kernel_notes *notes, const char *where, const char *why)
{
	if (!notes || notes->count == KERNEL_NOTES_MAX)
		return;
	snprintf(notes->text[notes->count++], KERNEL_NOTE_SIZE,
		 "%.200s: %.300s", where, why);
}

int kernel_version(const char *path, char *version, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t head[BZIMAGE_HEAD_LEN + 1] = {0};
	ssize_t len;
	size_t at;

	if (fd < 0)
		return err_set(err, -errno, "cannot read %s: %s", path,
			       strerror(errno));
	len = read(fd, head, BZIMAGE_HEAD_LEN);
	close(fd);
	at = (size_t)(head[BZIMAGE_VERSION_AT] | head[BZIMAGE_VERSION_AT + 1]
							 << 8) +
	     BZIMAGE_SETUP_LEN;
	if (len < BZIMAGE_SETUP_LEN || at >= BZIMAGE_HEAD_LEN ||
	    memcmp(head + BZIMAGE_MAGIC_AT, "HdrS", 4))
		return err_set(err, -EINVAL, "%s is not a Linux bzImage", path);
	snprintf(version, KERNEL_VERSION_SIZE, "%.*s",
		 (int)strcspn((char *)head + at, " /\n"), (char *)head + at);
	return 0;
}

static bool has_modules(const char *dir)
{
	char path[CACHE_PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s/modules.dep", dir);
	return !access(path, R_OK);
}

/* Look for modules below @root, in the places of both file system layouts. */
static bool find_modules(struct image_kernel *kernel, const char *root)
{
	static const char *const places[] = {"lib/modules", "usr/lib/modules"};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		int len =
			snprintf(kernel->modules, sizeof(kernel->modules),
				 "%s/%s/%s", root, places[i], kernel->version);

		if (len < CACHE_PATH_SIZE && has_modules(kernel->modules))
			return true;
	}
	return false;
}

/* Is @path a kernel whose modules are below one of @roots? Notes why not. */
static bool kernel_try(const char *path, const char *const *roots,
		       struct image_kernel *kernel, struct kernel_notes *notes)
{
	struct err err = {0};

	if (kernel_version(path, kernel->version, &err)) {
		note(notes, path,
		     err.code == -EACCES ? "not readable for you; " FIX_FETCH
					 : err.msg);
		return false;
	}
	snprintf(kernel->path, sizeof(kernel->path), "%s", path);
	for (; *roots; roots++) {
		if (find_modules(kernel, *roots)) {
			note(notes, path, "taken");
			return true;
		}
	}
	note(notes, path, "its modules (modules.dep) were not found");
	return false;
}

static bool try_environment(struct image_kernel *kernel,
			    struct kernel_notes *notes)
{
	const char *path = getenv("WEFT_KERNEL");
	const char *modules = getenv("WEFT_MODULES");
	static const char *const no_roots[] = {NULL};
	char beside[CACHE_PATH_SIZE];
	const char *roots[] = {beside, "", NULL};

	if (!path || !*path) {
		note(notes, "$WEFT_KERNEL", "not set");
		return false;
	}
	if (modules && *modules) {
		kernel_try(path, no_roots, kernel, NULL);
		snprintf(kernel->modules, sizeof(kernel->modules), "%s",
			 modules);
		if (*kernel->version && has_modules(modules)) {
			note(notes, path, "taken");
			return true;
		}
	}
	snprintf(beside, sizeof(beside), "%.900s/../..", path);
	return kernel_try(path, roots, kernel, notes);
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
	return versionsort(b, a);
}

static bool try_cache(struct image_kernel *kernel, struct kernel_notes *notes)
{
	char base[CACHE_PATH_SIZE], path[2 * CACHE_PATH_SIZE];
	struct dirent **entries;
	char root[CACHE_PATH_SIZE];
	const char *roots[] = {root, NULL};
	bool found = false;
	int i, count;

	if (cache_path("kernel", base, NULL))
		return false;
	count = scandir(base, &entries, NULL, newest_first);
	for (i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (!found && *name != '.') {
			snprintf(root, sizeof(root), "%.700s/%.255s", base,
				 name);
			snprintf(path, sizeof(path), "%s/boot/vmlinuz-%s", root,
				 name);
			found = kernel_try(path, roots, kernel, notes);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	if (!found)
		note(notes, base, "nothing fetched; " FIX_FETCH);
	return found;
}

static int is_cloud(const struct dirent *entry)
{
	return !fnmatch("vmlinuz-*-cloud-*", entry->d_name, 0);
}

static bool try_boot(struct image_kernel *kernel, struct kernel_notes *notes)
{
	static const char *const roots[] = {"", NULL};
	struct dirent **entries;
	char path[512];
	bool found = false;
	struct utsname name;
	int i, count = scandir("/boot", &entries, is_cloud, newest_first);

	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "/boot/%s", entries[i]->d_name);
		if (!found)
			found = kernel_try(path, roots, kernel, notes);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	if (count <= 0)
		note(notes, "/boot/vmlinuz-*-cloud-*", "there is none");
	if (found || uname(&name))
		return found;
	snprintf(path, sizeof(path), "/boot/vmlinuz-%s", name.release);
	return kernel_try(path, roots, kernel, notes);
}

int image_find_kernel(struct image_kernel *kernel, struct kernel_notes *notes,
		      struct err *err)
{
	const char *named = getenv("WEFT_KERNEL");

	memset(kernel, 0, sizeof(*kernel));
	if (notes)
		notes->count = 0;
	if (try_environment(kernel, notes))
		return 0;
	/* Whoever names one doesn't want another. */
	if (named && *named)
		return err_set(err, -ENOPKG,
			       "WEFT_KERNEL=%s is no kernel whose modules can "
			       "be found; fix: unset WEFT_KERNEL, then weft "
			       "image fetch",
			       named);
	if (try_cache(kernel, notes) || try_boot(kernel, notes))
		return 0;
	return err_set(err, -ENOPKG,
		       "no guest kernel found; looked at $WEFT_KERNEL, the "
		       "cache and /boot; " FIX_FETCH);
}

int image_exit_code(const struct err *err)
{
	switch (err->code) {
	case 0:
		return 0;
	case -EACCES:
	case -EPERM:
		return 5;
	case -ENOPKG:
		return 6;
	}
	return 1;
}
