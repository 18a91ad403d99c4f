// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_block.c - a disk as its driver has it (virtio 1.2 5.2)
 */
#include "unit/cmocka_wrap.h"

#include <string.h>
#include <sys/mman.h>

#include "unit/block_bed.h"
#include "vmm/devices.h"

static struct block_bed bed;

static int set_up(void **state)
{
	(void)state;
	return block_bed_open(&bed, -1, false, false) ||
	       !virtio_guest_start(&bed.guest, BLOCK_FEATURES, 1);
}

static int set_up_overlay(void **state)
{
	(void)state;
	return block_bed_open(&bed, -1, true, false) ||
	       !virtio_guest_start(&bed.guest, BLOCK_FEATURES, 1);
}

static int set_up_readonly(void **state)
{
	(void)state;
	return block_bed_open(&bed, -1, false, true) ||
	       !virtio_guest_start(&bed.guest, BLOCK_BASIC, 1);
}

static int tear_down(void **state)
{
	(void)state;
	return block_bed_close(&bed);
}

static uint64_t config(size_t offset, unsigned len)
{
	return virtio_guest_config_read(&bed.guest, (unsigned)offset, len);
}

static void configuration_tells_size_and_limits(void **state)
{
	(void)state;
	assert_int_equal(
		config(offsetof(struct virtio_blk_config, capacity), 8),
		BLOCK_SECTORS);
	assert_int_equal(
		config(offsetof(struct virtio_blk_config, blk_size), 4), 512);
	assert_in_range(config(offsetof(struct virtio_blk_config, seg_max), 4),
			1, VIRTIO_QUEUE_SIZE - 2);
	assert_true(
		config(offsetof(struct virtio_blk_config, max_discard_sectors),
		       4) > 0);
	assert_int_equal(config(offsetof(struct virtio_blk_config,
					 write_zeroes_may_unmap),
				1),
			 1);
	assert_true(virtio_guest_features(&bed.guest) &
		    1ull << VIRTIO_BLK_F_FLUSH);
	assert_false(virtio_guest_features(&bed.guest) &
		     1ull << VIRTIO_BLK_F_RO);
}

static void sectors_are_read(void **state)
{
	struct block_answer answer =
		block_ask_for(&bed, VIRTIO_BLK_T_IN, 2, 1024);

	(void)state;
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1025);
	assert_int_equal(answer.in[0], block_original(1024));
	assert_int_equal(answer.in[511], block_original(1024));
	assert_int_equal(answer.in[512], block_original(1536));
	assert_int_equal(virtio_guest_interrupts(&bed.guest, 0), 1);
}

static void sectors_are_written(void **state)
{
	uint8_t sector[512];
	struct block_answer answer;

	(void)state;
	memset(sector, 0xab, sizeof(sector));
	answer = block_give(&bed, VIRTIO_BLK_T_OUT, 3, sector, sizeof(sector));
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	assert_int_equal(block_byte(&bed, 3 * 512 - 1),
			 block_original(2 * 512));
	assert_int_equal(block_byte(&bed, 3 * 512), 0xab);
	assert_int_equal(block_byte(&bed, 4 * 512 - 1), 0xab);
	assert_int_equal(block_byte(&bed, 4 * 512), block_original(4 * 512));
}

static void a_flush_is_answered(void **state)
{
	struct block_answer answer =
		block_ask_for(&bed, VIRTIO_BLK_T_FLUSH, 0, 0);

	(void)state;
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
}

static void its_name_is_its_serial_number(void **state)
{
	static const char id[VIRTIO_BLK_ID_BYTES] = "disk0";
	struct block_answer answer =
		block_ask_for(&bed, VIRTIO_BLK_T_GET_ID, 0, 20);

	(void)state;
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 21);
	assert_memory_equal(answer.in, id, sizeof(id));
	answer = block_ask_for(&bed, VIRTIO_BLK_T_GET_ID, 0, 3);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 4);
	assert_memory_equal(answer.in, "dis", 3);
	/* what is behind it was not written, and the length says so */
	answer = block_ask_for(&bed, VIRTIO_BLK_T_GET_ID, 0, 64);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 20);
}

