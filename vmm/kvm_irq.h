/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kvm_irq.h - interrupts and doorbells of a machine on KVM
 */
#ifndef VMM_KVM_IRQ_H
#define VMM_KVM_IRQ_H

#include <linux/kvm.h>

#include "vmm/machine.h"

/**
 * struct kvm_irq - KVM's interrupt controllers and what is wired to them
 * @vm_fd:	KVM's VM
 * @used:	by GSI - MACHINE_GSI_MSI: allocated
 * @has_route:	likewise: @messages counts
 * @messages:	likewise: what an interrupt writes
 * @routing:	room for all routes; a vCPU's thread may not ask for memory
 * @chips:	both PICs and the IOAPIC as created
 * @pit:	timer, likewise
 */
struct kvm_irq {
	int vm_fd;
	bool used[MACHINE_MAX_MSI];
	bool has_route[MACHINE_MAX_MSI];
	struct msi_message messages[MACHINE_MAX_MSI];
	struct kvm_irq_routing *routing;
	struct kvm_irqchip chips[3];
	struct kvm_pit_state2 pit;
};

/** kvm_irq_init() - make the controllers; before any vCPU. @irq: all zeros */
int kvm_irq_init(struct kvm_irq *irq, int vm_fd, struct err *err);

/** kvm_irq_fini() - no-op when all zeros */
void kvm_irq_fini(struct kvm_irq *irq);

/** kvm_irq_reset() - the controllers are as they were created */
int kvm_irq_reset(struct kvm_irq *irq, struct err *err);

/* Each as the member of struct machine_ops that is named like it */

/** kvm_irq_msi_alloc() - a GSI, or -ENOSPC */
int kvm_irq_msi_alloc(struct kvm_irq *irq);

/** kvm_irq_msi_free() - give it back */
void kvm_irq_msi_free(struct kvm_irq *irq, unsigned gsi);

/** kvm_irq_msi_route() - 0 or -errno */
int kvm_irq_msi_route(struct kvm_irq *irq, unsigned gsi,
		      const struct msi_message *message);

/** kvm_irq_bind() - 0 or -errno */
int kvm_irq_bind(struct kvm_irq *irq, unsigned gsi, int eventfd);

/** kvm_irq_unbind() - no-op when it isn't bound */
void kvm_irq_unbind(struct kvm_irq *irq, unsigned gsi, int eventfd);

/** kvm_irq_set() - of a pin */
void kvm_irq_set(struct kvm_irq *irq, unsigned gsi, bool level);

/** kvm_irq_doorbell() - bind it, or unbind it; 0 or -errno */
int kvm_irq_doorbell(struct kvm_irq *irq, uint64_t gpa, int eventfd,
		     bool is_bound);

#endif
