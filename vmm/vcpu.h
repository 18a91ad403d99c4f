/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vcpu.h - one virtual CPU: its state, its thread, its exits
 *
 * All but what vcpu.c says runs on its thread belongs to the I/O thread.
 */
#ifndef VMM_VCPU_H
#define VMM_VCPU_H

#include <linux/kvm.h>
#include <pthread.h>
#include <stdbool.h>

#include "core/err.h"
#include "vmm/boot.h"
#include "vmm/vcpu_state.h"

/** VCPU_STACK - bytes: who ended leaves it to the next thread */
#define VCPU_STACK (64 << 10)

struct vm;

/**
 * struct vcpu - one virtual CPU
 * @vm:		whose
 * @id:		number, also of its local APIC
 * @fd:		KVM's
 * @run:	shared with KVM: why KVM_RUN returned
 * @run_size:	bytes of @run
 * @thread:	runs it
 * @has_thread:	@thread is to be joined
 * @is_parked:	its thread waits for vm_release()
 * @created:	its state as KVM made it, for a reset
 */
struct vcpu {
	struct vm *vm;
	unsigned id;
	int fd;
	struct kvm_run *run;
	size_t run_size;
	pthread_t thread;
	bool has_thread;
	bool is_parked;
	struct vcpu_state created;
};

/**
 * vcpu_open() - make it
 * @vcpu:	all zeros
 * @vm:		whose; has KVM's interrupt controllers
 * @id:		number
 * @cpuid:	of all its CPUs; completed for this one
 * @err:	says why when it failed
 */
int vcpu_open(struct vcpu *vcpu, struct vm *vm, unsigned id,
	      struct kvm_cpuid2 *cpuid, struct err *err);

/** vcpu_close() - its thread has ended; no-op when all zeros */
void vcpu_close(struct vcpu *vcpu);

/** vcpu_start() - make its thread; it begins parked */
int vcpu_start(struct vcpu *vcpu, struct err *err);

/** vcpu_exit() - do what KVM_RUN came back for; on its thread, with the lock */
void vcpu_exit(struct vcpu *vcpu);

/** vcpu_kick() - out of KVM_RUN, soon; vcpu_interrupt() was called before */
void vcpu_kick(struct vcpu *vcpu);

/**
 * vcpu_interrupt() - KVM_RUN returns as soon as it can; any thread, with the
 * machine's lock
 *
 * What the last exit left to do is done before: after this a CPU's registers
 * are complete.
 */
void vcpu_interrupt(struct vcpu *vcpu);

/** vcpu_join() - wait for the end of its thread; the lock is not held */
void vcpu_join(struct vcpu *vcpu);

#endif
