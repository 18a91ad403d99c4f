// SPDX-License-Identifier: GPL-2.0-or-later
/* hostile_pci.c - vectors, BARs and windows that are somewhere else than they
 * should be, in widths that nobody uses (V17, V18, V19 of the catalogue) */
#include "guest/guarded.h"
#include "guest/hostile.h"
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/paging.h"
#include "guest/random.h"
#include "guest/text.h"

#define ENTRY_SIZE 16
#define PATTERN 0x5aa5c33c5aa5c33cULL
#define LOCAL_APIC 0xfee00000ULL
#define IO_APIC 0xfec00000ULL

/* struct virtio_pci_cfg_cap behind its head */
enum { WINDOW_BAR = 4, WINDOW_OFFSET = 8, WINDOW_LEN = 12, WINDOW_DATA = 16 };

static uint64_t entry(const struct victim *victim, unsigned n)
{
	return victim->v->msix_table + (uint64_t)n * ENTRY_SIZE;
}

/* save(), restore() - what virtio_irq_init() made of the table; it won't again
 */
static void save(const struct victim *victim, uint32_t *words)
{
	unsigned i;

	for (i = 0; i < victim->v->msix_count * 4U && i < 64; i++)
		words[i] = read32(victim->v->msix_table + i * 4);
}

static void restore(const struct victim *victim, const uint32_t *words)
{
	unsigned i;

	for (i = 0; i < victim->v->msix_count * 4U && i < 64; i++)
		write32(victim->v->msix_table + i * 4, words[i]);
}

/* busy() - one request, so that something interrupts or would */
static void busy(struct victim *victim)
{
	raw_request(victim, RAW_FIRST(victim->target));
	raw_kick(victim->target, RAW_FIRST(victim->target));
	irq_sleep(2000);
}

/* Messages that go anywhere but to a CPU: writes to RAM by a device that means
 * to interrupt. Fixed delivery only: this guest's own CPU is not what is
 * tested, and it would have to take an INIT or an NMI. */
static int garbage_vectors(struct victim *victim, const struct hostile_case *c)
{
	uint64_t seed = 17;
	uint32_t old[64];
	unsigned i, n;

	if (!victim->v->uses_msix)
		return DEED_SKIPPED;
	save(victim, old);
	for (n = 0; n < c->a; n++) {
		for (i = 0; i < victim->v->msix_count && i < 16; i++) {
			write32(entry(victim, i),
				n % 2 ? (uint32_t)LOCAL_APIC |
						((uint32_t)random_next(&seed) &
						 0xff000)
				      : (uint32_t)random_next(&seed));
			write32(entry(victim, i) + 4,
				n % 3 ? 0 : (uint32_t)random_next(&seed));
			write32(entry(victim, i) + 8,
				((uint32_t)random_next(&seed) & 0xff) | 0x20);
			write32(entry(victim, i) + 12, n % 5 == 4);
		}
		busy(victim);
	}
	restore(victim, old);
	return DEED_DONE;
}

