// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_packet.c - the pool of waiting frames
 */
#include "unit/cmocka_wrap.h"

#include "core/packet.h"

static void packet_holds_a_copy_of_the_whole_frame(void **state)
{
	static uint8_t data[5000], out[5000];
	struct packet_pool *pool = packet_pool_create(4, 8, NULL);
	struct packet *packet;
	struct frame frame;
	struct iovec tail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 31);
	frame_set_data(&frame, data, sizeof(data), &tail);
	frame.hdr.gso_size = 1448;
	packet = packet_from_frame(pool, &frame);
	assert_non_null(packet);
	assert_int_equal(packet->frame.hdr.gso_size, 1448);
	memcpy(out, data, sizeof(out));
	memset(data, 0, sizeof(data));
	memset(data, 0xff, 10);
	assert_int_equal(packet->frame.iov_count, 3);
	frame_copy(&packet->frame, 0, data, sizeof(data));
	assert_memory_equal(data, out, sizeof(data));
	packet_free(packet);
	packet_pool_destroy(pool);
}

static void pool_is_bounded_and_gets_everything_back(void **state)
{
	static uint8_t data[3000];
	struct packet_pool *pool = packet_pool_create(3, 4, NULL);
	struct packet *first, *second;
	struct frame frame;
	struct iovec tail;

	(void)state;
	frame_set_data(&frame, data, sizeof(data), &tail);
	first = packet_from_frame(pool, &frame);
	second = packet_from_frame(pool, &frame);
	assert_non_null(second);
	assert_null(packet_from_frame(pool, &frame)); /* no chunk left */
	frame_set_data(&frame, data, 60, &tail);
	packet_free(second);
	second = packet_from_frame(pool, &frame);
	assert_int_equal(packet_pool_in_use(pool), 2);
	packet_free(first);
	packet_free(second);
	assert_int_equal(packet_pool_in_use(pool), 0);
	packet_pool_destroy(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packet_holds_a_copy_of_the_whole_frame),
		cmocka_unit_test(pool_is_bounded_and_gets_everything_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
