// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nat_udp.c - UDP through NAT, by the rules of RFC 4787
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "switch/nat/nat_udp.h"
#include "unit/nat_bed.h"

static struct nat_bed the_bed;

static int setup(void **state)
{
	nat_bed_open(&the_bed, false, 0);
	*state = &the_bed;
	return 0;
}

static int setup_host(void **state)
{
	nat_bed_open(&the_bed, true, 0);
	*state = &the_bed;
	return 0;
}

static int setup_small(void **state)
{
	nat_bed_open(&the_bed, false, 2);
	*state = &the_bed;
	return 0;
}

static int teardown(void **state)
{
	nat_bed_close(*state);
	return 0;
}

static void a_guest_has_one_port_whoever_it_speaks_to(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	int two = nat_bed_socket(BED_STRANGER, 0);
	uint16_t seen_by_one, seen_by_two;

	assert_int_equal(nat_bed_udp(bed, 40000, nat_bed_port(one), 5), 0);
	nat_bed_ip(bed, BED_GUEST, BED_STRANGER);
	assert_int_equal(nat_bed_udp(bed, 40000, nat_bed_port(two), 6), 0);
	assert_int_equal(nat_bed_take(one, &seen_by_one), 5);
	assert_int_equal(nat_bed_take(two, &seen_by_two), 6);
	assert_int_equal(seen_by_one, seen_by_two);
	assert_int_equal(bed->opened, 1);
	close(one);
	close(two);
}

static void two_guests_never_share_a_port(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t first, second;

	nat_bed_udp(bed, 40000, nat_bed_port(one), 1);
	nat_bed_ip(bed, BED_OTHER, BED_REMOTE);
	nat_bed_udp(bed, 40000, nat_bed_port(one), 2);
	assert_int_equal(nat_bed_take(one, &first), 1);
	assert_int_equal(nat_bed_take(one, &second), 2);
	assert_int_not_equal(first, second);
	close(one);
}

static void a_dynamic_port_is_kept_and_a_service_s_is_not(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t seen;

	nat_bed_udp(bed, 40123, nat_bed_port(one), 1);
	assert_int_equal(nat_bed_take(one, &seen), 1);
	assert_int_equal(seen, 40123);
	nat_bed_udp(bed, 5353, nat_bed_port(one), 1);
	assert_int_equal(nat_bed_take(one, &seen), 1);
	assert_true(seen >= 32768);
	close(one);
}

static void an_answer_reaches_the_guest_from_where_it_came(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t seen;
	uint8_t *p = nat_bed_payload(bed, 0);
	uint64_t sum;

	nat_bed_udp(bed, 40000, nat_bed_port(one), 1);
	nat_bed_take(one, &seen);
	nat_bed_answer(one, seen, 100);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 1);
	assert_int_equal(bed->len[0], UDP4_OFFSET + 100);
	assert_int_equal(be32_load(bed->frames[0] + 26), BED_REMOTE);
	assert_int_equal(be32_load(bed->frames[0] + 30), BED_GUEST);
	assert_int_equal(bed->frames[0][5], (uint8_t)BED_GUEST);
	assert_int_equal(be16_load(p), nat_bed_port(one));
	assert_int_equal(be16_load(p + 2), 40000);
	/* the receiver's part of the checksum is left to it */
	assert_int_equal(bed->hdr[0].flags, VNET_F_NEEDS_CSUM);
	sum = csum_pseudo_ipv4(BED_REMOTE, BED_GUEST, IP4_UDP, 108);
	assert_int_equal(be16_load(p + 6), (uint16_t)~csum_fold(sum));
	assert_int_equal(csum_fold(csum_add(0, bed->frames[0] + 14, 20)), 0);
	close(one);
}

static void only_who_was_spoken_to_is_heard(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	int other_port = nat_bed_socket(BED_REMOTE, 0);
	int stranger = nat_bed_socket(BED_STRANGER, 0);
	uint16_t seen;

	nat_bed_udp(bed, 40000, nat_bed_port(one), 1);
	nat_bed_take(one, &seen);
	nat_bed_answer(stranger, seen, 10);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 0);
	assert_int_equal(bed->stand.nat->counters.filtered, 1);
	/* by address, so any port of it may speak */
	nat_bed_answer(other_port, seen, 10);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 1);
	close(one);
	close(other_port);
	close(stranger);
}

