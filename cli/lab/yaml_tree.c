// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * yaml_tree.c - YAML text to located tree
 *
 * Theory of operation
 * -------------------
 * libyaml delivers events; a stack of open collections, TREE_MAX_DEPTH deep,
 * turns them into nodes. A map remembers the key that waits for its value. The
 * events are pulled one at a time, so a nest of ten thousand brackets is left
 * at the thirty-third and costs nothing.
 *
 * What makes YAML dangerous is refused where it stands: aliases (they multiply)
 * and the anchors, tags (they type) and merge keys that go with them. All these
 * are reported and reading goes on; only broken syntax ends it.
 *
 * Limits: one document, UTF-8, TREE_MAX_BYTES, TREE_MAX_NODES; the text of a
 * scalar has no NUL, so that it is a C string.
 */
#include "cli/lab/yaml_tree.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

/**
 * struct reader - state of one reading
 * @diag:	where mistakes go
 * @parser:	libyaml's
 * @open:	collections that have begun and not ended
 * @key:	for each of @open: the key whose value comes next
 * @depth:	entries of @open in use
 * @nodes:	made so far
 * @root:	the document; NULL until it begins
 * @documents:	begun so far
 * @stop:	nothing more is to be read
 * @failed:	what was read is no whole document
 */
struct reader {
	struct diagnostics *diag;
	yaml_parser_t parser;
	struct tree *open[TREE_MAX_DEPTH];
	struct tree *key[TREE_MAX_DEPTH];
	unsigned depth;
	unsigned nodes;
	struct tree *root;
	unsigned documents;
	bool stop;
	bool failed;
};

static void reader_stop(struct reader *r, const yaml_mark_t *mark,
			const char *why)
{
	diag_error_at(r->diag, (unsigned)mark->line + 1,
		      (unsigned)mark->column + 1, "%s", why);
	r->stop = r->failed = true;
}

static struct tree *node_create(struct reader *r, const yaml_event_t *event,
				enum tree_kind kind)
{
	const yaml_mark_t *from = &event->start_mark, *to = &event->end_mark;
	struct tree *node;

	if (r->nodes == TREE_MAX_NODES) {
		reader_stop(r, from,
			    "too many entries: a lab file has at most "
			    "65536 keys and values");
		return NULL;
	}
	node = arena_alloc(&r->diag->arena, sizeof(*node));
	if (!node) {
		reader_stop(r, from, "out of memory");
		return NULL;
	}
	node->kind = kind;
	node->line = (unsigned)from->line + 1;
	node->col = (unsigned)from->column + 1;
	node->end_col = node->col + 1;
	node->order = r->nodes++;
	if (kind == TREE_SCALAR && to->line == from->line && to->column)
		node->end_col = MAX((unsigned)to->column + 1, node->end_col);
	return node;
}

static_assert(TREE_MAX_NODES == 65536, "the message above names the number");

/* Hang a finished node into the innermost open collection, or at the root. */
static void node_place(struct reader *r, struct tree *node)
{
	struct tree *parent;

	if (!r->depth) {
		r->root = node;
		return;
	}
	parent = r->open[r->depth - 1];
	if (parent->kind == TREE_MAP && !r->key[r->depth - 1]) {
		if (node->kind != TREE_SCALAR) {
			diag_error(r->diag, node, "a key must be a plain word");
			node->text = arena_strndup(&r->diag->arena, "?", 1);
			r->failed |= !node->text;
			r->stop |= r->failed;
		}
		r->key[r->depth - 1] = node;
		node->parent = parent;
		return;
	}
	tree_append(parent, r->key[r->depth - 1], node);
	r->key[r->depth - 1] = NULL;
}

static void refuse_extras(struct reader *r, struct tree *node,
			  const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		diag_error(r->diag, node,
			   "anchor '&%.40s' is not allowed: say it in full, or "
			   "use 'defaults'",
			   (const char *)anchor);
	if (tag)
		diag_error(r->diag, node,
			   "tag '%.40s' is not allowed: the key alone decides "
			   "what a value means",
			   (const char *)tag);
}

