// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vm.c - a machine on KVM runs a few bytes of guest code
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/cmocka_wrap.h"

#include "core/util.h"
#include "vmm/vm_internal.h"

#define MEMORY (8ull << 20)
#define CODE 0x1000
#define MAX_ROUNDS 1000
#define ROUND_MS 20

/**
 * struct bed - a machine, and what it told
 * @kvm_fd:	/dev/kvm
 * @serial:	our end and the guest's of its serial line
 * @clock:	of the loop
 * @log:	of the machine
 * @vm:		the machine
 * @changes:	times its state changed
 * @resets:	times it began anew
 */
struct bed {
	int kvm_fd;
	int serial[2];
	struct clock clock;
	struct log log;
	struct loop *loop;
	struct vm *vm;
	unsigned changes;
	unsigned resets;
};

static void changed(void *ctx, enum vm_state state)
{
	struct bed *bed = ctx;

	(void)state;
	bed->changes++;
}

static void was_reset(void *ctx)
{
	struct bed *bed = ctx;

	bed->resets++;
}

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	bed->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	assert_true(bed->kvm_fd >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
				    bed->serial),
			 0);
	clock_init_monotonic(&bed->clock);
	bed->log = (struct log){LOG_DEBUG, "test", &bed->clock};
	bed->loop = loop_create(&bed->clock, NULL);
	assert_non_null(bed->loop);
	*state = bed;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	vm_destroy(bed->vm);
	loop_destroy(bed->loop);
	close(bed->serial[0]);
	close(bed->serial[1]);
	close(bed->kvm_fd);
	free(bed);
	return 0;
}

static void make(struct bed *bed, unsigned cpus)
{
	const struct vm_settings settings = {
		.name = "test",
		.kvm_fd = bed->kvm_fd,
		.memory = MEMORY,
		.cpus = cpus,
		.serial_in_fd = bed->serial[1],
		.serial_out_fd = bed->serial[1],
		.loop = bed->loop,
		.log = &bed->log,
		.changed = changed,
		.reset = was_reset,
		.ctx = bed,
	};
	struct err err;

	bed->vm = vm_create(&settings, &err);
	if (!bed->vm)
		fail_msg("%s", err.msg);
}

/* The first CPU begins at @code, in protected mode without paging. */
static void start(struct bed *bed, const uint8_t *code, size_t len)
{
	const struct boot_entry entry = {.rip = CODE};
	struct vcpu *vcpu = &bed->vm->vcpus[0];
	struct err err;

	memcpy(bed->vm->machine.ram.host + CODE, code, len);
	assert_int_equal(
		vcpu_state_enter(&vcpu->created, vcpu->fd, &entry, &err), 0);
	assert_int_equal(vm_start(bed->vm, NULL, &err), 0);
}

static void run_until(struct bed *bed, enum vm_state state)
{
	unsigned i;

	for (i = 0; i < MAX_ROUNDS && vm_state(bed->vm) != state; i++)
		loop_run_once(bed->loop, ROUND_MS);
	if (vm_state(bed->vm) != state)
		fail_msg("state %d: %s", vm_state(bed->vm), vm_reason(bed->vm));
}

/* Waits for @len bytes on the guest's serial line. */
static void expect_said(struct bed *bed, const char *text)
{
	char said[64] = "";
	size_t len = 0;
	unsigned i;

	for (i = 0; i < MAX_ROUNDS && len < strlen(text); i++) {
		ssize_t n =
			read(bed->serial[0], said + len, strlen(text) - len);

		if (n > 0)
			len += (size_t)n;
		else
			loop_run_once(bed->loop, ROUND_MS);
	}
	assert_string_equal(said, text);
}

/* clang-format off */
/* mov edx, port; mov al, byte; out dx, al */
#define OUTB(port, byte) 0xba, (port) & 0xff, (port) >> 8, 0, 0, \
	0xb0, (byte), 0xee
/* mov edx, port; mov ax, word; out dx, ax */
#define OUTW(port, word) 0xba, (port) & 0xff, (port) >> 8, 0, 0, \
	0x66, 0xb8, (word) & 0xff, (word) >> 8, 0x66, 0xef
#define JMP_SELF 0xeb, 0xfe
#define HLT_FOR_EVER 0xf4, 0xeb, 0xfd
#define POWER_OFF OUTW(0x604, 0x3400)
/* clang-format on */

