// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nat.c - what may leave by NAT, and what is said of what may not
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "switch/nat/nat_datagram.h"
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

static int teardown(void **state)
{
	nat_bed_close(*state);
	return 0;
}

static enum drop_reason send_to(struct nat_bed *bed, uint32_t dst)
{
	nat_bed_ip(bed, BED_GUEST, dst);
	return nat_bed_udp(bed, 40000, 9000, 4);
}

static enum drop_reason send_from(struct nat_bed *bed, uint32_t src)
{
	nat_bed_ip(bed, src, BED_REMOTE);
	return nat_bed_udp(bed, 40000, 9000, 4);
}

/* @n mappings behind an ingress port. */
static void open_flows(struct nat_bed *bed, uint16_t ingress, unsigned n)
{
	unsigned i;

	nat_bed_ip(bed, BED_GUEST, BED_REMOTE);
	bed->ip.ingress = ingress;
	for (i = 0; i < n; i++)
		nat_bed_udp(bed, (uint16_t)(ingress * 1000 + i), 9000, 4);
	bed->n = 0;
}

/* The ICMP error that came up, as type and code; 0: none. */
static uint16_t told(struct nat_bed *bed)
{
	nat_bed_run(bed);
	if (!bed->n)
		return 0;
	assert_int_equal(bed->frames[0][23], IP4_ICMP);
	bed->n = 0;
	return be16_load(nat_bed_payload(bed, 0));
}

static void a_source_must_be_a_host_of_this_side(void **state)
{
	struct nat_bed *bed = *state;

	assert_int_equal(send_from(bed, BED_GUEST), DROP_NONE);
	assert_int_equal(send_from(bed, BED_BEHIND), DROP_NONE);
	assert_int_equal(send_from(bed, BED_REMOTE), DROP_BAD_SOURCE);
	assert_int_equal(send_from(bed, 0x0a140000), DROP_BAD_SOURCE);
	assert_int_equal(send_from(bed, 0x0a1400ff), DROP_BAD_SOURCE);
	assert_int_equal(send_from(bed, BED_GATEWAY), DROP_BAD_SOURCE);
	assert_int_equal(send_from(bed, 0x7f000001), DROP_BAD_SOURCE);
	assert_int_equal(send_from(bed, 0), DROP_BAD_SOURCE);
}

static void where_no_router_forwards_to_is_blocked_and_told(void **state)
{
	static const uint32_t reserved[] = {
		0x00000001, 0x7f000001, 0x7f123456, 0xa9fea9fe, 0xf0000001,
	};
	static const uint32_t many[] = {0xe0000001, 0xeffffffa, 0xffffffff};
	struct nat_bed *bed = *state;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(reserved); i++)
		assert_int_equal(send_to(bed, reserved[i]), DROP_BLOCKED);
	/* errors are about single hosts only (RFC 1122 3.2.2) */
	bed->n = 0;
	nat_bed_run(bed);
	bed->n = 0;
	for (i = 0; i < ARRAY_SIZE(many); i++)
		assert_int_equal(send_to(bed, many[i]), DROP_BLOCKED);
	assert_int_equal(told(bed), 0);
	assert_int_equal(bed->stand.nat->counters.blocked, 8);
	assert_int_equal(send_to(bed, BED_HOST), DROP_BLOCKED);
	assert_int_equal(told(bed), ICMP_PROHIBITED);
	assert_int_equal(bed->opened, 0);
}

static void the_host_is_reached_only_where_that_is_wanted(void **state)
{
	struct nat_bed *bed = *state;

	assert_int_equal(send_to(bed, BED_HOST), DROP_NONE);
	assert_int_equal(send_to(bed, BED_GATEWAY), DROP_NONE);
	assert_int_equal(send_to(bed, 0x7f000001), DROP_BLOCKED);
}

static void a_neighbour_is_not_outside(void **state)
{
	struct nat_bed *bed = *state;

	assert_int_not_equal(send_to(bed, BED_OTHER), DROP_NONE);
	assert_int_not_equal(send_to(bed, BED_BEHIND), DROP_NONE);
	assert_int_equal(bed->opened, 0);
}

