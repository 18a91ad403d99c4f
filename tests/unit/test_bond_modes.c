// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bond_modes.c - who carries what in each mode, and what a full member
 * does
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/util.h"
#include "unit/bond_bed.h"

#define GUESTS 64
#define IP4_LEN 40

static unsigned bucket_sum(struct bond_bed *bed)
{
	unsigned i, sum = 0;

	for (i = 0; i < BOND_BED_MEMBERS; i++) {
		struct bond_member_status status;

		if (!bed->m[i])
			continue;
		bond_member_get_status(bed->bond, bed->m[i], &status);
		sum += status.buckets;
	}
	return sum;
}

static void slb_keeps_a_guest_on_one_member(void **state)
{
	struct bond_bed *bed = *state;
	unsigned i, count[BOND_BED_MEMBERS] = {0};

	bond_bed_start(bed, BOND_BALANCE_SLB, 3);
	for (i = 0; i < GUESTS; i++) {
		const struct mac mac = {{2, 0, 0, 0, 0, (uint8_t)i}};
		unsigned member = bond_bed_member_of(bed, 99, (uint8_t)i);

		assert_int_equal(bond_bed_member_of(bed, 0xff, (uint8_t)i),
				 member);
		assert_int_equal(bond_bed_member_of(bed, 7, (uint8_t)i),
				 member);
		assert_ptr_equal(bond_member_of(bed->bond, 0, &mac),
				 bed->m[member]);
		count[member]++;
	}
	for (i = 0; i < 3; i++)
		assert_true(count[i] > GUESTS / 3 / 2);
	assert_int_equal(bucket_sum(bed), 256);
}

static void slb_loss_moves_that_members_guests_only(void **state)
{
	struct bond_bed *bed = *state;
	unsigned i, before[GUESTS];

	bond_bed_start(bed, BOND_BALANCE_SLB, 3);
	for (i = 0; i < GUESTS; i++)
		before[i] = bond_bed_member_of(bed, 99, (uint8_t)i);
	bed->announcements = 0;
	bond_bed_link(bed, 1, false);
	assert_int_equal(bed->announcements, 2);
	assert_int_equal(bed->announced[0] + bed->announced[1], 2);
	for (i = 0; i < GUESTS; i++) {
		unsigned now = bond_bed_member_of(bed, 99, (uint8_t)i);

		assert_int_not_equal(now, 1);
		if (before[i] != 1)
			assert_int_equal(now, before[i]);
	}
	assert_int_equal(bed->downs, 0);
	bed->announcements = 0;
	bond_bed_link(bed, 1, true);
	assert_int_equal(bed->announcements, 0);
	for (i = 0; i < GUESTS; i++)
		assert_int_not_equal(bond_bed_member_of(bed, 99, (uint8_t)i),
				     1);
}

static void slb_gives_idle_guests_to_a_new_member(void **state)
{
	struct bond_bed *bed = *state;
	struct bond_member_status status;

	bond_bed_start(bed, BOND_BALANCE_SLB, 1);
	bond_bed_member_of(bed, 99, 5);
	bond_bed_add(bed, 1);
	bond_member_get_status(bed->bond, bed->m[1], &status);
	assert_int_equal(status.buckets, 128);
	assert_int_equal(bond_bed_member_of(bed, 99, 5), 0);
	assert_int_equal(bucket_sum(bed), 256);
}

/* @kib of guest @src leave; the toy port forgets them. */
static void load(struct bond_bed *bed, uint8_t src, unsigned kib)
{
	static uint8_t data[32 * 1024];

	data[0] = data[MAC_LEN] = 2;
	data[MAC_LEN + 5] = src;
	for (unsigned i = 0; i < kib; i += sizeof(data) / 1024) {
		bond_bed_send_data(bed, data, sizeof(data));
		bed->p[0].sent = bed->p[1].sent = 0;
	}
}

static void slb_levels_load_by_moving_a_guest(void **state)
{
	struct bond_bed *bed = *state;
	struct bond_status status;
	uint8_t a, b;

	bond_bed_start(bed, BOND_BALANCE_SLB, 2);
	a = (uint8_t)bond_bed_guest_on(bed, 0, 0);
	b = (uint8_t)bond_bed_guest_on(bed, 0, a + 1u);
	bed->announcements = 0;
	load(bed, a, 8192);
	load(bed, b, 4096);
	bond_bed_advance(bed, BOND_REBALANCE_MS);
	bond_get_status(bed->bond, &status);
	assert_int_equal(status.rebalances, 1);
	assert_int_not_equal(bond_bed_member_of(bed, 99, a),
			     bond_bed_member_of(bed, 99, b));
	assert_int_equal(bed->announcements, 0);
}

