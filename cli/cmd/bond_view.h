/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bond_view.h - an uplink in full, for people
 */
#ifndef CLI_CMD_BOND_VIEW_H
#define CLI_CMD_BOND_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/** BOND_VIEW_CHANGES - so many of the last changes are shown without --stat */
#define BOND_VIEW_CHANGES 10

/**
 * bond_view_print() - settings, members, monitors, what changed and why
 * @uplink:	an entry of weft.uplinks/1
 * @stats:	counters and all of the history, too
 */
void bond_view_print(FILE *out, const json_t *uplink, bool stats);

/** bond_view_counters() - of one uplink's members: frames, drops, failures */
void bond_view_counters(FILE *out, const json_t *uplink);

#endif
