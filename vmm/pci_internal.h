/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci_internal.h - between the files of the PCI bus
 */
#ifndef VMM_PCI_INTERNAL_H
#define VMM_PCI_INTERNAL_H

#include "vmm/pci.h"

/** pci_config_read() - configuration space; all of it is inside of it */
uint32_t pci_config_read(struct pci_function *function, unsigned offset,
			 unsigned len);

/** pci_config_write() - what is writable changes, and has its effect */
void pci_config_write(struct pci_function *function, unsigned offset,
		      unsigned len, uint32_t value);

/** pci_bar_place() - put a BAR there, now and at each reset */
void pci_bar_place(struct pci_function *function, unsigned n, uint32_t addr);

/** pci_msix_update() - message control may have been written */
void pci_msix_update(struct pci_function *function);

/** pci_intx_update() - pull the pin, or let it go, as all has it now */
void pci_intx_update(struct pci_function *function);

/** pci_bus_pull() - one of the slots that share a pin */
void pci_bus_pull(struct pci_bus *bus, unsigned slot, bool level);

#endif
