// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_capture.c - what captures of a network's ports see
 */
#include "unit/cmocka_wrap.h"

#include <string.h>
#include <unistd.h>

#include "unit/capture_bed.h"

static void frame_is_seen_going_in_before_it_comes_out(void **state)
{
	struct capture_bed *f = *state;

	bed_tap(f, 0);
	bed_tap(f, 1);
	mem_port_input(&f->p[0], 2, 1, 1514, 1);
	assert_int_equal(bed_drain(f), 2);
	bed_expect(&f->seen[0], "p0", PORT_RX, "");
	bed_expect(&f->seen[1], "p1", PORT_TX, "");
	assert_int_equal(f->seen[1].record.captured, 1514);
	assert_int_equal(f->seen[1].last, (uint8_t)1513);
	assert_string_equal(f->seen[0].record.peer, "p1");
}

static void nobody_looks_once_the_tap_is_removed(void **state)
{
	struct capture_bed *f = *state;

	bed_tap(f, 0);
	assert_true(f->p[0].port.is_watched);
	network_tap_remove(f->network, &f->p[0].port, f->taps[0]);
	assert_false(f->p[0].port.is_watched);
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(bed_drain(f), 0);
	bed_tap(f, 0);
	network_remove_port(f->network, &f->p[0].port);
	assert_true(list_is_empty(&f->taps[0]->link));
	assert_false(f->p[0].port.is_watched);
	network_add_port(f->network, &f->p[0].port,
			 &(struct network_port_options){0});
}

static void flooded_frame_is_one_record_a_port(void **state)
{
	struct capture_bed *f = *state;
	unsigned i;

	for (i = 0; i < BED_PORTS; i++)
		bed_tap(f, i);
	mem_port_input(&f->p[1], 0xff, 2, 60, 1);
	assert_int_equal(bed_drain(f), 3);
	bed_expect(&f->seen[0], "p1", PORT_RX, "weft: flooded");
	bed_expect(&f->seen[1], "p0", PORT_TX, "weft: flooded");
	bed_expect(&f->seen[2], "p2", PORT_TX, "weft: flooded");
}

static void refused_frame_is_seen_where_it_came_in(void **state)
{
	struct capture_bed *f = *state;
	struct capture_counters counters;

	bed_tap(f, 0);
	mem_port_input(&f->p[0], 1, 1, 60, 1);
	port_drop_rx(&f->p[0].port, NULL, DROP_BAD_DESCRIPTOR);
	assert_int_equal(bed_drain(f), 2);
	bed_expect(&f->seen[0], "p0", PORT_RX, "weft: dropped hairpin");
	bed_expect(&f->seen[1], "p0", PORT_RX, "weft: dropped bad-descriptor");
	assert_int_equal(f->seen[1].record.len, 0);
	capture_tap_count(f->taps[0], &counters);
	assert_int_equal(counters.received, 2);
	assert_int_equal(counters.dropped, 2);
}

/* Every frame that a full receiver loses; counters and file agree. */
static void what_a_full_receiver_loses_is_seen_at_its_port(void **state)
{
	struct capture_bed *f = *state;
	struct capture_counters counters;
	unsigned i, lost = 0, went = 0;

	bed_tap(f, 0);
	bed_tap(f, 1);
	f->p[1].room = 5;
	for (i = 0; i < 10; i++)
		mem_port_input(&f->p[0], 2, 1, 60, 50);
	bed_drain(f);
	for (i = 0; i < f->count; i++) {
		if (f->seen[i].record.direction == PORT_RX)
			continue;
		lost += !strcmp(bed_comment(&f->seen[i]),
				"weft: dropped backlog-full");
		went += !bed_comment(&f->seen[i])[0];
	}
	assert_int_equal(went, 5);
	assert_int_equal(lost, 500 - 5 - NETWORK_BACKLOG_PACKETS);
	assert_int_equal(lost, f->p[1].port.counters.drops[DROP_BACKLOG_FULL]);
	capture_tap_count(f->taps[1], &counters);
	assert_int_equal(counters.dropped, lost);
	assert_int_equal(counters.received, lost + went);
	bed_expect(&f->seen[0], "p0", PORT_RX, "");

	/* and those that waited, when they go, or when nobody is there */
	f->p[1].room = 6;
	port_writable(&f->p[1].port);
	assert_int_equal(bed_drain(f), 6);
	port_carrier(&f->p[1].port, false);
	assert_int_equal(bed_drain(f), NETWORK_BACKLOG_PACKETS - 6);
	bed_expect(&f->seen[0], "p1", PORT_TX, "weft: dropped no-carrier");
	assert_int_equal(f->count,
			 f->p[1].port.counters.drops[DROP_NO_CARRIER]);
}

static void sender_sees_that_its_frame_waited_or_was_lost(void **state)
{
	struct capture_bed *f = *state;

	bed_tap(f, 0);
	f->p[1].room = 0;
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	f->p[1].port.carrier = false;
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(bed_drain(f), 2);
	bed_expect(&f->seen[0], "p0", PORT_RX, "weft: queued before p1");
	bed_expect(&f->seen[1], "p0", PORT_RX,
		   "weft: dropped no-carrier at p1");
	f->p[1].port.carrier = true;
}

