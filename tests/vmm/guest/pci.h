/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pci.h - functions on bus 0, by the ports 0xcf8 and 0xcfc */
#ifndef GUEST_PCI_H
#define GUEST_PCI_H

#include "guest/machine.h"

#define PCI_BARS 6
#define PCI_COMMAND 0x04
#define PCI_COMMAND_IO 0x1
#define PCI_COMMAND_MEMORY 0x2
#define PCI_COMMAND_MASTER 0x4
#define PCI_COMMAND_INTX_OFF 0x400
#define PCI_STATUS 0x06
#define PCI_BAR0 0x10
#define PCI_CAPABILITIES 0x34
#define PCI_INTERRUPT_LINE 0x3c
#define PCI_INTERRUPT_PIN 0x3d
#define PCI_CAP_VENDOR 0x09
#define PCI_CAP_MSIX 0x11

/*
 * struct pci_bar - a range of registers
 * @len: 0 when there is none, or when it is the upper half of the one before
 */
struct pci_bar {
	uint64_t at, len;
	bool is_io, is_wide, is_prefetchable;
};

/* struct pci_function - what pci_scan() saw of one */
struct pci_function {
	uint8_t slot, function;
	uint16_t vendor, device;
	uint32_t class_code; /* class, subclass, interface */
	uint8_t header;
	struct pci_bar bars[PCI_BARS];
};

/* pci_read(), pci_write() - @width bytes of configuration space */
uint32_t pci_read(const struct pci_function *f, unsigned at, unsigned width);
void pci_write(const struct pci_function *f, unsigned at, unsigned width,
	       uint32_t value);

/* pci_probe() - is there one, and which? BARs are sized when it is. */
bool pci_probe(struct pci_function *f, unsigned slot, unsigned function);

/* pci_each() - call @call for each function, as long as it returns 0; returns
 * what it returned last */
int pci_each(int (*call)(struct pci_function *f, void *arg), void *arg);

/* pci_next_capability() - behind @at, 0 at first; 0 at the end, and when the
 * list is not one */
uint8_t pci_next_capability(const struct pci_function *f, uint8_t at);

/* pci_set_bar() - moves a memory BAR; its registers are there from then on */
void pci_set_bar(struct pci_function *f, unsigned bar, uint64_t at);

/* pci_command() - sets and clears bits of the command register */
void pci_command(const struct pci_function *f, uint16_t set, uint16_t clear);

#endif