static bool is_merge_key(const struct reader *r, const struct tree *node)
{
	const struct tree *parent = r->depth ? r->open[r->depth - 1] : NULL;

	return parent && parent->kind == TREE_MAP && !r->key[r->depth - 1] &&
	       !node->quoted && strcmp(node->text, "<<") == 0;
}

static void read_scalar(struct reader *r, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct tree *node = node_create(r, event, TREE_SCALAR);

	if (!node)
		return;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = arena_strndup(&r->diag->arena, text, len);
	if (!node->text) {
		reader_stop(r, &event->start_mark, "out of memory");
		return;
	}
	if (strlen(node->text) != len)
		diag_error(r->diag, node, "a NUL character is not allowed");
	refuse_extras(r, node, event->data.scalar.anchor,
		      event->data.scalar.tag);
	if (is_merge_key(r, node))
		diag_error(r->diag, node,
			   "merge key '<<' is not allowed: use 'defaults'");
	node_place(r, node);
}

static void read_alias(struct reader *r, const yaml_event_t *event)
{
	struct tree *node = node_create(r, event, TREE_SCALAR);

	if (!node)
		return;
	node->text = arena_strndup(&r->diag->arena, "", 0);
	if (!node->text) {
		reader_stop(r, &event->start_mark, "out of memory");
		return;
	}
	diag_error(r->diag, node,
		   "alias '*%.40s' is not allowed: say it in full, or use "
		   "'defaults'",
		   (const char *)event->data.alias.anchor);
	node_place(r, node);
}

static void open_collection(struct reader *r, const yaml_event_t *event,
			    enum tree_kind kind)
{
	struct tree *node;

	if (r->depth == TREE_MAX_DEPTH) {
		reader_stop(r, &event->start_mark,
			    "nested too deep: at most 32 levels");
		return;
	}
	node = node_create(r, event, kind);
	if (!node)
		return;
	if (kind == TREE_MAP)
		refuse_extras(r, node, event->data.mapping_start.anchor,
			      event->data.mapping_start.tag);
	else
		refuse_extras(r, node, event->data.sequence_start.anchor,
			      event->data.sequence_start.tag);
	node_place(r, node);
	r->key[r->depth] = NULL;
	r->open[r->depth++] = node;
}

static_assert(TREE_MAX_DEPTH == 32, "the message above names the number");

static void report_duplicates(struct reader *r, struct tree *map)
{
	struct tree **keys = tree_sort_keys(map, &r->diag->arena);
	unsigned i;

	if (!keys)
		r->stop = r->failed = true;
	for (i = 1; keys && i < map->count; i++) {
		struct tree *first = keys[i - 1], *again = keys[i];

		if (strcmp(first->text, again->text) != 0 ||
		    first->kind != TREE_SCALAR)
			continue;
		diag_error(r->diag, again,
			   "duplicate key '%.60s': it already stands at line "
			   "%u, column %u",
			   again->text, first->line, first->col);
	}
}

static void close_collection(struct reader *r)
{
	struct tree *node = r->open[--r->depth];

	if (node->kind == TREE_MAP)
		report_duplicates(r, node);
}

static void begin_document(struct reader *r, const yaml_event_t *event)
{
	if (!r->documents++)
		return;
	diag_error_at(r->diag, (unsigned)event->start_mark.line + 1, 1,
		      "a second document begins: a lab file has one");
	r->stop = true;
}

static void read_event(struct reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		begin_document(r, event);
		break;
	case YAML_SCALAR_EVENT:
		read_scalar(r, event);
		break;
	case YAML_ALIAS_EVENT:
		read_alias(r, event);
		break;
	case YAML_MAPPING_START_EVENT:
		open_collection(r, event, TREE_MAP);
		break;
	case YAML_SEQUENCE_START_EVENT:
		open_collection(r, event, TREE_LIST);
		break;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		close_collection(r);
		break;
	case YAML_STREAM_END_EVENT:
		r->stop = true;
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
}

