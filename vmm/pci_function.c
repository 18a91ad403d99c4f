// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pci_function.c - configuration space of a function and its BARs (PCI 3.0 6)
 *
 * Theory of operation
 *
 * What a guest reads is @config; of what it writes, the bits in @writable stay.
 * That is all of a size probe: a BAR's writable bits are those above its size,
 * so all ones come back as the size's complement, and an address outside of the
 * window is one where the BAR does not answer.
 *
 * After each write the BARs are brought to where @config has them. Those that
 * go leave first, so two may swap. One that finds its place taken answers
 * nowhere until its function is written to again: whoever was there first stays
 * reachable, and the guest has only itself to blame.
 *
 * Limits: memory BARs of 32 bits; clearing Bus Master stops nobody, as a guest
 * that does it could as well reset the device.
 */
#include "vmm/pci.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>

#include "core/bytes.h"
#include "vmm/pci_internal.h"

#define CAPS_START 0x40

static unsigned bar_at(unsigned n)
{
	return PCI_BASE_ADDRESS_0 + n * 4;
}

static uint16_t command(const struct pci_function *function)
{
	return le16_load(function->config + PCI_COMMAND);
}

bool pci_has_memory(const struct pci_function *function)
{
	return command(function) & PCI_COMMAND_MEMORY;
}

static uint64_t range_read(struct bus_range *range, uint64_t offset,
			   unsigned len)
{
	struct pci_bar *bar = container_of(range, struct pci_bar, range);

	return bar->read(bar->function, offset, len);
}

static void range_write(struct bus_range *range, uint64_t offset, unsigned len,
			uint64_t value)
{
	struct pci_bar *bar = container_of(range, struct pci_bar, range);

	bar->write(bar->function, offset, len, value);
}

void pci_function_init(struct pci_function *function, struct machine *machine,
		       const struct pci_id *id)
{
	uint8_t *config = function->config;

	memset(function, 0, sizeof(*function));
	function->machine = machine;
	le16_store(config + PCI_VENDOR_ID, id->vendor);
	le16_store(config + PCI_DEVICE_ID, id->device);
	le32_store(config + PCI_CLASS_REVISION,
		   id->class_code << 8 | id->revision);
	le16_store(config + PCI_SUBSYSTEM_VENDOR_ID, id->subsystem_vendor);
	le16_store(config + PCI_SUBSYSTEM_ID, id->subsystem);
	le16_store(function->writable + PCI_COMMAND,
		   PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
			   PCI_COMMAND_INTX_DISABLE);
	function->writable[PCI_INTERRUPT_LINE] = 0xff;
	function->caps_end = CAPS_START;
}

uint8_t pci_add_capability(struct pci_function *function, uint8_t id,
			   uint8_t len)
{
	unsigned end = (function->caps_end + len + 3u) & ~3u;
	uint8_t at = (uint8_t)function->caps_end;

	if (end > PCI_CONFIG_SIZE)
		return 0;
	function->config[at] = id;
	if (function->last_cap)
		function->config[function->last_cap + 1] = at;
	else
		function->config[PCI_CAPABILITY_LIST] = at;
	function->config[PCI_STATUS] |= PCI_STATUS_CAP_LIST;
	function->last_cap = at;
	function->caps_end = end;
	return at;
}

void pci_bar_place(struct pci_function *function, unsigned n, uint32_t addr)
{
	struct pci_bar *bar = &function->bars[n];

	bar->placed = addr;
	bar->function = function;
	bar->range = (struct bus_range){
		.len = bar->size, .read = range_read, .write = range_write};
	le32_store(function->writable + bar_at(n), ~(bar->size - 1));
}

/* 0: a guest may write any address, and most of them are not for a BAR */
static uint64_t bar_wanted(const struct pci_function *function, unsigned n)
{
	uint64_t addr = le32_load(function->config + bar_at(n));

	if (!function->bars[n].size || !pci_has_memory(function) ||
	    addr < MACHINE_PCI_START ||
	    addr + function->bars[n].size > MACHINE_PCI_END)
		return 0;
	return addr;
}

static void bar_leave(struct pci_function *function, unsigned n)
{
	struct pci_bar *bar = &function->bars[n];

	if (!bar->addr || bar->addr == bar_wanted(function, n))
		return;
	bus_remove(&function->machine->mmio, &bar->range);
	bar->addr = 0;
}

/* Fails where another BAR answers: then this one does not. */
static void bar_come(struct pci_function *function, unsigned n)
{
	struct pci_bar *bar = &function->bars[n];

	bar->range.base = bar_wanted(function, n);
	if (bar->range.base && !bus_add(&function->machine->mmio, &bar->range))
		bar->addr = bar->range.base;
}

static void bars_update(struct pci_function *function)
{
	uint64_t old[PCI_BARS];
	unsigned i;

	for (i = 0; i < PCI_BARS; i++) {
		old[i] = function->bars[i].addr;
		bar_leave(function, i);
	}
	for (i = 0; i < PCI_BARS; i++) {
		if (!function->bars[i].addr)
			bar_come(function, i);
	}
	for (i = 0; i < PCI_BARS; i++) {
		struct pci_bar *bar = &function->bars[i];

		if (bar->addr != old[i] && bar->moved)
			bar->moved(function);
	}
}

void pci_intx_update(struct pci_function *function)
{
	uint8_t *status = function->config + PCI_STATUS;

	*status &= (uint8_t)~PCI_STATUS_INTERRUPT;
	if (function->intx)
		*status |= PCI_STATUS_INTERRUPT;
	pci_bus_pull(function->bus, function->slot,
		     function->intx && !function->msix.enabled &&
			     !(command(function) & PCI_COMMAND_INTX_DISABLE));
}

void pci_set_intx(struct pci_function *function, bool level)
{
	if (function->intx == level)
		return;
	function->intx = level;
	pci_intx_update(function);
}

static void update(struct pci_function *function)
{
	bars_update(function);
	pci_msix_update(function);
	pci_intx_update(function);
}

uint32_t pci_config_read(struct pci_function *function, unsigned offset,
			 unsigned len)
{
	uint32_t value = 0;

	if (function->config_read)
		function->config_read(function, offset, len);
	memcpy(&value, function->config + offset, len);
	return le32toh(value);
}

void pci_config_write(struct pci_function *function, unsigned offset,
		      unsigned len, uint32_t value)
{
	unsigned i;

	for (i = offset; i < offset + len; i++, value >>= 8) {
		uint8_t mask = function->writable[i];

		function->config[i] = (uint8_t)((function->config[i] & ~mask) |
						(value & mask));
	}
	update(function);
	if (function->config_written)
		function->config_written(function, offset, len);
}

void pci_function_reset(struct pci_function *function)
{
	unsigned i;

	for (i = 0; i < PCI_CONFIG_SIZE; i++)
		function->config[i] &= (uint8_t)~function->writable[i];
	for (i = 0; i < PCI_BARS; i++) {
		if (function->bars[i].size)
			le32_store(function->config + bar_at(i),
				   function->bars[i].placed);
	}
	if (function->slot) {
		function->config[PCI_INTERRUPT_LINE] = (uint8_t)function->gsi;
		function->config[PCI_INTERRUPT_PIN] = 1;
	}
	function->intx = false;
	update(function);
	msix_reset(&function->msix);
}

void pci_function_remove(struct pci_function *function)
{
	if (!function->bus)
		return;
	pci_function_reset(function);
	function->bus->functions[function->slot] = NULL;
	function->bus = NULL;
}
