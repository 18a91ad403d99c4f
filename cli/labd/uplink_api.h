/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uplink_api.h - methods and events about uplinks
 */
#ifndef CLI_LABD_UPLINK_API_H
#define CLI_LABD_UPLINK_API_H

#include "cli/labd/labd.h"

/** bond_switch_method() - bond.switch: another member is the active one */
void bond_switch_method(struct ctl_request *req, json_t *params);

/**
 * uplink_tell() - emit uplink.member for each change, and then, where it moved,
 * uplink.active
 *
 * See struct fabric_events. They come later: weft-switch is asked what changed.
 */
void uplink_tell(struct labd *labd, unsigned uplink,
		 const struct fabric_changes *changes);

/** uplink_follow_nics() - those that come back join their uplinks anew */
void uplink_follow_nics(struct labd *labd);

#endif