/* Two ports of one address and a stranger send; the guest knows one of them. */
static unsigned heard_with(struct nat_bed *bed, enum nat_filtering filtering)
{
	int one = nat_bed_socket(BED_REMOTE, 0);
	int other_port = nat_bed_socket(BED_REMOTE, 0);
	int stranger = nat_bed_socket(BED_STRANGER, 0);
	uint16_t seen;
	unsigned heard;

	nat_bed_open_filtering(bed, filtering);
	nat_bed_udp(bed, 40000, nat_bed_port(one), 1);
	nat_bed_take(one, &seen);
	nat_bed_answer(one, seen, 10);
	nat_bed_answer(other_port, seen, 10);
	nat_bed_answer(stranger, seen, 10);
	nat_bed_run(bed);
	heard = bed->n;
	assert_int_equal(bed->stand.nat->counters.filtered, 3 - heard);
	nat_bed_close(bed);
	close(one);
	close(other_port);
	close(stranger);
	return heard;
}

/* Also where others share a place of the table with it. */
static void one_port_of_an_address_was_spoken_to(void **state)
{
	const struct nat_remote one = {BED_REMOTE, 5353};
	struct nat_remote other = one;
	struct nat_remotes remotes = {0};
	unsigned port, heard = 0;

	(void)state;
	nat_remotes_add(&remotes, one, NSEC_PER_SEC);
	for (port = 0; port <= UINT16_MAX; port++) {
		other.port = (uint16_t)port;
		heard += nat_remotes_has(&remotes, other, NSEC_PER_SEC,
					 NSEC_PER_SEC);
	}
	assert_int_equal(heard, 1);
}

static void who_is_heard_is_as_the_filtering_says(void **state)
{
	(void)state;
	assert_int_equal(
		heard_with(&the_bed, NAT_FILTERING_ENDPOINT_INDEPENDENT), 3);
	assert_int_equal(heard_with(&the_bed, NAT_FILTERING_ADDRESS_DEPENDENT),
			 2);
	assert_int_equal(
		heard_with(&the_bed, NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT),
		1);
}

static void the_guest_s_own_datagrams_keep_a_mapping_for_5_minutes(void **state)
{
	struct nat_bed *bed = *state;

	nat_bed_udp(bed, 40000, 9000, 1);
	nat_bed_forward(bed, 299 * NSEC_PER_SEC);
	assert_int_equal(nat_bed_flows(bed), 1);
	nat_bed_udp(bed, 40000, 9000, 1);
	nat_bed_forward(bed, 299 * NSEC_PER_SEC);
	assert_int_equal(nat_bed_flows(bed), 1);
	nat_bed_forward(bed, 2 * NSEC_PER_SEC);
	assert_int_equal(nat_bed_flows(bed), 0);
}

static void answers_alone_keep_nothing(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t seen;

	nat_bed_udp(bed, 40000, nat_bed_port(one), 1);
	nat_bed_take(one, &seen);
	nat_bed_forward(bed, 290 * NSEC_PER_SEC);
	nat_bed_answer(one, seen, 10);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 1);
	nat_bed_forward(bed, 11 * NSEC_PER_SEC);
	assert_int_equal(nat_bed_flows(bed), 0);
	close(one);
}

static void a_mapping_for_names_only_ends_after_30_seconds(void **state)
{
	struct nat_bed *bed = *state;

	nat_bed_udp(bed, 40000, 53, 1);
	nat_bed_udp(bed, 40001, 53, 1);
	nat_bed_udp(bed, 40001, 5000, 1);
	nat_bed_forward(bed, 31 * NSEC_PER_SEC);
	assert_int_equal(nat_bed_flows(bed), 1);
}

static void an_empty_datagram_passes_both_ways(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t seen;

	assert_int_equal(nat_bed_udp(bed, 40000, nat_bed_port(one), 0), 0);
	assert_int_equal(nat_bed_take(one, &seen), 0);
	nat_bed_answer(one, seen, 0);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 1);
	assert_int_equal(bed->len[0], UDP4_OFFSET);
	close(one);
}

static enum drop_reason with_csum(struct nat_bed *bed, uint16_t csum,
				  uint16_t port)
{
	const struct ip4_route route = {
		bed->ip.src_mac, {{0}}, bed->ip.src, bed->ip.dst};
	uint8_t *p = bed->frame + ETH_HLEN + IP4_HLEN;

	udp4_encode(bed->frame, &route, udp4_ports(40000, port), 201);
	be16_store(p + 6, csum);
	return nat_bed_input(bed, IP4_UDP, UDP_HLEN + 201);
}

