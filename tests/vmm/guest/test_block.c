// SPDX-License-Identifier: GPL-2.0-or-later
/* test_block.c - what was written is read again; what can't be done is refused
 */
#include "guest/block.h"
#include "guest/tests.h"
#include "guest/text.h"

#define LEN 4096
#define SECTORS (LEN / SECTOR)

/* places() - first, one in the middle, last */
static uint64_t place(const struct block *b, unsigned i)
{
	if (!i)
		return 0;
	return i == 1 ? b->sectors / 2 / SECTORS * SECTORS
		      : b->sectors - SECTORS;
}

static int write_all(struct block *b, unsigned salt)
{
	unsigned i;

	for (i = 0; i < 3; i++) {
		block_pattern(b->data, LEN, place(b, i), salt);
		if (block_do(b, BLOCK_OUT, place(b, i), LEN, BLOCK_OK))
			return -1;
	}
	return 0;
}

static int read_all(struct block *b, unsigned salt)
{
	unsigned i;

	for (i = 0; i < 3; i++) {
		memset(b->data, 0, LEN);
		if (block_do(b, BLOCK_IN, place(b, i), LEN, BLOCK_OK))
			return -1;
		if (!block_is_pattern(b->data, LEN, place(b, i), salt))
			return failed("disk: sector %lu isn't what was written",
				      place(b, i));
	}
	return 0;
}

static bool is_zero(const uint8_t *at, unsigned len)
{
	while (len && !at[len - 1])
		len--;
	return !len;
}

/* A range that is discarded may read as anything, one of zeroes as zeroes. */
static int ranges(struct block *b)
{
	struct block_range *range = (struct block_range *)b->data;

	if (b->v.features & BLOCK_F_WRITE_ZEROES) {
		*range = (struct block_range){place(b, 1), SECTORS, 0};
		if (block_do(b, BLOCK_WRITE_ZEROES, 0, sizeof(*range),
			     BLOCK_OK) ||
		    block_do(b, BLOCK_IN, place(b, 1), LEN, BLOCK_OK))
			return -1;
		if (!is_zero(b->data, LEN))
			return failed("disk: zeroes were not written");
		say("disk zeroes written\n");
	}
	if (b->v.features & BLOCK_F_DISCARD) {
		*range = (struct block_range){place(b, 0), SECTORS, 0};
		if (block_do(b, BLOCK_DISCARD, 0, sizeof(*range), BLOCK_OK) ||
		    block_do(b, BLOCK_IN, place(b, 0), LEN, BLOCK_OK))
			return -1;
		say("disk discarded\n");
	}
	return 0;
}

/* Behind the end, and where the sum of sector and length is no number. */
static int refusals(struct block *b)
{
	if (block_do(b, BLOCK_IN, b->sectors, SECTOR, BLOCK_IOERR) ||
	    block_do(b, BLOCK_IN, b->sectors - 1, LEN, BLOCK_IOERR) ||
	    block_do(b, BLOCK_IN, ~0ULL, SECTOR, BLOCK_IOERR) ||
	    block_do(b, BLOCK_IN, 1ULL << 55, SECTOR, BLOCK_IOERR) ||
	    block_do(b, 0x77, 0, SECTOR, BLOCK_UNSUPP))
		return -1;
	say("disk refusals right\n");
	return 0;
}

static int write_and_read(struct block *b, unsigned salt)
{
	if (write_all(b, salt) || (b->v.features & BLOCK_F_FLUSH &&
				   block_do(b, BLOCK_FLUSH, 0, 0, BLOCK_OK)))
		return -1;
	return read_all(b, salt);
}

static int test_disk(struct block *b, struct machine *m, unsigned n)
{
	unsigned salt = (unsigned)cmdline_number(m, "salt", 1);
	bool is_readonly;

	if (block_start(b))
		return -1;
	is_readonly = b->v.features & BLOCK_F_RO;
	if (b->sectors < 3ULL * SECTORS)
		return failed("disk %u: only %lu sectors", n, b->sectors);
	if (block_do(b, BLOCK_GET_ID, 0, 20, BLOCK_OK))
		return -1;
	b->data[20] = 0;
	say("disk %u: '%s' %lu sectors%s\n", n, (const char *)b->data,
	    b->sectors, is_readonly ? " readonly" : "");
	/* keep: a first run wrote it, perhaps before a restart. */
	if (cmdline_has(m, "keep") && read_all(b, salt))
		return -1;
	if (is_readonly && block_do(b, BLOCK_OUT, 0, SECTOR, BLOCK_IOERR))
		return -1;
	if (!is_readonly && !cmdline_has(m, "keep") && write_and_read(b, salt))
		return -1;
	if (refusals(b))
		return -1;
	if (!is_readonly && cmdline_has(m, "ranges") && ranges(b))
		return -1;
	if (b->queue.lost)
		return failed("disk: %u interrupts lost", b->queue.lost);
	return virtio_reset(&b->v);
}

int test_block(struct machine *m)
{
	struct block b = {0};
	unsigned n;

	if (virtio_need(&b.v, m, VIRTIO_BLOCK))
		return -1;
	for (n = 0; virtio_find(&b.v, m, VIRTIO_BLOCK, n); n++) {
		if (test_disk(&b, m, n))
			return -1;
		b = (struct block){0};
	}
	return 0;
}
