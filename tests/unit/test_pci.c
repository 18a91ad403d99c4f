// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_pci.c - headers, BARs that move, and a pin for four slots
 */
#include "unit/cmocka_wrap.h"

#include <linux/pci_regs.h>
#include <string.h>

#include "core/err.h"
#include "unit/virtio_guest.h"
#include "vmm/pci.h"

#define BAR0 PCI_BASE_ADDRESS_0
#define BAR1 PCI_BASE_ADDRESS_1
#define SIZE 0x1000u
#define ON (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)

/**
 * struct card - a function with two BARs
 * @function:	itself
 * @written:	last value, and where
 * @moves:	how often a BAR moved
 */
struct card {
	struct pci_function function;
	uint64_t written;
	unsigned moves;
};

static struct machine_bed bed;
static struct pci_bus bus;
static struct card cards[PCI_SLOTS];

static const struct pci_id id = {
	.vendor = 0x1234,
	.device = 0x5678,
	.subsystem_vendor = 0x9abc,
	.subsystem = 0xdef0,
	.class_code = 0x020001,
	.revision = 7,
};

static uint64_t card_read(struct pci_function *function, uint64_t offset,
			  unsigned len)
{
	return function->slot << 16 | offset << 4 | len;
}

static void card_write(struct pci_function *function, uint64_t offset,
		       unsigned len, uint64_t value)
{
	struct card *card = container_of(function, struct card, function);

	card->written = value << 32 | offset << 4 | len;
}

static void card_moved(struct pci_function *function)
{
	container_of(function, struct card, function)->moves++;
}

static struct card *add(unsigned n)
{
	const struct pci_bar bar = {.size = SIZE,
				    .read = card_read,
				    .write = card_write,
				    .moved = card_moved};
	struct card *card = &cards[n];

	memset(card, 0, sizeof(*card));
	pci_function_init(&card->function, &bed.machine, &id);
	card->function.bars[0] = card->function.bars[2] = bar;
	card->function.bars[2].size = 2 * SIZE;
	assert_int_equal(pci_add_msix(&card->function, 1, 2), 0);
	assert_int_equal(pci_bus_add(&bus, &card->function, NULL), 0);
	return card;
}

static int set_up(void **state)
{
	(void)state;
	return machine_bed_open(&bed) || pci_bus_init(&bus, &bed.machine, NULL);
}

static int tear_down(void **state)
{
	unsigned slot;

	(void)state;
	for (slot = 0; slot < PCI_SLOTS; slot++) {
		if (bus.functions[slot])
			pci_function_remove(bus.functions[slot]);
	}
	return machine_bed_close(&bed) || bed.machine.mmio.count;
}

static uint32_t config(unsigned slot, unsigned offset)
{
	return guest_pci_read(&bed, slot, offset, 4);
}

static void set_config(unsigned slot, unsigned offset, unsigned len,
		       uint32_t value)
{
	guest_pci_write(&bed, slot, offset, len, value);
}

static void switch_on(unsigned slot)
{
	set_config(slot, PCI_COMMAND, 2, ON);
}

static bool answers(uint64_t addr)
{
	return bus_read(&bed.machine.mmio, addr, 4) != UINT64_MAX;
}

static void header_is_read_only_but_for_its_writable_bits(void **state)
{
	unsigned i;

	(void)state;
	add(1);
	for (i = 0; i < PCI_CONFIG_SIZE; i += 4)
		set_config(1, i, 4, 0xffffffff);
	assert_int_equal(config(1, PCI_VENDOR_ID), 0x56781234);
	assert_int_equal(config(1, PCI_COMMAND),
			 PCI_STATUS_CAP_LIST << 16 | ON |
				 PCI_COMMAND_INTX_DISABLE);
	assert_int_equal(config(1, PCI_CLASS_REVISION), 0x02000107);
	assert_int_equal(config(1, PCI_CACHE_LINE_SIZE), 0);
	assert_int_equal(config(1, PCI_SUBSYSTEM_VENDOR_ID), 0xdef09abc);
	assert_int_equal(config(1, PCI_ROM_ADDRESS), 0);
	assert_int_equal(config(1, PCI_CAPABILITY_LIST), 0x40);
	assert_int_equal(config(1, 0x40), 0xc0010011);
	assert_int_equal(config(1, PCI_INTERRUPT_LINE), 0x01ff);
	assert_int_equal(config(1, 0xfc), 0);
}

