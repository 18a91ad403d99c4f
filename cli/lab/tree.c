// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tree.c - a lab document as a tree whose every node knows where it stood
 */
#include "cli/lab/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tree_append(struct tree *parent, struct tree *key, struct tree *child)
{
	child->parent = parent;
	child->key = key;
	child->index = parent->count++;
	if (key) {
		key->parent = parent;
		key->index = child->index;
	}
	if (parent->last)
		parent->last->next = child;
	else
		parent->child = child;
	parent->last = child;
}

struct tree *tree_lookup(const struct tree *map, const char *key)
{
	if (!map || map->kind != TREE_MAP)
		return NULL;
	tree_for_each(child, map)
	{
		if (strcmp(child->key->text, key) == 0)
			return child;
	}
	return NULL;
}

bool tree_is_nothing(const struct tree *node)
{
	return node->kind == TREE_SCALAR && !node->quoted && !node->text[0];
}

/* The text of one step: ".key" or "[index]". */
static size_t path_step(const struct tree *node, char *step, size_t size)
{
	const struct tree *parent = node->parent;
	int len;

	if (parent->kind == TREE_LIST)
		len = snprintf(step, size, "[%u]", node->index);
	else
		len = snprintf(step, size, "%s%.60s", parent->parent ? "." : "",
			       node->key ? node->key->text : node->text);
	return (size_t)len < size ? (size_t)len : size - 1;
}

const char *tree_path(const struct tree *node, char *text)
{
	char *start = text + (TREE_PATH_SIZE - 1);

	*start = '\0';
	for (; node && node->parent; node = node->parent) {
		char step[80];
		size_t len = path_step(node, step, sizeof(step));

		if (len > (size_t)(start - text))
			break;
		start -= len;
		memcpy(start, step, len);
	}
	return start;
}

static int key_compare(const void *a, const void *b)
{
	const struct tree *const *left = a, *const *right = b;
	int order = strcmp((*left)->text, (*right)->text);

	if (order)
		return order;
	return (*left)->order < (*right)->order ? -1 : 1;
}

struct tree **tree_sort_keys(const struct tree *map, struct arena *arena)
{
	struct tree **keys =
		arena_alloc(arena, map->count * sizeof(struct tree *));
	unsigned n = 0;

	if (!keys)
		return NULL;
	tree_for_each(child, map) keys[n++] = child->key;
	if (n > 1)
		qsort(keys, n, sizeof(struct tree *), key_compare);
	return keys;
}
