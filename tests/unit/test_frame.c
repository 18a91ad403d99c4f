// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_frame.c - snapshot and tail read as one
 */
#include "unit/cmocka_wrap.h"

#include "core/csum.h"
#include "core/frame.h"
#include "core/util.h"

static void copy_crosses_snapshot_and_pieces(void **state)
{
	uint8_t data[1000], out[1000];
	struct frame frame;
	struct iovec tail[2];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	frame_set_data(&frame, data, sizeof(data), tail);
	tail[1].iov_base = data + 500;
	tail[1].iov_len = 500;
	tail[0].iov_len = 500 - FRAME_SNAP_LEN;
	frame.iov_count = 2;
	assert_int_equal(frame_copy(&frame, 0, out, 1000), 1000);
	assert_memory_equal(out, data, 1000);
	assert_int_equal(frame_copy(&frame, 490, out, 20), 20);
	assert_memory_equal(out, data + 490, 20);
	assert_int_equal(frame_copy(&frame, 990, out, 20), 10);
}

static void short_frame_has_no_tail(void **state)
{
	uint8_t data[60] = {0};
	struct iovec tail, iov[2];
	struct frame frame;

	(void)state;
	frame_set_data(&frame, data, sizeof(data), &tail);
	assert_int_equal(frame.iov_count, 0);
	assert_int_equal(frame_iov(&frame, iov), 1);
	assert_int_equal(iov[0].iov_len, 60);
}

static void runt_is_no_frame(void **state)
{
	uint8_t data[13] = {0};
	struct frame frame;
	struct iovec tail;

	(void)state;
	frame_set_data(&frame, data, sizeof(data), &tail);
	assert_int_equal(frame.verdict.fate, FATE_DROPPED);
	assert_int_equal(frame.verdict.reason, DROP_RUNT);
}

static void tag_gives_vid_and_inner_ethertype(void **state)
{
	uint8_t data[60] = {0};
	struct frame frame;
	struct iovec tail;

	(void)state;
	be16_store(data + 12, 0x8100);
	be16_store(data + 14, 0xa000 | 42);
	be16_store(data + 16, 0x0800);
	frame_set_data(&frame, data, sizeof(data), &tail);
	assert_int_equal(frame.vid, 42);
	assert_int_equal(frame_ethertype(&frame), 0x0800);
}

static void sum_does_not_depend_on_how_a_frame_is_cut(void **state)
{
	uint8_t data[1000];
	struct iovec pieces[3] = {{data + 101, 3}, {data + 104, 1}};
	struct frame frame = {
		.len = 999, .snap_len = 101, .iov = pieces, .iov_count = 3};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 31 + 5);
	pieces[2] = (struct iovec){data + 105, 894};
	memcpy(frame.snap, data, 101);
	for (i = 0; i < 300; i++)
		assert_int_equal(csum_fold(frame_sum(&frame, i, 999 - i)),
				 csum_fold(csum_add(0, data + i, 999 - i)));
	assert_int_equal(csum_fold(frame_sum(&frame, 99, 3)),
			 csum_fold(csum_add(0, data + 99, 3)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copy_crosses_snapshot_and_pieces),
		cmocka_unit_test(short_frame_has_no_tail),
		cmocka_unit_test(runt_is_no_frame),
		cmocka_unit_test(tag_gives_vid_and_inner_ethertype),
		cmocka_unit_test(sum_does_not_depend_on_how_a_frame_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