static void slb_leaves_small_differences_and_single_guests(void **state)
{
	struct bond_bed *bed = *state;
	struct bond_status status;
	uint8_t a, b, c;

	bond_bed_start(bed, BOND_BALANCE_SLB, 2);
	a = (uint8_t)bond_bed_guest_on(bed, 0, 0);
	b = (uint8_t)bond_bed_guest_on(bed, 0, a + 1u);
	c = (uint8_t)bond_bed_guest_on(bed, 1, 0);
	load(bed, a, 1024); /* below 1 Mbit/s in ten seconds */
	load(bed, b, 1024);
	bond_bed_advance(bed, BOND_REBALANCE_MS);
	for (unsigned i = 0; i < 10; i++)
		bond_bed_advance(bed, BOND_REBALANCE_MS); /* forgotten */
	load(bed, c, 65536); /* much, but one guest can't be split */
	bond_bed_advance(bed, BOND_REBALANCE_MS);
	bond_get_status(bed->bond, &status);
	assert_int_equal(status.rebalances, 0);
	bond_bed_link(bed, 1, false);
	load(bed, a, 8192);
	load(bed, b, 8192);
	for (unsigned i = 0; i < 10; i++)
		bond_bed_advance(bed, BOND_REBALANCE_MS);
	bond_bed_link(bed, 1, true); /* what was long ago hardly counts */
	bond_bed_advance(bed, BOND_REBALANCE_MS);
	bond_get_status(bed->bond, &status);
	assert_int_equal(status.rebalances, 0);
	bed->settings.rebalance_ms = 0;
	bond_bed_set(bed);
	load(bed, a, 8192);
	load(bed, b, 8192);
	bond_bed_advance(bed, 2 * BOND_REBALANCE_MS);
	bond_get_status(bed->bond, &status);
	assert_int_equal(status.rebalances, 0);
}

static void xor_layer2_splits_by_both_addresses(void **state)
{
	struct bond_bed *bed = *state;
	unsigned i, by_dst = 0, by_src = 0;

	bond_bed_start(bed, BOND_BALANCE_XOR, 4);
	for (i = 1; i < GUESTS; i++) {
		by_dst += bond_bed_member_of(bed, (uint8_t)i, 0) != 0;
		by_src += bond_bed_member_of(bed, 0, (uint8_t)i) != 0;
		assert_int_equal(bond_bed_member_of(bed, (uint8_t)i, 0),
				 bond_bed_member_of(bed, (uint8_t)i, 0));
	}
	assert_true(by_dst > GUESTS / 2 && by_dst < GUESTS - 1);
	assert_true(by_src > GUESTS / 2 && by_src < GUESTS - 1);
	bed->settings.xmit_hash_policy = BOND_HASH_VLAN_SRCMAC;
	bond_bed_set(bed);
	for (i = 1; i < GUESTS; i++)
		assert_int_equal(bond_bed_member_of(bed, (uint8_t)i, 3),
				 bond_bed_member_of(bed, 0, 3));
	assert_int_equal(bed->announcements, 0);
}

/* An IPv4 TCP packet, in VLAN @vid unless that is 0; returns its member. */
static unsigned member_of_flow(struct bond_bed *bed, uint16_t vid,
			       uint16_t sport, uint16_t fragment)
{
	uint8_t data[ETH_HLEN + VLAN_HLEN + IP4_LEN] = {2, 0, 0, 0, 0, 9, 2};
	uint8_t *ip = data + ETH_HLEN;
	unsigned i;

	be16_store(data + 12, 0x0800);
	if (vid) {
		be16_store(data + 12, 0x8100);
		be16_store(data + 14, vid);
		be16_store(data + 16, 0x0800);
		ip += VLAN_HLEN;
	}
	ip[0] = 0x45;
	ip[9] = 6;
	be16_store(ip + 6, fragment);
	be32_store(ip + 12, 0x0a000001);
	be32_store(ip + 16, 0x0a000002);
	be16_store(ip + 20, sport);
	be16_store(ip + 22, 80);
	assert_int_equal(bond_bed_send_data(bed, data, sizeof(data)), 1);
	for (i = 0; i < BOND_BED_MEMBERS && !bed->p[i].sent; i++)
		;
	assert_true(i < BOND_BED_MEMBERS);
	bed->p[i].sent = 0;
	return i;
}

