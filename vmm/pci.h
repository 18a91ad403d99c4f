/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci.h - PCI functions on the one bus of a machine (PCI Local Bus 3.0)
 *
 * Each device is function 0 of its slot on bus 0. Configuration space is
 * reached through the ports 0xcf8 and 0xcfc; in the middle of the first is port
 * 0xcf9, which resets the machine. BARs are placed when a function is added, as
 * firmware would; a guest may move them, within the machine's window.
 */
#ifndef VMM_PCI_H
#define VMM_PCI_H

#include <stdbool.h>

#include "core/err.h"
#include "vmm/machine.h"
#include "vmm/msix.h"

/** PCI_SLOTS - of one bus; slot 0 is the host bridge */
#define PCI_SLOTS 32
/** PCI_CONFIG_SIZE - bytes of a function's configuration space */
#define PCI_CONFIG_SIZE 256
#define PCI_BARS 6

struct pci_function;
struct pci_bus;

/**
 * struct pci_bar - a range of registers that the guest places
 * @size:	bytes, a power of two from 16 on; 0: there is no such BAR
 * @read:	as in struct bus_range; @offset is inside of the BAR
 * @write:	likewise
 * @moved:	it answers elsewhere now, or (@addr 0) nowhere; NULL is fine.
 *		Called with the function's memory decoding off as well
 * @placed:	where it was put first
 * @addr:	where it answers; 0: nowhere
 * @range:	on the machine's bus while it answers
 * @function:	whose it is
 */
struct pci_bar {
	uint32_t size;
	uint64_t (*read)(struct pci_function *function, uint64_t offset,
			 unsigned len);
	void (*write)(struct pci_function *function, uint64_t offset,
		      unsigned len, uint64_t value);
	void (*moved)(struct pci_function *function);
	uint32_t placed;
	uint64_t addr;
	struct bus_range range;
	struct pci_function *function;
};

/**
 * struct pci_id - the first lines of configuration space
 * @vendor:	vendor id
 * @device:	device id
 * @subsystem_vendor: likewise, of the subsystem
 * @subsystem:	likewise
 * @class_code:	base class, sub-class, interface: 0x020000 is Ethernet
 * @revision:	revision id
 */
struct pci_id {
	uint16_t vendor;
	uint16_t device;
	uint16_t subsystem_vendor;
	uint16_t subsystem;
	uint32_t class_code;
	uint8_t revision;
};

/**
 * struct pci_function - embedded in its device
 * @machine:	it is in
 * @bus:	it is on
 * @slot:	number on the bus
 * @gsi:	pin of the IOAPIC that its INTA is
 * @config:	what a guest reads
 * @writable:	bits of @config that a guest may write
 * @caps_end:	first free byte for capabilities
 * @last_cap:	the capability before the next one
 * @bars:	memory BARs of 32 bits
 * @msix:	vectors; @msix.count 0: has none
 * @msix_cap:	its capability
 * @intx:	the device wants INTA high
 * @msix_switched: told after MSI-X was switched on or off: INTA interrupts only
 *		while it is off; NULL is fine
 * @config_read: asked before a read of configuration space that touches a
 *		capability of the device's own; may change @config; NULL is fine
 * @config_written: told after a write, with what was touched; NULL is fine
 */
struct pci_function {
	struct machine *machine;
	struct pci_bus *bus;
	unsigned slot;
	unsigned gsi;
	uint8_t config[PCI_CONFIG_SIZE];
	uint8_t writable[PCI_CONFIG_SIZE];
	unsigned caps_end;
	uint8_t last_cap;
	struct pci_bar bars[PCI_BARS];
	struct msix msix;
	uint8_t msix_cap;
	bool intx;
	void (*msix_switched)(struct pci_function *function);
	void (*config_read)(struct pci_function *function, unsigned offset,
			    unsigned len);
	void (*config_written)(struct pci_function *function, unsigned offset,
			       unsigned len);
};

/**
 * struct pci_bus - bus 0, and the host bridge in its slot 0
 * @machine:	whose
 * @functions:	by slot; NULL where none is
 * @address:	what the guest wrote to port 0xcf8
 * @lines:	bit n: slot n pulls the pin that it shares with three others
 * @address_range: ports 0xcf8 to 0xcfb
 * @data_range:	ports 0xcfc to 0xcff
 * @bridge:	slot 0
 * @next_bar:	where the next BAR may be placed
 */
struct pci_bus {
	struct machine *machine;
	struct pci_function *functions[PCI_SLOTS];
	uint32_t address;
	uint32_t lines;
	struct bus_range address_range;
	struct bus_range data_range;
	struct pci_function bridge;
	uint64_t next_bar;
};

/** pci_bus_init() - an empty bus with its host bridge, on the machine's ports
 */
int pci_bus_init(struct pci_bus *bus, struct machine *machine, struct err *err);

/**
 * pci_function_init() - fill in the header; no BAR, no capability yet
 *
 * The owner then fills @bars, adds capabilities and calls pci_bus_add().
 */
void pci_function_init(struct pci_function *function, struct machine *machine,
		       const struct pci_id *id);

/**
 * pci_add_capability() - room for one in the list (PCI 3.0 6.7)
 * @id:		PCI_CAP_ID_*
 * @len:	bytes, the two of the list included
 *
 * Return: its offset in @config, filled with zeros behind id and next; 0 when
 * configuration space is full.
 */
uint8_t pci_add_capability(struct pci_function *function, uint8_t id,
			   uint8_t len);

/** PCI_MSIX_BAR_SIZE - of a BAR with the table and the pending bits */
#define PCI_MSIX_BAR_SIZE 4096
/** PCI_MSIX_BAR_PBA - where in it the pending bits are */
#define PCI_MSIX_BAR_PBA 2048

/**
 * pci_add_msix() - give @function message interrupts
 * @bar:	which of its BARs has the table; free so far
 * @vectors:	up to MSIX_MAX_VECTORS
 *
 * Return: 0, or -ENOSPC when configuration space is full.
 */
int pci_add_msix(struct pci_function *function, unsigned bar, unsigned vectors);

/**
 * pci_set_intx() - level of INTA, as the device wants it
 *
 * Whether the pin follows is the driver's choice: command register, MSI-X.
 */
void pci_set_intx(struct pci_function *function, bool level);

/** pci_bus_add() - place the BARs and let the guest find it, in the next slot
 */
int pci_bus_add(struct pci_bus *bus, struct pci_function *function,
		struct err *err);

/** pci_function_remove() - it answers no more; vectors are given back */
void pci_function_remove(struct pci_function *function);

/**
 * pci_function_reset() - as after power on, but the BARs stay where they were
 * placed first
 */
void pci_function_reset(struct pci_function *function);

/** pci_bus_reset() - each function, and the address register */
void pci_bus_reset(struct pci_bus *bus);

/** pci_has_memory() - does the guest let memory BARs answer? */
bool pci_has_memory(const struct pci_function *function);

#endif
