/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kvm_probe.h - does a guest really run on this machine's KVM?
 */
#ifndef CLI_DOCTOR_KVM_PROBE_H
#define CLI_DOCTOR_KVM_PROBE_H

#include <stdbool.h>

/** KVM_TEXT_SIZE - what kvm_probe_describe() says */
#define KVM_TEXT_SIZE 160

/** KVM_FAST_US - the test guest takes no longer where instructions run on the
 * CPU: 8192 rounds of a loop, some 20 us on hardware, 8 ms when each is
 * emulated */
#define KVM_FAST_US 2000

/**
 * enum kvm_verdict - what /dev/kvm is worth
 * @KVM_GOOD:	a test guest ran at the CPU's own speed
 * @KVM_SLOW:	a test guest ran, but its instructions are emulated one by one,
 *		and no stock kernel boots
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
 * struct kvm_probe - what was found
 * @verdict:	enum kvm_verdict
 * @elapsed_us:	what the test guest took, the best of a few runs; 0: none ran
 * @cpu_virtualizes: the CPU shows vmx or svm
 */
struct kvm_probe {
	enum kvm_verdict verdict;
	unsigned long elapsed_us;
	bool cpu_virtualizes;
};

/**
 * kvm_probe() - run a guest of ten bytes, in a child of our own
 *
 * Takes some milliseconds; at most two seconds, when the guest hangs.
 *
 * Return: @probe's verdict.
 */
enum kvm_verdict kvm_probe(struct kvm_probe *probe);

/** kvm_probe_describe() - what was found, half a sentence in @text of
 * KVM_TEXT_SIZE */
const char *kvm_probe_describe(const struct kvm_probe *probe, char *text);

/** kvm_is_good() - is it worth to run guests with KVM here? */
static inline bool kvm_is_good(void)
{
	struct kvm_probe probe;

	return kvm_probe(&probe) == KVM_GOOD;
}

#endif
