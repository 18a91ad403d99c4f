// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_capture.c - what captures of a network's ports see, and its recorder
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "switch/capture.h"
#include "switch/network.h"
#include "switch/recorder.h"
#include "unit/mem_port.h"

#define PORTS 3
#define SEEN 16384

/*
 * struct seen - one record as a writer finds it
 * @name:	of the port
 * @record:	a copy
 * @last:	byte of the frame
 */
struct seen {
	char name[8];
	struct capture_record record;
	uint8_t last;
};

struct fixture {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct network *network;
	struct mem_port p[PORTS];
	struct capture_wake wake;
	struct capture_settings settings;
	struct capture_ring *ring;
	struct capture_tap *taps[PORTS];
	struct seen seen[SEEN];
	unsigned count;
};

static int setup(void **state)
{
	struct network_options options = {.name = "net", .seed = 7};
	struct network_port_options port = {0};
	static struct offload_scratch scratch;
	static struct fixture f;
	struct network_env env;
	char name[8] = "p0";
	unsigned i;

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000 * NSEC_PER_SEC);
	f.loop = loop_create(&f.fake.clock, NULL);
	f.pool = packet_pool_create(1024, 2048, NULL);
	env = (struct network_env){f.loop, f.pool, &scratch};
	f.network = network_create(&env, &options, NULL);
	f.wake.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	f.settings.snaplen = CAPTURE_SNAPLEN;
	f.ring = capture_ring_create(&f.wake, NULL);
	for (i = 0; i < PORTS; i++) {
		name[1] = (char)('0' + i);
		mem_port_init(&f.p[i], name);
		network_add_port(f.network, &f.p[i].port, &port);
		f.taps[i] = capture_tap_create(f.ring, &f.settings, name);
	}
	for (i = 0; i < PORTS; i++)
		mem_port_input(&f.p[i], 0xff, (uint8_t)(i + 1), 60, 1);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	network_destroy(f->network);
	capture_ring_destroy(f->ring);
	close(f->wake.fd);
	packet_pool_destroy(f->pool);
	loop_destroy(f->loop);
	return 0;
}

static void tap(struct fixture *f, unsigned port)
{
	network_tap(f->network, &f->p[port].port, f->taps[port]);
}

static bool note(void *arg, struct capture_record *record)
{
	struct fixture *f = arg;
	struct seen *seen = &f->seen[f->count++];

	assert_true(f->count <= SEEN);
	memcpy(seen->name, record->tap->name, sizeof(seen->name));
	seen->record = *record;
	if (record->captured)
		seen->last = capture_record_data(record)[record->captured - 1];
	return true;
}

static unsigned drain(struct fixture *f)
{
	f->count = 0;
	return capture_ring_read(f->ring, note, f);
}

static const char *comment(const struct seen *seen)
{
	static char text[128];

	capture_comment(&seen->record, text, sizeof(text));
	return text;
}

static void expect(const struct seen *seen, const char *port,
		   enum port_direction direction, const char *what)
{
	assert_string_equal(seen->name, port);
	assert_int_equal(seen->record.direction, direction);
	assert_string_equal(comment(seen), what);
}

static void frame_is_seen_going_in_before_it_comes_out(void **state)
{
	struct fixture *f = *state;

	tap(f, 0);
	tap(f, 1);
	mem_port_input(&f->p[0], 2, 1, 1514, 1);
	assert_int_equal(drain(f), 2);
	expect(&f->seen[0], "p0", PORT_RX, "");
	expect(&f->seen[1], "p1", PORT_TX, "");
	assert_int_equal(f->seen[1].record.captured, 1514);
	assert_int_equal(f->seen[1].last, (uint8_t)1513);
	assert_string_equal(f->seen[0].record.peer, "p1");
}

static void nobody_looks_once_the_tap_is_removed(void **state)
{
	struct fixture *f = *state;

	tap(f, 0);
	assert_true(f->p[0].port.is_watched);
	network_tap_remove(f->network, &f->p[0].port, f->taps[0]);
	assert_false(f->p[0].port.is_watched);
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(drain(f), 0);
	tap(f, 0);
	network_remove_port(f->network, &f->p[0].port);
	assert_true(list_is_empty(&f->taps[0]->link));
	assert_false(f->p[0].port.is_watched);
	network_add_port(f->network, &f->p[0].port,
			 &(struct network_port_options){0});
}

