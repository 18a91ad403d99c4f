/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uplinks.h - what labd says of a lab's uplinks, for the verbs that tell it
 *
 * The documents are weft.uplinks/1 and its entries (weft-ctl(7)). A labd that
 * has no uplinks, or is too old to know of them, is no error here.
 */
#ifndef CLI_CMD_UPLINKS_H
#define CLI_CMD_UPLINKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli/cmd/session.h"

/**
 * uplinks_ask() - weft.uplinks/1 of a lab
 *
 * Return: to be freed; NULL when labd has none to tell. Says nothing of it.
 */
json_t *uplinks_ask(struct session *session);

/** uplinks_lookup() - the uplink of that name in weft.uplinks/1, or NULL */
json_t *uplinks_lookup(const json_t *uplinks, const char *name);

/** uplink_member_is_up() - do its monitors say so, for long enough? */
bool uplink_member_is_up(const json_t *member);

/** uplink_member_carries() - does traffic leave through it? */
bool uplink_member_carries(const json_t *member);

/** uplink_members_up() - how many of an uplink's members are up */
unsigned uplink_members_up(const json_t *uplink);

/** uplink_print_line() - who carries, and who is down and why, in a line */
void uplink_print_line(FILE *out, const json_t *uplink);

/** uplinks_warn() - on stderr, a line for each NIC that isn't there any more */
void uplinks_warn(const json_t *uplinks);

/**
 * uplink_print_event() - uplink.member or uplink.active as a sentence
 *
 * Return: false, and nothing is printed, for any other event.
 */
bool uplink_print_event(FILE *out, const json_t *event);

#endif
