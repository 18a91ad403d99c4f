// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_view_put.c - what all parts of bond_view.h are printed with
 */
#include "cli/cmd/bond_view_internal.h"

#include <stdlib.h>
#include <string.h>

json_int_t bond_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

void bond_put_number(FILE *out, const char *before, const json_t *object,
		     const char *key, const char *behind)
{
	fprintf(out, "%s%" JSON_INTEGER_FORMAT "%s", before,
		bond_number(object, key), behind);
}

void bond_put_text(FILE *out, const char *before, const json_t *object,
		   const char *key)
{
	const char *text = text_of(object, key);

	fputs(before, out);
	print_safe(out, text && *text ? text : "none");
}

int bond_width(const json_t *array, const char *key)
{
	json_t *object;
	int width = 0;
	size_t i;

	json_array_foreach(array, i, object)
	{
		const char *text = text_of(object, key);

		width = MAX(width, text ? (int)strlen(text) : 0);
	}
	return width;
}

void bond_put_cell(FILE *out, const json_t *object, const char *key, int width)
{
	const char *text = text_of(object, key);

	print_safe(out, text);
	fprintf(out, "%*s", MAX(width - (text ? (int)strlen(text) : 0), 0), "");
}

void bond_put_table(FILE *out, struct table *table)
{
	if (table->rows > 1) {
		fputc('\n', out);
		table_print_to(out, table, false);
	} else {
		free(table->cells);
	}
}