static void flooded_frame_is_one_record_a_port(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < PORTS; i++)
		tap(f, i);
	mem_port_input(&f->p[1], 0xff, 2, 60, 1);
	assert_int_equal(drain(f), 3);
	expect(&f->seen[0], "p1", PORT_RX, "weft: flooded");
	expect(&f->seen[1], "p0", PORT_TX, "weft: flooded");
	expect(&f->seen[2], "p2", PORT_TX, "weft: flooded");
}

static void refused_frame_is_seen_where_it_came_in(void **state)
{
	struct fixture *f = *state;
	struct capture_counters counters;

	tap(f, 0);
	mem_port_input(&f->p[0], 1, 1, 60, 1);
	port_drop_rx(&f->p[0].port, NULL, DROP_BAD_DESCRIPTOR);
	assert_int_equal(drain(f), 2);
	expect(&f->seen[0], "p0", PORT_RX, "weft: dropped hairpin");
	expect(&f->seen[1], "p0", PORT_RX, "weft: dropped bad-descriptor");
	assert_int_equal(f->seen[1].record.len, 0);
	capture_tap_count(f->taps[0], &counters);
	assert_int_equal(counters.received, 2);
	assert_int_equal(counters.dropped, 2);
}

/* Every frame that a full receiver loses; counters and file agree. */
static void what_a_full_receiver_loses_is_seen_at_its_port(void **state)
{
	struct fixture *f = *state;
	struct capture_counters counters;
	unsigned i, lost = 0, went = 0;

	tap(f, 0);
	tap(f, 1);
	f->p[1].room = 5;
	for (i = 0; i < 10; i++)
		mem_port_input(&f->p[0], 2, 1, 60, 50);
	drain(f);
	for (i = 0; i < f->count; i++) {
		if (f->seen[i].record.direction == PORT_RX)
			continue;
		lost += !strcmp(comment(&f->seen[i]),
				"weft: dropped backlog-full");
		went += !comment(&f->seen[i])[0];
	}
	assert_int_equal(went, 5);
	assert_int_equal(lost, 500 - 5 - NETWORK_BACKLOG_PACKETS);
	assert_int_equal(lost, f->p[1].port.counters.drops[DROP_BACKLOG_FULL]);
	capture_tap_count(f->taps[1], &counters);
	assert_int_equal(counters.dropped, lost);
	assert_int_equal(counters.received, lost + went);
	expect(&f->seen[0], "p0", PORT_RX, "");

	/* and those that waited, when they go, or when nobody is there */
	f->p[1].room = 6;
	port_writable(&f->p[1].port);
	assert_int_equal(drain(f), 6);
	port_carrier(&f->p[1].port, false);
	assert_int_equal(drain(f), NETWORK_BACKLOG_PACKETS - 6);
	expect(&f->seen[0], "p1", PORT_TX, "weft: dropped no-carrier");
	assert_int_equal(f->count,
			 f->p[1].port.counters.drops[DROP_NO_CARRIER]);
}

