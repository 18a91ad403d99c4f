// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_common.c - registers of queues: what may be written to them,
 * when, and how wide (virtio 1.2 4.1.4.3)
 */
#include "unit/cmocka_wrap.h"

#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <string.h>

#include "unit/virtio_toy_test.h"

#define NEEDS_RESET VIRTIO_CONFIG_S_NEEDS_RESET

static void queue_that_does_not_exist_reads_as_0(void **state)
{
	static const uint16_t selects[] = {TOY_QUEUES, 17, 0x100, 0xffff};
	unsigned i, offset;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(selects); i++) {
		set(VIRTIO_PCI_COMMON_Q_SELECT, 2, selects[i]);
		assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SELECT, 2),
				 selects[i]);
		for (offset = VIRTIO_PCI_COMMON_Q_SIZE; offset < 0x40;
		     offset += 2) {
			set(offset, 2, 1);
			set(offset, 4, 1);
			set(offset, 8, 1);
			assert_int_equal(get(offset, 2), 0);
		}
	}
	assert_int_equal(toy->device.queues[2].size, TOY_QUEUE_SIZE);
	assert_int_equal(virtio_guest_status(guest), 0);
}

static void queue_size_is_a_power_of_two_up_to_the_offer(void **state)
{
	static const uint16_t bad[] = {0, 3, 12, 17, 32, 0x8000, 0xffff};
	unsigned i;

	(void)state;
	set(VIRTIO_PCI_COMMON_Q_SELECT, 2, 1);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SIZE, 2), TOY_QUEUE_SIZE);
	set(VIRTIO_PCI_COMMON_Q_SIZE, 2, 8);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		set(VIRTIO_PCI_COMMON_Q_SIZE, 2, bad[i]);
		assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SIZE, 2), 8);
	}
	set(VIRTIO_PCI_COMMON_Q_SIZE, 2, 1);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SIZE, 2), 1);
	assert_true(virtio_guest_reset(guest));
	set(VIRTIO_PCI_COMMON_Q_SELECT, 2, 1);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SIZE, 2), TOY_QUEUE_SIZE);
}

static void queue_registers_stand_still_once_it_is_enabled(void **state)
{
	static const uint64_t values[] = {0, 1, 4, 32768, 0x1000, UINT64_MAX};
	struct virtio_queue before;
	unsigned i, offset;

	(void)state;
	assert_true(virtio_guest_negotiate(guest, VERSION_1));
	virtio_guest_msix(guest);
	virtio_guest_queue(guest, 0, 8);
	before = toy->device.queues[0];
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		for (offset = VIRTIO_PCI_COMMON_Q_SIZE;
		     offset < VIRTIO_PCI_COMMON_Q_USEDHI; offset += 2) {
			if (offset == VIRTIO_PCI_COMMON_Q_MSIX)
				continue;
			set(offset, 2, values[i]);
			set(offset, 4, values[i]);
			set(offset, 8, values[i]);
		}
	}
	assert_memory_equal(&before, &toy->device.queues[0], sizeof(before));
	assert_true(virtio_guest_driver_ok(guest));
}

static void nothing_of_a_queue_changes_after_driver_ok(void **state)
{
	(void)state;
	assert_true(virtio_guest_start(guest, VERSION_1, 1));
	set(VIRTIO_PCI_COMMON_Q_MSIX, 2, 3);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_MSIX, 2), 1);
	set(VIRTIO_PCI_COMMON_MSIX, 2, 3);
	assert_int_equal(get(VIRTIO_PCI_COMMON_MSIX, 2), 0);
	virtio_guest_queue(guest, 1, 4);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SIZE, 2), TOY_QUEUE_SIZE);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_DESCLO, 8), 0);
	assert_false(toy->device.queues[1].enabled);
}

static void set_addrs(uint64_t desc, uint64_t avail, uint64_t used)
{
	set(VIRTIO_PCI_COMMON_Q_DESCLO, 8, desc);
	set(VIRTIO_PCI_COMMON_Q_AVAILLO, 8, avail);
	set(VIRTIO_PCI_COMMON_Q_USEDLO, 8, used);
}

