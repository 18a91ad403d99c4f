// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * failover_report.c - failovers that were measured, as tables
 */
#include "cli/cmd/failover_report.h"

#include <string.h>

#include "cli/cmd/failover_internal.h"

/* A document may say more; no picture and no table has room for it. */
#define MAX_US 1e12

const char failover_round_heads[] =
	"ROUND OLD NEW LAST-OUT FIRST-OUT FIRST-IN OUT IN LOST DUP ANNOUNCED "
	"RESULT";
const char failover_sum_heads[] = "WAY BEST MEDIAN WORST LOST DUP REORDERED";

bool failover_us(const json_t *object, const char *key, double *us)
{
	const json_t *number = json_object_get(object, key);

	if (!json_is_number(number))
		return false;
	*us = json_number_value(number);
	return *us >= -MAX_US && *us <= MAX_US;
}

bool failover_at(const json_t *round, const char *key, double *us)
{
	return failover_us(json_object_get(round, key), "at_us", us);
}

const json_t *failover_gap(const json_t *round, const char *key,
			   const char *direction)
{
	return json_object_get(json_object_get(round, key), direction);
}

json_int_t failover_count(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void set_text(char *cell, const json_t *object, const char *key)
{
	const char *text = text_of(object, key);

	snprintf(cell, TABLE_CELL_SIZE, "%s", text ? text : "");
}

static void set_number(char *cell, const json_t *object, const char *key)
{
	const json_t *number = json_object_get(object, key);

	if (json_is_integer(number))
		snprintf(cell, TABLE_CELL_SIZE, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(number));
}

/* "0.210ms", of what lasted so long */
static void set_length(char *cell, const json_t *object, const char *key)
{
	double us;

	if (failover_us(object, key, &us))
		snprintf(cell, TABLE_CELL_SIZE, "%.3fms%s", us / 1e3,
			 json_is_true(json_object_get(object, "open")) ? "+"
								       : "");
}

/* "+0.210ms", of what happened then */
static void set_moment(char *cell, const json_t *round, const char *key)
{
	double us;

	if (failover_at(round, key, &us))
		snprintf(cell, TABLE_CELL_SIZE, "%+.3fms", us / 1e3);
}

/* "1/0": out and in */
static void set_both(char *cell, const json_t *round, const char *key)
{
	const json_t *out = failover_gap(round, "traffic", "out");
	const json_t *in = failover_gap(round, "traffic", "in");

	if (out && in)
		snprintf(cell, TABLE_CELL_SIZE,
			 "%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT,
			 failover_count(out, key), failover_count(in, key));
}

/* Frames, whatever kind of announcement they are */
static void set_announced(char *cell, const json_t *announced)
{
	double sum = 0;
	static const char *const kinds[] = {"rarp", "garp", "na"};

	if (!announced)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		sum += json_number_value(json_object_get(announced, kinds[i]));
	snprintf(cell, TABLE_CELL_SIZE, "%.0f", sum);
}

void failover_round_cells(const json_t *round, char (*cells)[TABLE_CELL_SIZE])
{
	memset(cells, 0, (size_t)FAILOVER_COLUMNS * TABLE_CELL_SIZE);
	set_number(cells[0], round, "round");
	set_text(cells[1], round, "old");
	set_text(cells[2], round, "new");
	set_moment(cells[3], round, "last_out_old");
	set_moment(cells[4], round, "first_out_new");
	set_moment(cells[5], round, "first_in_new");
	set_length(cells[6], failover_gap(round, "outage", "out"), "us");
	set_length(cells[7], failover_gap(round, "outage", "in"), "us");
	set_both(cells[8], round, "lost");
	set_both(cells[9], round, "duplicated");
	set_announced(cells[10], json_object_get(round, "announced"));
	set_text(cells[11], round, "result");
}

void failover_sum_cells(const json_t *document, const char *direction,
			char (*cells)[TABLE_CELL_SIZE])
{
	const json_t *sum = failover_gap(document, "summary", direction);
	const json_t *outage = json_object_get(sum, "outage_us");

	memset(cells, 0, (size_t)FAILOVER_SUMS * TABLE_CELL_SIZE);
	snprintf(cells[0], TABLE_CELL_SIZE, "%s", direction);
	set_length(cells[1], outage, "best");
	set_length(cells[2], outage, "median");
	set_length(cells[3], outage, "worst");
	set_number(cells[4], sum, "lost");
	set_number(cells[5], sum, "duplicated");
	set_number(cells[6], sum, "reordered");
}

static void add_cells(struct table *table, char (*cells)[TABLE_CELL_SIZE],
		      unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		table_add(table, cells[i]);
}

void failover_print(FILE *out, const json_t *document, bool brief)
{
	char cells[FAILOVER_COLUMNS][TABLE_CELL_SIZE];
	struct table table;
	json_t *round;
	size_t i;

	table_init(&table, failover_round_heads);
	json_array_foreach(json_object_get(document, "rounds"), i, round)
	{
		failover_round_cells(round, cells);
		add_cells(&table, cells, FAILOVER_COLUMNS);
	}
	table_print_to(out, &table, brief);
	fputc('\n', out);
	table_init(&table, failover_sum_heads);
	failover_sum_cells(document, "out", cells);
	add_cells(&table, cells, FAILOVER_SUMS);
	failover_sum_cells(document, "in", cells);
	add_cells(&table, cells, FAILOVER_SUMS);
	table_print_to(out, &table, brief);
}

void failover_print_for(FILE *out, const char *path, const json_t *document)
{
	size_t len = strlen(path);

	if (len >= 4 && strcmp(path + len - 4, ".svg") == 0)
		failover_print_svg(out, document);
	else
		failover_print_html(out, document);
}
