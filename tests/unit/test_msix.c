// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_msix.c - who interrupts when, and what a driver may do to the table
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "unit/machine_bed.h"
#include "vmm/msix.h"

#define VECTORS 4
#define SOURCES 3
#define ADDR 0xfee00000ull

static struct machine_bed bed;
static struct machine_ops ops;
static struct msix msix;
static int fds[SOURCES];
static const struct machine_ops *bed_ops;
static unsigned routes;
static int route_code;

static int count_route(struct machine *machine, unsigned gsi,
		       const struct msi_message *message)
{
	routes++;
	return route_code ? route_code
			  : bed_ops->msi_route(machine, gsi, message);
}

static int set_up(void **state)
{
	unsigned i;

	(void)state;
	if (machine_bed_open(&bed))
		return -1;
	bed_ops = bed.machine.ops;
	ops = *bed_ops;
	ops.msi_route = count_route;
	bed.machine.ops = &ops;
	routes = 0;
	route_code = 0;
	msix_init(&msix, &bed.machine, VECTORS);
	for (i = 0; i < SOURCES; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (msix_add_source(&msix, fds[i]) != (int)i)
			return -1;
	}
	return 0;
}

static int tear_down(void **state)
{
	unsigned i;

	(void)state;
	msix_reset(&msix);
	for (i = 0; i < SOURCES; i++)
		close(fds[i]);
	return machine_bed_close(&bed);
}

static void set_message(unsigned vector, uint64_t addr, uint32_t data)
{
	msix_table_write(&msix, vector * 16, 8, addr);
	msix_table_write(&msix, vector * 16 + 8, 4, data);
}

static void set_mask(unsigned vector, bool masked)
{
	msix_table_write(&msix, vector * 16 + 12, 4, masked);
}

static void interrupt(unsigned source)
{
	assert_int_equal(eventfd_write(fds[source], 1), 0);
}

static uint64_t taken(unsigned vector)
{
	unsigned gsi = msix.vectors[vector].gsi;

	return gsi ? machine_bed_interrupts(&bed, gsi) : 0;
}

static unsigned used(void)
{
	unsigned i, count = 0;

	for (i = 0; i < MACHINE_MAX_MSI; i++)
		count += bed.used[i];
	return count;
}

static void vector_speaks_while_enabled_and_no_mask_holds(void **state)
{
	unsigned step;

	(void)state;
	set_message(1, ADDR, 0x41);
	assert_int_equal(msix_set_vector(&msix, 0, 1), 0);
	for (step = 0; step < 8; step++) {
		bool enabled = step & 1, all = step & 2, one = step & 4;

		msix_set_control(&msix, enabled, all);
		set_mask(1, one);
		interrupt(0);
		assert_int_equal(!!taken(1), enabled && !all && !one);
	}
	set_mask(1, false);
	msix_set_control(&msix, true, false);
	assert_true(taken(1));
	assert_int_equal(bed.messages[0].addr, ADDR);
	assert_int_equal(bed.messages[0].data, 0x41);
	msix_set_control(&msix, false, false);
	interrupt(0);
	assert_int_equal(taken(1), 0);
}

static void masked_interrupt_is_pending_and_comes_later(void **state)
{
	(void)state;
	msix_set_vector(&msix, 2, 3);
	msix_set_control(&msix, true, false);
	assert_int_equal(msix_pba_read(&msix, 0, 8), 0);
	interrupt(2);
	assert_int_equal(msix_pba_read(&msix, 0, 8), 1 << 3);
	assert_int_equal(msix_pba_read(&msix, 0, 1), 1 << 3);
	assert_int_equal(msix_pba_read(&msix, 1, 1), 0);
	assert_int_equal(msix_pba_read(&msix, 4, 4), 0);
	assert_int_equal(msix_pba_read(&msix, 8, 8), 0);
	assert_int_equal(msix_pba_read(&msix, 1000, 4), 0);
	set_mask(3, false);
	assert_int_equal(taken(3), 1);
	assert_int_equal(msix_pba_read(&msix, 0, 8), 0);
}

