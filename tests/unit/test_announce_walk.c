// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_announce_walk.c - announcements byte by byte, and their order
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "switch/bond/announce_walk.h"

#define ENTRIES_MAX 10
#define SENT_MAX 32

struct fixture {
	struct announce_env env;
	struct announce_walk walk;
	struct announce_entry entries[ENTRIES_MAX];
	unsigned entry_count;
	unsigned page; /* most entries of a page */
	struct frame sent[SENT_MAX];
	enum announce_kind kinds[SENT_MAX];
	unsigned sent_count;
};

static struct fixture f;

static unsigned known(void *ctx, uint32_t *cursor,
		      struct announce_entry *entries, unsigned max)
{
	unsigned n = MIN(f.entry_count - *cursor, MIN(max, f.page));

	(void)ctx;
	memcpy(entries, f.entries + *cursor, n * sizeof(*entries));
	*cursor += n;
	if (*cursor == f.entry_count)
		*cursor = 0;
	return n;
}

static int setup(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	f.env.known = known;
	f.walk.env = &f.env;
	f.page = ANNOUNCE_PAGE;
	return 0;
}

static struct announce_entry *add(unsigned number)
{
	struct announce_entry *e = &f.entries[f.entry_count++];

	e->mac = (struct mac){{0x52, 0x54, 0, 0, 0, (uint8_t)number}};
	return e;
}

/* A whole round. */
static void announce(bool with_na)
{
	f.sent_count = 0;
	announce_walk_begin(&f.walk, with_na);
	do {
		while (announce_walk_next(&f.walk, &f.sent[f.sent_count],
					  &f.kinds[f.sent_count]))
			assert_true(++f.sent_count < SENT_MAX);
	} while (announce_walk_turn_page(&f.walk));
}

static unsigned sent_of(enum announce_kind kind)
{
	unsigned i, n = 0;

	for (i = 0; i < f.sent_count; i++)
		n += f.kinds[i] == kind;
	return n;
}

static void expect(unsigned number, enum announce_kind kind, const void *wanted,
		   size_t len)
{
	const struct frame *frame = &f.sent[number];

	assert_int_equal(f.kinds[number], kind);
	assert_int_equal(frame->snap_len, frame->len);
	assert_int_equal(frame->len, len);
	assert_int_equal(frame->iov_count, 0);
	assert_memory_equal(frame->snap, wanted, len);
}

static const struct in6_addr guest6 = {
	{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x07}}};

static void rarp_is_what_qemu_and_linux_send(void **state)
{
	static const uint8_t wanted[60] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0x00, 0x00,
		0x00, 0x07, 0x80, 0x35, 0,    1,    0x08, 0x00, 6,    4,
		0,    3, /* request reverse */
		0x52, 0x54, 0x00, 0x00, 0x00, 0x07, 0,    0,    0,    0,
		0x52, 0x54, 0x00, 0x00, 0x00, 0x07, 0,    0,    0,    0};

	(void)state;
	add(7);
	announce(true);
	assert_int_equal(f.sent_count, 1);
	expect(0, ANNOUNCE_RARP, wanted, sizeof(wanted));
}

static void tag_of_the_guests_vlan_is_in_front(void **state)
{
	static const uint8_t wanted[64] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0x00, 0x00,
		0x00, 0x07, 0x81, 0x00, 0x01, 0x2c, 0x80, 0x35, 0,    1,
		0x08, 0x00, 6,    4,    0,    3,    0x52, 0x54, 0x00, 0x00,
		0x00, 0x07, 0,    0,    0,    0,    0x52, 0x54, 0x00, 0x00,
		0x00, 0x07, 0,    0,    0,    0};

	(void)state;
	add(7)->vid = 300;
	announce(true);
	expect(0, ANNOUNCE_RARP, wanted, sizeof(wanted));
	assert_int_equal(f.sent[0].vid, 300);
}

static void announcement_of_ipv4_is_as_rfc_5227_has_it(void **state)
{
	static const uint8_t wanted[60] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0x00,
		0x00, 0x00, 0x07, 0x08, 0x06, 0,    1,    0x08, 0x00,
		6,    4,    0,    1,    0x52, 0x54, 0x00, 0x00, 0x00,
		0x07, 192,  0,    2,    33,   0,    0,    0,    0,
		0,    0,    192,  0,    2,    33};

	(void)state;
	add(7)->ip4 = 0xc0000221;
	announce(true);
	assert_int_equal(f.sent_count, 2);
	expect(1, ANNOUNCE_GARP, wanted, sizeof(wanted));
}

