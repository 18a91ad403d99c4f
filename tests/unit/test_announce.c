// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_announce.c - the pace of announcements, full members, and rounds
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "switch/bond/announce.h"

#define ENTRIES_MAX 9000
#define SENT_MAX 40000

struct sent {
	uint64_t at_ns;
	struct mac src;
	uint16_t type;
	uint16_t vid;
};

struct fixture {
	struct fake_clock fake;
	struct loop *loop;
	struct announce *announce;
	struct announce_entry entries[ENTRIES_MAX];
	unsigned entry_count;
	unsigned page; /* most entries of a page */
	bool with_empty_pages;
	bool was_empty;
	struct sent sent[SENT_MAX];
	unsigned sent_count;
	unsigned room; /* frames that the member takes in all */
	unsigned biggest_turn;
	unsigned turn;
	bool restarts; /* the next send() sees another failover */
};

static struct fixture f;

static unsigned known(void *ctx, uint32_t *cursor,
		      struct announce_entry *entries, unsigned max)
{
	unsigned n = MIN(f.entry_count - *cursor, MIN(max, f.page));

	(void)ctx;
	f.was_empty = f.with_empty_pages && !f.was_empty;
	if (f.was_empty && *cursor)
		return 0;
	memcpy(entries, f.entries + *cursor, n * sizeof(*entries));
	*cursor += n;
	if (*cursor == f.entry_count)
		*cursor = 0;
	return n;
}

static unsigned send_frames(void *ctx, struct frame **frames, unsigned n)
{
	unsigned i, taken = MIN(n, f.room);

	(void)ctx;
	assert_true(n >= 1 && n <= ANNOUNCE_TURN);
	for (i = 0; i < taken; i++) {
		struct sent *s = &f.sent[f.sent_count++];

		assert_true(f.sent_count < SENT_MAX);
		s->at_ns = f.fake.ns;
		s->src = *frame_src(frames[i]);
		s->type = frame_ethertype(frames[i]);
		s->vid = frames[i]->vid;
		assert_int_equal(frames[i]->verdict.fate, FATE_NONE);
		assert_int_equal(frames[i]->len, frames[i]->snap_len);
	}
	f.room -= taken;
	f.turn += taken;
	f.biggest_turn = MAX(f.biggest_turn, f.turn);
	if (f.restarts) {
		f.restarts = false;
		announce_start(f.announce);
	}
	return taken;
}

static const struct announce_counters *counters(void)
{
	return announce_get_counters(f.announce);
}

static int setup(void **state)
{
	const struct announce_settings settings = {.rounds = 1};
	struct announce_env env = {.known = known, .send = send_frames};

	(void)state;
	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000 * NSEC_PER_SEC);
	f.loop = loop_create(&f.fake.clock, NULL);
	f.page = ANNOUNCE_PAGE;
	f.room = UINT32_MAX;
	env.loop = f.loop;
	f.announce = announce_create(&settings, &env, NULL);
	assert_non_null(f.announce);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	announce_destroy(f.announce);
	loop_destroy(f.loop);
	return 0;
}

static void use(uint8_t rounds, uint32_t delay, uint32_t step, uint32_t max)
{
	const struct announce_settings s = {rounds, delay, step, max};

	assert_int_equal(announce_set(f.announce, &s, NULL), 0);
}

static struct announce_entry *add(uint32_t number)
{
	struct announce_entry *e = &f.entries[f.entry_count++];

	e->mac = (struct mac){{0x52, 0x54, 0, (uint8_t)(number >> 16),
			       (uint8_t)(number >> 8), (uint8_t)number}};
	return e;
}

static void turn(void)
{
	f.turn = 0;
	loop_run_once(f.loop, 0);
}

/* Real loops sleep whole milliseconds; so does this one, @ms of them. */
static void pass(unsigned ms)
{
	unsigned i;

	while (ms--) {
		f.fake.ns += NSEC_PER_MSEC;
		for (i = 0; i < 4; i++)
			turn();
	}
}

static unsigned sent_of(uint16_t type)
{
	unsigned i, n = 0;

	for (i = 0; i < f.sent_count; i++)
		n += f.sent[i].type == type;
	return n;
}

static const struct in6_addr guest6 = {
	{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x07}}};

