// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bond_input.c - what comes in on a member, and what of it is ours
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/util.h"
#include "switch/arp.h"
#include "unit/bond_bed.h"

#define GUEST 9
#define LEN 60

static void backup_brings_nothing(void **state)
{
	static const uint8_t frame[LEN] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	struct bond_bed *bed = *state;
	struct verdict verdict;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	verdict = bond_bed_input_data(bed, 1, frame, sizeof(frame));
	assert_int_equal(verdict.fate, FATE_DROPPED);
	assert_int_equal(verdict.reason, DROP_INACTIVE_MEMBER);
	bond_bed_input(bed, 1, 0xff, 2, 0);
	bond_bed_input(bed, 0, 1, 2, 0);
	assert_int_equal(bed->received, 1);
	assert_int_equal(bond_bed_drops(bed, 1, DROP_INACTIVE_MEMBER), 2);
	assert_int_equal(
		bond_port(bed->bond)->counters.drops[DROP_INACTIVE_MEMBER], 0);
	bond_bed_link(bed, 0, false);
	bond_bed_input(bed, 1, 1, 2, 0);
	bond_bed_input(bed, 0, 1, 2, 0);
	assert_int_equal(bed->received, 2);
}

static void inspector_sees_all_first_and_takes_its_own(void **state)
{
	static const uint8_t frame[LEN] = {1, 0x80, 0xc2, 0, 0, 2,    2,
					   0, 0,    0,    0, 2, 0x88, 0x09};
	struct bond_bed *bed = *state;
	struct bond_member_status status;
	struct verdict verdict;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bond_bed_link(bed, 1, false);
	verdict = bond_bed_input_data(bed, 1, frame, sizeof(frame));
	assert_int_equal(verdict.fate, FATE_CONSUMED);
	verdict = bond_bed_input_data(bed, 0, frame, sizeof(frame));
	assert_int_equal(verdict.fate, FATE_CONSUMED);
	assert_int_equal(bed->received, 0);
	assert_int_equal(bed->inspected, 2);
	assert_int_equal(bond_bed_drops(bed, 1, DROP_INACTIVE_MEMBER), 0);
	bond_bed_input(bed, 1, 1, 2, 0);
	assert_int_equal(bed->inspected, 3);
	bond_member_get_status(bed->bond, bed->m[1], &status);
	assert_int_equal(status.control_rx, 1);
	assert_int_equal(status.last_rx_ns, 0);
}

static void own_frames_that_come_back_are_dropped(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bed->elsewhere = GUEST;
	for (unsigned mode = 0; mode <= BOND_BALANCE_SLB; mode++) {
		bed->settings.mode = (uint8_t)mode;
		bond_bed_set(bed);
		bond_bed_input(bed, 0, 1, GUEST, 0);
		bond_bed_input(bed, 0, 0xff, GUEST, 0);
		assert_int_equal(bed->received, 0);
		assert_int_equal(bond_bed_drops(bed, 0, DROP_REFLECTION),
				 2 * (mode + 1));
	}
	bed->settings.mode = BOND_BALANCE_XOR; /* they know we are one port */
	bond_bed_set(bed);
	bond_bed_input(bed, 0, 1, GUEST, 0);
	assert_int_equal(bed->received, 1);
}

/* What moves an address: ARP or RARP from GUEST; returns its length. */
static size_t make_arp(uint8_t *data, uint16_t type, uint16_t op,
		       uint32_t target, uint16_t vid)
{
	uint8_t *arp = data + ETH_HLEN;

	memset(data, 0, LEN + VLAN_HLEN);
	memset(data, 0xff, MAC_LEN);
	data[MAC_LEN] = 2;
	data[MAC_LEN + 5] = GUEST;
	if (vid) {
		be16_store(data + 12, 0x8100);
		be16_store(data + 14, vid);
		arp += VLAN_HLEN;
	}
	be16_store(arp - 2, type);
	be16_store(arp, 1);
	be16_store(arp + 2, 0x0800);
	arp[4] = 6;
	arp[5] = 4;
	be16_store(arp + 6, op);
	be32_store(arp + 14, 0x0a000001);
	be32_store(arp + 24, target);
	return LEN;
}

static unsigned is_taken(struct bond_bed *bed, const uint8_t *data, size_t len)
{
	unsigned before = bed->received;

	bond_bed_input_data(bed, 0, data, len);
	return bed->received - before;
}