/* A vector that isn't there reads back as none (4.1.4.3). */
static int no_such_vector(struct victim *victim, const struct hostile_case *c)
{
	uint64_t at = victim->v->common.at;
	uint16_t vector = (uint16_t)(c->a ? c->a : victim->v->msix_count);

	if (!victim->v->uses_msix)
		return DEED_SKIPPED;
	virtio_reset(victim->v);
	virtio_set_status(victim->v, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
	virtio_select(victim->v, victim->target->index);
	write16(at + COMMON_QUEUE_MSIX, vector);
	write16(at + COMMON_MSIX_CONFIG, vector);
	if (read16(at + COMMON_QUEUE_MSIX) != VIRTIO_NO_VECTOR ||
	    read16(at + COMMON_MSIX_CONFIG) != VIRTIO_NO_VECTOR)
		return hostile_deviates(victim, "has a vector that isn't "
						"there");
	return DEED_DONE;
}

/* walk() - each width at each place from @at on, read and written; the last
 * ones may reach behind the end, but never into the I/O APIC, by which the
 * guest would interrupt itself to death */
static void walk(uint64_t at, uint64_t len, bool writes)
{
	static const uint8_t widths[] = {1, 2, 4, 8};
	uint64_t i;
	unsigned w;

	for (i = 0; i < len; i++)
		for (w = 0; w < 4; w++) {
			if (at < IO_APIC && at + i + widths[w] > IO_APIC)
				continue;
			guarded_read(at + i, widths[w]);
			if (writes)
				guarded_write(at + i, widths[w],
					      i & 1 ? ~0ULL : 0);
		}
}

static int vector_widths(struct victim *victim, const struct hostile_case *c)
{
	uint32_t old[64];

	(void)c;
	if (!victim->v->uses_msix)
		return DEED_SKIPPED;
	save(victim, old);
	walk(victim->v->msix_table, 2 * ENTRY_SIZE, true);
	walk(victim->v->msix_pba, 12, true);
	walk(entry(victim, victim->v->msix_count) - 4, 16, true);
	restore(victim, old);
	return DEED_DONE;
}

/* Everything but the status: that would be a reset, and no news. */
static int register_widths(struct victim *victim, const struct hostile_case *c)
{
	const struct virtio *v = victim->v;

	(void)c;
	walk(v->common.at, COMMON_STATUS, true);
	walk(v->common.at + COMMON_STATUS, 1, false);
	walk(v->common.at + COMMON_QUEUE_SELECT, COMMON_SIZE, true);
	walk(v->isr.at, 8, true);
	walk(v->notify.at, 16, true);
	if (v->config.at)
		walk(v->config.at, v->config.len < 64 ? v->config.len : 64,
		     true);
	return DEED_DONE;
}

/* The last bytes of each BAR, and across its end. */
static int bar_ends(struct victim *victim, const struct hostile_case *c)
{
	const struct pci_bar *bar;
	unsigned i;

	(void)c;
	for (i = 0; i < PCI_BARS; i++) {
		bar = &victim->v->pci.bars[i];
		if (bar->len && !bar->is_io)
			walk(bar->at + bar->len - 16, 16, true);
	}
	return DEED_DONE;
}

/* struct search - a BAR of somebody else's */
struct search {
	const struct pci_function *not_this;
	uint64_t at;
};

static int is_other(struct pci_function *f, void *arg)
{
	struct search *s = arg;
	unsigned i;

	if (f->slot == s->not_this->slot || f->vendor != s->not_this->vendor)
		return 0;
	for (i = 0; i < PCI_BARS && !s->at; i++)
		if (f->bars[i].len && !f->bars[i].is_io)
			s->at = f->bars[i].at;
	return s->at != 0;
}

static uint64_t other_bar(struct victim *victim)
{
	struct search s = {&victim->v->pci, 0};

	pci_each(is_other, &s);
	return s.at;
}

/* Where a BAR is put that doesn't belong there. */
enum place { AT_ZERO = 1, IN_RAM, ON_OTHER, ON_LOCAL_APIC, ON_IO_APIC, AT_TOP };

static uint64_t place(struct victim *victim, enum place where)
{
	switch (where) {
	case AT_ZERO:
		return 0;
	case IN_RAM:
		return (victim->machine->ram_end - 0x200000) & ~0xfffffULL;
	case ON_OTHER:
		return other_bar(victim);
	case ON_LOCAL_APIC:
		return LOCAL_APIC;
	case ON_IO_APIC:
		return IO_APIC;
	case AT_TOP:
		return 0xfffff000;
	}
	return 0;
}

/* The device isn't asked for anything meanwhile: it must only come back, and
 * RAM must stay RAM. */
static int move_bar(struct victim *victim, const struct hostile_case *c)
{
	struct pci_function *f = &victim->v->pci;
	uint64_t to = place(victim, (enum place)c->a), was;
	bool is_ram = c->a == IN_RAM, is_kept;
	unsigned i;

	if (c->a == ON_OTHER && !to)
		return DEED_SKIPPED;
	for (i = 0; i < PCI_BARS; i++) {
		if (!f->bars[i].len || f->bars[i].is_io)
			continue;
		was = f->bars[i].at;
		if (is_ram)
			write64(to, PATTERN);
		pci_set_bar(f, i, to);
		guarded_read(was, 4);
		is_kept = !is_ram || read64(to) == PATTERN;
		if (is_ram)
			write64(to + 8, PATTERN);
		pci_set_bar(f, i, was);
		if (!is_kept)
			hostile_deviates(victim, "its BAR is where RAM is");
	}
	return DEED_DONE;
}

/* A size probe and a BAR that comes and goes while requests are under way. */
static int probe_while_busy(struct victim *victim, const struct hostile_case *c)
{
	struct pci_function *f = &victim->v->pci;
	unsigned i, bar, n;

	for (n = 0; n < c->a; n++) {
		raw_request(victim, RAW_FIRST(victim->target));
		raw_kick(victim->target, RAW_FIRST(victim->target));
		for (i = 0; i < PCI_BARS; i++) {
			bar = PCI_BAR0 + i * 4;
			if (!f->bars[i].len || f->bars[i].is_io)
				continue;
			pci_write(f, bar, 4, 0xffffffff);
			pci_read(f, bar, 4);
			pci_write(f, bar, 4, (uint32_t)f->bars[i].at);
		}
		pci_command(f, 0, PCI_COMMAND_MEMORY);
		pci_command(f, PCI_COMMAND_MEMORY, 0);
	}
	return DEED_DONE;
}

static int master_off(struct victim *victim, const struct hostile_case *c)
{
	(void)c;
	pci_command(&victim->v->pci, 0, PCI_COMMAND_MASTER);
	raw_request(victim, RAW_FIRST(victim->target));
	raw_kick(victim->target, RAW_FIRST(victim->target));
	irq_sleep(2000);
	pci_command(&victim->v->pci, PCI_COMMAND_MASTER, 0);
	return DEED_DONE;
}

static uint32_t window_read(const struct victim *victim, uint8_t bar,
			    uint32_t offset, uint32_t len)
{
	const struct virtio *v = victim->v;

	pci_write(&v->pci, v->access + WINDOW_BAR, 1, bar);
	pci_write(&v->pci, v->access + WINDOW_OFFSET, 4, offset);
	pci_write(&v->pci, v->access + WINDOW_LEN, 4, len);
	return pci_read(&v->pci, v->access + WINDOW_DATA, len == 1 ? 1 : 4);
}

/* What it is for: the registers without their BAR (4.1.4.9). */
static int window_right(struct victim *victim, const struct hostile_case *c)
{
	const struct virtio *v = victim->v;

	(void)c;
	if (!v->access)
		return DEED_SKIPPED;
	if ((uint8_t)window_read(victim, v->common.bar,
				 v->common.offset + COMMON_STATUS,
				 1) != virtio_status(v))
		return hostile_deviates(victim,
					"the window shows another status");
	return DEED_DONE;
}

static int window_wrong(struct victim *victim, const struct hostile_case *c)
{
	static const uint32_t lens[] = {0, 1, 2, 3, 4, 5, 8, 0xffffffff};
	const struct virtio *v = victim->v;
	uint32_t offset = (uint32_t)c->b;
	unsigned i;

	if (!v->access)
		return DEED_SKIPPED;
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		window_read(victim, (uint8_t)c->a, offset, lens[i]);
		pci_write(&v->pci, v->access + WINDOW_DATA, 4, 0xffffffff);
		pci_write(&v->pci, v->access + WINDOW_DATA, 1, 0xff);
	}
	return DEED_DONE;
}