static void two_hundred_guests_are_out_within_50_ms(void **state)
{
	uint64_t start_ns = f.fake.ns;
	unsigned i;

	(void)state;
	for (i = 0; i < 200; i++)
		add(i)->ip4 = 0x0a140000 + i + 1;
	announce_start(f.announce);
	assert_int_equal(f.turn, ANNOUNCE_TURN); /* at once */
	pass(60);
	assert_int_equal(sent_of(0x8035), 200);
	assert_int_equal(sent_of(0x0806), 200);
	for (i = 0; i < 200; i++)
		assert_int_equal(f.sent[i].type, 0x8035);
	assert_true(f.sent[199].at_ns - start_ns <= 20 * NSEC_PER_MSEC);
	assert_true(f.sent[399].at_ns - start_ns <= 50 * NSEC_PER_MSEC);
	assert_true(counters()->first_round_ns <= 50 * NSEC_PER_MSEC);
	assert_int_equal(f.biggest_turn, ANNOUNCE_TURN);
	assert_true(counters()->limited > 0);
}

static void each_mac_is_announced_once_whatever_the_pages(void **state)
{
	static uint8_t seen[1000];
	unsigned i;

	(void)state;
	memset(seen, 0, sizeof(seen));
	for (i = 0; i < 1000; i++)
		add(i)->is_configured = i % 3 == 0;
	f.page = 7;
	f.with_empty_pages = true;
	announce_start(f.announce);
	pass(200);
	assert_false(announce_is_active(f.announce));
	assert_int_equal(f.sent_count, 1000);
	for (i = 0; i < 1000; i++)
		seen[be16_load(f.sent[i].src.b + 4)]++;
	for (i = 0; i < 1000; i++)
		assert_int_equal(seen[i], 1);
}

static void full_member_is_gone_on_with_when_it_has_room(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 40; i++)
		add(i)->ip4 = 0x0a140001 + i;
	f.room = 10;
	announce_start(f.announce);
	pass(20);
	assert_int_equal(f.sent_count, 10);
	assert_int_equal(counters()->blocked, 1);
	assert_true(announce_is_active(f.announce));
	f.room = 45;
	announce_writable(f.announce);
	pass(20);
	f.room = 1000;
	announce_writable(f.announce);
	pass(20);
	assert_int_equal(f.sent_count, 80);
	for (i = 0; i < 40; i++) {
		assert_int_equal(f.sent[i].src.b[5], i);
		assert_int_equal(f.sent[i].type, 0x8035);
		assert_int_equal(f.sent[40 + i].src.b[5], i);
		assert_int_equal(f.sent[40 + i].type, 0x0806);
	}
	assert_int_equal(counters()->rarp, 40);
	assert_int_equal(counters()->garp, 40);
	assert_int_equal(counters()->rounds, 1);
	announce_writable(f.announce); /* nobody waits */
	assert_int_equal(f.sent_count, 80);
}

static void rounds_keep_the_schedule_of_the_settings(void **state)
{
	static const uint64_t gaps_ms[] = {50, 150, 250, 250};
	unsigned i;

	(void)state;
	use(5, 50, 100, 250);
	add(1);
	announce_start(f.announce);
	pass(2000);
	assert_int_equal(f.sent_count, 5);
	for (i = 0; i < ARRAY_SIZE(gaps_ms); i++)
		assert_int_equal((f.sent[i + 1].at_ns - f.sent[i].at_ns) /
					 NSEC_PER_MSEC,
				 gaps_ms[i]);
	assert_int_equal(counters()->rounds, 5);
	assert_false(announce_is_active(f.announce));
}

static void no_rounds_means_silence(void **state)
{
	(void)state;
	use(0, 0, 0, 0);
	add(1);
	announce_start(f.announce);
	pass(100);
	assert_int_equal(f.sent_count, 0);
	assert_int_equal(counters()->failovers, 1);
}

static void delay_of_zero_is_not_a_storm(void **state)
{
	(void)state;
	use(255, 0, 0, 0);
	add(1);
	announce_start(f.announce);
	pass(100);
	assert_int_equal(f.sent_count, 11);
}

