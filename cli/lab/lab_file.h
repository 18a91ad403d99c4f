/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_file.h - lab files: find, read, validate
 */
#ifndef CLI_LAB_LAB_FILE_H
#define CLI_LAB_LAB_FILE_H

#include "cli/lab/diag.h"
#include "cli/lab/lab.h"
#include "core/err.h"

#define LAB_FILE_SUFFIX ".weft.yaml"
#define LAB_FILE_PATH_SIZE 4096

/**
 * lab_find() - which lab file is meant
 * @where:	a file or "-": itself; a folder: the one NAME.weft.yaml in it;
 *		NULL: the one in the current folder
 * @path:	of LAB_FILE_PATH_SIZE
 *
 * Return: 0; or -ENOENT (no such file, none in the folder), -EEXIST (several,
 * named in @err), or what the system said.
 */
int lab_find(const char *where, char *path, struct err *err);

/**
 * lab_load() - read and validate a lab file
 * @path:	a file, FIFO or device; "-": standard input
 * @diag:	diag_init() was called; gets every mistake, sorted, also those
 *		of opening and reading. Keeps the text, for diag_print().
 *
 * Relative paths in the file start at its folder.
 *
 * Return: the lab, for lab_destroy(); NULL if there was any mistake, @diag's
 * code is then a negative errno.
 */
struct lab *lab_load(const char *path, struct diagnostics *diag);

/**
 * lab_parse() - lab_load() from memory
 * @base_dir:	absolute folder where relative paths start; NULL: paths must be
 *		absolute
 * @text:	@size bytes, borrowed until diag_fini()
 */
struct lab *lab_parse(const char *base_dir, const char *text, size_t size,
		      struct diagnostics *diag);

#endif
