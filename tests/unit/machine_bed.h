/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine_bed.h - a machine without KVM: devices are put into it, a test plays
 * the guest, and what would have interrupted it is counted
 */
#ifndef UNIT_MACHINE_BED_H
#define UNIT_MACHINE_BED_H

#include "vmm/machine.h"

#define MACHINE_BED_MEMORY (8ull << 20)
#define MACHINE_BED_BINDINGS 64

/**
 * struct machine_binding - an irqfd or ioeventfd that KVM would have
 * @fd:		the eventfd; -1: free
 * @gsi:	for an irqfd
 * @gpa:	for a doorbell
 */
struct machine_binding {
	int fd;
	unsigned gsi;
	uint64_t gpa;
};

/**
 * struct machine_bed - the machine and what was asked of it
 * @machine:	8 MiB of RAM, empty buses
 * @clock:	of the loop
 * @log:	quiet
 * @irqs:	irqfds
 * @doorbells:	ioeventfds
 * @messages:	by GSI - MACHINE_GSI_MSI: the route
 * @used:	by GSI - MACHINE_GSI_MSI: allocated
 * @levels:	of the IOAPIC's pins
 * @power_offs:	MACHINE_POWER_OFF events
 * @resets:	MACHINE_RESET events
 * @drivers:	MACHINE_DRIVERS events
 * @binds:	doorbells that were bound so far
 * @mistakes:	calls that KVM would refuse: unbinding what is not bound,
 *		routing or binding a GSI that was not allocated, freeing one
 *		that is bound
 */
struct machine_bed {
	struct machine machine;
	struct fake_clock clock;
	struct log log;
	struct machine_binding irqs[MACHINE_BED_BINDINGS];
	struct machine_binding doorbells[MACHINE_BED_BINDINGS];
	struct msi_message messages[MACHINE_MAX_MSI];
	bool used[MACHINE_MAX_MSI];
	bool levels[MACHINE_GSI_MSI];
	unsigned power_offs;
	unsigned resets;
	unsigned drivers;
	unsigned binds;
	unsigned mistakes;
};

/** machine_bed_open() - 0, or -1 when there is no memory */
int machine_bed_open(struct machine_bed *bed);

/** machine_bed_close() - the test has destroyed its devices; 0 when nothing is
 * left bound or allocated, and no mistake was made */
int machine_bed_close(struct machine_bed *bed);

/** machine_bed_run() - rounds of the loop until nothing is ready */
void machine_bed_run(struct machine_bed *bed);

/**
 * machine_bed_interrupts() - how often @gsi interrupted since last asked
 *
 * Reads the eventfds that are bound to it, as KVM would.
 */
uint64_t machine_bed_interrupts(struct machine_bed *bed, unsigned gsi);

/** machine_bed_ring() - the guest writes at @gpa: doorbell or register */
void machine_bed_ring(struct machine_bed *bed, uint64_t gpa, unsigned len,
		      uint64_t value);

#endif