static void route_is_set_when_the_message_is_another(void **state)
{
	(void)state;
	msix_set_vector(&msix, 0, 0);
	msix_set_control(&msix, true, false);
	set_message(0, ADDR, 1);
	assert_int_equal(routes, 0);
	set_mask(0, false);
	assert_int_equal(routes, 1);
	set_mask(0, true);
	set_mask(0, false);
	msix_set_control(&msix, true, true);
	msix_set_control(&msix, true, false);
	assert_int_equal(routes, 1);
	msix_table_write(&msix, 8, 4, 2);
	assert_int_equal(routes, 2);
	assert_int_equal(bed.messages[0].data, 2);
	set_mask(0, true);
	set_message(0, ADDR + 0x1000, 3);
	assert_int_equal(routes, 2);
	set_mask(0, false);
	assert_int_equal(bed.messages[0].addr, ADDR + 0x1000);
	assert_int_equal(bed.messages[0].data, 3);
}

static void refused_message_silences_its_vector_only(void **state)
{
	(void)state;
	msix_set_control(&msix, true, false);
	msix_set_vector(&msix, 0, 0);
	msix_set_vector(&msix, 1, 1);
	set_mask(1, false);
	route_code = -EINVAL;
	set_mask(0, false);
	interrupt(0);
	interrupt(1);
	assert_int_equal(taken(0), 0);
	assert_int_equal(taken(1), 1);
	msix_table_write(&msix, 16, 4, ADDR);
	interrupt(1);
	assert_int_equal(taken(1), 0);
	route_code = 0;
	msix_table_write(&msix, 0, 4, ADDR);
	assert_int_equal(taken(0), 1);
}

static void sources_share_a_vector_and_its_gsi(void **state)
{
	(void)state;
	msix_set_control(&msix, true, false);
	set_mask(2, false);
	msix_set_vector(&msix, 0, 2);
	msix_set_vector(&msix, 1, 2);
	assert_int_equal(used(), 1);
	interrupt(0);
	interrupt(1);
	assert_int_equal(taken(2), 2);
	assert_int_equal(msix_set_vector(&msix, 0, MSIX_NO_VECTOR), 0);
	assert_int_equal(used(), 1);
	interrupt(0);
	assert_int_equal(taken(2), 0);
	interrupt(1);
	assert_int_equal(taken(2), 1);
	msix_set_vector(&msix, 1, 3);
	assert_int_equal(msix.vectors[2].gsi, 0);
	assert_int_equal(used(), 1);
}

static void new_gsi_gets_its_route_anew(void **state)
{
	(void)state;
	msix_set_control(&msix, true, false);
	set_message(2, ADDR, 7);
	set_mask(2, false);
	msix_set_vector(&msix, 0, 2);
	msix_set_vector(&msix, 0, MSIX_NO_VECTOR);
	bed.used[0] = true;
	msix_set_vector(&msix, 0, 2);
	bed.used[0] = false;
	assert_int_equal(bed.messages[1].data, 7);
	interrupt(0);
	assert_int_equal(taken(2), 1);
}

static void vector_beyond_the_table_is_none(void **state)
{
	(void)state;
	msix_set_vector(&msix, 0, 1);
	assert_int_equal(msix_set_vector(&msix, 0, VECTORS), -EINVAL);
	assert_int_equal(msix.sources[0].vector, MSIX_NO_VECTOR);
	assert_int_equal(used(), 0);
	assert_int_equal(msix_set_vector(&msix, 0, 0xfffe), -EINVAL);
	assert_int_equal(msix.sources[0].vector, MSIX_NO_VECTOR);
}

static void no_gsi_left_is_no_vector(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < MACHINE_MAX_MSI; i++)
		bed.used[i] = true;
	assert_int_equal(msix_set_vector(&msix, 0, 1), -ENOSPC);
	assert_int_equal(msix.sources[0].vector, MSIX_NO_VECTOR);
	for (i = 0; i < MACHINE_MAX_MSI; i++)
		bed.used[i] = false;
	assert_int_equal(msix_set_vector(&msix, 0, 1), 0);
	assert_int_equal(used(), 1);
}

