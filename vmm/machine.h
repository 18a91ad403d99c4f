/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.h - what every device of a virtual machine may use
 *
 * Threads and the one lock
 *
 * The I/O thread runs a loop: eventfds, sockets, timers. A vCPU thread runs
 * KVM_RUN and comes out when its guest touches a port or a register that nobody
 * serves in the kernel. Both take the machine's lock for whatever they do with
 * devices: the I/O thread holds it whenever it does not sleep, a vCPU thread
 * from its exit to its next KVM_RUN. So device code never locks, and nothing in
 * it runs twice at once.
 *
 * Registers are served right on the vCPU thread, and it may do nothing else:
 * its system call filter leaves it ioctl() on the machine, write() on an
 * eventfd, and little more. What needs the loop, a socket or a file (a driver
 * says DRIVER_OK, or resets a device) goes through machine_io(), which returns
 * when the I/O thread has done it.
 *
 * None of this is on a frame's way: a driver's notification is an ioeventfd,
 * a device's an irqfd.
 */
#ifndef VMM_MACHINE_H
#define VMM_MACHINE_H

#include "core/guest_memory.h"
#include "core/log.h"
#include "core/loop.h"
#include "vmm/bus.h"
#include "vmm/vm_memory.h"

/* Where things are in the guest-physical address space, and who interrupts. */

/** MACHINE_HOLE_START - RAM ends here, and goes on at MACHINE_HOLE_END */
#define MACHINE_HOLE_START 0xc0000000ull
/** MACHINE_HOLE_END - end of the hole for devices below 4 GiB */
#define MACHINE_HOLE_END 0x100000000ull
/** MACHINE_PCI_START - window that BARs are placed in */
#define MACHINE_PCI_START 0xc0000000ull
/** MACHINE_PCI_END - its end; behind it are IOAPIC, LAPIC and KVM's own pages
 */
#define MACHINE_PCI_END 0xf0000000ull

/* I/O ports; those of the legacy PC are where they always were */
#define MACHINE_PORT_SERIAL 0x3f8
#define MACHINE_PORT_I8042 0x60
#define MACHINE_PORT_PM 0x600 /* ACPI: PM1a event and control blocks */
#define MACHINE_PORT_RESET 0xcf9
#define MACHINE_PORT_PCI 0xcf8

/* Global system interrupts: pins of the IOAPIC up to 23, then messages */
#define MACHINE_GSI_SERIAL 4
#define MACHINE_GSI_SCI 9
#define MACHINE_GSI_PCI 16 /* INTA of slot n is pin 16 + n % 8 */
#define MACHINE_GSI_PCI_PINS 8
#define MACHINE_GSI_MSI 24
/** MACHINE_MAX_MSI - MSI-X vectors of all devices of one machine */
#define MACHINE_MAX_MSI 256

struct machine;

/**
 * struct msi_message - where a message interrupt is written, and what
 * @addr:	as the driver put it into the MSI-X table
 * @data:	likewise
 */
struct msi_message {
	uint64_t addr;
	uint32_t data;
};

/**
 * enum machine_event - what a device asks of its machine
 * @MACHINE_POWER_OFF:	the guest switched itself off
 * @MACHINE_RESET:	the guest wants to begin anew
 * @MACHINE_DRIVERS:	a driver has started its device, or has reset it
 */
enum machine_event {
	MACHINE_POWER_OFF,
	MACHINE_RESET,
	MACHINE_DRIVERS,
};

/**
 * struct machine_ops - KVM, or a unit test in its place
 * @msi_alloc:	a GSI for messages, MACHINE_GSI_MSI and up; or -ENOSPC
 * @msi_free:	give it back; nothing is bound to it any more
 * @msi_route:	what an interrupt on @gsi writes from now on; 0 or -errno
 * @irq_bind:	each write to @eventfd interrupts by @gsi, at once if it was
 *		written already (KVM_IRQFD); 0 or -errno
 * @irq_unbind:	the eventfd keeps what is written to it from now on
 * @irq_set:	level of a pin of the IOAPIC
 * @doorbell_bind: a guest's write at @gpa, of any width, is a write to @eventfd
 *		(KVM_IOEVENTFD) and no exit; 0 or -errno
 * @doorbell_unbind: such a write is an exit again
 * @io:		see machine_io()
 * @event:	see machine_event()
 */
struct machine_ops {
	int (*msi_alloc)(struct machine *machine);
	void (*msi_free)(struct machine *machine, unsigned gsi);
	int (*msi_route)(struct machine *machine, unsigned gsi,
			 const struct msi_message *message);
	int (*irq_bind)(struct machine *machine, unsigned gsi, int eventfd);
	void (*irq_unbind)(struct machine *machine, unsigned gsi, int eventfd);
	void (*irq_set)(struct machine *machine, unsigned gsi, bool level);
	int (*doorbell_bind)(struct machine *machine, uint64_t gpa,
			     int eventfd);
	void (*doorbell_unbind)(struct machine *machine, uint64_t gpa,
				int eventfd);
	void (*io)(struct machine *machine, void (*call)(void *arg), void *arg);
	void (*event)(struct machine *machine, enum machine_event event);
};

/**
 * struct machine - embedded in whoever implements @ops
 * @ops:	never NULL
 * @loop:	of the I/O thread
 * @log:	for set-up and for what an operator must know; what a guest can
 *		provoke goes through log_limited()
 * @ports:	I/O ports
 * @mmio:	memory-mapped registers
 * @memory:	the guest's RAM, as virtqueues find it
 * @ram:	the same, as a file that can be shared
 */
struct machine {
	const struct machine_ops *ops;
	struct loop *loop;
	const struct log *log;
	struct bus ports;
	struct bus mmio;
	struct guest_memory memory;
	struct vm_memory ram;
};

/**
 * machine_io() - call @call on the I/O thread, with the lock held, and wait
 *
 * On the I/O thread itself it is just called. On a vCPU thread the lock is let
 * go meanwhile: whatever the caller knew of a device may have changed after it.
 */
static inline void machine_io(struct machine *machine, void (*call)(void *arg),
			      void *arg)
{
	machine->ops->io(machine, call, arg);
}

/** machine_event() - ask for it; it happens after the caller returned */
static inline void machine_event(struct machine *machine,
				 enum machine_event event)
{
	machine->ops->event(machine, event);
}

#endif
