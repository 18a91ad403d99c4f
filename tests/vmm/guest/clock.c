// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clock.c - how fast does the time-stamp counter count?
 *
 * Asked in turn: the hypervisor's leaf 0x40000010, kvm-clock's multiplier, the
 * processor's leaf 0x15, and last the ACPI timer, against which it is measured.
 */
#include "guest/clock.h"
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/text.h"

#define HYPERVISOR_LEAVES 0x40000000
#define TIMING_LEAF 0x40000010
#define CRYSTAL_LEAF 0x15
#define KVM_CLOCK_FEATURE 0x08
#define MSR_KVM_CLOCK 0x4b564d01
#define PM_TIMER_HZ 3579545
#define PM_TIMER_MASK 0xffffff
#define FALLBACK_KHZ 1000000

static uint32_t highest_leaf(uint32_t first)
{
	uint32_t r[4];

	cpuid(first, r);
	return r[0];
}

static bool has_hypervisor(void)
{
	uint32_t r[4];

	cpuid(1, r);
	return r[2] >> 31;
}

static uint64_t khz_by_hypervisor(void)
{
	uint32_t r[4];

	if (!has_hypervisor() || highest_leaf(HYPERVISOR_LEAVES) < TIMING_LEAF)
		return 0;
	cpuid(TIMING_LEAF, r);
	return r[0];
}

/* KVM writes its clock's page when its register is written: a factor of 32
 * binary places and a shift turn ticks into nanoseconds. */
static uint64_t khz_by_kvm_clock(struct machine *m)
{
	uint64_t page, khz;
	uint32_t r[4];
	int8_t shift;

	if (!has_hypervisor())
		return 0;
	cpuid(HYPERVISOR_LEAVES, r);
	if (r[1] != 0x4b4d564b) /* "KVMK" */
		return 0;
	cpuid(HYPERVISOR_LEAVES + 1, r);
	if (!(r[0] & KVM_CLOCK_FEATURE))
		return 0;
	page = (uint64_t)pages(m, 1);
	wrmsr(MSR_KVM_CLOCK, page | 1);
	cpuid(0, r); /* an exit, after which the page is written */
	shift = (int8_t)read8(page + 28);
	if (!read32(page + 24))
		return 0;
	khz = (1000000ULL << 32) / read32(page + 24);
	khz = shift < 0 ? khz << -shift : khz >> shift;
	wrmsr(MSR_KVM_CLOCK, 0);
	return khz;
}

static uint64_t khz_by_crystal(void)
{
	uint32_t r[4];

	if (highest_leaf(0) < CRYSTAL_LEAF)
		return 0;
	cpuid(CRYSTAL_LEAF, r);
	if (!r[0] || !r[1] || !r[2])
		return 0;
	return (uint64_t)r[2] * r[1] / r[0] / 1000;
}

static uint64_t khz_by_pm_timer(const struct machine *m)
{
	uint16_t port = m->acpi.pm_timer;
	uint32_t first, passed, wanted = PM_TIMER_HZ / 100;
	uint64_t tsc;

	if (!port)
		return 0;
	first = inl(port);
	tsc = rdtsc();
	do
		passed = (inl(port) - first) & PM_TIMER_MASK;
	while (passed < wanted);
	return (rdtsc() - tsc) * PM_TIMER_HZ / passed / 1000;
}

void clock_init(struct machine *m)
{
	const char *by = "leaf 0x40000010";

	if (m->tsc_khz)
		return;
	m->tsc_khz = khz_by_hypervisor();
	if (!m->tsc_khz) {
		by = "kvm-clock";
		m->tsc_khz = khz_by_kvm_clock(m);
	}
	if (!m->tsc_khz) {
		by = "leaf 0x15";
		m->tsc_khz = khz_by_crystal();
	}
	if (!m->tsc_khz) {
		by = "the ACPI timer";
		m->tsc_khz = khz_by_pm_timer(m);
	}
	if (!m->tsc_khz) {
		by = "guessing";
		m->tsc_khz = FALLBACK_KHZ;
	}
	m->tsc_start = rdtsc();
	say("clock %lu kHz by %s\n", m->tsc_khz, by);
}

uint64_t now_us(const struct machine *m)
{
	return (rdtsc() - m->tsc_start) * 1000 / m->tsc_khz;
}

bool wait_for(struct machine *m, bool (*done)(void *arg), void *arg,
	      uint64_t ms)
{
	uint64_t end = now_us(m) + ms * 1000, now;

	while (!done(arg)) {
		now = now_us(m);
		if (now >= end)
			return done(arg);
		irq_sleep(end - now < 10000 ? end - now : 10000);
	}
	return true;
}
