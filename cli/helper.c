// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * helper.c - where the executables are that weft starts
 */
#include "cli/helper.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <unistd.h>

#define SELF_SIZE 1024

int helper_find(const char *name, char *path, size_t size, struct err *err)
{
	static const char *const places[] = {
		"../libexec/weft", /* installed: bin/weft */
		"switchd",         /* build folder: cli/weft */
		"guest",           /* the same */
		".",
	};
	char self[SELF_SIZE];
	const char *dir;
	ssize_t len;
	size_t i;

	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0)
		return err_set(err, -ENOENT, "/proc is not mounted");
	self[len] = '\0';
	dir = dirname(self);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (snprintf(path, size, "%s/%s/%s", dir, places[i], name) <
			    (int)size &&
		    access(path, X_OK) == 0)
			return 0;
	}
	return err_set(err, -ENOENT,
		       "%s is missing beside %s; install weft again", name,
		       dir);
}
