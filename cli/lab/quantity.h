/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quantity.h - reading numbers, with and without unit, for readers of values
 */
#ifndef CLI_LAB_QUANTITY_H
#define CLI_LAB_QUANTITY_H

#include "cli/lab/schema.h"

#define QUANTITY_MS_COUNT 4

/**
 * struct unit - what may follow a number
 * @name:	as written
 * @factor:	in base units
 */
struct unit {
	const char *name;
	uint64_t factor;
};

/**
 * struct quantity - how a number with unit is read and complained about
 * @what:	"memory"
 * @units:	@unit_count of them
 * @unit_count:	entries
 * @min:	smallest, base units
 * @max:	largest
 * @range:	both, for people
 * @suffix:	the unit that a bare number most likely meant
 * @example:	what would be right
 */
struct quantity {
	const char *what;
	const struct unit *units;
	unsigned unit_count;
	uint64_t min;
	uint64_t max;
	const char *range;
	const char *suffix;
	const char *example;
};

/** quantity_ms - the units of a time in ms: ms, s, m, h */
extern const struct unit quantity_ms[QUANTITY_MS_COUNT];

/** quantity_read() - base units into *@result, or a complaint and false */
bool quantity_read(struct schema_run *run, struct tree *value,
		   const struct quantity *q, uint64_t *result);

/**
 * quantity_count() - a bare number between two limits
 *
 * Return: false after saying what would be right.
 */
bool quantity_count(struct schema_run *run, struct tree *value, uint32_t min,
		    uint32_t max, uint32_t *result);

#endif