static void sender_sees_that_its_frame_waited_or_was_lost(void **state)
{
	struct fixture *f = *state;

	tap(f, 0);
	f->p[1].room = 0;
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	f->p[1].port.carrier = false;
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(drain(f), 2);
	expect(&f->seen[0], "p0", PORT_RX, "weft: queued before p1");
	expect(&f->seen[1], "p0", PORT_RX, "weft: dropped no-carrier at p1");
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
	struct fixture *f = *state;
	struct port_ops ops = *f->p[1].port.ops;
	uint64_t before = f->p[1].port.counters.tx_frames;
	unsigned i, lost = 0;

	ops.send = lose_all;
	f->p[1].port.ops = &ops;
	tap(f, 1);
	mem_port_input(&f->p[0], 2, 1, 200, 10);
	assert_int_equal(drain(f), 10);
	for (i = 0; i < 10; i++)
		lost += !strcmp(comment(&f->seen[i]),
				"weft: dropped rx-buffer");
	assert_int_equal(lost, 5);
	assert_int_equal(f->p[1].port.counters.tx_frames - before, 5);
	mem_port_input(&f->p[0], 0xff, 1, 200, 4);
	assert_int_equal(drain(f), 4);
	expect(&f->seen[0], "p1", PORT_TX, "weft: dropped rx-buffer");
	expect(&f->seen[2], "p1", PORT_TX, "weft: flooded");
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
	struct fixture *f = *state;
	struct capture_counters counters;

	f->settings.filter = program;
	f->settings.filter_len = ARRAY_SIZE(program);
	f->settings.snaplen = 1100;
	tap(f, 0);
	mem_port_input(&f->p[0], 2, 1, 900, 1);
	mem_port_input(&f->p[0], 2, 1, 1514, 1);
	assert_int_equal(drain(f), 1);
	assert_int_equal(f->seen[0].record.captured, 1100);
	assert_int_equal(f->seen[0].last, 1099 & 0xff);
	capture_tap_count(f->taps[0], &counters);
	assert_int_equal(counters.received, 2);
	assert_int_equal(counters.accepted, 1);
}

static void full_ring_loses_frames_and_says_how_many(void **state)
{
	struct fixture *f = *state;
	struct capture_counters counters;
	unsigned i;

	tap(f, 0);
	for (i = 0; i < 300; i++) {
		f->p[1].sent = 0;
		mem_port_input(&f->p[0], 2, 1, 1514, 60);
	}
	capture_tap_count(f->taps[0], &counters);
	assert_int_equal(counters.received, 18000);
	assert_true(counters.lost > 3000);
	assert_true(capture_ring_used(f->ring) <= CAPTURE_RING_SIZE);
	assert_int_equal(drain(f), 18000 - counters.lost);
	mem_port_input(&f->p[0], 2, 1, 1514, 1);
	assert_int_equal(drain(f), 1);
	assert_int_equal(f->seen[0].record.lost, counters.lost);
}

/* Records of every length, for long enough that the ring goes round. */
static void ring_keeps_order_and_bytes(void **state)
{
	struct fixture *f = *state;
	unsigned i, wanted;

	tap(f, 0);
	for (i = 0; i < 20000; i++) {
		f->p[1].sent = 0;
		wanted = 60 + i % 1900;
		mem_port_input(&f->p[0], 2, 1, wanted, 1);
		if (i % 7)
			continue;
		drain(f);
		assert_int_equal(f->seen[f->count - 1].record.len, wanted);
		assert_int_equal(f->seen[f->count - 1].last,
				 (uint8_t)(wanted - 1));
	}
}

static void sleeping_writer_is_woken_once(void **state)
{
	struct fixture *f = *state;
	uint64_t value;

	tap(f, 0);
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(read(f->wake.fd, &value, sizeof(value)), -1);
	f->wake.asleep = 1;
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	assert_int_equal(read(f->wake.fd, &value, sizeof(value)), 8);
	assert_int_equal(value, 1);
	assert_int_equal(f->wake.asleep, 0);
}

static void replay(struct fixture *f, uint64_t from_ns,
		   struct network_replay *replay)
{
	network_replay_begin(f->network, from_ns, replay);
	while (network_replay_step(f->network, f->ring, replay, 64))
		;
	drain(f);
}

static void advance_ms(struct fixture *f, uint64_t ms)
{
	f->fake.ns += ms * NSEC_PER_MSEC;
	loop_run_once(f->loop, 0);
}

static void recorder_plays_what_passed_a_port(void **state)
{
	struct fixture *f = *state;
	struct network_replay r;

	advance_ms(f, 1000);
	mem_port_input(&f->p[0], 2, 1, 1514, 1); /* to p1 */
	mem_port_input(&f->p[1], 1, 2, 60, 1);   /* from p1 */
	mem_port_input(&f->p[2], 1, 3, 60, 1);   /* neither */
	mem_port_input(&f->p[2], 0xff, 3, 70, 1);
	mem_port_input(&f->p[1], 2, 2, 80, 1); /* hairpin */
	tap(f, 1);
	replay(f, 1000 * NSEC_PER_SEC + 1, &r);
	assert_int_equal(f->count, 4);
	expect(&f->seen[0], "p1", PORT_TX, "");
	assert_int_equal(f->seen[0].record.len, 1514);
	assert_int_equal(f->seen[0].record.captured, RECORDER_SNAP_LEN);
	expect(&f->seen[1], "p1", PORT_RX, "");
	expect(&f->seen[2], "p1", PORT_TX, "weft: flooded");
	expect(&f->seen[3], "p1", PORT_RX, "weft: dropped hairpin");
	assert_int_equal(r.reached_ns, 0);
}

