// SPDX-License-Identifier: GPL-2.0-or-later
/* hostile_block.c - requests that a disk can't do (M3 of the catalogue) */
#include "guest/hostile.h"
#include "guest/text.h"

/* @a: type; @b: sector, or the length of the data for those below @b 4 GiB that
 * have none */
static int refused(struct victim *victim, const struct hostile_case *c)
{
	int status =
		block_request(&victim->block, (uint32_t)c->a, c->b, SECTOR);

	if (status == BLOCK_IOERR || status == BLOCK_UNSUPP)
		return DEED_DONE;
	return hostile_deviates(victim, "does what can't be done");
}

/* Data of a length that is no number of sectors. */
static int odd_len(struct victim *victim, const struct hostile_case *c)
{
	int status = block_request(&victim->block, (uint32_t)c->a, 0,
				   (uint32_t)c->b);

	if (status == BLOCK_IOERR || status == BLOCK_UNSUPP)
		return DEED_DONE;
	return hostile_deviates(victim, "reads or writes part of a sector");
}

/* A range that isn't on the disk, or that wraps. */
static int bad_range(struct victim *victim, const struct hostile_case *c)
{
	struct block_range *range = (struct block_range *)victim->block.data;
	static const struct block_range ranges[] = {
		{~0ULL, 1, 0},      {~0ULL, 0xffffffff, 0},
		{0, 0xffffffff, 0}, {1ULL << 55, 8, 0},
		{0, 8, 0xfffffffe}, {0x7fffffffffffffff, 2, 0},
	};
	unsigned i;
	int status;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		*range = ranges[i];
		status = block_request(&victim->block, (uint32_t)c->a, 0,
				       sizeof(*range));
		if (status != BLOCK_IOERR && status != BLOCK_UNSUPP)
			return hostile_deviates(victim,
						"a range that can't be");
	}
	return DEED_DONE;
}

/* Half a range, none, or too many. */
static int range_len(struct victim *victim, const struct hostile_case *c)
{
	memset(victim->block.data, 0, BLOCK_DATA_SIZE);
	block_request(&victim->block, (uint32_t)c->a, 0, (uint32_t)c->b);
	return DEED_DONE;
}

static const struct hostile_case cases[] = {
	{"M3.read-end", ON_BLOCK, HOSTILE_PASS, refused, 0, BLOCK_IN, ~0ULL},
	{"M3.write-end", ON_BLOCK, HOSTILE_PASS, refused, 0, BLOCK_OUT, ~0ULL},
	{"M3.read-wraps", ON_BLOCK, HOSTILE_PASS, refused, 0, BLOCK_IN,
	 1ULL << 55},
	{"M3.write-wraps", ON_BLOCK, HOSTILE_PASS, refused, 0, BLOCK_OUT,
	 (1ULL << 55) - 1},
	{"M3.read-sign", ON_BLOCK, HOSTILE_PASS, refused, 0, BLOCK_IN,
	 1ULL << 54},
	{"M3.type-2", ON_BLOCK, HOSTILE_PASS, refused, 0, 2, 0},
	{"M3.type-ffffffff", ON_BLOCK, HOSTILE_PASS, refused, 0, 0xffffffff, 0},
	{"M3.read-odd", ON_BLOCK, HOSTILE_PASS, odd_len, 0, BLOCK_IN, 100},
	{"M3.write-odd", ON_BLOCK, HOSTILE_PASS, odd_len, 0, BLOCK_OUT, 513},
	{"M3.discard-range", ON_BLOCK, HOSTILE_PASS, bad_range, 0,
	 BLOCK_DISCARD, 0},
	{"M3.zeroes-range", ON_BLOCK, HOSTILE_PASS, bad_range, 0,
	 BLOCK_WRITE_ZEROES, 0},
	{"M3.discard-len", ON_BLOCK, HOSTILE_EITHER, range_len, 0,
	 BLOCK_DISCARD, 15},
	{"M3.discard-many", ON_BLOCK, HOSTILE_EITHER, range_len, 0,
	 BLOCK_DISCARD, 4096},
	{"M3.zeroes-len", ON_BLOCK, HOSTILE_EITHER, range_len, 0,
	 BLOCK_WRITE_ZEROES, 1},
	{"M3.id-long", ON_BLOCK, HOSTILE_EITHER, range_len, 0, BLOCK_GET_ID,
	 4096},
	{"M3.id-short", ON_BLOCK, HOSTILE_EITHER, range_len, 0, BLOCK_GET_ID,
	 1},
	{"M3.flush-data", ON_BLOCK, HOSTILE_EITHER, range_len, 0, BLOCK_FLUSH,
	 512},
};
HOSTILE_CASES(block);
