/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * failover_api.h - the method failover.round
 */
#ifndef CLI_LABD_FAILOVER_API_H
#define CLI_LABD_FAILOVER_API_H

#include "cli/labd/labd.h"

/** FAILOVER_MAX_HOLD_MS - the longest that a member can be kept broken */
#define FAILOVER_MAX_HOLD_MS (600 * 1000)

/**
 * failover_round_method() - failover.round: break the active member, measure
 *
 * Answers one round of weft.failover/1, and what all rounds have in common. The
 * member is mended early when the client goes.
 */
void failover_round_method(struct ctl_request *req, json_t *params);

/** failover_done() - WIRE_FAILOVER_DONE has come */
void failover_done(struct labd *labd, const struct wire_failover_done *done);

/** failover_fail_all() - weft-switch or the lab goes, and all rounds with it */
void failover_fail_all(struct labd *labd, const char *why);

#endif
