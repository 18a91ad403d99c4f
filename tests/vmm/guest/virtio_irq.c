// SPDX-License-Identifier: GPL-2.0-or-later
/* virtio_irq.c - a device's interrupts: MSI-X, or INTx with the ISR status */
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/text.h"
#include "guest/virtio.h"

#define MSI_ADDRESS 0xfee00000U
#define MSIX_CONTROL 2
#define MSIX_ENABLE 0x8000
#define MSIX_ENTRY_SIZE 16
#define ISR_QUEUE 1
#define ISR_CONFIG 2

static void entry_interrupt(struct virtio *v, unsigned entry)
{
	unsigned i;

	if (!entry)
		v->config_irqs++;
	for (i = 0; i < VIRTIO_QUEUES; i++)
		if (v->queues[i] && v->queues[i]->entry == entry)
			v->queues[i]->irqs++;
}

/* A handler for each entry of the table: it must know the number, and has but
 * one argument. */
#define ENTRY_HANDLER(n)                 \
	static void entry##n(void *arg)  \
	{                                \
		entry_interrupt(arg, n); \
	}
ENTRY_HANDLER(0)
ENTRY_HANDLER(1)
ENTRY_HANDLER(2)
ENTRY_HANDLER(3)
ENTRY_HANDLER(4)
ENTRY_HANDLER(5)
ENTRY_HANDLER(6)
ENTRY_HANDLER(7)
ENTRY_HANDLER(8)
ENTRY_HANDLER(9)
ENTRY_HANDLER(10)

static void (*const entry_handlers[1 + VIRTIO_QUEUES])(void *) = {
	entry0, entry1, entry2, entry3, entry4,  entry5,
	entry6, entry7, entry8, entry9, entry10,
};

/* The wire says only "one of them": each queue looks for itself. Reading the
 * status lowers it (virtio 1.2 4.1.4.5). */
static void pin_interrupt(void *arg)
{
	struct virtio *v = arg;
	uint8_t isr = read8(v->isr.at);
	unsigned i;

	if (isr & ISR_CONFIG)
		v->config_irqs++;
	for (i = 0; isr & ISR_QUEUE && i < VIRTIO_QUEUES; i++)
		if (v->queues[i])
			v->queues[i]->irqs++;
}

static int init_intx(struct virtio *v)
{
	uint8_t line = (uint8_t)pci_read(&v->pci, PCI_INTERRUPT_LINE, 1);

	if (!pci_read(&v->pci, PCI_INTERRUPT_PIN, 1))
		return failed("virtio %u: has no INTx", v->id);
	v->vectors[0] = irq_alloc(pin_interrupt, v);
	say("virtio %u: INTx, pin %u\n", v->id, line);
	virtio_irq_again(v);
	return ioapic_route(v->machine, line, v->vectors[0], true);
}

static void set_entry(const struct virtio *v, unsigned entry, uint8_t vector)
{
	uint64_t at = v->msix_table + entry * MSIX_ENTRY_SIZE;

	write32(at, MSI_ADDRESS | (uint32_t)lapic_id() << 12);
	write32(at + 4, 0);
	write32(at + 8, vector);
	write32(at + 12, 0);
}

static unsigned entry_count(const struct virtio *v)
{
	return v->msix_count < 1 + VIRTIO_QUEUES ? v->msix_count
						 : 1 + VIRTIO_QUEUES;
}

void virtio_irq_again(struct virtio *v)
{
	unsigned i;

	if (!v->uses_msix) {
		/* whoever was here before may have left MSI-X on */
		if (v->msix_cap)
			pci_write(&v->pci, v->msix_cap + MSIX_CONTROL, 2, 0);
		pci_command(&v->pci, 0, PCI_COMMAND_INTX_OFF);
		return;
	}
	for (i = 0; i < entry_count(v); i++)
		set_entry(v, i, v->vectors[i]);
	pci_write(&v->pci, v->msix_cap + MSIX_CONTROL, 2, MSIX_ENABLE);
}

static int init_msix(struct virtio *v)
{
	unsigned i, count = entry_count(v);

	for (i = 0; i < count; i++)
		v->vectors[i] = irq_alloc(entry_handlers[i], v);
	if (!v->vectors[count - 1])
		return failed("virtio %u: no vector left", v->id);
	virtio_irq_again(v);
	say("virtio %u: MSI-X, %u vectors\n", v->id, v->msix_count);
	return 0;
}

int virtio_irq_init(struct virtio *v)
{
	v->uses_msix = v->msix_cap && !cmdline_has(v->machine, "intx");
	return v->uses_msix ? init_msix(v) : init_intx(v);
}

int virtio_irq_on(struct virtio *v)
{
	if (!v->has_vectors) {
		if (virtio_irq_init(v))
			return -1;
		v->has_vectors = true;
	}
	if (!v->uses_msix)
		return 0;
	write16(v->common.at + COMMON_MSIX_CONFIG, 0);
	if (read16(v->common.at + COMMON_MSIX_CONFIG))
		return failed("virtio %u: can't have vector 0", v->id);
	return 0;
}
