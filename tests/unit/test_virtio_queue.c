// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_queue.c - queues that are served in this process, and rings that
 * no working driver leaves
 */
#include "unit/cmocka_wrap.h"

#include <endian.h>
#include <linux/virtio_config.h>
#include <string.h>

#include "unit/virtio_toy_test.h"

#define EVENT_IDX (1ull << VIRTIO_RING_F_EVENT_IDX)
#define INDIRECT (1ull << VIRTIO_RING_F_INDIRECT_DESC)

static void start(uint64_t features)
{
	assert_true(virtio_guest_start(guest, VERSION_1 | features, 2));
	machine_bed_run(&bed.bed);
	toy->passes[0] = toy->passes[1] = 0;
}

static void add(unsigned n, unsigned count)
{
	const struct virtqueue_piece piece = {.gpa = 0x4000, .len = 64};

	while (count--)
		assert_true(virtio_guest_add(guest, n, &piece, 1, 0) >= 0);
}

static unsigned taken(unsigned n)
{
	unsigned count = 0;
	uint32_t len;

	while (virtio_guest_get(guest, n, &len) >= 0)
		count++;
	return count;
}

static void chains_come_back_with_one_interrupt_a_pass(void **state)
{
	(void)state;
	start(0);
	add(0, 3);
	virtio_guest_kick(guest, 0);
	assert_int_equal(taken(0), 3);
	assert_true(toy->is_quiet);
	assert_int_equal(guest->queues[0].driver.used->flags, 0);
	assert_int_equal(virtio_guest_interrupts(guest, 0), 1);
	virtqueue_driver_disable_call(&guest->queues[0].driver);
	add(0, 1);
	virtio_guest_kick(guest, 0);
	assert_int_equal(taken(0), 1);
	assert_int_equal(virtio_guest_interrupts(guest, 0), 0);
}

static void pass_without_work_interrupts_nobody(void **state)
{
	(void)state;
	start(0);
	virtio_guest_kick(guest, 0);
	assert_int_equal(toy->passes[0], 1);
	assert_int_equal(virtio_guest_interrupts(guest, 0), 0);
}

static void what_was_there_before_driver_ok_is_served(void **state)
{
	(void)state;
	assert_true(virtio_guest_negotiate(guest, VERSION_1));
	virtio_guest_queue(guest, 0, 0);
	add(0, 2);
	assert_int_equal(taken(0), 0);
	assert_true(virtio_guest_driver_ok(guest));
	machine_bed_run(&bed.bed);
	assert_int_equal(taken(0), 2);
}

static void long_queue_takes_turns(void **state)
{
	(void)state;
	start(EVENT_IDX);
	add(0, TOY_QUEUE_SIZE);
	machine_bed_ring(&bed.bed, guest->queues[0].doorbell, 2, 0);
	loop_run_once(bed.bed.machine.loop, 0);
	assert_int_equal(taken(0), TOY_BATCH);
	machine_bed_run(&bed.bed);
	assert_int_equal(taken(0), TOY_QUEUE_SIZE - TOY_BATCH);
}

static void chain_that_was_left_is_no_work(void **state)
{
	const uint64_t features[] = {0, EVENT_IDX};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(features); i++) {
		start(features[i]);
		add(1, 5);
		virtio_guest_kick(guest, 1);
		assert_in_range(toy->passes[1], 1, 2);
		toy->passes[1] = 0;
		machine_bed_run(&bed.bed);
		assert_int_equal(toy->passes[1], 0);
		/* and more of them are told */
		add(1, 1);
		virtio_guest_kick(guest, 1);
		assert_in_range(toy->passes[1], 1, 2);
	}
}

static void driver_is_asked_to_notify_again(void **state)
{
	struct virtqueue_driver *driver = &guest->queues[1].driver;
	const struct virtqueue_piece piece = {.gpa = 0x4000, .len = 64};
	const uint64_t features[] = {0, EVENT_IDX};
	unsigned i, round;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(features); i++) {
		start(features[i]);
		for (round = 0; round < 5; round++) {
			virtqueue_driver_add(driver, &piece, 1, 0);
			assert_true(virtqueue_driver_publish(driver));
			virtio_guest_kick(guest, 1);
		}
	}
}

static void closed_queue_is_not_served(void **state)
{
	struct virtio_queue *queue = &toy->device.queues[0];

	(void)state;
	start(0);
	assert_true(virtio_queue_is_open(queue));
	virtio_queue_close(queue);
	virtio_queue_close(queue);
	assert_false(virtio_queue_is_open(queue));
	add(0, 1);
	virtio_guest_kick(guest, 0);
	assert_int_equal(toy->passes[0], 0);
	virtio_queue_flush(queue);
}

static void queue_outside_of_ram_does_not_open(void **state)
{
	struct virtio_queue *queue = &toy->device.queues[0];

	(void)state;
	start(0);
	virtio_queue_close(queue);
	queue->used = MACHINE_PCI_START;
	assert_true(virtio_queue_open(queue, NULL) < 0);
	queue->used = 0x1001;
	assert_true(virtio_queue_open(queue, NULL) < 0);
	queue->used = 0x1000;
	queue->size = 12;
	assert_true(virtio_queue_open(queue, NULL) < 0);
}

/* The parts of queue 0, as the driver writes them. */
static struct vring_desc *desc(unsigned i)
{
	return guest->queues[0].driver.desc + i;
}

