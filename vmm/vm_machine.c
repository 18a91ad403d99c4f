// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_machine.c - machine.h on KVM
 */
#include "vmm/vm_internal.h"

static struct vm *vm_of(struct machine *machine)
{
	return container_of(machine, struct vm, machine);
}

static int machine_msi_alloc(struct machine *machine)
{
	return kvm_irq_msi_alloc(&vm_of(machine)->irq);
}

static void machine_msi_free(struct machine *machine, unsigned gsi)
{
	kvm_irq_msi_free(&vm_of(machine)->irq, gsi);
}

static int machine_msi_route(struct machine *machine, unsigned gsi,
			     const struct msi_message *message)
{
	return kvm_irq_msi_route(&vm_of(machine)->irq, gsi, message);
}

static int machine_irq_bind(struct machine *machine, unsigned gsi, int eventfd)
{
	return kvm_irq_bind(&vm_of(machine)->irq, gsi, eventfd);
}

static void machine_irq_unbind(struct machine *machine, unsigned gsi,
			       int eventfd)
{
	kvm_irq_unbind(&vm_of(machine)->irq, gsi, eventfd);
}

static void machine_irq_set(struct machine *machine, unsigned gsi, bool level)
{
	kvm_irq_set(&vm_of(machine)->irq, gsi, level);
}

static int machine_doorbell_bind(struct machine *machine, uint64_t gpa,
				 int eventfd)
{
	return kvm_irq_doorbell(&vm_of(machine)->irq, gpa, eventfd, true);
}

static void machine_doorbell_unbind(struct machine *machine, uint64_t gpa,
				    int eventfd)
{
	kvm_irq_doorbell(&vm_of(machine)->irq, gpa, eventfd, false);
}

static void machine_io_call(struct machine *machine, void (*call)(void *arg),
			    void *arg)
{
	vm_io(vm_of(machine), call, arg);
}

static void machine_ask(struct machine *machine, enum machine_event event)
{
	vm_event(vm_of(machine), event);
}

const struct machine_ops vm_machine_ops = {
	.msi_alloc = machine_msi_alloc,
	.msi_free = machine_msi_free,
	.msi_route = machine_msi_route,
	.irq_bind = machine_irq_bind,
	.irq_unbind = machine_irq_unbind,
	.irq_set = machine_irq_set,
	.doorbell_bind = machine_doorbell_bind,
	.doorbell_unbind = machine_doorbell_unbind,
	.io = machine_io_call,
	.event = machine_ask,
};
