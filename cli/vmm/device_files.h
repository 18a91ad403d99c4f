/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device_files.h - what the devices of a command line need to be opened
 */
#ifndef CLI_VMM_DEVICE_FILES_H
#define CLI_VMM_DEVICE_FILES_H

#include "cli/vmm/options.h"

/**
 * struct net_files - of a NIC
 * @fd:		connection to a vhost-user back-end; -1: another kind
 * @vhost_fd:	/dev/vhost-net; likewise
 * @tap_fd:	a tap; likewise
 */
struct net_files {
	int fd;
	int vhost_fd;
	int tap_fd;
};

/**
 * struct disk_files - of a disk
 * @fd:		the image
 * @overlay_fd:	what takes all writes; -1: none
 */
struct disk_files {
	int fd;
	int overlay_fd;
};

/**
 * struct device_files - of all of them; -1 where there is none, or it was taken
 * over by its device
 * @nets:	by number of the NIC
 * @disks:	by number of the disk
 * @ports:	by number of the port
 */
struct device_files {
	struct net_files nets[OPTIONS_MAX_NETS];
	struct disk_files disks[OPTIONS_MAX_DISKS];
	int ports[CONSOLE_MAX_PORTS];
};

/** device_files_init() - nothing is open */
void device_files_init(struct device_files *files);

/** device_files_open() - all that @options name; close it also on failure */
int device_files_open(struct device_files *files, const struct options *options,
		      struct err *err);

/** device_files_close() - what no device has taken over */
void device_files_close(struct device_files *files);

/**
 * source_open() - open @source, or make a copy of what is open
 * @flags:	O_RDONLY or O_RDWR
 * @what:	the option, for words
 * @fd:		gets a descriptor of the caller's own
 */
int source_open(const struct source *source, int flags, const char *what,
		int *fd, struct err *err);

/** source_is_given() - did the command line name it? */
static inline bool source_is_given(const struct source *source)
{
	return source->path || source->fd >= 0;
}

/** fd_close() - no-op when -1; which it is afterwards */
void fd_close(int *fd);

/** fd_take() - what @fd was; it is -1 afterwards */
static inline int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif
