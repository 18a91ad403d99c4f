// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_block_lies.c - a disk with a driver that lies
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "unit/block_bed.h"

static struct block_bed bed;

static int set_up(void **state)
{
	(void)state;
	return block_bed_open(&bed, -1, false, false) ||
	       !virtio_guest_start(&bed.guest, BLOCK_FEATURES, 1);
}

static int set_up_large(void **state)
{
	int image = memfd_create("image", MFD_CLOEXEC);

	(void)state;
	return ftruncate(image, 4ll << 30) ||
	       block_bed_open(&bed, image, false, false) ||
	       !virtio_guest_start(&bed.guest, BLOCK_FEATURES, 1);
}

static int tear_down(void **state)
{
	(void)state;
	return block_bed_close(&bed);
}

/* Hardening M3: sector and length that wrap, or just run over the end. */
static void what_is_not_on_the_disk_is_an_error(void **state)
{
	static const struct {
		uint64_t sector;
		uint32_t len;
	} bad[] = {{BLOCK_SECTORS, 512},     {BLOCK_SECTORS - 1, 1024},
		   {BLOCK_SECTORS + 1, 0},   {UINT64_MAX, 512},
		   {UINT64_MAX / 512, 1024}, {UINT64_MAX / 512 + 2, 512},
		   {1ull << 55, 512},        {1ull << 63, 512}};
	uint8_t bytes[1024] = {0};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct block_answer answer = block_ask_for(
			&bed, VIRTIO_BLK_T_IN, bad[i].sector, bad[i].len);

		assert_block_answer(&answer, VIRTIO_BLK_S_IOERR,
				    bad[i].len ? 0 : 1);
		answer = block_give(&bed, VIRTIO_BLK_T_OUT, bad[i].sector,
				    bytes, bad[i].len);
		assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
	}
	assert_block_alive(&bed, BLOCK_SECTORS - 1);
	assert_block_untouched(&bed);
}

static void ranges_that_are_not_on_the_disk_are_errors(void **state)
{
	static const uint32_t types[] = {VIRTIO_BLK_T_DISCARD,
					 VIRTIO_BLK_T_WRITE_ZEROES};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		struct block_answer answer =
			block_give_range(&bed, types[i], BLOCK_SECTORS, 1, 0);

		assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
		answer = block_give_range(&bed, types[i], 0, UINT32_MAX, 0);
		assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
		answer = block_give_range(&bed, types[i], UINT64_MAX, 2, 0);
		assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
		answer = block_give_range(&bed, types[i], 1ull << 55, 1, 0);
		assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
		answer = block_give_range(&bed, types[i], 0, 1, 2);
		assert_block_answer(&answer, VIRTIO_BLK_S_UNSUPP, 1);
	}
	assert_block_untouched(&bed);
}

/* Virtio 1.2 5.2.6.2: a discard has no flags at all. */
static void a_discard_that_wants_to_unmap_is_not_supported(void **state)
{
	struct block_answer answer =
		block_give_range(&bed, VIRTIO_BLK_T_DISCARD, 0, 8,
				 VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP);

	(void)state;
	assert_block_answer(&answer, VIRTIO_BLK_S_UNSUPP, 1);
	assert_block_untouched(&bed);
}

static void ranges_come_whole_and_not_too_many(void **state)
{
	struct virtio_blk_discard_write_zeroes ranges[17] = {0};
	struct block_answer answer =
		block_give(&bed, VIRTIO_BLK_T_DISCARD, 0, ranges, 15);

	(void)state;
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
	answer = block_give(&bed, VIRTIO_BLK_T_DISCARD, 0, ranges,
			    sizeof(ranges));
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
	answer = block_ask_for(&bed, VIRTIO_BLK_T_DISCARD, 0, 0);
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
	answer = block_give(&bed, VIRTIO_BLK_T_WRITE_ZEROES, 0, ranges,
			    2 * sizeof(ranges[0]));
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
}

static void lengths_are_whole_sectors(void **state)
{
	uint8_t bytes[513] = {0};
	struct block_answer answer =
		block_ask_for(&bed, VIRTIO_BLK_T_IN, 0, 511);

	(void)state;
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 0);
	answer = block_give(&bed, VIRTIO_BLK_T_OUT, 0, bytes, 513);
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
	answer = block_ask_for(&bed, VIRTIO_BLK_T_IN, 0, 0);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	answer = block_give(&bed, VIRTIO_BLK_T_OUT, 0, bytes, 0);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	assert_block_untouched(&bed);
}

