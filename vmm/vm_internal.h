/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_internal.h - a virtual machine, for its own files
 *
 *	vm.c		creation and end
 *	vm_lock.c	the one lock, and calls from vCPU threads to the I/O
 *			thread
 *	vm_machine.c	machine.h on KVM
 *	vm_devices.c	what is in it
 *	vm_life.c	running, paused, reset, off
 *	vm_load.c	tables and kernel
 *	vm_grow.c	RAM as huge pages, as the guest gets into it
 *	vcpu.c		a vCPU and its thread
 *	vcpu_exit.c	what a guest's exits ask for
 */
#ifndef VMM_VM_INTERNAL_H
#define VMM_VM_INTERNAL_H

#include <pthread.h>

#include "core/list.h"
#include "core/log.h"
#include "core/loop.h"
#include "vmm/i8042.h"
#include "vmm/kvm_irq.h"
#include "vmm/pci.h"
#include "vmm/pm.h"
#include "vmm/serial.h"
#include "vmm/vcpu.h"
#include "vmm/virtio_pci.h"
#include "vmm/vm.h"

/** VM_MAX_DEVICES - behind the host bridge, one a slot */
#define VM_MAX_DEVICES (PCI_SLOTS - 1)

/**
 * struct vm_load - a kernel that is loaded while KVM makes the machine
 * @thread:	that does
 * @has_thread:	it was started, and not waited for yet
 * @code:	0 or -errno, once it has ended
 * @entry:	where the guest begins
 * @err:	what is wrong
 */
struct vm_load {
	pthread_t thread;
	bool has_thread;
	int code;
	struct boot_entry entry;
	struct err err;
};

/**
 * struct vm_grow - RAM that becomes huge pages
 * @timer:	of the next look
 * @pause_ns:	from look to look
 * @resident:	bytes of RAM that were there at the last one
 * @quiet:	looks since it grew
 * @made:	huge pages
 * @refusals:	times that the host's kernel made none
 */
struct vm_grow {
	struct timer timer;
	uint64_t pause_ns;
	uint64_t resident;
	unsigned quiet;
	unsigned made;
	unsigned refusals;
};

/**
 * struct vm - one virtual machine
 * @machine:	what devices see of it
 * @settings:	as given
 * @fd:		KVM's VM
 * @irq:	interrupt controllers
 * @boot:	what to load, also after a reset
 * @load:	the first time
 * @grow:	huge pages
 * @serial:	first serial port
 * @i8042:	keyboard controller
 * @pm:		power management
 * @pci:	the bus of all other devices
 * @device_count: valid entries of @devices
 * @devices:	in the order that they were added
 * @msrs:	that KVM can save
 * @lock:	the machine's lock
 * @turn:	held while waiting for @lock: who waits comes next
 * @rest:	lets go of @lock while the loop sleeps
 * @io_thread:	that made us
 * @wake:	written by vCPU threads: there is something for the I/O thread
 * @io_calls:	struct vm_io that wait for the I/O thread
 * @io_done:	one of them is done
 * @go:		parked vCPUs may go on
 * @all_parked:	the last vCPU parked
 * @state:	of the machine
 * @reason:	why it is VM_FAILED
 * @limit:	of words that a guest can provoke
 * @is_parking:	vCPUs shall park
 * @parked:	how many are
 * @is_ending:	vCPU threads shall end
 * @want_pause:	once parked: stay
 * @want_reset:	once parked: begin anew
 * @want_off:	once parked: that was it
 * @has_failed:	once parked: it can't go on
 * @told_drivers: a driver's state changed and nobody was told yet
 * @thread_ready: called on each thread before the guest runs
 * @vcpus:	valid up to @vcpu_count
 */
struct vm {
	struct machine machine;
	struct vm_settings settings;
	int fd;
	struct kvm_irq irq;
	struct boot_settings boot;
	struct vm_load load;
	struct vm_grow grow;
	struct serial serial;
	struct i8042 i8042;
	struct pm pm;
	struct pci_bus pci;
	unsigned device_count;
	struct virtio_pci *devices[VM_MAX_DEVICES];
	struct kvm_msr_list *msrs;