static void guest_that_moved_says_so_and_is_believed(void **state)
{
	struct bond_bed *bed = *state;
	uint8_t data[LEN + VLAN_HLEN];
	size_t len;

	bond_bed_start(bed, BOND_BALANCE_SLB, 2);
	bed->elsewhere = GUEST;
	len = make_arp(data, 0x0806, ARP_REQUEST, 0x0a000001, 0);
	assert_true(is_taken(bed, data, len));
	len = make_arp(data, 0x0806, ARP_REPLY, 0x0a000007, 0);
	assert_true(is_taken(bed, data, len));
	len = make_arp(data, 0x8035, 3, 0, 0);
	assert_true(is_taken(bed, data, len));
	len = make_arp(data, 0x0806, ARP_REQUEST, 0x0a000001, 7);
	assert_true(is_taken(bed, data, len));
	/* a question is none, nor is an answer to somebody, nor half of one */
	len = make_arp(data, 0x0806, ARP_REQUEST, 0x0a000007, 0);
	assert_false(is_taken(bed, data, len));
	len = make_arp(data, 0x0806, ARP_REPLY, 0x0a000001, 0);
	data[0] = 2;
	assert_false(is_taken(bed, data, len));
	len = make_arp(data, 0x0806, ARP_REPLY, 0x0a000001, 0);
	assert_false(is_taken(bed, data, ETH_HLEN + ARP_LEN - 1));
	assert_false(is_taken(bed, data, ETH_HLEN));
}

static void own_announcement_that_comes_back_is_not_believed(void **state)
{
	struct bond_bed *bed = *state;
	struct bond_status status;
	uint8_t data[LEN + VLAN_HLEN];
	struct frame frame, *batch = &frame;
	struct iovec tail;
	size_t len;

	bond_bed_start(bed, BOND_BALANCE_SLB, 2);
	bed->elsewhere = GUEST;
	len = make_arp(data, 0x0806, ARP_REQUEST, 0x0a000001, 0);
	assert_int_equal(bond_bed_send_data(bed, data, len), 1);
	assert_false(is_taken(bed, data, len));
	bond_bed_advance(bed, 4999);
	assert_false(is_taken(bed, data, len));
	bond_bed_advance(bed, 1);
	assert_true(is_taken(bed, data, len));
	bond_get_status(bed->bond, &status);
	assert_int_equal(status.locked_moves, 2);
	/* our announcer speaks for guests, too, and past the bond's port */
	len = make_arp(data, 0x8035, 3, 0, 0);
	frame_set_data(&frame, data, (uint32_t)len, &tail);
	assert_int_equal(bond_member_send(bed->bond, bed->m[1], &batch, 1), 1);
	assert_false(is_taken(bed, data, len));
}

static void slb_takes_group_frames_on_the_active_member_only(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_BALANCE_SLB, 3);
	for (unsigned i = 0; i < 3; i++)
		bond_bed_input(bed, i, 0xff, 2, 0);
	assert_int_equal(bed->received, 1);
	assert_int_equal(bond_bed_drops(bed, 1, DROP_INACTIVE_MEMBER), 1);
	assert_int_equal(bond_bed_drops(bed, 2, DROP_INACTIVE_MEMBER), 1);
	bond_bed_link(bed, 0, false);
	for (unsigned i = 0; i < 3; i++)
		bond_bed_input(bed, i, 0xff, 2, 0);
	assert_int_equal(bed->received, 2);
}

static void slb_takes_each_unicast_frame_once(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_BALANCE_SLB, 3);
	for (unsigned i = 0; i < 3; i++)
		bond_bed_input(bed, i, 1, 2, 7);
	assert_int_equal(bed->received, 1);
	assert_int_equal(bond_bed_drops(bed, 1, DROP_DUPLICATE), 1);
	assert_int_equal(bond_bed_drops(bed, 2, DROP_DUPLICATE), 1);
	/* the same once more by the same member: that is not our affair */
	bond_bed_input(bed, 0, 1, 2, 7);
	assert_int_equal(bed->received, 2);
	for (unsigned i = 0; i < 3; i++)
		bond_bed_input(bed, i, 1, 2, (uint8_t)(8 + i));
	assert_int_equal(bed->received, 5);
	bond_bed_advance(bed, 50);
	bond_bed_input(bed, 1, 1, 2, 7);
	assert_int_equal(bed->received, 6);
}

