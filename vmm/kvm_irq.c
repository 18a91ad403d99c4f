// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kvm_irq.c - interrupts and doorbells of a machine on KVM
 *
 * Theory of operation
 *
 * PICs, IOAPIC, local APICs and the timer are KVM's own. Its first routing
 * connects GSI n to pin n of the IOAPIC, and of the PICs below 16; that is what
 * the tables of acpi.h tell, and it is left alone until a driver asks for a
 * message interrupt. Then all routes are set at once: KVM knows no other way.
 *
 * A message goes where the driver says: to any vector of any CPU of its own
 * machine, and no further.
 *
 * Limits: MACHINE_MAX_MSI messages of all devices together.
 */
#include "vmm/kvm_irq.h"

#include <stdlib.h>

#include "core/util.h"
#include "vmm/kvm.h"

#define PIC_PINS 8
#define PICS 2
#define IOAPIC_PINS 24
#define MAX_ROUTES (PICS * PIC_PINS + IOAPIC_PINS + MACHINE_MAX_MSI)

static_assert(MACHINE_GSI_MSI == IOAPIC_PINS, "messages begin behind the pins");

int kvm_irq_init(struct kvm_irq *irq, int vm_fd, struct err *err)
{
	/* KVM answers port 0x61 too: a kernel measures time with it */
	struct kvm_pit_config pit = {.flags = KVM_PIT_SPEAKER_DUMMY};
	unsigned i;

	irq->vm_fd = vm_fd;
	irq->routing = malloc(sizeof(*irq->routing) +
			      MAX_ROUTES * sizeof(irq->routing->entries[0]));
	if (!irq->routing)
		return err_set(err, -ENOMEM, "no memory for interrupt routes");
	if (KVM_MUST(vm_fd, KVM_CREATE_IRQCHIP, NULL, err) < 0 ||
	    KVM_MUST(vm_fd, KVM_CREATE_PIT2, &pit, err) < 0 ||
	    KVM_MUST(vm_fd, KVM_GET_PIT2, &irq->pit, err) < 0)
		return err->code;
	for (i = 0; i < ARRAY_SIZE(irq->chips); i++) {
		irq->chips[i].chip_id = i;
		if (KVM_MUST(vm_fd, KVM_GET_IRQCHIP, &irq->chips[i], err) < 0)
			return err->code;
	}
	return 0;
}

void kvm_irq_fini(struct kvm_irq *irq)
{
	free(irq->routing);
	irq->routing = NULL;
}

int kvm_irq_reset(struct kvm_irq *irq, struct err *err)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(irq->chips); i++) {
		if (KVM_MUST(irq->vm_fd, KVM_SET_IRQCHIP, &irq->chips[i], err) <
		    0)
			return err->code;
	}
	if (KVM_MUST(irq->vm_fd, KVM_SET_PIT2, &irq->pit, err) < 0)
		return err->code;
	return 0;
}

int kvm_irq_msi_alloc(struct kvm_irq *irq)
{
	int i;

	for (i = 0; i < MACHINE_MAX_MSI; i++) {
		if (irq->used[i])
			continue;
		irq->used[i] = true;
		return MACHINE_GSI_MSI + i;
	}
	return -ENOSPC;
}

void kvm_irq_msi_free(struct kvm_irq *irq, unsigned gsi)
{
	/* The route stays in KVM until the next is set: nobody uses it. */
	irq->used[gsi - MACHINE_GSI_MSI] = false;
	irq->has_route[gsi - MACHINE_GSI_MSI] = false;
}

static void add_pin(struct kvm_irq_routing *routing, unsigned gsi,
		    unsigned chip, unsigned pin)
{
	routing->entries[routing->nr++] = (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_IRQCHIP,
		.u.irqchip = {.irqchip = chip, .pin = pin},
	};
}

static void add_message(struct kvm_irq_routing *routing, unsigned gsi,
			const struct msi_message *message)
{
	routing->entries[routing->nr++] = (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_MSI,
		.u.msi = {.address_lo = (uint32_t)message->addr,
			  .address_hi = (uint32_t)(message->addr >> 32),
			  .data = message->data},
	};
}

static void add_all(const struct kvm_irq *irq, struct kvm_irq_routing *routing)
{
	unsigned i;

	for (i = 0; i < IOAPIC_PINS; i++) {
		if (i < PICS * PIC_PINS)
			add_pin(routing, i,
				i < PIC_PINS ? KVM_IRQCHIP_PIC_MASTER
					     : KVM_IRQCHIP_PIC_SLAVE,
				i % PIC_PINS);
		add_pin(routing, i, KVM_IRQCHIP_IOAPIC, i);
	}
	for (i = 0; i < MACHINE_MAX_MSI; i++) {
		if (irq->has_route[i])
			add_message(routing, MACHINE_GSI_MSI + i,
				    &irq->messages[i]);
	}
}

int kvm_irq_msi_route(struct kvm_irq *irq, unsigned gsi,
		      const struct msi_message *message)
{
	int code;

	irq->messages[gsi - MACHINE_GSI_MSI] = *message;
	irq->has_route[gsi - MACHINE_GSI_MSI] = true;
	irq->routing->nr = irq->routing->flags = 0;
	add_all(irq, irq->routing);
	code = kvm_call(irq->vm_fd, KVM_SET_GSI_ROUTING, irq->routing);
	if (code < 0)
		irq->has_route[gsi - MACHINE_GSI_MSI] = false;
	return code;
}

int kvm_irq_bind(struct kvm_irq *irq, unsigned gsi, int eventfd)
{
	struct kvm_irqfd irqfd = {.fd = (uint32_t)eventfd, .gsi = gsi};

	return kvm_call(irq->vm_fd, KVM_IRQFD, &irqfd);
}

void kvm_irq_unbind(struct kvm_irq *irq, unsigned gsi, int eventfd)
{
	struct kvm_irqfd irqfd = {
		.fd = (uint32_t)eventfd,
		.gsi = gsi,
		.flags = KVM_IRQFD_FLAG_DEASSIGN,
	};

	kvm_call(irq->vm_fd, KVM_IRQFD, &irqfd);
}

void kvm_irq_set(struct kvm_irq *irq, unsigned gsi, bool level)
{
	struct kvm_irq_level line = {.irq = gsi, .level = level};

	kvm_call(irq->vm_fd, KVM_IRQ_LINE, &line);
}

int kvm_irq_doorbell(struct kvm_irq *irq, uint64_t gpa, int eventfd,
		     bool is_bound)
{
	struct kvm_ioeventfd doorbell = {
		.addr = gpa,
		.len = 0, /* any */
		.fd = eventfd,
		.flags = is_bound ? 0 : KVM_IOEVENTFD_FLAG_DEASSIGN,
	};

	return kvm_call(irq->vm_fd, KVM_IOEVENTFD, &doorbell);
}
