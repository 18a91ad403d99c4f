// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_devices.c - the virtio devices that a command line asks for
 */
#include "cli/vmm/guest_devices.h"

#include <errno.h>
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
	return code ? code : add_rng(guest, err);
}
