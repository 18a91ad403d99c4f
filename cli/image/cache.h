/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.h - the folder for what can be made again, and whole files
 */
#ifndef CLI_IMAGE_CACHE_H
#define CLI_IMAGE_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

#define CACHE_PATH_SIZE 1024

/**
 * struct cache_file - a file in memory
 * @data:	its content; the holder of the struct frees it
 * @len:	bytes of it
 */
struct cache_file {
	uint8_t *data;
	size_t len;
};

/** cache_path() - "$XDG_CACHE_HOME/weft/@name", or below ~/.cache;
 * -ENAMETOOLONG */
int cache_path(const char *name, char *path, struct err *err);

/** cache_make_dir() - a folder and its parents, mode 0755 */
int cache_make_dir(const char *path, struct err *err);

/** cache_remove_tree() - what a failed attempt left; symlinks aren't followed
 */
void cache_remove_tree(const char *path);

/** cache_load() - a whole file of at most @max bytes; 0 or -errno in @err */
int cache_load(const char *path, size_t max, struct cache_file *file,
	       struct err *err);

/** cache_store() - replace a file at once: readers see all of it or nothing */
int cache_store(const char *path, const void *data, size_t len,
		struct err *err);

#endif
