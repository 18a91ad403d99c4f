// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_life.c - a machine runs, pauses, begins anew, and ends
 *
 * Theory of operation
 *
 * Whatever changes a machine as a whole happens on the I/O thread while all
 * vCPU threads are parked: out of KVM_RUN, with nothing of their last exit left
 * to do, waiting for @go. Nobody waits for that. Who wants it notes what for
 * (want_*) and calls vm_park(); the last vCPU to park wakes the I/O thread,
 * and vm_settle() does what was noted. So a vCPU thread that is just waiting
 * for the I/O thread (machine_io()) is served first, and parks then.
 *
 * No request gets lost on the way into KVM_RUN: vm_park() sets immediate_exit,
 * which KVM looks at behind its own checks for signals, and only then sends
 * signals to the vCPUs, from the I/O thread (vCPU threads may not send any).
 * immediate_exit is taken back only by a vCPU thread that has parked.
 *
 * VM_OFF and VM_FAILED are for ever: CPUs stay parked until vm_destroy().
 *
 * What a guest can do here: ask for a reset or for its end again and again,
 * from each CPU. That is noted in flags, and takes as long as it takes to load
 * a kernel; it costs its own machine.
 */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "vmm/kvm.h"
#include "vmm/vm_internal.h"

static bool is_over(const struct vm *vm)
{
	return vm->state == VM_OFF || vm->state == VM_FAILED;
}

static void set_state(struct vm *vm, enum vm_state state)
{
	if (vm->state == state)
		return;
	vm->state = state;
	if (vm->settings.changed)
		vm->settings.changed(vm->settings.ctx, state);
}

void vm_park(struct vm *vm)
{
	unsigned i;

	vm->is_parking = true;
	for (i = 0; i < vm->vcpu_count; i++)
		vcpu_interrupt(&vm->vcpus[i]);
	vm_wake(vm);
}

void vm_release(struct vm *vm)
{
	vm->is_parking = false;
	pthread_cond_broadcast(&vm->go);
}

bool vm_park_here(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;

	vcpu->is_parked = true;
	vm->parked++;
	if (vm->is_parking && vm->parked == vm->vcpu_count) {
		pthread_cond_signal(&vm->all_parked);
		vm_wake(vm);
	}
	while (vm->is_parking && !vm->is_ending)
		pthread_cond_wait(&vm->go, &vm->lock);
	vm->parked--;
	vcpu->is_parked = false;
	return !vm->is_ending;
}

static void kick_all(struct vm *vm)
{
	unsigned i;

	for (i = 0; i < vm->vcpu_count; i++) {
		if (vm->vcpus[i].has_thread && !vm->vcpus[i].is_parked)
			vcpu_kick(&vm->vcpus[i]);
	}
}

static int begin_anew(struct vm *vm, struct err *err)
{
	unsigned i;

	vm_devices_reset(vm);
	if (kvm_irq_reset(&vm->irq, err))
		return err->code;
	for (i = 0; i < vm->vcpu_count; i++) {
		struct vcpu *vcpu = &vm->vcpus[i];

		if (vcpu_state_restore(&vcpu->created, vcpu->fd,
				       vm->settings.log, err))
			return err->code;
	}
	return vm_boot(vm, err);
}

static void do_reset(struct vm *vm)
{
	struct err err;

	vm->want_reset = false;
	if (begin_anew(vm, &err)) {
		vm_fail(vm, "reset: %s", err.msg);
		return;
	}
	vm_grow_begin(vm);
	if (vm->settings.reset)
		vm->settings.reset(vm->settings.ctx);
}

/* A guest that was paused is not told that it was slow (softlockup). */
static void excuse(struct vm *vm)
{
	unsigned i;

	for (i = 0; i < vm->vcpu_count; i++)
		kvm_call(vm->vcpus[i].fd, KVM_KVMCLOCK_CTRL, NULL);
}

static void go_on(struct vm *vm)
{
	if (vm->state == VM_PAUSED)
		excuse(vm);
	vm_release(vm);
	set_state(vm, VM_RUNNING);
}

/* All CPUs are parked: do what that was wanted for. */
static void vm_settle(struct vm *vm)
{
	if (vm->want_reset && !vm->has_failed && !vm->want_off)
		do_reset(vm);
	if (vm->has_failed)
		set_state(vm, VM_FAILED);
	else if (vm->want_off)
		set_state(vm, VM_OFF);
	else if (vm->want_pause)
		set_state(vm, VM_PAUSED);
	else
		go_on(vm);
}

void vm_woken(struct watch *watch, uint32_t events)
{
	struct vm *vm = container_of(watch, struct vm, wake);
	uint64_t count;

	(void)events;
	if (read(watch->fd, &count, sizeof(count)) < 0)
		return;
	vm_io_run(vm);
	if (vm->told_drivers) {
		vm->told_drivers = false;
		if (vm->settings.drivers)
			vm->settings.drivers(vm->settings.ctx);
	}
	if (!vm->is_parking || vm->state == VM_READY || is_over(vm))
		return;
	if (vm->parked == vm->vcpu_count)
		vm_settle(vm);
	else
		kick_all(vm);
}

void vm_event(struct vm *vm, enum machine_event event)
{
	switch (event) {
	case MACHINE_POWER_OFF:
		vm->want_off = true;
		vm_park(vm);
		break;
	case MACHINE_RESET:
		vm->want_reset = true;
		vm_park(vm);
		break;
	case MACHINE_DRIVERS:
		vm->told_drivers = true;
		vm_wake(vm);
		break;
	}
}

void vm_fail(struct vm *vm, const char *fmt, ...)
{
	va_list args;

	if (vm->has_failed)
		return;
	vm->has_failed = true;
	va_start(args, fmt);
	vsnprintf(vm->reason, sizeof(vm->reason), fmt, args);
	va_end(args);
	vm_park(vm);
}

void vm_end(struct vm *vm)
{
	unsigned i;

	vm->is_ending = true;
	vm_park(vm);
	vm_io_cancel(vm);
	pthread_cond_broadcast(&vm->go);
	kick_all(vm);
	vm_unlock(vm);
	for (i = 0; i < vm->vcpu_count; i++)
		vcpu_join(&vm->vcpus[i]);
	vm_lock(vm);
}

void vm_pause(struct vm *vm)
{
	if (vm->state != VM_RUNNING)
		return;
	vm->want_pause = true;
	vm_park(vm);
}

void vm_resume(struct vm *vm)
{
	if (!vm->want_pause || is_over(vm))
		return;
	/* What else CPUs are parked for, or on their way to, is seen to. */
	vm->want_pause = false;
	vm_wake(vm);
}

void vm_reset(struct vm *vm)
{
	if (vm->state != VM_RUNNING && vm->state != VM_PAUSED)
		return;
	vm->want_reset = true;
	vm_park(vm);
}

void vm_power_button(struct vm *vm)
{
	pm_press(&vm->pm);
}

enum vm_state vm_state(const struct vm *vm)
{
	return vm->state;
}

const char *vm_reason(const struct vm *vm)
{
	return vm->reason;
}
