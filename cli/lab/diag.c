// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diag.c - collects the mistakes of a lab file
 *
 * Theory of operation
 * -------------------
 * Readers, schema and checks all report here and go on, so that one run shows
 * every mistake. They find them in the order that suits them (networks before
 * the nodes that name them); diag_sort() restores the order of the file. A node
 * that was reported is marked bad, and whoever would judge its value later
 * keeps quiet: one mistake, one message.
 *
 * Limits: DIAG_MAX messages are kept, further ones counted, so a hostile file
 * can't make megabytes of advice.
 */
#include "cli/lab/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void diag_init(struct diagnostics *diag, const char *name)
{
	memset(diag, 0, sizeof(*diag));
	diag->name = name;
}

void diag_fini(struct diagnostics *diag)
{
	arena_fini(&diag->arena);
	memset(diag, 0, sizeof(*diag));
}

bool diag_is_full(const struct diagnostics *diag)
{
	return diag->count == DIAG_MAX;
}

/* A place in the list, or NULL when the mistake is only counted. */
static struct diagnostic *diag_add(struct diagnostics *diag)
{
	struct diagnostic *item = NULL;

	if (!diag->code)
		diag->code = -EINVAL;
	if (!diag_is_full(diag))
		item = arena_alloc(&diag->arena, sizeof(*item));
	if (!item) {
		diag->more++;
		return NULL;
	}
	item->path = "";
	diag->items[diag->count++] = item;
	return item;
}

PRINTF(2, 0)
static void diag_format(struct diagnostic *item, const char *fmt, va_list ap)
{
	vsnprintf(item->text, sizeof(item->text), fmt, ap);
	/* What the file says may be quoted here: nothing for a terminal. */
	for (char *c = item->text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
}

void diag_error(struct diagnostics *diag, struct tree *at, const char *fmt, ...)
{
	struct diagnostic *item = diag_add(diag);
	char path[TREE_PATH_SIZE];
	const char *start;
	va_list ap;

	at->bad = true;
	if (!item)
		return;
	item->line = at->line;
	item->col = at->col;
	item->end_col = at->end_col;
	item->order = at->order;
	start = tree_path(at, path);
	start = arena_strndup(&diag->arena, start, strlen(start));
	if (start)
		item->path = start;
	va_start(ap, fmt);
	diag_format(item, fmt, ap);
	va_end(ap);
}

void diag_error_at(struct diagnostics *diag, unsigned line, unsigned col,
		   const char *fmt, ...)
{
	struct diagnostic *item = diag_add(diag);
	va_list ap;

	if (!item)
		return;
	item->line = line;
	item->col = col;
	item->end_col = col + 1;
	va_start(ap, fmt);
	diag_format(item, fmt, ap);
	va_end(ap);
}

static int diag_compare(const void *a, const void *b)
{
	const struct diagnostic *const *left = a, *const *right = b;
	const struct diagnostic *l = *left, *r = *right;

	if (l->line != r->line)
		return l->line < r->line ? -1 : 1;
	if (l->col != r->col)
		return l->col < r->col ? -1 : 1;
	if (l->order != r->order)
		return l->order < r->order ? -1 : 1;
	return strcmp(l->text, r->text);
}

void diag_sort(struct diagnostics *diag)
{
	if (diag->count > 1)
		qsort(diag->items, diag->count, sizeof(struct diagnostic *),
		      diag_compare);
}

void diag_first(const struct diagnostics *diag, char *text, size_t size)
{
	const struct diagnostic *item = diag->count ? diag->items[0] : NULL;
	unsigned others = diag->count + diag->more - 1;
	char rest[48] = "";

	if (!item) {
		snprintf(text, size, "out of memory");
		return;
	}
	if (others)
		snprintf(rest, sizeof(rest), " (and %u more)", others);
	snprintf(text, size, "%s%s%s%s", item->path, item->path[0] ? ": " : "",
		 item->text, rest);
}