static void down_members_bring_nothing_in_any_mode(void **state)
{
	struct bond_bed *bed = *state;

	bed->settings.up_delay_ms = 100;
	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 3);
	for (unsigned mode = 0; mode < BOND_8023AD; mode++) {
		bed->settings.mode = (uint8_t)mode;
		bond_bed_set(bed);
		bond_member_monitor(bed->bond, bed->m[1], BOND_MONITOR_PROBE,
				    false);
		bond_bed_input(bed, 1, 1, 2, 0);
		assert_int_equal(bond_bed_state(bed, 2), BOND_UP_DELAY);
		bond_bed_input(bed, 2, 1, 2, 0);
		bond_bed_input(bed, 2, 0xff, 2, 0);
	}
	assert_int_equal(bed->received, 0);
}

static void vote_down(struct bond_bed *bed, struct bond_member *member)
{
	bond_member_monitor(bed->bond, member, BOND_MONITOR_PROBE, false);
}

/* The bed asserts that no callback comes from within the port's input. */
static void vote_within_input_counts_now_and_is_told_later(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bed->announcements = bed->changes = 0;
	bed->on_inspect = vote_down;
	bond_bed_input(bed, 0, 1, 2, 0);
	assert_int_equal(bond_bed_active(bed), 1);
	assert_int_equal(bed->received, 0);
	assert_int_equal(bed->announcements + bed->changes, 0);
	bond_bed_advance(bed, 0);
	assert_int_equal(bed->announcements, 1);
	assert_int_equal(bed->announced[0], 1);
	assert_int_equal(bed->changes, 1);
}

static unsigned input_batch(struct bond_bed *bed, unsigned i, unsigned n,
			    unsigned control)
{
	static uint8_t data[8][LEN];
	struct frame frames[8], *batch[8];
	struct iovec tails[8];
	unsigned k, taken;

	for (k = 0; k < n; k++) {
		data[k][0] = data[k][MAC_LEN] = 2;
		be16_store(data[k] + 12,
			   control >> k & 1 ? BOND_BED_CONTROL : 0x88b5);
		data[k][ETH_HLEN] = (uint8_t)k;
		frame_set_data(&frames[k], data[k], LEN, &tails[k]);
		batch[k] = &frames[k];
	}
	bed->in_port = true;
	taken = port_input(&bed->p[i].port, batch, n);
	bed->in_port = false;
	return taken;
}

static void member_that_can_wait_waits_for_the_network(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bed->p[0].port.can_wait = true;
	bed->room = 3;
	assert_int_equal(input_batch(bed, 0, 8, 0), 3);
	assert_int_equal(bed->last[ETH_HLEN], 2);
	assert_int_equal(bed->p[0].resumed, 0);
	bed->room = UINT32_MAX;
	bond_port(bed->bond)->ops->resume(bond_port(bed->bond));
	assert_int_equal(bed->p[0].resumed, 1);
	assert_int_equal(bed->p[1].resumed, 0);
	assert_int_equal(input_batch(bed, 0, 8, 0), 8);
	bond_port(bed->bond)->ops->resume(bond_port(bed->bond));
	assert_int_equal(bed->p[0].resumed, 1);
}

/* The bed asserts that the bond never offers what it can't keep. */
static void batch_of_which_some_is_ours_is_taken_whole(void **state)
{
	struct bond_bed *bed = *state;

	bond_bed_start(bed, BOND_ACTIVE_BACKUP, 2);
	bed->p[0].port.can_wait = true;
	assert_int_equal(input_batch(bed, 0, 8, 0x24), 8);
	assert_int_equal(bed->received, 6);
	assert_false(bond_port(bed->bond)->can_wait);
	assert_int_equal(input_batch(bed, 0, 8, 0xff), 8);
	assert_int_equal(bed->received, 6);
	assert_int_equal(input_batch(bed, 1, 8, 0), 8);
	assert_int_equal(bed->received, 6);
}

#define BED_TEST(name)                                         \
	cmocka_unit_test_setup_teardown(name, bond_bed_set_up, \
					bond_bed_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BED_TEST(backup_brings_nothing),
		BED_TEST(inspector_sees_all_first_and_takes_its_own),
		BED_TEST(own_frames_that_come_back_are_dropped),
		BED_TEST(guest_that_moved_says_so_and_is_believed),
		BED_TEST(own_announcement_that_comes_back_is_not_believed),
		BED_TEST(slb_takes_group_frames_on_the_active_member_only),
		BED_TEST(slb_takes_each_unicast_frame_once),
		BED_TEST(down_members_bring_nothing_in_any_mode),
		BED_TEST(vote_within_input_counts_now_and_is_told_later),
		BED_TEST(member_that_can_wait_waits_for_the_network),
		BED_TEST(batch_of_which_some_is_ours_is_taken_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