static unsigned members_of_flows(struct bond_bed *bed, uint16_t vid,
				 uint16_t fragment)
{
	unsigned i, mask = 0;

	for (i = 0; i < 64; i++)
		mask |= 1u << member_of_flow(bed, vid, (uint16_t)(4000 + i),
					     fragment);
	return mask;
}

static unsigned bits(unsigned mask)
{
	return (unsigned)__builtin_popcount(mask);
}

static void xor_layer34_splits_by_ports_but_not_fragments(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_BALANCE_XOR, 4);
	assert_int_equal(bits(members_of_flows(bed, 0, 0)), 1);
	bed->settings.xmit_hash_policy = BOND_HASH_LAYER23;
	bond_bed_set(bed);
	assert_int_equal(bits(members_of_flows(bed, 0, 0)), 1);
	bed->settings.xmit_hash_policy = BOND_HASH_LAYER34;
	bond_bed_set(bed);
	assert_int_equal(bits(members_of_flows(bed, 0, 0)), 4);
	assert_int_equal(bits(members_of_flows(bed, 7, 0)), 4);
	assert_int_equal(bits(members_of_flows(bed, 0, 0x2000)), 1);
	assert_int_equal(bits(members_of_flows(bed, 7, 0x0010)), 1);
	assert_int_equal(bits(members_of_flows(bed, 0, 0x4000)), 4);
}

/* An IPv6 UDP packet from address ...@host and port @sport. */
static unsigned member_of_flow6(struct bond_bed *bed, uint8_t host,
				uint16_t sport)
{
	uint8_t data[ETH_HLEN + 48] = {2, 0, 0, 0, 0, 9, 2};
	unsigned i;

	be16_store(data + 12, 0x86dd);
	data[ETH_HLEN] = 0x60;
	data[ETH_HLEN + 6] = 17;
	data[ETH_HLEN + 23] = host;
	be16_store(data + ETH_HLEN + 40, sport);
	assert_int_equal(bond_bed_send_data(bed, data, sizeof(data)), 1);
	for (i = 0; i < BOND_BED_MEMBERS - 1 && !bed->p[i].sent; i++)
		;
	bed->p[i].sent = 0;
	return i;
}

static void xor_splits_ip6_by_address_and_port(void **state)
{
	struct bond_bed *bed = *state;
	unsigned i, by_host = 0, by_port = 0;

	bed->settings.xmit_hash_policy = BOND_HASH_LAYER23;
	bond_bed_start(bed, BOND_BALANCE_XOR, 4);
	for (i = 0; i < 64; i++) {
		by_host |= 1u << member_of_flow6(bed, (uint8_t)i, 0);
		by_port |= 1u << member_of_flow6(bed, 0, (uint16_t)i);
	}
	assert_int_equal(bits(by_host), 4);
	assert_int_equal(bits(by_port), 1);
	bed->settings.xmit_hash_policy = BOND_HASH_LAYER34;
	bond_bed_set(bed);
	for (i = 0; i < 64; i++)
		by_port |= 1u << member_of_flow6(bed, 0, (uint16_t)i);
	assert_int_equal(bits(by_port), 4);
}

static void min_links_takes_the_carrier(void **state)
{
	struct bond_bed *bed = *state;

	bed->settings.min_links = 2;
	bond_bed_start(bed, BOND_BALANCE_XOR, 3);
	assert_true(bond_port(bed->bond)->carrier);
	bond_bed_link(bed, 0, false);
	assert_true(bond_port(bed->bond)->carrier);
	bond_bed_link(bed, 1, false);
	assert_false(bond_port(bed->bond)->carrier);
	assert_int_equal(bond_bed_state(bed, 2), BOND_BACKUP);
	bond_bed_check(bed);
	bond_bed_link(bed, 1, true);
	assert_true(bond_port(bed->bond)->carrier);
	bed->settings.mode = BOND_ACTIVE_BACKUP;
	bond_bed_set(bed);
	bond_bed_link(bed, 1, false);
	assert_true(bond_port(bed->bond)->carrier);
}

static void vote(struct bond_bed *bed, unsigned i, bool collecting,
		 bool distributing, uint16_t aggregator)
{
	const struct bond_lacp lacp = {collecting, distributing, aggregator};

	bond_member_lacp(bed->bond, bed->m[i], &lacp);
}

