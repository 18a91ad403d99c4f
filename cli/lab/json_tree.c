// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_tree.c - a JSON document to the tree that YAML makes too
 *
 * labd gets labs as JSON and must not trust them, so this keeps the limits of
 * yaml_tree.c: depth (which bounds the recursion here), nodes and bytes.
 */
#include "cli/lab/json_tree.h"

#include <stdio.h>
#include <string.h>

/**
 * struct copier - state of one copy
 * @diag:	where mistakes go
 * @nodes:	made so far
 * @bytes:	of text copied so far
 * @depth:	of collections around the current node
 */
struct copier {
	struct diagnostics *diag;
	unsigned nodes;
	size_t bytes;
	unsigned depth;
};

static struct tree *copy_value(struct copier *c, const json_t *json);

static struct tree *node_create(struct copier *c, enum tree_kind kind)
{
	struct tree *node = NULL;

	if (c->nodes < TREE_MAX_NODES)
		node = arena_alloc(&c->diag->arena, sizeof(*node));
	if (!node) {
		diag_error_at(c->diag, 0, 0, "too many keys and values");
		return NULL;
	}
	node->kind = kind;
	node->quoted = true;
	node->order = c->nodes++;
	return node;
}

static struct tree *copy_text(struct copier *c, const char *text, size_t len)
{
	struct tree *node = node_create(c, TREE_SCALAR);

	if (!node)
		return NULL;
	c->bytes += len;
	if (c->bytes > TREE_MAX_BYTES) {
		diag_error_at(c->diag, 0, 0, "larger than 1 MiB");
		return NULL;
	}
	node->text = arena_strndup(&c->diag->arena, text, len);
	if (!node->text) {
		diag_error_at(c->diag, 0, 0, "out of memory");
		return NULL;
	}
	if (strlen(node->text) != len)
		diag_error(c->diag, node, "a NUL character is not allowed");
	return node;
}

static struct tree *copy_number(struct copier *c, const json_t *json)
{
	char text[64];
	int len;

	if (json_is_integer(json))
		len = snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT,
			       json_integer_value(json));
	else
		len = snprintf(text, sizeof(text), "%.17g",
			       json_real_value(json));
	return copy_text(c, text, (size_t)len);
}

/* Recursion ends at TREE_MAX_DEPTH: copy_collection() counts. */
/* NOLINTBEGIN(misc-no-recursion) */
static struct tree *copy_list(struct copier *c, const json_t *json)
{
	struct tree *list = node_create(c, TREE_LIST);
	size_t i;

	for (i = 0; list && i < json_array_size(json); i++) {
		struct tree *item = copy_value(c, json_array_get(json, i));

		if (!item)
			return NULL;
		tree_append(list, NULL, item);
	}
	return list;
}

static struct tree *copy_map(struct copier *c, const json_t *json)
{
	struct tree *map = node_create(c, TREE_MAP);
	/* jansson's iterators take no const, but change nothing. */
	json_t *object = (json_t *)(uintptr_t)json;
	const char *name;
	json_t *member;

	if (!map)
		return NULL;
	json_object_foreach(object, name, member)
	{
		struct tree *key = copy_text(c, name, strlen(name));
		struct tree *value = key ? copy_value(c, member) : NULL;

		if (!value)
			return NULL;
		tree_append(map, key, value);
	}
	return map;
}

static struct tree *copy_collection(struct copier *c, const json_t *json)
{
	struct tree *node;

	if (c->depth == TREE_MAX_DEPTH) {
		diag_error_at(c->diag, 0, 0, "nested too deep");
		return NULL;
	}
	c->depth++;
	node = json_is_array(json) ? copy_list(c, json) : copy_map(c, json);
	c->depth--;
	return node;
}

static struct tree *copy_value(struct copier *c, const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		return copy_collection(c, json);
	case JSON_STRING:
		return copy_text(c, json_string_value(json),
				 json_string_length(json));
	case JSON_INTEGER:
	case JSON_REAL:
		return copy_number(c, json);
	case JSON_TRUE:
		return copy_text(c, "true", 4);
	case JSON_FALSE:
		return copy_text(c, "false", 5);
	case JSON_NULL:
		break;
	}
	diag_error_at(c->diag, 0, 0, "null is not a value here");
	return NULL;
}

/* NOLINTEND(misc-no-recursion) */

struct tree *json_tree_parse(const json_t *json, struct diagnostics *diag)
{
	struct copier c = {.diag = diag};

	if (!json) {
		diag_error_at(diag, 0, 0, "no lab document");
		return NULL;
	}
	return copy_value(&c, json);
}
