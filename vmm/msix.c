// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * msix.c - message interrupts of a PCI function (PCI 3.0 6.8.2)
 *
 * Theory of operation
 *
 * A vector has a GSI as long as any source names it, so a guest can't have more
 * of them than its devices have sources. A source is bound in KVM while its
 * vector may speak: MSI-X is on, neither mask holds, and KVM took the message.
 * Whatever changes one of these calls vector_update(), which is the only place
 * that binds and routes. Nothing is lost on the way: an eventfd that is written
 * while it is not bound keeps that, and KVM looks when it is bound.
 *
 * A message that KVM refuses leaves its vector silent. Routing is a system call
 * that all CPUs wait for, so it happens only when the message is another one.
 */
#include "vmm/msix.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <string.h>

#include "core/util.h"

void msix_init(struct msix *msix, struct machine *machine, unsigned count)
{
	unsigned i;

	memset(msix, 0, sizeof(*msix));
	msix->machine = machine;
	msix->count = count;
	for (i = 0; i < count; i++)
		msix->vectors[i].masked = true;
}

int msix_add_source(struct msix *msix, int fd)
{
	if (msix->source_count == MSIX_MAX_SOURCES)
		return -ENOSPC;
	msix->sources[msix->source_count] =
		(struct msix_source){.fd = fd, .vector = MSIX_NO_VECTOR};
	return (int)msix->source_count++;
}

static bool is_used(const struct msix *msix, unsigned n)
{
	unsigned i;

	for (i = 0; i < msix->source_count; i++) {
		if (msix->sources[i].vector == n)
			return true;
	}
	return false;
}

static bool route(struct msix *msix, struct msix_vector *vector)
{
	struct machine *machine = msix->machine;

	if (vector->is_routed && vector->routed.addr == vector->message.addr &&
	    vector->routed.data == vector->message.data)
		return true;
	vector->routed = vector->message;
	vector->is_routed = !machine->ops->msi_route(machine, vector->gsi,
						     &vector->message);
	return vector->is_routed;
}

static void source_update(struct msix *msix, struct msix_source *source,
			  bool speaks)
{
	struct machine *machine = msix->machine;
	unsigned gsi;

	if (source->is_bound == speaks)
		return;
	gsi = msix->vectors[source->vector].gsi;
	if (speaks) {
		source->is_bound =
			!machine->ops->irq_bind(machine, gsi, source->fd);
	} else {
		machine->ops->irq_unbind(machine, gsi, source->fd);
		source->is_bound = false;
	}
}

static void vector_update(struct msix *msix, unsigned n)
{
	struct msix_vector *vector = &msix->vectors[n];
	unsigned i;
	bool speaks;

	if (!vector->gsi)
		return;
	speaks = msix->enabled && !msix->masked && !vector->masked;
	if (speaks)
		speaks = route(msix, vector);
	for (i = 0; i < msix->source_count; i++) {
		if (msix->sources[i].vector == n)
			source_update(msix, &msix->sources[i], speaks);
	}
}

static void source_leave(struct msix *msix, struct msix_source *source)
{
	struct msix_vector *vector;
	unsigned n = source->vector;

	if (n == MSIX_NO_VECTOR)
		return;
	source_update(msix, source, false);
	source->vector = MSIX_NO_VECTOR;
	if (is_used(msix, n))
		return;
	vector = &msix->vectors[n];
	msix->machine->ops->msi_free(msix->machine, vector->gsi);
	vector->gsi = 0;
	vector->is_routed = false;
}

int msix_set_vector(struct msix *msix, unsigned source, uint16_t vector)
{
	struct machine *machine = msix->machine;
	int gsi;

	if (msix->sources[source].vector == vector)
		return 0;
	source_leave(msix, &msix->sources[source]);
	if (vector >= msix->count)
		return vector == MSIX_NO_VECTOR ? 0 : -EINVAL;
	if (!msix->vectors[vector].gsi) {
		gsi = machine->ops->msi_alloc(machine);
		if (gsi < 0)
			return gsi;
		msix->vectors[vector].gsi = (unsigned)gsi;
	}
	msix->sources[source].vector = vector;
	vector_update(msix, vector);
	return 0;
}

void msix_set_control(struct msix *msix, bool enabled, bool masked)
{
	unsigned i;

	if (msix->enabled == enabled && msix->masked == masked)
		return;
	msix->enabled = enabled;
	msix->masked = masked;
	for (i = 0; i < msix->count; i++)
		vector_update(msix, i);
}

