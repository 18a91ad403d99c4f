/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kvm_probe.h - does a guest really run on this machine's KVM?
 */
#ifndef CLI_DOCTOR_KVM_PROBE_H
#define CLI_DOCTOR_KVM_PROBE_H

/**
 * enum kvm_verdict - what /dev/kvm is worth
 * @KVM_GOOD:	a test guest ran and the CPU virtualizes in hardware
 * @KVM_SLOW:	a test guest ran, but the CPU shows neither vmx nor svm: KVM
 *		emulates instruction by instruction and no stock kernel boots
 * @KVM_BROKEN:	/dev/kvm opens, and the test guest did not run
 * @KVM_DENIED:	/dev/kvm is there and may not be opened
 * @KVM_ABSENT:	there is no /dev/kvm
 */
enum kvm_verdict {
	KVM_GOOD,
	KVM_SLOW,
	KVM_BROKEN,
	KVM_DENIED,
	KVM_ABSENT,
};

/**
 * kvm_probe() - run a guest of ten bytes, in a child of our own
 *
 * Takes some milliseconds; at most two seconds, when the guest hangs.
 */
enum kvm_verdict kvm_probe(void);

#endif
