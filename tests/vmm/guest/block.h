/* SPDX-License-Identifier: GPL-2.0-or-later */
/* block.h - a disk (virtio 1.2 5.2) */
#ifndef GUEST_BLOCK_H
#define GUEST_BLOCK_H

#include "guest/virtio.h"

#define SECTOR 512
#define BLOCK_F_SIZE_MAX (1ULL << 1)
#define BLOCK_F_SEG_MAX (1ULL << 2)
#define BLOCK_F_RO (1ULL << 5)
#define BLOCK_F_FLUSH (1ULL << 9)
#define BLOCK_F_DISCARD (1ULL << 13)
#define BLOCK_F_WRITE_ZEROES (1ULL << 14)

enum block_type {
	BLOCK_IN = 0,
	BLOCK_OUT = 1,
	BLOCK_FLUSH = 4,
	BLOCK_GET_ID = 8,
	BLOCK_DISCARD = 11,
	BLOCK_WRITE_ZEROES = 13
};

enum block_status { BLOCK_OK, BLOCK_IOERR, BLOCK_UNSUPP };
/* What is in the status byte as long as no device wrote it. */
#define BLOCK_UNTOUCHED 0xee

/* struct block_header - of a request (5.2.6) */
struct block_header {
	uint32_t type, reserved;
	uint64_t sector;
};

/* struct block_range - what DISCARD and WRITE_ZEROES have for data */
struct block_range {
	uint64_t sector;
	uint32_t count, flags;
};

/*
 * struct block - a disk, and one request's memory
 * @header: also the page that @status is in
 * @data: DATA_SIZE bytes
 */
struct block {
	struct virtio v;
	struct virtq queue;
	uint64_t sectors;
	struct block_header *header;
	volatile uint8_t *status;
	uint8_t *data;
};
#define BLOCK_DATA_SIZE 8192

/* block_start() - from reset to DRIVER_OK; again after each reset */
int block_start(struct block *b);

/* block_request() - @len bytes of b->data, both ways as @type has it; the
 * device's status, or -1 when it doesn't answer */
int block_request(struct block *b, uint32_t type, uint64_t sector,
		  uint32_t len);

/* block_do() - likewise, and a complaint when the status isn't @wanted */
int block_do(struct block *b, uint32_t type, uint64_t sector, uint32_t len,
	     int wanted);

/* block_pattern() - bytes that differ by sector and @salt; check: -1 if others
 */
void block_pattern(uint8_t *at, uint32_t len, uint64_t sector, unsigned salt);
bool block_is_pattern(const uint8_t *at, uint32_t len, uint64_t sector,
		      unsigned salt);

#endif