static void announce_ip6(bool is_router, uint8_t flags, uint16_t csum)
{
	struct announce_entry *e = add(7);
	uint8_t wanted[86] = {
		0x33, 0x33, 0,     0,    0,    1, /* all nodes */
		0x52, 0x54, 0x00,  0x00, 0x00, 0x07, 0x86, 0xdd, 0x60, 0,
		0,    0,    0,     32,   58,   255,  0x20, 0x01, 0x0d, 0xb8,
		0,    0,    0,     0,    0,    0,    0,    0,    0,    0,
		0,    7,    0xff,  0x02, 0,    0,    0,    0,    0,    0,
		0,    0,    0,     0,    0,    0,    0,    1,    136,  0,
		0,    0,    flags, 0,    0,    0,    0x20, 0x01, 0x0d, 0xb8,
		0,    0,    0,     0,    0,    0,    0,    0,    0,    0,
		0,    7,    2,     1,    0x52, 0x54, 0x00, 0x00, 0x00, 0x07};

	be16_store(wanted + 56, csum);
	e->ip6[0] = guest6;
	e->ip6_count = 1;
	e->is_router = is_router;
	announce(true);
	assert_int_equal(f.sent_count, 2);
	expect(1, ANNOUNCE_NA, wanted, sizeof(wanted));
	announce(false); /* a round without */
	assert_int_equal(f.sent_count, 1);
}

static void advertisement_overrides_and_is_not_solicited(void **state)
{
	(void)state;
	announce_ip6(false, 0x20, 0xa8c4);
}

static void advertisement_of_a_router_says_so(void **state)
{
	(void)state;
	announce_ip6(true, 0xa0, 0x28c4);
}

static void addresses_that_nobody_gave_are_not_announced(void **state)
{
	(void)state;
	add(1);
	add(2);
	announce(true);
	assert_int_equal(f.sent_count, 2);
	assert_int_equal(sent_of(ANNOUNCE_RARP), 2);
}

static void what_cannot_be_a_hosts_is_refused(void **state)
{
	static const uint32_t bad4[] = {0xe0000001, 0x7f000001, 0xffffffff, 7};
	unsigned i;

	(void)state;
	add(1)->mac.b[0] |= 1;
	memset(&add(2)->mac, 0, MAC_LEN);
	add(3)->vid = 4095;
	for (i = 0; i < ARRAY_SIZE(bad4); i++)
		add(10 + i)->ip4 = bad4[i];
	f.entries[3].ip6_count = 255;
	f.entries[3].ip6[0].s6_addr[0] = 0xff;
	f.entries[3].ip6[1] = guest6; /* 2 and 3 are :: */
	announce(true);
	assert_int_equal(f.walk.refused, 3 + 4 + 3);
	assert_int_equal(sent_of(ANNOUNCE_RARP), 4);
	assert_int_equal(sent_of(ANNOUNCE_GARP), 0);
	assert_int_equal(sent_of(ANNOUNCE_NA), 1);
}

static void own_guests_come_first_then_others_then_addresses(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 5; i++)
		add(i);
	f.entries[4].is_configured = true;
	f.entries[4].ip4 = 0xc0000201;
	f.entries[2].ip4 = 0xc0000202;
	f.page = 2;
	announce(true);
	assert_int_equal(f.sent_count, 7);
	assert_int_equal(f.sent[0].snap[11], 4);
	assert_int_equal(f.sent[1].snap[11], 0);
	assert_int_equal(f.sent[4].snap[11], 3);
	assert_int_equal(f.kinds[5], ANNOUNCE_GARP);
	assert_int_equal(f.sent[5].snap[11], 2);
	assert_int_equal(f.sent[6].snap[11], 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, setup)
		TEST(rarp_is_what_qemu_and_linux_send),
		TEST(tag_of_the_guests_vlan_is_in_front),
		TEST(announcement_of_ipv4_is_as_rfc_5227_has_it),
		TEST(advertisement_overrides_and_is_not_solicited),
		TEST(advertisement_of_a_router_says_so),
		TEST(addresses_that_nobody_gave_are_not_announced),
		TEST(what_cannot_be_a_hosts_is_refused),
		TEST(own_guests_come_first_then_others_then_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
