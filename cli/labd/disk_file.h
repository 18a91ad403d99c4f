/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_file.h - the images of a node's disks, opened and locked
 */
#ifndef CLI_LABD_DISK_FILE_H
#define CLI_LABD_DISK_FILE_H

#include "cli/lab/lab.h"
#include "core/err.h"

/**
 * disk_file_open() - open an image as a disk needs it
 *
 * Only to read where there is an overlay. It is locked for as long as any copy
 * of the descriptor is open, so whoever inherits it has the lock too.
 *
 * Return: the descriptor, close-on-exec; or -errno with a sentence: -EBUSY when
 * another guest writes to it, or when we would and another guest has it.
 */
int disk_file_open(const struct disk_settings *disk, struct err *err);

/**
 * disk_files_open() - all images of a node
 * @fds:	LAB_MAX_DISKS; gets node->disk_count descriptors
 *
 * Return: 0; on failure none is left open.
 */
int disk_files_open(const struct node_settings *node, int *fds,
		    struct err *err);

/** disk_files_close() - of as many */
void disk_files_close(const int *fds, unsigned count);

#endif
