// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_net_vhost_user.c - a vhost-user front-end, and back-ends of all kinds
 *
 * Whatever a back-end does, the device loses it, says so once, leaks nothing,
 * and goes on with the next one.
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/back_end.h"
#include "unit/net_bed.h"

#define F(bit) (1ull << (bit))
#define DECENT_FEATURES \
	(F(VHOST_USER_F_PROTOCOL_FEATURES) | NET_BACKEND_UNKNOWN)
#define DECENT_PROTOCOL                                                     \
	(F(VHOST_USER_PROTOCOL_F_MQ) | F(VHOST_USER_PROTOCOL_F_REPLY_ACK) | \
	 F(VHOST_USER_PROTOCOL_F_MTU))
#define MAX_HEARD 200

static struct net_bed bed;
static struct back_end be;

/* time flies where nobody answers: no wait takes any */
static void run_back_end(struct net_bed *net_bed)
{
	net_bed->machine.clock.ns += 10 * NSEC_PER_SEC;
	back_end_run(&be);
}

static int set_up(void **state)
{
	(void)state;
	back_end_init(&be);
	if (net_bed_open(&bed))
		return -1;
	bed.run = run_back_end;
	return 0;
}

static int tear_down(void **state)
{
	int left = net_bed_close(&bed);

	(void)state;
	back_end_fall(&be);
	return left;
}

static bool start(uint64_t features)
{
	return virtio_guest_start(&bed.guest, NET_BED_FEATURES | features, 3);
}

static bool needs_reset(void)
{
	return virtio_guest_status(&bed.guest) & VIRTIO_CONFIG_S_NEEDS_RESET;
}

static void back_end_is_told_what_it_needs(void **state)
{
	const struct vm_memory *ram = &bed.machine.machine.ram;

	(void)state;
	assert_int_equal(
		net_bed_add(&bed, back_end_raise(&be, BACK_END_DECENT, 0), 1),
		0);
	assert_int_equal(be.heard[0], VHOST_USER_SET_OWNER);
	assert_true(start(0));
	assert_int_equal(be.kicks, 2);
	assert_true(front_end_called(be.kick_fd));
	assert_int_equal(be.enabled[0], 1);
	assert_int_equal(be.enabled[1], 1);
	assert_int_equal(be.memory.count, ram->count);
	assert_true(be.memory.regions[0].user_addr ==
		    ram->regions[0].user_addr);
	assert_true(be.addr[1].used_user ==
		    ram->regions[0].user_addr + bed.guest.queues[1].used);
	assert_false(back_end_heard(&be, VHOST_USER_NET_SET_MTU));
	assert_true(virtio_guest_reset(&bed.guest));
	assert_true(back_end_heard(&be, VHOST_USER_GET_VRING_BASE));
	be.heard_count = 0;
	assert_true(start(F(VIRTIO_NET_F_MTU)));
	assert_true(back_end_heard(&be, VHOST_USER_NET_SET_MTU));
	assert_false(back_end_heard(&be, VHOST_USER_SET_MEM_TABLE));
}

static void ring_goes_on_at_the_used_index_of_the_driver(void **state)
{
	(void)state;
	assert_int_equal(
		net_bed_add(&bed, back_end_raise(&be, BACK_END_DECENT, 0), 1),
		0);
	assert_true(start(0));
	assert_int_equal(be.base[1], 0);
	bed.guest.queues[1].driver.used->idx = htole16(0xfffe);
	assert_int_equal(
		virtio_net_connect(bed.device,
				   back_end_raise(&be, BACK_END_DECENT, 0)),
		0);
	net_bed_run(&bed);
	assert_int_equal(be.base[0], 0);
	assert_int_equal(be.base[1], 0xfffe);
	assert_int_equal(bed.gone, 0);
}