static void size_probe_shows_sizes_and_answers_nowhere(void **state)
{
	struct card *card = add(1);
	uint32_t placed = config(1, BAR0);

	(void)state;
	switch_on(1);
	assert_true(answers(placed));
	set_config(1, BAR0, 4, 0xffffffff);
	assert_int_equal(config(1, BAR0), ~(SIZE - 1));
	assert_false(answers(placed));
	assert_int_equal(card->function.bars[0].addr, 0);
	set_config(1, BAR0, 4, placed);
	assert_true(answers(placed));
	set_config(1, BAR0 + 8, 4, 0xffffffff);
	assert_int_equal(config(1, BAR0 + 8), ~(2 * SIZE - 1));
	set_config(1, BAR0 + 12, 4, 0xffffffff);
	assert_int_equal(config(1, BAR0 + 12), 0);
	assert_int_equal(card->moves, 5);
}

static void bar_answers_while_memory_is_on(void **state)
{
	struct card *card = add(1);
	uint64_t at = card->function.bars[0].placed;

	(void)state;
	assert_int_equal(at, MACHINE_PCI_START);
	assert_false(answers(at));
	assert_false(pci_has_memory(&card->function));
	switch_on(1);
	assert_true(pci_has_memory(&card->function));
	assert_int_equal(bus_read(&bed.machine.mmio, at + 0x123, 2), 0x11232);
	bus_write(&bed.machine.mmio, at + SIZE - 8, 8, 5);
	assert_int_equal(card->written, 5ull << 32 | (SIZE - 8) << 4 | 8);
	assert_int_equal(bus_read(&bed.machine.mmio, at + SIZE - 1, 2),
			 UINT64_MAX);
	set_config(1, PCI_COMMAND, 1, 0);
	assert_false(answers(at));
	assert_int_equal(card->moves, 4);
}

static void bar_moves_within_the_window_only(void **state)
{
	static const uint32_t bad[] = {
		0,          0x1000,     0xbffff000, 0xf0000000,
		0xfec00000, 0xfee00000, 0xfffff000,
	};
	struct card *card = add(1);
	uint32_t last = MACHINE_PCI_END - SIZE;
	unsigned i;

	(void)state;
	switch_on(1);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		set_config(1, BAR0, 4, bad[i]);
		assert_int_equal(config(1, BAR0), bad[i]);
		assert_int_equal(card->function.bars[0].addr, 0);
		assert_false(answers(bad[i]));
		set_config(1, BAR0, 4, last | 0xfff);
		assert_int_equal(card->function.bars[0].addr, last);
		assert_true(answers(last));
	}
	set_config(1, BAR0 + 8, 4, last + SIZE);
	assert_int_equal(card->function.bars[2].addr, 0);
	/* byte by byte, and through an address that is none */
	set_config(1, BAR0 + 3, 1, 0xff);
	assert_false(answers(last));
	set_config(1, BAR0 + 3, 1, 0xd0);
	assert_true(answers(0xd0000000 | (last & 0xffffff)));
}

static void second_bar_on_an_address_does_not_answer(void **state)
{
	struct card *first = add(1), *second = add(2);
	uint32_t at = first->function.bars[0].placed;

	(void)state;
	switch_on(1);
	switch_on(2);
	set_config(2, BAR0, 4, at);
	assert_int_equal(second->function.bars[0].addr, 0);
	assert_int_equal(bus_read(&bed.machine.mmio, at, 4), 0x10004);
	/* partly is the same, and so are two of one function */
	set_config(2, BAR0 + 8, 4, at);
	assert_int_equal(second->function.bars[2].addr, 0);
	set_config(1, BAR1, 4, at);
	assert_int_equal(first->function.bars[1].addr, 0);
	set_config(1, PCI_COMMAND, 2, 0);
	assert_false(answers(at));
	set_config(2, BAR0, 4, at);
	assert_int_equal(bus_read(&bed.machine.mmio, at, 4), 0x20004);
}

