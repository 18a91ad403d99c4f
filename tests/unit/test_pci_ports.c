// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_pci_ports.c - the ports 0xcf8 to 0xcff, at each width and offset
 */
#include "unit/cmocka_wrap.h"

#include <linux/pci_regs.h>

#include "unit/virtio_guest.h"
#include "vmm/pci.h"

static struct machine_bed bed;
static struct pci_bus bus;
static struct pci_function function;

static int set_up(void **state)
{
	(void)state;
	return machine_bed_open(&bed) || pci_bus_init(&bus, &bed.machine, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	return machine_bed_close(&bed);
}

static void add(unsigned slot)
{
	const struct pci_id id = {.vendor = 0x1234, .device = 0x5678};

	pci_function_init(&function, &bed.machine, &id);
	assert_int_equal(pci_bus_add(&bus, &function, NULL), 0);
	assert_int_equal(function.slot, slot);
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

static uint64_t port(unsigned at, unsigned len)
{
	return bus_read(&bed.machine.ports, at, len);
}

static void set_port(unsigned at, unsigned len, uint64_t value)
{
	bus_write(&bed.machine.ports, at, len, value);
}

static void bridge_is_in_slot_0_and_nothing_elsewhere(void **state)
{
	unsigned slot;

	(void)state;
	assert_int_equal(config(0, PCI_CLASS_REVISION) >> 16, 0x0600);
	assert_int_equal(config(0, PCI_CACHE_LINE_SIZE) >> 16, 0);
	assert_int_equal(config(0, PCI_INTERRUPT_LINE), 0);
	for (slot = 1; slot < PCI_SLOTS; slot++) {
		assert_int_equal(config(slot, PCI_VENDOR_ID), 0xffffffff);
		set_config(slot, PCI_COMMAND, 4, 0xffffffff);
	}
}

static void other_buses_and_functions_are_empty(void **state)
{
	static const uint32_t nowhere[] = {
		0x80010000, 0x80ff0000, 0x80000100, 0x80000700, 0, 0x00000800,
	};
	unsigned i;

	(void)state;
	add(1);
	for (i = 0; i < ARRAY_SIZE(nowhere); i++) {
		set_port(0xcf8, 4, nowhere[i]);
		assert_true(port(0xcfc, 4) == UINT64_MAX);
		set_port(0xcfc, 4, 0);
	}
	/* reserved bits don't matter */
	set_port(0xcf8, 4, 0xff000803);
	assert_int_equal(port(0xcf8, 4), 0x80000800);
	assert_int_equal(port(0xcfc, 4), 0x56781234);
}

static void address_port_is_four_bytes_wide(void **state)
{
	unsigned at;

	(void)state;
	set_port(0xcf8, 4, 0x80000800);
	for (at = 0xcf8; at < 0xcfc; at++) {
		set_port(at, 1, 0);
		set_port(at, 2, 0x1111);
		if (at != 0xcf9)
			assert_true(port(at, 1) == UINT64_MAX);
	}
	set_port(0xcf9, 4, 0);
	set_port(0xcf8, 8, 0);
	assert_int_equal(port(0xcf8, 4), 0x80000800);
	assert_int_equal(bed.resets, 0);
}

static void reset_register_resets(void **state)
{
	(void)state;
	assert_int_equal(port(0xcf9, 1), 0);
	set_port(0xcf9, 1, 0x02);
	set_port(0xcf9, 2, 0x0606);
	set_port(0xcf8, 4, 0x80000600);
	assert_int_equal(bed.resets, 0);
	set_port(0xcf9, 1, 0x06);
	assert_int_equal(bed.resets, 1);
	set_port(0xcf9, 1, 0x0e);
	assert_int_equal(bed.resets, 2);
}

static void data_port_takes_each_width_and_offset(void **state)
{
	(void)state;
	add(1);
	set_port(0xcf8, 4, 0x80000800);
	assert_int_equal(port(0xcfc, 2), 0x1234);
	assert_int_equal(port(0xcfd, 1), 0x12);
	assert_int_equal(port(0xcfe, 2), 0x5678);
	assert_int_equal(port(0xcff, 1), 0x56);
	assert_int_equal(port(0xcfd, 2), 0x7812);
	assert_true(port(0xcff, 2) == UINT64_MAX);
	assert_true(port(0xcfd, 4) == UINT64_MAX);
	set_port(0xcf8, 4, 0x800008fc);
	assert_int_equal(port(0xcfc, 4), 0);
	set_port(0xcfc, 4, 0xffffffff);
	set_port(0xcf8, 4, 0x8000083c);
	set_port(0xcfc, 1, 0x5a);
	assert_int_equal(port(0xcfc, 4), 0x015a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bridge_is_in_slot_0_and_nothing_elsewhere),
		TEST(other_buses_and_functions_are_empty),
		TEST(address_port_is_four_bytes_wide),
		TEST(reset_register_resets),
		TEST(data_port_takes_each_width_and_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
