/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block_bed.h - a virtio-blk disk with a driver, for more than one test
 */
#ifndef UNIT_BLOCK_BED_H
#define UNIT_BLOCK_BED_H

#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>

#include "unit/virtio_guest.h"
#include "vmm/pci.h"
#include "vmm/virtio_pci.h"

/** BLOCK_SECTORS - of the image */
#define BLOCK_SECTORS 64u
#define BLOCK_BASIC (1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_BLK_F_FLUSH)
#define BLOCK_FEATURES                                \
	(BLOCK_BASIC | 1ull << VIRTIO_BLK_F_DISCARD | \
	 1ull << VIRTIO_BLK_F_WRITE_ZEROES)
/** BLOCK_NOTHING - what no status is: it was not written */
#define BLOCK_NOTHING 0xee

/**
 * struct block_bed - a machine with one disk
 * @machine:	it is in
 * @bus:	likewise
 * @vp:		its PCI function
 * @guest:	its driver
 * @image:	the image, as anybody else on the host has it
 */
struct block_bed {
	struct machine_bed machine;
	struct pci_bus bus;
	struct virtio_pci *vp;
	struct virtio_guest guest;
	int image;
};

/**
 * struct block_ask - what the driver asks for
 * @type:	VIRTIO_BLK_T_*
 * @sector:	first one
 * @out:	data for the device
 * @out_len:	bytes of it
 * @in_len:	bytes that it is to write
 */
struct block_ask {
	uint32_t type;
	uint64_t sector;
	const void *out;
	uint32_t out_len;
	uint32_t in_len;
};

/**
 * struct block_answer - and what became of it
 * @head:	of the chain, or -errno
 * @len:	that the used ring says
 * @status:	VIRTIO_BLK_S_*, or BLOCK_NOTHING
 * @in:		bytes that came in
 */
struct block_answer {
	int head;
	uint32_t len;
	uint8_t status;
	const uint8_t *in;
};

/** block_original() - byte of the image before anybody writes */
static inline uint8_t block_original(uint64_t offset)
{
	return (uint8_t)(offset / 512 + 1);
}

/**
 * block_bed_open() - a disk whose driver has not started
 * @image:	taken over; -1: one of BLOCK_SECTORS
 *
 * Return: 0 or -1.
 */
int block_bed_open(struct block_bed *bed, int image, bool has_overlay,
		   bool is_readonly);

/** block_bed_close() - 0 when nothing is left */
int block_bed_close(struct block_bed *bed);

/* Memory is taken for each request and never given back: there is enough. */

/** block_put() - bytes into RAM; returns where */
uint64_t block_put(struct block_bed *bed, const void *bytes, uint32_t len);

/** block_put_header() - of a request */
uint64_t block_put_header(struct block_bed *bed, uint32_t type,
			  uint64_t sector);

/** block_finish() - kick, and take the answer from where it was asked for */
struct block_answer block_finish(struct block_bed *bed, uint64_t in,
				 uint64_t status);

/** block_ask() - header, data and status in descriptors of their own */
struct block_answer block_ask(struct block_bed *bed,
			      const struct block_ask *request);

/** block_ask_for() - @in_len bytes */
struct block_answer block_ask_for(struct block_bed *bed, uint32_t type,
				  uint64_t sector, uint32_t in_len);

/** block_give() - @out_len bytes */
struct block_answer block_give(struct block_bed *bed, uint32_t type,
			       uint64_t sector, const void *out,
			       uint32_t out_len);

/** block_give_range() - one range of a discard or of zeros */
struct block_answer block_give_range(struct block_bed *bed, uint32_t type,
				     uint64_t sector, uint32_t count,
				     uint32_t flags);

/** block_byte() - of the image as it is now */
uint8_t block_byte(struct block_bed *bed, uint64_t offset);

void assert_block_answer(const struct block_answer *answer, uint8_t status,
			 uint32_t len);

/** assert_block_untouched() - nothing was written to the image */
void assert_block_untouched(struct block_bed *bed);

/** assert_block_alive() - it still reads a sector that nobody has written */
void assert_block_alive(struct block_bed *bed, uint64_t sector);

#endif
