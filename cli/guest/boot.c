// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boot.c - mounts, modules, and the end of the machine
 */
#include "cli/guest/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/guest/text.h"
#include "core/util.h"

/* Time for processes to end by themselves before they are killed. */
#define END_GRACE_US 100000

static const struct {
	const char *type;
	const char *path;
	unsigned long flags;
	const char *options;
} mounts[] = {
	{"proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
	{"sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
	{"devtmpfs", "/dev", MS_NOSUID, "mode=0755"},
	{"devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=0620"},
	{"tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777"},
	{"tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755"},
	{"tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777"},
};

void boot_mounts(void)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].path, 0755);
		/* The kernel may have mounted /dev already. */
		if (mount("none", mounts[i].path, mounts[i].type,
			  mounts[i].flags, mounts[i].options) &&
		    errno != EBUSY)
			fprintf(stderr, "weft-init: %s: %s\n", mounts[i].path,
				strerror(errno));
	}
	mkdir(BOOT_RUN, 0755);
}

static void module_load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
		fprintf(stderr, "weft-init: module %s: %s\n", path,
			strerror(errno));
	if (fd >= 0)
		close(fd);
}

void boot_modules(void)
{
	char list[8192];
	char *line, *rest = list;

	text_read(BOOT_MODULES, list, sizeof(list));
	while ((line = strsep(&rest, "\n"))) {
		if (*line)
			module_load(line);
	}
}

void boot_end(int cmd)
{
	kill(-1, SIGTERM);
	usleep(END_GRACE_US);
	kill(-1, SIGKILL);
	sync();
	/* Mounted disks become read-only, whoever mounted them. */
	text_write("/proc/sysrq-trigger", "u");
	reboot(cmd);
	/* No way to power off: a halted machine is the next best. */
	reboot(RB_HALT_SYSTEM);
	for (;;)
		pause();
}
