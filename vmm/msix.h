/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * msix.h - message interrupts of a PCI function (PCI 3.0 6.8.2)
 *
 * What interrupts is an eventfd: a device, or a back-end in another process,
 * writes it. While its vector may speak, KVM turns such a write into an
 * interrupt (irqfd); while it is masked the eventfd just keeps it, which is the
 * pending bit. Several eventfds may share a vector.
 */
#ifndef VMM_MSIX_H
#define VMM_MSIX_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/machine.h"

/** MSIX_MAX_VECTORS - of one function */
#define MSIX_MAX_VECTORS 32
/** MSIX_MAX_SOURCES - eventfds of one function */
#define MSIX_MAX_SOURCES 32
/** MSIX_NO_VECTOR - of a source that interrupts nobody (virtio 1.2 4.1.4.3) */
#define MSIX_NO_VECTOR 0xffff

/**
 * struct msix_vector - one entry of the table
 * @message:	as the driver wrote it
 * @masked:	its own mask bit
 * @gsi:	that stands for it in KVM while a source has it; 0: none does
 * @is_routed:	KVM knows what @gsi writes: @routed
 * @routed:	the message it was told last
 */
struct msix_vector {
	struct msi_message message;
	bool masked;
	unsigned gsi;
	bool is_routed;
	struct msi_message routed;
};

/**
 * struct msix_source - one eventfd that interrupts
 * @fd:		belongs to the device
 * @vector:	number in the table, or MSIX_NO_VECTOR
 * @is_bound:	KVM has it
 */
struct msix_source {
	int fd;
	uint16_t vector;
	bool is_bound;
};

/**
 * struct msix - embedded in a function; all zeros: it has none
 * @machine:	for GSIs and irqfds
 * @count:	entries of the table
 * @enabled:	message control, bit 15: INTx is not used
 * @masked:	message control, bit 14: all of them are
 * @vectors:	the table
 * @source_count: valid entries of @sources
 * @sources:	by the number that msix_add_source() gave
 */
struct msix {
	struct machine *machine;
	unsigned count;
	bool enabled;
	bool masked;
	struct msix_vector vectors[MSIX_MAX_VECTORS];
	unsigned source_count;
	struct msix_source sources[MSIX_MAX_SOURCES];
};

/** msix_init() - @count vectors, all masked, disabled */
void msix_init(struct msix *msix, struct machine *machine, unsigned count);

/** msix_add_source() - an eventfd that will interrupt; its number or -ENOSPC */
int msix_add_source(struct msix *msix, int fd);

/**
 * msix_set_vector() - the vector of a source; MSIX_NO_VECTOR: none
 *
 * Return: 0; -EINVAL when there is no such vector, -ENOSPC when the machine has
 * no GSI left: the source has none then.
 */
int msix_set_vector(struct msix *msix, unsigned source, uint16_t vector);

/** msix_set_control() - enable and function mask, as the driver wrote them */
void msix_set_control(struct msix *msix, bool enabled, bool masked);

/** msix_table_read() - the table as a driver sees it; any offset and width */
uint64_t msix_table_read(const struct msix *msix, uint64_t offset,
			 unsigned len);

/** msix_table_write() - odd widths and offsets are ignored */
void msix_table_write(struct msix *msix, uint64_t offset, unsigned len,
		      uint64_t value);

/**
 * msix_pba_read() - pending bits: a masked vector's eventfd was written
 *
 * Asks the kernel with poll(), on the calling thread.
 */
uint64_t msix_pba_read(const struct msix *msix, uint64_t offset, unsigned len);

/** msix_reset() - disabled, all masked, no source has a vector or a GSI */
void msix_reset(struct msix *msix);

#endif
