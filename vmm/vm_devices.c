// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_devices.c - the devices of a machine: those of every PC, and those that
 * were asked for
 */
#include <errno.h>

#include "vmm/vm_internal.h"

int vm_devices_init(struct vm *vm, struct err *err)
{
	const struct serial_settings serial = {
		.in_fd = vm->settings.serial_in_fd,
		.out_fd = vm->settings.serial_out_fd,
	};
	int code = serial_init(&vm->serial, &vm->machine, &serial, err);

	if (!code)
		code = i8042_init(&vm->i8042, &vm->machine, err);
	if (!code)
		code = pm_init(&vm->pm, &vm->machine, err);
	if (!code)
		code = pci_bus_init(&vm->pci, &vm->machine, err);
	return code;
}

void vm_devices_fini(struct vm *vm)
{
	while (vm->device_count)
		virtio_pci_destroy(vm->devices[--vm->device_count]);
	pm_fini(&vm->pm);
	i8042_fini(&vm->i8042);
	serial_fini(&vm->serial);
}

/* Drivers' queues first: what they are in is about to be written over. */
void vm_devices_reset(struct vm *vm)
{
	unsigned i;

	for (i = 0; i < vm->device_count; i++)
		virtio_pci_reset(vm->devices[i]);
	pci_bus_reset(&vm->pci);
	serial_reset(&vm->serial);
	pm_reset(&vm->pm);
}

int vm_add(struct vm *vm, struct virtio_device *device, struct err *err)
{
	struct virtio_pci *vp;

	if (vm->device_count == VM_MAX_DEVICES) {
		device->ops->destroy(device);
		return err_set(err, -ENOSPC,
			       "more than %d devices: give the guest fewer",
			       VM_MAX_DEVICES);
	}
	vp = virtio_pci_create(&vm->pci, device, err);
	if (!vp) {
		device->ops->destroy(device);
		return err->code;
	}
	vm->devices[vm->device_count++] = vp;
	return 0;
}

bool vm_driver_is_running(const struct vm *vm,
			  const struct virtio_device *device)
{
	unsigned i;

	for (i = 0; i < vm->device_count; i++) {
		if (virtio_pci_device(vm->devices[i]) == device)
			return virtio_pci_is_running(vm->devices[i]);
	}
	return false;
}
