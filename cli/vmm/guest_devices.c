// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_devices.c - the virtio devices that a command line asks for
 */
#include "cli/vmm/guest_devices.h"

static int add(struct guest *guest, struct virtio_device *device,
	       struct err *err)
{
	return device ? vm_add(guest->vm, device, err) : err->code;
}

static int add_rng(struct guest *guest, struct err *err)
{
	if (!guest->options->has_rng)
		return 0;
	return add(guest, virtio_rng_create(vm_machine(guest->vm), err), err);
}

int guest_add_devices(struct guest *guest, struct err *err)
{
	return add_rng(guest, err);
}