static void lacp_decides_by_direction_and_aggregator(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_8023AD, 3);
	assert_false(bond_port(bed->bond)->carrier);
	vote(bed, 0, true, true, 0);
	assert_false(bond_port(bed->bond)->carrier);
	bond_set_aggregator(bed->bond, 1);
	assert_false(bond_port(bed->bond)->carrier);
	vote(bed, 0, true, false, 1);
	assert_false(bond_port(bed->bond)->carrier);
	bond_bed_input(bed, 0, 1, 2, 0);
	assert_int_equal(bed->received, 1);
	vote(bed, 0, true, true, 1);
	vote(bed, 1, true, true, 2);
	assert_true(bond_port(bed->bond)->carrier);
	assert_int_equal(bond_bed_state(bed, 0), BOND_CARRYING);
	assert_int_equal(bond_bed_state(bed, 1), BOND_BACKUP);
	bond_bed_input(bed, 1, 1, 2, 0);
	bond_bed_input(bed, 2, 1, 2, 0);
	assert_int_equal(bed->received, 1);
	assert_int_equal(bond_bed_drops(bed, 1, DROP_INACTIVE_MEMBER), 1);
	assert_int_equal(bond_bed_drops(bed, 2, DROP_INACTIVE_MEMBER), 1);
	bond_set_aggregator(bed->bond, 2);
	assert_int_equal(bond_bed_state(bed, 0), BOND_BACKUP);
	assert_int_equal(bond_bed_state(bed, 1), BOND_CARRYING);
	assert_int_equal(bond_bed_member_of(bed, 1, 2), 1);
	bond_bed_link(bed, 1, false);
	assert_false(bond_port(bed->bond)->carrier);
	assert_int_equal(bed->announcements, 0);
}

static void lacp_falls_back_to_active_backup_if_asked(void **state)
{
	struct bond_bed *bed = *state;
	struct bond_status status;

	bed->settings.fallback = true;
	bond_bed_start(bed, BOND_8023AD, 2);
	bond_get_status(bed->bond, &status);
	assert_true(status.is_fallback);
	assert_int_equal(bond_bed_active(bed), 0);
	assert_int_equal(bond_switch(bed->bond, bed->m[1]), 0);
	assert_int_equal(bond_bed_member_of(bed, 1, 2), 1);
	vote(bed, 0, true, true, 5);
	bond_set_aggregator(bed->bond, 5);
	bond_get_status(bed->bond, &status);
	assert_false(status.is_fallback);
	assert_int_equal(bond_bed_active(bed), -1);
	assert_int_equal(bond_bed_member_of(bed, 1, 2), 0);
	bond_remove_member(bed->bond, bed->m[1], 0);
	bond_set_aggregator(bed->bond, 0);
	assert_int_equal(bond_bed_active(bed), 0);
	bond_allow_fallback(bed->bond, false);
	assert_int_equal(bond_bed_active(bed), -1);
	assert_false(bond_port(bed->bond)->carrier);
	bond_allow_fallback(bed->bond, true);
	assert_int_equal(bond_bed_active(bed), 0);
}

static void member_that_has_left_its_aggregator_still_collects(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_8023AD, 2);
	vote(bed, 0, true, true, 1);
	bond_set_aggregator(bed->bond, 1);
	vote(bed, 0, true, false, 0);
	bond_set_aggregator(bed->bond, 0);
	assert_false(bond_port(bed->bond)->carrier);
	bond_bed_input(bed, 0, 1, 2, 0);
	assert_int_equal(bed->received, 1);
	vote(bed, 0, false, false, 0);
	bond_bed_input(bed, 0, 1, 2, 0);
	assert_int_equal(bed->received, 1);
}

#define BED_TEST(name)                                         \
	cmocka_unit_test_setup_teardown(name, bond_bed_set_up, \
					bond_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(slb_keeps_a_guest_on_one_member),
		BED_TEST(slb_loss_moves_that_members_guests_only),
		BED_TEST(slb_gives_idle_guests_to_a_new_member),
		BED_TEST(slb_levels_load_by_moving_a_guest),
		BED_TEST(slb_leaves_small_differences_and_single_guests),
		BED_TEST(xor_layer2_splits_by_both_addresses),
		BED_TEST(xor_layer34_splits_by_ports_but_not_fragments),
		BED_TEST(xor_splits_ip6_by_address_and_port),
		BED_TEST(min_links_takes_the_carrier),
		BED_TEST(lacp_decides_by_direction_and_aggregator),
		BED_TEST(lacp_falls_back_to_active_backup_if_asked),
		BED_TEST(member_that_has_left_its_aggregator_still_collects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
