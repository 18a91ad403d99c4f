// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_pci.c - what a guest does to the bus, its functions and their vectors
 *
 * Input: operations of a guest on a machine with two functions, each with two
 * BARs and MSI-X, and of the functions themselves. After each of them no BAR
 * answers outside of the window, and each pin is as its slots want it.
 */
#include <assert.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fuzz/fuzz_ops.h"
#include "unit/machine_bed.h"
#include "vmm/pci.h"

#define FUNCTIONS 2
#define SOURCES 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct card {
	struct pci_function function;
	int fds[SOURCES];
};

static struct machine_bed bed;
static struct pci_bus bus;
static struct card cards[FUNCTIONS];

static uint64_t card_read(struct pci_function *function, uint64_t offset,
			  unsigned len)
{
	assert(offset + len <= function->bars[0].size);
	return offset;
}

static void card_write(struct pci_function *function, uint64_t offset,
		       unsigned len, uint64_t value)
{
	assert(offset + len <= function->bars[0].size);
	pci_set_intx(function, value & 1);
}

static void card_open(struct card *card)
{
	const struct pci_id id = {.vendor = 0x1234};
	struct pci_function *function = &card->function;
	unsigned i;

	pci_function_init(function, &bed.machine, &id);
	function->bars[0] = (struct pci_bar){
		.size = 4096, .read = card_read, .write = card_write};
	pci_add_msix(function, 1, 3);
	for (i = 0; i < SOURCES; i++) {
		card->fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		msix_add_source(&function->msix, card->fds[i]);
	}
	if (pci_bus_add(&bus, function, NULL))
		__builtin_trap();
}

static void card_close(struct card *card)
{
	unsigned i;

	pci_function_remove(&card->function);
	for (i = 0; i < SOURCES; i++)
		close(card->fds[i]);
}

/* configuration space of one of the functions, as most guests reach it */
static void configure(struct fuzz_ops *ops, unsigned slot)
{
	unsigned offset = (unsigned)fuzz_take(ops, 1);
	unsigned len = fuzz_width(ops);

	bus_write(&bed.machine.ports, 0xcf8, 4,
		  0x80000000 | slot << 11 | (offset & 0xfc));
	bus_read(&bed.machine.ports, 0xcfc + offset % 4, len);
	bus_write(&bed.machine.ports, 0xcfc + offset % 4, len,
		  fuzz_take(ops, len));
}

static void port(struct fuzz_ops *ops)
{
	uint64_t at = 0xcf8 + fuzz_take(ops, 1) % 8;
	unsigned len = fuzz_width(ops);

	bus_write(&bed.machine.ports, at, len, fuzz_take(ops, len));
	bus_read(&bed.machine.ports, at, len);
}

static void registers(struct fuzz_ops *ops, struct card *card)
{
	unsigned selector = (unsigned)fuzz_take(ops, 2);
	struct pci_bar *bar = &card->function.bars[selector >> 15];
	uint64_t at = (bar->addr ? bar->addr : bar->placed) + selector % 4096;
	unsigned len = fuzz_width(ops);

	bus_write(&bed.machine.mmio, at, len, fuzz_take(ops, len));
	bus_read(&bed.machine.mmio, at, len);
}

static void device(struct fuzz_ops *ops, struct card *card)
{
	unsigned selector = (unsigned)fuzz_take(ops, 1);
	unsigned source = selector % SOURCES;

	if (selector & 0x80)
		eventfd_write(card->fds[source], 1);
	else
		msix_set_vector(&card->function.msix, source,
				(uint16_t)fuzz_take(ops, 1));
}

static void check(void)
{
	bool levels[MACHINE_GSI_PCI_PINS] = {0};
	unsigned i, n;

	for (i = 0; i < FUNCTIONS; i++) {
		struct pci_function *function = &cards[i].function;

		for (n = 0; n < 2; n++) {
			uint64_t addr = function->bars[n].addr;

			assert(!addr || pci_has_memory(function));
			assert(!addr || (addr >= MACHINE_PCI_START &&
					 addr + 4096 <= MACHINE_PCI_END));
		}
		levels[function->slot % MACHINE_GSI_PCI_PINS] =
			function->intx && !function->msix.enabled &&
			!(function->config[5] & 4);
	}
	for (i = 0; i < MACHINE_GSI_PCI_PINS; i++)
		assert(bed.levels[MACHINE_GSI_PCI + i] == levels[i]);
}

static void step(struct fuzz_ops *ops)
{
	uint8_t op = (uint8_t)fuzz_take(ops, 1);
	unsigned n = op >> 4 & 1;

	switch (op & 7) {
	case 0:
	case 1:
		configure(ops, n + 1);
		break;
	case 2:
		port(ops);
		break;
	case 3:
	case 4:
		registers(ops, &cards[n]);
		break;
	case 5:
		device(ops, &cards[n]);
		break;
	case 6:
		machine_bed_interrupts(&bed, MACHINE_GSI_MSI + n);
		break;
	default:
		if (op & 0x20)
			pci_bus_reset(&bus);
		else
			pci_set_intx(&cards[n].function, op & 0x40);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_ops ops = {data, size};
	unsigned i;

	if (machine_bed_open(&bed) || pci_bus_init(&bus, &bed.machine, NULL))
		__builtin_trap();
	for (i = 0; i < FUNCTIONS; i++)
		card_open(&cards[i]);
	while (fuzz_more(&ops)) {
		step(&ops);
		check();
	}
	for (i = 0; i < FUNCTIONS; i++)
		card_close(&cards[i]);
	assert(!bed.machine.mmio.count);
	if (machine_bed_close(&bed))
		__builtin_trap();
	return 0;
}
