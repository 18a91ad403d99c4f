// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_pm.c - power management registers and the keyboard controller
 */
#include <stdlib.h>

#include "unit/cmocka_wrap.h"

#include "unit/machine_bed.h"
#include "vmm/acpi.h"
#include "vmm/i8042.h"
#include "vmm/pm.h"

#define STATUS MACHINE_PORT_PM
#define ENABLE (MACHINE_PORT_PM + 2)
#define CONTROL (MACHINE_PORT_PM + 4)
#define BUTTON 0x100
#define SCI_EN 1
#define SLP_EN 0x2000
#define SLP_TYP(type) ((type) << 10)

/**
 * struct bed - both in a machine
 * @bed:	the machine
 * @pm:		power management
 * @i8042:	keyboard controller
 */
struct bed {
	struct machine_bed bed;
	struct pm pm;
	struct i8042 i8042;
};

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	assert_int_equal(machine_bed_open(&bed->bed), 0);
	assert_int_equal(pm_init(&bed->pm, &bed->bed.machine, NULL), 0);
	assert_int_equal(i8042_init(&bed->i8042, &bed->bed.machine, NULL), 0);
	*state = bed;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	pm_fini(&bed->pm);
	i8042_fini(&bed->i8042);
	assert_int_equal(bed->bed.machine.ports.count, 0);
	assert_int_equal(machine_bed_close(&bed->bed), 0);
	free(bed);
	return 0;
}

static uint64_t in(struct bed *bed, unsigned port, unsigned len)
{
	return bus_read(&bed->bed.machine.ports, port, len);
}

static void out(struct bed *bed, unsigned port, unsigned len, uint64_t value)
{
	bus_write(&bed->bed.machine.ports, port, len, value);
}

static bool sci(const struct bed *bed)
{
	return bed->bed.levels[MACHINE_GSI_SCI];
}

static void the_button_interrupts_until_its_status_is_cleared(void **state)
{
	struct bed *bed = *state;

	out(bed, ENABLE, 2, BUTTON);
	assert_false(sci(bed));
	pm_press(&bed->pm);
	assert_true(sci(bed));
	assert_int_equal(in(bed, STATUS, 2), BUTTON);
	out(bed, STATUS, 2, 0xffff & ~BUTTON);
	assert_true(sci(bed));
	out(bed, STATUS, 2, BUTTON);
	assert_false(sci(bed));
	assert_int_equal(in(bed, STATUS, 2), 0);
}

static void what_there_is_not_can_not_be_enabled(void **state)
{
	struct bed *bed = *state;

	out(bed, ENABLE, 2, 0xffff);
	assert_int_equal(in(bed, ENABLE, 2), 0x0521);
}

static void a_button_that_nobody_asked_for_waits(void **state)
{
	struct bed *bed = *state;

	pm_press(&bed->pm);
	assert_false(sci(bed));
	out(bed, ENABLE, 2, BUTTON);
	assert_true(sci(bed));
	out(bed, ENABLE, 2, 0);
	assert_false(sci(bed));
}

static void writing_enable_leaves_status_alone(void **state)
{
	struct bed *bed = *state;

	pm_press(&bed->pm);
	out(bed, ENABLE + 1, 1, BUTTON >> 8);
	assert_int_equal(in(bed, STATUS, 4), BUTTON << 16 | BUTTON);
	assert_true(sci(bed));
}

static void a_write_of_both_clears_and_enables(void **state)
{
	struct bed *bed = *state;

	pm_press(&bed->pm);
	out(bed, STATUS, 4, (uint64_t)BUTTON << 16 | BUTTON);
	assert_int_equal(in(bed, STATUS, 4), BUTTON << 16);
	assert_false(sci(bed));
}

static void s5_switches_the_machine_off(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(in(bed, CONTROL, 2), SCI_EN);
	out(bed, CONTROL, 2, SLP_TYP(ACPI_S5_TYPE));
	assert_int_equal(bed->bed.power_offs, 0);
	out(bed, CONTROL, 2, SLP_TYP(ACPI_S5_TYPE) | SLP_EN);
	assert_int_equal(bed->bed.power_offs, 1);
	assert_int_equal(in(bed, CONTROL, 2), SLP_TYP(ACPI_S5_TYPE) | SCI_EN);
}

static void half_a_write_after_the_other_switches_off_too(void **state)
{
	struct bed *bed = *state;

	out(bed, CONTROL, 1, 0);
	out(bed, CONTROL + 1, 1, (SLP_TYP(ACPI_S5_TYPE) | SLP_EN) >> 8);
	assert_int_equal(bed->bed.power_offs, 1);
}

static void other_sleep_states_do_nothing(void **state)
{
	struct bed *bed = *state;
	unsigned type;

	for (type = 0; type < 8; type++) {
		if (type != ACPI_S5_TYPE)
			out(bed, CONTROL, 2, SLP_TYP(type) | SLP_EN);
	}
	assert_int_equal(bed->bed.power_offs, 0);
	assert_int_equal(bed->bed.resets, 0);
}

static void a_reset_forgets_what_was_enabled(void **state)
{
	struct bed *bed = *state;

	out(bed, ENABLE, 2, BUTTON);
	out(bed, CONTROL, 2, SLP_TYP(3));
	pm_press(&bed->pm);
	pm_reset(&bed->pm);
	assert_false(sci(bed));
	assert_int_equal(in(bed, STATUS, 4), 0);
	assert_int_equal(in(bed, CONTROL, 2), SCI_EN);
}

static void the_keyboard_controller_pulses_reset(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(in(bed, 0x64, 1), 0);
	assert_int_equal(in(bed, 0x60, 1), 0);
	out(bed, 0x64, 1, 0xaa);
	out(bed, 0x60, 1, 0xfe);
	out(bed, 0x61, 1, 0xfe);
	assert_int_equal(bed->bed.resets, 0);
	out(bed, 0x64, 1, 0xfe);
	assert_int_equal(bed->bed.resets, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_button_interrupts_until_its_status_is_cleared),
		TEST(what_there_is_not_can_not_be_enabled),
		TEST(a_button_that_nobody_asked_for_waits),
		TEST(writing_enable_leaves_status_alone),
		TEST(a_write_of_both_clears_and_enables),
		TEST(s5_switches_the_machine_off),
		TEST(half_a_write_after_the_other_switches_off_too),
		TEST(other_sleep_states_do_nothing),
		TEST(a_reset_forgets_what_was_enabled),
		TEST(the_keyboard_controller_pulses_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
