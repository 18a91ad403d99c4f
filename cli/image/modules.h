/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modules.h - kernel modules in the order to load them
 */
#ifndef CLI_IMAGE_MODULES_H
#define CLI_IMAGE_MODULES_H

#include <stdbool.h>

#include "cli/image/cache.h"

#define MODULES_MAX 64
#define MODULE_PATH_SIZE 256

/**
 * struct modules - files below the modules folder, dependencies first
 * @paths:	relative to the folder, as modules.dep has them
 * @count:	entries used
 */
struct modules {
	char paths[MODULES_MAX][MODULE_PATH_SIZE];
	unsigned count;
};

/**
 * struct module_request - a module that a guest is to have
 * @name:	without path and suffix; '-' and '_' are the same
 * @optional:	a kernel without it will do
 */
struct module_request {
	const char *name;
	bool optional;
};

/**
 * modules_resolve() - what to load for a list of modules
 * @dir:	/lib/modules/VERSION, with modules.dep and modules.builtin
 * @requests:	@count of them
 * @modules:	filled; what is built in or (if optional) missing is left out
 *
 * Return: 0; -ENOENT when a module or modules.dep is missing; -ENOSPC when
 * they are more than MODULES_MAX. @err says which.
 */
int modules_resolve(const char *dir, const struct module_request *requests,
		    unsigned count, struct modules *modules, struct err *err);

/**
 * module_load() - the module itself, decompressed (.ko, .ko.xz, .ko.zst,
 * .ko.gz)
 * @file:	the caller frees its data
 */
int module_load(const char *dir, const char *path, struct cache_file *file,
		struct err *err);

#endif
