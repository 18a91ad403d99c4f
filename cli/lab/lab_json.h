/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_json.h - a lab as canonical JSON: what the CLI sends, what labd believes
 */
#ifndef CLI_LAB_LAB_JSON_H
#define CLI_LAB_LAB_JSON_H

#include <jansson.h>

#include "cli/lab/lab.h"
#include "core/err.h"

/**
 * lab_to_json() - the lab in the words of the lab file
 *
 * Defaults, MACs and links are spelled out, nothing is left to the reader; keys
 * come in the order of weft.yaml(5), entries in that of the file. Equal labs
 * give equal documents.
 *
 * Return: a new reference, or NULL without memory.
 */
json_t *lab_to_json(const struct lab *lab);

/** lab_uplinks_to_json() - the entries of uplinks: for lab_to_json() */
json_t *lab_uplinks_to_json(const struct lab *lab);

/**
 * lab_set_bridge_keys() - of a network, for lab_to_json(): how it goes out, or
 * whether it is a cable
 *
 * Return: 0, or -1 without memory.
 */
int lab_set_bridge_keys(json_t *object, const struct network_settings *network);

/** lab_forwards_to_json() - those of a network, for lab_to_json() */
json_t *lab_forwards_to_json(const struct network_settings *network);

/** lab_checks_to_json() - the entries of checks: for lab_to_json() */
json_t *lab_checks_to_json(const struct lab *lab);

/** lab_captures_to_json() - likewise, of captures: */
json_t *lab_captures_to_json(const struct lab *lab);

/**
 * lab_from_json() - a lab from such a document, validated with the same table
 * @json:	borrowed; from anybody
 * @err:	gets the first mistake with its place, and how many more
 *
 * Paths must be absolute. Duplicate keys are the JSON parser's business: load
 * with JSON_REJECT_DUPLICATES.
 *
 * Return: the lab, for lab_destroy(); NULL after a mistake.
 */
struct lab *lab_from_json(const json_t *json, struct err *err);

#endif
