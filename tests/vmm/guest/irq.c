// SPDX-License-Identifier: GPL-2.0-or-later
/* irq.c - the descriptor table, and who is called for which vector */
#include "guest/irq.h"
#include "guest/boot.h"
#include "guest/guarded.h"
#include "guest/io.h"
#include "guest/text.h"

#define FIRST_VECTOR 0x30
#define LAST_VECTOR 0x6f
#define TIMER_VECTOR IRQ_WAKE_VECTOR
#define SPURIOUS_VECTOR 0xff
#define EXCEPTIONS 32
#define NMI 2
#define INTERRUPT_GATE 0x8e00
#define STUB_SIZE 16

/* The local APIC, in its place since ever. */
#define LAPIC 0xfee00000ULL
enum {
	LAPIC_ID = 0x20,
	LAPIC_EOI = 0xb0,
	LAPIC_SPURIOUS = 0xf0,
	LAPIC_IN_SERVICE_TOP = 0x170,
	LAPIC_TIMER = 0x320,
	LAPIC_TIMER_COUNT = 0x380,
	LAPIC_TIMER_DIVIDE = 0x3e0
};
#define LAPIC_ENABLE 0x100
#define LAPIC_DIVIDE_1 0x0b
/* A virtual APIC's timer counts nanoseconds; if not, one wakes early or late.
 */
#define TICKS_PER_US 1000

struct handler {
	void (*call)(void *arg);
	void *arg;
};

/*
 * An interrupt handler gets no argument: this is the one place where the guest
 * needs memory that has a name.
 */
static struct {
	uint64_t idt[256][2];
	struct handler handlers[LAST_VECTOR - FIRST_VECTOR + 1];
	unsigned handler_count;
	unsigned stray, faults;
	const struct machine *machine;
} irq;

extern char isr_stubs[];
void irq_dispatch(struct irq_frame *frame);

uint32_t lapic_read(unsigned at)
{
	return read32(LAPIC + at);
}

void lapic_write(unsigned at, uint32_t value)
{
	write32(LAPIC + at, value);
}

uint8_t lapic_id(void)
{
	return (uint8_t)(lapic_read(LAPIC_ID) >> 24);
}

/* An instruction that may fault says where to go on; nobody else's may. */
static void exception(struct irq_frame *frame)
{
	uint64_t cr2;

	if (guarded_resume) {
		irq.faults++;
		frame->rip = guarded_resume;
		guarded_resume = 0;
		return;
	}
	__asm__ volatile("movq %%cr2, %0" : "=r"(cr2));
	failed("exception %lu, error 0x%lx, at 0x%lx, cr2 0x%lx", frame->vector,
	       frame->error, frame->rip, cr2);
	power_off(irq.machine, 1);
}

void irq_dispatch(struct irq_frame *frame)
{
	uint64_t n = frame->vector - FIRST_VECTOR;

	/* A device's message can be one, when somebody garbled its vectors. */
	if (frame->vector == NMI) {
		irq.stray++;
		return;
	}
	if (frame->vector < EXCEPTIONS) {
		exception(frame);
		return;
	}
	/* A true one isn't in service, and an end would be somebody else's; but
	 * a message may have this vector too. */
	if (frame->vector == SPURIOUS_VECTOR &&
	    !(lapic_read(LAPIC_IN_SERVICE_TOP) >> 31))
		return;
	if (n < irq.handler_count)
		irq.handlers[n].call(irq.handlers[n].arg);
	else if (frame->vector != TIMER_VECTOR)
		irq.stray++;
	lapic_write(LAPIC_EOI, 0);
}

void irq_load(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed))
	idtr = {sizeof(irq.idt) - 1, (uint64_t)irq.idt};

	__asm__ volatile("lidt %0" : : "m"(idtr));
	lapic_write(LAPIC_SPURIOUS, LAPIC_ENABLE | SPURIOUS_VECTOR);
	lapic_write(LAPIC_TIMER_DIVIDE, LAPIC_DIVIDE_1);
	lapic_write(LAPIC_TIMER, TIMER_VECTOR);
}

void irq_init(struct machine *m)
{
	uint64_t at = (uint64_t)isr_stubs;
	unsigned i;

	if (irq.machine)
		return;
	irq.machine = m;
	for (i = 0; i < 256; i++, at += STUB_SIZE) {
		irq.idt[i][0] = (at & 0xffff) | SEL_CODE64 << 16 |
				(uint64_t)INTERRUPT_GATE << 32 |
				(at >> 16 & 0xffff) << 48;
		irq.idt[i][1] = at >> 32;
	}
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
	irq_load();
}

uint8_t irq_alloc(void (*handler)(void *arg), void *arg)
{
	struct handler *h = &irq.handlers[irq.handler_count];

	if (irq.handler_count > LAST_VECTOR - FIRST_VECTOR)
		return 0;
	h->call = handler;
	h->arg = arg;
	return (uint8_t)(FIRST_VECTOR + irq.handler_count++);
}

void irq_free_all(void)
{
	irq.handler_count = 0;
}

unsigned irq_stray(void)
{
	return irq.stray;
}

unsigned irq_faults(void)
{
	return irq.faults;
}

void irq_sleep(uint64_t us)
{
	/* A count of 0 would be no timer at all. */
	lapic_write(LAPIC_TIMER_COUNT, (uint32_t)us * TICKS_PER_US + 1);
	irq_wait();
	lapic_write(LAPIC_TIMER_COUNT, 0);
}

void irq_poll(void)
{
	irq_on();
	cpu_pause();
	irq_off();
}
