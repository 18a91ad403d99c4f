// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_status.c - features, queues and status of a virtio device, in
 * every order that a driver may not use (virtio 1.2 2.1, 2.2, 3.1, 4.1.4.3)
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <string.h>

#include "unit/virtio_toy.h"

#define ACK VIRTIO_CONFIG_S_ACKNOWLEDGE
#define DRIVER VIRTIO_CONFIG_S_DRIVER
#define FEATURES_OK VIRTIO_CONFIG_S_FEATURES_OK
#define DRIVER_OK VIRTIO_CONFIG_S_DRIVER_OK
#define NEEDS_RESET VIRTIO_CONFIG_S_NEEDS_RESET
#define VERSION_1 (1ull << VIRTIO_F_VERSION_1)

static struct virtio_toy_bed bed;
static struct virtio_guest *const guest = &bed.guest;
static struct virtio_toy *const toy = &bed.toy;

static int set_up(void **state)
{
	(void)state;
	return virtio_toy_open(&bed);
}

static int tear_down(void **state)
{
	(void)state;
	return virtio_toy_close(&bed);
}

static uint64_t get(unsigned offset, unsigned len)
{
	return virtio_guest_read(guest, offset, len);
}

static void set(unsigned offset, unsigned len, uint64_t value)
{
	virtio_guest_write(guest, offset, len, value);
}

static uint8_t status(uint8_t value)
{
	set(VIRTIO_PCI_COMMON_STATUS, 1, value);
	return virtio_guest_status(guest);
}

