// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vcpu_exit.c - what a guest did that KVM has us do
 *
 * Accesses of ports and registers go to the machine's buses. What neither KVM
 * nor we can go on with ends the machine, with a reason for people to read: it
 * costs nobody but the guest.
 */
#include <stdio.h>

#include "vmm/kvm.h"
#include "vmm/vm_internal.h"

#define INSN_TEXT_SIZE 64

/* Numbers on the bus are little-endian, and so are we. */
static uint64_t load(const uint8_t *data, unsigned len)
{
	uint64_t value = 0;

	memcpy(&value, data, len);
	return value;
}

static void access_bus(const struct bus *bus, uint64_t addr, uint8_t *data,
		       unsigned len, bool is_write)
{
	uint64_t value;

	if (is_write) {
		bus_write(bus, addr, len, load(data, len));
		return;
	}
	value = bus_read(bus, addr, len);
	memcpy(data, &value, len);
}

/*
 * A string instruction comes as many accesses of one port at once: KVM bounds
 * them by a page.
 */
static void vcpu_port(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	unsigned i;

	for (i = 0; i < run->io.count; i++)
		access_bus(&vcpu->vm->machine.ports, run->io.port,
			   data + (size_t)i * run->io.size, run->io.size,
			   run->io.direction == KVM_EXIT_IO_OUT);
}

/*
 * KVM takes apart what crosses a page, so a guest can make an access of 3 or 7
 * bytes; devices know only those of a real bus.
 */
static void vcpu_mmio(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	unsigned len = run->mmio.len;
	unsigned step = len & (len - 1) ? 1 : len;
	unsigned i;

	if (!len || len > sizeof(run->mmio.data))
		return;
	for (i = 0; i < len; i += step)
		access_bus(&vcpu->vm->machine.mmio, run->mmio.phys_addr + i,
			   run->mmio.data + i, step, run->mmio.is_write);
}

static uint64_t vcpu_rip(struct vcpu *vcpu)
{
	struct kvm_regs regs;

	if (kvm_call(vcpu->fd, KVM_GET_REGS, &regs) < 0)
		return 0;
	return regs.rip;
}

/* The bytes that KVM was at, where it tells. */
static void format_instruction(const struct kvm_run *run, char *text)
{
	unsigned i, size = MIN(run->emulation_failure.insn_size,
			       sizeof(run->emulation_failure.insn_bytes));
	int len;

	*text = '\0';
	if (run->internal.suberror != KVM_INTERNAL_ERROR_EMULATION ||
	    run->emulation_failure.ndata < 1 ||
	    !(run->emulation_failure.flags &
	      KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES))
		return;
	len = snprintf(text, INSN_TEXT_SIZE, ", instruction");
	for (i = 0; i < size; i++)
		len += snprintf(text + len, (size_t)(INSN_TEXT_SIZE - len),
				" %02x", run->emulation_failure.insn_bytes[i]);
}

/*
 * The guest did what neither the processor nor KVM's emulator can do: run from
 * where no memory is, most often. It may do so on purpose.
 */
static void vcpu_internal_error(struct vcpu *vcpu)
{
	char instruction[INSN_TEXT_SIZE];

	format_instruction(vcpu->run, instruction);
	vm_fail(vcpu->vm, "CPU %u: KVM can't go on at 0x%llx: error %u%s",
		vcpu->id, (unsigned long long)vcpu_rip(vcpu),
		vcpu->run->internal.suberror, instruction);
}

static void vcpu_system_event(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;

	switch (vcpu->run->system_event.type) {
	case KVM_SYSTEM_EVENT_SHUTDOWN:
		vm_event(vm, MACHINE_POWER_OFF);
		break;
	case KVM_SYSTEM_EVENT_RESET:
		vm_event(vm, MACHINE_RESET);
		break;
	default:
		vm_fail(vm, "CPU %u: the guest says that it crashed (%u)",
			vcpu->id, vcpu->run->system_event.type);
	}
}

void vcpu_exit(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		vcpu_port(vcpu);
		break;
	case KVM_EXIT_MMIO:
		vcpu_mmio(vcpu);
		break;
	case KVM_EXIT_INTR:
	case KVM_EXIT_IRQ_WINDOW_OPEN:
		break;
	case KVM_EXIT_SHUTDOWN:
		/*
		 * A kernel that crashed early, or that gave up on other ways to
		 * restart. To begin anew by itself could go on for ever. Where
		 * it was is lost: AMD's KVM has reset the CPU by now.
		 */
		vm_fail(vcpu->vm, "CPU %u: triple fault", vcpu->id);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		vcpu_internal_error(vcpu);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		vm_fail(vcpu->vm,
			"CPU %u: the processor refuses to run it: 0x%llx",
			vcpu->id,
			(unsigned long long)
				run->fail_entry.hardware_entry_failure_reason);
		break;
	case KVM_EXIT_SYSTEM_EVENT:
		vcpu_system_event(vcpu);
		break;
	case KVM_EXIT_NOTIFY:
		/* It kept the processor to itself, and not by accident. */
		vm_fail(vcpu->vm, "CPU %u: takes no interrupts for good",
			vcpu->id);
		break;
	case KVM_EXIT_UNKNOWN:
		vm_fail(vcpu->vm,
			"CPU %u: the processor stopped for unknown reason "
			"0x%llx",
			vcpu->id,
			(unsigned long long)run->hw.hardware_exit_reason);
		break;
	default:
		vm_fail(vcpu->vm, "CPU %u: KVM stopped for unknown reason %u",
			vcpu->id, run->exit_reason);
	}
}
