/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag.h - what is wrong with a lab file: every mistake, each with its place
 */
#ifndef CLI_LAB_DIAG_H
#define CLI_LAB_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/lab/arena.h"
#include "cli/lab/tree.h"
#include "core/util.h"

#define DIAG_MAX 100
#define DIAG_TEXT_SIZE 320
#define DIAG_LINE_SIZE (DIAG_TEXT_SIZE + TREE_PATH_SIZE + 64)

/**
 * struct diagnostic - one mistake
 * @line:	1-based; 0: the file as a whole, or a document without lines
 * @col:	1-based, in characters
 * @end_col:	column behind it; at least @col
 * @order:	breaks ties, and sorts documents without lines
 * @path:	"nodes.web1.nics[0].net", or empty
 * @text:	one sentence without control characters
 */
struct diagnostic {
	unsigned line;
	unsigned col;
	unsigned end_col;
	unsigned order;
	const char *path;
	char text[DIAG_TEXT_SIZE];
};

/**
 * struct diagnostics - all of one document, and what their printing needs
 * @arena:	owns @name, @source, the tree and the items
 * @name:	of the file, as the user gave it
 * @source:	its text, for the line under each message; NULL: not shown
 * @size:	bytes of @source
 * @items:	@count mistakes, in order of discovery until diag_sort()
 * @count:	of @items
 * @more:	mistakes beyond DIAG_MAX, only counted
 * @code:	0, or the negative errno of the first thing that failed
 */
struct diagnostics {
	struct arena arena;
	const char *name;
	const char *source;
	size_t size;
	struct diagnostic *items[DIAG_MAX];
	unsigned count;
	unsigned more;
	int code;
};

/** diag_init() - no mistakes yet; @name is borrowed, diag_fini() frees all */
void diag_init(struct diagnostics *diag, const char *name);

/** diag_fini() - free everything, the document's tree included */
void diag_fini(struct diagnostics *diag);

/** diag_is_full() - further mistakes are only counted: skip costly advice */
bool diag_is_full(const struct diagnostics *diag);

/**
 * diag_error() - a mistake at a node, which is then marked bad
 * @at:		a key or a value
 */
void diag_error(struct diagnostics *diag, struct tree *at, const char *fmt, ...)
	PRINTF(3, 4);

/** diag_error_at() - a mistake at a line and column, 0 for the whole file */
void diag_error_at(struct diagnostics *diag, unsigned line, unsigned col,
		   const char *fmt, ...) PRINTF(4, 5);

/** diag_sort() - put the mistakes into the order of the file */
void diag_sort(struct diagnostics *diag);

/**
 * diag_print() - every mistake with its source line and a caret
 *
 * The text is safe for a terminal: control characters of the file become '?',
 * and a long line is shown around the mistake only.
 */
void diag_print(const struct diagnostics *diag, FILE *out);

/**
 * diag_first() - the first mistake as one line without source, for struct err
 * @text:	of @size bytes; DIAG_LINE_SIZE is always enough
 */
void diag_first(const struct diagnostics *diag, char *text, size_t size);

#endif
