// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_net_ctrl.c - commands of a driver, and what only looks like one
 */
#include "unit/cmocka_wrap.h"

#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "unit/net_bed.h"

#define QUEUE 2
#define ADDRESSES 200

static struct net_bed bed;

static int set_up(void **state)
{
	(void)state;
	if (net_bed_open(&bed) || net_bed_add(&bed, net_bed_dial(&bed), 1))
		return -1;
	return virtio_guest_start(&bed.guest, NET_BED_FEATURES, QUEUE + 1) ? 0
									   : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return net_bed_close(&bed);
}

static bool needs_reset(void)
{
	return virtio_guest_status(&bed.guest) & VIRTIO_CONFIG_S_NEEDS_RESET;
}

static void unknown_commands_are_answered_with_an_error(void **state)
{
	uint8_t command[8] = {0};
	unsigned class, number;

	(void)state;
	for (class = 0; class < 256; class ++) {
		for (number = 0; number < 8; number++) {
			bool known = class == VIRTIO_NET_CTRL_RX &&
				     number <= VIRTIO_NET_CTRL_RX_ALLMULTI;

			command[0] = (uint8_t) class;
			command[1] = (uint8_t)number;
			assert_int_equal(
				net_bed_command(&bed, QUEUE, command, 3, 3),
				known ? VIRTIO_NET_OK : VIRTIO_NET_ERR);
		}
		bed.guest.next -= 8 * 4096ull;
	}
	assert_false(needs_reset());
}

static void command_that_is_too_short_or_long_is_an_error(void **state)
{
	const uint8_t promisc[4] = {VIRTIO_NET_CTRL_RX,
				    VIRTIO_NET_CTRL_RX_PROMISC, 1, 0};
	size_t len;

	(void)state;
	for (len = 0; len <= 4; len++)
		assert_int_equal(net_bed_command(&bed, QUEUE, promisc, len, 4),
				 len == 3 ? VIRTIO_NET_OK : VIRTIO_NET_ERR);
}

/* two tables of addresses that say to have @first and @second entries */
static int set_addresses(uint32_t first, uint32_t second, size_t len,
			 size_t step)
{
	uint8_t command[2 + 4 + 6 + 4 + 12] = {VIRTIO_NET_CTRL_MAC,
					       VIRTIO_NET_CTRL_MAC_TABLE_SET};

	first = htole32(first);
	second = htole32(second);
	memcpy(command + 2, &first, 4);
	memcpy(command + 2 + 4 + 6, &second, 4);
	return net_bed_command(&bed, QUEUE, command, len, step);
}

static void address_tables_are_judged_by_their_length(void **state)
{
	const size_t len = 2 + 4 + 6 + 4 + 12;

	(void)state;
	assert_int_equal(set_addresses(1, 2, len, len), VIRTIO_NET_OK);
	assert_int_equal(set_addresses(1, 2, len, 1), VIRTIO_NET_OK);
	assert_int_equal(set_addresses(1, 2, len, 5), VIRTIO_NET_OK);
	assert_int_equal(set_addresses(1, 2, len - 1, 5), VIRTIO_NET_ERR);
	assert_int_equal(set_addresses(1, 1, len, 5), VIRTIO_NET_ERR);
	assert_int_equal(set_addresses(1, 3, len, 5), VIRTIO_NET_ERR);
	assert_int_equal(set_addresses(0, 2, len, 5), VIRTIO_NET_ERR);
	assert_int_equal(set_addresses(UINT32_MAX, 2, len, 5), VIRTIO_NET_ERR);
	assert_int_equal(set_addresses(1, UINT32_MAX, len, 5), VIRTIO_NET_ERR);
	/* six times this is 2 modulo 2^32 */
	assert_int_equal(set_addresses(0x2aaaaaab, 2, len, 5), VIRTIO_NET_ERR);
	assert_int_equal(set_addresses(1, 2, 6, 6), VIRTIO_NET_ERR);
}