static void put(unsigned i, uint64_t addr, uint32_t len, unsigned flags,
		unsigned next)
{
	*desc(i) = (struct vring_desc){htole64(addr), htole32(len),
				       htole16((uint16_t)flags),
				       htole16((uint16_t)next)};
}

static void show(uint16_t head, uint16_t idx)
{
	struct vring_avail *avail = guest->queues[0].driver.avail;

	avail->ring[0] = htole16(head);
	avail->idx = htole16(idx);
}

static void chain_points_to_itself(void)
{
	put(0, 0x4000, 1, VRING_DESC_F_NEXT, 0);
}

static void chain_is_a_circle_of_three(void)
{
	put(0, 0x4000, 0, VRING_DESC_F_NEXT, 1);
	put(1, 0x4000, 0, VRING_DESC_F_NEXT, 2);
	put(2, 0x4000, 0, VRING_DESC_F_NEXT, 0);
}

static void next_is_beyond_the_table(void)
{
	put(0, 0x4000, 1, VRING_DESC_F_NEXT, TOY_QUEUE_SIZE);
}

static void readable_comes_behind_writable(void)
{
	put(0, 0x4000, 1, VRING_DESC_F_NEXT | VRING_DESC_F_WRITE, 1);
	put(1, 0x4000, 1, 0, 0);
}

static void buffer_is_beyond_ram(void)
{
	put(0, MACHINE_BED_MEMORY, 1, 0, 0);
}

static void last_byte_is_beyond_ram(void)
{
	put(0, MACHINE_BED_MEMORY - 8, 9, 0, 0);
}

static void buffer_wraps(void)
{
	put(0, UINT64_MAX - 4, 64, 0, 0);
}

static void buffer_is_a_register(void)
{
	put(0, guest->common, 4, VRING_DESC_F_WRITE, 0);
}

static void indirect_was_not_negotiated(void)
{
	put(0, 0x4000, 16, VRING_DESC_F_INDIRECT, 0);
}

static void head_is_beyond_the_ring(void)
{
	show(0xffff, 1);
}

static void index_ran_ahead(void)
{
	show(0, TOY_QUEUE_SIZE + 1);
}

static void index_went_back(void)
{
	show(0, 0xffff);
}

static void broken_ring_needs_a_reset_which_works(void **state)
{
	static void (*const evils[])(void) = {
		chain_points_to_itself,
		chain_is_a_circle_of_three,
		next_is_beyond_the_table,
		readable_comes_behind_writable,
		buffer_is_beyond_ram,
		last_byte_is_beyond_ram,
		buffer_wraps,
		buffer_is_a_register,
		indirect_was_not_negotiated,
		head_is_beyond_the_ring,
		index_ran_ahead,
		index_went_back,
	};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(evils); i++) {
		start(0);
		show(0, 1);
		evils[i]();
		virtio_guest_kick(guest, 0);
		assert_true(virtio_guest_status(guest) &
			    VIRTIO_CONFIG_S_NEEDS_RESET);
		assert_int_equal(virtio_guest_interrupts(guest, -1), 1);
		assert_int_equal(guest->queues[0].driver.used->idx, 0);
		assert_false(virtio_queue_is_open(&toy->device.queues[0]));
		/* nothing more is done, on whatever queue */
		toy->passes[0] = toy->passes[1] = 0;
		virtio_guest_kick(guest, 0);
		virtio_guest_kick(guest, 1);
		virtio_queue_again(&toy->device.queues[0]);
		virtio_queue_again(&toy->device.queues[1]);
		machine_bed_run(&bed.bed);
		assert_int_equal(toy->passes[0] + toy->passes[1], 0);
		start(0);
		add(0, 1);
		virtio_guest_kick(guest, 0);
		assert_int_equal(taken(0), 1);
	}
}

static void ring_that_points_at_itself_harms_nobody(void **state)
{
	(void)state;
	start(INDIRECT);
	put(0, guest->queues[0].used, 64, VRING_DESC_F_WRITE, 0);
	show(0, 1);
	virtio_guest_kick(guest, 0);
	put(0, guest->queues[0].desc, 256, VRING_DESC_F_INDIRECT, 0);
	show(0, 2);
	virtio_guest_kick(guest, 0);
	start(0);
	add(0, 1);
	virtio_guest_kick(guest, 0);
	assert_int_equal(taken(0), 1);
}

static void index_that_toggles_costs_one_pass_a_notification(void **state)
{
	uint16_t idx;

	(void)state;
	start(0);
	put(0, 0x4000, 1, 0, 0);
	for (idx = 1; idx < 200; idx++) {
		show(0, idx);
		virtio_guest_kick(guest, 0);
	}
	assert_in_range(toy->passes[0], 1, 2 * 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chains_come_back_with_one_interrupt_a_pass),
		TEST(pass_without_work_interrupts_nobody),
		TEST(what_was_there_before_driver_ok_is_served),
		TEST(long_queue_takes_turns),
		TEST(chain_that_was_left_is_no_work),
		TEST(driver_is_asked_to_notify_again),
		TEST(closed_queue_is_not_served),
		TEST(queue_outside_of_ram_does_not_open),
		TEST(broken_ring_needs_a_reset_which_works),
		TEST(ring_that_points_at_itself_harms_nobody),
		TEST(index_that_toggles_costs_one_pass_a_notification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
