// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nat_echo.c - pings through NAT, by the rules of RFC 5508
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdio.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/csum.h"
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

static void a_reply_has_the_guest_s_identifier(void **state)
{
	struct nat_bed *bed = *state;
	uint8_t *p = nat_bed_payload(bed, 0);

	assert_int_equal(nat_bed_echo(bed, 0x1234, 7, 56), DROP_NONE);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 1);
	assert_int_equal(p[0], ICMP_ECHO_REPLY);
	assert_int_equal(be16_load(p + 4), 0x1234);
	assert_int_equal(be16_load(p + 6), 7);
	assert_int_equal(p[8 + 55], 'e');
	assert_int_equal(csum_fold(csum_add(0, p, 64)), 0);
	assert_int_equal(be32_load(bed->frames[0] + 26), BED_REMOTE);
}

static void each_identifier_is_a_mapping_and_lives_60_seconds(void **state)
{
	struct nat_bed *bed = *state;

	nat_bed_echo(bed, 1, 1, 0);
	nat_bed_echo(bed, 1, 2, 0);
	nat_bed_echo(bed, 2, 1, 0);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 3);
	assert_int_equal(nat_bed_flows(bed), 2);
	nat_bed_forward(bed, 59 * NSEC_PER_SEC);
	assert_int_equal(nat_bed_flows(bed), 2);
	nat_bed_forward(bed, 2 * NSEC_PER_SEC);
	assert_int_equal(nat_bed_flows(bed), 0);
}

static void a_long_reply_comes_in_fragments(void **state)
{
	struct nat_bed *bed = *state;

	/* what the host reassembled is longer than the lab's MTU */
	nat_bed_echo(bed, 1, 1, 4000);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 3);
}

static void too_long_with_df_names_the_mtu(void **state)
{
	struct nat_bed *bed = *state;
	uint8_t *p = nat_bed_payload(bed, 0);

	private_net_set_mtu(1300);
	bed->ip.dont_fragment = true;
	assert_int_equal(nat_bed_echo(bed, 1, 1, 1400), DROP_NO_SOCKET);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 1);
	assert_int_equal(be16_load(p), ICMP_FRAGMENTATION_NEEDED);
	assert_int_equal(be16_load(p + 6), 1300);
	/* without DF it is cut, and so is the reply */
	bed->n = 0;
	bed->ip.dont_fragment = false;
	assert_int_equal(nat_bed_echo(bed, 1, 2, 1400), DROP_NONE);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 1);
	assert_int_equal(bed->len[0], ETH_HLEN + IP4_HLEN + ICMP_HLEN + 1400);
	private_net_set_mtu(65536);
}

static void where_pings_are_forbidden_the_guest_is_told(void **state)
{
	struct nat_bed *bed = *state;

	bed->refuse = -EACCES;
	assert_int_equal(nat_bed_echo(bed, 1, 1, 8), DROP_NO_SOCKET);
	assert_int_equal(nat_bed_echo(bed, 2, 1, 8), DROP_NO_SOCKET);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 2);
	assert_int_equal(be16_load(nat_bed_payload(bed, 0)), ICMP_PROHIBITED);
	assert_int_equal(bed->refused, 1);
}

static void a_wrong_checksum_is_dropped(void **state)
{
	struct nat_bed *bed = *state;

	nat_bed_echo(bed, 1, 1, 8);
	bed->frame[ETH_HLEN + IP4_HLEN + 9] ^= 1;
	assert_int_equal(nat_bed_input(bed, IP4_ICMP, 16), DROP_BAD_PACKET);
}

static void the_host_is_not_pinged(void **state)
{
	struct nat_bed *bed = *state;

	nat_bed_ip(bed, BED_GUEST, BED_HOST);
	assert_int_equal(nat_bed_echo(bed, 1, 1, 8), DROP_BLOCKED);
	assert_int_equal(bed->opened, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reply_has_the_guest_s_identifier),
		TEST(each_identifier_is_a_mapping_and_lives_60_seconds),
		TEST(a_long_reply_comes_in_fragments),
		TEST(too_long_with_df_names_the_mtu),
		TEST(where_pings_are_forbidden_the_guest_is_told),
		TEST(a_wrong_checksum_is_dropped),
		TEST(the_host_is_not_pinged),
	};
	int fd;

	if (!private_net_enter()) {
		printf("skipped: no network namespace of our own here\n");
		return 77;
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (fd < 0) {
		printf("skipped: no ping sockets here\n");
		return 77;
	}
	close(fd);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