static void long_table_is_taken_as_it_comes(void **state)
{
	uint8_t command[2 + 4 + 6 * ADDRESSES + 4] = {
		VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, ADDRESSES};

	(void)state;
	assert_int_equal(
		net_bed_command(&bed, QUEUE, command, sizeof(command), 100),
		VIRTIO_NET_OK);
}

static void command_without_room_for_its_answer_breaks_the_device(void **state)
{
	struct virtqueue_piece piece = {.len = 3};
	const uint8_t promisc[3] = {0, 0, 1};
	uint32_t len;

	(void)state;
	piece.gpa = virtio_guest_alloc(&bed.guest, 3);
	assert_true(virtio_guest_add(&bed.guest, QUEUE, &piece, 1, 0) >= 0);
	virtio_guest_kick(&bed.guest, QUEUE);
	assert_true(needs_reset());
	assert_int_equal(virtio_guest_interrupts(&bed.guest, -1), 1);
	assert_true(virtio_guest_get(&bed.guest, QUEUE, &len) < 0);
	assert_true(virtio_guest_reset(&bed.guest));
	assert_true(virtio_guest_start(&bed.guest, NET_BED_FEATURES, 3));
	assert_int_equal(net_bed_command(&bed, QUEUE, promisc, 3, 1),
			 VIRTIO_NET_OK);
}

static void chain_that_never_ends_breaks_the_device(void **state)
{
	struct virtqueue_piece pieces[2] = {{.len = 3}, {.len = 1}};
	struct vring_desc *desc;

	(void)state;
	pieces[0].gpa = pieces[1].gpa = virtio_guest_alloc(&bed.guest, 3);
	assert_true(virtio_guest_add(&bed.guest, QUEUE, pieces, 1, 1) >= 0);
	desc = bed.guest.queues[QUEUE].driver.desc;
	desc[1].flags = htole16(VRING_DESC_F_WRITE | VRING_DESC_F_NEXT);
	desc[1].next = htole16(1);
	virtio_guest_kick(&bed.guest, QUEUE);
	assert_true(needs_reset());
	assert_true(virtio_guest_reset(&bed.guest));
}

static void command_outside_of_memory_breaks_the_device(void **state)
{
	struct virtqueue_piece pieces[2] = {{UINT64_MAX - 1, 3}, {0, 1}};

	(void)state;
	assert_true(virtio_guest_add(&bed.guest, QUEUE, pieces, 1, 1) >= 0);
	virtio_guest_kick(&bed.guest, QUEUE);
	assert_true(needs_reset());
}

static void full_queue_is_answered_a_few_commands_at_a_time(void **state)
{
	struct virtqueue_piece pieces[2] = {{.len = 3}, {.len = 1}};
	struct virtqueue_driver *ring = &bed.guest.queues[QUEUE].driver;
	unsigned i, done = 0, most = 0;
	uint32_t len;

	(void)state;
	pieces[0].gpa = virtio_guest_alloc(&bed.guest, 4);
	pieces[1].gpa = pieces[0].gpa + 3;
	for (i = 0; i < 128; i++)
		assert_true(virtio_guest_add(&bed.guest, QUEUE, pieces, 1, 1) >=
			    0);
	machine_bed_ring(&bed.machine, bed.guest.queues[QUEUE].doorbell, 2,
			 QUEUE);
	for (i = 0; i < 128 && done < 128; i++) {
		unsigned now = 0;

		loop_run_once(bed.machine.machine.loop, 0);
		while (virtqueue_driver_get(ring, &len) >= 0)
			now++;
		most = MAX(most, now);
		done += now;
	}
	assert_int_equal(done, 128);
	assert_true(most <= 16);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unknown_commands_are_answered_with_an_error),
		TEST(command_that_is_too_short_or_long_is_an_error),
		TEST(address_tables_are_judged_by_their_length),
		TEST(long_table_is_taken_as_it_comes),
		TEST(command_without_room_for_its_answer_breaks_the_device),
		TEST(chain_that_never_ends_breaks_the_device),
		TEST(command_outside_of_memory_breaks_the_device),
		TEST(full_queue_is_answered_a_few_commands_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
