// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_guest_cpuid.c - what CPUID tells a guest, from lists as KVM makes them
 */
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_wrap.h"

#include "core/util.h"
#include "vmm/guest_cpuid.h"

#define MONITOR (1u << 3)
#define VMX (1u << 5)
#define DEADLINE (1u << 24)
#define HYPERVISOR (1u << 31)
#define HTT (1u << 28)
#define SVM (1u << 2)

/* What is of interest of an AMD host, and of an Intel one. */
static const struct kvm_cpuid_entry2 host[] = {
	{.function = 0, .eax = 0x1f},
	{.function = 1, .ebx = 0xff200800, .ecx = MONITOR | VMX, .edx = HTT},
	{.function = 4, .index = 0, .eax = 0xfc004121}, /* L1 data */
	{.function = 4, .index = 2, .eax = 0xfc004143}, /* L2 */
	{.function = 4, .index = 3, .eax = 0xfc1fc163}, /* L3 */
	{.function = 0xa, .eax = 0x07300404},
	{.function = 0xb, .index = 0, .eax = 1, .ebx = 2, .ecx = 0x100},
	{.function = 0xb, .index = 1, .eax = 5, .ebx = 32, .ecx = 0x201},
	{.function = 0x1f, .index = 0, .eax = 1, .ebx = 2, .ecx = 0x100},
	{.function = 0x40000000, .eax = 0x40000001, .ebx = 0x4b4d564b},
	{.function = 0x40000001, .eax = 0x1007afb},
	{.function = 0x80000001, .ecx = SVM | 1},
	{.function = 0x80000002},
	{.function = 0x80000008, .eax = 0x3030, .ecx = 0x501f},
	{.function = 0x8000000a, .eax = 1},
	{.function = 0x8000001d, .index = 3, .eax = 0x7c163},
	{.function = 0x8000001e, .eax = 9, .ebx = 0x109, .ecx = 0x301},
};

static struct kvm_cpuid2 *filtered(unsigned cpus, unsigned tsc_khz)
{
	const struct cpuid_settings settings = {
		.cpus = cpus, .tsc_khz = tsc_khz, .has_deadline = true};
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1,
		       sizeof(*cpuid) + CPUID_MAX * sizeof(cpuid->entries[0]));
	assert_non_null(cpuid);
	memcpy(cpuid->entries, host, sizeof(host));
	cpuid->nent = ARRAY_SIZE(host);
	cpuid_filter(cpuid, &settings);
	return cpuid;
}

static const struct kvm_cpuid_entry2 *get(const struct kvm_cpuid2 *cpuid,
					  uint32_t function, uint32_t index)
{
	static const struct kvm_cpuid_entry2 zero;
	unsigned i;

	for (i = 0; i < cpuid->nent; i++) {
		if (cpuid->entries[i].function == function &&
		    cpuid->entries[i].index == index)
			return &cpuid->entries[i];
	}
	return &zero;
}

static void virtualization_and_counters_are_not_offered(void **state)
{
	struct kvm_cpuid2 *cpuid = filtered(1, 0);

	(void)state;
	assert_int_equal(get(cpuid, 1, 0)->ecx & (MONITOR | VMX), 0);
	assert_int_equal(get(cpuid, 1, 0)->ecx & (HYPERVISOR | DEADLINE),
			 HYPERVISOR | DEADLINE);
	assert_int_equal(get(cpuid, 0x80000001, 0)->ecx, 1);
	assert_int_equal(get(cpuid, 0xa, 0)->eax, 0);
	assert_int_equal(get(cpuid, 0x8000000a, 0)->eax, 0);
	free(cpuid);
}

static void one_cpu_has_nobody_beside_it(void **state)
{
	struct kvm_cpuid2 *cpuid = filtered(1, 0);

	(void)state;
	assert_int_equal(get(cpuid, 1, 0)->edx & HTT, 0);
	assert_int_equal(get(cpuid, 1, 0)->ebx, 0x00010800);
	assert_int_equal(get(cpuid, 4, 0)->eax, 0x121);
	assert_int_equal(get(cpuid, 4, 3)->eax, 0x163);
	assert_int_equal(get(cpuid, 0xb, 1)->ebx, 1);
	assert_int_equal(get(cpuid, 0x80000008, 0)->ecx, 0);
	free(cpuid);
}

