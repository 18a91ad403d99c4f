// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bus.c - which device answers at an address
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>

#include "core/util.h"
#include "vmm/bus.h"

struct cell {
	struct bus_range range;
	uint64_t offset;
	uint64_t value;
};

static uint64_t cell_read(struct bus_range *range, uint64_t offset,
			  unsigned len)
{
	return container_of(range, struct cell, range)->value + offset + len;
}

static void cell_write(struct bus_range *range, uint64_t offset, unsigned len,
		       uint64_t value)
{
	struct cell *cell = container_of(range, struct cell, range);

	cell->offset = offset;
	cell->value = value + len;
}

static struct cell make_cell(uint64_t base, uint64_t len)
{
	return (struct cell){.range = {base, len, cell_read, cell_write}};
}

static void each_address_finds_its_own_range(void **state)
{
	struct cell a = make_cell(0x10, 4), b = make_cell(0x14, 1),
		    c = make_cell(0x20, 8);
	struct bus bus = {0};

	(void)state;
	a.value = 1000;
	b.value = 2000;
	c.value = 3000;
	assert_int_equal(bus_add(&bus, &c.range), 0);
	assert_int_equal(bus_add(&bus, &a.range), 0);
	assert_int_equal(bus_add(&bus, &b.range), 0);
	assert_int_equal(bus_read(&bus, 0x10, 1), 1001);
	assert_int_equal(bus_read(&bus, 0x13, 1), 1004);
	assert_int_equal(bus_read(&bus, 0x14, 1), 2001);
	assert_int_equal(bus_read(&bus, 0x20, 8), 3008);
	bus_write(&bus, 0x12, 2, 7);
	assert_int_equal(a.offset, 2);
	assert_int_equal(a.value, 9);
	bus_remove(&bus, &b.range);
	bus_remove(&bus, &b.range);
	assert_true(bus_read(&bus, 0x14, 1) == UINT64_MAX);
	assert_int_equal(bus.count, 2);
}

static void access_across_an_end_finds_nobody(void **state)
{
	struct cell a = make_cell(0x10, 4);
	struct bus bus = {0};

	(void)state;
	assert_int_equal(bus_add(&bus, &a.range), 0);
	assert_true(bus_read(&bus, 0x12, 4) == UINT64_MAX);
	assert_true(bus_read(&bus, 0x0f, 2) == UINT64_MAX);
	assert_true(bus_read(&bus, 0x0f, 1) == UINT64_MAX);
	assert_true(bus_read(&bus, UINT64_MAX, 8) == UINT64_MAX);
	bus_write(&bus, 0x12, 4, 1);
	assert_int_equal(a.value, 0);
}

static void ranges_never_overlap(void **state)
{
	struct cell a = make_cell(0x10, 4), inside = make_cell(0x12, 1),
		    around = make_cell(0x0f, 16), before = make_cell(0x0e, 3),
		    none = make_cell(0x80, 0), wraps = make_cell(UINT64_MAX, 2),
		    last = make_cell(UINT64_MAX, 1);
	struct bus bus = {0};

	(void)state;
	assert_int_equal(bus_add(&bus, &a.range), 0);
	assert_int_equal(bus_add(&bus, &inside.range), -EEXIST);
	assert_int_equal(bus_add(&bus, &around.range), -EEXIST);
	assert_int_equal(bus_add(&bus, &before.range), -EEXIST);
	assert_int_equal(bus_add(&bus, &none.range), -EEXIST);
	assert_int_equal(bus_add(&bus, &wraps.range), -EEXIST);
	assert_int_equal(bus_add(&bus, &last.range), 0);
	assert_int_equal(bus_read(&bus, UINT64_MAX, 1), 1);
}

static void full_bus_says_so(void **state)
{
	static struct cell cells[BUS_MAX_RANGES + 1];
	struct bus bus = {0};
	unsigned i;

	(void)state;
	for (i = 0; i <= BUS_MAX_RANGES; i++) {
		cells[i] = make_cell(0x1000 - i * 16, 16);
		assert_int_equal(bus_add(&bus, &cells[i].range),
				 i < BUS_MAX_RANGES ? 0 : -ENOSPC);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_finds_its_own_range),
		cmocka_unit_test(access_across_an_end_finds_nobody),
		cmocka_unit_test(ranges_never_overlap),
		cmocka_unit_test(full_bus_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
