// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_cpuid.c - what CPUID tells a guest
 *
 * Leaves are numbered as in Intel's SDM volume 2A (CPUID) and AMD's APM volume
 * 3 (appendix E); those of KVM as in Linux, Documentation/virt/kvm/x86/
 * cpuid.rst. A list has at most a few hundred entries and is made once, so it
 * is just searched.
 */
#include "vmm/guest_cpuid.h"

#include <cpuid.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/util.h"
#include "vmm/kvm.h"

#define LEAF_FEATURES 0x1
#define LEAF_CACHES 0x4
#define LEAF_MORE_FEATURES 0x7
#define LEAF_PMU 0xa
#define LEAF_TOPOLOGY 0xb
#define LEAF_SGX 0x12
#define LEAF_TOPOLOGY_2 0x1f
#define LEAF_KVM 0x40000000u
#define LEAF_KVM_TIMING 0x40000010u
#define LEAF_EXT_FEATURES 0x80000001u
#define LEAF_BRAND 0x80000002u
#define LEAF_BRAND_END 0x80000004u
#define LEAF_SIZES 0x80000008u
#define LEAF_SVM 0x8000000au
#define LEAF_AMD_CACHES 0x8000001du
#define LEAF_AMD_TOPOLOGY 0x8000001eu
#define LEAF_AMD_ENCRYPTION 0x8000001fu
#define LEAF_AMD_PMU 0x80000022u

#define ECX_MONITOR (1u << 3)
#define ECX_VMX (1u << 5)
#define ECX_PDCM (1u << 15)
#define ECX_X2APIC (1u << 21)
#define ECX_DEADLINE (1u << 24)
#define ECX_HYPERVISOR (1u << 31)
#define EDX_HTT (1u << 28)
#define EBX_SGX (1u << 2)
#define ECX_SGX_LC (1u << 30)
#define ECX_SVM (1u << 2)
#define ECX_PERFCTR (1u << 23 | 1u << 24 | 1u << 28)

/* The local APIC's timer counts nanoseconds in KVM. */
#define APIC_KHZ 1000000

#define BRAND "weft virtual CPU"

static struct kvm_cpuid_entry2 *find(struct kvm_cpuid2 *cpuid,
				     uint32_t function, uint32_t index)
{
	unsigned i;

	for (i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

		if (entry->function == function && entry->index == index)
			return entry;
	}
	return NULL;
}

static void remove_leaf(struct kvm_cpuid2 *cpuid, uint32_t function)
{
	unsigned i, kept = 0;

	for (i = 0; i < cpuid->nent; i++) {
		if (cpuid->entries[i].function != function)
			cpuid->entries[kept++] = cpuid->entries[i];
	}
	cpuid->nent = kept;
}

/* Room is CPUID_MAX, and KVM's own list is far shorter. */
static struct kvm_cpuid_entry2 *add(struct kvm_cpuid2 *cpuid, uint32_t function,
				    uint32_t index)
{
	struct kvm_cpuid_entry2 *entry = find(cpuid, function, index);

	if (entry || cpuid->nent == CPUID_MAX)
		return entry;
	entry = &cpuid->entries[cpuid->nent++];
	*entry =
		(struct kvm_cpuid_entry2){.function = function, .index = index};
	return entry;
}

/* How many bits of an APIC id number the CPUs of the package. */
static unsigned id_bits(unsigned cpus)
{
	unsigned bits = 0;

	while (1u << bits < cpus)
		bits++;
	return bits;
}

static void filter_features(struct kvm_cpuid2 *cpuid,
			    const struct cpuid_settings *settings)
{
	struct kvm_cpuid_entry2 *entry = find(cpuid, LEAF_FEATURES, 0);

	if (entry) {
		entry->ecx &= ~(ECX_MONITOR | ECX_VMX | ECX_PDCM);
		entry->ecx |= ECX_HYPERVISOR | ECX_X2APIC;
		if (settings->has_deadline)
			entry->ecx |= ECX_DEADLINE;
		entry->ebx = (entry->ebx & 0xff00) |
			     1u << id_bits(settings->cpus) << 16;
		entry->edx &= ~EDX_HTT;
		if (settings->cpus > 1)
			entry->edx |= EDX_HTT;
	}
	entry = find(cpuid, LEAF_MORE_FEATURES, 0);
	if (entry) {
		entry->ebx &= ~EBX_SGX;
		entry->ecx &= ~ECX_SGX_LC;
	}
	entry = find(cpuid, LEAF_EXT_FEATURES, 0);
	if (entry)
		entry->ecx &= ~(ECX_SVM | ECX_PERFCTR);
}

static void filter_leaves(struct kvm_cpuid2 *cpuid)
{
	static const uint32_t unwanted[] = {
		LEAF_PMU, LEAF_SGX, LEAF_SVM, LEAF_AMD_ENCRYPTION, LEAF_AMD_PMU,
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(unwanted); i++)
		remove_leaf(cpuid, unwanted[i]);
}

