// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_net.c - a driver's NIC: features, link, queues, a new back-end
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_pci.h>
#include <string.h>
#include <unistd.h>

#include "unit/net_bed.h"

#define F(bit) (1ull << (bit))
#define STATUS_AT offsetof(struct virtio_net_config, status)
/* two queue pairs and the control queue */
#define QUEUES 5

static struct net_bed bed;

static int set_up(void **state)
{
	(void)state;
	return net_bed_open(&bed);
}

static int tear_down(void **state)
{
	(void)state;
	return net_bed_close(&bed);
}

static void add_and_start(unsigned pairs, uint64_t features)
{
	assert_int_equal(net_bed_add(&bed, net_bed_dial(&bed), pairs), 0);
	assert_true(virtio_guest_start(&bed.guest, NET_BED_FEATURES | features,
				       2 * pairs + 1));
}

static uint16_t net_status(void)
{
	return (uint16_t)virtio_guest_config_read(&bed.guest, STATUS_AT, 2);
}

static bool needs_reset(void)
{
	return virtio_guest_status(&bed.guest) & VIRTIO_CONFIG_S_NEEDS_RESET;
}

/* a frame each way, by pair 0 */
static void assert_frames_flow(uint8_t first)
{
	unsigned count = bed.back.count;

	net_bed_offer(&bed, 0, 1);
	net_bed_transmit(&bed, 0, first);
	net_bed_run(&bed);
	assert_int_equal(bed.back.count, count + 1);
	assert_int_equal(bed.back.first[count], first);
	assert_true(bed_send(&bed.back, 60, first));
	assert_int_equal(net_bed_received(&bed, 0), first);
}

static void device_is_what_it_was_asked_to_be(void **state)
{
	struct virtio_guest *guest = &bed.guest;
	uint64_t features;

	(void)state;
	assert_int_equal(net_bed_add(&bed, net_bed_dial(&bed), 2), 0);
	features = virtio_guest_features(guest);
	assert_true(features & F(VIRTIO_F_VERSION_1));
	assert_true(features & F(VIRTIO_NET_F_MAC));
	assert_true(features & F(VIRTIO_NET_F_MTU));
	assert_true(features & F(VIRTIO_NET_F_MQ));
	assert_true(features & F(VIRTIO_NET_F_HOST_TSO4));
	assert_true(features & F(VIRTIO_RING_F_EVENT_IDX));
	assert_false(features & F(VHOST_USER_F_PROTOCOL_FEATURES));
	assert_false(features & F(VIRTIO_NET_F_CTRL_MAC_ADDR));
	assert_int_equal(virtio_guest_config_read(guest, 0, 4), 0x03020102);
	assert_int_equal(virtio_guest_config_read(guest, 4, 2), 0x0504);
	assert_int_equal(net_status(), VIRTIO_NET_S_LINK_UP);
	assert_int_equal(virtio_guest_config_read(guest, 8, 2), 2);
	assert_int_equal(virtio_guest_config_read(guest, 10, 2), 1400);
	virtio_guest_config_write(guest, 0, 4, 0);
	assert_int_equal(virtio_guest_config_read(guest, 0, 4), 0x03020102);
}

static void unknown_back_end_is_taken_to_be_like_ours(void **state)
{
	uint64_t ours;

	(void)state;
	assert_int_equal(net_bed_add(&bed, -1, 2), 0);
	ours = virtio_guest_features(&bed.guest);
	assert_int_equal(virtio_net_connect(bed.device, net_bed_dial(&bed)), 0);
	net_bed_run(&bed);
	assert_true(virtio_guest_features(&bed.guest) == ours);
}

static void frames_flow_both_ways(void **state)
{
	(void)state;
	add_and_start(1, 0);
	net_bed_run(&bed);
	assert_true(bed.back.port->carrier);
	assert_frames_flow(0x11);
	assert_frames_flow(0x22);
	assert_int_equal(bed.back.port->mtu, 1500);
}

static void mtu_that_the_driver_accepted_is_told_to_the_back_end(void **state)
{
	(void)state;
	add_and_start(1, F(VIRTIO_NET_F_MTU));
	assert_int_equal(bed.back.port->mtu, 1400);
}