static void a_ttl_of_1_ends_at_the_gateway(void **state)
{
	struct nat_bed *bed = *state;
	uint8_t *p = nat_bed_payload(bed, 0);

	nat_bed_ip(bed, BED_GUEST, BED_REMOTE);
	bed->ip.ttl = 1;
	assert_int_equal(nat_bed_udp(bed, 40000, 9000, 4), DROP_TTL_EXPIRED);
	assert_int_equal(told(bed), ICMP_TTL_EXPIRED);
	assert_int_equal(be32_load(bed->frames[0] + 26), BED_GATEWAY);
	assert_int_equal(be32_load(p + 8 + 16), BED_REMOTE);
	assert_int_equal(be16_load(p + 8 + IP4_HLEN), 40000);
	assert_int_equal(csum_fold(csum_add(0, p, bed->len[0] - 34)), 0);
	bed->ip.ttl = 2;
	assert_int_equal(nat_bed_udp(bed, 40000, 9000, 4), DROP_NONE);
}

static void an_unknown_protocol_is_told(void **state)
{
	struct nat_bed *bed = *state;

	assert_int_equal(nat_bed_input(bed, 132, 40), DROP_NOT_FOR_US);
	assert_int_equal(told(bed), ICMP_PROTOCOL_UNREACHABLE);
}

static void errors_are_never_answered_with_errors(void **state)
{
	struct nat_bed *bed = *state;
	uint8_t *p = bed->frame + ETH_HLEN + IP4_HLEN;

	nat_bed_ip(bed, BED_GUEST, BED_REMOTE);
	bed->ip.ttl = 1;
	memset(p, 0, 40);
	be16_store(p, ICMP_PORT_UNREACHABLE);
	nat_bed_input(bed, IP4_ICMP, 40);
	assert_int_equal(told(bed), 0);
}

static void one_port_gets_so_many_errors_and_another_its_own(void **state)
{
	struct nat_bed *bed = *state;
	unsigned i, seen = 0;

	nat_bed_ip(bed, BED_GUEST, BED_REMOTE);
	bed->ip.ttl = 1;
	for (i = 0; i < NAT_ICMP_PER_S + 50; i++) {
		nat_bed_udp(bed, 40000, 9000, 4);
		nat_bed_run(bed);
		seen += bed->n;
		bed->n = 0;
	}
	assert_int_equal(seen, NAT_ICMP_PER_S);
	bed->ip.ingress++;
	nat_bed_udp(bed, 40000, 9000, 4);
	assert_int_equal(told(bed), ICMP_TTL_EXPIRED);
}

static void a_refusal_of_the_host_is_counted_and_said_once(void **state)
{
	struct nat_bed *bed = *state;

	bed->refuse = -EACCES;
	nat_bed_ip(bed, BED_GUEST, BED_REMOTE);
	assert_int_equal(nat_bed_udp(bed, 1, 2, 3), DROP_NO_SOCKET);
	assert_int_equal(nat_bed_udp(bed, 2, 2, 3), DROP_NO_SOCKET);
	assert_int_equal(bed->stand.nat->counters.refused[NAT_UDP], 2);
	assert_int_equal(bed->refused, 1);
	assert_int_equal(nat_bed_flows(bed), 0);
}

static void without_descriptors_an_old_flow_gives_way(void **state)
{
	struct nat_bed *bed = *state;

	nat_bed_ip(bed, BED_GUEST, BED_REMOTE);
	nat_bed_udp(bed, 40000, 9000, 1);
	bed->refuse = -EMFILE;
	assert_int_equal(nat_bed_udp(bed, 40001, 9000, 1), DROP_NO_SOCKET);
	assert_int_equal(bed->stand.nat->counters.evicted, 1);
	assert_int_equal(bed->opened, 3);
	/* with none to give there is nothing to try */
	assert_int_equal(nat_bed_udp(bed, 40001, 9000, 1), DROP_NO_SOCKET);
	assert_int_equal(bed->opened, 4);
}

