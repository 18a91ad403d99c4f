// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pci_bus.c - one PCI bus behind the ports 0xcf8 and 0xcfc
 *
 * Theory of operation
 *
 * A guest writes bus, slot and register to the address port, then reads or
 * writes the data ports (PCI 3.0 3.2.2.3.2, mechanism #1). Only an access of
 * four bytes is one to the address port; among the bytes that narrower ones
 * reach is port 0xcf9, the reset register of every chipset.
 *
 * Slots n, n + 8, n + 16 and n + 24 share a pin of the IOAPIC: it is high while
 * any of them pulls it.
 *
 * Limits: one bus, one function in each slot, no bridges, no hot-plug.
 */
#include "vmm/pci.h"

#include <errno.h>
#include <linux/pci_regs.h>

#include "core/bytes.h"
#include "vmm/pci_internal.h"

#define ADDRESS_ENABLE 0x80000000u
#define ADDRESS_BITS 0x80fffffcu
#define RESET_CPU 0x04
/* slots that share the pin of slot 0 */
#define SHARED 0x01010101u

/*
 * A virtual host bridge that no driver knows a quirk for. Kernels look for one
 * before they believe in the ports.
 */
static const struct pci_id bridge_id = {
	.vendor = 0x8086,
	.device = 0x0d57,
	.class_code = 0x060000,
};

/* NULL: another bus, another function, an empty slot, or switched off */
static struct pci_function *selected(const struct pci_bus *bus)
{
	uint32_t address = bus->address;

	if (!(address & ADDRESS_ENABLE) || address >> 16 & 0xff ||
	    address >> 8 & 7)
		return NULL;
	return bus->functions[address >> 11 & (PCI_SLOTS - 1)];
}

static uint64_t data_read(struct bus_range *range, uint64_t offset,
			  unsigned len)
{
	struct pci_bus *bus = container_of(range, struct pci_bus, data_range);
	struct pci_function *function = selected(bus);

	if (!function)
		return UINT64_MAX;
	return pci_config_read(function,
			       (bus->address & 0xfc) + (unsigned)offset, len);
}

static void data_write(struct bus_range *range, uint64_t offset, unsigned len,
		       uint64_t value)
{
	struct pci_bus *bus = container_of(range, struct pci_bus, data_range);
	struct pci_function *function = selected(bus);

	if (function)
		pci_config_write(function,
				 (bus->address & 0xfc) + (unsigned)offset, len,
				 (uint32_t)value);
}

static uint64_t address_read(struct bus_range *range, uint64_t offset,
			     unsigned len)
{
	struct pci_bus *bus =
		container_of(range, struct pci_bus, address_range);

	if (len == 4)
		return bus->address;
	/* reads as zero, so that a driver which keeps the rest of it can */
	return range->base + offset == MACHINE_PORT_RESET ? 0 : UINT64_MAX;
}

static void address_write(struct bus_range *range, uint64_t offset,
			  unsigned len, uint64_t value)
{
	struct pci_bus *bus =
		container_of(range, struct pci_bus, address_range);

	if (len == 4)
		bus->address = (uint32_t)value & ADDRESS_BITS;
	else if (len == 1 && range->base + offset == MACHINE_PORT_RESET &&
		 value & RESET_CPU)
		machine_event(bus->machine, MACHINE_RESET);
}

void pci_bus_pull(struct pci_bus *bus, unsigned slot, bool level)
{
	unsigned pin = slot % MACHINE_GSI_PCI_PINS;
	uint32_t old = bus->lines >> pin & SHARED;

	bus->lines &= ~(1u << slot);
	bus->lines |= (uint32_t)level << slot;
	level = bus->lines >> pin & SHARED;
	if (level != !!old)
		bus->machine->ops->irq_set(bus->machine, MACHINE_GSI_PCI + pin,
					   level);
}

/* All of it, or nothing: what has no room says so before the guest runs. */
static int place_bars(struct pci_bus *bus, struct pci_function *function,
		      struct err *err)
{
	uint64_t at = bus->next_bar;
	unsigned i;

	for (i = 0; i < PCI_BARS; i++) {
		uint64_t size = function->bars[i].size;

		if (!size)
			continue;
		at = (at + size - 1) & ~(size - 1);
		if (at + size > MACHINE_PCI_END)
			return err_set(err, -ENOSPC,
				       "no room for the registers of one more "
				       "device: give the guest fewer");
		pci_bar_place(function, i, (uint32_t)at);
		at += size;
	}
	bus->next_bar = at;
	return 0;
}

int pci_bus_add(struct pci_bus *bus, struct pci_function *function,
		struct err *err)
{
	unsigned slot;
	int code;

	for (slot = 0; slot < PCI_SLOTS && bus->functions[slot]; slot++)
		;
	if (slot == PCI_SLOTS)
		return err_set(err, -ENOSPC,
			       "a guest has at most %u devices: give it fewer",
			       PCI_SLOTS - 1);
	code = place_bars(bus, function, err);
	if (code)
		return code;
	function->bus = bus;
	function->slot = slot;
	function->gsi = MACHINE_GSI_PCI + slot % MACHINE_GSI_PCI_PINS;
	bus->functions[slot] = function;
	pci_function_reset(function);
	return 0;
}

int pci_bus_init(struct pci_bus *bus, struct machine *machine, struct err *err)
{
	*bus = (struct pci_bus){
		.machine = machine,
		.address_range = {MACHINE_PORT_PCI, 4, address_read,
				  address_write},
		.data_range = {MACHINE_PORT_PCI + 4, 4, data_read, data_write},
		.next_bar = MACHINE_PCI_START,
	};
	if (bus_add(&machine->ports, &bus->address_range) ||
	    bus_add(&machine->ports, &bus->data_range))
		return err_set(err, -EEXIST,
			       "the ports of the PCI bus are taken");
	pci_function_init(&bus->bridge, machine, &bridge_id);
	return pci_bus_add(bus, &bus->bridge, err);
}

void pci_bus_reset(struct pci_bus *bus)
{
	unsigned slot;

	for (slot = 0; slot < PCI_SLOTS; slot++) {
		if (bus->functions[slot])
			pci_function_reset(bus->functions[slot]);
	}
	bus->address = 0;
}
