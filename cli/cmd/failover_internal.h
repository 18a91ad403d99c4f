/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * failover_internal.h - what the files of failover_report.h share
 */
#ifndef CLI_CMD_FAILOVER_INTERNAL_H
#define CLI_CMD_FAILOVER_INTERNAL_H

#include "cli/cmd/failover_report.h"
#include "cli/cmd/print.h"
#include "core/util.h"

/** FAILOVER_COLUMNS - cells of a round */
#define FAILOVER_COLUMNS 12
/** FAILOVER_SUMS - cells of a direction in the sum */
#define FAILOVER_SUMS 7
static_assert(FAILOVER_COLUMNS <= TABLE_COLUMNS, "a round fits a table");

/** failover_round_heads - of the cells of a round, split by blanks */
extern const char failover_round_heads[];

/** failover_sum_heads - of the cells of the sum, split by blanks */
extern const char failover_sum_heads[];

/**
 * failover_round_cells() - a round in words
 * @cells:	FAILOVER_COLUMNS; empty where there is nothing
 */
void failover_round_cells(const json_t *round, char (*cells)[TABLE_CELL_SIZE]);

/**
 * failover_sum_cells() - a direction of the sum in words
 * @direction:	"out" or "in"
 * @cells:	FAILOVER_SUMS
 */
void failover_sum_cells(const json_t *document, const char *direction,
			char (*cells)[TABLE_CELL_SIZE]);

/**
 * failover_us() - a number of microseconds
 *
 * Return: false when @object has none, or one that no experiment takes.
 */
bool failover_us(const json_t *object, const char *key, double *us);

/** failover_at() - when the moment @key of @round was, if it was */
bool failover_at(const json_t *round, const char *key, double *us);

/** failover_gap() - member @direction of @round's @key; NULL: none */
const json_t *failover_gap(const json_t *round, const char *key,
			   const char *direction);

/** failover_count() - a number of frames; 0 where there is none */
json_int_t failover_count(const json_t *object, const char *key);

/**
 * struct failover_scale - the axis of a picture
 * @from_us:	its left end
 * @to_us:	its right end; greater
 */
struct failover_scale {
	double from_us;
	double to_us;
};

/** failover_scale_of() - for all rounds that are not much longer than most */
struct failover_scale failover_scale_of(const json_t *document);

/** failover_svg_round() - one round as a picture with a root of its own */
void failover_svg_round(FILE *out, const json_t *round,
			struct failover_scale scale);

#endif