/* Levels 1 and 2 are a core's own, the third is everybody's. */
static void filter_caches(struct kvm_cpuid2 *cpuid, unsigned cpus)
{
	unsigned ids = 1u << id_bits(cpus);
	unsigned i;

	for (i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];
		bool is_intel = entry->function == LEAF_CACHES;
		unsigned sharing;

		if ((!is_intel && entry->function != LEAF_AMD_CACHES) ||
		    !(entry->eax & 0x1f))
			continue;
		sharing = (entry->eax >> 5 & 7) > 2 ? ids - 1 : 0;
		entry->eax = (entry->eax & 0x3fff) | sharing << 14;
		if (is_intel)
			entry->eax |= MIN(ids - 1, 63) << 26;
	}
}

/*
 * Two levels: threads of a core, cores of the package. A kernel asks on until
 * a level's type is 0.
 */
static void set_topology(struct kvm_cpuid2 *cpuid, uint32_t leaf, unsigned cpus)
{
	static const uint32_t types[] = {1 << 8, 2 << 8, 0};
	uint32_t level;

	remove_leaf(cpuid, leaf);
	for (level = 0; level < ARRAY_SIZE(types); level++) {
		struct kvm_cpuid_entry2 *entry = add(cpuid, leaf, level);

		if (!entry)
			return;
		entry->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
		entry->eax = level == 1 ? id_bits(cpus) : 0;
		entry->ebx = level == 0 ? 1 : level == 1 ? cpus : 0;
		entry->ecx = types[level] | level;
	}
}

static void filter_topology(struct kvm_cpuid2 *cpuid, unsigned cpus)
{
	struct kvm_cpuid_entry2 *entry = find(cpuid, 0, 0);
	uint32_t max = entry ? entry->eax : 0;

	filter_caches(cpuid, cpus);
	if (max >= LEAF_TOPOLOGY)
		set_topology(cpuid, LEAF_TOPOLOGY, cpus);
	if (max >= LEAF_TOPOLOGY_2)
		set_topology(cpuid, LEAF_TOPOLOGY_2, cpus);
	entry = find(cpuid, LEAF_SIZES, 0);
	if (entry)
		entry->ecx = id_bits(cpus) << 12 | (cpus - 1);
	entry = find(cpuid, LEAF_AMD_TOPOLOGY, 0);
	if (entry)
		entry->ebx = entry->ecx = entry->edx = 0;
}

/* KVM leaves the name empty; the host's own is what a user looks for. */
static void set_brand(struct kvm_cpuid2 *cpuid)
{
	struct kvm_cpuid_entry2 *entry = find(cpuid, LEAF_BRAND, 0);
	uint32_t leaf, words[12] = {0};
	unsigned i;

	if (entry && entry->eax)
		return;
	for (leaf = LEAF_BRAND, i = 0; leaf <= LEAF_BRAND_END; leaf++, i += 4)
		__get_cpuid(leaf, words + i, words + i + 1, words + i + 2,
			    words + i + 3);
	if (!words[0])
		memcpy(words, BRAND, sizeof(BRAND));
	for (leaf = LEAF_BRAND, i = 0; leaf <= LEAF_BRAND_END; leaf++, i += 4) {
		entry = add(cpuid, leaf, 0);
		if (!entry)
			return;
		entry->eax = words[i];
		entry->ebx = words[i + 1];
		entry->ecx = words[i + 2];
		entry->edx = words[i + 3];
	}
}

static void set_timing(struct kvm_cpuid2 *cpuid, unsigned tsc_khz)
{
	struct kvm_cpuid_entry2 *kvm = find(cpuid, LEAF_KVM, 0);
	struct kvm_cpuid_entry2 *timing;

	if (!kvm || !tsc_khz)
		return;
	kvm->eax = MAX(kvm->eax, LEAF_KVM_TIMING);
	timing = add(cpuid, LEAF_KVM_TIMING, 0);
	if (!timing)
		return;
	timing->eax = tsc_khz;
	timing->ebx = APIC_KHZ;
}

void cpuid_filter(struct kvm_cpuid2 *cpuid,
		  const struct cpuid_settings *settings)
{
	filter_features(cpuid, settings);
	filter_leaves(cpuid);
	filter_topology(cpuid, settings->cpus);
	set_brand(cpuid);
	set_timing(cpuid, settings->tsc_khz);
}

struct kvm_cpuid2 *
cpuid_create(int kvm_fd, const struct cpuid_settings *settings, struct err *err)
{
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1,
		       sizeof(*cpuid) + CPUID_MAX * sizeof(cpuid->entries[0]));
	if (!cpuid) {
		err_set(err, -ENOMEM, "no memory for a CPU's features");
		return NULL;
	}
	cpuid->nent = CPUID_MAX;
	if (KVM_MUST(kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid, err) < 0) {
		free(cpuid);
		return NULL;
	}
	cpuid_filter(cpuid, settings);
	return cpuid;
}

void cpuid_set_id(struct kvm_cpuid2 *cpuid, unsigned id)
{
	unsigned i;

	for (i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

		if (entry->function == LEAF_FEATURES)
			entry->ebx = (entry->ebx & 0xffffff) | id << 24;
		if (entry->function == LEAF_TOPOLOGY ||
		    entry->function == LEAF_TOPOLOGY_2)
			entry->edx = id;
		if (entry->function == LEAF_AMD_TOPOLOGY) {
			entry->eax = id;
			entry->ebx = id;
		}
	}
}