static void a_guest_speaks_on_its_serial_line_and_turns_off(void **state)
{
	static const uint8_t code[] = {
		OUTB(0x3f8, 'h'),
		OUTB(0x3f8, 'i'),
		POWER_OFF,
		JMP_SELF,
	};
	struct bed *bed = *state;

	make(bed, 1);
	start(bed, code, sizeof(code));
	assert_int_equal(vm_state(bed->vm), VM_RUNNING);
	run_until(bed, VM_OFF);
	expect_said(bed, "hi");
	assert_int_equal(bed->changes, 1);
	assert_string_equal(vm_reason(bed->vm), "");
}

static void a_machine_that_only_spins_is_destroyed_at_once(void **state)
{
	static const uint8_t code[] = {OUTB(0x3f8, '.'), JMP_SELF};
	struct bed *bed = *state;

	make(bed, 1);
	start(bed, code, sizeof(code));
	expect_said(bed, ".");
}

static void a_machine_that_halts_with_all_its_cpus_is_destroyed(void **state)
{
	static const uint8_t code[] = {OUTB(0x3f8, '.'), HLT_FOR_EVER};
	struct bed *bed = *state;

	make(bed, 4);
	start(bed, code, sizeof(code));
	expect_said(bed, ".");
}

static void a_machine_that_never_started_is_destroyed(void **state)
{
	make(*state, 2);
}

static void a_triple_fault_ends_a_machine_with_a_reason(void **state)
{
	static const uint8_t code[] = {0x0f, 0x0b}; /* ud2, and no IDT */
	struct bed *bed = *state;

	make(bed, 1);
	start(bed, code, sizeof(code));
	run_until(bed, VM_FAILED);
	assert_non_null(strstr(vm_reason(bed->vm), "CPU 0: triple fault"));
}

static void what_no_cpu_can_execute_ends_a_machine_with_a_reason(void **state)
{
	/* jmp to where no memory is */
	static const uint8_t code[] = {0xb8, 0, 0, 0, 0xd0, 0xff, 0xe0};
	struct bed *bed = *state;

	make(bed, 1);
	start(bed, code, sizeof(code));
	run_until(bed, VM_FAILED);
	assert_non_null(strstr(vm_reason(bed->vm), "0xd0000000"));
}

static void a_paused_machine_says_nothing_until_it_is_resumed(void **state)
{
	/* out, and again */
	static const uint8_t code[] = {OUTB(0x3f8, 'x'), 0xeb, 0xfd};
	struct bed *bed = *state;
	char said[64];
	unsigned i;

	make(bed, 1);
	start(bed, code, sizeof(code));
	expect_said(bed, "xxx");
	vm_pause(bed->vm);
	run_until(bed, VM_PAUSED);
	for (i = 0; i < 4; i++)
		loop_run_once(bed->loop, 2);
	while (read(bed->serial[0], said, sizeof(said)) > 0)
		loop_run_once(bed->loop, 0);
	loop_run_once(bed->loop, 2);
	assert_int_equal(read(bed->serial[0], said, sizeof(said)), -1);
	vm_resume(bed->vm);
	run_until(bed, VM_RUNNING);
	expect_said(bed, "xxx");
}

static void a_pause_that_is_taken_back_leaves_a_machine_running(void **state)
{
	static const uint8_t code[] = {OUTB(0x3f8, 'x'), 0xeb, 0xfd};
	struct bed *bed = *state;
	unsigned i;

	make(bed, 1);
	start(bed, code, sizeof(code));
	for (i = 0; i < 20; i++) {
		vm_pause(bed->vm);
		vm_resume(bed->vm);
		loop_run_once(bed->loop, 1);
	}
	expect_said(bed, "xxxx");
	assert_int_equal(vm_state(bed->vm), VM_RUNNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_guest_speaks_on_its_serial_line_and_turns_off, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_machine_that_only_spins_is_destroyed_at_once, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_machine_that_halts_with_all_its_cpus_is_destroyed,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_machine_that_never_started_is_destroyed, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_triple_fault_ends_a_machine_with_a_reason, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			what_no_cpu_can_execute_ends_a_machine_with_a_reason,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_paused_machine_says_nothing_until_it_is_resumed,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_pause_that_is_taken_back_leaves_a_machine_running,
			setup, teardown),
	};
	int kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (kvm_fd < 0) {
		printf("skipped: /dev/kvm: %s\n", strerror(errno));
		return 77;
	}
	close(kvm_fd);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
