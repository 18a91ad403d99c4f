/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * top_print.h - weft.top/1 as two tables
 */
#ifndef CLI_CMD_TOP_PRINT_H
#define CLI_CMD_TOP_PRINT_H

#include <jansson.h>
#include <stdio.h>

/** top_print() - a line of the lab, a table of nodes, a table of ports */
void top_print(FILE *out, const json_t *document);

/** top_format() - "950", "12.3k", "4.5M": a rate; @text of at least 16 bytes */
const char *top_format(double rate, char *text);

#endif
