// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vhost_user_limits.c - guests and front-ends that want too much of us
 */
#include "unit/cmocka_wrap.h"

#include <fcntl.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "backends/vhost_user_internal.h"
#include "unit/vhost_user_bed.h"

#define MERGE FRONT_END_F(VIRTIO_NET_F_MRG_RXBUF)
#define MQ FRONT_END_F(VIRTIO_NET_F_MQ)

static struct bed bed;

static bool has_fault(void)
{
	struct port_status status;

	bed_run(&bed);
	port_get_status(bed.port, &status);
	return status.fault[0];
}

static void full_ring_that_starts_anew_is_not_waited_for(void **state)
{
	(void)state;
	bed_start(&bed, MQ, 4);
	bed.writable = 0;
	assert_false(bed_send(&bed, 60, 0));
	front_end_start_ring(&bed.fe, 0, false);
	front_end_start_ring(&bed.fe, 2, false);
	bed_run(&bed);
	assert_true(bed.port->carrier);
	assert_int_equal(bed.writable, 1);
}

static void full_ring_that_is_disabled_is_not_waited_for(void **state)
{
	unsigned i;

	(void)state;
	bed_start(&bed, MQ, 4);
	bed.writable = 0;
	assert_false(bed_send(&bed, 60, 0));
	for (i = 0; i < 4; i += 2) {
		front_end_send_state(&bed.fe, VHOST_USER_SET_VRING_ENABLE, i,
				     0);
		bed_run(&bed);
		assert_true(bed.port->carrier);
		front_end_send_state(&bed.fe, VHOST_USER_SET_VRING_ENABLE, i,
				     1);
		bed_run(&bed);
	}
	assert_int_equal(bed.writable, 1);
}

static void too_few_buffers_do_not_count_while_spinning(void **state)
{
	(void)state;
	loop_set_spin(bed.loop, NSEC_PER_SEC);
	bed_start(&bed, MERGE, 2);
	bed_run(&bed);
	bed.writable = 0;
	bed_offer(&bed, 0, 1526);
	assert_false(bed_send(&bed, 5000, 0));
	bed_run(&bed);
	assert_int_equal(bed.writable, 0);
	bed_offer(&bed, 1, 1526);
	bed_run(&bed);
	assert_int_equal(bed.writable, 1);
	assert_false(bed_send(&bed, 5000, 0));
	bed.clock.ns += NSEC_PER_SEC / 2;
	bed_run(&bed);
	assert_int_equal(bed.writable, 2);
}

/* chains of as many empty descriptors as the ring has, all the same ones */
static void offer_empty_chains(unsigned ring, uint16_t flags, uint16_t n)
{
	struct virtqueue_driver *driver = &bed.fe.rings[ring];
	uint16_t i, size = driver->size;

	for (i = 0; i < size; i++) {
		driver->desc[i].addr = FRONT_END_GPA + FRONT_END_DATA;
		driver->desc[i].len = 0;
		driver->desc[i].next = (uint16_t)(i + 1);
		driver->desc[i].flags = flags;
		driver->avail->ring[i] = 0;
		if (i + 1 < size)
			driver->desc[i].flags |= VRING_DESC_F_NEXT;
	}
	driver->avail->idx = n;
	front_end_kick(&bed.fe, ring);
}

static void long_chains_make_short_batches(void **state)
{
	(void)state;
	bed_start(&bed, 0, 2);
	offer_empty_chains(1, 0, 64);
	loop_run_once(bed.loop, 0);
	loop_run_once(bed.loop, 0);
	assert_in_range(bed.fe.rings[1].used->idx, 1, 8);
	bed_run(&bed);
	assert_int_equal(bed.fe.rings[1].used->idx, 64);
	assert_int_equal(bed.port->counters.drops[DROP_RUNT], 64);
}

static void long_frames_make_short_batches(void **state)
{
	struct virtqueue_piece piece = {FRONT_END_GPA + FRONT_END_DATA, 65000};
	unsigned i;

	(void)state;
	bed_start(&bed, 0, 2);
	for (i = 0; i < 64; i++)
		virtqueue_driver_add(&bed.fe.rings[1], &piece, 1, 0);
	virtqueue_driver_publish(&bed.fe.rings[1]);
	front_end_kick(&bed.fe, 1);
	loop_run_once(bed.loop, 0);
	loop_run_once(bed.loop, 0);
	assert_in_range(bed.count, 1, 16);
	bed_run(&bed);
	assert_int_equal(bed.count, 64);
}

/* none of them is of any use, and each costs as many looks as the ring has */
static void empty_buffers_are_not_all_looked_at(void **state)
{
	(void)state;
	bed_start(&bed, MERGE, 2);
	offer_empty_chains(0, VRING_DESC_F_WRITE, FRONT_END_RING_SIZE - 1);
	assert_true(bed_send(&bed, 60, 0));
	assert_int_equal(bed.port->counters.drops[DROP_RX_BUFFER], 1);
	assert_int_equal(bed.fe.rings[0].used->idx, 1);
	assert_true(bed.port->carrier);
}