static void ranges_are_zeroed(void **state)
{
	struct block_answer answer =
		block_give_range(&bed, VIRTIO_BLK_T_WRITE_ZEROES, 4, 2, 0);

	(void)state;
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	assert_int_equal(block_byte(&bed, 4 * 512 - 1),
			 block_original(3 * 512));
	assert_int_equal(block_byte(&bed, 4 * 512), 0);
	assert_int_equal(block_byte(&bed, 6 * 512 - 1), 0);
	assert_int_equal(block_byte(&bed, 6 * 512), block_original(6 * 512));
	answer = block_give_range(&bed, VIRTIO_BLK_T_WRITE_ZEROES, 6, 1,
				  VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	assert_int_equal(block_byte(&bed, 6 * 512), 0);
}

static void several_ranges_are_discarded(void **state)
{
	const struct virtio_blk_discard_write_zeroes ranges[] = {
		{htole64(0), htole32(8), 0}, {htole64(16), htole32(8), 0}};
	struct block_answer answer = block_give(&bed, VIRTIO_BLK_T_DISCARD, 0,
						ranges, sizeof(ranges));

	(void)state;
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	assert_int_equal(block_byte(&bed, 0), 0);
	assert_int_equal(block_byte(&bed, 16 * 512), 0);
	assert_block_alive(&bed, 8);
}

static void an_overlay_takes_what_is_written(void **state)
{
	uint8_t sector[512] = {0x77};
	struct block_answer answer;

	(void)state;
	answer = block_give(&bed, VIRTIO_BLK_T_OUT, 9, sector, sizeof(sector));
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	answer = block_give_range(&bed, VIRTIO_BLK_T_DISCARD, 24, 8, 0);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	answer = block_give_range(&bed, VIRTIO_BLK_T_WRITE_ZEROES, 33, 1, 0);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	answer = block_ask_for(&bed, VIRTIO_BLK_T_FLUSH, 0, 0);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	answer = block_ask_for(&bed, VIRTIO_BLK_T_IN, 9, 512);
	assert_int_equal(answer.in[0], 0x77);
	answer = block_ask_for(&bed, VIRTIO_BLK_T_IN, 33, 512);
	assert_int_equal(answer.in[0], 0);
	assert_block_alive(&bed, 8);
	assert_block_untouched(&bed);
}

static void an_overlay_outlives_a_reset(void **state)
{
	uint8_t sector[512] = {0x77};
	struct block_answer answer;

	(void)state;
	block_give(&bed, VIRTIO_BLK_T_OUT, 9, sector, sizeof(sector));
	assert_true(virtio_guest_start(&bed.guest, BLOCK_FEATURES, 1));
	answer = block_ask_for(&bed, VIRTIO_BLK_T_IN, 9, 512);
	assert_int_equal(answer.in[0], 0x77);
}

static void a_readonly_disk_refuses_to_be_written(void **state)
{
	uint8_t sector[512] = {0};
	struct block_answer answer;

	(void)state;
	assert_true(virtio_guest_features(&bed.guest) &
		    1ull << VIRTIO_BLK_F_RO);
	assert_false(virtio_guest_features(&bed.guest) &
		     1ull << VIRTIO_BLK_F_DISCARD);
	answer = block_give(&bed, VIRTIO_BLK_T_OUT, 0, sector, sizeof(sector));
	assert_block_answer(&answer, VIRTIO_BLK_S_IOERR, 1);
	answer = block_give_range(&bed, VIRTIO_BLK_T_DISCARD, 0, 8, 0);
	assert_block_answer(&answer, VIRTIO_BLK_S_UNSUPP, 1);
	answer = block_ask_for(&bed, VIRTIO_BLK_T_FLUSH, 0, 0);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	assert_block_alive(&bed, 1);
	assert_block_untouched(&bed);
}

static void a_driver_that_can_not_flush_writes_all_the_same(void **state)
{
	uint8_t sector[512] = {0x42};
	struct block_answer answer;

	(void)state;
	assert_true(
		virtio_guest_start(&bed.guest, 1ull << VIRTIO_F_VERSION_1, 1));
	answer = block_give(&bed, VIRTIO_BLK_T_OUT, 1, sector, sizeof(sector));
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	assert_int_equal(block_byte(&bed, 512), 0x42);
}

/* Hardening V2: each byte of header and sector in a descriptor of its own. */
static void a_request_in_single_bytes_is_a_request(void **state)
{
	struct virtqueue_piece pieces[100];
	const uint8_t nothing = BLOCK_NOTHING;
	struct block_answer answer;
	uint64_t header, in;
	unsigned i;

	(void)state;
	header = block_put_header(&bed, VIRTIO_BLK_T_IN, 5);
	in = virtio_guest_alloc(&bed.guest, 512);
	for (i = 0; i < 16; i++)
		pieces[i] = (struct virtqueue_piece){header + i, 1};
	for (i = 0; i < 83; i++)
		pieces[16 + i] = (struct virtqueue_piece){in + i, 1};
	pieces[98].len = 512 - 82;
	pieces[99] = (struct virtqueue_piece){block_put(&bed, &nothing, 1), 1};
	assert_true(virtio_guest_add(&bed.guest, 0, pieces, 16, 84) >= 0);
	answer = block_finish(&bed, in, pieces[99].gpa);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 513);
	for (i = 0; i < 512; i++)
		assert_int_equal(answer.in[i], block_original(5 * 512));
}

