/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * failover_report.h - failovers that were measured: tables, pictures, a page
 *
 * All read a document of weft.failover/1 (weft-ctl(7)); what it lacks they
 * leave out.
 */
#ifndef CLI_CMD_FAILOVER_REPORT_H
#define CLI_CMD_FAILOVER_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/** failover_print() - a table of the rounds and one of the sum; @brief: no
 * heads
 */
void failover_print(FILE *out, const json_t *document, bool brief);

/**
 * failover_print_svg() - all rounds as one picture
 *
 * A lane for each thing that happened, on an axis of milliseconds from the
 * fault. It is the same for all rounds but for those that would need a much
 * longer one.
 */
void failover_print_svg(FILE *out, const json_t *document);

/** failover_print_html() - a page of its own: tables, and a picture a round */
void failover_print_html(FILE *out, const json_t *document);

/** failover_print_for() - what a file of that name has: *.svg, else a page */
void failover_print_for(FILE *out, const char *path, const json_t *document);

#endif
