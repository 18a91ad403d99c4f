// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_devices.c - the virtio devices that a command line asks for
 */
#include "cli/vmm/guest_devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "core/util.h"

/* Takes over a device that was made; @err says why when it was not. */
static int add(struct guest *guest, struct virtio_device *device,
	       struct err *err)
{
	return device ? vm_add(guest->vm, device, err) : err->code;
}

/* As QEMU's: locally administered, nobody's. */
static int make_mac(struct mac *mac, struct err *err)
{
	*mac = (struct mac){{0x52, 0x54, 0}};
	if (getrandom(mac->b + 3, 3, 0) == 3)
		return 0;
	return err_set(err, -errno, "--net: cannot make up an address: %s",
		       strerror(errno));
}

static struct net_backend *
make_backend(struct guest *guest, struct net_files *files, struct err *err)
{
	struct machine *machine = vm_machine(guest->vm);

	if (files->vhost_fd < 0)
		return net_vhost_user_create(machine, fd_take(&files->fd), err);
	return net_vhost_kernel_create(machine, fd_take(&files->vhost_fd),
				       fd_take(&files->tap_fd), err);
}

static int add_nic(struct guest *guest, unsigned index, struct err *err)
{
	const struct net_option *net = &guest->options->nets[index];
	struct net_settings settings = {
		.name = guest->net_names[index],
		.mac = net->mac,
		.mtu = net->mtu,
		.pairs = net->queues,
		.is_up = net->is_up,
	};
	struct net_backend *backend;

	snprintf(guest->net_names[index], GUEST_NAME_SIZE, "net%u", index);
	if (mac_is_zero(&settings.mac) && make_mac(&settings.mac, err))
		return err->code;
	backend = make_backend(guest, &guest->files.nets[index], err);
	if (!backend)
		return err->code;
	guest->nics[index] = virtio_net_create(vm_machine(guest->vm), &settings,
					       backend, err);
	return add(guest, guest->nics[index], err);
}

static int add_disk(struct guest *guest, unsigned index, struct err *err)
{
	struct disk_files *files = &guest->files.disks[index];
	const struct block_settings settings = {
		.name = guest->disk_names[index],
		.fd = fd_take(&files->fd),
		.overlay_fd = fd_take(&files->overlay_fd),
		.is_readonly = guest->options->disks[index].is_readonly,
	};

	snprintf(guest->disk_names[index], GUEST_NAME_SIZE, "disk%u", index);
	return add(guest,
		   virtio_block_create(vm_machine(guest->vm), &settings, err),
		   err);
}

static int copy_fd(int fd, int *copy, struct err *err)
{
	*copy = -1;
	if (fd < 0)
		return 0;
	*copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return *copy < 0 ? err_set(err, -errno, "console: %s", strerror(errno))
			 : 0;
}

/* The device takes its descriptors over; these stay the guest's. */
static int line_port(struct guest *guest, struct console_port_settings *port,
		     struct err *err)
{
	int in_fd, out_fd;

	*port = (struct console_port_settings){.in_fd = -1, .out_fd = -1};
	guest_line(guest, &guest->options->console, &in_fd, &out_fd);
	if (copy_fd(in_fd, &port->in_fd, err) ||
	    copy_fd(out_fd, &port->out_fd, err))
		return err->code;
	return 0;
}

static int named_port(struct guest *guest, unsigned index,
		      struct console_port_settings *port, struct err *err)
{
	*port = (struct console_port_settings){
		.name = guest->options->ports[index].name,
		.in_fd = fd_take(&guest->files.ports[index]),
	};
	return copy_fd(port->in_fd, &port->out_fd, err);
}

/* The console comes first, so that it is the guest's hvc0. */
static int add_console(struct guest *guest, struct err *err)
{
	struct console_port_settings ports[CONSOLE_MAX_PORTS + 1];
	const struct options *options = guest->options;
	unsigned i, count = 0;
	int code = 0;

	if (options->console.kind != LINE_NONE)
		code = line_port(guest, &ports[count++], err);
	for (i = 0; i < options->port_count && !code; i++)
		code = named_port(guest, i, &ports[count++], err);
	if (!code && count > CONSOLE_MAX_PORTS)
		code = err_set(err, -EINVAL,
			       "--port: with --console there are %d at most",
			       CONSOLE_MAX_PORTS - 1);
	if (code || !count)
		return code;
	return add(
		guest,
		virtio_console_create(vm_machine(guest->vm), ports, count, err),
		err);
}

static int add_rng(struct guest *guest, struct err *err)
{
	if (!guest->options->has_rng)
		return 0;
	return add(guest, virtio_rng_create(vm_machine(guest->vm), err), err);
}

int guest_add_devices(struct guest *guest, struct err *err)
{
	const struct options *options = guest->options;
	unsigned i;
	int code = 0;

	for (i = 0; i < options->net_count && !code; i++) {
		code = add_nic(guest, i, err);
		if (code)
			err_wrap(err, "NIC %u", i);
	}
	for (i = 0; i < options->disk_count && !code; i++) {
		code = add_disk(guest, i, err);
		if (code)
			err_wrap(err, "disk %u", i);
	}
	if (!code)
		code = add_console(guest, err);
	return code ? code : add_rng(guest, err);
}
