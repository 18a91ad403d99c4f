/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_cpuid.h - what CPUID tells a guest
 *
 * All that KVM supports on this host, less what a guest has no use for, and
 * with the topology of the guest: one package, one thread a core.
 */
#ifndef VMM_GUEST_CPUID_H
#define VMM_GUEST_CPUID_H

#include <linux/kvm.h>
#include <stdbool.h>

#include "core/err.h"

/** CPUID_MAX - entries of one CPU */
#define CPUID_MAX 256

/**
 * struct cpuid_settings - what depends on the host's KVM and on the guest
 * @cpus:	CPUs of the guest
 * @tsc_khz:	rate of its time stamp counter; 0: unknown
 * @has_deadline: the local APIC's timer can be set to a time stamp
 */
struct cpuid_settings {
	unsigned cpus;
	unsigned tsc_khz;
	bool has_deadline;
};

/**
 * cpuid_create() - what all CPUs of a guest are told
 * @kvm_fd:	/dev/kvm
 * @settings:	of the guest
 * @err:	says why when NULL is returned
 *
 * Return: to be freed by the caller.
 */
struct kvm_cpuid2 *cpuid_create(int kvm_fd,
				const struct cpuid_settings *settings,
				struct err *err);

/** cpuid_filter() - what cpuid_create() makes of KVM's own list */
void cpuid_filter(struct kvm_cpuid2 *cpuid,
		  const struct cpuid_settings *settings);

/** cpuid_set_id() - fill in what differs from CPU to CPU: its number */
void cpuid_set_id(struct kvm_cpuid2 *cpuid, unsigned id);

#endif
