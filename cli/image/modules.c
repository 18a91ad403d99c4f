// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * modules.c - kernel modules in the order to load them
 *
 * A line of modules.dep is "module: dependency dependency ...", all of them
 * and not only the direct ones, each before those that it needs itself: so they
 * are loaded from the end of the line to its start.
 */
#include "cli/image/modules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/image/tool.h"
#include "core/util.h"

#define LIST_MAX (16u << 20)
#define MODULE_MAX (64u << 20)

/* Does the file name of @path, up to @len bytes, name module @name? */
static bool path_is_module(const char *path, size_t len, const char *name)
{
	const char *file = memrchr(path, '/', len);
	size_t i, left;

	file = file ? file + 1 : path;
	left = len - (size_t)(file - path);
	for (i = 0; i < left && file[i] != '.'; i++) {
		char a = file[i] == '-' ? '_' : file[i];
		char b = name[i] == '-' ? '_' : name[i];

		if (a != b)
			return false;
	}
	return i < left && name[i] == '\0';
}

/* The line whose first word (up to @end) is the module's file; NULL: none. */
static const char *list_lookup(const char *list, const char *end,
			       const char *name)
{
	const char *line;

	for (line = list; *line; line += strcspn(line, "\n")) {
		line += *line == '\n';
		if (path_is_module(line, strcspn(line, end), name))
			return line;
	}
	return NULL;
}

static int modules_add(struct modules *modules, const char *path, size_t len)
{
	unsigned i;

	for (i = 0; i < modules->count; i++) {
		if (strlen(modules->paths[i]) == len &&
		    !memcmp(modules->paths[i], path, len))
			return 0;
	}
	if (modules->count == MODULES_MAX || len >= MODULE_PATH_SIZE)
		return -ENOSPC;
	memcpy(modules->paths[modules->count], path, len);
	modules->paths[modules->count++][len] = '\0';
	return 0;
}

static int modules_add_line(struct modules *modules, const char *line)
{
	size_t own = strcspn(line, ":\n");
	const char *end = line + strcspn(line, "\n");
	int ret = 0;

	while (!ret && end > line + own + 1) {
		const char *space =
			memrchr(line + own, ' ', (size_t)(end - line) - own);

		if (!space)
			break;
		if (end > space + 1)
			ret = modules_add(modules, space + 1,
					  (size_t)(end - space - 1));
		end = space;
	}
	return ret ? ret : modules_add(modules, line, own);
}

static int list_load(const char *dir, const char *name, struct cache_file *file,
		     struct err *err)
{
	char path[CACHE_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return cache_load(path, LIST_MAX, file, err);
}

int modules_resolve(const char *dir, const struct module_request *requests,
		    unsigned count, struct modules *modules, struct err *err)
{
	struct cache_file dep, builtin;
	const char *line;
	unsigned i;
	int ret = list_load(dir, "modules.dep", &dep, err);

	modules->count = 0;
	if (ret)
		return err_wrap(err, "run depmod for these modules");
	if (list_load(dir, "modules.builtin", &builtin, NULL))
		builtin.data = NULL; /* then nothing is */
	for (i = 0; i < count && !ret; i++) {
		const char *name = requests[i].name;

		line = list_lookup((char *)dep.data, ":\n", name);
		if (line)
			ret = modules_add_line(modules, line);
		else if (!requests[i].optional &&
			 (!builtin.data ||
			  !list_lookup((char *)builtin.data, "\n", name)))
			ret = -ENOENT;
		if (ret)
			err_set(err, ret,
				ret == -ENOENT
					? "%s has no module %s; this kernel "
					  "can't run builtin guests"
					: "%s: too many modules with %s",
				dir, name);
	}
	free(dep.data);
	free(builtin.data);
	return ret;
}

static const struct {
	const char *suffix;
	const char *tool;
	const char *package;
} unpackers[] = {
	{".xz", "xz", "xz-utils"},
	{".zst", "zstd", "zstd"},
	{".gz", "gzip", "gzip"},
};

static bool has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text), suffix_len = strlen(suffix);

	return len >= suffix_len && !strcmp(text + len - suffix_len, suffix);
}

int module_load(const char *dir, const char *path, struct cache_file *file,
		struct err *err)
{
	char full[CACHE_PATH_SIZE + MODULE_PATH_SIZE];
	unsigned i;

	snprintf(full, sizeof(full), "%s/%s", dir, path);
	for (i = 0; i < ARRAY_SIZE(unpackers); i++) {
		const char *argv[] = {unpackers[i].tool, "-dc", full, NULL};
		struct tool tool = {
			.argv = argv,
			.package = unpackers[i].package,
			.max = MODULE_MAX,
		};
		int ret;

		if (!has_suffix(path, unpackers[i].suffix))
			continue;
		ret = tool_run(&tool, err);
		file->data = (uint8_t *)tool.out;
		file->len = tool.len;
		return ret;
	}
	return cache_load(full, MODULE_MAX, file, err);
}