static void advertisements_are_a_second_apart_and_three(void **state)
{
	struct announce_entry *e = add(1);

	(void)state;
	use(100, 100, 0, 0);
	e->ip6[0] = guest6;
	e->ip6_count = 1;
	announce_start(f.announce);
	pass(900);
	assert_int_equal(counters()->na, 1);
	pass(200);
	assert_int_equal(counters()->na, 2);
	pass(8000);
	assert_int_equal(counters()->na, 3);
	assert_true(counters()->rarp > 80);
	announce_start(f.announce); /* another change, another three */
	assert_int_equal(counters()->na, 4);
}

static void another_failover_begins_anew(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 200; i++)
		add(i);
	announce_start(f.announce);
	pass(2);
	assert_true(f.sent_count < 200);
	f.sent_count = 0;
	announce_start(f.announce);
	pass(40);
	assert_int_equal(f.sent_count, 200);
	assert_int_equal(f.sent[0].src.b[5], 0);
	assert_int_equal(counters()->cut, 1);
	assert_int_equal(counters()->rounds, 1);
	assert_int_equal(counters()->failovers, 2);
}

static void flapping_is_held_to_the_rate(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 200; i++)
		add(i);
	for (i = 0; i < 500; i++) { /* 1 s, a failover each 2 ms */
		announce_start(f.announce);
		pass(2);
	}
	assert_true(f.sent_count <= ANNOUNCE_MAX_PER_S + ANNOUNCE_BURST);
	assert_true(f.sent_count >= ANNOUNCE_MAX_PER_S / 2);
	pass(40);
	assert_int_equal(counters()->rounds, 1);
}

static void failover_seen_while_sending_begins_anew(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 20; i++)
		add(i);
	f.restarts = true;
	f.room = 5; /* and the old member was full */
	announce_start(f.announce);
	assert_int_equal(f.sent_count, 5);
	f.room = 1000;
	pass(5);
	assert_int_equal(f.sent_count, 25);
	assert_int_equal(f.sent[5].src.b[5], 0);
	assert_int_equal(counters()->rounds, 1);
	assert_int_equal(counters()->blocked, 0);
	assert_false(announce_is_active(f.announce));
}

static void stopped_announcer_is_silent(void **state)
{
	unsigned i;

	(void)state;
	use(3, 50, 0, 0);
	for (i = 0; i < 100; i++)
		add(i);
	announce_start(f.announce);
	announce_stop(f.announce);
	f.sent_count = 0;
	announce_writable(f.announce);
	pass(500);
	assert_int_equal(f.sent_count, 0);
	assert_false(announce_is_active(f.announce));
	assert_int_equal(counters()->cut, 1);
}

static void round_is_bounded_and_counts_what_it_leaves_out(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 9000; i++)
		add(i)->ip4 = 0x0a140001 + i;
	announce_start(f.announce);
	pass(3000);
	assert_false(announce_is_active(f.announce));
	assert_int_equal(counters()->rarp, 9000);
	assert_int_equal(f.sent_count + counters()->lost, 18000);
	assert_true(f.sent_count >= ANNOUNCE_MAX_FRAMES);
	assert_true(f.sent_count < ANNOUNCE_MAX_FRAMES + ANNOUNCE_TURN);
}

static void settings_out_of_bounds_are_refused(void **state)
{
	const struct announce_settings bad = {1, 60001, 0, 0};
	const struct announce_env env = {.loop = f.loop};
	struct err err;

	(void)state;
	assert_int_equal(announce_set(f.announce, &bad, &err), -EINVAL);
	assert_null(announce_create(&bad, &env, &err));
	assert_non_null(strstr(err.msg, "60000"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(two_hundred_guests_are_out_within_50_ms),
		TEST(each_mac_is_announced_once_whatever_the_pages),
		TEST(full_member_is_gone_on_with_when_it_has_room),
		TEST(rounds_keep_the_schedule_of_the_settings),
		TEST(no_rounds_means_silence),
		TEST(delay_of_zero_is_not_a_storm),
		TEST(advertisements_are_a_second_apart_and_three),
		TEST(another_failover_begins_anew),
		TEST(flapping_is_held_to_the_rate),
		TEST(failover_seen_while_sending_begins_anew),
		TEST(stopped_announcer_is_silent),
		TEST(round_is_bounded_and_counts_what_it_leaves_out),
		TEST(settings_out_of_bounds_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