static void a_checksum_is_believed_if_right_or_left_out(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t port = nat_bed_port(one);

	/* 201 bytes: the snapshot ends at an even, the data at an odd one */
	assert_int_equal(nat_bed_udp(bed, 40000, port, 201), DROP_NONE);
	assert_int_equal(with_csum(bed, 0, port), DROP_NONE);
	assert_int_equal(with_csum(bed, 0x1234, port), DROP_BAD_PACKET);
	bed->hdr_out.flags = VNET_F_NEEDS_CSUM;
	assert_int_equal(with_csum(bed, 0x1234, port), DROP_NONE);
	close(one);
}

static void what_a_header_claims_must_be_there(void **state)
{
	struct nat_bed *bed = *state;
	uint8_t *p = bed->frame + ETH_HLEN + IP4_HLEN;

	nat_bed_udp(bed, 40000, 9000, 4);
	assert_int_equal(nat_bed_input(bed, IP4_UDP, 7), DROP_BAD_PACKET);
	be16_store(p + 4, 7);
	assert_int_equal(nat_bed_input(bed, IP4_UDP, 12), DROP_BAD_PACKET);
	be16_store(p + 4, 13);
	assert_int_equal(nat_bed_input(bed, IP4_UDP, 12), DROP_BAD_PACKET);
	assert_int_equal(nat_bed_udp(bed, 0, 9000, 4), DROP_BAD_PACKET);
	assert_int_equal(nat_bed_udp(bed, 40000, 0, 4), DROP_BAD_PACKET);
	assert_int_equal(bed->opened, 1);
}

/* Puts fragments together; returns the length of the UDP datagram. */
static size_t join(struct nat_bed *bed, uint8_t *out)
{
	size_t end = 0;
	unsigned i;

	for (i = 0; i < bed->n; i++) {
		uint16_t flags = be16_load(bed->frames[i] + 20);
		size_t at = (flags & 0x1fffu) * 8;
		size_t len = bed->len[i] - ETH_HLEN - IP4_HLEN;

		assert_true(bed->len[i] <= ETH_HLEN + 1500);
		assert_int_equal(be16_load(bed->frames[i] + 18),
				 be16_load(bed->frames[0] + 18));
		assert_int_equal(!!(flags & 0x2000), i + 1 < bed->n);
		memcpy(out + at, nat_bed_payload(bed, i), len);
		end = MAX(end, at + len);
	}
	return end;
}

static void a_long_answer_comes_in_fragments(void **state)
{
	static const size_t sizes[] = {1473, 2952, 2953, 30000, 65507};
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	static uint8_t whole[70000];
	uint64_t sum;
	uint16_t seen;
	unsigned i;
	size_t len;

	nat_bed_udp(bed, 40000, nat_bed_port(one), 1);
	nat_bed_take(one, &seen);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		bed->n = 0;
		nat_bed_answer(one, seen, sizes[i]);
		nat_bed_run(bed);
		len = join(bed, whole);
		assert_int_equal(len, UDP_HLEN + sizes[i]);
		sum = csum_pseudo_ipv4(BED_REMOTE, BED_GUEST, IP4_UDP,
				       (uint16_t)len);
		assert_int_equal(csum_fold(csum_add(sum, whole, len)), 0);
	}
	close(one);
}

static void a_closed_port_is_told_and_ends_nothing(void **state)
{
	struct nat_bed *bed = *state;
	uint8_t *p = nat_bed_payload(bed, 0);
	int one;

	assert_int_equal(nat_bed_udp(bed, 40000, 9999, 30), DROP_NONE);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 1);
	assert_int_equal(be16_load(p), ICMP_PORT_UNREACHABLE);
	assert_int_equal(csum_fold(csum_add(0, p, bed->len[0] - 34)), 0);
	/* about what the guest had sent, not what the host made of it */
	assert_int_equal(be32_load(p + 8 + 12), BED_GUEST);
	assert_int_equal(be32_load(p + 8 + 16), BED_REMOTE);
	assert_int_equal(be16_load(p + 28), 40000);
	assert_int_equal(be16_load(p + 30), 9999);
	assert_int_equal(p[36], 'x');
	assert_int_equal(nat_bed_flows(bed), 1);
	/* and the next datagram is not lost to the old error */
	one = nat_bed_socket(BED_REMOTE, 9998);
	nat_bed_udp(bed, 40000, 9999, 30);
	assert_int_equal(nat_bed_udp(bed, 40000, 9998, 31), DROP_NONE);
	assert_int_equal(nat_bed_take(one, NULL), 31);
	close(one);
}