static int window_edge(struct victim *victim, const struct hostile_case *c)
{
	struct hostile_case at = *c;
	const struct virtio *v = victim->v;

	at.a = v->common.bar;
	at.b = v->pci.bars[v->common.bar].len - 2;
	return window_wrong(victim, &at);
}

/* All of configuration space, but for what finds the device again: the BARs and
 * the command register. */
static int config_space(struct victim *victim, const struct hostile_case *c)
{
	const struct pci_function *f = &victim->v->pci;
	uint16_t enable = (uint16_t)pci_read(f, victim->v->msix_cap + 2U, 2);
	uint8_t line = (uint8_t)pci_read(f, PCI_INTERRUPT_LINE, 1);
	unsigned at;

	for (at = 0; at < 256; at++) {
		if (at == PCI_COMMAND || at == PCI_COMMAND + 1 ||
		    (at >= PCI_BAR0 && at < PCI_BAR0 + 24))
			continue;
		pci_write(f, at, 1, (uint32_t)c->a);
	}
	pci_write(f, PCI_INTERRUPT_LINE, 1, line);
	if (victim->v->msix_cap)
		pci_write(f, victim->v->msix_cap + 2U, 2, enable);
	return DEED_DONE;
}

static const struct hostile_case cases[] = {
	{"V17.garbage", ON_ALL, HOSTILE_ANY, garbage_vectors, 0, 20, 0},
	{"V17.count", ON_ALL, HOSTILE_ANY, no_such_vector, 0, 0, 0},
	{"V17.fffe", ON_ALL, HOSTILE_ANY, no_such_vector, 0, 0xfffe, 0},
	{"V17.widths", ON_ALL, HOSTILE_ANY, vector_widths, 0, 0, 0},
	{"V18.bar-zero", ON_ALL, HOSTILE_PASS, move_bar, 0, AT_ZERO, 0},
	{"V18.bar-ram", ON_ALL, HOSTILE_PASS, move_bar, 0, IN_RAM, 0},
	{"V18.bar-other", ON_ALL, HOSTILE_PASS, move_bar, 0, ON_OTHER, 0},
	{"V18.bar-lapic", ON_ALL, HOSTILE_PASS, move_bar, 0, ON_LOCAL_APIC, 0},
	{"V18.bar-ioapic", ON_ALL, HOSTILE_PASS, move_bar, 0, ON_IO_APIC, 0},
	{"V18.bar-top", ON_ALL, HOSTILE_PASS, move_bar, 0, AT_TOP, 0},
	{"V18.probe", ON_ALL, HOSTILE_PASS, probe_while_busy, 0, 20, 0},
	{"V18.master-off", ON_ALL, HOSTILE_EITHER, master_off, 0, 0, 0},
	{"V18.window", ON_ALL, HOSTILE_PASS, window_right, 0, 0, 0},
	{"V18.window-bar-7", ON_ALL, HOSTILE_PASS, window_wrong, 0, 7, 0},
	{"V18.window-bar-ff", ON_ALL, HOSTILE_PASS, window_wrong, 0, 255, 0},
	{"V18.window-far", ON_ALL, HOSTILE_PASS, window_wrong, 0, 4,
	 0xfffffffe},
	{"V18.window-edge", ON_ALL, HOSTILE_PASS, window_edge, 0, 0, 0},
	{"V18.config-ones", ON_ALL, HOSTILE_ANY, config_space, 0, 0xff, 0},
	{"V18.config-zeros", ON_ALL, HOSTILE_ANY, config_space, 0, 0, 0},
	{"V19.registers", ON_ALL, HOSTILE_ANY, register_widths, 0, 0, 0},
	{"V19.bar-ends", ON_ALL, HOSTILE_ANY, bar_ends, 0, 0, 0},
};
HOSTILE_CASES(pci);