static void back_end_of_the_oldest_kind_is_served(void **state)
{
	int fd = back_end_raise(&be, BACK_END_DECENT, 0);

	(void)state;
	be.features &= ~F(VHOST_USER_F_PROTOCOL_FEATURES);
	assert_int_equal(net_bed_add(&bed, fd, 4), 0);
	assert_int_equal(virtio_guest_config_read(&bed.guest, 8, 2), 1);
	assert_true(start(0));
	assert_int_equal(be.kicks, 2);
	assert_false(back_end_heard(&be, VHOST_USER_SET_VRING_ENABLE));
	assert_false(back_end_heard(&be, VHOST_USER_GET_PROTOCOL_FEATURES));
	assert_true(virtio_guest_reset(&bed.guest));
	assert_int_equal(bed.gone, 0);
}

static void back_end_without_acknowledgements_is_served(void **state)
{
	int fd = back_end_raise(&be, BACK_END_DECENT, 0);

	(void)state;
	be.protocol = 0;
	assert_int_equal(net_bed_add(&bed, fd, 1), 0);
	assert_true(start(0));
	assert_true(back_end_heard(&be, VHOST_USER_SET_VRING_ENABLE));
	assert_false(back_end_heard(&be, VHOST_USER_GET_QUEUE_NUM));
	assert_true(virtio_guest_reset(&bed.guest));
	net_bed_run(&bed);
	assert_int_equal(bed.gone, 0);
}

static void legacy_back_end_is_refused(void **state)
{
	int fd = back_end_raise(&be, BACK_END_DECENT, 0);

	(void)state;
	be.features &= ~F(VIRTIO_F_VERSION_1);
	assert_int_equal(net_bed_add(&bed, fd, 1), -1);
}

/* a number that is too large is cut, a reply too many is noticed later */
static bool is_noticed(enum back_end_manner manner, unsigned at)
{
	return !(manner == BACK_END_NO && at == 1) &&
	       !(manner == BACK_END_TWICE && at == 2);
}

static void first_back_end_that_misbehaves_is_refused(void **state)
{
	unsigned manner, at, fds = bed_fds();

	(void)state;
	for (manner = BACK_END_DECENT + 1; manner < BACK_END_MANNERS;
	     manner++) {
		for (at = 0; at < 3; at++) {
			if (!is_noticed(manner, at))
				continue;
			assert_int_equal(
				net_bed_add(&bed,
					    back_end_raise(&be, manner, at), 1),
				-1);
			back_end_fall(&be);
			assert_int_equal(bed_fds(), fds);
		}
	}
}

/* each reply of a session in turn; number of the last one */
static unsigned replies_of_a_session(void)
{
	assert_int_equal(
		net_bed_add(&bed, back_end_raise(&be, BACK_END_DECENT, 0), 1),
		0);
	assert_true(start(0));
	assert_true(virtio_guest_reset(&bed.guest));
	return be.replies;
}

static void play_session(enum back_end_manner manner, unsigned at)
{
	int fd = back_end_raise(&be, manner, at);

	bed.gone = 0;
	assert_int_equal(virtio_net_connect(bed.device, fd), 0);
	net_bed_run(&bed);
	assert_true(start(0));
	virtio_net_set_link(bed.device, false);
	virtio_net_set_link(bed.device, true);
	assert_true(virtio_guest_reset(&bed.guest));
	net_bed_run(&bed);
}

static void back_end_that_misbehaves_is_lost_and_replaced(void **state)
{
	unsigned at, manner, count = replies_of_a_session(), fds = 0;

	(void)state;
	/* and two more for the link */
	for (at = 0; at < count + 2; at++) {
		for (manner = BACK_END_DECENT + 1; manner < BACK_END_MANNERS;
		     manner++) {
			play_session(manner, at);
			if (manner != BACK_END_NO)
				assert_int_equal(bed.gone, 1);
			bed.guest.next = VIRTIO_GUEST_RAM;
			play_session(BACK_END_DECENT, 0);
			assert_int_equal(bed.gone, 0);
			bed.guest.next = VIRTIO_GUEST_RAM;
			if (!fds)
				fds = bed_fds();
			assert_int_equal(bed_fds(), fds);
		}
	}
}

