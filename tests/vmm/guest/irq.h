/* SPDX-License-Identifier: GPL-2.0-or-later */
/* irq.h - exceptions, interrupts, and waiting for them
 *
 * The guest runs with interrupts off. They come only where it waits, so no data
 * is ever changed behind the back of the code that uses it.
 */
#ifndef GUEST_IRQ_H
#define GUEST_IRQ_H

#include "guest/machine.h"

/* struct irq_frame - what isr.S and the processor pushed */
struct irq_frame {
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

/* irq_init() - descriptor table, local APIC on, old PICs off; again is fine */
void irq_init(struct machine *m);

/* irq_load() - this CPU uses the descriptor table too, and has its APIC on */
void irq_load(void);

/* irq_alloc() - a vector that calls @handler; 0 when none is left */
uint8_t irq_alloc(void (*handler)(void *arg), void *arg);
void irq_free_all(void);

/* irq_stray() - interrupts so far whose vector nobody asked for */
unsigned irq_stray(void);

/* irq_faults() - exceptions so far in guarded instructions, see guarded.h */
unsigned irq_faults(void);

/* irq_sleep() - until something interrupts, at most @us */
void irq_sleep(uint64_t us);

/* irq_poll() - what is pending comes now */
void irq_poll(void);

/* wait_for() - until done(arg), asked after each interrupt; false: @ms are
 * over.
 * @done is asked once more then. */
bool wait_for(struct machine *m, bool (*done)(void *arg), void *arg,
	      uint64_t ms);

/* lapic_read(), lapic_write() - the local APIC's registers, by offset */
uint32_t lapic_read(unsigned at);
void lapic_write(unsigned at, uint32_t value);
#define LAPIC_ICR_LOW 0x300
#define LAPIC_ICR_HIGH 0x310
/* To all CPUs but the one that writes it: a vector that does nothing but wake.
 */
#define IRQ_WAKE_OTHERS (0xc4000 | IRQ_WAKE_VECTOR)
#define IRQ_WAKE_VECTOR 0x70

/* lapic_id() - of the CPU that asks */
uint8_t lapic_id(void);

/* ioapic_route() - a pin by its number in the whole machine; a PCI function's
 * is level-triggered and active low by the book, but what a virtual one is
 * called makes no difference to it */
int ioapic_route(const struct machine *m, unsigned gsi, uint8_t vector,
		 bool level);
void ioapic_mask(const struct machine *m, unsigned gsi);

#endif
