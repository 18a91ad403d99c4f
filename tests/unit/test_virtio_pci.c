// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_pci.c - what a driver finds on the bus: capabilities, doorbells,
 * interrupts with and without MSI-X (virtio 1.2 4.1)
 */
#include "unit/cmocka_wrap.h"

#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <string.h>
#include <sys/eventfd.h>

#include "unit/virtio_toy_test.h"

static uint64_t mmio(uint64_t gpa, unsigned len)
{
	return bus_read(&bed.bed.machine.mmio, gpa, len);
}

static void set_mmio(uint64_t gpa, unsigned len, uint64_t value)
{
	bus_write(&bed.bed.machine.mmio, gpa, len, value);
}

/* what waits in an eventfd, taken out */
static uint64_t take(int fd)
{
	eventfd_t count;

	return eventfd_read(fd, &count) ? 0 : count;
}

static unsigned doorbells(void)
{
	unsigned i, count = 0;

	for (i = 0; i < MACHINE_BED_BINDINGS; i++)
		count += bed.bed.doorbells[i].fd >= 0;
	return count;
}

static bool has_doorbell(uint64_t gpa)
{
	unsigned i;

	for (i = 0; i < MACHINE_BED_BINDINGS; i++) {
		if (bed.bed.doorbells[i].fd >= 0 &&
		    bed.bed.doorbells[i].gpa == gpa)
			return true;
	}
	return false;
}

/* no reader of ours: what is written to a kick stays there */
static int start_idle(struct virtio_device *device)
{
	(void)device;
	toy->starts++;
	return 0;
}

static void start_with_idle_queues(unsigned queues)
{
	static struct virtio_device_ops ops;

	ops = *toy->device.ops;
	ops.start = start_idle;
	toy->device.ops = &ops;
	assert_true(virtio_guest_start(guest, VERSION_1, queues));
}

static void function_is_a_modern_virtio_device(void **state)
{
	(void)state;
	assert_int_equal(config(PCI_VENDOR_ID, 4), 0x106a1af4);
	assert_int_equal(config(PCI_CLASS_REVISION, 4), 0x08800001);
	assert_int_equal(config(PCI_SUBSYSTEM_VENDOR_ID, 2), 0x1af4);
	assert_true(config(PCI_SUBSYSTEM_ID, 2) >= 0x40);
	assert_true(guest->device && guest->window_cap && guest->msix_cap);
	assert_int_equal(virtio_guest_read(guest, VIRTIO_PCI_COMMON_NUMQ, 2),
			 TOY_QUEUES);
	assert_int_equal(config(guest->msix_cap + 2, 2), TOY_QUEUES);
	assert_ptr_equal(virtio_pci_device(bed.vp), &toy->device);
}

static void each_structure_is_inside_of_its_bar(void **state)
{
	unsigned cap = config(PCI_CAPABILITY_LIST, 1), types = 0;

	(void)state;
	for (; cap; cap = config(cap + 1, 1)) {
		uint32_t offset = config(cap + VIRTIO_PCI_CAP_OFFSET, 4);
		uint32_t len = config(cap + VIRTIO_PCI_CAP_LENGTH, 4);

		if (config(cap, 1) != PCI_CAP_ID_VNDR)
			continue;
		types |= 1u << config(cap + VIRTIO_PCI_CAP_CFG_TYPE, 1);
		assert_int_equal(config(cap + VIRTIO_PCI_CAP_BAR, 1), 0);
		assert_int_equal(offset % 4, 0);
		assert_true(offset + len <= BAR_SIZE);
		assert_true(config(cap + VIRTIO_PCI_CAP_LEN, 1) >= 16);
	}
	assert_int_equal(types, 0x3e);
}

static void device_configuration_is_read_in_any_way(void **state)
{
	static const unsigned widths[] = {1, 2, 4, 8};
	unsigned i, offset;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(widths); i++) {
		for (offset = 0; offset < TOY_CONFIG_SIZE + 8; offset++) {
			uint8_t bytes[32] = {0};
			uint64_t expected = 0;

			memcpy(bytes, toy->config, TOY_CONFIG_SIZE);
			memcpy(&expected, bytes + offset, widths[i]);
			assert_true(virtio_guest_config_read(guest, offset,
							     widths[i]) ==
				    expected);
		}
	}
	assert_int_equal(virtio_guest_config_read(guest, 0xff8, 8), 0);
}