static void bars_may_swap(void **state)
{
	struct card *card = add(1);
	uint32_t a = card->function.bars[0].placed,
		 b = card->function.bars[1].placed;

	(void)state;
	switch_on(1);
	set_config(1, BAR0, 4, b);
	assert_int_equal(card->function.bars[0].addr, 0);
	set_config(1, BAR1, 4, a);
	assert_int_equal(card->function.bars[0].addr, b);
	assert_int_equal(card->function.bars[1].addr, a);
}

static void slots_share_a_pin(void **state)
{
	unsigned gsi = MACHINE_GSI_PCI + 1, i;

	(void)state;
	for (i = 1; i < 10; i++)
		add(i);
	assert_int_equal(config(9, PCI_INTERRUPT_LINE), 0x100 | gsi);
	pci_set_intx(&cards[1].function, true);
	assert_true(bed.levels[gsi]);
	pci_set_intx(&cards[9].function, true);
	pci_set_intx(&cards[9].function, true);
	pci_set_intx(&cards[1].function, false);
	assert_true(bed.levels[gsi]);
	assert_false(bed.levels[gsi + 1]);
	pci_function_remove(&cards[9].function);
	assert_false(bed.levels[gsi]);
	pci_set_intx(&cards[8].function, true);
	assert_true(bed.levels[MACHINE_GSI_PCI]);
	pci_bus_reset(&bus);
	assert_false(bed.levels[MACHINE_GSI_PCI]);
}

static void intx_is_silent_when_disabled_or_with_msix(void **state)
{
	unsigned gsi = MACHINE_GSI_PCI + 1;

	(void)state;
	add(1);
	pci_set_intx(&cards[1].function, true);
	assert_true(config(1, PCI_COMMAND) >> 16 & PCI_STATUS_INTERRUPT);
	set_config(1, PCI_COMMAND, 2, ON | PCI_COMMAND_INTX_DISABLE);
	assert_false(bed.levels[gsi]);
	assert_true(config(1, PCI_COMMAND) >> 16 & PCI_STATUS_INTERRUPT);
	set_config(1, PCI_COMMAND, 2, ON);
	assert_true(bed.levels[gsi]);
	set_config(1, 0x42, 2, PCI_MSIX_FLAGS_ENABLE);
	assert_false(bed.levels[gsi]);
	set_config(1, 0x42, 2, 0);
	assert_true(bed.levels[gsi]);
	pci_set_intx(&cards[1].function, false);
	assert_false(config(1, PCI_COMMAND) >> 16 & PCI_STATUS_INTERRUPT);
}

