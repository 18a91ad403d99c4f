// SPDX-License-Identifier: GPL-2.0-or-later
/* test_pci.c - what is on bus 0; a BAR is moved, and its registers with it */
#include "guest/io.h"
#include "guest/paging.h"
#include "guest/pci.h"
#include "guest/tests.h"
#include "guest/text.h"

#define VIRTIO_VENDOR 0x1af4
#define MAX_CAPABILITIES 48

/* struct tally - what test_pci() learned from all functions */
struct tally {
	struct machine *machine;
	unsigned functions, moved;
};

static void say_bars(const struct pci_function *f)
{
	unsigned i;

	for (i = 0; i < PCI_BARS; i++)
		if (f->bars[i].len)
			say("  bar%u %s 0x%lx size 0x%lx%s%s\n", i,
			    f->bars[i].is_io ? "io" : "memory", f->bars[i].at,
			    f->bars[i].len, f->bars[i].is_wide ? " wide" : "",
			    f->bars[i].is_prefetchable ? " prefetchable" : "");
}

static int say_capabilities(const struct pci_function *f)
{
	uint8_t at = 0;
	unsigned n;

	for (n = 0; (at = pci_next_capability(f, at)); n++) {
		say("  capability 0x%02x at 0x%02x\n", pci_read(f, at, 1), at);
		if (n == MAX_CAPABILITIES)
			return failed("pci %u: capabilities in a loop",
				      f->slot);
	}
	return 0;
}

/* contents() - enough of a BAR to know it again; a place where nobody answers
 * reads as 0 on some machines and as all ones on others: both are 0 here */
static uint64_t contents(uint64_t at)
{
	uint64_t sum = 0;
	uint32_t value;
	unsigned i;

	for (i = 0; i < 32; i += 4) {
		value = read32(at + i);
		if (value != 0xffffffff)
			sum = sum * 31 + value;
	}
	return sum;
}

/* elsewhere() - 128 MiB above or below, where no machine that this runs on has
 * anything while it has that little memory */
static uint64_t elsewhere(const struct pci_bar *bar)
{
	uint64_t to = bar->at ^ 0x08000000;

	return (to + bar->len - 1) & ~(bar->len - 1);
}

static int move_bar(struct tally *t, struct pci_function *f, unsigned i)
{
	struct pci_bar *bar = &f->bars[i];
	uint64_t from = bar->at, to = elsewhere(bar), before;

	map_identity(t->machine, from, bar->len);
	map_identity(t->machine, to, bar->len);
	pci_command(f, PCI_COMMAND_MEMORY, 0);
	before = contents(from);
	if (!before)
		return failed("pci %u bar%u: nobody answers", f->slot, i);
	pci_set_bar(f, i, to);
	if (contents(to) != before)
		return failed("pci %u bar%u: not the same at 0x%lx", f->slot, i,
			      to);
	if (contents(from))
		return failed("pci %u bar%u: still at 0x%lx", f->slot, i, from);
	pci_set_bar(f, i, from);
	if (contents(from) != before)
		return failed("pci %u bar%u: didn't come back", f->slot, i);
	pci_command(f, 0, PCI_COMMAND_MEMORY);
	if (contents(from))
		return failed("pci %u bar%u: answers while off", f->slot, i);
	pci_command(f, PCI_COMMAND_MEMORY, 0);
	say("  bar%u went to 0x%lx and back\n", i, to);
	t->moved++;
	return 0;
}

static int see(struct pci_function *f, void *arg)
{
	struct tally *t = arg;
	unsigned i;

	t->functions++;
	say("pci %u.%u %04x:%04x class %06x\n", f->slot, f->function, f->vendor,
	    f->device, f->class_code);
	say_bars(f);
	if (say_capabilities(f))
		return -1;
	if (f->vendor != VIRTIO_VENDOR)
		return 0;
	for (i = 0; i < PCI_BARS; i++)
		if (f->bars[i].len >= 4096 && !f->bars[i].is_io &&
		    move_bar(t, f, i))
			return -1;
	return 0;
}

int test_pci(struct machine *m)
{
	struct tally t = {.machine = m};

	if (pci_each(see, &t))
		return -1;
	say("pci %u functions, %u BARs moved\n", t.functions, t.moved);
	return t.functions ? 0 : failed("pci: nothing on bus 0");
}
