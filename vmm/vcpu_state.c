// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vcpu_state.c - registers of a virtual CPU: as created, and where it begins
 */
#include "vmm/vcpu_state.h"

#include <stdlib.h>

#include "core/bytes.h"
#include "vmm/kvm.h"
#include "vmm/msr.h"

/* Intel SDM volume 3A, 2.5 and 10.5.1 */
#define CR0_PE 0x1u
#define CR0_ET 0x10u
#define CR0_PG 0x80000000u
#define CR4_PAE 0x20u
#define EFER_LME 0x100u
#define EFER_LMA 0x400u
#define RFLAGS_FIXED 0x2u
#define SEGMENT_CODE 0xb /* execute and read, accessed */
#define SEGMENT_DATA 0x3 /* read and write, accessed */
#define SEGMENT_TSS 0xb  /* 32-bit, busy: what KVM can enter with */
#define SEGMENT_TSS_LIMIT 0x67
#define LAPIC_LINT0 0x350
#define LAPIC_LINT1 0x360
#define LAPIC_DELIVER_NMI 0x400
#define LAPIC_DELIVER_EXTINT 0x700
/* where FXSAVE has them: SDM volume 1, 10.5.1 */
#define XSAVE_FCW 0
#define XSAVE_MXCSR 24
#define FCW_RESET 0x37f
#define MXCSR_RESET 0x1f80

int vcpu_state_save(struct vcpu_state *state, int fd,
		    const struct kvm_msr_list *list, const struct log *log,
		    struct err *err)
{
	if (KVM_MUST(fd, KVM_GET_REGS, &state->regs, err) < 0 ||
	    KVM_MUST(fd, KVM_GET_SREGS, &state->sregs, err) < 0 ||
	    KVM_MUST(fd, KVM_GET_LAPIC, &state->lapic, err) < 0 ||
	    KVM_MUST(fd, KVM_GET_XCRS, &state->xcrs, err) < 0 ||
	    KVM_MUST(fd, KVM_GET_DEBUGREGS, &state->debugregs, err) < 0 ||
	    KVM_MUST(fd, KVM_GET_VCPU_EVENTS, &state->events, err) < 0 ||
	    KVM_MUST(fd, KVM_GET_MP_STATE, &state->mp_state, err) < 0)
		return err->code;
	state->msrs = msr_save(fd, list, log);
	if (!state->msrs)
		return err_set(err, -ENOMEM, "no memory for a CPU's MSRs");
	return 0;
}

void vcpu_state_clear(struct vcpu_state *state)
{
	free(state->msrs);
	state->msrs = NULL;
}

/* Nothing in it in use: each part is as after a reset. */
static int clear_fpu(int fd, struct err *err)
{
	struct kvm_xsave *xsave = calloc(1, sizeof(*xsave));
	uint8_t *area = (uint8_t *)xsave;
	const uint32_t mxcsr = MXCSR_RESET;
	const uint16_t fcw = FCW_RESET;
	int code;

	if (!xsave)
		return err_set(err, -ENOMEM, "no memory to reset a CPU");
	memcpy(area + XSAVE_FCW, &fcw, sizeof(fcw));
	memcpy(area + XSAVE_MXCSR, &mxcsr, sizeof(mxcsr));
	code = KVM_MUST(fd, KVM_SET_XSAVE, xsave, err);
	free(xsave);
	return code;
}

/*
 * The order matters: the APIC's base decides how its registers are read, and a
 * CPU in SMM can't be told to wait to be started.
 */
int vcpu_state_restore(const struct vcpu_state *state, int fd,
		       const struct log *log, struct err *err)
{
	struct vcpu_state copy = *state;

	if (KVM_MUST(fd, KVM_SET_VCPU_EVENTS, &copy.events, err) < 0 ||
	    KVM_MUST(fd, KVM_SET_SREGS, &copy.sregs, err) < 0 ||
	    KVM_MUST(fd, KVM_SET_LAPIC, &copy.lapic, err) < 0)
		return err->code;
	msr_restore(fd, copy.msrs, log);
	if (KVM_MUST(fd, KVM_SET_XCRS, &copy.xcrs, err) < 0 ||
	    clear_fpu(fd, err) < 0 ||
	    KVM_MUST(fd, KVM_SET_DEBUGREGS, &copy.debugregs, err) < 0 ||
	    KVM_MUST(fd, KVM_SET_REGS, &copy.regs, err) < 0 ||
	    KVM_MUST(fd, KVM_SET_MP_STATE, &copy.mp_state, err) < 0)
		return err->code;
	return 0;
}

/* All of the address space, as both boot protocols ask for. */
static void set_segments(struct kvm_sregs *sregs, bool is_long_mode)
{
	const struct kvm_segment code = {
		.limit = 0xffffffff,
		.selector = BOOT_SELECTOR_CODE,
		.type = SEGMENT_CODE,
		.present = 1,
		.db = !is_long_mode,
		.s = 1,
		.l = is_long_mode,
		.g = 1,
	};
	const struct kvm_segment data = {
		.limit = 0xffffffff,
		.selector = BOOT_SELECTOR_DATA,
		.type = SEGMENT_DATA,
		.present = 1,
		.db = 1,
		.s = 1,
		.g = 1,
	};

	sregs->cs = code;
	sregs->ds = sregs->es = sregs->ss = data;
	sregs->fs = sregs->gs = data;
	sregs->tr = (struct kvm_segment){
		.limit = SEGMENT_TSS_LIMIT, .type = SEGMENT_TSS, .present = 1};
}

static void set_mode(struct kvm_sregs *sregs, const struct boot_entry *entry)
{
	sregs->cr0 = CR0_PE | CR0_ET;
	if (!entry->is_long_mode)
		return;
	sregs->cr0 |= CR0_PG;
	sregs->cr3 = entry->cr3;
	sregs->cr4 |= CR4_PAE;
	sregs->efer |= EFER_LME | EFER_LMA;
}

int vcpu_state_enter(const struct vcpu_state *state, int fd,
		     const struct boot_entry *entry, struct err *err)
{
	struct kvm_sregs sregs = state->sregs;
	struct kvm_regs regs = {
		.rip = entry->rip,
		.rsi = entry->rsi,
		.rbx = entry->rbx,
		.rflags = RFLAGS_FIXED,
	};

	set_segments(&sregs, entry->is_long_mode);
	set_mode(&sregs, entry);
	sregs.gdt.base = entry->gdt;
	sregs.gdt.limit = entry->gdt_size ? entry->gdt_size - 1 : 0;
	sregs.idt.base = 0;
	sregs.idt.limit = 0;
	if (KVM_MUST(fd, KVM_SET_SREGS, &sregs, err) < 0 ||
	    KVM_MUST(fd, KVM_SET_REGS, &regs, err) < 0)
		return err->code;
	return 0;
}

static void lapic_set(struct kvm_lapic_state *lapic, unsigned offset,
		      uint32_t value)
{
	memcpy(lapic->regs + offset, &value, sizeof(value));
}

/* The PIC is wired to LINT0, NMIs to LINT1. */
int vcpu_state_lint(int fd, struct err *err)
{
	struct kvm_lapic_state lapic;

	if (KVM_MUST(fd, KVM_GET_LAPIC, &lapic, err) < 0)
		return err->code;
	lapic_set(&lapic, LAPIC_LINT0, LAPIC_DELIVER_EXTINT);
	lapic_set(&lapic, LAPIC_LINT1, LAPIC_DELIVER_NMI);
	if (KVM_MUST(fd, KVM_SET_LAPIC, &lapic, err) < 0)
		return err->code;
	return 0;
}
