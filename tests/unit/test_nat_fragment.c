// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nat_fragment.c - guests' fragments: in any order, without overlap
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit/nat_bed.h"

static struct nat_bed the_bed;

static int setup(void **state)
{
	nat_bed_open(&the_bed, false, 0);
	*state = &the_bed;
	return 0;
}

static int teardown(void **state)
{
	nat_bed_close(*state);
	return 0;
}

/* A piece of the datagram that @bed->frame holds, as a guest would send it. */
static enum drop_reason piece(struct nat_bed *bed, size_t at, size_t len,
			      bool more)
{
	static uint8_t bytes[4096];
	struct ip4_fragment fragment = {77, (uint16_t)at, more};
	struct frame frame;
	struct iovec tail;

	memcpy(bytes, bed->frame, ETH_HLEN + IP4_HLEN);
	memcpy(bytes + ETH_HLEN + IP4_HLEN,
	       bed->frame + ETH_HLEN + IP4_HLEN + at, len);
	frame_set_data(&frame, bytes, (uint32_t)(ETH_HLEN + IP4_HLEN + len),
		       &tail);
	bed->ip.protocol = IP4_UDP;
	bed->ip.payload_len = (uint16_t)len;
	return nat_fragment_input(bed->stand.nat, &frame, ETH_HLEN + IP4_HLEN,
				  &bed->ip, &fragment);
}

/* Eight bytes that are said to be there. */
static enum drop_reason piece_at(struct nat_bed *bed, uint16_t at)
{
	struct ip4_fragment fragment = {77, at, false};
	struct frame frame;
	struct iovec tail;

	frame_set_data(&frame, bed->frame, ETH_HLEN + IP4_HLEN + 8, &tail);
	bed->ip.payload_len = 8;
	return nat_fragment_input(bed->stand.nat, &frame, ETH_HLEN + IP4_HLEN,
				  &bed->ip, &fragment);
}

static uint16_t prepare(struct nat_bed *bed, int fd, size_t len)
{
	const struct ip4_route route = {
		bed->ip.src_mac, {{0}}, bed->ip.src, bed->ip.dst};

	memset(bed->frame + UDP4_OFFSET, 'y', len);
	udp4_encode(bed->frame, &route, udp4_ports(40000, nat_bed_port(fd)),
		    len);
	return (uint16_t)(UDP_HLEN + len);
}

static void what_a_guest_had_to_cut_leaves_whole(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t len = prepare(bed, one, 4000);

	assert_int_equal(piece(bed, 0, 1480, true), DROP_NONE);
	assert_int_equal(piece(bed, 1480, 1480, true), DROP_NONE);
	assert_int_equal(nat_bed_take(one, NULL), -1);
	assert_int_equal(piece(bed, 2960, len - 2960u, false), DROP_NONE);
	assert_int_equal(nat_bed_take(one, NULL), 4000);
	close(one);
}

static void they_may_come_in_any_order(void **state)
{
	static const struct {
		unsigned at[3];
	} orders[] = {{{0, 2, 1}},
		      {{1, 0, 2}},
		      {{1, 2, 0}},
		      {{2, 0, 1}},
		      {{2, 1, 0}}};
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t len = prepare(bed, one, 4000);
	unsigned i, j;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		for (j = 0; j < 3; j++) {
			size_t at = orders[i].at[j] * 1480u;

			assert_int_equal(nat_bed_take(one, NULL), -1);
			assert_int_equal(
				piece(bed, at, MIN(1480, len - at), at < 2960),
				DROP_NONE);
		}
		assert_int_equal(nat_bed_take(one, NULL), 4000);
	}
	close(one);
}

static void an_overlap_ends_a_datagram(void **state)
{
	static const uint16_t wrong[] = {0, 8, 1472};
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t len = prepare(bed, one, 2000);
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(piece(bed, 0, 1480, true), DROP_NONE);
		assert_int_equal(piece_at(bed, wrong[i]), DROP_BAD_PACKET);
		/* the rest makes no whole then */
		piece(bed, 1480, len - 1480u, false);
		/* and what comes anew ends that */
		assert_int_equal(piece(bed, 1480, len - 1480u, false),
				 DROP_BAD_PACKET);
	}
	assert_int_equal(nat_bed_take(one, NULL), -1);
	close(one);
}

static void the_last_one_s_length_is_the_whole_s(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t len = prepare(bed, one, 2000);

	/* a byte behind the end, before or after that is known */
	assert_int_equal(piece(bed, 1480, len - 1480u, false), DROP_NONE);
	assert_int_equal(piece_at(bed, 2400), DROP_BAD_PACKET);
	assert_int_equal(piece(bed, 2400, 80, true), DROP_NONE);
	assert_int_equal(piece(bed, 1480, len - 1480u, false), DROP_BAD_PACKET);
	assert_int_equal(piece(bed, 1480, len - 1480u, false), DROP_NONE);
	assert_int_equal(piece(bed, 2400, 80, true), DROP_BAD_PACKET);
	/* longer than any packet */
	assert_int_equal(piece_at(bed, 65528), DROP_BAD_PACKET);
	/* only the last may have any length */
	assert_int_equal(piece(bed, 0, 1479, true), DROP_BAD_PACKET);
	assert_int_equal(piece(bed, 0, 0, true), DROP_BAD_PACKET);
	assert_int_equal(nat_bed_take(one, NULL), -1);
	close(one);
}

static void fragments_of_another_port_are_not_mixed_in(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t len = prepare(bed, one, 2000);

	assert_int_equal(piece(bed, 0, 1480, true), DROP_NONE);
	bed->ip.ingress++;
	assert_int_equal(piece(bed, 1480, len - 1480u, false), DROP_NONE);
	assert_int_equal(nat_bed_take(one, NULL), -1);
	bed->ip.ingress--;
	assert_int_equal(piece(bed, 1480, len - 1480u, false), DROP_NONE);
	assert_int_equal(nat_bed_take(one, NULL), 2000);
	close(one);
}

static void a_port_that_never_completes_takes_its_own_places(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t len = prepare(bed, one, 2000);
	unsigned i;

	for (i = 0; i < 100; i++) {
		nat_bed_ip(bed, BED_GUEST + 1 + i, BED_REMOTE);
		assert_int_equal(piece(bed, 0, 1480, true), DROP_NONE);
	}
	nat_bed_ip(bed, BED_GUEST, BED_REMOTE);
	bed->ip.ingress++;
	assert_int_equal(piece(bed, 0, 1480, true), DROP_NONE);
	assert_int_equal(piece(bed, 1480, len - 1480u, false), DROP_NONE);
	assert_int_equal(nat_bed_take(one, NULL), 2000);
	close(one);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_guest_had_to_cut_leaves_whole),
		TEST(they_may_come_in_any_order),
		TEST(an_overlap_ends_a_datagram),
		TEST(the_last_one_s_length_is_the_whole_s),
		TEST(fragments_of_another_port_are_not_mixed_in),
		TEST(a_port_that_never_completes_takes_its_own_places),
	};

	if (!private_net_enter()) {
		printf("skipped: no network namespace of our own here\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
