// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_cable.c - frames through a cable: in order, bounded, never at once
 */
#include "unit/cmocka_wrap.h"

#include "unit/cable_bed.h"

static void frames_come_out_in_order_and_in_the_same_round(void **state)
{
	struct cable_bed *bed = *state;

	assert_int_equal(cable_bed_send(bed, 0, 7), 7);
	assert_int_equal(cable_bed_send(bed, 0, 3), 3);
	assert_int_equal(bed->side[1].came, 0); /* not from within send() */
	cable_bed_run(bed, 1);
	assert_int_equal(bed->side[1].came, 10);
	assert_int_equal(bed->side[0].came, 0);
	assert_int_equal(packet_pool_in_use(bed->pool), 0);
	assert_int_equal(bed->side[0].port->counters.tx_frames, 10);
	assert_int_equal(bed->side[1].port->counters.rx_frames, 10);
	assert_int_equal(bed->side[1].port->counters.rx_bytes,
			 10 * CABLE_BED_FRAME);
}

static void both_ways_pass_at_once(void **state)
{
	struct cable_bed *bed = *state;
	unsigned i;

	bed->side[0].answer = bed->side[1].answer = 2;
	for (i = 0; i < 50; i++) {
		cable_bed_send(bed, 0, 5);
		cable_bed_send(bed, 1, 9);
		cable_bed_run(bed, 1);
	}
	bed->side[0].answer = bed->side[1].answer = 0;
	cable_bed_run(bed, 2);
	assert_int_equal(bed->side[0].came, bed->sent[1]);
	assert_int_equal(bed->side[1].came, bed->sent[0]);
	assert_true(bed->sent[0] > 50 * 5 && bed->sent[1] > 50 * 9);
}

/* Nothing of a frame changes on the way: what was left to do stays so. */
static void offloads_tags_and_long_frames_pass_as_they_are(void **state)
{
	const uint16_t all = PORT_CSUM | PORT_TSO4 | PORT_TSO6 | PORT_ECN;
	struct cable_bed *bed = *state;

	assert_int_equal(bed->side[0].port->features, all);
	assert_int_equal(bed->side[1].port->features, all);
	assert_int_equal(bed->side[1].port->mtu, 1500);
	assert_int_equal(cable_bed_send_len(bed, 0, 3, FRAME_MAX_LEN), 3);
	assert_int_equal(cable_bed_send_len(bed, 0, 3, FRAME_SNAP_LEN + 1), 3);
	cable_bed_run(bed, 1);
	assert_int_equal(bed->side[1].came, 6);
}

static unsigned keep_input(void *ctx, struct port *port, struct frame **frames,
			   unsigned n)
{
	(void)port;
	assert_int_equal(n, 1);
	*(struct frame *)ctx = *frames[0];
	return n;
}

static void header_tag_and_verdict_of_a_frame(void **state)
{
	static const struct port_upper keeper = {.input = keep_input};
	static const struct vnet_hdr hdr = {VNET_F_NEEDS_CSUM,
					    VNET_GSO_TCPV4 | VNET_GSO_ECN,
					    54,
					    1448,
					    34,
					    16};
	struct frame frame = {.len = 60, .snap_len = 60}, *batch = &frame, out;
	struct cable_bed *bed = *state;

	frame.snap[0] = frame.snap[MAC_LEN] = 2;
	be32_store(frame.snap + 12, 0x81000007);
	frame_classify(&frame);
	frame.hdr = hdr;
	frame.ingress = 9;
	frame.verdict.fate = FATE_FLOODED;
	frame.verdict.changes = CHANGE_CHECKSUM;
	port_unplug(bed->side[1].port);
	port_plug(bed->side[1].port, &keeper, &out);
	bed->side[1].port->upper_slot = 4;
	assert_int_equal(port_send(bed->side[0].port, &batch, 1), 1);
	assert_int_equal(frame.verdict.fate, FATE_FLOODED);
	assert_int_equal(frame.ingress, 9);
	cable_bed_run(bed, 1);
	assert_int_equal(out.vid, 7);
	assert_int_equal(out.ingress, 4);
	assert_int_equal(out.verdict.fate, FATE_NONE);
	assert_int_equal(out.verdict.changes, 0);
	assert_memory_equal(&out.hdr, &hdr, sizeof(hdr));
	assert_memory_equal(out.snap, frame.snap, 60);
	cable_bed_plug(bed, 1);
}

