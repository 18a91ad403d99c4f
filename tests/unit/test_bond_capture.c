// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bond_capture.c - what captures of members see, and that nothing is seen
 * twice
 */
#include "unit/cmocka_wrap.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "switch/bond/bond_capture.h"
#include "switch/capture/capture.h"
#include "unit/bond_bed.h"

#define CONTROL_LEN 60

static struct capture_wake wake;
static struct capture_settings settings;
static struct capture_ring *ring;
static struct capture_tap *taps[2];

static int set_up(void **state)
{
	int code = bond_bed_set_up(state);
	struct bond_bed *bed = *state;

	wake.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	settings.snaplen = CAPTURE_SNAPLEN;
	ring = capture_ring_create(&wake, NULL);
	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	for (unsigned i = 0; i < 2; i++) {
		taps[i] = capture_tap_create(ring, &settings,
					     bed->p[i].port.name);
		bond_member_tap(bed->m[i], taps[i]);
	}
	return code;
}

static int tear_down(void **state)
{
	int code = bond_bed_tear_down(state);

	capture_ring_destroy(ring);
	close(wake.fd);
	return code;
}

static void assert_seen(unsigned i, unsigned received, unsigned dropped)
{
	struct capture_counters counters;

	capture_tap_count(taps[i], &counters);
	assert_int_equal(counters.received, received);
	assert_int_equal(counters.dropped, dropped);
}

static void each_frame_is_seen_where_it_passes(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_send(bed, 9, 1, 3);
	assert_seen(0, 3, 0);
	bond_bed_input(bed, 0, 1, 9, 2);
	assert_seen(0, 4, 0);
	assert_seen(1, 0, 0);
	/* the backup's are not let through */
	bond_bed_input(bed, 1, 1, 9, 1);
	assert_seen(1, 1, 1);
	assert_int_equal(bed->received, 1);
}

static void frames_of_our_own_are_seen_too(void **state)
{
	uint8_t data[CONTROL_LEN] = {
		1, 0x80, 0xc2, [5] = 2, [6] = 2, [12] = 0x88, 9};
	struct bond_bed *bed = *state;
	struct frame frame, *batch = &frame;
	struct iovec tail;

	bond_bed_input_data(bed, 1, data, sizeof(data));
	assert_int_equal(bed->inspected, 1);
	assert_seen(1, 1, 0);
	frame_set_data(&frame, data, sizeof(data), &tail);
	bond_member_send(bed->bond, bed->m[1], &batch, 1);
	assert_seen(1, 2, 0);
}

static void what_a_cut_member_loses_is_seen_once(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_cut(bed, 0, BOND_CUT_SILENT);
	bond_bed_send(bed, 9, 1, 2);
	assert_seen(0, 2, 2);
	bond_bed_input(bed, 0, 1, 9, 1);
	assert_seen(0, 3, 3);
	bond_bed_cut(bed, 0, BOND_CUT_NONE);
	bond_bed_send(bed, 9, 1, 1);
	assert_seen(0, 4, 3);
}

/* A port that takes frames and loses them, as a NIC whose MTU is too small. */
static unsigned lose(struct port *port, struct frame **frames, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		port_count_lost(port, frames[i], DROP_NO_CARRIER);
	return n;
}

static void what_the_port_loses_is_seen_once(void **state)
{
	struct bond_bed *bed = *state;
	struct port_ops lossy = *bed->p[0].port.ops;
	const struct port_ops *before = bed->p[0].port.ops;

	lossy.send = lose;
	bed->p[0].port.ops = &lossy;
	bond_bed_send(bed, 9, 1, 2);
	assert_seen(0, 2, 2);
	bed->p[0].port.ops = before;
	bond_bed_send(bed, 9, 1, 1);
	assert_seen(0, 3, 2);
}

static void tap_of_a_member_that_left_is_in_no_list(void **state)
{
	struct bond_bed *bed = *state;

	bond_member_tap_remove(bed->m[0], taps[0]);
	assert_false(bed->p[0].port.is_watched);
	bond_bed_send(bed, 9, 1, 1);
	assert_seen(0, 0, 0);
	bond_remove_member(bed->bond, bed->m[1], 0);
	assert_true(list_is_empty(&taps[1]->link));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_frame_is_seen_where_it_passes),
		TEST(frames_of_our_own_are_seen_too),
		TEST(what_a_cut_member_loses_is_seen_once),
		TEST(what_the_port_loses_is_seen_once),
		TEST(tap_of_a_member_that_left_is_in_no_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
