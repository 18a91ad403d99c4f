/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.h - a lab document as a tree whose every node knows where it stood
 *
 * Both readers, YAML and JSON, make this one tree; the schema knows no other.
 * Scalars are text: what "off", "1500" or "22:22" means is for the schema to
 * say, at the key where it stands.
 */
#ifndef CLI_LAB_TREE_H
#define CLI_LAB_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/lab/arena.h"

#define TREE_MAX_BYTES (1u << 20)
#define TREE_MAX_DEPTH 32
#define TREE_MAX_NODES 65536
#define TREE_PATH_SIZE 256

/** enum tree_kind - what a node is */
enum tree_kind {
	TREE_SCALAR,
	TREE_MAP,
	TREE_LIST,
};

/**
 * struct tree - one node
 * @kind:	enum tree_kind
 * @quoted:	a scalar in quotes or a block scalar, so never "nothing"
 * @bad:	an error was reported here: later checks keep quiet about it
 * @text:	of a scalar, without NUL bytes inside; else NULL
 * @line:	1-based; 0: no place, the document was JSON in memory
 * @col:	1-based, in characters
 * @end_col:	column behind the last character on the same line
 * @order:	running number in the document
 * @index:	position among its siblings
 * @count:	of children
 * @parent:	NULL at the root
 * @key:	under a map: the key, a scalar node; else NULL
 * @child:	first child
 * @last:	last child
 * @next:	next sibling
 */
struct tree {
	enum tree_kind kind;
	bool quoted;
	bool bad;
	char *text;
	unsigned line;
	unsigned col;
	unsigned end_col;
	unsigned order;
	unsigned index;
	unsigned count;
	struct tree *parent;
	struct tree *key;
	struct tree *child;
	struct tree *last;
	struct tree *next;
};

/** tree_for_each() - walk the children of @of in document order */
#define tree_for_each(it, of) \
	for (struct tree *it = (of)->child; it; it = it->next)

/** tree_append() - make @child the last one of @parent, under @key or NULL */
void tree_append(struct tree *parent, struct tree *key, struct tree *child);

/** tree_lookup() - the value under @key; NULL if @map is none or has none */
struct tree *tree_lookup(const struct tree *map, const char *key);

/** tree_is_nothing() - a plain scalar without text: "key:" and no more */
bool tree_is_nothing(const struct tree *node);

/**
 * tree_path() - where a node hangs: "nodes.web1.nics[0].net"
 * @node:	a value or a key; a key's path is its value's
 * @text:	of TREE_PATH_SIZE; a longer path loses its front
 *
 * Return: start of the path, somewhere in @text.
 */
const char *tree_path(const struct tree *node, char *text);

/**
 * tree_sort_keys() - the keys of a map, sorted by text, then by place
 * @arena:	owns the array
 *
 * Return: @map->count key nodes, or NULL without memory. Equal keys are
 * neighbours, so duplicates cost no more than sorting.
 */
struct tree **tree_sort_keys(const struct tree *map, struct arena *arena);

#endif