static unsigned lose_all(struct port *port, struct frame **frames, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i += 2)
		port_count_lost(port, frames[i], DROP_RX_BUFFER);
	return n;
}

static void what_send_takes_and_loses_is_seen_once(void **state)
{
	struct capture_bed *f = *state;
	struct port_ops ops = *f->p[1].port.ops;
	uint64_t before = f->p[1].port.counters.tx_frames;
	unsigned i, lost = 0;

	ops.send = lose_all;
	f->p[1].port.ops = &ops;
	bed_tap(f, 1);
	mem_port_input(&f->p[0], 2, 1, 200, 10);
	assert_int_equal(bed_drain(f), 10);
	for (i = 0; i < 10; i++)
		lost += !strcmp(bed_comment(&f->seen[i]),
				"weft: dropped rx-buffer");
	assert_int_equal(lost, 5);
	assert_int_equal(f->p[1].port.counters.tx_frames - before, 5);
	mem_port_input(&f->p[0], 0xff, 1, 200, 4);
	assert_int_equal(bed_drain(f), 4);
	bed_expect(&f->seen[0], "p1", PORT_TX, "weft: dropped rx-buffer");
	bed_expect(&f->seen[2], "p1", PORT_TX, "weft: flooded");
}

static void filter_reads_behind_the_snapshot(void **state)
{
	/* byte 1000 of the frame is 1000 modulo 256 */
	static const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 1000),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1000 & 0xff, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct capture_bed *f = *state;
	struct capture_counters counters;

	f->settings.filter = program;
	f->settings.filter_len = ARRAY_SIZE(program);
	f->settings.snaplen = 1100;
	bed_tap(f, 0);
	mem_port_input(&f->p[0], 2, 1, 900, 1);
	mem_port_input(&f->p[0], 2, 1, 1514, 1);
	assert_int_equal(bed_drain(f), 1);
	assert_int_equal(f->seen[0].record.captured, 1100);
	assert_int_equal(f->seen[0].last, 1099 & 0xff);
	capture_tap_count(f->taps[0], &counters);
	assert_int_equal(counters.received, 2);
	assert_int_equal(counters.accepted, 1);
}

static void filter_may_say_no_behind_the_snapshot(void **state)
{
	static const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 1000),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1001 & 0xff, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct capture_bed *f = *state;

	f->settings.filter = program;
	f->settings.filter_len = ARRAY_SIZE(program);
	bed_tap(f, 0);
	mem_port_input(&f->p[0], 2, 1, 1514, 1);
	assert_int_equal(bed_drain(f), 0);
}

static void full_ring_loses_frames_and_says_how_many(void **state)
{
	struct capture_bed *f = *state;
	struct capture_counters counters;
	unsigned i;

	bed_tap(f, 0);
	for (i = 0; i < 300; i++) {
		f->p[1].sent = 0;
		mem_port_input(&f->p[0], 2, 1, 1514, 60);
	}
	capture_tap_count(f->taps[0], &counters);
	assert_int_equal(counters.received, 18000);
	assert_true(counters.lost > 3000);
	assert_true(capture_ring_used(f->ring) <= CAPTURE_RING_SIZE);
	assert_int_equal(bed_drain(f), 18000 - counters.lost);
	mem_port_input(&f->p[0], 2, 1, 1514, 1);
	assert_int_equal(bed_drain(f), 1);
	assert_int_equal(f->seen[0].record.lost, counters.lost);
}

/* Records of every length, for long enough that the ring goes round. */
static void ring_keeps_order_and_bytes(void **state)
{
	struct capture_bed *f = *state;
	unsigned i, wanted;

	bed_tap(f, 0);
	for (i = 0; i < 20000; i++) {
		f->p[1].sent = 0;
		wanted = 60 + i % 1900;
		mem_port_input(&f->p[0], 2, 1, wanted, 1);
		if (i % 7)
			continue;
		bed_drain(f);
		assert_int_equal(f->seen[f->count - 1].record.len, wanted);
		assert_int_equal(f->seen[f->count - 1].last,
				 (uint8_t)(wanted - 1));
	}
}

static void sleeping_writer_is_woken_once(void **state)
{
	struct capture_bed *f = *state;
	uint64_t value;

	bed_tap(f, 0);
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(read(f->wake.fd, &value, sizeof(value)), -1);
	f->wake.asleep = 1;
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(read(f->wake.fd, &value, sizeof(value)), 8);
	assert_int_equal(value, 1);
	assert_int_equal(f->wake.asleep, 0);
}

#define TEST(name)                                               \
	cmocka_unit_test_setup_teardown(name, capture_bed_setup, \
					capture_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frame_is_seen_going_in_before_it_comes_out),
		TEST(nobody_looks_once_the_tap_is_removed),
		TEST(flooded_frame_is_one_record_a_port),
		TEST(refused_frame_is_seen_where_it_came_in),
		TEST(what_a_full_receiver_loses_is_seen_at_its_port),
		TEST(sender_sees_that_its_frame_waited_or_was_lost),
		TEST(what_send_takes_and_loses_is_seen_once),
		TEST(filter_reads_behind_the_snapshot),
		TEST(filter_may_say_no_behind_the_snapshot),
		TEST(full_ring_loses_frames_and_says_how_many),
		TEST(ring_keeps_order_and_bytes),
		TEST(sleeping_writer_is_woken_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
