/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_bed.h - a machine on the host's KVM, and guests of a few bytes
 */
#ifndef UNIT_VM_BED_H
#define UNIT_VM_BED_H

#include "vmm/vm_internal.h"

/** VM_BED_CODE - where a guest's bytes lie, and begin */
#define VM_BED_CODE 0x100000

/**
 * struct vm_bed - a machine, and what it told
 * @kvm_fd:	/dev/kvm
 * @kernel_fd:	what it boots
 * @serial:	our end and the guest's of its serial line
 * @clock:	of the loop
 * @log:	of the machine
 * @loop:	of the I/O thread
 * @vm:		the machine
 * @changes:	times its state changed
 * @resets:	times it began anew
 * @probe:	a device of the test's
 * @probed:	times the guest wrote to it
 * @io_thread:	that made the machine
 * @was_io_thread: a call that the device made ran there
 */
struct vm_bed {
	int kvm_fd;
	int kernel_fd;
	int serial[2];
	struct clock clock;
	struct log log;
	struct loop *loop;
	struct vm *vm;
	unsigned changes;
	unsigned resets;
	struct bus_range probe;
	unsigned probed;
	pthread_t io_thread;
	bool was_io_thread;
};

/** vm_bed_setup() - of a test; no machine yet */
int vm_bed_setup(void **state);

/** vm_bed_teardown() - the machine goes too */
int vm_bed_teardown(void **state);

/** vm_bed_make() - a machine that is not started */
void vm_bed_make(struct vm_bed *bed, unsigned cpus);

/** vm_bed_load() - it will run @code, in protected mode without paging */
void vm_bed_load(struct vm_bed *bed, const uint8_t *code, size_t len);

/** vm_bed_start() - load and start it */
void vm_bed_start(struct vm_bed *bed, const uint8_t *code, size_t len);

/** vm_bed_run_until() - run the loop until the machine is in @state */
void vm_bed_run_until(struct vm_bed *bed, enum vm_state state);

/** vm_bed_expect_said() - the next bytes on its serial line are @text */
void vm_bed_expect_said(struct vm_bed *bed, const char *text);

/** vm_bed_add_probe() - put @bed->probe on the machine's ports */
void vm_bed_add_probe(struct vm_bed *bed);

/** vm_bed_is_possible() - false, and the reason printed, without KVM */
bool vm_bed_is_possible(void);

/* Instructions */
/* clang-format off */
/* mov edx, port; mov al, byte; out dx, al */
#define OUTB(port, byte) 0xba, (port) & 0xff, (port) >> 8, 0, 0, \
	0xb0, (byte), 0xee
/* mov edx, port; mov ax, word; out dx, ax */
#define OUTW(port, word) 0xba, (port) & 0xff, (port) >> 8, 0, 0, \
	0x66, 0xb8, (word) & 0xff, (word) >> 8, 0x66, 0xef
/* mov edx, port; mov esi, VM_BED_CODE; mov ecx, count; cld; rep outsb */
#define OUTS(port, count) 0xba, (port) & 0xff, (port) >> 8, 0, 0, \
	0xbe, VM_BED_CODE & 0xff, VM_BED_CODE >> 8 & 0xff, VM_BED_CODE >> 16, 0, \
	0xb9, (count) & 0xff, (count) >> 8, 0, 0, 0xfc, 0xf3, 0x6e
/* mov ebx, 0x200000; inc byte [ebx]; cmp byte [ebx], n; je +skip */
#define COUNT_TO(n, skip) 0xbb, 0, 0, 0x20, 0, \
	0xfe, 0x03, 0x80, 0x3b, (n), 0x74, (skip)
#define JMP_SELF 0xeb, 0xfe
#define HLT_FOR_EVER 0xf4, 0xeb, 0xfd
#define POWER_OFF OUTW(0x604, 0x3400)
/* clang-format on */

#endif