static void what_a_flow_did_can_be_read(void **state)
{
	struct nat_bed *bed = *state;
	struct nat_flow_status status;
	uint32_t cursor = 0;

	assert_false(nat_flow_get(bed->stand.nat, &cursor, &status));
	nat_bed_ip(bed, BED_BEHIND, BED_REMOTE);
	nat_bed_udp(bed, 40000, 9000, 77);
	nat_bed_forward(bed, 1500 * NSEC_PER_MSEC);
	assert_true(nat_flow_get(bed->stand.nat, &cursor, &status));
	assert_int_equal(status.protocol, NAT_UDP);
	assert_string_equal(status.state, "open");
	assert_int_equal(status.guest, BED_BEHIND);
	assert_int_equal(status.guest_port, 40000);
	assert_int_equal(status.ingress, BED_INGRESS);
	assert_int_equal(status.idle_ms, 1500);
	assert_int_equal(status.out_bytes, 77);
	assert_false(nat_flow_get(bed->stand.nat, &cursor, &status));
}

static void a_sum_over_odd_pieces_is_that_over_the_whole(void **state)
{
	uint8_t data[400];
	struct iovec tail[3] = {
		{data + 101, 77}, {data + 178, 1}, {data + 179, 221}};
	struct frame frame = {
		.len = 400, .snap_len = 101, .iov = tail, .iov_count = 3};
	unsigned i, len;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 37 + 11);
	memcpy(frame.snap, data, 101);
	for (i = 0; i < 150; i++) {
		for (len = 1; len < 250; len += 7)
			assert_int_equal(
				csum_fold(nat_frame_csum(&frame, i, len)),
				csum_fold(csum_add(0, data + i, len)));
	}
}

static void a_port_has_its_share_and_pushes_out_its_own(void **state)
{
	const struct nat_settings wanted = {.max_flows = 100,
					    .max_flows_per_port = 10};
	struct nat_bed *bed = &the_bed;

	(void)state;
	nat_bed_open_limits(bed, &wanted);
	open_flows(bed, 1, 5);
	open_flows(bed, 2, 50);
	assert_int_equal(nat_bed_flows(bed), 15);
	assert_int_equal(bed->stand.nat->counters.evicted, 40);
	nat_bed_close(bed);
}

static void few_flows_are_kept_where_descriptors_are_scarce(void **state)
{
	/* all numbers are high */
	const struct nat_settings wanted = {.max_fd = 1};
	struct nat_bed *bed = &the_bed;

	(void)state;
	nat_bed_open_limits(bed, &wanted);
	open_flows(bed, 1, 5);
	open_flows(bed, 2, NAT_FLOWS_SPARED - 4);
	assert_int_equal(bed->stand.nat->counters.evicted, 0);
	open_flows(bed, 3, 20);
	assert_int_equal(nat_bed_flows(bed), NAT_FLOWS_SPARED + 1);
	assert_int_equal(bed->stand.nat->counters.evicted, 20);
	assert_int_equal(bed->refused, 0);
	nat_bed_close(bed);
}

#define TEST_IN(name, place) \
	cmocka_unit_test_setup_teardown(name, place, teardown)
#define TEST(name) TEST_IN(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_source_must_be_a_host_of_this_side),
		TEST(where_no_router_forwards_to_is_blocked_and_told),
		cmocka_unit_test(a_port_has_its_share_and_pushes_out_its_own),
		cmocka_unit_test(
			few_flows_are_kept_where_descriptors_are_scarce),
		TEST_IN(the_host_is_reached_only_where_that_is_wanted,
			setup_host),
		TEST(a_neighbour_is_not_outside),
		TEST(a_ttl_of_1_ends_at_the_gateway),
		TEST(an_unknown_protocol_is_told),
		TEST(errors_are_never_answered_with_errors),
		TEST(one_port_gets_so_many_errors_and_another_its_own),
		TEST(a_refusal_of_the_host_is_counted_and_said_once),
		TEST(without_descriptors_an_old_flow_gives_way),
		TEST(what_a_flow_did_can_be_read),
		cmocka_unit_test(a_sum_over_odd_pieces_is_that_over_the_whole),
	};

	if (!private_net_enter()) {
		printf("skipped: no network namespace of our own here\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
