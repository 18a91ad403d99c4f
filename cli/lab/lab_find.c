// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_find.c - which lab file is meant when a folder, or nothing, was named
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/lab/lab_file.h"

#define LISTED_MAX 8

static int is_lab_file(const struct dirent *entry)
{
	const size_t suffix = strlen(LAB_FILE_SUFFIX);
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > suffix &&
	       strcmp(entry->d_name + len - suffix, LAB_FILE_SUFFIX) == 0;
}

static int report_several(const char *folder, struct dirent **entries, int n,
			  struct err *err)
{
	char names[512] = "";

	for (int i = 0; i < n && i < LISTED_MAX; i++) {
		size_t len = strlen(names);

		snprintf(names + len, sizeof(names) - len, "%s%.60s",
			 i ? ", " : "", entries[i]->d_name);
	}
	return err_set(err, -EEXIST,
		       "%s: %d lab files, name the one you mean: %s%s", folder,
		       n, names, n > LISTED_MAX ? ", ..." : "");
}

static int find_in(const char *folder, char *path, struct err *err)
{
	struct dirent **entries = NULL;
	int n, code = 0;

	n = scandir(folder, &entries, is_lab_file, alphasort);
	if (n < 0)
		return err_set(err, -errno, "%s: %s", folder, strerror(errno));
	if (!n)
		code = err_set(err, -ENOENT,
			       "%s: no file NAME" LAB_FILE_SUFFIX
			       " here: name the lab file or its folder",
			       folder);
	else if (n > 1)
		code = report_several(folder, entries, n, err);
	else if (snprintf(path, LAB_FILE_PATH_SIZE, "%s%s%s",
			  strcmp(folder, ".") ? folder : "",
			  strcmp(folder, ".") ? "/" : "",
			  entries[0]->d_name) >= LAB_FILE_PATH_SIZE)
		code = err_set(err, -ENAMETOOLONG, "%s: too long", folder);
	while (n-- > 0)
		free(entries[n]);
	free(entries);
	return code;
}

int lab_find(const char *where, char *path, struct err *err)
{
	struct stat status;

	if (!where)
		return find_in(".", path, err);
	if (strcmp(where, "-") != 0) {
		if (stat(where, &status))
			return err_set(err, -errno, "%s: %s", where,
				       strerror(errno));
		if (S_ISDIR(status.st_mode))
			return find_in(where, path, err);
	}
	if (strlen(where) >= LAB_FILE_PATH_SIZE)
		return err_set(err, -ENAMETOOLONG, "%.60s...: too long", where);
	memcpy(path, where, strlen(where) + 1);
	return 0;
}
