// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pci_msix.c - the MSI-X capability and its BAR (PCI 3.0 6.8.2)
 *
 * The table is at the start of the BAR, the pending bits are behind it, and
 * nothing else is in it: a guest that passes a device on keeps this page to
 * itself.
 */
#include <errno.h>
#include <linux/pci_regs.h>

#include "core/bytes.h"
#include "vmm/pci.h"
#include "vmm/pci_internal.h"

static_assert(MSIX_MAX_VECTORS * PCI_MSIX_ENTRY_SIZE <= PCI_MSIX_BAR_PBA,
	      "the table ends before the pending bits");

static uint64_t bar_read(struct pci_function *function, uint64_t offset,
			 unsigned len)
{
	if (offset >= PCI_MSIX_BAR_PBA)
		return msix_pba_read(&function->msix, offset - PCI_MSIX_BAR_PBA,
				     len);
	return msix_table_read(&function->msix, offset, len);
}

/* What is behind the table, pending bits too, is read-only. */
static void bar_write(struct pci_function *function, uint64_t offset,
		      unsigned len, uint64_t value)
{
	msix_table_write(&function->msix, offset, len, value);
}

int pci_add_msix(struct pci_function *function, unsigned bar, unsigned vectors)
{
	uint8_t cap = pci_add_capability(function, PCI_CAP_ID_MSIX,
					 PCI_CAP_MSIX_SIZEOF);

	if (!cap)
		return -ENOSPC;
	le16_store(function->config + cap + PCI_MSIX_FLAGS,
		   (uint16_t)(vectors - 1));
	le16_store(function->writable + cap + PCI_MSIX_FLAGS,
		   PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	le32_store(function->config + cap + PCI_MSIX_TABLE, bar);
	le32_store(function->config + cap + PCI_MSIX_PBA,
		   PCI_MSIX_BAR_PBA | bar);
	function->msix_cap = cap;
	function->bars[bar].size = PCI_MSIX_BAR_SIZE;
	function->bars[bar].read = bar_read;
	function->bars[bar].write = bar_write;
	msix_init(&function->msix, function->machine, vectors);
	return 0;
}

void pci_msix_update(struct pci_function *function)
{
	bool was_enabled = function->msix.enabled;
	uint16_t flags;

	if (!function->msix.count)
		return;
	flags = le16_load(function->config + function->msix_cap +
			  PCI_MSIX_FLAGS);
	msix_set_control(&function->msix, flags & PCI_MSIX_FLAGS_ENABLE,
			 flags & PCI_MSIX_FLAGS_MASKALL);
	if (function->msix.enabled != was_enabled && function->msix_switched)
		function->msix_switched(function);
}
