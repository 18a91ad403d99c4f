// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nat_hairpin.c - ports of the host that lead back to guests (RFC 4787
 * REQ-9), and no others
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <unistd.h>

#include "core/bytes.h"
#include "unit/nat_bed.h"

static struct nat_bed the_bed;

static int setup(void **state)
{
	nat_bed_open_filtering(&the_bed, NAT_FILTERING_ENDPOINT_INDEPENDENT);
	*state = &the_bed;
	return 0;
}

static int teardown(void **state)
{
	nat_bed_close(*state);
	return 0;
}

/* The port outside of a guest's mapping. */
static uint16_t map(struct nat_bed *bed, uint32_t guest, uint16_t port)
{
	int one = nat_bed_socket(BED_REMOTE, 0);
	uint16_t seen;

	nat_bed_ip(bed, guest, BED_REMOTE);
	nat_bed_udp(bed, port, nat_bed_port(one), 1);
	assert_int_equal(nat_bed_take(one, &seen), 1);
	close(one);
	return seen;
}

static void a_guest_reaches_anothers_mapping_by_the_host_s_address(void **state)
{
	struct nat_bed *bed = *state;
	uint16_t one = map(bed, BED_GUEST, 40000);
	uint16_t two = map(bed, BED_OTHER, 41000);
	uint8_t *p = nat_bed_payload(bed, 0);

	nat_bed_run(bed);
	bed->n = 0;
	nat_bed_ip(bed, BED_OTHER, BED_HOST);
	assert_int_equal(nat_bed_udp(bed, 41000, one, 5), DROP_NONE);
	nat_bed_run(bed);
	assert_int_equal(bed->n, 1);
	assert_int_equal(be32_load(bed->frames[0] + 30), BED_GUEST);
	/* as everybody outside sees it (REQ-9 a) */
	assert_int_equal(be16_load(p), two);
	assert_int_equal(be16_load(p + 2), 40000);
}

static void a_port_leads_back_as_long_as_its_mapping_lasts(void **state)
{
	struct nat_bed *bed = *state;
	uint16_t one = map(bed, BED_GUEST, 40000);

	nat_bed_ip(bed, BED_OTHER, BED_HOST);
	assert_int_equal(nat_bed_udp(bed, 41000, one, 5), DROP_NONE);
	assert_int_equal(nat_bed_udp(bed, 41000, one ^ 1, 5), DROP_BLOCKED);
	assert_int_equal(nat_bed_echo(bed, one, 1, 5), DROP_BLOCKED);
	nat_bed_forward(bed, 301 * NSEC_PER_SEC);
	assert_int_equal(nat_bed_udp(bed, 41000, one, 5), DROP_BLOCKED);
}

static void a_forward_leads_back_at_its_own_address_only(void **state)
{
	int fd = nat_bed_socket(BED_HOST, 0), any = nat_bed_socket(0, 0);
	uint16_t port = nat_bed_port(fd);
	static struct nat_hairpins all;

	(void)state;
	nat_hairpins_init(&all);
	nat_hairpin_add(&all, NAT_TCP, fd);
	nat_hairpin_add(&all, NAT_UDP, any);
	assert_true(nat_hairpin_has(&all, NAT_TCP, BED_HOST, port));
	assert_false(nat_hairpin_has(&all, NAT_UDP, BED_HOST, port));
	assert_false(nat_hairpin_has(&all, NAT_TCP, BED_HOST + 1, port));
	assert_false(nat_hairpin_has(&all, NAT_TCP, BED_HOST, port ^ 1));
	assert_true(nat_hairpin_has(&all, NAT_UDP, BED_HOST + 1,
				    nat_bed_port(any)));
	nat_hairpin_remove(&all, fd);
	assert_false(nat_hairpin_has(&all, NAT_TCP, BED_HOST, port));
	close(fd);
	close(any);
}

static void more_forwards_than_there_is_room_for_stay_closed(void **state)
{
	int fd = nat_bed_socket(BED_HOST, 0), i;
	static struct nat_hairpins all;

	(void)state;
	nat_hairpins_init(&all);
	for (i = 0; i <= NAT_HAIRPINS; i++)
		nat_hairpin_add(&all, NAT_UDP, fd);
	nat_hairpin_add(&all, NAT_UDP, -1);
	nat_hairpin_remove(&all, fd);
	assert_false(
		nat_hairpin_has(&all, NAT_UDP, BED_HOST, nat_bed_port(fd)));
	close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_guest_reaches_anothers_mapping_by_the_host_s_address),
		TEST(a_port_leads_back_as_long_as_its_mapping_lasts),
		TEST(a_forward_leads_back_at_its_own_address_only),
		TEST(more_forwards_than_there_is_room_for_stay_closed),
	};

	if (!private_net_enter()) {
		puts("skipped: no network namespaces here");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