static void an_unknown_request_is_not_supported(void **state)
{
	static const uint32_t types[] = {2,  3,  5,          7,
					 14, 16, 0x80000000, UINT32_MAX};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		struct block_answer answer =
			block_ask_for(&bed, types[i], 0, 512);

		assert_block_answer(&answer, VIRTIO_BLK_S_UNSUPP, 0);
	}
	assert_block_alive(&bed, 0);
}

static void what_was_not_negotiated_is_not_supported(void **state)
{
	struct block_answer answer;

	(void)state;
	assert_true(virtio_guest_start(&bed.guest, BLOCK_BASIC, 1));
	answer = block_give_range(&bed, VIRTIO_BLK_T_DISCARD, 0, 8, 0);
	assert_block_answer(&answer, VIRTIO_BLK_S_UNSUPP, 1);
	answer = block_give_range(&bed, VIRTIO_BLK_T_WRITE_ZEROES, 0, 8, 0);
	assert_block_answer(&answer, VIRTIO_BLK_S_UNSUPP, 1);
	assert_block_untouched(&bed);
}

static void a_chain_without_room_for_a_status_comes_back_empty(void **state)
{
	struct virtqueue_piece pieces[2] = {{.len = 16}, {.len = 512}};
	uint8_t bytes[512] = {0};
	uint32_t len = 1;
	unsigned i;

	(void)state;
	pieces[0].gpa = block_put_header(&bed, VIRTIO_BLK_T_OUT, 0);
	pieces[1].gpa = block_put(&bed, bytes, 512);
	/* more often than the ring is long: no head may be lost */
	for (i = 0; i < 600; i++) {
		assert_true(virtio_guest_add(&bed.guest, 0, pieces, 2, 0) >= 0);
		virtio_guest_kick(&bed.guest, 0);
		assert_true(virtio_guest_get(&bed.guest, 0, &len) >= 0);
		assert_int_equal(len, 0);
	}
	assert_block_alive(&bed, 0);
	assert_block_untouched(&bed);
}

static void a_chain_with_half_a_header_is_an_error(void **state)
{
	struct virtqueue_piece pieces[2];
	const uint8_t nothing = BLOCK_NOTHING;
	struct block_answer answer;

	(void)state;
	pieces[0] = (struct virtqueue_piece){
		block_put_header(&bed, VIRTIO_BLK_T_IN, 0), 15};
	pieces[1] = (struct virtqueue_piece){block_put(&bed, &nothing, 1), 1};
	assert_true(virtio_guest_add(&bed.guest, 0, pieces, 1, 1) >= 0);
	answer = block_finish(&bed, 0, pieces[1].gpa);
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
	/* or none at all */
	pieces[0] = (struct virtqueue_piece){block_put(&bed, &nothing, 1), 1};
	assert_true(virtio_guest_add(&bed.guest, 0, pieces, 0, 1) >= 0);
	answer = block_finish(&bed, 0, pieces[0].gpa);
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
	assert_block_alive(&bed, 0);
}

/* More than size_max and seg_max allow: a guest's RAM again and again. */
static void a_request_of_gigabytes_is_an_error(void **state)
{
	struct virtqueue_piece pieces[66];
	struct block_answer answer;
	unsigned i;

	(void)state;
	pieces[0] = (struct virtqueue_piece){
		block_put_header(&bed, VIRTIO_BLK_T_IN, 0), 16};
	for (i = 1; i < 65; i++)
		pieces[i] = (struct virtqueue_piece){0, 8 << 20};
	pieces[65] =
		(struct virtqueue_piece){virtio_guest_alloc(&bed.guest, 1), 1};
	assert_true(virtio_guest_add(&bed.guest, 0, pieces, 1, 65) >= 0);
	answer = block_finish(&bed, 0, pieces[65].gpa);
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 0);
}