static void driver_is_interrupted_for_what_it_received(void **state)
{
	(void)state;
	add_and_start(1, 0);
	assert_int_equal(virtio_guest_interrupts(&bed.guest, 0), 0);
	net_bed_offer(&bed, 0, 1);
	assert_true(bed_send(&bed.back, 60, 1));
	assert_int_equal(virtio_guest_interrupts(&bed.guest, 0), 1);
}

static void link_that_goes_down_and_up_is_seen(void **state)
{
	(void)state;
	add_and_start(1, 0);
	assert_frames_flow(1);
	virtio_net_set_link(bed.device, false);
	assert_int_equal(net_status(), 0);
	assert_int_equal(virtio_guest_interrupts(&bed.guest, -1), 1);
	net_bed_run(&bed);
	assert_false(bed.back.port->carrier);
	net_bed_transmit(&bed, 0, 2);
	net_bed_run(&bed);
	assert_int_equal(bed.back.count, 1);
	virtio_net_set_link(bed.device, false);
	assert_int_equal(virtio_guest_interrupts(&bed.guest, -1), 0);
	virtio_net_set_link(bed.device, true);
	assert_int_equal(net_status(), VIRTIO_NET_S_LINK_UP);
	assert_int_equal(virtio_guest_interrupts(&bed.guest, -1), 1);
	net_bed_run(&bed);
	assert_frames_flow(3);
}

static void link_that_was_down_at_first_stays_down_until_it_is_set(void **state)
{
	(void)state;
	assert_int_equal(net_bed_add(&bed, net_bed_dial(&bed), 1), 0);
	virtio_net_set_link(bed.device, false);
	assert_true(virtio_guest_start(&bed.guest, NET_BED_FEATURES, 3));
	net_bed_run(&bed);
	assert_int_equal(net_status(), 0);
	assert_false(bed.back.port->carrier);
	virtio_net_set_link(bed.device, true);
	net_bed_run(&bed);
	assert_frames_flow(1);
}

static void driver_announces_itself_when_asked_and_says_so(void **state)
{
	const uint8_t ack[] = {VIRTIO_NET_CTRL_ANNOUNCE, 0};

	(void)state;
	add_and_start(1, F(VIRTIO_NET_F_GUEST_ANNOUNCE));
	virtio_net_announce(bed.device);
	assert_int_equal(net_status(),
			 VIRTIO_NET_S_LINK_UP | VIRTIO_NET_S_ANNOUNCE);
	assert_int_equal(virtio_guest_interrupts(&bed.guest, -1), 1);
	assert_int_equal(net_bed_command(&bed, 2, ack, 2, 2), VIRTIO_NET_OK);
	assert_int_equal(net_status(), VIRTIO_NET_S_LINK_UP);
	virtio_net_announce(bed.device);
	assert_true(virtio_guest_reset(&bed.guest));
	assert_int_equal(net_status(), VIRTIO_NET_S_LINK_UP);
}

static void driver_that_can_not_announce_is_not_asked_to(void **state)
{
	const uint8_t ack[] = {VIRTIO_NET_CTRL_ANNOUNCE, 0};

	(void)state;
	add_and_start(1, 0);
	virtio_net_announce(bed.device);
	assert_int_equal(net_status(), VIRTIO_NET_S_LINK_UP);
	assert_int_equal(virtio_guest_interrupts(&bed.guest, -1), 0);
	assert_int_equal(net_bed_command(&bed, 2, ack, 2, 2), VIRTIO_NET_ERR);
}

static void pair_whose_queues_are_not_set_up_can_not_be_used(void **state)
{
	(void)state;
	assert_int_equal(net_bed_add(&bed, net_bed_dial(&bed), 2), 0);
	assert_true(virtio_guest_negotiate(
		&bed.guest, NET_BED_FEATURES | F(VIRTIO_NET_F_MQ)));
	virtio_guest_msix(&bed.guest);
	virtio_guest_queue(&bed.guest, 0, 0);
	virtio_guest_queue(&bed.guest, 1, 0);
	virtio_guest_queue(&bed.guest, 4, 0);
	assert_true(virtio_guest_driver_ok(&bed.guest));
	assert_int_equal(net_bed_use_pairs(&bed, 2), VIRTIO_NET_ERR);
	assert_int_equal(net_bed_use_pairs(&bed, 1), VIRTIO_NET_OK);
	assert_frames_flow(1);
}