/* Line and column of a byte that libyaml's reader choked on. */
static void locate_byte(const struct diagnostics *diag, size_t offset,
			yaml_mark_t *mark)
{
	const char *at = diag->source;
	const char *end = at + MIN(offset, diag->size);

	mark->line = mark->column = 0;
	for (; at < end; at++) {
		if (*at == '\n') {
			mark->line++;
			mark->column = 0;
		} else if (((unsigned char)*at & 0xc0) != 0x80) {
			mark->column++;
		}
	}
}

/* Is a line indented with a tab? libyaml only says that it can't go on. */
static bool is_tab(const struct diagnostics *diag, size_t line)
{
	const char *at = diag->source, *end = at + diag->size;

	for (; line && at < end; at++)
		line -= *at == '\n';
	while (at < end && *at == ' ')
		at++;
	return at < end && *at == '\t';
}

static void report_syntax(struct reader *r)
{
	const yaml_parser_t *parser = &r->parser;
	const char *problem = parser->problem ? parser->problem : "unreadable";
	yaml_mark_t mark = parser->problem_mark;
	char text[256];

	if (parser->error == YAML_READER_ERROR) {
		locate_byte(r->diag, parser->problem_offset, &mark);
		snprintf(text, sizeof(text), "not text in UTF-8: %s", problem);
	} else if (is_tab(r->diag, mark.line)) {
		snprintf(text, sizeof(text),
			 "a tab: lines are indented with blanks only");
	} else if (parser->context &&
		   strstr(problem, "did not find expected") &&
		   strstr(parser->context, "block")) {
		snprintf(text, sizeof(text),
			 "%s %s that began at line %zu: is this line indented "
			 "like its neighbours, and the one above complete?",
			 problem, parser->context,
			 parser->context_mark.line + 1);
	} else if (parser->context) {
		snprintf(text, sizeof(text), "%s %s that began at line %zu",
			 problem, parser->context,
			 parser->context_mark.line + 1);
	} else {
		snprintf(text, sizeof(text), "%s", problem);
	}
	reader_stop(r, &mark, text);
}

static void read_all(struct reader *r)
{
	while (!r->stop) {
		yaml_event_t event;

		if (!yaml_parser_parse(&r->parser, &event)) {
			report_syntax(r);
			return;
		}
		read_event(r, &event);
		yaml_event_delete(&event);
	}
}

/* What libyaml would accept or explain badly. */
static bool source_is_text(struct diagnostics *diag)
{
	const char *nul = memchr(diag->source, 0, diag->size);
	yaml_mark_t mark;

	if (diag->size > TREE_MAX_BYTES) {
		diag_error_at(diag, 0, 0,
			      "larger than 1 MiB: this is no lab file");
		return false;
	}
	if (diag->size >= 2 && (memcmp(diag->source, "\xff\xfe", 2) == 0 ||
				memcmp(diag->source, "\xfe\xff", 2) == 0)) {
		diag_error_at(diag, 1, 1, "UTF-16: save the file as UTF-8");
		return false;
	}
	if (!nul)
		return true;
	locate_byte(diag, (size_t)(nul - diag->source), &mark);
	diag_error_at(diag, (unsigned)mark.line + 1, (unsigned)mark.column + 1,
		      "a NUL byte: this is not a text file");
	return false;
}

static_assert(TREE_MAX_BYTES == 1 << 20, "the message above names the number");

struct tree *yaml_tree_parse(struct diagnostics *diag)
{
	struct reader r = {.diag = diag};

	/* A UTF-8 byte order mark says nothing, but would shift column 1. */
	if (diag->size >= 3 && memcmp(diag->source, "\xef\xbb\xbf", 3) == 0) {
		diag->source += 3;
		diag->size -= 3;
	}
	if (!source_is_text(diag))
		return NULL;
	if (!yaml_parser_initialize(&r.parser)) {
		diag_error_at(diag, 0, 0, "out of memory");
		return NULL;
	}
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&r.parser, (const unsigned char *)diag->source, diag->size);
	read_all(&r);
	yaml_parser_delete(&r.parser);
	if (!r.root && !diag->code)
		diag_error_at(diag, 0, 0,
			      "empty: a lab file begins with 'lab: NAME'");
	return r.failed ? NULL : r.root;
}