static void three_cpus_are_cores_of_one_package(void **state)
{
	struct kvm_cpuid2 *cpuid = filtered(3, 0);

	(void)state;
	assert_int_equal(get(cpuid, 1, 0)->edx & HTT, HTT);
	assert_int_equal(get(cpuid, 1, 0)->ebx >> 16 & 0xff, 4);
	/* 4 ids in the package; L1 is one's own, L3 is everybody's */
	assert_int_equal(get(cpuid, 4, 0)->eax, 3u << 26 | 0x121);
	assert_int_equal(get(cpuid, 4, 2)->eax, 3u << 26 | 0x143);
	assert_int_equal(get(cpuid, 4, 3)->eax, 3u << 26 | 3 << 14 | 0x163);
	assert_int_equal(get(cpuid, 0x8000001d, 3)->eax, 3 << 14 | 0x163);
	assert_int_equal(get(cpuid, 0xb, 0)->eax, 0);
	assert_int_equal(get(cpuid, 0xb, 0)->ebx, 1);
	assert_int_equal(get(cpuid, 0xb, 0)->ecx, 0x100);
	assert_int_equal(get(cpuid, 0xb, 1)->eax, 2);
	assert_int_equal(get(cpuid, 0xb, 1)->ebx, 3);
	assert_int_equal(get(cpuid, 0xb, 1)->ecx, 0x201);
	assert_int_equal(get(cpuid, 0xb, 2)->ecx, 2);
	assert_int_equal(get(cpuid, 0x80000008, 0)->ecx, 2 << 12 | 2);
	free(cpuid);
}

static void each_cpu_knows_its_number(void **state)
{
	struct kvm_cpuid2 *cpuid = filtered(4, 0);

	(void)state;
	cpuid_set_id(cpuid, 3);
	cpuid_set_id(cpuid, 2);
	assert_int_equal(get(cpuid, 1, 0)->ebx >> 24, 2);
	assert_int_equal(get(cpuid, 0xb, 0)->edx, 2);
	assert_int_equal(get(cpuid, 0xb, 2)->edx, 2);
	assert_int_equal(get(cpuid, 0x1f, 1)->edx, 2);
	assert_int_equal(get(cpuid, 0x8000001e, 0)->eax, 2);
	assert_int_equal(get(cpuid, 0x8000001e, 0)->ebx, 2);
	assert_int_equal(get(cpuid, 0x8000001e, 0)->ecx, 0);
	free(cpuid);
}

static void an_empty_name_is_filled(void **state)
{
	struct kvm_cpuid2 *cpuid = filtered(1, 0);

	(void)state;
	assert_int_not_equal(get(cpuid, 0x80000002, 0)->eax, 0);
	free(cpuid);
}

static void rates_are_told_where_they_are_known(void **state)
{
	struct kvm_cpuid2 *cpuid = filtered(1, 2100000);

	(void)state;
	assert_int_equal(get(cpuid, 0x40000000, 0)->eax, 0x40000010);
	assert_int_equal(get(cpuid, 0x40000010, 0)->eax, 2100000);
	assert_int_equal(get(cpuid, 0x40000001, 0)->eax, 0x1007afb);
	free(cpuid);
	cpuid = filtered(1, 0);
	assert_int_equal(get(cpuid, 0x40000000, 0)->eax, 0x40000001);
	free(cpuid);
}

static void a_full_list_is_not_overrun(void **state)
{
	const struct cpuid_settings settings = {.cpus = 64, .tsc_khz = 1};
	struct kvm_cpuid2 *cpuid;
	unsigned i;

	(void)state;
	cpuid = calloc(1,
		       sizeof(*cpuid) + CPUID_MAX * sizeof(cpuid->entries[0]));
	assert_non_null(cpuid);
	memcpy(cpuid->entries, host, sizeof(host));
	for (i = ARRAY_SIZE(host); i < CPUID_MAX; i++)
		cpuid->entries[i].function = 0x90000000u + i;
	cpuid->nent = CPUID_MAX;
	cpuid_filter(cpuid, &settings);
	assert_true(cpuid->nent <= CPUID_MAX);
	free(cpuid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(virtualization_and_counters_are_not_offered),
		cmocka_unit_test(one_cpu_has_nobody_beside_it),
		cmocka_unit_test(three_cpus_are_cores_of_one_package),
		cmocka_unit_test(each_cpu_knows_its_number),
		cmocka_unit_test(an_empty_name_is_filled),
		cmocka_unit_test(rates_are_told_where_they_are_known),
		cmocka_unit_test(a_full_list_is_not_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
