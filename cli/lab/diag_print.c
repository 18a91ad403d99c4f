// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diag_print.c - shows each mistake with its source line and a caret
 *
 * Columns are characters, as libyaml counts them, so bytes that continue a
 * UTF-8 sequence take no room under the caret. Line breaks are those of YAML
 * 1.1 (5.4): LF, CR LF, CR, NEL, LS and PS.
 */
#include "cli/lab/diag.h"

#include <string.h>

#define WIDTH_MAX 120
#define LEAD_MAX 60

/** struct span - some bytes of the source: from @at up to @end */
struct span {
	const char *at;
	const char *end;
};

/* Length of the line break at @at; 0: none. */
static unsigned break_len(const char *at, const char *end)
{
	size_t left = (size_t)(end - at);

	if (*at == '\n')
		return 1;
	if (*at == '\r')
		return left > 1 && at[1] == '\n' ? 2 : 1;
	if (left > 1 && memcmp(at, "\xc2\x85", 2) == 0)
		return 2;
	if (left > 2 && (memcmp(at, "\xe2\x80\xa8", 3) == 0 ||
			 memcmp(at, "\xe2\x80\xa9", 3) == 0))
		return 3;
	return 0;
}

/* The text of a line without its break; empty behind the end of the file. */
static struct span find_line(const struct diagnostics *diag, unsigned line)
{
	const char *at = diag->source, *end = at + diag->size;
	struct span span;

	while (line > 1 && at < end) {
		unsigned len = break_len(at, end);

		at += len ? len : 1;
		line -= len > 0;
	}
	span.at = at;
	while (at < end && !break_len(at, end))
		at++;
	span.end = at;
	return span;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static const char *next_char(const char *at, const char *end)
{
	for (at++; at < end && is_continuation(*at);)
		at++;
	return at;
}

/* One character; those that a terminal would obey (C0, DEL, C1) become '?'. */
static void put_char(const char *at, const char *next, FILE *out)
{
	unsigned char c = (unsigned char)*at;
	bool c1 = c == 0xc2 && next - at == 2 && (unsigned char)at[1] < 0xa0;

	if ((c < ' ' && c != '\t') || c == 0x7f || c1)
		fputc('?', out);
	else
		fwrite(at, 1, (size_t)(next - at), out);
}

static void print_source(const struct diagnostic *item, struct span line,
			 FILE *out)
{
	unsigned skip = item->col > LEAD_MAX ? item->col - LEAD_MAX : 0, n = 0;
	const char *at = line.at;

	for (; skip && at < line.end; skip--)
		at = next_char(at, line.end);
	for (; at < line.end && n < WIDTH_MAX; n++) {
		const char *next = next_char(at, line.end);

		put_char(at, next, out);
		at = next;
	}
	fputc('\n', out);
}

static void print_caret(const struct diagnostic *item, struct span line,
			FILE *out)
{
	unsigned skip = item->col > LEAD_MAX ? item->col - LEAD_MAX : 0, col;
	const char *at = line.at;
	unsigned end_col;

	for (col = 1; col < item->col; col++) {
		if (col > skip)
			fputc(at < line.end && *at == '\t' ? '\t' : ' ', out);
		if (at < line.end)
			at = next_char(at, line.end);
	}
	fputc('^', out);
	end_col = MIN(item->end_col, skip + WIDTH_MAX);
	for (col = item->col + 1; col < end_col; col++)
		fputc('~', out);
	fputc('\n', out);
}

static void print_item(const struct diagnostics *diag,
		       const struct diagnostic *item, FILE *out)
{
	struct span line;

	if (!item->line) {
		fprintf(out, "%s: error: %s%s%s\n", diag->name, item->path,
			item->path[0] ? ": " : "", item->text);
		return;
	}
	fprintf(out, "%s:%u:%u: error: %s\n", diag->name, item->line, item->col,
		item->text);
	if (!diag->source)
		return;
	line = find_line(diag, item->line);
	print_source(item, line, out);
	print_caret(item, line, out);
}

void diag_print(const struct diagnostics *diag, FILE *out)
{
	unsigned i;

	for (i = 0; i < diag->count; i++)
		print_item(diag, diag->items[i], out);
	if (diag->more)
		fprintf(out, "%s: error: %u more mistakes are not shown\n",
			diag->name, diag->more);
}