static void memory_that_misaligns_a_running_ring_is_refused(void **state)
{
	struct vhost_user_memory memory = {
		.count = 1,
		.regions[0] = {FRONT_END_GPA, FRONT_END_RAM_SIZE - 4096,
			       FRONT_END_USER, 1}};

	(void)state;
	bed_start(&bed, 0, 2);
	assert_true(front_end_send(&bed.fe, VHOST_USER_SET_MEM_TABLE, &memory,
				   40, &bed.fe.memfd, 1));
	assert_true(bed_is_closed(&bed));
}

static void frame_for_a_port_without_rings_is_not_sent(void **state)
{
	(void)state;
	assert_true(bed_send(&bed, 60, 0));
	assert_int_equal(bed.port->counters.drops[DROP_NO_CARRIER], 1);
	assert_int_equal(bed.port->counters.tx_frames, 0);
	assert_int_equal(bed.port->counters.tx_bytes, 0);
}

static void block_the_worker(void)
{
	bed_start(&bed, 0, 2);
	assert_int_equal(eventfd_write(bed.fe.call[1], UINT64_MAX - 2), 0);
	assert_int_equal(fcntl(bed.fe.call[1], F_SETFL, 0), 0);
	bed_transmit(&bed, 0, 60, NULL);
	bed_run(&bed);
	bed_transmit(&bed, 1, 60, NULL);
	assert_true(has_fault());
}

static void unblock(void)
{
	assert_true(front_end_called(bed.fe.call[1]));
	assert_int_equal(fcntl(bed.fe.call[1], F_SETFL, O_NONBLOCK), 0);
}

/* each time costs everybody some ten milliseconds */
static void who_blocked_us_can_not_do_it_again_at_once(void **state)
{
	(void)state;
	block_the_worker();
	front_end_send_state(&bed.fe, VHOST_USER_GET_VRING_BASE, 0, 0);
	front_end_send_state(&bed.fe, VHOST_USER_GET_VRING_BASE, 1, 0);
	assert_true(has_fault());
	close(bed.fe.sock);
	bed_run(&bed);
	bed.fe.sock = bed_connect(&bed);
	assert_true(bed_is_closed(&bed));
	close(bed.fe.sock);
	unblock();
	bed.clock.ns += 11 * NSEC_PER_SEC;
	bed_run(&bed);
	bed_start(&bed, 0, 2);
	bed_transmit(&bed, 2, 60, NULL);
	assert_false(has_fault());
	assert_true(bed.port->carrier);
}

/* each maps and unmaps up to eight regions */
static void memory_tables_come_one_a_turn(void **state)
{
	uint64_t before;
	unsigned i;

	(void)state;
	bed_start(&bed, 0, 2);
	before = bed.vu->conn_watch.wakes;
	for (i = 0; i < 5; i++)
		front_end_send_memory(&bed.fe);
	bed_run(&bed);
	assert_int_equal(bed.vu->conn_watch.wakes - before, 5);
	assert_true(bed.port->carrier);
}

/* a socket that can't be accepted stays readable */
static void lack_of_descriptors_does_not_keep_the_loop_busy(void **state)
{
	struct rlimit old, tight = {0, 0};
	uint64_t before;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	bed.fe.sock = bed_connect(&bed);
	close(bed.fe.sock);
	bed_run(&bed);
	before = bed.vu->listen.wakes;
	tight.rlim_max = old.rlim_max;
	/* the limit strikes between connect() and accept() */
	bed.fe.sock = bed_connect_without_running(&bed);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	bed_run(&bed);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_in_range(bed.vu->listen.wakes - before, 1, 2);
	bed.clock.ns += 2 * NSEC_PER_SEC;
	bed_run(&bed);
	assert_true(bed.vu->conn.fd >= 0);
}

#define TEST(name) BED_TEST(name, &bed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(full_ring_that_starts_anew_is_not_waited_for),
		TEST(full_ring_that_is_disabled_is_not_waited_for),
		TEST(too_few_buffers_do_not_count_while_spinning),
		TEST(long_chains_make_short_batches),
		TEST(long_frames_make_short_batches),
		TEST(empty_buffers_are_not_all_looked_at),
		TEST(memory_that_misaligns_a_running_ring_is_refused),
		TEST(frame_for_a_port_without_rings_is_not_sent),
		TEST(memory_tables_come_one_a_turn),
		TEST(lack_of_descriptors_does_not_keep_the_loop_busy),
		TEST(who_blocked_us_can_not_do_it_again_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