static void control_queue_is_the_third_without_many_pairs(void **state)
{
	const uint8_t promisc[] = {VIRTIO_NET_CTRL_RX, 0, 1};
	const uint8_t pairs[] = {VIRTIO_NET_CTRL_MQ, 0, 1, 0};

	(void)state;
	assert_int_equal(net_bed_add(&bed, net_bed_dial(&bed), 2), 0);
	assert_true(virtio_guest_start(&bed.guest, NET_BED_FEATURES, 3));
	assert_int_equal(net_bed_command(&bed, 2, promisc, 3, 3),
			 VIRTIO_NET_OK);
	assert_int_equal(net_bed_command(&bed, 2, pairs, 4, 4), VIRTIO_NET_ERR);
	assert_frames_flow(1);
}

static void driver_that_resets_and_starts_again_is_served(void **state)
{
	unsigned i, fds;

	(void)state;
	add_and_start(2, F(VIRTIO_NET_F_MQ));
	assert_frames_flow(1);
	fds = bed_fds();
	for (i = 0; i < 20; i++) {
		assert_int_equal(net_bed_use_pairs(&bed, 2), VIRTIO_NET_OK);
		assert_true(virtio_guest_reset(&bed.guest));
		net_bed_run(&bed);
		assert_false(bed.back.port->carrier);
		assert_true(virtio_guest_start(
			&bed.guest, NET_BED_FEATURES | F(VIRTIO_NET_F_MQ),
			QUEUES));
		assert_frames_flow((uint8_t)i);
	}
	/* it said nothing of a second pair this time */
	i = bed.back.count;
	net_bed_transmit(&bed, 1, 1);
	net_bed_run(&bed);
	assert_int_equal(bed.back.count, i);
	assert_int_equal(bed_fds(), fds);
}

static void nothing_is_written_once_the_device_is_reset(void **state)
{
	struct virtqueue_driver *ring = &bed.guest.queues[0].driver;
	uint32_t len;
	unsigned i;

	(void)state;
	add_and_start(1, 0);
	net_bed_offer(&bed, 0, 100);
	for (i = 0; i < 50; i++)
		net_bed_transmit(&bed, 0, 1);
	assert_true(bed_send(&bed.back, 60, 1));
	assert_true(virtio_guest_reset(&bed.guest));
	while (virtqueue_driver_get(ring, &len) >= 0)
		;
	bed_send(&bed.back, 60, 1);
	net_bed_run(&bed);
	assert_int_equal(virtqueue_driver_get(ring, &len), -EAGAIN);
}

static void back_end_that_comes_later_is_used(void **state)
{
	(void)state;
	assert_int_equal(net_bed_add(&bed, -1, 1), 0);
	assert_true(virtio_guest_start(&bed.guest, NET_BED_FEATURES, 3));
	assert_int_equal(net_status(), VIRTIO_NET_S_LINK_UP);
	net_bed_transmit(&bed, 0, 0x77);
	assert_int_equal(virtio_net_connect(bed.device, net_bed_dial(&bed)), 0);
	net_bed_run(&bed);
	/* what was transmitted while nobody was there has waited */
	assert_int_equal(bed.back.count, 1);
	assert_int_equal(bed.back.first[0], 0x77);
	assert_frames_flow(1);
	assert_int_equal(bed.gone, 0);
}

static void guest_outlives_its_back_end(void **state)
{
	unsigned i, fds = 0;

	(void)state;
	add_and_start(1, 0);
	for (i = 1; i <= 30; i++) {
		assert_frames_flow((uint8_t)i);
		net_bed_offer(&bed, 0, 3);
		net_bed_end_session(&bed);
		net_bed_run(&bed);
		assert_int_equal(bed.gone, i);
		assert_string_equal(bed.why, "it closed the connection");
		net_bed_transmit(&bed, 0, 0x55);
		assert_int_equal(
			virtio_net_connect(bed.device, net_bed_dial(&bed)), 0);
		net_bed_run(&bed);
		assert_int_equal(bed.back.count, 1);
		assert_int_equal(bed.back.first[0], 0x55);
		if (i == 1)
			fds = bed_fds();
	}
	assert_int_equal(bed_fds(), fds);
	assert_false(needs_reset());
}