/* after features, protocol features and queue pairs comes memory */
static void back_end_that_can_not_map_memory_is_lost(void **state)
{
	(void)state;
	assert_int_equal(
		net_bed_add(&bed, back_end_raise(&be, BACK_END_NO, 3), 1), 0);
	assert_true(start(0));
	net_bed_run(&bed);
	assert_int_equal(bed.gone, 1);
	assert_int_equal(be.kicks, 0);
}

static void answer_for_another_ring_is_no_answer(void **state)
{
	unsigned at;

	(void)state;
	assert_int_equal(
		net_bed_add(&bed, back_end_raise(&be, BACK_END_DECENT, 0), 1),
		0);
	assert_true(start(0));
	at = be.replies;
	play_session(BACK_END_NO, at);
	assert_int_equal(bed.gone, 1);
}

static void reasons_are_told(void **state)
{
	(void)state;
	assert_int_equal(net_bed_add(&bed, -1, 1), 0);
	virtio_net_connect(bed.device, back_end_raise(&be, BACK_END_SILENT, 0));
	net_bed_run(&bed);
	assert_string_equal(bed.why, "it does not answer");
	virtio_net_connect(bed.device,
			   back_end_raise(&be, BACK_END_GARBAGE, 0));
	net_bed_run(&bed);
	assert_string_equal(bed.why, "it breaks the vhost-user protocol");
	virtio_net_connect(bed.device, back_end_raise(&be, BACK_END_CLOSED, 0));
	net_bed_run(&bed);
	assert_string_equal(bed.why, "it closed the connection");
	assert_int_equal(bed.gone, 3);
}

static void what_is_no_connection_is_refused(void **state)
{
	unsigned fds;

	(void)state;
	assert_int_equal(net_bed_add(&bed, -1, 1), 0);
	fds = bed_fds();
	assert_true(virtio_net_connect(bed.device, eventfd(0, EFD_CLOEXEC)) <
		    0);
	assert_int_equal(bed_fds(), fds);
	assert_int_equal(
		virtio_net_connect(bed.device,
				   back_end_raise(&be, BACK_END_DECENT, 0)),
		0);
	net_bed_run(&bed);
	assert_int_equal(bed.gone, 0);
}

static void back_end_that_speaks_unasked_is_lost(void **state)
{
	(void)state;
	assert_int_equal(
		net_bed_add(&bed, back_end_raise(&be, BACK_END_DECENT, 0), 1),
		0);
	assert_true(start(0));
	back_end_send(&be, "Hello, guest!", 13, 0);
	net_bed_run(&bed);
	assert_int_equal(bed.gone, 1);
	assert_false(needs_reset());
}

static void ring_that_is_reported_broken_is_told_to_the_driver(void **state)
{
	(void)state;
	assert_int_equal(
		net_bed_add(&bed, back_end_raise(&be, BACK_END_DECENT, 0), 1),
		0);
	assert_true(start(0));
	eventfd_write(be.err_fd, 1);
	net_bed_run(&bed);
	assert_true(needs_reset());
	eventfd_write(be.err_fd, 1);
	net_bed_run(&bed);
	assert_int_equal(virtio_guest_interrupts(&bed.guest, -1), 1);
	assert_true(virtio_guest_reset(&bed.guest));
	eventfd_write(be.err_fd, 1);
	net_bed_run(&bed);
	assert_false(needs_reset());
	assert_true(start(0));
	net_bed_run(&bed);
	assert_false(needs_reset());
	eventfd_write(be.err_fd, 1);
	net_bed_run(&bed);
	assert_true(needs_reset());
	assert_int_equal(bed.gone, 0);
}

