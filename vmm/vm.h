/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm.h - one virtual machine on KVM: memory, CPUs, devices, and its life
 *
 *	vm_create()	all is made, nothing runs
 *	vm_add_*()	devices, in the order that the guest finds them
 *	vm_load()	tables and kernel
 *	vm_start()	vCPU threads run
 *	vm_destroy()	threads end, everything goes
 *
 * All of it belongs to the I/O thread: the one that runs the loop.
 */
#ifndef VMM_VM_H
#define VMM_VM_H

#include "vmm/boot.h"
#include "vmm/devices.h"
#include "vmm/machine.h"

/** VM_MAX_CPUS - vCPUs of one guest */
#define VM_MAX_CPUS 64
/** VM_REASON_SIZE - why a machine stopped, a sentence */
#define VM_REASON_SIZE 160

struct vm;

/**
 * enum vm_state - where a machine is in its life
 * @VM_READY:	made, not started
 * @VM_RUNNING:	its CPUs run
 * @VM_PAUSED:	its CPUs wait; devices go on
 * @VM_OFF:	the guest switched itself off
 * @VM_FAILED:	it can't go on; see vm_reason()
 */
enum vm_state {
	VM_READY,
	VM_RUNNING,
	VM_PAUSED,
	VM_OFF,
	VM_FAILED,
	VM_STATE_COUNT,
};

/**
 * struct vm_settings - the machine
 * @name:	for words about it
 * @kvm_fd:	/dev/kvm; stays the caller's
 * @memory:	bytes of RAM
 * @cpus:	1 to VM_MAX_CPUS
 * @serial_in_fd: what the first serial port receives; non-blocking, stays the
 *		caller's; -1: nothing
 * @serial_out_fd: where it sends to; non-blocking or a plain file; likewise
 * @boot:	what vm_load() will be given: to be loaded while KVM makes the
 *		machine; NULL is fine
 * @loop:	of the calling thread
 * @log:	for words
 * @changed:	its state changed; from the loop
 * @reset:	the guest began anew; from the loop; NULL is fine
 * @drivers:	a driver started or reset its device; from the loop; NULL is
 *		fine
 * @ctx:	for all three
 */
struct vm_settings {
	const char *name;
	int kvm_fd;
	uint64_t memory;
	unsigned cpus;
	int serial_in_fd;
	int serial_out_fd;
	const struct boot_settings *boot;
	struct loop *loop;
	const struct log *log;
	void (*changed)(void *ctx, enum vm_state state);
	void (*reset)(void *ctx);
	void (*drivers)(void *ctx);
	void *ctx;
};

/** vm_create() - NULL with a sentence in @err when KVM can't do it */
struct vm *vm_create(const struct vm_settings *settings, struct err *err);

/** vm_destroy() - in any state; NULL is fine */
void vm_destroy(struct vm *vm);

/** vm_machine() - for the devices' create functions */
struct machine *vm_machine(struct vm *vm);

/** vm_add() - put a device into the next slot; takes it over, also on failure
 */
int vm_add(struct vm *vm, struct virtio_device *device, struct err *err);

/**
 * vm_load() - write tables and load the kernel
 * @settings:	@rsdp is filled in here; descriptors and text stay the caller's
 *		and live as long as @vm: a reset loads them again
 */
int vm_load(struct vm *vm, const struct boot_settings *settings,
	    struct err *err);

/**
 * vm_start() - run the guest
 * @thread_ready: called on each vCPU thread, and then on the I/O thread, before
 *		the guest's first instruction: gives up what that thread does
 *		not need; 0 or -errno. NULL is fine
 */
int vm_start(struct vm *vm, int (*thread_ready)(void *ctx, bool is_cpu),
	     struct err *err);

/** vm_pause() - CPUs stop soon; changed() tells when all have */
void vm_pause(struct vm *vm);

/** vm_resume() - no-op unless paused */
void vm_resume(struct vm *vm);

/** vm_reset() - as the reset button */
void vm_reset(struct vm *vm);

/** vm_power_button() - ask the guest to end (ACPI fixed power button) */
void vm_power_button(struct vm *vm);

/** vm_state() - of the machine as a whole */
enum vm_state vm_state(const struct vm *vm);

/** vm_reason() - a sentence: why it is VM_FAILED; empty otherwise */
const char *vm_reason(const struct vm *vm);

/** vm_driver_is_running() - did the driver of @device start it? */
bool vm_driver_is_running(const struct vm *vm,
			  const struct virtio_device *device);

#endif
