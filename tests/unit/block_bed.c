// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * block_bed.c - a virtio-blk disk with a driver, for more than one test
 */
#include "unit/cmocka_wrap.h"

#include "unit/block_bed.h"

#include <linux/virtio_ids.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/devices.h"

static int make_image(void)
{
	int image = memfd_create("image", MFD_CLOEXEC);
	unsigned i;

	for (i = 0; i < BLOCK_SECTORS; i++) {
		uint8_t sector[512];

		memset(sector, block_original(i * 512), sizeof(sector));
		assert_int_equal(write(image, sector, 512), 512);
	}
	return image;
}

int block_bed_open(struct block_bed *bed, int image, bool has_overlay,
		   bool is_readonly)
{
	struct block_settings settings = {
		.name = "disk0", .overlay_fd = -1, .is_readonly = is_readonly};
	struct virtio_device *device;

	if (machine_bed_open(&bed->machine) ||
	    pci_bus_init(&bed->bus, &bed->machine.machine, NULL))
		return -1;
	bed->image = image < 0 ? make_image() : image;
	settings.fd = dup(bed->image);
	if (has_overlay)
		settings.overlay_fd = memfd_create("overlay", MFD_CLOEXEC);
	device = virtio_block_create(&bed->machine.machine, &settings, NULL);
	if (!device)
		return -1;
	bed->vp = virtio_pci_create(&bed->bus, device, NULL);
	return bed->vp ? virtio_guest_init(&bed->guest, &bed->machine,
					   VIRTIO_ID_BLOCK)
		       : -1;
}

int block_bed_close(struct block_bed *bed)
{
	virtio_pci_destroy(bed->vp);
	close(bed->image);
	return machine_bed_close(&bed->machine);
}

uint64_t block_put(struct block_bed *bed, const void *bytes, uint32_t len)
{
	uint64_t gpa = virtio_guest_alloc(&bed->guest, len);

	memcpy(virtio_guest_at(&bed->guest, gpa), bytes, len);
	return gpa;
}

uint64_t block_put_header(struct block_bed *bed, uint32_t type, uint64_t sector)
{
	const struct virtio_blk_outhdr header = {.type = htole32(type),
						 .sector = htole64(sector)};

	return block_put(bed, &header, sizeof(header));
}

struct block_answer block_finish(struct block_bed *bed, uint64_t in,
				 uint64_t status)
{
	struct block_answer answer = {0};

	virtio_guest_kick(&bed->guest, 0);
	answer.head = virtio_guest_get(&bed->guest, 0, &answer.len);
	answer.in = virtio_guest_at(&bed->guest, in);
	answer.status = *(uint8_t *)virtio_guest_at(&bed->guest, status);
	return answer;
}

struct block_answer block_ask(struct block_bed *bed,
			      const struct block_ask *request)
{
	struct virtqueue_piece pieces[3];
	unsigned readable = 1, writable = 1;
	const uint8_t nothing = BLOCK_NOTHING;
	uint64_t in = 0, status;

	pieces[0].gpa = block_put_header(bed, request->type, request->sector);
	pieces[0].len = sizeof(struct virtio_blk_outhdr);
	if (request->out_len) {
		pieces[1].gpa = block_put(bed, request->out, request->out_len);
		pieces[1].len = request->out_len;
		readable++;
	}
	if (request->in_len) {
		in = virtio_guest_alloc(&bed->guest, request->in_len);
		pieces[1] = (struct virtqueue_piece){in, request->in_len};
		writable++;
	}
	status = block_put(bed, &nothing, 1);
	pieces[readable + writable - 1] = (struct virtqueue_piece){status, 1};
	assert_true(virtio_guest_add(&bed->guest, 0, pieces, readable,
				     writable) >= 0);
	return block_finish(bed, in, status);
}

struct block_answer block_ask_for(struct block_bed *bed, uint32_t type,
				  uint64_t sector, uint32_t in_len)
{
	return block_ask(bed, &(struct block_ask){.type = type,
						  .sector = sector,
						  .in_len = in_len});
}

struct block_answer block_give(struct block_bed *bed, uint32_t type,
			       uint64_t sector, const void *out,
			       uint32_t out_len)
{
	return block_ask(bed, &(struct block_ask){.type = type,
						  .sector = sector,
						  .out = out,
						  .out_len = out_len});
}

uint8_t block_byte(struct block_bed *bed, uint64_t offset)
{
	uint8_t byte = 0;

	assert_int_equal(pread(bed->image, &byte, 1, (off_t)offset), 1);
	return byte;
}

void assert_block_answer(const struct block_answer *answer, uint8_t status,
			 uint32_t len)
{
	assert_true(answer->head >= 0);
	assert_int_equal(answer->status, status);
	assert_int_equal(answer->len, len);
}

void assert_block_untouched(struct block_bed *bed)
{
	unsigned i;

	for (i = 0; i < BLOCK_SECTORS; i++)
		assert_int_equal(block_byte(bed, i * 512),
				 block_original(i * 512));
}

void assert_block_alive(struct block_bed *bed, uint64_t sector)
{
	struct block_answer answer =
		block_ask_for(bed, VIRTIO_BLK_T_IN, sector, 512);

	assert_block_answer(&answer, VIRTIO_BLK_S_OK, 513);
	assert_int_equal(answer.in[511], block_original(sector * 512));
	assert_false(virtio_guest_status(&bed->guest) &
		     VIRTIO_CONFIG_S_NEEDS_RESET);
}

struct block_answer block_give_range(struct block_bed *bed, uint32_t type,
				     uint64_t sector, uint32_t count,
				     uint32_t flags)
{
	const struct virtio_blk_discard_write_zeroes range = {
		htole64(sector), htole32(count), htole32(flags)};

	return block_give(bed, type, 0, &range, sizeof(range));
}
