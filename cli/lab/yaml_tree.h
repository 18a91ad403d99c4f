/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * yaml_tree.h - YAML text to located tree; the one door to libyaml
 */
#ifndef CLI_LAB_YAML_TREE_H
#define CLI_LAB_YAML_TREE_H

#include "cli/lab/diag.h"
#include "cli/lab/tree.h"

/**
 * yaml_tree_parse() - read @diag's source
 * @diag:	has source and size; gets every mistake, owns the tree
 *
 * One UTF-8 document of at most TREE_MAX_BYTES. Anchors, aliases, tags, merge
 * keys, duplicate keys and keys that are no scalars are mistakes. A mistake in
 * the YAML itself ends the reading; after others it goes on.
 *
 * Return: the root, or NULL when nothing can be made of the text.
 */
struct tree *yaml_tree_parse(struct diagnostics *diag);

#endif
