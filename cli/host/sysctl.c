// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl.c - settings of the caller's network namespace under /proc/sys
 */
#include "cli/host/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 128

static int sysctl_open(const char *name, int flags, struct err *err)
{
	char path[PATH_SIZE];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? err_set(err, -errno, "cannot open %s: %s", path,
				strerror(errno))
		      : fd;
}

int sysctl_get(const char *name, bool *on, struct err *err)
{
	int fd = sysctl_open(name, O_RDONLY, err), rc = 0;
	char c;

	if (fd < 0)
		return fd;
	if (read(fd, &c, 1) != 1)
		rc = err_set(err, -EIO, "cannot read %s", name);
	else
		*on = c != '0';
	close(fd);
	return rc;
}

int sysctl_set(const char *name, bool on, struct err *err)
{
	int fd = sysctl_open(name, O_WRONLY, err), rc = 0;

	if (fd < 0)
		return fd;
	if (write(fd, on ? "1" : "0", 1) != 1)
		rc = err_set(err, -errno, "cannot set %s: %s", name,
			     strerror(errno));
	close(fd);
	return rc;
}

int sysctl_set_interface(const char *family, const char *ifname,
			 const char *name, struct err *err)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "net/%s/conf/%s/%s", family, ifname, name);
	return sysctl_set(path, true, err);
}
