/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * helper_path.h - where the programs are that weft starts or packs
 */
#ifndef CLI_HELPER_PATH_H
#define CLI_HELPER_PATH_H

#include <stddef.h>

#include "core/err.h"

/**
 * helper_path() - find one of our own programs, never by PATH
 * @name:	"weft-init"
 * @folder:	its folder beside weft in a build tree: "guest"
 * @path:	of @size
 *
 * In this order: $WEFT_LIBEXEC_DIR, the build tree around the running weft,
 * ../libexec/weft from it.
 *
 * Return: 0, or -ENOENT.
 */
int helper_path(const char *name, const char *folder, char *path, size_t size,
		struct err *err);

/** helper_path_here() - the same, of one that we perhaps may not run */
int helper_path_here(const char *name, const char *folder, char *path,
		     size_t size, struct err *err);

#endif
