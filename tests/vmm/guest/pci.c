// SPDX-License-Identifier: GPL-2.0-or-later
/* pci.c - configuration space of bus 0, its functions, their BARs (PCI 3.0 6)
 */
#include "guest/pci.h"
#include "guest/io.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define CONFIG_ENABLE 0x80000000
#define HEADER_MULTI 0x80
#define STATUS_CAPABILITIES 0x10
#define BAR_IO 0x1
#define BAR_TYPE 0x6
#define BAR_TYPE_WIDE 0x4
#define BAR_PREFETCH 0x8

static void select(const struct pci_function *f, unsigned at)
{
	outl(CONFIG_ADDRESS, CONFIG_ENABLE | (uint32_t)f->slot << 11 |
				     (uint32_t)f->function << 8 | (at & 0xfc));
}

uint32_t pci_read(const struct pci_function *f, unsigned at, unsigned width)
{
	uint16_t port = (uint16_t)(CONFIG_DATA + (at & 3));

	select(f, at);
	if (width == 1)
		return inb(port);
	if (width == 2)
		return inw(port);
	return inl(port);
}

void pci_write(const struct pci_function *f, unsigned at, unsigned width,
	       uint32_t value)
{
	uint16_t port = (uint16_t)(CONFIG_DATA + (at & 3));

	select(f, at);
	if (width == 1)
		outb(port, (uint8_t)value);
	else if (width == 2)
		outw(port, (uint16_t)value);
	else
		outl(port, value);
}

void pci_command(const struct pci_function *f, uint16_t set, uint16_t clear)
{
	uint32_t command = pci_read(f, PCI_COMMAND, 2);

	pci_write(f, PCI_COMMAND, 2, (command | set) & ~(uint32_t)clear);
}

/* probe_bar() - what stays 0 of all ones is its size (6.2.5.1) */
static uint32_t probe_bar(const struct pci_function *f, unsigned at)
{
	uint32_t old = pci_read(f, at, 4), probed;

	pci_write(f, at, 4, 0xffffffff);
	probed = pci_read(f, at, 4);
	pci_write(f, at, 4, old);
	return probed;
}

/* read_bar() - returns how many of the six it takes */
static unsigned read_bar(struct pci_function *f, unsigned i)
{
	struct pci_bar *bar = &f->bars[i];
	unsigned at = PCI_BAR0 + i * 4;
	uint32_t low = pci_read(f, at, 4), mask = probe_bar(f, at);
	uint64_t wide;

	bar->is_io = low & BAR_IO;
	if (bar->is_io) {
		bar->at = low & ~3U;
		bar->len = (~(mask & ~3U) + 1) & 0xffff;
		return 1;
	}
	bar->is_prefetchable = low & BAR_PREFETCH;
	bar->is_wide = (low & BAR_TYPE) == BAR_TYPE_WIDE;
	bar->at = low & ~15U;
	if (!bar->is_wide) {
		bar->len = mask ? ~(mask & ~15U) + 1 : 0;
		return 1;
	}
	bar->at |= (uint64_t)pci_read(f, at + 4, 4) << 32;
	wide = (uint64_t)probe_bar(f, at + 4) << 32 | (mask & ~15U);
	bar->len = ~wide + 1;
	return 2;
}

bool pci_probe(struct pci_function *f, unsigned slot, unsigned function)
{
	uint32_t id, command;
	unsigned i, count;

	*f = (struct pci_function){.slot = (uint8_t)slot,
				   .function = (uint8_t)function};
	id = pci_read(f, 0, 4);
	if ((id & 0xffff) == 0xffff)
		return false;
	f->vendor = (uint16_t)id;
	f->device = (uint16_t)(id >> 16);
	f->class_code = pci_read(f, 8, 4) >> 8;
	f->header = (uint8_t)pci_read(f, 14, 1);
	count = f->header & ~HEADER_MULTI ? 2 : PCI_BARS;
	/* It must not answer where the probe puts it. */
	command = pci_read(f, PCI_COMMAND, 2);
	pci_write(f, PCI_COMMAND, 2, command & ~3U);
	for (i = 0; i < count;)
		i += read_bar(f, i);
	pci_write(f, PCI_COMMAND, 2, command);
	return true;
}

int pci_each(int (*call)(struct pci_function *f, void *arg), void *arg)
{
	struct pci_function f;
	unsigned slot, function;
	int result = 0;

	for (slot = 0; slot < 32; slot++) {
		for (function = 0; function < 8; function++) {
			if (pci_probe(&f, slot, function))
				result = call(&f, arg);
			else if (!function)
				break;
			if (result)
				return result;
			if (!function && !(f.header & HEADER_MULTI))
				break;
		}
	}
	return 0;
}

uint8_t pci_next_capability(const struct pci_function *f, uint8_t at)
{
	uint32_t next;

	if (!(pci_read(f, PCI_STATUS, 2) & STATUS_CAPABILITIES))
		return 0;
	next = pci_read(f, at ? at + 1U : PCI_CAPABILITIES, 1) & 0xfc;
	/* Ours are written upwards; a loop would go down somewhere. QEMU's go
	 * down only. Either is a list of at most 48. */
	return next < 0x40 ? 0 : (uint8_t)next;
}

void pci_set_bar(struct pci_function *f, unsigned bar, uint64_t at)
{
	uint32_t command = pci_read(f, PCI_COMMAND, 2);

	pci_write(f, PCI_COMMAND, 2, command & ~(uint32_t)PCI_COMMAND_MEMORY);
	pci_write(f, PCI_BAR0 + bar * 4, 4, (uint32_t)at);
	if (f->bars[bar].is_wide)
		pci_write(f, PCI_BAR0 + bar * 4 + 4, 4, (uint32_t)(at >> 32));
	pci_write(f, PCI_COMMAND, 2, command);
	f->bars[bar].at = at;
}