static void new_back_end_gets_as_many_pairs_as_the_last_had(void **state)
{
	(void)state;
	add_and_start(2, F(VIRTIO_NET_F_MQ));
	assert_int_equal(net_bed_use_pairs(&bed, 2), VIRTIO_NET_OK);
	net_bed_end_session(&bed);
	net_bed_run(&bed);
	assert_int_equal(virtio_net_connect(bed.device, net_bed_dial(&bed)), 0);
	net_bed_run(&bed);
	net_bed_transmit(&bed, 1, 9);
	net_bed_run(&bed);
	assert_int_equal(bed.back.first[0], 9);
}

static void new_back_end_that_knows_the_guest_not_is_told_of_it(void **state)
{
	(void)state;
	add_and_start(1, F(VIRTIO_NET_F_GUEST_ANNOUNCE));
	net_bed_end_session(&bed);
	net_bed_run(&bed);
	assert_int_equal(virtio_net_connect(bed.device, net_bed_dial(&bed)), 0);
	net_bed_run(&bed);
	assert_true(net_status() & VIRTIO_NET_S_ANNOUNCE);
	assert_int_equal(virtio_guest_interrupts(&bed.guest, -1), 1);
}

static void interrupt_that_the_last_back_end_owed_is_sent(void **state)
{
	(void)state;
	add_and_start(1, 0);
	net_bed_offer(&bed, 0, 2);
	assert_true(bed_send(&bed.back, 60, 1));
	assert_int_equal(virtio_guest_interrupts(&bed.guest, 0), 1);
	net_bed_end_session(&bed);
	net_bed_run(&bed);
	assert_int_equal(virtio_guest_interrupts(&bed.guest, 0), 0);
	assert_int_equal(virtio_net_connect(bed.device, net_bed_dial(&bed)), 0);
	net_bed_run(&bed);
	assert_int_equal(virtio_guest_interrupts(&bed.guest, 0), 1);
}

static void driver_that_starts_while_nobody_is_there_can_reset(void **state)
{
	(void)state;
	add_and_start(1, 0);
	net_bed_end_session(&bed);
	net_bed_run(&bed);
	assert_true(virtio_guest_reset(&bed.guest));
	assert_true(virtio_guest_start(&bed.guest, NET_BED_FEATURES, 3));
	virtio_net_set_link(bed.device, false);
	virtio_net_set_link(bed.device, true);
	assert_int_equal(virtio_net_connect(bed.device, net_bed_dial(&bed)), 0);
	net_bed_run(&bed);
	assert_frames_flow(1);
}

static void broken_ring_is_told_to_the_driver_and_a_reset_helps(void **state)
{
	struct virtqueue_driver *ring = &bed.guest.queues[1].driver;

	(void)state;
	add_and_start(1, 0);
	ring->avail->idx = htole16(1000);
	virtio_guest_kick(&bed.guest, 1);
	net_bed_run(&bed);
	assert_true(needs_reset());
	assert_int_equal(virtio_guest_interrupts(&bed.guest, -1), 1);
	assert_int_equal(bed.gone, 0);
	assert_true(virtio_guest_reset(&bed.guest));
	assert_true(virtio_guest_start(&bed.guest, NET_BED_FEATURES, 3));
	assert_frames_flow(1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(device_is_what_it_was_asked_to_be),
		TEST(unknown_back_end_is_taken_to_be_like_ours),
		TEST(frames_flow_both_ways),
		TEST(mtu_that_the_driver_accepted_is_told_to_the_back_end),
		TEST(driver_is_interrupted_for_what_it_received),
		TEST(link_that_goes_down_and_up_is_seen),
		TEST(link_that_was_down_at_first_stays_down_until_it_is_set),
		TEST(driver_announces_itself_when_asked_and_says_so),
		TEST(driver_that_can_not_announce_is_not_asked_to),
		TEST(pair_whose_queues_are_not_set_up_can_not_be_used),
		TEST(control_queue_is_the_third_without_many_pairs),
		TEST(driver_that_resets_and_starts_again_is_served),
		TEST(nothing_is_written_once_the_device_is_reset),
		TEST(back_end_that_comes_later_is_used),
		TEST(guest_outlives_its_back_end),
		TEST(new_back_end_gets_as_many_pairs_as_the_last_had),
		TEST(new_back_end_that_knows_the_guest_not_is_told_of_it),
		TEST(interrupt_that_the_last_back_end_owed_is_sent),
		TEST(driver_that_starts_while_nobody_is_there_can_reset),
		TEST(broken_ring_is_told_to_the_driver_and_a_reset_helps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