static void back_end_that_can_do_less_needs_a_reset(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(
		net_bed_add(&bed, back_end_raise(&be, BACK_END_DECENT, 0), 1),
		0);
	assert_true(start(F(VIRTIO_NET_F_CSUM)));
	fd = back_end_raise(&be, BACK_END_DECENT, 0);
	be.features &= ~F(VIRTIO_NET_F_CSUM);
	assert_int_equal(virtio_net_connect(bed.device, fd), 0);
	net_bed_run(&bed);
	assert_true(needs_reset());
	assert_int_equal(be.kicks, 0);
	assert_true(virtio_guest_reset(&bed.guest));
	assert_false(virtio_guest_features(&bed.guest) & F(VIRTIO_NET_F_CSUM));
	assert_true(start(0));
	assert_int_equal(be.kicks, 2);
}

static void features_that_shrank_since_they_were_read_are_noticed(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(
		net_bed_add(&bed, back_end_raise(&be, BACK_END_DECENT, 0), 1),
		0);
	assert_true(virtio_guest_negotiate(
		&bed.guest, NET_BED_FEATURES | F(VIRTIO_NET_F_CSUM)));
	fd = back_end_raise(&be, BACK_END_DECENT, 0);
	be.features &= ~F(VIRTIO_NET_F_CSUM);
	assert_int_equal(virtio_net_connect(bed.device, fd), 0);
	net_bed_run(&bed);
	assert_false(virtio_guest_features(&bed.guest) & F(VIRTIO_NET_F_CSUM));
	assert_false(virtio_guest_driver_ok(&bed.guest));
	assert_int_equal(be.kicks, 0);
}

static void back_end_with_fewer_pairs_needs_a_reset(void **state)
{
	int fd = back_end_raise(&be, BACK_END_DECENT, 0);

	(void)state;
	be.pairs = 2;
	assert_int_equal(net_bed_add(&bed, fd, 2), 0);
	assert_true(virtio_guest_start(
		&bed.guest, NET_BED_FEATURES | F(VIRTIO_NET_F_MQ), 5));
	assert_int_equal(be.kicks, 4);
	assert_int_equal(be.enabled[2], 0);
	assert_int_equal(
		virtio_net_connect(bed.device,
				   back_end_raise(&be, BACK_END_DECENT, 0)),
		0);
	net_bed_run(&bed);
	assert_true(needs_reset());
}

static void connection_replaces_the_one_that_is_there(void **state)
{
	unsigned i, fds = 0;

	(void)state;
	assert_int_equal(
		net_bed_add(&bed, back_end_raise(&be, BACK_END_DECENT, 0), 1),
		0);
	assert_true(start(0));
	for (i = 0; i < 50; i++) {
		assert_int_equal(
			virtio_net_connect(
				bed.device,
				back_end_raise(&be, BACK_END_DECENT, 0)),
			0);
		if (i % 2)
			net_bed_run(&bed);
		if (i == 1)
			fds = bed_fds();
	}
	net_bed_run(&bed);
	assert_int_equal(bed_fds(), fds);
	assert_int_equal(be.kicks, 2);
	assert_int_equal(bed.gone, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(back_end_is_told_what_it_needs),
		TEST(ring_goes_on_at_the_used_index_of_the_driver),
		TEST(back_end_of_the_oldest_kind_is_served),
		TEST(back_end_without_acknowledgements_is_served),
		TEST(legacy_back_end_is_refused),
		TEST(first_back_end_that_misbehaves_is_refused),
		TEST(back_end_that_misbehaves_is_lost_and_replaced),
		TEST(back_end_that_can_not_map_memory_is_lost),
		TEST(answer_for_another_ring_is_no_answer),
		TEST(reasons_are_told),
		TEST(what_is_no_connection_is_refused),
		TEST(back_end_that_speaks_unasked_is_lost),
		TEST(ring_that_is_reported_broken_is_told_to_the_driver),
		TEST(back_end_that_can_do_less_needs_a_reset),
		TEST(features_that_shrank_since_they_were_read_are_noticed),
		TEST(back_end_with_fewer_pairs_needs_a_reset),
		TEST(connection_replaces_the_one_that_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