static uint64_t accepted(void)
{
	uint64_t low;

	set(VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	low = get(VIRTIO_PCI_COMMON_GF, 4);
	set(VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	return low | get(VIRTIO_PCI_COMMON_GF, 4) << 32;
}

static void features_that_were_not_offered_are_gone(void **state)
{
	(void)state;
	assert_true(virtio_guest_features(guest) == TOY_FEATURES);
	virtio_guest_accept(guest, UINT64_MAX);
	assert_true(accepted() == TOY_FEATURES);
	assert_true(virtio_guest_negotiate(guest, VERSION_1 | 8 | 4));
	assert_true(virtio_guest_driver_ok(guest));
	assert_true(toy->device.driver_features == (VERSION_1 | 4));
	assert_true(virtio_has(&toy->device, VIRTIO_F_VERSION_1));
}

static void third_half_of_the_features_is_empty(void **state)
{
	static const uint32_t selects[] = {2, 3, 32, 0x80000000, 0xffffffff};
	unsigned i;

	(void)state;
	virtio_guest_accept(guest, VERSION_1 | 2);
	for (i = 0; i < ARRAY_SIZE(selects); i++) {
		set(VIRTIO_PCI_COMMON_DFSELECT, 4, selects[i]);
		set(VIRTIO_PCI_COMMON_GFSELECT, 4, selects[i]);
		assert_int_equal(get(VIRTIO_PCI_COMMON_DFSELECT, 4),
				 selects[i]);
		assert_int_equal(get(VIRTIO_PCI_COMMON_DF, 4), 0);
		assert_int_equal(get(VIRTIO_PCI_COMMON_GF, 4), 0);
		set(VIRTIO_PCI_COMMON_GF, 4, 0xffffffff);
	}
	assert_true(accepted() == (VERSION_1 | 2));
}

static void features_are_fixed_by_features_ok(void **state)
{
	(void)state;
	assert_true(virtio_guest_negotiate(guest, VERSION_1 | 1));
	virtio_guest_accept(guest, VERSION_1 | 2);
	assert_true(accepted() == (VERSION_1 | 1));
	assert_true(virtio_guest_driver_ok(guest));
	virtio_guest_accept(guest, 0);
	assert_true(toy->device.driver_features == (VERSION_1 | 1));
}

static void legacy_driver_is_refused(void **state)
{
	(void)state;
	assert_false(virtio_guest_negotiate(guest, 7));
	assert_int_equal(status(ACK | DRIVER | FEATURES_OK | DRIVER_OK),
			 ACK | DRIVER);
	assert_int_equal(toy->starts, 0);
	virtio_guest_accept(guest, VERSION_1);
	assert_int_equal(status(ACK | DRIVER | FEATURES_OK),
			 ACK | DRIVER | FEATURES_OK);
}

static void driver_ok_needs_features_ok(void **state)
{
	(void)state;
	virtio_guest_accept(guest, VERSION_1);
	assert_int_equal(status(ACK | DRIVER | DRIVER_OK), ACK | DRIVER);
	assert_int_equal(toy->starts, 0);
	assert_false(virtio_pci_is_running(bed.vp));
	assert_int_equal(status(ACK | DRIVER | FEATURES_OK),
			 ACK | DRIVER | FEATURES_OK);
	assert_int_equal(status(ACK | DRIVER | FEATURES_OK | DRIVER_OK),
			 ACK | DRIVER | FEATURES_OK | DRIVER_OK);
	assert_int_equal(toy->starts, 1);
	assert_true(virtio_pci_is_running(bed.vp));
	assert_int_equal(bed.bed.drivers, 1);
}

static void status_bits_stay_until_reset(void **state)
{
	(void)state;
	assert_true(virtio_guest_start(guest, VERSION_1, 1));
	assert_int_equal(status(ACK), 0x0f);
	assert_int_equal(status(0x0f), 0x0f);
	assert_int_equal(status(0x3f | NEEDS_RESET), 0x0f);
	assert_int_equal(status(VIRTIO_CONFIG_S_FAILED), 0x8f);
	assert_int_equal(toy->starts, 1);
	assert_int_equal(toy->stops, 0);
	assert_int_equal(status(0), 0);
	assert_int_equal(toy->stops, 1);
	assert_int_equal(bed.bed.drivers, 2);
	assert_false(toy->device.started);
}

static void (*later)(void *arg);
static void *later_arg;

static void io_later(struct machine *machine, void (*call)(void *arg),
		     void *arg)
{
	(void)machine;
	later = call;
	later_arg = arg;
}

static void status_is_0_only_when_the_device_has_stopped(void **state)
{
	(void)state;
	assert_true(virtio_guest_start(guest, VERSION_1, 1));
	bed.ops.io = io_later;
	assert_int_equal(status(0), 0x0f);
	assert_int_equal(toy->stops, 0);
	later(later_arg);
	assert_int_equal(virtio_guest_status(guest), 0);
	assert_int_equal(toy->stops, 1);
}

/* Two CPUs, and the I/O thread comes to each in its turn. */
static void status_written_by_two_cpus_is_one_after_the_other(void **state)
{
	void (*first)(void *arg);

	(void)state;
	assert_true(virtio_guest_negotiate(guest, VERSION_1));
	bed.ops.io = io_later;
	status(0x0f);
	first = later;
	status(0x0f);
	first(later_arg);
	later(later_arg);
	assert_int_equal(toy->starts, 1);
	status(0);
	first = later;
	status(0);
	first(later_arg);
	later(later_arg);
	assert_int_equal(toy->stops, 1);
	/* the reset comes before the start that was asked for first */
	assert_int_equal(virtio_guest_status(guest), 0);
	virtio_guest_accept(guest, VERSION_1);
	status(FEATURES_OK);
	status(FEATURES_OK | DRIVER_OK);
	first = later;
	status(0);
	later(later_arg);
	first(later_arg);
	assert_int_equal(virtio_guest_status(guest), 0);
	assert_int_equal(toy->starts, 1);
}

static void failed_start_needs_a_reset(void **state)
{
	(void)state;
	toy->start_code = -EIO;
	assert_false(virtio_guest_start(guest, VERSION_1, 2));
	assert_int_equal(virtio_guest_status(guest), 0x0f | NEEDS_RESET);
	assert_int_equal(virtio_guest_interrupts(guest, -1), 1);
	assert_int_equal(bed.bed.doorbells[0].fd, -1);
	toy->start_code = 0;
	assert_true(virtio_guest_start(guest, VERSION_1, 2));
	assert_int_equal(toy->stops, 1);
}

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
}

static void reset_works_in_each_state(void **state)
{
	unsigned step;

	(void)state;
	for (step = 0; step < 7; step++) {
		if (step > 0)
			status(ACK);
		if (step > 1)
			status(ACK | DRIVER);
		if (step > 2)
			virtio_guest_accept(guest, VERSION_1);
		if (step > 3)
			status(ACK | DRIVER | FEATURES_OK);
		if (step > 4)
			virtio_guest_queue(guest, 0, 8);
		if (step > 5)
			virtio_break(&toy->device, "test");
		assert_true(virtio_guest_reset(guest));
		assert_true(accepted() == 0);
		assert_null(toy->device.error);
		assert_false(toy->device.queues[0].enabled);
		assert_int_equal(toy->device.queues[0].size, TOY_QUEUE_SIZE);
		assert_int_equal(toy->device.queues[0].desc, 0);
	}
	assert_int_equal(bed.bed.drivers, 0);
	assert_true(virtio_guest_start(guest, VERSION_1, 2));
}

static void machine_reset_stops_and_forgets(void **state)
{
	(void)state;
	assert_true(virtio_guest_start(guest, VERSION_1, 2));
	virtio_pci_reset(bed.vp);
	pci_bus_reset(&bed.bus);
	assert_int_equal(toy->stops, 1);
	assert_int_equal(bed.bed.machine.mmio.count, 0);
	assert_int_equal(virtio_guest_init(guest, &bed.bed, TOY_ID), 0);
	assert_int_equal(virtio_guest_status(guest), 0);
	assert_true(virtio_guest_start(guest, VERSION_1, 2));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(features_that_were_not_offered_are_gone),
		TEST(third_half_of_the_features_is_empty),
		TEST(features_are_fixed_by_features_ok),
		TEST(legacy_driver_is_refused),
		TEST(driver_ok_needs_features_ok),
		TEST(status_bits_stay_until_reset),
		TEST(status_is_0_only_when_the_device_has_stopped),
		TEST(status_written_by_two_cpus_is_one_after_the_other),
		TEST(failed_start_needs_a_reset),
		TEST(queue_that_does_not_exist_reads_as_0),
		TEST(queue_size_is_a_power_of_two_up_to_the_offer),
		TEST(queue_registers_stand_still_once_it_is_enabled),
		TEST(nothing_of_a_queue_changes_after_driver_ok),
		TEST(queue_that_is_not_in_ram_is_not_enabled),
		TEST(addresses_come_whole_or_in_halves),
		TEST(vector_that_is_not_to_be_had_reads_as_none),
		TEST(reset_works_in_each_state),
		TEST(machine_reset_stops_and_forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
