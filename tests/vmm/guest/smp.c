// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * smp.c - starts the other CPUs by INIT and start-up interrupts, one by one
 *
 * Theory of operation: a CPU that was started says so, sleeps until an
 * interrupt wakes it, and looks whether there is a job. Each has its own stack;
 * the descriptor tables and the page tables are shared.
 */
#include "guest/smp.h"
#include "guest/boot.h"
#include "guest/clock.h"
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/text.h"

#define STACK_PAGES 2
#define INIT 0x4500
#define STARTUP 0x4600
#define START_MS 2000

/* struct cpu - what one CPU tells another */
struct cpu {
	volatile bool is_online;
	void (*volatile job)(void *arg);
	void *volatile arg;
};

/* A CPU begins with nothing but its registers: what it is finds it here. */
static struct {
	struct cpu cpus[MAX_CPUS];
	unsigned count;
	struct cpu *volatile starting;
} smp;

uint64_t ap_stack;
extern char ap_trampoline[], ap_trampoline_end[];
void ap_main(void);

void ap_main(void)
{
	struct cpu *cpu = smp.starting;

	irq_load();
	say("cpu with APIC id %u says hello\n", lapic_id());
	cpu->is_online = true;
	for (;;) {
		while (!cpu->job)
			irq_wait();
		cpu->job(cpu->arg);
		cpu->job = NULL;
	}
}

static bool is_online(void *arg)
{
	const struct cpu *cpu = arg;

	return cpu->is_online;
}

static void send(uint8_t apic_id, uint32_t command)
{
	lapic_write(LAPIC_ICR_HIGH, (uint32_t)apic_id << 24);
	lapic_write(LAPIC_ICR_LOW, command);
}

static int start(struct machine *m, struct cpu *cpu, uint8_t apic_id)
{
	unsigned tries;

	smp.starting = cpu;
	ap_stack = (uint64_t)pages(m, STACK_PAGES) + STACK_PAGES * 4096;
	send(apic_id, INIT);
	irq_sleep(10000);
	for (tries = 0; tries < 2; tries++) {
		send(apic_id, STARTUP | AP_BASE >> 12);
		if (wait_for(m, is_online, cpu, START_MS))
			return 0;
	}
	return failed("cpu with APIC id %u doesn't start", apic_id);
}

int smp_start(struct machine *m)
{
	unsigned i;

	if (smp.count)
		return (int)smp.count;
	irq_init(m);
	clock_init(m);
	memcpy((void *)AP_BASE, ap_trampoline,
	       (size_t)(ap_trampoline_end - ap_trampoline));
	smp.cpus[0].is_online = true;
	smp.count = 1;
	for (i = 0; i < m->acpi.cpus; i++) {
		if (m->acpi.apic_ids[i] == lapic_id())
			continue;
		if (start(m, &smp.cpus[smp.count], m->acpi.apic_ids[i]))
			return -1;
		smp.count++;
	}
	return (int)smp.count;
}

int smp_run(unsigned n, void (*job)(void *arg), void *arg)
{
	if (n >= smp.count || smp.cpus[n].job)
		return -1;
	smp.cpus[n].arg = arg;
	wmb();
	smp.cpus[n].job = job;
	lapic_write(LAPIC_ICR_LOW, IRQ_WAKE_OTHERS);
	return 0;
}

static bool is_idle(void *arg)
{
	const struct cpu *cpu = arg;

	return !cpu->job;
}

int smp_wait(struct machine *m, unsigned n, uint64_t ms)
{
	return wait_for(m, is_idle, &smp.cpus[n], ms) ? 0 : -1;
}
