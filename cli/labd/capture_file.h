/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_file.h - files that captures go to, opened and found whole again
 */
#ifndef CLI_LABD_CAPTURE_FILE_H
#define CLI_LABD_CAPTURE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

/** capture_file_probe() - could it be opened? It is there then */
int capture_file_probe(const char *path, struct err *err);

/**
 * capture_file_open() - a capture of the lab's own
 * @resume:	keep what is there; else it is emptied
 *
 * Return: a descriptor at the end of the file's last whole block, or -errno.
 */
int capture_file_open(const char *path, bool resume, struct err *err);

/**
 * capture_file_check() - may a descriptor be written to?
 * @empty:	a regular file begins anew
 * @is_file:	set: it is a regular file
 * @offset:	set for a file: where it ends, and is written from
 *
 * Return: 0; -EINVAL with what it has to be.
 */
int capture_file_check(int fd, bool empty, bool *is_file, uint64_t *offset,
		       struct err *err);

/**
 * capture_file_own() - what a client gave, so that its flags are ours alone
 * @fd:		taken over; a pipe that does not block is opened anew, for the
 *		client could make it block whoever writes
 *
 * Return: to be closed; -errno.
 */
int capture_file_own(int fd);

#endif
