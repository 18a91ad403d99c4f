// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * msr.c - model-specific registers: what a CPU begins with, and gets back
 */
#include "vmm/msr.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "vmm/kvm.h"

/* Intel SDM volume 4, AMD APM volume 2 appendix A */
#define MSR_TSC 0x10
#define MSR_MISC_ENABLE 0x1a0
#define MSR_MISC_ENABLE_FAST_STRING 0x1
#define MSR_MTRR_DEF_TYPE 0x2ff
#define MSR_MTRR_DEF_TYPE_ON 0x800 /* with MTRRs on ... */
#define MSR_MTRR_DEF_TYPE_WB 0x6   /* ... and all of RAM write-back */
#define MSR_TSC_DEADLINE 0x6e0
/* Hyper-V's: a guest is not offered them */
#define MSR_HYPERV_START 0x40000000
#define MSR_HYPERV_END 0x40000200

/* More than any kernel has; a list that is longer is not KVM's. */
#define MSR_MAX 4096

static struct kvm_msrs *msr_alloc(unsigned count)
{
	struct kvm_msrs *msrs;

	msrs = calloc(1, sizeof(*msrs) + count * sizeof(msrs->entries[0]));
	if (msrs)
		msrs->nmsrs = count;
	return msrs;
}

/*
 * KVM stops at the first register that it refuses, and says how far it came.
 * That one goes out of the set, and all is done again.
 */
static void msr_transfer(int vcpu_fd, unsigned long request,
			 struct kvm_msrs *msrs, const struct log *log)
{
	while (msrs->nmsrs) {
		int done = kvm_call(vcpu_fd, request, msrs);
		struct kvm_msr_entry *refused;

		if (done < 0 || (unsigned)done >= msrs->nmsrs)
			return;
		refused = &msrs->entries[done];
		log_debug(log, "KVM doesn't take MSR 0x%x: left out",
			  refused->index);
		msrs->nmsrs--;
		memmove(refused, refused + 1,
			(msrs->nmsrs - (unsigned)done) * sizeof(*refused));
	}
}

int msr_list(int kvm_fd, struct kvm_msr_list **list, struct err *err)
{
	struct kvm_msr_list count = {.nmsrs = 0};
	int code = kvm_call(kvm_fd, KVM_GET_MSR_INDEX_LIST, &count);

	/* E2BIG: and says how many there are */
	if ((code && code != -E2BIG) || count.nmsrs > MSR_MAX)
		return err_set(err, code ? code : -E2BIG,
			       "KVM doesn't say which MSRs it has: %s",
			       strerror(-code));
	*list = calloc(1, sizeof(count) +
				  count.nmsrs * sizeof((*list)->indices[0]));
	if (!*list)
		return err_set(err, -ENOMEM, "no memory for a list of MSRs");
	(*list)->nmsrs = count.nmsrs;
	code = KVM_MUST(kvm_fd, KVM_GET_MSR_INDEX_LIST, *list, err);
	if (code < 0) {
		free(*list);
		*list = NULL;
	}
	return MIN(code, 0);
}

static const struct kvm_msr_entry first_values[] = {
	{.index = MSR_MISC_ENABLE, .data = MSR_MISC_ENABLE_FAST_STRING},
	/* Off, a kernel takes all RAM for uncached, and does without PAT. */
	{.index = MSR_MTRR_DEF_TYPE,
	 .data = MSR_MTRR_DEF_TYPE_ON | MSR_MTRR_DEF_TYPE_WB},
};

void msr_init(int vcpu_fd, const struct log *log)
{
	struct kvm_msrs *msrs = msr_alloc(ARRAY_SIZE(first_values));

	if (!msrs)
		return;
	memcpy(msrs->entries, first_values, sizeof(first_values));
	msr_transfer(vcpu_fd, KVM_SET_MSRS, msrs, log);
	free(msrs);
}

static bool msr_is_ours(uint32_t index)
{
	return index < MSR_HYPERV_START || index >= MSR_HYPERV_END;
}

struct kvm_msrs *msr_save(int vcpu_fd, const struct kvm_msr_list *list,
			  const struct log *log)
{
	struct kvm_msrs *msrs = msr_alloc(list->nmsrs);
	unsigned i, count = 0;

	if (!msrs)
		return NULL;
	for (i = 0; i < list->nmsrs; i++) {
		if (msr_is_ours(list->indices[i]))
			msrs->entries[count++].index = list->indices[i];
	}
	msrs->nmsrs = count;
	msr_transfer(vcpu_fd, KVM_GET_MSRS, msrs, log);
	return msrs;
}

void msr_restore(int vcpu_fd, struct kvm_msrs *msrs, const struct log *log)
{
	unsigned i;

	for (i = 0; i < msrs->nmsrs; i++) {
		struct kvm_msr_entry *entry = &msrs->entries[i];

		/* 0 on all CPUs is how KVM knows that they go together. */
		if (entry->index == MSR_TSC || entry->index == MSR_TSC_DEADLINE)
			entry->data = 0;
	}
	msr_transfer(vcpu_fd, KVM_SET_MSRS, msrs, log);
}
