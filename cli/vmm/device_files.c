// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device_files.c - what the devices of a command line need to be opened
 */
#include "cli/vmm/device_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/util.h"

#define OVERLAY_FOLDER "/var/tmp"

void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int source_open(const struct source *source, int flags, const char *what,
		int *fd, struct err *err)
{
	if (source->path)
		*fd = open(source->path, flags | O_CLOEXEC, 0600);
	else
		*fd = fcntl(source->fd, F_DUPFD_CLOEXEC, 0);
	if (*fd >= 0)
		return 0;
	if (source->path)
		return err_set(err, -errno, "%s: %s: %s", what, source->path,
			       strerror(errno));
	return err_set(err, -errno, "%s: fd=%d: %s", what, source->fd,
		       strerror(errno));
}

static int set_nonblocking(int fd, const char *what, struct err *err)
{
	if (!fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
		return 0;
	return err_set(err, -errno, "%s: fd=%d: %s", what, fd, strerror(errno));
}

static int connect_socket(const char *path, const char *what, int *fd,
			  struct err *err)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(addr.sun_path))
		return err_set(err, -ENAMETOOLONG,
			       "%s: %s: longer than the %zu bytes of a "
			       "socket's path",
			       what, path, sizeof(addr.sun_path) - 1);
	memcpy(addr.sun_path, path, strlen(path));
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd >= 0 &&
	    !connect(*fd, (const struct sockaddr *)&addr, sizeof(addr)))
		return 0;
	return err_set(err, -errno, "%s: %s: %s", what, path, strerror(errno));
}

/* A stream that others don't share, or whose owner gave it to us. */
static int open_stream(const struct source *source, const char *what, int *fd,
		       struct err *err)
{
	int code = source->path ? connect_socket(source->path, what, fd, err)
				: source_open(source, 0, what, fd, err);

	return code ? code : set_nonblocking(*fd, what, err);
}

static int open_tap(const char *name, int *fd, struct err *err)
{
	struct ifreq request = {
		.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR,
	};

	if (strlen(name) >= sizeof(request.ifr_name))
		return err_set(err, -ENAMETOOLONG,
			       "--net: %s: longer than an interface's name",
			       name);
	memcpy(request.ifr_name, name, strlen(name));
	*fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0)
		return err_set(err, -errno, "--net: /dev/net/tun: %s",
			       strerror(errno));
	if (!ioctl(*fd, TUNSETIFF, &request))
		return 0;
	return err_set(err, -errno, "--net: tap %s: %s", name, strerror(errno));
}

static int open_vhost(int *fd, struct err *err)
{
	*fd = open("/dev/vhost-net", O_RDWR | O_CLOEXEC);
	if (*fd >= 0)
		return 0;
	return err_set(err, -errno,
		       "--net: /dev/vhost-net: %s: a NIC on a tap needs it "
		       "(modprobe vhost_net)",
		       strerror(errno));
}

static int open_net(struct net_files *files, const struct net_option *net,
		    struct err *err)
{
	const struct source vhost = {.fd = net->vhost_fd};
	const struct source tap = {.fd = net->tap_fd};
	int code = 0;

	switch (net->kind) {
	case NET_VHOST_USER:
		return open_stream(&net->source, "--net", &files->fd, err);
	case NET_TAP:
		code = open_tap(net->source.path, &files->tap_fd, err);
		return code ? code : open_vhost(&files->vhost_fd, err);
	case NET_VHOST_KERNEL:
		code = source_open(&vhost, 0, "--net: vhost-fd",
				   &files->vhost_fd, err);
		return code ? code
			    : source_open(&tap, 0, "--net: tap-fd",
					  &files->tap_fd, err);
	}
	return 0;
}

/* For file systems that can't make a file without a name at once. */
static int make_unnamed(const char *folder)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/weft-overlay-XXXXXX", folder);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

/* A file without a name: it is gone with us. */
static int make_overlay(int *fd, struct err *err)
{
	const char *folder = getenv("TMPDIR");

	if (!folder || !*folder)
		folder = OVERLAY_FOLDER;
	*fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (*fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
		*fd = make_unnamed(folder);
	if (*fd >= 0)
		return 0;
	return err_set(err, -errno,
		       "--disk: no overlay in %s: %s: set TMPDIR, or say "
		       "overlay=PATH",
		       folder, strerror(errno));
}

static int open_disk(struct disk_files *files, const struct disk_option *disk,
		     struct err *err)
{
	bool is_read = disk->is_readonly || disk->has_overlay;
	int code = source_open(&disk->source, is_read ? O_RDONLY : O_RDWR,
			       "--disk", &files->fd, err);

	if (code || !disk->has_overlay)
		return code;
	if (!source_is_given(&disk->overlay))
		return make_overlay(&files->overlay_fd, err);
	return source_open(&disk->overlay, O_RDWR | O_CREAT | O_TRUNC,
			   "--disk: overlay", &files->overlay_fd, err);
}

void device_files_init(struct device_files *files)
{
	unsigned i;

	for (i = 0; i < OPTIONS_MAX_NETS; i++)
		files->nets[i] = (struct net_files){-1, -1, -1};
	for (i = 0; i < OPTIONS_MAX_DISKS; i++)
		files->disks[i] = (struct disk_files){-1, -1};
	for (i = 0; i < CONSOLE_MAX_PORTS; i++)
		files->ports[i] = -1;
}

int device_files_open(struct device_files *files, const struct options *options,
		      struct err *err)
{
	unsigned i;
	int code = 0;

	for (i = 0; i < options->net_count && !code; i++)
		code = open_net(&files->nets[i], &options->nets[i], err);
	for (i = 0; i < options->disk_count && !code; i++)
		code = open_disk(&files->disks[i], &options->disks[i], err);
	for (i = 0; i < options->port_count && !code; i++)
		code = open_stream(&options->ports[i].source, "--port",
				   &files->ports[i], err);
	return code;
}

void device_files_close(struct device_files *files)
{
	unsigned i;

	for (i = 0; i < OPTIONS_MAX_NETS; i++) {
		fd_close(&files->nets[i].fd);
		fd_close(&files->nets[i].vhost_fd);
		fd_close(&files->nets[i].tap_fd);
	}
	for (i = 0; i < OPTIONS_MAX_DISKS; i++) {
		fd_close(&files->disks[i].fd);
		fd_close(&files->disks[i].overlay_fd);
	}
	for (i = 0; i < CONSOLE_MAX_PORTS; i++)
		fd_close(&files->ports[i]);
}
