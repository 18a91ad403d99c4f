// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_window.c - a device's registers through configuration space, and
 * what else a driver may point there (virtio 1.2 4.1.4.9)
 */
#include "unit/cmocka_wrap.h"

#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>

#include "unit/virtio_toy_test.h"

static uint32_t window(uint8_t bar, uint32_t offset, uint32_t len)
{
	set_config(guest->window_cap + VIRTIO_PCI_CAP_BAR, 1, bar);
	set_config(guest->window_cap + VIRTIO_PCI_CAP_OFFSET, 4, offset);
	set_config(guest->window_cap + VIRTIO_PCI_CAP_LENGTH, 4, len);
	return config(guest->window_cap + 16, 4);
}

static void window_reads_and_writes_registers(void **state)
{
	unsigned data = guest->window_cap + 16;

	(void)state;
	set_config(PCI_COMMAND, 2, 0);
	assert_int_equal(window(0, VIRTIO_PCI_COMMON_NUMQ, 2), TOY_QUEUES);
	assert_int_equal(window(0, 0x2000, 4), 0xa3a2a1a0);
	assert_int_equal(window(0, 0x2001, 1), 0xa1);
	assert_int_equal(config(data, 1), 0xa1);
	window(0, VIRTIO_PCI_COMMON_Q_SELECT, 2);
	set_config(data, 4, 0xdead0001);
	assert_int_equal(window(0, VIRTIO_PCI_COMMON_Q_SELECT, 2), 1);
	window(0, VIRTIO_PCI_COMMON_STATUS, 1);
	set_config(data, 1, 1);
	assert_int_equal(window(0, VIRTIO_PCI_COMMON_STATUS, 1), 1);
	set_config(PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	assert_true(virtio_guest_start(guest, VERSION_1, 1));
	machine_bed_run(&bed.bed);
	toy->passes[0] = 0;
	window(0, 0x3000, 4);
	set_config(data, 4, 0);
	machine_bed_run(&bed.bed);
	assert_int_equal(toy->passes[0], 1);
}

static void other_configuration_space_is_no_window(void **state)
{
	unsigned offset;

	(void)state;
	assert_true(virtio_guest_negotiate(guest, VERSION_1));
	assert_true(virtio_guest_driver_ok(guest));
	window(0, 0x1000, 1);
	virtio_config_changed(&toy->device);
	machine_bed_run(&bed.bed);
	for (offset = 0; offset < PCI_CONFIG_SIZE; offset += 4) {
		if (offset != guest->window_cap + 16)
			config(offset, 4);
	}
	assert_true(bed.bed.levels[GSI]);
	assert_int_equal(config(guest->window_cap + 17, 1), 0);
	assert_false(bed.bed.levels[GSI]);
}

static void window_to_nowhere_reads_all_ones(void **state)
{
	static const uint32_t bad[][3] = {
		{7, 0, 4},          {6, 0, 4},
		{255, 0, 4},        {1, 0, 4},
		{2, 0, 1},          {0, 0, 0},
		{0, 0, 3},          {0, 0, 8},
		{0, 0, 0xffffffff}, {0, 1, 2},
		{0, 2, 4},          {0, BAR_SIZE, 1},
		{0, 0xffffffff, 1}, {0, BAR_SIZE, 4},
		{0, 0xfffffffc, 4}, {0, BAR_SIZE - 2, 4},
	};
	unsigned i, data = guest->window_cap + 16;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(
			window((uint8_t)bad[i][0], bad[i][1], bad[i][2]),
			0xffffffff);
		set_config(data, 4, 0x01010101);
		set_config(data + 2, 2, 0x0101);
		set_config(data - 1, 1, 0xff);
	}
	assert_int_equal(virtio_guest_status(guest), 0);
	/* the capability itself is not the driver's */
	set_config(guest->window_cap, 4, 0);
	assert_int_equal(config(guest->window_cap, 1), PCI_CAP_ID_VNDR);
	assert_int_equal(config(guest->window_cap + 3, 1),
			 VIRTIO_PCI_CAP_PCI_CFG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(window_reads_and_writes_registers),
		TEST(other_configuration_space_is_no_window),
		TEST(window_to_nowhere_reads_all_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