static void full_end_takes_fewer_and_says_when_there_is_room(void **state)
{
	struct cable_bed *bed = *state;
	unsigned taken = 0, last;

	do {
		last = cable_bed_send(bed, 0, 60);
		taken += last;
	} while (last == 60);
	assert_int_equal(taken, CABLE_MAX_PACKETS);
	assert_int_equal(packet_pool_in_use(bed->pool), CABLE_MAX_PACKETS);
	assert_int_equal(cable_bed_send(bed, 0, 1), 0);
	cable_bed_run(bed, 1);
	assert_int_equal(bed->side[1].came, FRAME_BATCH); /* a turn */
	assert_int_equal(bed->side[0].writables, 1);
	cable_bed_run(bed, 5);
	assert_int_equal(bed->side[0].writables, 1); /* once */
	assert_int_equal(bed->side[1].came, CABLE_MAX_PACKETS);
	assert_int_equal(cable_bed_send(bed, 0, 60), 60);
	cable_bed_run(bed, 1);
	assert_int_equal(bed->side[0].lost + bed->side[1].dropped, 0);
}

static void long_frames_are_bounded_by_their_memory(void **state)
{
	struct cable_bed *bed = *state;
	unsigned taken = 0;

	while (cable_bed_send_len(bed, 0, 1, 60000))
		taken++;
	assert_int_equal(taken, (CABLE_MAX_CHUNKS + 29) / 30);
	cable_bed_run(bed, 1);
	assert_int_equal(bed->side[1].came, taken);
	assert_int_equal(bed->side[0].writables, 1);
}

/* The pool is others', too. */
static void empty_pool_delays_while_something_is_under_way(void **state)
{
	struct packet *others[CABLE_BED_PACKETS];
	struct cable_bed *bed = *state;
	struct frame frame = {.len = 60, .snap_len = 60};
	unsigned i;

	for (i = 0; i < CABLE_BED_PACKETS - 2; i++)
		others[i] = packet_from_frame(bed->pool, &frame);
	assert_int_equal(cable_bed_send(bed, 0, 5), 2);
	cable_bed_run(bed, 1);
	assert_int_equal(bed->side[1].came, 2);
	assert_int_equal(bed->side[0].writables, 1);
	assert_int_equal(bed->side[0].lost, 0);
	others[i++] = packet_from_frame(bed->pool, &frame);
	others[i++] = packet_from_frame(bed->pool, &frame);
	bed->side[0].port->is_watched = true;
	bed->sent[0] = 0;
	assert_int_equal(cable_bed_send(bed, 0, 5),
			 5); /* nobody would ever say more */
	assert_int_equal(bed->side[0].lost, 5);
	assert_int_equal(bed->side[0].seen, 0);
	assert_int_equal(bed->side[0].port->counters.drops[DROP_NO_PACKET], 5);
	assert_int_equal(bed->side[0].port->counters.tx_frames, 2);
	while (i--)
		packet_free(others[i]);
}

static void held_end_goes_on_where_it_was(void **state)
{
	struct cable_bed *bed = *state;
	unsigned i, taken = 0;

	bed->side[1].room = 3;
	assert_int_equal(cable_bed_send(bed, 0, 50), 50);
	assert_int_equal(cable_bed_send(bed, 0, 50), 50); /* two turns */
	cable_bed_run(bed, 3);
	assert_int_equal(bed->side[1].came, 3);
	for (i = 0; i < 10; i++)
		taken += cable_bed_send(bed, 0, 50);
	assert_int_equal(taken, CABLE_MAX_PACKETS - 97);
	cable_bed_run(bed, 3);
	assert_int_equal(bed->side[1].came, 3); /* it was not resumed */
	bed->side[1].room = UINT32_MAX;
	bed->side[1].port->ops->resume(bed->side[1].port);
	assert_int_equal(bed->side[1].came, 3); /* not from within */
	cable_bed_run(bed, 6);
	assert_int_equal(bed->side[1].came, bed->sent[0]);
	assert_int_equal(bed->side[0].writables, 1);
}

/* Unplugged, an end drops what comes out, as every port does. */
static void end_that_is_in_nothing_drops(void **state)
{
	struct cable_bed *bed = *state;

	port_unplug(bed->side[1].port);
	cable_bed_send(bed, 0, 3);
	cable_bed_run(bed, 1);
	assert_int_equal(bed->side[1].port->counters.drops[DROP_PORT_DISABLED],
			 3);
	assert_int_equal(packet_pool_in_use(bed->pool), 0);
}

#define BED_TEST(name)                                          \
	cmocka_unit_test_setup_teardown(name, cable_bed_set_up, \
					cable_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(frames_come_out_in_order_and_in_the_same_round),
		BED_TEST(both_ways_pass_at_once),
		BED_TEST(offloads_tags_and_long_frames_pass_as_they_are),
		BED_TEST(header_tag_and_verdict_of_a_frame),
		BED_TEST(full_end_takes_fewer_and_says_when_there_is_room),
		BED_TEST(long_frames_are_bounded_by_their_memory),
		BED_TEST(empty_pool_delays_while_something_is_under_way),
		BED_TEST(held_end_goes_on_where_it_was),
		BED_TEST(end_that_is_in_nothing_drops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
