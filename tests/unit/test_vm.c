// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vm.c - a machine on KVM runs, pauses, begins anew, and ends
 */
#include <string.h>
#include <unistd.h>

#include "unit/cmocka_wrap.h"

#include "unit/vm_bed.h"
#include "vmm/kvm.h"

#define ROUND_MS 20

static void a_guest_speaks_on_its_serial_line_and_turns_off(void **state)
{
	static const uint8_t code[] = {
		OUTB(0x3f8, 'h'),
		OUTB(0x3f8, 'i'),
		POWER_OFF,
		JMP_SELF,
	};
	struct vm_bed *bed = *state;

	vm_bed_make(bed, 1);
	vm_bed_start(bed, code, sizeof(code));
	assert_int_equal(vm_state(bed->vm), VM_RUNNING);
	vm_bed_run_until(bed, VM_OFF);
	vm_bed_expect_said(bed, "hi");
	assert_int_equal(bed->changes, 1);
	assert_string_equal(vm_reason(bed->vm), "");
}

static void a_machine_that_only_spins_is_destroyed_at_once(void **state)
{
	static const uint8_t code[] = {OUTB(0x3f8, '.'), JMP_SELF};
	struct vm_bed *bed = *state;

	vm_bed_make(bed, 1);
	vm_bed_start(bed, code, sizeof(code));
	vm_bed_expect_said(bed, ".");
}

static void a_machine_that_halts_with_all_its_cpus_is_destroyed(void **state)
{
	static const uint8_t code[] = {OUTB(0x3f8, '.'), HLT_FOR_EVER};
	struct vm_bed *bed = *state;

	vm_bed_make(bed, 4);
	vm_bed_start(bed, code, sizeof(code));
	vm_bed_expect_said(bed, ".");
}

static void a_machine_that_never_started_is_destroyed(void **state)
{
	vm_bed_make(*state, 2);
}

static void a_triple_fault_ends_a_machine_with_a_reason(void **state)
{
	static const uint8_t code[] = {0x0f, 0x0b}; /* ud2, and no IDT */
	struct vm_bed *bed = *state;

	vm_bed_make(bed, 1);
	vm_bed_start(bed, code, sizeof(code));
	vm_bed_run_until(bed, VM_FAILED);
	assert_non_null(strstr(vm_reason(bed->vm), "CPU 0: triple fault"));
}

static void what_no_cpu_can_execute_ends_a_machine_with_a_reason(void **state)
{
	/* jmp to where no memory is */
	static const uint8_t code[] = {0xb8, 0, 0, 0, 0xd0, 0xff, 0xe0};
	struct vm_bed *bed = *state;

	vm_bed_make(bed, 1);
	vm_bed_start(bed, code, sizeof(code));
	vm_bed_run_until(bed, VM_FAILED);
	assert_non_null(strstr(vm_reason(bed->vm), "0xd0000000"));
}

static void a_paused_machine_says_nothing_until_it_is_resumed(void **state)
{
	/* out, and again */
	static const uint8_t code[] = {OUTB(0x3f8, 'x'), 0xeb, 0xfd};
	struct vm_bed *bed = *state;
	char said[64];
	unsigned i;

	vm_bed_make(bed, 1);
	vm_bed_start(bed, code, sizeof(code));
	vm_bed_expect_said(bed, "xxx");
	vm_pause(bed->vm);
	vm_bed_run_until(bed, VM_PAUSED);
	for (i = 0; i < 4; i++)
		loop_run_once(bed->loop, 2);
	while (read(bed->serial[0], said, sizeof(said)) > 0)
		loop_run_once(bed->loop, 0);
	loop_run_once(bed->loop, 2);
	assert_int_equal(read(bed->serial[0], said, sizeof(said)), -1);
	vm_resume(bed->vm);
	vm_bed_run_until(bed, VM_RUNNING);
	vm_bed_expect_said(bed, "xxx");
}

static void a_pause_that_is_taken_back_leaves_a_machine_running(void **state)
{
	static const uint8_t code[] = {OUTB(0x3f8, 'x'), 0xeb, 0xfd};
	struct vm_bed *bed = *state;
	unsigned i;

	vm_bed_make(bed, 1);
	vm_bed_start(bed, code, sizeof(code));
	for (i = 0; i < 20; i++) {
		vm_pause(bed->vm);
		vm_resume(bed->vm);
		loop_run_once(bed->loop, 1);
	}
	vm_bed_expect_said(bed, "xxxx");
	assert_int_equal(vm_state(bed->vm), VM_RUNNING);
}

static void a_guest_that_resets_its_machine_begins_anew(void **state)
{
	/* RAM keeps the count of boots; the third is the last */
	static const uint8_t code[] = {
		COUNT_TO(3, 26),  /* to POWER_OFF */
		OUTB(0x3ff, 5),   /* scratch register of the serial port */
		OUTB(0x21, 0x55), /* what the PIC masks */
		OUTB(0x64, 0xfe), JMP_SELF, POWER_OFF, JMP_SELF,
	};
	struct kvm_irqchip pic = {.chip_id = KVM_IRQCHIP_PIC_MASTER};
	struct vm_bed *bed = *state;

	vm_bed_make(bed, 2);
	vm_bed_start(bed, code, sizeof(code));
	vm_bed_run_until(bed, VM_OFF);
	assert_int_equal(bed->resets, 2);
	assert_int_equal(bed->changes, 1);
	assert_int_equal(bed->vm->serial.scr, 0);
	assert_int_equal(kvm_call(bed->vm->fd, KVM_GET_IRQCHIP, &pic), 0);
	assert_int_equal(pic.chip.pic.imr, bed->vm->irq.chips[0].chip.pic.imr);
}

static void the_reset_button_works_while_a_machine_is_paused(void **state)
{
	static const uint8_t code[] = {OUTB(0x3f8, 'b'), JMP_SELF};
	struct vm_bed *bed = *state;

	vm_bed_make(bed, 1);
	vm_bed_start(bed, code, sizeof(code));
	vm_bed_expect_said(bed, "b");
	vm_pause(bed->vm);
	vm_bed_run_until(bed, VM_PAUSED);
	vm_reset(bed->vm);
	while (!bed->resets)
		loop_run_once(bed->loop, ROUND_MS);
	assert_int_equal(vm_state(bed->vm), VM_PAUSED);
	vm_resume(bed->vm);
	vm_bed_run_until(bed, VM_RUNNING);
	vm_bed_expect_said(bed, "b");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, vm_bed_setup, vm_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_guest_speaks_on_its_serial_line_and_turns_off),
		TEST(a_machine_that_only_spins_is_destroyed_at_once),
		TEST(a_machine_that_halts_with_all_its_cpus_is_destroyed),
		TEST(a_machine_that_never_started_is_destroyed),
		TEST(a_triple_fault_ends_a_machine_with_a_reason),
		TEST(what_no_cpu_can_execute_ends_a_machine_with_a_reason),
		TEST(a_paused_machine_says_nothing_until_it_is_resumed),
		TEST(a_pause_that_is_taken_back_leaves_a_machine_running),
		TEST(a_guest_that_resets_its_machine_begins_anew),
		TEST(the_reset_button_works_while_a_machine_is_paused),
	};

	if (!vm_bed_is_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
