/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * top_rates.h - what a lab does per second, of two looks at its counters
 */
#ifndef CLI_CMD_TOP_RATES_H
#define CLI_CMD_TOP_RATES_H

#include <jansson.h>
#include <stdint.h>

/**
 * top_snapshot() - the counters that rates are made of
 * @status:	weft.status/1
 * @ports:	weft.ports/1
 * @proc:	"/proc"
 * @now_ms:	monotonic
 *
 * Return: a new reference; NULL without memory.
 */
json_t *top_snapshot(const json_t *status, const json_t *ports,
		     const char *proc, int64_t now_ms);

/**
 * top_document() - weft.top/1
 * @before:	an earlier snapshot, or NULL: there are no rates yet
 * @now:	the present one
 *
 * A counter that went back began anew (weft-switch or a node was started
 * again): what it shows is then all that is known of the time between.
 *
 * Return: a new reference; NULL without memory.
 */
json_t *top_document(const json_t *before, const json_t *now);

/**
 * top_sort() - order the nodes and ports of a weft.top/1
 * @key:	"name", "cpu", "memory", "frames", "bits", "drops"; large first,
 *		names in alphabetical order. What doesn't have it goes by name
 *
 * Return: 0, or -EINVAL for another key.
 */
int top_sort(json_t *document, const char *key);

#endif