static void too_long_with_df_names_the_mtu(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint8_t *p = nat_bed_payload(bed, 0);
	uint16_t port = nat_bed_port(one);

	private_net_set_mtu(1300);
	bed->ip.dont_fragment = true;
	nat_bed_udp(bed, 40000, port, 1400);
	nat_bed_run(bed);
	assert_int_equal(nat_bed_take(one, NULL), -1);
	assert_int_equal(bed->n, 1);
	assert_int_equal(be16_load(p), ICMP_FRAGMENTATION_NEEDED);
	assert_int_equal(be16_load(p + 6), 1300);
	nat_bed_udp(bed, 40000, port, 1272);
	assert_int_equal(nat_bed_take(one, NULL), 1272);
	/* without DF the host cuts it */
	bed->ip.dont_fragment = false;
	nat_bed_udp(bed, 40000, port, 1400);
	assert_int_equal(nat_bed_take(one, NULL), 1400);
	private_net_set_mtu(65536);
	close(one);
}

static void a_mapping_is_its_port_s_and_nobody_else_s(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t seen;

	nat_bed_udp(bed, 40000, nat_bed_port(one), 1);
	nat_bed_take(one, &seen);
	bed->ip.ingress = BED_INGRESS + 1;
	bed->ip.src_mac.b[5] = 0x66;
	assert_int_equal(nat_bed_udp(bed, 40000, nat_bed_port(one), 1),
			 DROP_BAD_SOURCE);
	nat_bed_answer(one, seen, 10);
	nat_bed_run(bed);
	assert_int_equal(bed->frames[0][5], (uint8_t)BED_GUEST);
	close(one);
}

static void a_full_table_gives_its_oldest_mapping(void **state)
{
	struct nat_bed *bed = *state;
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t seen, port = nat_bed_port(one);

	nat_bed_udp(bed, 40000, port, 1);
	nat_bed_udp(bed, 40001, port, 2);
	nat_bed_udp(bed, 40002, port, 3);
	assert_int_equal(nat_bed_flows(bed), 2);
	assert_int_equal(bed->stand.nat->counters.evicted, 1);
	nat_bed_take(one, &seen);
	assert_int_equal(seen, 40000);
	nat_bed_answer(one, seen, 10); /* nobody is there any more */
	nat_bed_run(bed);
	assert_int_equal(bed->n, 0);
	close(one);
}

static void the_gateway_s_address_is_the_host_s_loopback(void **state)
{
	struct nat_bed *bed = *state;
	int local = nat_bed_socket(0x7f000001, 0);
	struct sockaddr_in to = {.sin_family = AF_INET};
	uint16_t seen;

	nat_bed_ip(bed, BED_GUEST, BED_GATEWAY);
	assert_int_equal(nat_bed_udp(bed, 40000, nat_bed_port(local), 7), 0);
	assert_int_equal(nat_bed_take(local, &seen), 7);
	to.sin_port = htons(seen);
	to.sin_addr.s_addr = htonl(0x7f000001);
	sendto(local, "hello", 5, 0, (struct sockaddr *)&to, sizeof(to));
	nat_bed_run(bed);
	assert_int_equal(bed->n, 1);
	assert_int_equal(be32_load(bed->frames[0] + 26), BED_GATEWAY);
	close(local);
}

#define TEST_IN(name, place) \
	cmocka_unit_test_setup_teardown(name, place, teardown)
#define TEST(name) TEST_IN(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_guest_has_one_port_whoever_it_speaks_to),
		TEST(two_guests_never_share_a_port),
		TEST(a_dynamic_port_is_kept_and_a_service_s_is_not),
		TEST(an_answer_reaches_the_guest_from_where_it_came),
		TEST(only_who_was_spoken_to_is_heard),
		cmocka_unit_test(one_port_of_an_address_was_spoken_to),
		cmocka_unit_test(who_is_heard_is_as_the_filtering_says),
		TEST(the_guest_s_own_datagrams_keep_a_mapping_for_5_minutes),
		TEST(answers_alone_keep_nothing),
		TEST(a_mapping_for_names_only_ends_after_30_seconds),
		TEST(an_empty_datagram_passes_both_ways),
		TEST(a_checksum_is_believed_if_right_or_left_out),
		TEST(what_a_header_claims_must_be_there),
		TEST(a_long_answer_comes_in_fragments),
		TEST(a_closed_port_is_told_and_ends_nothing),
		TEST(too_long_with_df_names_the_mtu),
		TEST(a_mapping_is_its_port_s_and_nobody_else_s),
		TEST_IN(a_full_table_gives_its_oldest_mapping, setup_small),
		TEST_IN(the_gateway_s_address_is_the_host_s_loopback,
			setup_host),
	};

	if (!private_net_enter()) {
		printf("skipped: no network namespace of our own here\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
