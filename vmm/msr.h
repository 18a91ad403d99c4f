/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * msr.h - model-specific registers: what a CPU begins with, and gets back
 *
 * Which ones there are depends on the host's CPU and kernel. What KVM refuses
 * is left out: a guest that works is worth more than a complete set.
 */
#ifndef VMM_MSR_H
#define VMM_MSR_H

#include <linux/kvm.h>

#include "core/err.h"
#include "core/log.h"

/**
 * msr_list() - those that KVM can save
 * @kvm_fd:	/dev/kvm
 * @list:	gets a list that the caller frees
 */
int msr_list(int kvm_fd, struct kvm_msr_list **list, struct err *err);

/** msr_init() - what firmware leaves behind for a kernel */
void msr_init(int vcpu_fd, const struct log *log);

/**
 * msr_save() - values of all registers of @list
 *
 * Return: to be freed by the caller; NULL without memory.
 */
struct kvm_msrs *msr_save(int vcpu_fd, const struct kvm_msr_list *list,
			  const struct log *log);

/** msr_restore() - what msr_save() returned; the time stamp starts at 0 */
void msr_restore(int vcpu_fd, struct kvm_msrs *msrs, const struct log *log);

#endif
