/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bond_view_internal.h - what the files of bond_view.h share
 */
#ifndef CLI_CMD_BOND_VIEW_INTERNAL_H
#define CLI_CMD_BOND_VIEW_INTERNAL_H

#include <jansson.h>
#include <stdio.h>

#include "cli/cmd/print.h"
#include "core/util.h"

/** BOND_INDENT - of all that is below an uplink's first line */
#define BOND_INDENT 2

/** bond_number() - a member of @object; 0 where there is none */
json_int_t bond_number(const json_t *object, const char *key);

/** bond_put_number() - likewise, between two texts */
void bond_put_number(FILE *out, const char *before, const json_t *object,
		     const char *key, const char *behind);

/** bond_put_text() - a member of @object, or "none" */
void bond_put_text(FILE *out, const char *before, const json_t *object,
		   const char *key);

/** bond_width() - of the longest text @key in an array */
int bond_width(const json_t *array, const char *key);

/** bond_put_cell() - a text, filled with blanks up to @width */
void bond_put_cell(FILE *out, const json_t *object, const char *key, int width);

/** bond_put_table() - behind an empty line, unless it has no rows; and free */
void bond_put_table(FILE *out, struct table *table);

/** bond_put_lacp() - settings and partner; @lacp: null without */
void bond_put_lacp(FILE *out, const json_t *lacp);

/** bond_put_partners() - what each member has agreed on, and with whom */
void bond_put_partners(FILE *out, const json_t *uplink);

/** bond_put_probes() - what each probe of each member says */
void bond_put_probes(FILE *out, const json_t *uplink);

/** bond_put_announced() - frames by kind */
void bond_put_announced(FILE *out, const json_t *announced);

/** bond_put_history() - changes from the one at @first on */
void bond_put_history(FILE *out, const json_t *history, size_t first);

#endif
