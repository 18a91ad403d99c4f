// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * print.c - what verbs print: tables, JSON, words safe for a terminal
 */
#include "cli/cmd/print.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "core/clock.h"
#include "core/util.h"

bool print_is_fancy(FILE *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(fileno(out)) && !(no_color && *no_color) &&
	       !(term && strcmp(term, "dumb") == 0);
}

void print_safe(FILE *out, const char *text)
{
	char before = 0;

	for (; text && *text; before = *text++) {
		if (is_control(before, *text) && *text != '\t')
			fputc('?', out);
		else
			fputc(*text, out);
	}
}

int print_json(const json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	putchar('\n');
	return EXIT_DONE;
}

long monotonic_ms(void)
{
	struct clock clock;

	clock_init_monotonic(&clock);
	return (long)(clock_now_ns(&clock) / NSEC_PER_MSEC);
}

const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static char *next_cell(struct table *table)
{
	char(*cells)[TABLE_CELL_SIZE];
	size_t count;

	if (table->used == table->columns) {
		table->rows++;
		table->used = 0;
		count = (size_t)table->rows * table->columns;
		cells = reallocarray(table->cells, count, sizeof(*cells));
		if (!cells)
			abort();
		table->cells = cells;
	}
	return table->cells[(table->rows - 1) * table->columns + table->used++];
}

void table_add(struct table *table, const char *text)
{
	char *cell = next_cell(table), before = 0;

	snprintf(cell, TABLE_CELL_SIZE, "%s", text && *text ? text : "-");
	for (; *cell; before = *cell++) {
		if (is_control(before, *cell))
			*cell = '?';
	}
}

void table_add_number(struct table *table, json_int_t number)
{
	snprintf(next_cell(table), TABLE_CELL_SIZE, "%" JSON_INTEGER_FORMAT,
		 number);
}

void table_init(struct table *table, const char *heads)
{
	char head[TABLE_CELL_SIZE];
	size_t len;

	*table = (struct table){0};
	table->columns = table->used = 1;
	for (len = 0; heads[len]; len++)
		table->columns += heads[len] == ' ';
	table->used = table->columns;
	while (*heads) {
		len = strcspn(heads, " ");
		snprintf(head, sizeof(head), "%.*s", (int)len, heads);
		table_add(table, head);
		heads += len + (heads[len] == ' ');
	}
}

/* Columns on a terminal: bytes but for the tails of UTF-8 characters. */
static int width_of(const char *cell)
{
	int width = 0;

	for (; *cell; cell++)
		width += (*cell & 0xc0) != 0x80;
	return width;
}

static void print_row(FILE *out, const struct table *table, unsigned row,
		      const int *widths)
{
	unsigned i;

	fprintf(out, "%*s", table->indent, "");
	for (i = 0; i < table->columns; i++) {
		const char *cell = table->cells[row * table->columns + i];
		int pad = widths[i] - width_of(cell);

		if (i + 1 == table->columns)
			fprintf(out, "%s\n", cell);
		else
			fprintf(out, "%s%*s  ", cell, pad, "");
	}
}

void table_print(struct table *table, bool brief)
{
	table_print_to(stdout, table, brief);
}

void table_print_to(FILE *out, struct table *table, bool brief)
{
	bool fancy = print_is_fancy(out);
	int widths[TABLE_COLUMNS] = {0};
	unsigned i, row;

	assert(table->columns <= TABLE_COLUMNS);
	for (row = brief; row < table->rows; row++) {
		for (i = 0; i < table->columns; i++)
			widths[i] =
				MAX(widths[i],
				    width_of(table->cells[row * table->columns +
							  i]));
	}
	if (!brief) {
		fputs(fancy ? "\033[2m" : "", out);
		print_row(out, table, 0, widths);
		fputs(fancy ? "\033[0m" : "", out);
	}
	for (row = 1; row < table->rows; row++)
		print_row(out, table, row, widths);
	free(table->cells);
	*table = (struct table){0};
}

static const char *seconds_text(json_int_t s, char *text, size_t size)
{
	if (s < 120)
		snprintf(text, size, "%llds", (long long)s);
	else if (s < 7200)
		snprintf(text, size, "%lldm", (long long)s / 60);
	else
		snprintf(text, size, "%lldh", (long long)s / 3600);
	return text;
}

const char *age_text(const json_t *object, char *text, size_t size)
{
	const json_t *ms = json_object_get(object, "uptime_ms");

	if (!ms)
		return NULL;
	return seconds_text(json_integer_value(ms) / 1000, text, size);
}

const char *ago_text(json_int_t ms, char *text, size_t size)
{
	if (ms >= 1000)
		return seconds_text(ms / 1000, text, size);
	snprintf(text, size, "%lldms", (long long)MAX(ms, 0));
	return text;
}
