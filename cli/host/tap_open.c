// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tap_open.c - create a tap interface, ready to be handed to backends/tap.h
 */
#include "cli/host/tap_open.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/frame.h"

#define TUN_DEVICE "/dev/net/tun"

static_assert(TAP_NAME_SIZE == IFNAMSIZ, "a name of the kernel's");

static int tap_open_device(struct err *err)
{
	int fd = open(TUN_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	switch (errno) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return err_set(err, -errno,
			       "this host has no " TUN_DEVICE ": load the "
			       "kernel module (as root: modprobe tun)");
	case EACCES:
	case EPERM:
		return err_set(err, -errno,
			       "no permission to open " TUN_DEVICE ": run as "
			       "root, or let users have it (as root: chmod "
			       "0666 " TUN_DEVICE ")");
	default:
		return err_set(err, -errno, "cannot open " TUN_DEVICE ": %s",
			       strerror(errno));
	}
}

static int tap_attach_error(const char *pattern, int error, struct err *err)
{
	switch (error) {
	case EPERM:
		return err_set(err, -error,
			       "not permitted to create the tap %s: it needs "
			       "CAP_NET_ADMIN; run as root (some systems also "
			       "hold back user namespaces, see sysctl "
			       "kernel.apparmor_restrict_unprivileged_userns)",
			       pattern);
	case EBUSY:
	case EEXIST:
		return err_set(err, -error,
			       "there is an interface %s already: remove it "
			       "(ip link del %s) or choose another name",
			       pattern, pattern);
	case EINVAL:
		return err_set(err, -error,
			       "cannot create the tap %s: that is no name for "
			       "an interface",
			       pattern);
	default:
		return err_set(err, -error, "cannot create the tap %s: %s",
			       pattern, strerror(error));
	}
}

/* Header and offloads, as backends/tap.h documents them. */
static int tap_set_header(int fd, const char *name, struct err *err)
{
	int size = sizeof(struct vnet_hdr), little_endian = 1;
	unsigned long offload =
		TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

	if (ioctl(fd, TUNSETVNETHDRSZ, &size) == 0 &&
	    ioctl(fd, TUNSETVNETLE, &little_endian) == 0 &&
	    ioctl(fd, TUNSETOFFLOAD, offload) == 0)
		return 0;
	return err_set(err, -errno, "cannot set up the tap %s: %s", name,
		       strerror(errno));
}

/* @flags: beside those that each tap of ours has */
static int tap_take(const char *pattern, int flags, char *name, struct err *err)
{
	struct ifreq ifr = {.ifr_flags = (short)(IFF_TAP | IFF_NO_PI |
						 IFF_VNET_HDR | flags)};
	int fd, rc;

	if (!*pattern || strlen(pattern) >= sizeof(ifr.ifr_name))
		return err_set(err, -EINVAL,
			       "\"%s\" can't be an interface's name: 1 to %d "
			       "characters",
			       pattern, TAP_NAME_SIZE - 1);
	fd = tap_open_device(err);
	if (fd < 0)
		return fd;
	memcpy(ifr.ifr_name, pattern, strlen(pattern));
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		rc = tap_attach_error(pattern, errno, err);
	else
		rc = tap_set_header(fd, ifr.ifr_name, err);
	if (rc) {
		close(fd);
		return rc;
	}
	if (name)
		memcpy(name, ifr.ifr_name, TAP_NAME_SIZE);
	return fd;
}

int tap_open(const char *pattern, char *name, struct err *err)
{
	/* never one that is there: it is somebody's */
	return tap_take(pattern, IFF_TUN_EXCL, name, err);
}

int tap_attach(const char *name, struct err *err)
{
	return tap_take(name, 0, NULL, err);
}

int tap_set_carrier(int fd, bool up)
{
	int carrier = up;

	return ioctl(fd, TUNSETCARRIER, &carrier) ? -errno : 0;
}
