/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vcpu_state.h - registers of a virtual CPU: as created, and where it begins
 */
#ifndef VMM_VCPU_STATE_H
#define VMM_VCPU_STATE_H

#include <linux/kvm.h>

#include "core/err.h"
#include "core/log.h"
#include "vmm/boot.h"

/**
 * struct vcpu_state - what a reset brings back; KVM made it
 * @regs:	general registers
 * @sregs:	segments, control registers, APIC base
 * @lapic:	local APIC
 * @xcrs:	extended control registers
 * @debugregs:	breakpoints
 * @events:	what is pending: nothing
 * @mp_state:	does it run, or wait to be started?
 * @msrs:	model-specific registers
 *
 * Floating point and vector registers are not kept: empty is all they can be.
 */
struct vcpu_state {
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_lapic_state lapic;
	struct kvm_xcrs xcrs;
	struct kvm_debugregs debugregs;
	struct kvm_vcpu_events events;
	struct kvm_mp_state mp_state;
	struct kvm_msrs *msrs;
};

/**
 * vcpu_state_save() - of a CPU that never ran
 * @fd:		KVM's vCPU
 * @list:	MSRs that there are
 */
int vcpu_state_save(struct vcpu_state *state, int fd,
		    const struct kvm_msr_list *list, const struct log *log,
		    struct err *err);

/** vcpu_state_clear() - no-op when all zeros */
void vcpu_state_clear(struct vcpu_state *state);

/** vcpu_state_restore() - the CPU is as it was when @state was saved */
int vcpu_state_restore(const struct vcpu_state *state, int fd,
		       const struct log *log, struct err *err);

/** vcpu_state_enter() - a CPU as created begins at @entry instead */
int vcpu_state_enter(const struct vcpu_state *state, int fd,
		     const struct boot_entry *entry, struct err *err);

/** vcpu_state_lint() - wire a local APIC's pins as firmware does */
int vcpu_state_lint(int fd, struct err *err);

#endif