/* The header's end, the data and the status may share descriptors too. */
static void one_descriptor_each_way_is_a_request(void **state)
{
	uint8_t bytes[16 + 512];
	struct virtqueue_piece pieces[2];
	struct block_answer answer;
	uint64_t header;

	(void)state;
	header = block_put_header(&bed, VIRTIO_BLK_T_OUT, 7);
	memcpy(bytes, virtio_guest_at(&bed.guest, header), 16);
	memset(bytes + 16, 0x5a, 512);
	pieces[0] = (struct virtqueue_piece){
		block_put(&bed, bytes, sizeof(bytes)), sizeof(bytes)};
	memset(bytes, BLOCK_NOTHING, sizeof(bytes));
	pieces[1] = (struct virtqueue_piece){block_put(&bed, bytes, 1), 1};
	assert_true(virtio_guest_add(&bed.guest, 0, pieces, 1, 1) >= 0);
	answer = block_finish(&bed, 0, pieces[1].gpa);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 1);
	assert_int_equal(block_byte(&bed, 7 * 512), 0x5a);
	pieces[0] = (struct virtqueue_piece){
		block_put_header(&bed, VIRTIO_BLK_T_IN, 8), 16};
	pieces[1] = (struct virtqueue_piece){block_put(&bed, bytes, 513), 513};
	assert_true(virtio_guest_add(&bed.guest, 0, pieces, 1, 1) >= 0);
	answer = block_finish(&bed, pieces[1].gpa, pieces[1].gpa + 512);
	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 513);
	assert_int_equal(answer.in[511], block_original(8 * 512));
}

static void add_read(uint64_t in, uint64_t status, uint64_t header)
{
	const struct virtqueue_piece pieces[3] = {
		{header, 16}, {in, 512}, {status, 1}};

	assert_true(virtio_guest_add(&bed.guest, 0, pieces, 1, 2) >= 0);
}

static void a_full_ring_is_served_in_several_passes(void **state)
{
	uint64_t header = block_put_header(&bed, VIRTIO_BLK_T_IN, 1), in,
		 status;
	unsigned i, count = bed.guest.queues[0].size / 3;
	uint32_t len;

	(void)state;
	in = virtio_guest_alloc(&bed.guest, 512);
	status = virtio_guest_alloc(&bed.guest, 1);
	for (i = 0; i < count; i++)
		add_read(in, status, header);
	machine_bed_ring(&bed.machine, bed.guest.queues[0].doorbell, 2, 0);
	loop_run_once(bed.machine.machine.loop, 0);
	for (i = 0; virtio_guest_get(&bed.guest, 0, &len) >= 0; i++)
		;
	assert_in_range(i, 1, count - 1);
	machine_bed_run(&bed.machine);
	for (; virtio_guest_get(&bed.guest, 0, &len) >= 0; i++)
		assert_int_equal(len, 513);
	assert_int_equal(i, count);
}

static void event_index_and_indirect_tables_are_kept(void **state)
{
	unsigned i;

	(void)state;
	assert_true(virtio_guest_start(
		&bed.guest,
		BLOCK_FEATURES | 1ull << VIRTIO_RING_F_EVENT_IDX |
			1ull << VIRTIO_RING_F_INDIRECT_DESC,
		1));
	for (i = 0; i < 100; i++) {
		struct virtqueue_driver *driver = &bed.guest.queues[0].driver;
		struct block_answer answer =
			block_ask_for(&bed, VIRTIO_BLK_T_IN, i % 8, 512);

		assert_block_answer(&answer, VIRTIO_BLK_S_OK, 513);
		assert_true(virtqueue_driver_enable_call(driver));
		assert_int_equal(virtio_guest_interrupts(&bed.guest, 0), 1);
	}
}

static void what_is_no_disk_is_not_made(void **state)
{
	const struct block_settings settings = {
		.name = "disk3",
		.fd = memfd_create("empty", MFD_CLOEXEC),
		.overlay_fd = -1};
	struct err err;

	(void)state;
	assert_null(virtio_block_create(&bed.machine.machine, &settings, &err));
	assert_string_equal(err.msg,
			    "disk3: image has not one sector of 512 bytes");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(configuration_tells_size_and_limits),
		TEST(sectors_are_read),
		TEST(sectors_are_written),
		TEST(a_flush_is_answered),
		TEST(its_name_is_its_serial_number),
		TEST(ranges_are_zeroed),
		TEST(several_ranges_are_discarded),
		cmocka_unit_test_setup_teardown(
			an_overlay_takes_what_is_written, set_up_overlay,
			tear_down),
		cmocka_unit_test_setup_teardown(an_overlay_outlives_a_reset,
						set_up_overlay, tear_down),
		cmocka_unit_test_setup_teardown(
			a_readonly_disk_refuses_to_be_written, set_up_readonly,
			tear_down),
		TEST(a_driver_that_can_not_flush_writes_all_the_same),
		TEST(a_request_in_single_bytes_is_a_request),
		TEST(one_descriptor_each_way_is_a_request),
		TEST(a_full_ring_is_served_in_several_passes),
		TEST(event_index_and_indirect_tables_are_kept),
		TEST(what_is_no_disk_is_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