static void device_configuration_is_written_after_features_ok(void **state)
{
	(void)state;
	virtio_guest_config_write(guest, 0, 1, 1);
	assert_int_equal(toy->config[0], 0xa0);
	assert_true(virtio_guest_negotiate(guest, VERSION_1));
	virtio_guest_config_write(guest, 0, 4, 0x04030201);
	virtio_guest_config_write(guest, TOY_CONFIG_SIZE - 1, 1, 9);
	assert_int_equal(toy->config[3], 4);
	assert_int_equal(toy->config[TOY_CONFIG_SIZE - 1], 9);
	virtio_guest_config_write(guest, TOY_CONFIG_SIZE - 1, 2, 0);
	virtio_guest_config_write(guest, TOY_CONFIG_SIZE - 3, 4, 0);
	virtio_guest_config_write(guest, TOY_CONFIG_SIZE, 1, 0);
	virtio_guest_config_write(guest, 0xff8, 8, 0);
	assert_int_equal(toy->config[TOY_CONFIG_SIZE - 1], 9);
	virtio_break(&toy->device, "test");
	virtio_guest_config_write(guest, 0, 1, 7);
	assert_int_equal(toy->config[0], 1);
}

static void generation_changes_and_a_running_driver_is_told(void **state)
{
	unsigned at = VIRTIO_PCI_COMMON_CFGGENERATION;
	uint64_t before = virtio_guest_read(guest, at, 1);

	(void)state;
	virtio_config_changed(&toy->device);
	assert_int_not_equal(virtio_guest_read(guest, at, 1), before);
	assert_true(virtio_guest_start(guest, VERSION_1, 1));
	assert_int_equal(virtio_guest_interrupts(guest, -1), 0);
	before = virtio_guest_read(guest, at, 1);
	virtio_config_changed(&toy->device);
	assert_int_not_equal(virtio_guest_read(guest, at, 1), before);
	assert_int_equal(virtio_guest_interrupts(guest, -1), 1);
}

static void notification_before_driver_ok_is_lost(void **state)
{
	(void)state;
	assert_true(virtio_guest_negotiate(guest, VERSION_1));
	virtio_guest_queue(guest, 0, 0);
	assert_int_equal(doorbells(), 0);
	set_mmio(guest->queues[0].doorbell, 2, 0);
	assert_int_equal(take(toy->device.queues[0].kick_fd), 0);
	start_with_idle_queues(2);
	assert_int_equal(doorbells(), 2);
	set_mmio(guest->queues[1].doorbell, 2, 0);
	assert_int_equal(take(toy->device.queues[1].kick_fd), 1);
}

static void doorbells_are_apart_and_nothing_else_is_one(void **state)
{
	unsigned offset, len;

	(void)state;
	start_with_idle_queues(2);
	assert_int_not_equal(guest->queues[0].doorbell,
			     guest->queues[1].doorbell);
	assert_true(has_doorbell(guest->queues[0].doorbell));
	assert_true(has_doorbell(guest->queues[1].doorbell));
	for (offset = 0; offset < 0x1000; offset++) {
		if (guest->notify + offset == guest->queues[0].doorbell ||
		    guest->notify + offset == guest->queues[1].doorbell)
			continue;
		for (len = 1; len <= 8; len *= 2)
			set_mmio(guest->notify + offset, len, UINT64_MAX);
		assert_int_equal(mmio(guest->notify + offset, 1) & 0xff,
				 offset > 0xfff ? 0xff : 0);
	}
	assert_int_equal(take(toy->device.queues[0].kick_fd), 0);
	assert_int_equal(take(toy->device.queues[1].kick_fd), 0);
	assert_int_equal(take(toy->device.queues[2].kick_fd), 0);
	for (len = 1; len <= 8; len *= 2)
		set_mmio(guest->queues[0].doorbell, len, 0xffff);
	assert_int_equal(take(toy->device.queues[0].kick_fd), 4);
}

