// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vm_io.c - what a vCPU's thread does with a guest's accesses
 */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "unit/cmocka_wrap.h"

#include "unit/vm_bed.h"

#define MAX_ROUNDS 1000

static void a_string_of_bytes_is_many_bytes(void **state)
{
	static const uint8_t code[] = {OUTS(0x3f8, 4), POWER_OFF, JMP_SELF};
	struct vm_bed *bed = *state;

	vm_bed_make(bed, 1);
	vm_bed_start(bed, code, sizeof(code));
	vm_bed_run_until(bed, VM_OFF);
	vm_bed_expect_said(bed, "\xba\xf8\x03");
}

static void a_string_is_read_byte_by_byte(void **state)
{
	/* mov edi, 0x200000; mov ecx, 4; rep insb; mov esi, 0x200000; ... */
	static const uint8_t code[] = {
		0xba, 0x00, 0x05, 0,         0,        0xbf, 0,    0,
		0x20, 0,    0xb9, 4,         0,        0,    0,    0xfc,
		0xf3, 0x6c, 0xbe, 0,         0,        0x20, 0,    0xb9,
		4,    0,    0,    0,         0xba,     0xf8, 0x03, 0,
		0,    0xf3, 0x6e, POWER_OFF, JMP_SELF,
	};
	struct vm_bed *bed = *state;

	vm_bed_make(bed, 1);
	vm_bed_add_probe(bed);
	vm_bed_start(bed, code, sizeof(code));
	vm_bed_run_until(bed, VM_OFF);
	vm_bed_expect_said(bed, "abcd");
	assert_int_equal(bed->probed, 4);
}

static void what_needs_the_io_thread_runs_there_while_a_cpu_waits(void **state)
{
	static const uint8_t code[] = {OUTB(0x500, 1), POWER_OFF, JMP_SELF};
	struct vm_bed *bed = *state;

	vm_bed_make(bed, 1);
	vm_bed_add_probe(bed);
	vm_bed_start(bed, code, sizeof(code));
	vm_bed_run_until(bed, VM_OFF);
	assert_int_equal(bed->probed, 1);
	assert_true(bed->was_io_thread);
}

static void a_cpu_that_waits_for_the_io_thread_delays_no_end(void **state)
{
	static const uint8_t code[] = {
		OUTB(0x3f8, '.'),
		OUTB(0x500, 1),
		JMP_SELF,
	};
	struct vm_bed *bed = *state;
	unsigned i;

	vm_bed_make(bed, 1);
	vm_bed_add_probe(bed);
	vm_bed_start(bed, code, sizeof(code));
	/* the lock is only let go of here, so the CPU may be anywhere */
	vm_unlock(bed->vm);
	for (i = 0; i < MAX_ROUNDS; i++) {
		vm_lock(bed->vm);
		if (!list_is_empty(&bed->vm->io_calls))
			break;
		vm_unlock(bed->vm);
		sched_yield();
	}
	if (i == MAX_ROUNDS)
		vm_lock(bed->vm);
	vm_destroy(bed->vm);
	bed->vm = NULL;
	assert_int_equal(bed->probed, 0);
}

static int refuse(void *ctx, bool is_cpu)
{
	(void)ctx;
	return is_cpu ? -EPERM : 0;
}

static void a_thread_that_can_not_be_confined_runs_no_guest(void **state)
{
	static const uint8_t code[] = {OUTB(0x3f8, 'x'), JMP_SELF};
	struct vm_bed *bed = *state;
	struct err err;

	vm_bed_make(bed, 2);
	vm_bed_load(bed, code, sizeof(code));
	assert_int_equal(vm_start(bed->vm, refuse, &err), -EPERM);
	assert_non_null(strstr(err.msg, "confined"));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, vm_bed_setup, vm_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_string_of_bytes_is_many_bytes),
		TEST(a_string_is_read_byte_by_byte),
		TEST(what_needs_the_io_thread_runs_there_while_a_cpu_waits),
		TEST(a_cpu_that_waits_for_the_io_thread_delays_no_end),
		TEST(a_thread_that_can_not_be_confined_runs_no_guest),
	};

	if (!vm_bed_is_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