/* One of the four words of an entry; beyond the table there are zeros. */
static uint32_t table_word(const struct msix *msix, uint64_t offset)
{
	const struct msix_vector *vector;

	if (offset / PCI_MSIX_ENTRY_SIZE >= msix->count)
		return 0;
	vector = &msix->vectors[offset / PCI_MSIX_ENTRY_SIZE];
	switch (offset % PCI_MSIX_ENTRY_SIZE) {
	case PCI_MSIX_ENTRY_LOWER_ADDR:
		return (uint32_t)vector->message.addr;
	case PCI_MSIX_ENTRY_UPPER_ADDR:
		return (uint32_t)(vector->message.addr >> 32);
	case PCI_MSIX_ENTRY_DATA:
		return vector->message.data;
	default:
		return vector->masked;
	}
}

uint64_t msix_table_read(const struct msix *msix, uint64_t offset, unsigned len)
{
	uint64_t value = 0;
	unsigned i;

	for (i = 0; i < len; i++) {
		uint64_t at = offset + i;
		uint64_t byte = table_word(msix, at & ~3ull) >> at % 4 * 8;

		value |= (byte & 0xff) << i * 8;
	}
	return value;
}

static void table_word_write(struct msix *msix, uint64_t offset, uint32_t value)
{
	struct msix_vector *vector;

	if (offset / PCI_MSIX_ENTRY_SIZE >= msix->count)
		return;
	vector = &msix->vectors[offset / PCI_MSIX_ENTRY_SIZE];
	switch (offset % PCI_MSIX_ENTRY_SIZE) {
	case PCI_MSIX_ENTRY_LOWER_ADDR:
		vector->message.addr &= ~0xffffffffull;
		vector->message.addr |= value & ~3u;
		break;
	case PCI_MSIX_ENTRY_UPPER_ADDR:
		vector->message.addr &= 0xffffffffull;
		vector->message.addr |= (uint64_t)value << 32;
		break;
	case PCI_MSIX_ENTRY_DATA:
		vector->message.data = value;
		break;
	default:
		vector->masked = value & PCI_MSIX_ENTRY_CTRL_MASKBIT;
		break;
	}
}

/* PCI 3.0 6.8.2: drivers use aligned accesses of four or eight bytes */
void msix_table_write(struct msix *msix, uint64_t offset, unsigned len,
		      uint64_t value)
{
	if (offset % len || (len != 4 && len != 8) ||
	    offset / PCI_MSIX_ENTRY_SIZE >= msix->count)
		return;
	table_word_write(msix, offset, (uint32_t)value);
	if (len == 8)
		table_word_write(msix, offset + 4, (uint32_t)(value >> 32));
	vector_update(msix, (unsigned)(offset / PCI_MSIX_ENTRY_SIZE));
}

/* Pending: it was written, and nobody took that to KVM. */
static uint64_t pending(const struct msix *msix)
{
	struct pollfd fds[MSIX_MAX_SOURCES];
	uint64_t bits = 0;
	unsigned i;

	for (i = 0; i < msix->source_count; i++) {
		const struct msix_source *source = &msix->sources[i];
		bool waits =
			source->vector != MSIX_NO_VECTOR && !source->is_bound;

		fds[i] = (struct pollfd){.fd = waits ? source->fd : -1,
					 .events = POLLIN};
	}
	if (!msix->enabled || poll(fds, msix->source_count, 0) <= 0)
		return 0;
	for (i = 0; i < msix->source_count; i++) {
		uint16_t vector = msix->sources[i].vector;

		if (vector < MSIX_MAX_VECTORS && fds[i].revents & POLLIN)
			bits |= 1ull << vector;
	}
	return bits;
}

static_assert(MSIX_MAX_VECTORS <= 64, "pending bits are one number");

uint64_t msix_pba_read(const struct msix *msix, uint64_t offset, unsigned len)
{
	uint64_t mask = len < 8 ? (1ull << len * 8) - 1 : UINT64_MAX;

	return offset < 8 ? pending(msix) >> offset * 8 & mask : 0;
}

void msix_reset(struct msix *msix)
{
	unsigned i;

	for (i = 0; i < msix->source_count; i++)
		source_leave(msix, &msix->sources[i]);
	msix->enabled = msix->masked = false;
	for (i = 0; i < msix->count; i++)
		msix->vectors[i] = (struct msix_vector){.masked = true};
}
