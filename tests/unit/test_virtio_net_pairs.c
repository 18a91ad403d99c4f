// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_net_pairs.c - queue pairs of a NIC: how many there are and are
 * used, and what a back-end hears of it
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <linux/virtio_net.h>

#include "unit/net_bed.h"
#include "vmm/virtio_net_internal.h"

/* two queue pairs and the control queue */
#define QUEUES 5
#define FEATURES (NET_BED_FEATURES | 1ull << VIRTIO_NET_F_MQ)

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

static void add_and_start(void)
{
	assert_int_equal(net_bed_add(&bed, net_bed_dial(&bed), 2), 0);
	assert_true(virtio_guest_start(&bed.guest, FEATURES, QUEUES));
}

static void single_pair_is_not_offered_as_many(void **state)
{
	(void)state;
	assert_int_equal(net_bed_add(&bed, net_bed_dial(&bed), 1), 0);
	assert_false(virtio_guest_features(&bed.guest) &
		     1ull << VIRTIO_NET_F_MQ);
	assert_int_equal(virtio_guest_config_read(&bed.guest, 8, 2), 1);
}

static void pairs_are_no_more_than_the_back_end_has(void **state)
{
	(void)state;
	assert_int_equal(net_bed_add(&bed, net_bed_dial(&bed), 8), 0);
	assert_int_equal(virtio_guest_config_read(&bed.guest, 8, 2), 2);
}

static void second_pair_is_used_from_when_the_driver_says_so(void **state)
{
	(void)state;
	add_and_start();
	net_bed_transmit(&bed, 1, 1);
	net_bed_run(&bed);
	assert_int_equal(bed.back.count, 0);
	assert_int_equal(net_bed_use_pairs(&bed, 0), VIRTIO_NET_ERR);
	assert_int_equal(net_bed_use_pairs(&bed, 3), VIRTIO_NET_ERR);
	assert_int_equal(net_bed_use_pairs(&bed, 0xffff), VIRTIO_NET_ERR);
	assert_int_equal(net_bed_use_pairs(&bed, 2), VIRTIO_NET_OK);
	net_bed_transmit(&bed, 1, 2);
	net_bed_run(&bed);
	assert_int_equal(bed.back.count, 1);
	assert_int_equal(bed.back.first[0], 2);
	assert_int_equal(net_bed_use_pairs(&bed, 1), VIRTIO_NET_OK);
	net_bed_transmit(&bed, 1, 3);
	net_bed_run(&bed);
	assert_int_equal(bed.back.count, 1);
}

static int (*enable)(struct net_backend *backend, unsigned pairs);
static unsigned enables;
static int enable_code;

static int count_enable(struct net_backend *backend, unsigned pairs)
{
	enables++;
	return enable_code ? enable_code : enable(backend, pairs);
}

static void back_end_hears_of_pairs_only_what_is_new(void **state)
{
	struct net_backend *backend;
	static struct net_backend_ops ops;
	unsigned i;

	(void)state;
	add_and_start();
	backend = virtio_net_of(bed.device)->backend;
	ops = *backend->ops;
	enable = ops.enable;
	ops.enable = count_enable;
	backend->ops = &ops;
	for (i = 0; i < 100; i++)
		assert_int_equal(net_bed_use_pairs(&bed, 1), VIRTIO_NET_OK);
	assert_int_equal(enables, 0);
	/* what failed did not happen */
	enable_code = -EIO;
	assert_int_equal(net_bed_use_pairs(&bed, 2), VIRTIO_NET_ERR);
	assert_int_equal(net_bed_use_pairs(&bed, 2), VIRTIO_NET_ERR);
	enable_code = 0;
	enables = 0;
	for (i = 0; i < 100; i++)
		assert_int_equal(net_bed_use_pairs(&bed, 2), VIRTIO_NET_OK);
	assert_int_equal(enables, 1);
	/* the driver begins anew, and with it the number */
	assert_true(virtio_guest_reset(&bed.guest));
	assert_true(virtio_guest_start(&bed.guest, FEATURES, QUEUES));
	assert_int_equal(net_bed_use_pairs(&bed, 2), VIRTIO_NET_OK);
	assert_int_equal(enables, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(single_pair_is_not_offered_as_many),
		TEST(pairs_are_no_more_than_the_back_end_has),
		TEST(second_pair_is_used_from_when_the_driver_says_so),
		TEST(back_end_hears_of_pairs_only_what_is_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
