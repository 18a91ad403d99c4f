// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vcpu.c - one virtual CPU, and its thread
 *
 * Theory of operation
 *
 * vcpu_main() runs on a thread of its own: KVM_RUN without the machine's lock,
 * and with it whatever an exit asks for (vcpu_exit.c).
 *
 * KVM does what is left of an exit (the result of a read, the rest of a string
 * instruction) at the start of the next KVM_RUN. So a thread parks only when
 * KVM_RUN said EINTR, which it does with nothing left to do.
 *
 * The thread's system calls are ioctl(), poll() and write() on eventfds, the
 * log's write(), futex(), and what the end of a thread takes.
 *
 * Limits: x86-64 with KVM's own interrupt controllers, so HLT is no exit.
 */
#include "vmm/vcpu.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/guest_cpuid.h"
#include "vmm/kvm.h"
#include "vmm/msr.h"
#include "vmm/vm_internal.h"

/* The notifier has the first real-time signal: core/notify.h. */
#define KICK_SIGNAL (SIGRTMIN + 1)

static int vcpu_map(struct vcpu *vcpu, struct err *err)
{
	int size = KVM_MUST(vcpu->vm->settings.kvm_fd, KVM_GET_VCPU_MMAP_SIZE,
			    NULL, err);
	void *run;

	if (size < 0)
		return size;
	run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   vcpu->fd, 0);
	if (run == MAP_FAILED)
		return err_set(err, -errno, "cannot map a CPU of KVM: %s",
			       strerror(errno));
	vcpu->run = run;
	vcpu->run_size = (size_t)size;
	return 0;
}

int vcpu_open(struct vcpu *vcpu, struct vm *vm, unsigned id,
	      struct kvm_cpuid2 *cpuid, struct err *err)
{
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->fd = kvm_call_value(vm->fd, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0)
		return err_set(err, vcpu->fd, "KVM can't make CPU %u: %s", id,
			       strerror(-vcpu->fd));
	if (vcpu_map(vcpu, err))
		return err->code;
	cpuid_set_id(cpuid, id);
	if (KVM_MUST(vcpu->fd, KVM_SET_CPUID2, cpuid, err) < 0)
		return err->code;
	msr_init(vcpu->fd, vm->settings.log);
	if (vcpu_state_lint(vcpu->fd, err))
		return err->code;
	return vcpu_state_save(&vcpu->created, vcpu->fd, vm->msrs,
			       vm->settings.log, err);
}

void vcpu_close(struct vcpu *vcpu)
{
	if (!vcpu->vm)
		return;
	if (vcpu->run)
		munmap(vcpu->run, vcpu->run_size);
	if (vcpu->fd >= 0)
		close(vcpu->fd);
	vcpu_state_clear(&vcpu->created);
	vcpu->vm = NULL;
}

/* With the lock, which is let go of while the guest runs. */
static int vcpu_run_once(struct vcpu *vcpu)
{
	int code;

	vm_unlock(vcpu->vm);
	code = kvm_call_value(vcpu->fd, KVM_RUN, 0);
	vm_lock(vcpu->vm);
	return code;
}

/* Until it was interrupted, and nothing is left to do; or can't go on. */
static void vcpu_run(struct vcpu *vcpu)
{
	int code;

	while (!vcpu->vm->has_failed) {
		code = vcpu_run_once(vcpu);
		if (code == -EINTR)
			return;
		if (code >= 0)
			vcpu_exit(vcpu);
		else if (code != -EAGAIN) /* a CPU that nobody started yet */
			vm_fail(vcpu->vm, "CPU %u: KVM can't run it: %s",
				vcpu->id, strerror(-code));
	}
}

static void *vcpu_main(void *arg)
{
	struct vcpu *vcpu = arg;
	struct vm *vm = vcpu->vm;
	int code = 0;

	if (vm->thread_ready)
		code = vm->thread_ready(vm->settings.ctx, true);
	vm_lock(vm);
	if (code)
		vm_fail(vm, "CPU %u: its thread can't be confined: %s",
			vcpu->id, strerror(-code));
	while (vm_park_here(vcpu)) {
		__atomic_store_n(&vcpu->run->immediate_exit, 0,
				 __ATOMIC_RELAXED);
		vcpu_run(vcpu);
	}
	vm_unlock(vm);
	return NULL;
}

static void kick_handler(int number)
{
	/* To interrupt is all that it is for. */
	(void)number;
}

/* All signals but ours are the I/O thread's. */
static int make_thread(struct vcpu *vcpu, const pthread_attr_t *attr)
{
	struct sigaction action = {.sa_handler = kick_handler};
	sigset_t all, old;
	int code;

	sigaction(KICK_SIGNAL, &action, NULL);
	sigfillset(&all);
	sigdelset(&all, KICK_SIGNAL);
	/* what a bug raises shall end the process, as on any thread */
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	code = pthread_create(&vcpu->thread, attr, vcpu_main, vcpu);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return code;
}

int vcpu_start(struct vcpu *vcpu, struct err *err)
{
	pthread_attr_t attr;
	int code;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, MAX(VCPU_STACK, PTHREAD_STACK_MIN));
	code = make_thread(vcpu, &attr);
	pthread_attr_destroy(&attr);
	if (code)
		return err_set(err, -code, "no thread for CPU %u: %s", vcpu->id,
			       strerror(code));
	vcpu->has_thread = true;
	return 0;
}

void vcpu_interrupt(struct vcpu *vcpu)
{
	if (vcpu->run)
		__atomic_store_n(&vcpu->run->immediate_exit, 1,
				 __ATOMIC_RELAXED);
}

void vcpu_kick(struct vcpu *vcpu)
{
	pthread_kill(vcpu->thread, KICK_SIGNAL);
}

void vcpu_join(struct vcpu *vcpu)
{
	if (!vcpu->has_thread)
		return;
	pthread_join(vcpu->thread, NULL);
	vcpu->has_thread = false;
}