static void queue_that_is_not_in_ram_is_not_enabled(void **state)
{
	/* a ring of 16 takes 256, 38 and 134 bytes */
	const uint64_t end = MACHINE_BED_MEMORY;
	const uint64_t bad[][3] = {
		{0x1008, 0x2000, 0x3000},
		{0x1000, 0x2001, 0x3000},
		{0x1000, 0x2000, 0x3002},
		{end - 240, 0x2000, 0x3000},
		{0x1000, end - 36, 0x3000},
		{0x1000, 0x2000, end - 132},
		{end, 0x2000, 0x3000},
		{MACHINE_PCI_START, 0x2000, 0x3000},
		{0x1000, guest->common, 0x3000},
		{0xfee00000, 0x2000, 0x3000},
		{UINT64_MAX & ~15ull, 0x2000, 0x3000},
		{0x1000, UINT64_MAX - 1, 0x3000},
		{1ull << 63, 0x2000, 0x3000},
		{0x1000, 0x10fe, 0x3000},
		{0x1000, 0x2000, 0x2024},
		{0x1000, 0x2000, 0x1000},
		{0, 0, 0},
	};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_true(virtio_guest_negotiate(guest, VERSION_1));
		virtio_guest_msix(guest);
		set(VIRTIO_PCI_COMMON_Q_SELECT, 2, 1);
		set_addrs(bad[i][0], bad[i][1], bad[i][2]);
		set(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
		assert_int_equal(get(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
		assert_true(virtio_guest_status(guest) & NEEDS_RESET);
		assert_int_equal(virtio_guest_interrupts(guest, -1), 0);
		assert_false(virtio_guest_driver_ok(guest));
		assert_int_equal(virtio_guest_interrupts(guest, -1), 1);
		assert_int_equal(toy->starts, 0);
	}
	assert_true(virtio_guest_negotiate(guest, VERSION_1));
	set(VIRTIO_PCI_COMMON_Q_SELECT, 2, 1);
	set_addrs(end - 256, 0x2000, 0x2028);
	set(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 0);
	set(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 2);
	set(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 0xffff);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
	set(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 1);
	assert_true(virtio_guest_driver_ok(guest));
}

static void addresses_come_whole_or_in_halves(void **state)
{
	static const unsigned at[] = {VIRTIO_PCI_COMMON_Q_DESCLO,
				      VIRTIO_PCI_COMMON_Q_AVAILLO,
				      VIRTIO_PCI_COMMON_Q_USEDLO};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		set(at[i], 8, 0x1122334455667788ull);
		set(at[i] + 4, 4, 0xaabbccdd);
		set(at[i] + 2, 4, 0);
		set(at[i] + 4, 8, 0);
		set(at[i], 2, 0);
		set(at[i], 1, 0);
		assert_true(get(at[i], 8) == 0xaabbccdd55667788ull);
		assert_int_equal(get(at[i] + 4, 4), 0xaabbccdd);
	}
	set(VIRTIO_PCI_COMMON_Q_USEDHI, 8, 0);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_USEDHI, 4), 0xaabbccdd);
}

static void vector_that_is_not_to_be_had_reads_as_none(void **state)
{
	unsigned i;

	(void)state;
	assert_int_equal(get(VIRTIO_PCI_COMMON_MSIX, 2), 0xffff);
	set(VIRTIO_PCI_COMMON_MSIX, 2, TOY_QUEUES);
	assert_int_equal(get(VIRTIO_PCI_COMMON_MSIX, 2), TOY_QUEUES);
	set(VIRTIO_PCI_COMMON_MSIX, 2, TOY_QUEUES + 1);
	assert_int_equal(get(VIRTIO_PCI_COMMON_MSIX, 2), 0xffff);
	set(VIRTIO_PCI_COMMON_Q_MSIX, 2, 0);
	set(VIRTIO_PCI_COMMON_Q_MSIX, 2, 0x8000);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_MSIX, 2), 0xffff);
	for (i = 0; i < MACHINE_MAX_MSI; i++)
		bed.bed.used[i] = true;
	set(VIRTIO_PCI_COMMON_Q_MSIX, 2, 0);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_MSIX, 2), 0xffff);
	for (i = 0; i < MACHINE_MAX_MSI; i++)
		bed.bed.used[i] = false;
	set(VIRTIO_PCI_COMMON_Q_MSIX, 2, 0);
	assert_true(virtio_guest_reset(guest));
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_MSIX, 2), 0xffff);
	set(VIRTIO_PCI_COMMON_MSIX, 2, 1);
	assert_true(virtio_guest_reset(guest));
	assert_int_equal(get(VIRTIO_PCI_COMMON_MSIX, 2), 0xffff);
}

static void write_of_another_width_is_ignored(void **state)
{
	static const unsigned fields[][2] = {
		{VIRTIO_PCI_COMMON_DFSELECT, 4},
		{VIRTIO_PCI_COMMON_GFSELECT, 4},
		{VIRTIO_PCI_COMMON_GF, 4},
		{VIRTIO_PCI_COMMON_MSIX, 2},
		{VIRTIO_PCI_COMMON_STATUS, 1},
		{VIRTIO_PCI_COMMON_Q_SELECT, 2},
		{VIRTIO_PCI_COMMON_Q_SIZE, 2},
		{VIRTIO_PCI_COMMON_Q_MSIX, 2},
		{VIRTIO_PCI_COMMON_Q_ENABLE, 2},
	};
	unsigned i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		unsigned at = fields[i][0], natural = fields[i][1];
		uint64_t before = get(at, natural);

		for (len = 1; len <= 8; len *= 2) {
			if (len == natural)
				continue;
			set(at, len, 1);
			assert_int_equal(get(at, natural), before);
		}
		set(at, natural, 1);
		if (at != VIRTIO_PCI_COMMON_Q_ENABLE)
			assert_int_equal(get(at, natural), 1);
	}
}

static void what_is_behind_the_queue_is_no_register(void **state)
{
	unsigned offset, len;

	(void)state;
	for (offset = VIRTIO_PCI_COMMON_Q_USEDHI + 4; offset < 0x1000;
	     offset++) {
		for (len = 1; len <= 8; len *= 2) {
			set(offset, len, UINT64_MAX);
			if (offset + len <= 0x1000)
				assert_true(get(offset, len) == 0);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(queue_that_does_not_exist_reads_as_0),
		TEST(queue_size_is_a_power_of_two_up_to_the_offer),
		TEST(queue_registers_stand_still_once_it_is_enabled),
		TEST(nothing_of_a_queue_changes_after_driver_ok),
		TEST(queue_that_is_not_in_ram_is_not_enabled),
		TEST(addresses_come_whole_or_in_halves),
		TEST(vector_that_is_not_to_be_had_reads_as_none),
		TEST(write_of_another_width_is_ignored),
		TEST(what_is_behind_the_queue_is_no_register),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
