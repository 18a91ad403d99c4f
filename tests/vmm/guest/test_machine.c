// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_machine.c - ports, addresses and registers at random (M2 of the
 * catalogue)
 *
 * Theory of operation: from a seed, values are read and written at random, in
 * all widths; what faults is skipped. Left out is what would end or change this
 * guest rather than trouble its machine: the local APIC, RAM, the registers of
 * paging and of interrupts, and the ports that reset or turn off the machine
 * unless `all` is said. PCI configuration is put back afterwards by nobody: run
 * it last, or alone.
 */
#include "guest/clock.h"
#include "guest/guarded.h"
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/paging.h"
#include "guest/random.h"
#include "guest/serial.h"
#include "guest/tests.h"
#include "guest/text.h"

#define MMIO_FROM 0xc0000000U
#define MMIO_TO 0xfec00000U
#define ABOVE_4G 0x4000000000ULL
#define SLICE 50

/* Ranges that a random value stays out of. */
struct range {
	uint32_t first, last;
};

/* The serial port, so that one can read what happens; PCI, or devices answer
 * where RAM is; DMA and the old interrupt controllers; system control. */
static const struct range no_ports[] = {
	{0x000, 0x00f}, {0x020, 0x021}, {0x070, 0x071}, {0x080, 0x092},
	{0x0a0, 0x0a1}, {0x0b2, 0x0b3}, {0x0c0, 0x0df}, {0x3f8, 0x3ff},
	{0x4d0, 0x4d1}, {0xcf8, 0xcff},
};

/* Those that end it all, on the machines that this runs on. */
static const struct range end_ports[] = {
	{0x060, 0x064}, {0x0f4, 0x0f4},   {0x501, 0x501}, {0x600, 0x61f},
	{0xcf9, 0xcf9}, {0xb000, 0xb03f}, {0x3f0, 0x3f7}, {0x510, 0x51b},
};

static bool is_in(const struct range *ranges, unsigned count, uint32_t first,
		  unsigned width)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (first <= ranges[i].last && first + width > ranges[i].first)
			return true;
	return false;
}

#define IN(ranges, at, width) \
	is_in(ranges, sizeof(ranges) / sizeof(ranges[0]), at, width)

/* Half of them where a PC has something. */
static uint16_t random_port(uint64_t *seed)
{
	uint16_t port = (uint16_t)(random_next(seed) >> 20);

	return random_next(seed) & 1 ? port : port & 0x7ff;
}

static void do_port(const struct machine *m, uint64_t *seed)
{
	unsigned width = 1U << random_below(seed, 3);
	uint16_t port = random_port(seed);
	uint32_t value = (uint32_t)random_next(seed);
	bool writes = random_next(seed) & 1;

	if (IN(no_ports, port, width))
		return;
	if (!cmdline_has(m, "all") && IN(end_ports, port, width))
		return;
	if (width == 1)
		writes ? outb(port, (uint8_t)value) : (void)inb(port);
	else if (width == 2)
		writes ? outw(port, (uint16_t)value) : (void)inw(port);
	else
		writes ? outl(port, value) : (void)inl(port);
}

/* Reads anywhere; writes outside of the window that BARs are in, where they'd
 * be a device's registers, which is another test's business. */
static void do_mmio(uint64_t *seed)
{
	uint64_t at = MMIO_FROM + random_next(seed) % (MMIO_TO - MMIO_FROM);
	unsigned width = 1U << random_below(seed, 4);

	if (random_next(seed) & 1)
		guarded_read(at, width);
	else
		guarded_write(ABOVE_4G + (at & 0x3fffffff), width,
			      random_next(seed));
}

/* What a CPU of this kind has is in three places; the rest faults. */
static uint32_t random_msr(uint64_t *seed)
{
	static const uint32_t bases[] = {
		0x0,        0x100,      0x200,      0x400,      0x600,
		0xc0000000, 0xc0000080, 0xc0010000, 0x40000000, 0x4b564d00};

	return bases[random_below(seed, 10)] + random_below(seed, 0x120);
}

/* Registers by which the guest would harm itself: the APIC's base, paging, and
 * where KVM would write into RAM. */
static bool is_own(uint32_t msr)
{
	return msr == 0x1b || (msr >= 0x800 && msr < 0x900) ||
	       (msr >= 0xc0000080 && msr <= 0xc0000103) || msr == 0x10 ||
	       msr == 0x3b || msr == 0x6e0 || msr == 0x11 || msr == 0x12 ||
	       (msr >= 0x4b564d00 && msr < 0x4b564e20) ||
	       (msr >= 0x40000000 && msr < 0x40000120);
}

static void do_msr(uint64_t *seed)
{
	uint32_t msr = random_msr(seed);
	uint64_t value = guarded_rdmsr(msr);

	if (is_own(msr) || random_next(seed) & 1)
		return;
	guarded_wrmsr(msr, random_next(seed));
	guarded_wrmsr(msr, value);
}

static void do_cpuid(uint64_t *seed)
{
	uint32_t r[4];

	cpuid((uint32_t)random_next(seed), r);
}

int test_machine(struct machine *m)
{
	uint64_t seed = cmdline_number(m, "seed", 1), first = seed;
	uint64_t seconds = cmdline_number(m, "seconds", 5), end;
	unsigned i, rounds = 0;

	irq_init(m);
	clock_init(m);
	map_identity(m, ABOVE_4G, 0x40000000);
	end = now_us(m) + seconds * 1000000;
	say("machine seed=%lu\n", first);
	do {
		for (i = 0; i < SLICE; i++) {
			do_port(m, &seed);
			do_mmio(&seed);
			do_msr(&seed);
			do_cpuid(&seed);
		}
		irq_poll();
		rounds += SLICE;
	} while (!seconds || now_us(m) < end);
	serial_init();
	say("machine %u rounds, %u faults, %u stray interrupts\n", rounds,
	    irq_faults(), irq_stray());
	return 0;
}