static void table_reads_at_any_width_and_offset(void **state)
{
	static const unsigned widths[] = {1, 2, 4, 8};
	uint8_t table[VECTORS * 16 + 16] = {0};
	unsigned i, offset;

	(void)state;
	set_message(1, 0x1122334455667788ull, 0x99aabbcc);
	for (i = 0; i < sizeof(table); i++)
		table[i] = (uint8_t)msix_table_read(&msix, i, 1);
	assert_int_equal(table[16], 0x88);
	assert_int_equal(table[23], 0x11);
	assert_int_equal(table[27], 0x99);
	assert_int_equal(table[28], 1);
	assert_int_equal(table[VECTORS * 16 + 12], 0);
	for (i = 0; i < ARRAY_SIZE(widths); i++) {
		for (offset = 0; offset <= VECTORS * 16; offset++) {
			uint64_t expected = 0;

			memcpy(&expected, table + offset, widths[i]);
			assert_true(msix_table_read(&msix, offset, widths[i]) ==
				    expected);
		}
	}
	assert_int_equal(msix_table_read(&msix, 1 << 20, 8), 0);
}

static void odd_writes_to_the_table_are_ignored(void **state)
{
	static const unsigned widths[] = {1, 2, 4, 8};
	unsigned i, offset;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(widths); i++) {
		for (offset = 0; offset < VECTORS * 16 + 64; offset++) {
			bool is_legal = widths[i] >= 4 &&
					offset % widths[i] == 0 &&
					offset < VECTORS * 16;

			if (!is_legal)
				msix_table_write(&msix, offset, widths[i], 0);
		}
	}
	for (i = 0; i < VECTORS; i++)
		assert_true(msix.vectors[i].masked);
	msix_table_write(&msix, UINT64_MAX - 7, 8, 0);
	msix_table_write(&msix, 0, 4, 0xffffffff);
	assert_int_equal(msix_table_read(&msix, 0, 8), 0xfffffffc);
	msix_table_write(&msix, 8, 8, 0xfffffffe00000005ull);
	assert_int_equal(msix_table_read(&msix, 8, 8), 5);
}

static void reset_gives_everything_back(void **state)
{
	unsigned i;

	(void)state;
	msix_set_control(&msix, true, false);
	for (i = 0; i < SOURCES; i++) {
		set_message(i, ADDR, i);
		set_mask(i, false);
		msix_set_vector(&msix, i, (uint16_t)i);
	}
	assert_int_equal(used(), SOURCES);
	msix_reset(&msix);
	assert_int_equal(used(), 0);
	assert_false(msix.enabled);
	assert_int_equal(msix_table_read(&msix, 0, 8), 0);
	assert_int_equal(msix_table_read(&msix, 12, 4), 1);
	for (i = 0; i < SOURCES; i++)
		assert_int_equal(msix.sources[i].vector, MSIX_NO_VECTOR);
}

static void sources_are_bounded(void **state)
{
	struct msix many;
	unsigned i;

	(void)state;
	msix_init(&many, &bed.machine, 1);
	for (i = 0; i < MSIX_MAX_SOURCES; i++)
		assert_int_equal(msix_add_source(&many, 0), i);
	assert_int_equal(msix_add_source(&many, 0), -ENOSPC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(vector_speaks_while_enabled_and_no_mask_holds),
		TEST(masked_interrupt_is_pending_and_comes_later),
		TEST(route_is_set_when_the_message_is_another),
		TEST(refused_message_silences_its_vector_only),
		TEST(sources_share_a_vector_and_its_gsi),
		TEST(new_gsi_gets_its_route_anew),
		TEST(vector_beyond_the_table_is_none),
		TEST(no_gsi_left_is_no_vector),
		TEST(table_reads_at_any_width_and_offset),
		TEST(odd_writes_to_the_table_are_ignored),
		TEST(reset_gives_everything_back),
		TEST(sources_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
