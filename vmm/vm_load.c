// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_load.c - tables and kernel into RAM, while KVM makes the machine
 *
 * To make a machine, KVM mostly waits: for CPUs of the host to have seen that
 * there is one, for threads of its own. To load a kernel takes about as long,
 * and RAM is there before the machine is. So a thread loads meanwhile, and has
 * ended before the guest begins, or anything is given up. It shares nothing
 * with the rest but RAM, in which nobody else writes where it does.
 */
#include <limits.h>
#include <signal.h>

#include "vmm/acpi.h"
#include "vmm/vm_internal.h"

static void *load_main(void *arg)
{
	struct vm *vm = arg;

	vm->load.code = boot_load(&vm->machine.ram, &vm->boot, &vm->load.entry,
				  &vm->load.err);
	return NULL;
}

/* Signals are the I/O thread's. */
static int make_thread(struct vm *vm)
{
	sigset_t all, old;
	pthread_attr_t attr;
	int code;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, MAX(VCPU_STACK, PTHREAD_STACK_MIN));
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	code = pthread_create(&vm->load.thread, &attr, load_main, vm);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return code;
}

/* Without a thread it is done by vm_load(). */
int vm_load_begin(struct vm *vm, struct err *err)
{
	int code;

	vm->boot = *vm->settings.boot;
	code = acpi_write(&vm->machine.ram, vm->settings.cpus, &vm->boot.rsdp,
			  err);
	if (code)
		return code;
	vm->load.has_thread = make_thread(vm) == 0;
	return 0;
}

void vm_load_await(struct vm *vm)
{
	if (vm->load.has_thread)
		pthread_join(vm->load.thread, NULL);
	vm->load.has_thread = false;
}

static int enter(struct vm *vm, const struct boot_entry *entry, struct err *err)
{
	struct vcpu *first = &vm->vcpus[0];

	return vcpu_state_enter(&first->created, first->fd, entry, err);
}

int vm_boot(struct vm *vm, struct err *err)
{
	struct boot_entry entry;
	int code = acpi_write(&vm->machine.ram, vm->vcpu_count, &vm->boot.rsdp,
			      err);

	if (!code)
		code = boot_load(&vm->machine.ram, &vm->boot, &entry, err);
	return code ? code : enter(vm, &entry, err);
}

int vm_load(struct vm *vm, const struct boot_settings *settings,
	    struct err *err)
{
	const bool is_loaded = vm->load.has_thread;

	vm_load_await(vm);
	if (!is_loaded) {
		vm->boot = *settings;
		return vm_boot(vm, err);
	}
	if (vm->load.code)
		return err_set(err, vm->load.code, "%s", vm->load.err.msg);
	return enter(vm, &vm->load.entry, err);
}
