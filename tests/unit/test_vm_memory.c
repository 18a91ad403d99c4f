// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vm_memory.c - the RAM of a guest, around the PCI hole
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "vmm/machine.h"

#define GIB (1ull << 30)

static void ram_goes_on_behind_the_hole(void **state)
{
	struct guest_memory guest;
	struct vm_memory memory;

	(void)state;
	guest_memory_init(&guest);
	assert_int_equal(vm_memory_open(&memory, 4 * GIB, &guest, NULL), 0);
	assert_int_equal(memory.count, 2);
	assert_true(vm_memory_low(&memory) == 3 * GIB);
	assert_ptr_equal(guest_memory_at(&guest, 3 * GIB - 1, 1),
			 memory.host + 3 * GIB - 1);
	assert_null(guest_memory_at(&guest, 3 * GIB, 1));
	assert_null(guest_memory_at(&guest, 3 * GIB - 1, 2));
	assert_ptr_equal(guest_memory_at(&guest, 4 * GIB, GIB),
			 memory.host + 3 * GIB);
	assert_null(guest_memory_at(&guest, 5 * GIB, 1));
	guest_memory_clear(&guest);
	vm_memory_close(&memory);
}

static void small_ram_has_one_region(void **state)
{
	struct guest_memory guest;
	struct vm_memory memory;

	(void)state;
	guest_memory_init(&guest);
	assert_int_equal(vm_memory_open(&memory, 64 << 20, &guest, NULL), 0);
	assert_int_equal(memory.count, 1);
	assert_true(vm_memory_low(&memory) == 64 << 20);
	guest_memory_clear(&guest);
	vm_memory_close(&memory);
}

static void nobody_takes_ram_away(void **state)
{
	struct guest_memory guest;
	struct vm_memory memory;

	(void)state;
	guest_memory_init(&guest);
	assert_int_equal(vm_memory_open(&memory, 8 << 20, &guest, NULL), 0);
	assert_int_equal(ftruncate(memory.fd, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(memory.fd, 1 << 30), -1);
	guest_memory_clear(&guest);
	vm_memory_close(&memory);
}

static void odd_sizes_are_refused(void **state)
{
	static const uint64_t bad[] = {0, 4096, (8 << 20) + 1, 2ull << 40};
	struct guest_memory guest;
	struct vm_memory memory;
	struct err err;
	size_t i;

	(void)state;
	guest_memory_init(&guest);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(vm_memory_open(&memory, bad[i], &guest, &err),
				 -EINVAL);
		assert_non_null(strstr(err.msg, "a guest has"));
		vm_memory_close(&memory);
	}
}

/* Where the host's kernel can't, all is as before but for the answer. */
static void collapsed_ram_keeps_what_is_in_it(void **state)
{
	const uint64_t at = VM_MEMORY_HUGE + 4096;
	struct guest_memory guest;
	struct vm_memory memory;
	uint64_t i, wrong = 0;

	(void)state;
	guest_memory_init(&guest);
	assert_int_equal(
		vm_memory_open(&memory, (7 << 20) + 4096, &guest, NULL), 0);
	assert_int_equal((uintptr_t)memory.host % VM_MEMORY_HUGE, 0);
	memset(memory.host + at, 0x5a, VM_MEMORY_HUGE);
	vm_memory_collapse(&memory, at, VM_MEMORY_HUGE);
	for (i = 0; i < memory.size; i++) {
		bool is_set = i >= at && i < at + VM_MEMORY_HUGE;

		wrong += memory.host[i] != (is_set ? 0x5a : 0);
	}
	assert_int_equal(wrong, 0);
	guest_memory_clear(&guest);
	vm_memory_close(&memory);
}

static void only_whole_huge_pages_are_collapsed(void **state)
{
	struct guest_memory guest;
	struct vm_memory memory;

	(void)state;
	guest_memory_init(&guest);
	assert_int_equal(vm_memory_open(&memory, 7 << 20, &guest, NULL), 0);
	assert_false(vm_memory_collapse(&memory, 0, VM_MEMORY_HUGE - 1));
	/* RAM ends in the middle of this one */
	assert_false(vm_memory_collapse(&memory, 6 << 20, VM_MEMORY_HUGE));
	guest_memory_clear(&guest);
	vm_memory_close(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ram_goes_on_behind_the_hole),
		cmocka_unit_test(small_ram_has_one_region),
		cmocka_unit_test(nobody_takes_ram_away),
		cmocka_unit_test(odd_sizes_are_refused),
		cmocka_unit_test(collapsed_ram_keeps_what_is_in_it),
		cmocka_unit_test(only_whole_huge_pages_are_collapsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