static void recorder_knows_who_lost_a_frame(void **state)
{
	struct fixture *f = *state;
	struct network_replay r;

	advance_ms(f, 1000);
	f->p[1].room = 0;
	mem_port_input(&f->p[0], 2, 1, 60, 1);
	port_carrier(&f->p[1].port, false);
	mem_port_input(&f->p[0], 2, 1, 61, 1);
	tap(f, 1);
	tap(f, 0);
	replay(f, 1000 * NSEC_PER_SEC + 1, &r);
	assert_int_equal(f->count, 5);
	expect(&f->seen[0], "p0", PORT_RX, "weft: queued before p1");
	expect(&f->seen[1], "p1", PORT_TX, "weft: queued before ");
	expect(&f->seen[2], "p1", PORT_TX, "weft: dropped no-carrier");
	/* its address is forgotten with the carrier; that it then had none is
	 * not recorded */
	expect(&f->seen[3], "p0", PORT_RX, "weft: flooded");
	expect(&f->seen[4], "p1", PORT_TX, "weft: flooded");
}

static void recorder_says_how_far_it_reaches_back(void **state)
{
	struct fixture *f = *state;
	struct network_replay r;
	unsigned i;

	for (i = 0; i < RECORDER_RECORDS / 32 + 10; i++) {
		advance_ms(f, 1);
		f->p[1].sent = 0;
		mem_port_input(&f->p[0], 2, 1, 60, 32);
	}
	network_replay_begin(f->network, 0, &r);
	assert_int_equal(r.end - r.next, RECORDER_RECORDS);
	assert_int_equal(r.reached_ns,
			 1000 * NSEC_PER_SEC + (i + 1 - RECORDER_RECORDS / 32) *
						       NSEC_PER_MSEC);
	network_replay_begin(f->network, f->fake.ns, &r);
	assert_int_equal(r.end - r.next, 32);
	assert_int_equal(r.reached_ns, 0);
}

static void record_of_a_port_that_was_there_before_is_not_shown(void **state)
{
	struct fixture *f = *state;
	struct network_replay r;

	mem_port_input(&f->p[1], 1, 2, 60, 1);
	advance_ms(f, 1000);
	network_remove_port(f->network, &f->p[1].port);
	network_add_port(f->network, &f->p[1].port,
			 &(struct network_port_options){0});
	tap(f, 1);
	replay(f, 0, &r);
	assert_int_equal(f->count, 0);
}

static void what_passes_meanwhile_is_not_replayed(void **state)
{
	struct fixture *f = *state;
	struct network_replay r;

	advance_ms(f, 1000);
	mem_port_input(&f->p[0], 2, 1, 60, 2);
	f->settings.is_replay = true;
	tap(f, 1);
	network_replay_begin(f->network, 1000 * NSEC_PER_SEC + 1, &r);
	assert_true(network_replay_step(f->network, f->ring, &r, 1));
	mem_port_input(&f->p[0], 2, 1, 90, 1);
	assert_false(network_replay_step(f->network, f->ring, &r, 64));
	assert_int_equal(drain(f), 2);
	assert_int_equal(f->seen[1].record.len, 60);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
		TEST(full_ring_loses_frames_and_says_how_many),
		TEST(ring_keeps_order_and_bytes),
		TEST(sleeping_writer_is_woken_once),
		TEST(recorder_plays_what_passed_a_port),
		TEST(recorder_knows_who_lost_a_frame),
		TEST(recorder_says_how_far_it_reaches_back),
		TEST(record_of_a_port_that_was_there_before_is_not_shown),
		TEST(what_passes_meanwhile_is_not_replayed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
