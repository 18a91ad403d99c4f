/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_uplinks.h - what fake_labd says of uplinks
 */
#ifndef CLI_FAKE_UPLINKS_H
#define CLI_FAKE_UPLINKS_H

#include "cli/ctl/ctl_server.h"

/**
 * fake_uplink_list() - what FOLDER/uplinks.json says
 *
 * Without that file it is a labd that is too old to know the method.
 */
void fake_uplink_list(struct ctl_request *req, const char *folder);

/** failover_round() - of bond0; one that is held for 7 ms ends badly, 9 fails
 */
void failover_round(struct ctl_request *req, json_t *params);

/** bond_switch_set() - bond0 has eth1 and switch1, which can't carry */
void bond_switch_set(struct ctl_request *req, json_t *params);

#endif
