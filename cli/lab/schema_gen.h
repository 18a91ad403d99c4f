/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema_gen.h - what the build makes of the tables: a manual, an editor schema
 */
#ifndef CLI_LAB_SCHEMA_GEN_H
#define CLI_LAB_SCHEMA_GEN_H

#include <jansson.h>
#include <stdio.h>

#include "cli/lab/schema.h"

/** schema_to_scdoc() - one subsection per object, in scdoc(5), to @out */
void schema_to_scdoc(const struct schema_type *type, FILE *out);

/**
 * schema_to_json() - a JSON schema, draft 2020-12, of what is built
 *
 * Editors read YAML with types, so a count may be a number there, "on" a bool,
 * and an empty map null. What is not supported yet is left out: an editor must
 * not offer it.
 *
 * Return: a new reference, or NULL without memory.
 */
json_t *schema_to_json(const struct schema_type *type);

/** schema_inner() - the object that a type's value is made of, or NULL */
const struct schema_type *schema_inner(const struct schema_type *type);

#endif
