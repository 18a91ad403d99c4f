/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_tree.h - a JSON document to the tree that YAML makes too
 */
#ifndef CLI_LAB_JSON_TREE_H
#define CLI_LAB_JSON_TREE_H

#include <jansson.h>

#include "cli/lab/diag.h"
#include "cli/lab/tree.h"

/**
 * json_tree_parse() - copy @json into a tree without places
 * @diag:	gets the mistakes (their order is the document's), owns the tree
 *
 * Numbers and booleans become their text; null, and NUL in a string, are
 * mistakes. The limits are those of YAML.
 *
 * Return: the root, or NULL.
 */
struct tree *json_tree_parse(const json_t *json, struct diagnostics *diag);

#endif
