// SPDX-License-Identifier: GPL-2.0-or-later
/* virtio_find.c - from a PCI function's capabilities to its registers (4.1.4)
 */
#include "guest/clock.h"
#include "guest/irq.h"
#include "guest/paging.h"
#include "guest/text.h"
#include "guest/virtio.h"

#define VIRTIO_VENDOR 0x1af4
#define MODERN_DEVICE 0x1040

enum { CAP_COMMON = 1, CAP_NOTIFY, CAP_ISR, CAP_CONFIG, CAP_ACCESS };

/* struct virtio_pci_cap */
enum {
	CAP_TYPE = 3,
	CAP_BAR = 4,
	CAP_OFFSET = 8,
	CAP_LEN = 12,
	CAP_EXTRA = 16
};

struct search {
	struct virtio *v;
	uint16_t device;
	unsigned skip;
};

static void set_region(struct virtio *v, struct virtio_region *r, uint8_t cap)
{
	r->cap = cap;
	r->bar = (uint8_t)pci_read(&v->pci, cap + CAP_BAR, 1);
	r->offset = pci_read(&v->pci, cap + CAP_OFFSET, 4);
	r->len = pci_read(&v->pci, cap + CAP_LEN, 4);
	if (r->bar < PCI_BARS)
		r->at = v->pci.bars[r->bar].at + r->offset;
}

static void read_vendor_cap(struct virtio *v, uint8_t cap)
{
	switch (pci_read(&v->pci, cap + CAP_TYPE, 1)) {
	case CAP_COMMON:
		set_region(v, &v->common, cap);
		break;
	case CAP_NOTIFY:
		set_region(v, &v->notify, cap);
		v->notify_multiplier = pci_read(&v->pci, cap + CAP_EXTRA, 4);
		break;
	case CAP_ISR:
		set_region(v, &v->isr, cap);
		break;
	case CAP_CONFIG:
		set_region(v, &v->config, cap);
		break;
	case CAP_ACCESS:
		v->access = cap;
		break;
	default:
		break;
	}
}

/* PCI 3.0 6.8.2: the lower three bits say which BAR */
static uint64_t msix_place(const struct virtio *v, unsigned at)
{
	uint32_t value = pci_read(&v->pci, at, 4);

	if ((value & 7) >= PCI_BARS)
		return 0;
	return v->pci.bars[value & 7].at + (value & ~7U);
}

static void read_msix_cap(struct virtio *v, uint8_t cap)
{
	v->msix_cap = cap;
	v->msix_count = (uint16_t)((pci_read(&v->pci, cap + 2, 2) & 0x7ff) + 1);
	v->msix_table = msix_place(v, cap + 4U);
	v->msix_pba = msix_place(v, cap + 8U);
}

static void read_capabilities(struct virtio *v)
{
	uint8_t cap = 0;
	unsigned n;

	for (n = 0; n < 48 && (cap = pci_next_capability(&v->pci, cap)); n++) {
		uint32_t id = pci_read(&v->pci, cap, 1);

		if (id == PCI_CAP_VENDOR)
			read_vendor_cap(v, cap);
		else if (id == PCI_CAP_MSIX)
			read_msix_cap(v, cap);
	}
}

static int match(struct pci_function *f, void *arg)
{
	struct search *s = arg;

	if (f->vendor != VIRTIO_VENDOR || f->device != s->device)
		return 0;
	if (s->skip) {
		s->skip--;
		return 0;
	}
	s->v->pci = *f;
	return 1;
}

bool virtio_find(struct virtio *v, struct machine *m, enum virtio_id id,
		 unsigned n)
{
	struct search s = {v, (uint16_t)(MODERN_DEVICE + id), n};
	unsigned i;

	irq_init(m);
	clock_init(m);
	*v = (struct virtio){.machine = m, .id = id};
	if (!pci_each(match, &s))
		return false;
	for (i = 0; i < PCI_BARS; i++)
		if (v->pci.bars[i].len && !v->pci.bars[i].is_io)
			map_identity(m, v->pci.bars[i].at, v->pci.bars[i].len);
	pci_command(&v->pci, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0);
	read_capabilities(v);
	if (!v->common.at || !v->notify.at || !v->isr.at)
		return failed("virtio %u: lacks a capability", id), false;
	return true;
}

int virtio_need(struct virtio *v, struct machine *m, enum virtio_id id)
{
	if (virtio_find(v, m, id, 0))
		return 0;
	return failed("there is no virtio device of kind %u", id);
}
