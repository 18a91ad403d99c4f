// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_cable_pull.c - a cable is pulled out, and its ends are closed
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "unit/cable_bed.h"

static void pulled_cable_loses_what_is_under_way(void **state)
{
	struct cable_bed *bed = *state;

	cable_bed_send(bed, 0, 20);
	cable_bed_send(bed, 1, 10);
	cable_set_carrier(bed->cable, false);
	assert_int_equal(bed->side[0].downs, 1);
	assert_int_equal(bed->side[1].downs, 1);
	assert_int_equal(packet_pool_in_use(bed->pool), 0);
	assert_int_equal(bed->side[1].dropped, 20);
	assert_int_equal(bed->side[0].dropped, 10);
	assert_int_equal(bed->side[1].port->counters.drops[DROP_PULLED], 20);
	cable_bed_run(bed, 2);
	assert_int_equal(bed->side[0].came + bed->side[1].came, 0);
	/* and what is sent into it then */
	assert_int_equal(cable_bed_send(bed, 0, 5), 5);
	assert_int_equal(bed->side[0].port->counters.drops[DROP_NO_CARRIER], 5);
	assert_int_equal(bed->side[0].port->counters.tx_frames, 20);
	cable_set_carrier(bed->cable, false);
	cable_set_carrier(bed->cable, true);
	cable_set_carrier(bed->cable, true);
	assert_int_equal(bed->side[0].downs + bed->side[1].downs, 2);
	assert_int_equal(bed->side[0].ups + bed->side[1].ups, 2);
	bed->side[1].next = bed->sent[0];
	assert_int_equal(cable_bed_send(bed, 0, 5), 5);
	cable_bed_run(bed, 1);
	assert_int_equal(bed->side[1].came, 5);
}

static void send_into_the_other_end(struct cable_bed *bed)
{
	unsigned before = bed->side[0].lost + bed->side[1].lost;

	cable_bed_send(bed, 0, 1);
	cable_bed_send(bed, 1, 1);
	assert_int_equal(bed->side[0].lost + bed->side[1].lost, before + 2);
}

static void both_ends_are_down_when_the_first_is_told(void **state)
{
	struct cable_bed *bed = *state;

	bed->on_down = send_into_the_other_end;
	cable_set_carrier(bed->cable, false);
	assert_int_equal(bed->side[0].downs + bed->side[1].downs, 2);
	assert_int_equal(packet_pool_in_use(bed->pool), 0);
}

static void close_both(struct cable_bed *bed)
{
	for (unsigned i = 0; i < 2; i++) {
		if (bed->side[i].port)
			cable_bed_close(bed, i);
	}
}

static void ends_may_be_closed_by_whoever_is_told(void **state)
{
	struct cable_bed *bed = *state;

	while (cable_bed_send(bed, 0, 60))
		;
	bed->on_down = close_both;
	cable_set_carrier(bed->cable, false);
	assert_null(bed->side[0].port);
	assert_null(bed->side[1].port);
	cable_bed_run(bed, 2);
}

static void full_sender_is_told_after_the_cable_was_pulled(void **state)
{
	struct cable_bed *bed = *state;

	bed->side[1].room = 0; /* and never takes any more */
	while (cable_bed_send(bed, 0, 60))
		;
	cable_bed_run(bed, 2);
	assert_int_equal(bed->side[0].writables, 0);
	cable_set_carrier(bed->cable, false);
	cable_bed_run(bed, 1);
	assert_int_equal(bed->side[0].writables, 1);
	cable_bed_run(bed, 2);
	assert_int_equal(bed->side[0].writables, 1);
}

static void status_says_what_is_at_the_other_end(void **state)
{
	struct cable_bed *bed = *state;
	struct port_status status;

	port_get_status(bed->side[0].port, &status);
	assert_true(status.carrier);
	assert_string_equal(status.detail, "cable to b");
	cable_set_carrier(bed->cable, false);
	port_get_status(bed->side[1].port, &status);
	assert_false(status.carrier);
	assert_string_equal(status.detail, "cable to a, pulled out");
	cable_bed_close(bed, 1);
	port_get_status(bed->side[0].port, &status);
	assert_string_equal(status.detail, "cable to b, which is gone");
}

static void close_first(struct cable_bed *bed, unsigned i)
{
	while (cable_bed_send(bed, 0, 60) | cable_bed_send(bed, 1, 60))
		;
	cable_bed_run(bed, 1);
	cable_bed_close(bed, i);
	assert_int_equal(packet_pool_in_use(bed->pool), 0);
	assert_int_equal(bed->side[!i].downs, 1);
	assert_int_equal(bed->side[!i].dropped,
			 CABLE_MAX_PACKETS - FRAME_BATCH);
	assert_int_equal(cable_bed_send(bed, !i, 3), 3);
	cable_set_carrier(bed->cable, true); /* there is nobody */
	assert_false(bed->side[!i].port->carrier);
	cable_bed_run(bed, 2);
	cable_bed_close(bed, !i);
	cable_bed_run(bed, 1);
}

static void ends_close_in_either_order(void **state)
{
	struct cable_bed *bed = *state;

	close_first(bed, 0);
	bed->cable = cable_create(bed->loop, bed->pool, "a", "b", 1500, NULL);
	memset(bed->sent, 0, sizeof(bed->sent));
	cable_bed_plug(bed, 0);
	cable_bed_plug(bed, 1);
	close_first(bed, 1);
}

#define BED_TEST(name)                                          \
	cmocka_unit_test_setup_teardown(name, cable_bed_set_up, \
					cable_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(pulled_cable_loses_what_is_under_way),
		BED_TEST(both_ends_are_down_when_the_first_is_told),
		BED_TEST(ends_may_be_closed_by_whoever_is_told),
		BED_TEST(full_sender_is_told_after_the_cable_was_pulled),
		BED_TEST(status_says_what_is_at_the_other_end),
		BED_TEST(ends_close_in_either_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
