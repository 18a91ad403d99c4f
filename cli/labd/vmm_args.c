// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm_args.c - how weft-vmm is called for a vm node: words and descriptors
 *
 * weft-vmm opens nothing: kernel, initramfs, disks, /dev/kvm, its connections
 * to weft-switch and its ends of labd's socket pairs are open when it starts,
 * and the command line says which descriptor is what.
 */
#include "cli/labd/vmm_args.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/image/initramfs.h"
#include "cli/labd/disk_file.h"
#include "cli/vmm/vmm_msg.h"

/* Descriptors of a child begin behind its standard ones. */
#define FIRST_FD 3
#define CMDLINE_SIZE 2048

static_assert(LAB_MAX_NICS <= VMM_MSG_MAX_NICS, "each NIC has an index");

/* Takes @fd over. The number that it has in the child; -errno with @err. */
static int give(struct vmm_args *args, int fd, struct err *err)
{
	if (args->fd_count == CHILD_MAX_FDS) {
		close(fd);
		return err_set(err, -EMFILE,
			       "too many descriptors for a "
			       "weft-vmm");
	}
	args->fds[args->fd_count] = fd;
	return FIRST_FD + (int)args->fd_count++;
}

static int give_file(struct vmm_args *args, const char *path, int flags,
		     struct err *err)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	return give(args, fd, err);
}

static int give_copy(struct vmm_args *args, int of, struct err *err)
{
	int fd = fcntl(of, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return err_set(err, -errno, "no descriptor for a weft-vmm: %s",
			       strerror(errno));
	return give(args, fd, err);
}

static int add_fd(struct arg_list *list, const char *option, int fd)
{
	if (fd < 0)
		return fd;
	arg_list_add(list, "%s", option);
	arg_list_add(list, "fd=%d", fd);
	return 0;
}

static int add_kernel(struct vmm_args *args, const struct node *node,
		      struct err *err)
{
	const struct node_settings *s = node->settings;
	const struct node_image *image = &node->host->image;
	const char *kernel = s->builtin ? image->kernel : s->kernel;
	const char *initrd = s->builtin ? image->initrd : s->initrd;
	char cmdline[CMDLINE_SIZE];

	if (image_cmdline(s->cmdline, false, cmdline, sizeof(cmdline)) < 0)
		return err_set(err, -E2BIG, "cmdline: is too long");
	arg_list_pair(&args->list, "--cmdline", cmdline);
	if (add_fd(&args->list, "--kernel",
		   give_file(args, kernel, O_RDONLY, err)))
		return err->code;
	return *initrd ? add_fd(&args->list, "--initrd",
				give_file(args, initrd, O_RDONLY, err))
		       : 0;
}

static int add_machine(struct vmm_args *args, const struct node *node,
		       struct err *err)
{
	const struct node_settings *s = node->settings;
	const char *kvm = node->host->runners.kvm_device;

	arg_list_pair(&args->list, "--name", s->name);
	arg_list_add(&args->list, "--memory");
	arg_list_add(&args->list, "%uM", s->memory_mib);
	arg_list_add(&args->list, "--cpus");
	arg_list_add(&args->list, "%u", s->cpus);
	if (add_fd(&args->list, "--kvm", give_file(args, kvm, O_RDWR, err)))
		return err->code;
	return add_kernel(args, node, err);
}

static int add_wires(struct vmm_args *args, const struct vm_wires *wires,
		     int control, struct err *err)
{
	int agent;

	if (add_fd(&args->list, "--serial",
		   give_copy(args, wires->console, err)) ||
	    add_fd(&args->list, "--control", give_copy(args, control, err)))
		return err->code;
	if (wires->agent < 0)
		return 0;
	agent = give_copy(args, wires->agent, err);
	if (agent < 0)
		return agent;
	arg_list_add(&args->list, "--port");
	arg_list_add(&args->list, "name=weft.agent,fd=%d", agent);
	return 0;
}

int vmm_args_connect(const struct node *node, unsigned nic, struct err *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[STATE_PATH_SIZE];
	int fd, code;

	code = node_socket_path(node, nic, path, err);
	if (code)
		return code;
	if (strlen(path) >= sizeof(address.sun_path))
		return err_set(err, -ENAMETOOLONG, "%s: too long", path);
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	code = err_set(err, -errno, "cannot connect to port %s:%u: %s",
		       node->settings->name, nic, strerror(errno));
	if (fd >= 0)
		close(fd);
	return code;
}

static int add_nic(struct vmm_args *args, const struct node *node, unsigned nic,
		   struct err *err)
{
	const struct nic_settings *settings = &node->settings->nics[nic];
	char mac[MAC_TEXT_SIZE];
	int fd = vmm_args_connect(node, nic, err);

	if (fd >= 0)
		fd = give(args, fd, err);
	if (fd < 0)
		return fd;
	arg_list_add(&args->list, "--net");
	arg_list_add(&args->list, "fd=%d,mac=%s,mtu=%u,queues=1,link=%s", fd,
		     mac_format(&settings->mac, mac),
		     lab_nic_mtu(node->host->lab, settings),
		     vm_runner_is_link_up(node, nic) ? "up" : "down");
	return 0;
}

static int add_disk(struct vmm_args *args, const struct disk_settings *disk,
		    struct err *err)
{
	int fd = disk_file_open(disk, err);

	if (fd >= 0)
		fd = give(args, fd, err);
	if (fd < 0)
		return fd;
	arg_list_add(&args->list, "--disk");
	arg_list_add(&args->list, "fd=%d%s%s", fd,
		     disk->readonly ? ",readonly" : "",
		     disk->overlay ? ",overlay" : "");
	return 0;
}

int vmm_args_build(struct vmm_args *args, const struct node *node,
		   const struct vm_wires *wires, int control, struct err *err)
{
	unsigned i;

	memset(args, 0, sizeof(*args));
	arg_list_add(&args->list, "weft-vmm");
	if (add_machine(args, node, err) ||
	    add_wires(args, wires, control, err))
		return err->code;
	for (i = 0; i < node_nic_total(node->settings); i++) {
		if (add_nic(args, node, i, err))
			return err->code;
	}
	for (i = 0; i < node->settings->disk_count; i++) {
		if (add_disk(args, &node->settings->disks[i], err))
			return err->code;
	}
	if (args->list.is_full)
		return err_set(err, -E2BIG,
			       "weft-vmm's command line is too long");
	return 0;
}

void vmm_args_close(struct vmm_args *args)
{
	while (args->fd_count)
		close(args->fds[--args->fd_count]);
}