	pthread_mutex_t lock;
	pthread_mutex_t turn;
	struct loop_rest rest;
	pthread_t io_thread;
	struct watch wake;
	struct list io_calls;
	pthread_cond_t io_done;
	pthread_cond_t go;
	pthread_cond_t all_parked;

	enum vm_state state;
	char reason[VM_REASON_SIZE];
	struct log_limit limit;
	bool is_parking;
	unsigned parked;
	bool is_ending;
	bool want_pause;
	bool want_reset;
	bool want_off;
	bool has_failed;
	bool told_drivers;
	int (*thread_ready)(void *ctx, bool is_cpu);

	unsigned vcpu_count;
	struct vcpu vcpus[];
};

/* vm_lock.c */

/** vm_lock_init() - the calling thread is the I/O thread, and has the lock */
int vm_lock_init(struct vm *vm, struct err *err);

/** vm_lock_fini() - there are no vCPU threads any more */
void vm_lock_fini(struct vm *vm);

/** vm_lock() - take the machine's lock */
void vm_lock(struct vm *vm);

/** vm_unlock() - let the next one have it */
void vm_unlock(struct vm *vm);

/** vm_wake() - make the I/O thread look; any thread */
void vm_wake(struct vm *vm);

/** vm_io() - see machine_io() */
void vm_io(struct vm *vm, void (*call)(void *arg), void *arg);

/** vm_io_run() - on the I/O thread: do what vCPU threads wait for */
void vm_io_run(struct vm *vm);

/** vm_io_cancel() - on the I/O thread: it won't be done any more */
void vm_io_cancel(struct vm *vm);

/* vm_life.c; all with the lock */

/** vm_woken() - on the I/O thread, after vm_wake() */
void vm_woken(struct watch *watch, uint32_t events);

/** vm_park_here() - on a vCPU's thread, when it is out of KVM_RUN and its
 * registers are complete: wait while CPUs shall be parked
 *
 * Return: false: the thread shall end.
 */
bool vm_park_here(struct vcpu *vcpu);

/** vm_park() - ask all vCPUs to park; any thread */
void vm_park(struct vm *vm);

/** vm_release() - let parked vCPUs go on; on the I/O thread */
void vm_release(struct vm *vm);

/** vm_event() - see machine_event() */
void vm_event(struct vm *vm, enum machine_event event);

/** vm_fail() - the machine can't go on; any thread. The first reason counts */
void vm_fail(struct vm *vm, const char *fmt, ...) PRINTF(2, 3);

/** vm_end() - make vCPU threads end, and wait; the lock is held, but not
 * meanwhile */
void vm_end(struct vm *vm);

/* vm_grow.c; on the I/O thread */

/** vm_grow_begin() - a guest begins: make huge pages while it grows */
void vm_grow_begin(struct vm *vm);

/** vm_grow_end() - no more; no-op before vm_grow_begin() */
void vm_grow_end(struct vm *vm);

/** vm_grow_look() - collapse where RAM that is there ends within a huge page;
 * returns how many were made. @grow's counters go on. */
unsigned vm_grow_look(struct vm_grow *grow, const struct vm_memory *memory);

/* vm_machine.c */

extern const struct machine_ops vm_machine_ops;

/* vm_load.c */

/** vm_load_begin() - of settings.boot, by a thread; vm_load() waits for it */
int vm_load_begin(struct vm *vm, struct err *err);

/** vm_load_await() - the thread has ended; no-op without one */
void vm_load_await(struct vm *vm);

/** vm_boot() - tables and kernel into RAM, the first CPU at its entry */
int vm_boot(struct vm *vm, struct err *err);

/* vm_devices.c */

/** vm_devices_init() - what every machine has */
int vm_devices_init(struct vm *vm, struct err *err);

/** vm_devices_fini() - also what was added; no-op before init */
void vm_devices_fini(struct vm *vm);

/** vm_devices_reset() - as after power on */
void vm_devices_reset(struct vm *vm);

#endif