static void msix_bar_has_table_and_pending_bits(void **state)
{
	struct pci_function *function = &add(1)->function;
	uint64_t at = function->bars[1].placed;
	unsigned i;

	(void)state;
	assert_int_equal(config(1, 0x44), 1);
	assert_int_equal(config(1, 0x48), PCI_MSIX_BAR_PBA | 1);
	switch_on(1);
	set_config(1, 0x42, 2, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	assert_true(function->msix.enabled && function->msix.masked);
	bus_write(&bed.machine.mmio, at + 16 + 8, 8, 0x1234);
	assert_int_equal(bus_read(&bed.machine.mmio, at + 16 + 8, 8), 0x1234);
	assert_false(function->msix.vectors[1].masked);
	for (i = 32; i < SIZE; i += 8)
		bus_write(&bed.machine.mmio, at + i, 8, UINT64_MAX);
	for (i = 32; i < SIZE; i += 8)
		assert_int_equal(bus_read(&bed.machine.mmio, at + i, 8), 0);
}

static void reset_puts_all_back_where_it_was(void **state)
{
	struct card *card = add(1);
	uint8_t before[PCI_CONFIG_SIZE];
	unsigned i;

	(void)state;
	memcpy(before, card->function.config, sizeof(before));
	switch_on(1);
	for (i = 0; i < PCI_CONFIG_SIZE; i += 4)
		set_config(1, i, 4, 0xe0e0e0e0);
	set_config(1, 0x42, 2, PCI_MSIX_FLAGS_ENABLE);
	assert_int_equal(msix_add_source(&card->function.msix, 0), 0);
	assert_int_equal(msix_set_vector(&card->function.msix, 0, 1), 0);
	assert_true(bed.used[0]);
	pci_bus_reset(&bus);
	assert_false(bed.used[0]);
	assert_memory_equal(before, card->function.config, sizeof(before));
	assert_int_equal(bed.machine.mmio.count, 0);
	assert_false(card->function.msix.enabled);
	assert_int_equal(bus.address, 0);
}

static void bars_are_aligned_to_their_size(void **state)
{
	struct pci_function *function = &cards[1].function;
	const uint32_t sizes[PCI_BARS] = {16, 0x10000, 64, 0, 0x4000, 32};
	unsigned i;

	(void)state;
	pci_function_init(function, &bed.machine, &id);
	for (i = 0; i < PCI_BARS; i++) {
		function->bars[i] = (struct pci_bar){.size = sizes[i],
						     .read = card_read,
						     .write = card_write};
	}
	assert_int_equal(pci_bus_add(&bus, function, NULL), 0);
	switch_on(1);
	for (i = 0; i < PCI_BARS; i++) {
		if (!sizes[i])
			continue;
		assert_int_equal(function->bars[i].addr % sizes[i], 0);
		assert_true(answers(function->bars[i].addr));
	}
}

static void capabilities_fit_or_are_refused(void **state)
{
	struct pci_function function;
	uint8_t cap, last = 0;
	unsigned count = 0;

	(void)state;
	pci_function_init(&function, &bed.machine, &id);
	assert_int_equal(pci_add_capability(&function, 9, 200), 0);
	assert_int_equal(function.config[PCI_CAPABILITY_LIST], 0);
	while ((cap = pci_add_capability(&function, 9, 15))) {
		assert_int_equal(cap % 4, 0);
		assert_true(cap >= 0x40 && cap + 15 <= PCI_CONFIG_SIZE);
		assert_int_equal(function.config[cap], 9);
		if (last)
			assert_int_equal(function.config[last + 1], cap);
		last = cap;
		count++;
	}
	assert_int_equal(function.config[last + 1], 0);
	assert_int_equal(count, 12);
}

static void full_bus_and_full_window_say_so(void **state)
{
	struct pci_function function;
	struct err err = {0};
	unsigned i;

	(void)state;
	pci_function_init(&function, &bed.machine, &id);
	function.bars[0].size = 0x20000000;
	function.bars[1].size = 0x20000000;
	assert_true(pci_bus_add(&bus, &function, &err) < 0);
	assert_non_null(strstr(err.msg, "fewer"));
	for (i = 1; i < PCI_SLOTS; i++)
		add(i);
	err = (struct err){0};
	pci_function_init(&function, &bed.machine, &id);
	assert_true(pci_bus_add(&bus, &function, &err) < 0);
	assert_non_null(strstr(err.msg, "at most 31"));
	pci_function_remove(&function);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(header_is_read_only_but_for_its_writable_bits),
		TEST(size_probe_shows_sizes_and_answers_nowhere),
		TEST(bar_answers_while_memory_is_on),
		TEST(bar_moves_within_the_window_only),
		TEST(second_bar_on_an_address_does_not_answer),
		TEST(bars_may_swap),
		TEST(slots_share_a_pin),
		TEST(intx_is_silent_when_disabled_or_with_msix),
		TEST(msix_bar_has_table_and_pending_bits),
		TEST(reset_puts_all_back_where_it_was),
		TEST(bars_are_aligned_to_their_size),
		TEST(capabilities_fit_or_are_refused),
		TEST(full_bus_and_full_window_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