static void a_range_is_as_long_as_was_told_and_no_longer(void **state)
{
	static const struct {
		uint32_t type;
		unsigned limit;
	} kinds[] = {
		{VIRTIO_BLK_T_DISCARD,
		 offsetof(struct virtio_blk_config, max_discard_sectors)},
		{VIRTIO_BLK_T_WRITE_ZEROES,
		 offsetof(struct virtio_blk_config, max_write_zeroes_sectors)},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		uint32_t max = (uint32_t)virtio_guest_config_read(
			&bed.guest, kinds[i].limit, 4);
		struct block_answer answer =
			block_give_range(&bed, kinds[i].type, 0, max, 0);

		assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
		answer = block_give_range(&bed, kinds[i].type, 0, max + 1, 0);
		assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
	}
}

static void a_shortened_image_is_an_error_and_no_crash(void **state)
{
	uint8_t sector[512] = {0};
	struct block_answer answer;

	(void)state;
	assert_int_equal(ftruncate(bed.image, 4096), 0);
	answer = block_ask_for(&bed, VIRTIO_BLK_T_IN, 8, 512);
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 0);
	answer = block_give(&bed, VIRTIO_BLK_T_OUT, 20, sector, 512);
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
	assert_block_alive(&bed, 7);
}

static void data_outside_of_ram_breaks_it_until_reset(void **state)
{
	struct virtqueue_piece pieces[3];
	uint32_t len;

	(void)state;
	pieces[0] = (struct virtqueue_piece){
		block_put_header(&bed, VIRTIO_BLK_T_IN, 0), 16};
	pieces[1] = (struct virtqueue_piece){MACHINE_PCI_START, 512};
	pieces[2] =
		(struct virtqueue_piece){virtio_guest_alloc(&bed.guest, 1), 1};
	assert_true(virtio_guest_add(&bed.guest, 0, pieces, 1, 2) >= 0);
	virtio_guest_kick(&bed.guest, 0);
	assert_int_equal(virtio_guest_get(&bed.guest, 0, &len), -EAGAIN);
	assert_true(virtio_guest_status(&bed.guest) &
		    VIRTIO_CONFIG_S_NEEDS_RESET);
	assert_true(virtio_guest_start(&bed.guest, BLOCK_FEATURES, 1));
	assert_block_alive(&bed, 0);
}

static void add_read(uint64_t in, uint64_t status, uint64_t header)
{
	const struct virtqueue_piece pieces[3] = {
		{header, 16}, {in, 512}, {status, 1}};

	assert_true(virtio_guest_add(&bed.guest, 0, pieces, 1, 2) >= 0);
}

static void a_reset_in_the_middle_leaves_the_rest(void **state)
{
	uint64_t header = block_put_header(&bed, VIRTIO_BLK_T_IN, 1), in,
		 status;
	unsigned i;

	(void)state;
	in = virtio_guest_alloc(&bed.guest, 512);
	status = virtio_guest_alloc(&bed.guest, 1);
	for (i = 0; i < bed.guest.queues[0].size / 3; i++)
		add_read(in, status, header);
	machine_bed_ring(&bed.machine, bed.guest.queues[0].doorbell, 2, 0);
	loop_run_once(bed.machine.machine.loop, 0);
	assert_true(virtio_guest_reset(&bed.guest));
	*(uint8_t *)virtio_guest_at(&bed.guest, status) = BLOCK_NOTHING;
	machine_bed_run(&bed.machine);
	assert_int_equal(*(uint8_t *)virtio_guest_at(&bed.guest, status),
			 BLOCK_NOTHING);
	assert_true(virtio_guest_start(&bed.guest, BLOCK_FEATURES, 1));
	assert_block_alive(&bed, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_on_the_disk_is_an_error),
		TEST(ranges_that_are_not_on_the_disk_are_errors),
		TEST(a_discard_that_wants_to_unmap_is_not_supported),
		TEST(ranges_come_whole_and_not_too_many),
		TEST(lengths_are_whole_sectors),
		TEST(an_unknown_request_is_not_supported),
		TEST(what_was_not_negotiated_is_not_supported),
		TEST(a_chain_without_room_for_a_status_comes_back_empty),
		TEST(a_chain_with_half_a_header_is_an_error),
		cmocka_unit_test_setup_teardown(
			a_request_of_gigabytes_is_an_error, set_up_large,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_range_is_as_long_as_was_told_and_no_longer,
			set_up_large, tear_down),
		TEST(a_shortened_image_is_an_error_and_no_crash),
		TEST(data_outside_of_ram_breaks_it_until_reset),
		TEST(a_reset_in_the_middle_leaves_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