static void doorbells_follow_their_bar(void **state)
{
	uint32_t placed = config(PCI_BASE_ADDRESS_0, 4);
	uint32_t other = MACHINE_PCI_END - BAR_SIZE;
	uint64_t offset;

	(void)state;
	start_with_idle_queues(2);
	offset = guest->queues[1].doorbell - placed;
	set_config(PCI_BASE_ADDRESS_0, 4, other);
	assert_int_equal(doorbells(), 2);
	assert_true(has_doorbell(other + offset));
	set_config(PCI_BASE_ADDRESS_0, 4, 0xffffffff);
	assert_int_equal(doorbells(), 0);
	set_config(PCI_BASE_ADDRESS_0, 4, placed);
	assert_int_equal(doorbells(), 2);
	set_config(PCI_COMMAND, 2, 0);
	assert_int_equal(doorbells(), 0);
	set_config(PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	assert_true(has_doorbell(placed + offset));
	assert_int_equal(bed.bed.binds, 8);
	set_config(PCI_BASE_ADDRESS_1, 4, other);
	set_config(PCI_INTERRUPT_LINE, 1, 5);
	assert_int_equal(bed.bed.binds, 8);
	assert_true(virtio_guest_reset(guest));
	assert_int_equal(doorbells(), 0);
}

static void driver_may_start_with_memory_off(void **state)
{
	unsigned cap = guest->window_cap;

	(void)state;
	assert_true(virtio_guest_negotiate(guest, VERSION_1));
	virtio_guest_queue(guest, 0, 0);
	set_config(PCI_COMMAND, 2, 0);
	set_config(cap + VIRTIO_PCI_CAP_OFFSET, 4, VIRTIO_PCI_COMMON_STATUS);
	set_config(cap + VIRTIO_PCI_CAP_LENGTH, 4, 1);
	set_config(cap + 16, 4, 0x0f);
	assert_int_equal(toy->starts, 1);
	assert_int_equal(doorbells(), 0);
	set_config(PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	assert_int_equal(doorbells(), 1);
}

static int no_doorbell(struct machine *machine, uint64_t gpa, int eventfd)
{
	(void)machine;
	(void)gpa;
	(void)eventfd;
	return -1;
}

static void doorbell_that_cannot_be_bound_works_by_exits(void **state)
{
	(void)state;
	bed.ops.doorbell_bind = no_doorbell;
	start_with_idle_queues(1);
	set_mmio(guest->queues[0].doorbell, 2, 0);
	assert_int_equal(take(toy->device.queues[0].kick_fd), 1);
}

static void broken_device_is_not_notified(void **state)
{
	(void)state;
	start_with_idle_queues(2);
	virtio_break(&toy->device, "test");
	virtio_break(&toy->device, "again");
	assert_string_equal(toy->device.error, "test");
	assert_int_equal(virtio_guest_interrupts(guest, -1), 1);
	assert_int_equal(doorbells(), 0);
	set_mmio(guest->queues[0].doorbell, 2, 0);
	assert_int_equal(take(toy->device.queues[0].kick_fd), 0);
	assert_true(virtio_guest_reset(guest));
	assert_true(virtio_guest_start(guest, VERSION_1, 2));
	assert_int_equal(doorbells(), 2);
}

static void nothing_of_a_driver_is_left_for_the_next(void **state)
{
	(void)state;
	start_with_idle_queues(2);
	eventfd_write(toy->device.queues[0].kick_fd, 5);
	set_mmio(guest->table + 12, 4, 1);
	set_mmio(guest->table + 16 + 12, 4, 1);
	eventfd_write(toy->device.queues[0].call_fd, 5);
	virtio_config_changed(&toy->device);
	assert_true(virtio_guest_reset(guest));
	start_with_idle_queues(2);
	assert_int_equal(take(toy->device.queues[0].kick_fd), 0);
	assert_int_equal(virtio_guest_interrupts(guest, 0), 0);
	assert_int_equal(virtio_guest_interrupts(guest, -1), 0);
}

static void interrupt_waits_while_its_vector_is_masked(void **state)
{
	uint64_t control = guest->table + 16 + 12;

	(void)state;
	start_with_idle_queues(1);
	set_mmio(control, 4, 1);
	eventfd_write(toy->device.queues[0].call_fd, 1);
	assert_int_equal(virtio_guest_interrupts(guest, 0), 0);
	assert_int_equal(mmio(guest->table + PCI_MSIX_BAR_PBA, 8), 2);
	set_mmio(control, 4, 0);
	assert_int_equal(virtio_guest_interrupts(guest, 0), 1);
	assert_int_equal(mmio(guest->table + PCI_MSIX_BAR_PBA, 8), 0);
}

static void without_msix_the_isr_status_tells_why(void **state)
{
	(void)state;
	assert_true(virtio_guest_negotiate(guest, VERSION_1));
	virtio_guest_queue(guest, 2, 0);
	eventfd_write(toy->device.queues[0].call_fd, 1);
	machine_bed_run(&bed.bed);
	assert_false(bed.bed.levels[GSI]);
	assert_int_equal(mmio(guest->isr, 1), 0);
	take(toy->device.queues[0].call_fd);
	assert_true(virtio_guest_driver_ok(guest));
	assert_int_equal(mmio(guest->isr, 1), 0);
	eventfd_write(toy->device.queues[2].call_fd, 3);
	assert_false(bed.bed.levels[GSI]);
	machine_bed_run(&bed.bed);
	assert_true(bed.bed.levels[GSI]);
	virtio_config_changed(&toy->device);
	machine_bed_run(&bed.bed);
	assert_int_equal(mmio(guest->isr + 1, 1), 0);
	set_mmio(guest->isr, 1, 0);
	assert_true(bed.bed.levels[GSI]);
	assert_int_equal(mmio(guest->isr, 1), 3);
	assert_false(bed.bed.levels[GSI]);
	assert_int_equal(mmio(guest->isr, 4), 0);
	eventfd_write(toy->device.queues[2].call_fd, 1);
	machine_bed_run(&bed.bed);
	assert_true(bed.bed.levels[GSI]);
	assert_true(virtio_guest_reset(guest));
	assert_false(bed.bed.levels[GSI]);
	assert_int_equal(mmio(guest->isr, 1), 0);
}

static void msix_may_be_switched_while_the_device_runs(void **state)
{
	unsigned flags = guest->msix_cap + 2;
	int fd = toy->device.queues[0].call_fd;

	(void)state;
	start_with_idle_queues(1);
	eventfd_write(fd, 1);
	machine_bed_run(&bed.bed);
	assert_false(bed.bed.levels[GSI]);
	assert_int_equal(virtio_guest_interrupts(guest, 0), 1);
	set_config(flags, 2, 0);
	eventfd_write(fd, 1);
	machine_bed_run(&bed.bed);
	assert_true(bed.bed.levels[GSI]);
	set_config(flags, 2, PCI_MSIX_FLAGS_ENABLE);
	assert_false(bed.bed.levels[GSI]);
	eventfd_write(fd, 1);
	machine_bed_run(&bed.bed);
	assert_int_equal(virtio_guest_interrupts(guest, 0), 1);
}

/* The values are what a fuzzer would find last: the ends of everything. */
static void no_register_minds_how_it_is_used(void **state)
{
	static const uint64_t values[] = {0, 1, 0x0f, 0xffff, UINT64_MAX};
	uint32_t bar = config(PCI_BASE_ADDRESS_0, 4);
	unsigned offset, len, i;

	(void)state;
	for (offset = 0; offset < BAR_SIZE; offset++) {
		if (offset % 0x1000 > 0x50 && offset % 0x1000 < 0xff0)
			continue;
		for (len = 1; len <= 8; len *= 2) {
			mmio(bar + offset, len);
			for (i = 0; i < ARRAY_SIZE(values); i++)
				set_mmio(bar + offset, len, values[i]);
			mmio(bar + offset, len);
		}
	}
	machine_bed_run(&bed.bed);
	assert_true(virtio_guest_start(guest, VERSION_1, 3));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(function_is_a_modern_virtio_device),
		TEST(each_structure_is_inside_of_its_bar),
		TEST(device_configuration_is_read_in_any_way),
		TEST(device_configuration_is_written_after_features_ok),
		TEST(generation_changes_and_a_running_driver_is_told),
		TEST(notification_before_driver_ok_is_lost),
		TEST(doorbells_are_apart_and_nothing_else_is_one),
		TEST(doorbells_follow_their_bar),
		TEST(driver_may_start_with_memory_off),
		TEST(doorbell_that_cannot_be_bound_works_by_exits),
		TEST(broken_device_is_not_notified),
		TEST(nothing_of_a_driver_is_left_for_the_next),
		TEST(interrupt_waits_while_its_vector_is_masked),
		TEST(without_msix_the_isr_status_tells_why),
		TEST(msix_may_be_switched_while_the_device_runs),
		TEST(no_register_minds_how_it_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
